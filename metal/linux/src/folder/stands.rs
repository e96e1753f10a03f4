//! How a device's folder stands, for whoever only looks: nothing is made, changed or locked.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt,
    path::Path,
};

use super::{LOCK, signed};

/// A folder that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stands {
    /// Whose it is.
    pub owner: Owner,
    /// What others may with it: nothing, if it is as it should be.
    pub mode: u32,
    /// The process that works in it.
    pub by: Option<u32>,
}

/// Whose something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// This process's user's.
    Us,
    /// That of the user of this number.
    Other(u32),
}

/// Looks at it; none where there is no folder.
pub fn stands(path: &Path) -> io::Result<Option<Stands>> {
    let meta = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        meta => meta?,
    };
    if !meta.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    let owner =
        if meta.uid() == rustix::process::geteuid().as_raw() { Owner::Us } else { Owner::Other(meta.uid()) };
    Ok(Some(Stands { owner, mode: meta.mode() & 0o777, by: worker(&path.join(LOCK))? }))
}

/// Who left its number in the lock file, and has it open still: to try the lock would keep a daemon from starting.
fn worker(lock: &Path) -> io::Result<Option<u32>> {
    let file = match File::open(lock) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let Some(by) = signed(&file) else { return Ok(None) };
    let lock = file.metadata()?;
    let open = match fs::read_dir(format!("/proc/{by}/fd")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        open => open?,
    };
    // Our own look is no work.
    let own = (by == std::process::id()).then(|| std::os::fd::AsRawFd::as_raw_fd(&file).to_string());
    for one in open {
        let one = one?;
        if own.as_deref().is_some_and(|own| one.file_name() == own) {
            continue;
        }
        // What was closed meanwhile is open no more.
        if fs::metadata(one.path()).is_ok_and(|held| (held.dev(), held.ino()) == (lock.dev(), lock.ino())) {
            return Ok(Some(by));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
