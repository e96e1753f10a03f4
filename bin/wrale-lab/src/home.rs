//! The lab's folder: what stands where, and that one lab at a time works in it.

use std::{
    env,
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

/// The folder. Everything in it but the lock belongs to one run, and the next run begins with nothing.
#[derive(Clone, Debug)]
pub(crate) struct Home(PathBuf);

/// Held for as long as the lab works in its folder; it falls with the process.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "it is held, not read")] File);

impl Home {
    /// Where the lab lives; a tour that makes itself lives beside it and disturbs nobody.
    pub(crate) fn find(name: &str) -> Result<Self> {
        let folder = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state = folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")));
        let state =
            state.context("neither $XDG_STATE_HOME nor $HOME says where the lab may live; set one")?;
        Ok(Self(state.join(name)))
    }

    /// Takes the folder, and clears away what an earlier run left in it.
    pub(crate) fn take(&self) -> Result<Lock> {
        let make = || DirBuilder::new().recursive(true).mode(0o700).create(&self.0);
        make().with_context(|| format!("{} cannot be made", self.0.display()))?;
        let path = self.0.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = file.with_context(|| format!("{} cannot be opened", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!("a lab works in {} already; ask it with `status`, or end it", self.0.display())
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).context("the lab's folder cannot be locked");
            }
        }
        for left in ["boxes", "fleet", "kek", "offline", "people"] {
            gone(fs::remove_dir_all(self.0.join(left)))?;
        }
        for left in ["audit.txt", "boxes.log", "control", "fleetd.log", "fleetd.yaml", "policy.yaml"] {
            gone(fs::remove_file(self.0.join(left)))?;
        }
        Ok(Lock(file))
    }

    /// What the fleet's own folder is called.
    pub(crate) fn fleet(&self) -> PathBuf {
        self.0.join("fleet")
    }

    /// The key-encryption key stands outside of it.
    pub(crate) fn kek(&self) -> PathBuf {
        self.0.join("kek/fleet.kek")
    }

    /// The fleet's configuration.
    pub(crate) fn config(&self) -> PathBuf {
        self.0.join("fleetd.yaml")
    }

    /// What the fleet does about an incident.
    pub(crate) fn policy(&self) -> PathBuf {
        self.0.join("policy.yaml")
    }

    /// What the fleet's process says.
    pub(crate) fn fleet_log(&self) -> PathBuf {
        self.0.join("fleetd.log")
    }

    /// What boxes notice.
    pub(crate) fn boxes_log(&self) -> PathBuf {
        self.0.join("boxes.log")
    }

    /// What a box keeps of its enrolment.
    pub(crate) fn kept(&self, label: &str) -> PathBuf {
        self.0.join("boxes").join(label).join("joined")
    }

    /// The machine that never touches a network.
    pub(crate) fn offline(&self) -> PathBuf {
        self.0.join("offline")
    }

    /// A person's key.
    pub(crate) fn key(&self, name: &str) -> PathBuf {
        self.0.join("people").join(format!("{name}.key"))
    }

    /// Where the tour puts the audit log.
    pub(crate) fn audit(&self) -> PathBuf {
        self.0.join("audit.txt")
    }

    /// The control socket.
    pub(crate) fn control(&self) -> PathBuf {
        self.0.join("control")
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

fn gone(removed: io::Result<()>) -> Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).context("what an earlier lab left cannot be removed")
        }
        _ => Ok(()),
    }
}
