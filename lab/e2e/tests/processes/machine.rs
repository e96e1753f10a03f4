//! One device: its folder, its tree of sysfs, and `metald` as a process.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use host::{Fleet, Person, Process};
use tempfile::TempDir;

use crate::NODE;

/// A machine that belongs to a fleet, or wants to.
pub(crate) struct Machine {
    home: TempDir,
    pub(crate) label: String,
    /// The rest of its configuration.
    pub(crate) more: String,
    /// Where it looks for the kernel's devices.
    pub(crate) sysfs: PathBuf,
    /// What drives its packet filter; nothing, or the machine that runs the tests would be isolated.
    pub(crate) nft: &'static str,
}

impl Machine {
    /// A machine with nothing on its buses.
    pub(crate) fn new(label: &str) -> Self {
        let home = TempDir::new().unwrap();
        let sysfs = home.path().join("sys");
        fs::create_dir(&sysfs).unwrap();
        Self { home, label: label.to_owned(), more: String::new(), sysfs, nft: "/nonexistent" }
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The device's own folder.
    pub(crate) fn folder(&self) -> PathBuf {
        self.at("metal")
    }

    /// Its configuration.
    pub(crate) fn config(&self) -> PathBuf {
        self.at("metald.yaml")
    }

    /// Its configuration for this fleet.
    pub(crate) fn yaml(&self, fleet: &Fleet) -> String {
        let home = self.home.path().display();
        format!(
            "fleet:
  bundle: {}
  root: {:?}
  token: {home}/token
folder: {home}/metal
label: {}
sysfs: {}
isolate: {{ nft: {:?} }}
{}",
            fleet.bundle().display(),
            fleet.root(),
            self.label,
            self.sysfs.display(),
            self.nft,
            self.more,
        )
    }

    /// Writes what its `metald` needs: configuration, and a token that a person gave.
    pub(crate) fn prepare(&self, fleet: &Fleet, token: &str) {
        fs::write(self.config(), self.yaml(fleet)).unwrap();
        fs::write(self.at("token"), format!("{token}\n")).unwrap();
        fs::set_permissions(self.at("token"), fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Starts its `metald`, without waiting for anything.
    pub(crate) fn spawn(&self) -> Process {
        Process::start(NODE, "metald", &[], &self.config())
    }

    /// Enrols it with a token of this person, and waits until its session stands.
    #[track_caller]
    pub(crate) fn join(&self, fleet: &Fleet, person: &Person) -> Process {
        self.prepare(fleet, &person.token());
        self.start(person)
    }

    /// Starts its `metald`, and waits until its session stands.
    #[track_caller]
    pub(crate) fn start(&self, person: &Person) -> Process {
        let process = self.spawn();
        person.sees_device(&self.label, "a session that stands", |device| {
            device.connection.value == api::word::Connection::Live
        });
        process
    }

    /// A hardware monitor of one chip: a temperature, and a switch at the lid.
    pub(crate) fn monitor(&self) -> Monitor {
        let chip = self.sysfs.join("class/hwmon/hwmon0");
        fs::create_dir_all(&chip).unwrap();
        fs::write(chip.join("name"), "nct6798\n").unwrap();
        let monitor = Monitor(chip);
        monitor.lid(Lid::Closed);
        monitor.temperature(25);
        monitor
    }
}

/// The sense that reads the switch of a [`Monitor`].
pub(crate) const LID: &str = "senses:
  - { name: lid, zone: case, read: hwmon, chip: nct6798, input: intrusion0 }
";

/// What a chip shows.
pub(crate) struct Monitor(PathBuf);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lid {
    Closed,
    Open,
}

impl Monitor {
    pub(crate) fn lid(&self, lid: Lid) {
        self.show("intrusion0_alarm", if lid == Lid::Open { "1\n" } else { "0\n" });
    }

    pub(crate) fn temperature(&self, celsius: u32) {
        self.show("temp1_input", &format!("{}\n", celsius * 1000));
    }

    /// A reader sees the one text or the other, and never half of it.
    fn show(&self, name: &str, text: &str) {
        let new = self.0.join("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, self.0.join(name)).unwrap();
    }
}
