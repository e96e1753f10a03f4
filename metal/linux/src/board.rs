//! The whole machine: one folder, one tree of sysfs, one kernel.

use std::{path::PathBuf, sync::Arc};

use ::board::{Board, Clock, Disk, Effectors, RootOfTrust, Sensors, Vault};

use crate::{
    KeyFileRoot, KeyFileVault, Lifeline, LinuxClock, LinuxDisk, LinuxHands, LinuxSenses, PacketFilter,
    PowerOff, Sense, Systemd, Unready, Wake, clock::steps, effectors::KeyHolder, fault::Fault,
    folder::Folder, keys::KeyFiles, provision, vigil::Vigil,
};

/// What the board has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The device's own folder; this process alone works in it.
    pub folder: PathBuf,
    /// Where the kernel shows its devices: `/sys`.
    pub sysfs: PathBuf,
    /// What the device senses.
    pub senses: Vec<Sense>,
    /// How units are stopped and started.
    pub systemd: Systemd,
    /// How the machine is isolated; none where that is not to be done.
    pub isolation: Option<PacketFilter>,
    /// Whether the machine may be turned off.
    pub power_off: PowerOff,
}

/// A device made of this machine.
pub struct LinuxBoard {
    clock: LinuxClock,
    _steps: Vigil,
    senses: LinuxSenses,
    hands: LinuxHands,
    lifeline: Lifeline,
    _watch: Option<Vigil>,
    root: KeyFileRoot,
    vault: KeyFileVault,
    disk: LinuxDisk,
}

impl LinuxBoard {
    /// Takes the folder, reads or makes the keys, and begins to look. `wake` is called, from other threads, when the
    /// disk or the senses have something, or the clock was set; the kernel's events have a descriptor of their own.
    pub fn open(config: &Config, wake: &Wake) -> Result<Self, Unready> {
        let folder = Arc::new(Folder::open(&config.folder)?);
        let (root, vault) = provision::keys(KeyFiles::new(Arc::clone(&folder)))?;
        let lifeline = Lifeline::new(config.isolation.clone());
        let (systemd, power) = (config.systemd.clone(), config.power_off);
        let (way, wakes) = (lifeline.clone(), Arc::clone(wake));
        let hands = LinuxHands::new(&config.sysfs, way, systemd, power, vault.clone(), wakes);
        let senses = LinuxSenses::open(&config.sysfs, &config.senses, Arc::clone(wake))?;
        let steps = steps::watch(Arc::clone(wake)).map_err(Fault::Thread)?;
        let watch = lifeline.watch(Arc::clone(wake)).map_err(Fault::Thread)?;
        let disk = LinuxDisk::over(folder, Arc::clone(wake))?;
        Ok(Self {
            clock: LinuxClock,
            _steps: steps,
            senses,
            hands,
            lifeline,
            _watch: watch,
            root,
            vault,
            disk,
        })
    }

    /// Another handle on the keys, for who speaks TLS with them.
    pub fn keys(&self) -> KeyFileRoot {
        self.root.clone()
    }

    /// The way to the fleet that isolation leaves open, for who knows where the fleet is.
    pub fn lifeline(&self) -> Lifeline {
        self.lifeline.clone()
    }

    /// Adds somebody who holds keys in memory and forgets them on `DropKeys`.
    pub fn add_holder(&mut self, holder: KeyHolder) {
        self.hands.add_holder(holder);
    }
}

impl Board for LinuxBoard {
    fn clock(&self) -> &dyn Clock {
        &self.clock
    }

    fn sensors(&mut self) -> &mut dyn Sensors {
        &mut self.senses
    }

    fn effectors(&mut self) -> &mut dyn Effectors {
        &mut self.hands
    }

    fn root(&mut self) -> &mut dyn RootOfTrust {
        &mut self.root
    }

    fn vault(&mut self) -> &mut dyn Vault {
        &mut self.vault
    }

    fn disk(&mut self) -> &mut dyn Disk {
        &mut self.disk
    }
}

#[cfg(test)]
mod tests;
