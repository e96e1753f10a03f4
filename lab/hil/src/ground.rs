//! Where everything lies: what is kept for the next run, and what is gone with this one.

#[cfg(test)]
mod tests;

use std::{
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use anyhow::{Context as _, Result};
use rustix::fs::{FlockOperation, flock};

/// A folder of which one run at a time makes use.
pub(crate) struct Ground {
    folder: PathBuf,
    most: AtomicU64,
    /// Others wait for it.
    _lock: File,
}

impl Ground {
    /// Takes it, and removes what a run before this one had no time to remove.
    pub(crate) fn take(folder: &Path) -> Result<Self> {
        let made = fs::create_dir_all(folder);
        made.with_context(|| format!("{} cannot be made", folder.display()))?;
        let lock = File::create(folder.join("lock"))?;
        flock(&lock, FlockOperation::LockExclusive).context("nobody knows whether another run is at work")?;
        let ground = Self { folder: folder.into(), most: AtomicU64::new(0), _lock: lock };
        for left in [ground.run(), ground.logs()] {
            gone(&left)?;
        }
        fs::create_dir(ground.run())?;
        Ok(ground)
    }

    /// What is made of Debian's packages.
    pub(crate) fn cache(&self) -> &Path {
        &self.folder
    }

    /// Disks, snapshots and fleets of this run.
    pub(crate) fn run(&self) -> PathBuf {
        self.folder.join("run")
    }

    /// What is known about failures.
    pub(crate) fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// Keeps what is known about a failure, and says where.
    pub(crate) fn log(&self, test: &str, words: &str) -> Result<PathBuf> {
        fs::create_dir_all(self.logs())?;
        let file = self.logs().join(format!("{test}.log"));
        fs::write(&file, words)?;
        Ok(file)
    }

    /// Looks how much of the disk is taken, and gives the most that it has seen.
    pub(crate) fn most(&self) -> u64 {
        let now = used(&self.folder);
        self.most.fetch_max(now, Ordering::Relaxed).max(now)
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // The next run removes what this one could not.
        let _ = gone(&self.run());
    }
}

/// Removes a folder, if it is there.
pub(crate) fn gone(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", folder.display()))
        }
        _ => Ok(()),
    }
}

/// What a file or all in a folder takes; what is gone meanwhile takes nothing.
pub(crate) fn used(path: &Path) -> u64 {
    const BLOCK: u64 = 512;
    let Ok(data) = fs::symlink_metadata(path) else { return 0 };
    let folder = data.is_dir().then(|| fs::read_dir(path));
    let inside = folder.into_iter().flatten().flatten().flatten();
    data.blocks() * BLOCK + inside.map(|entry| used(&entry.path())).sum::<u64>()
}
