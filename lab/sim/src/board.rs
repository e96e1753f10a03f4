//! A whole simulated machine: what survives a power cut, and what does not.

use std::collections::BTreeMap;

use board::{Board, Clock, Disk, Effectors, RootOfTrust, Sensors, Vault};
use vocab::{Sensor, Value};

use crate::{Dice, SimClock, SimDisk, SimHands, SimRoot, SimSenses, SimVault, World};

/// One board; a clone is another handle on the same hardware.
#[derive(Clone)]
pub struct SimBoard {
    /// Its clocks.
    pub clock: SimClock,
    /// Its senses.
    pub senses: SimSenses,
    /// What it can do.
    pub hands: SimHands,
    /// Its keys.
    pub root: SimRoot,
    /// Its vault.
    pub vault: SimVault,
    /// Its disk.
    pub disk: SimDisk,
}

impl SimBoard {
    /// A new board under this seed.
    pub fn new(world: &World, seed: u64, sensors: Vec<(Sensor, Value)>) -> Self {
        let clock = SimClock::booted(world, None);
        let vault = SimVault::new(Dice::new(seed, "vault"));
        let disk = SimDisk::new(world);
        Self {
            senses: SimSenses::new(&clock, sensors),
            hands: SimHands::new(&vault).powered(disk.power()),
            root: SimRoot::new(Dice::new(seed, "root")),
            disk,
            vault,
            clock,
        }
    }

    /// The same hardware at its next boot.
    #[must_use]
    pub fn booted(&self, world: &World) -> Self {
        let clock = SimClock::booted(world, Some(&self.clock));
        self.hands.boot();
        Self { senses: self.senses.booted(&clock), clock, ..self.clone() }
    }

    /// Another board that carries a copy of this one's disk and key file: what a thief builds.
    #[must_use]
    pub fn cloned(&self, world: &World, seed: u64, sensors: Vec<(Sensor, Value)>) -> Self {
        Self::of_loot(self.loot(seed), world, seed, sensors)
    }

    /// What a thief can carry through any door: copies of the disk and of the key file.
    pub fn loot(&self, seed: u64) -> Loot {
        Loot { files: self.disk.files(), root: self.root.copied(Dice::new(seed, "clone")) }
    }

    /// A board that somebody built from what was carried away.
    pub fn of_loot(loot: Loot, world: &World, seed: u64, sensors: Vec<(Sensor, Value)>) -> Self {
        let thief = Self::new(world, seed, sensors);
        for (path, bytes) in loot.files {
            thief.disk.put(&path, bytes);
        }
        Self { root: loot.root, ..thief }
    }
}

/// Copies of a board's disk and key file.
pub struct Loot {
    files: BTreeMap<String, Vec<u8>>,
    /// The keys.
    pub root: SimRoot,
}

impl Board for SimBoard {
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
