//! How a device's folder stands, for whoever only looks: nothing is made, changed or locked.

use std::{
    fs::{self, File},
    io,
    os::{fd::AsRawFd, unix::fs::MetadataExt},
    path::Path,
};

use rustix::fs::{Mode, OFlags, open};

use super::{LOCK, NEVER_ASTRAY, signed};

/// A folder that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stands {
    /// Whose it is.
    pub owner: Owner,
    /// What others may with it: nothing, if it is as it should be.
    pub mode: u32,
    /// The process that works in it, as far as we may know.
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
    // What somebody else put into a folder of theirs is not opened.
    let by = if owner == Owner::Us { worker(&path.join(LOCK)) } else { None };
    Ok(Some(Stands { owner, mode: meta.mode() & 0o777, by }))
}

/// Who left its number in the lock file, and has it open still: to try the lock would keep a daemon from starting.
fn worker(lock: &Path) -> Option<u32> {
    let file = File::from(open(lock, OFlags::RDONLY | NEVER_ASTRAY, Mode::empty()).ok()?);
    let by = signed(&file)?;
    let lock = file.metadata().ok()?;
    // Our own look is no work.
    let own = (by == std::process::id()).then(|| file.as_raw_fd().to_string());
    // What was closed meanwhile is open no more, and what is another user's is not ours to know.
    let mut held = fs::read_dir(format!("/proc/{by}/fd")).ok()?.flatten().filter(|one| {
        own.as_deref().is_none_or(|own| one.file_name() != own)
            && fs::metadata(one.path()).is_ok_and(|held| (held.dev(), held.ino()) == (lock.dev(), lock.ino()))
    });
    held.next().map(|_| by)
}

#[cfg(test)]
mod tests;
