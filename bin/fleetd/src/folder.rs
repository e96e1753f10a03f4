//! Files: read in whole and bounded, written in whole or not at all.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::Path,
};

use crate::mistake::Mistake;

/// A file as a whole; of one that is longer, enough to be refused.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![];
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Puts a file of mode 0600 in place of the one that is there: after a power cut it is the old one or the new one.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    put(path, bytes, 0o600)
}

/// The same for what everybody may read.
pub(crate) fn publish(path: &Path, bytes: &[u8]) -> io::Result<()> {
    put(path, bytes, 0o644)
}

fn put(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = Path::new(&beside);
    // One that a power cut left behind would keep its old mode.
    match fs::remove_file(beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().create_new(true).write(true).mode(mode).open(beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(beside, path)?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(parent)?.sync_all()
}

/// Whether a folder is that of whoever runs this: what one user writes into the folder of another, with rights for
/// its owner alone, the other cannot read.
pub(crate) fn ours(path: &Path) -> Result<(), Mistake> {
    let owner = fs::metadata(path).map_err(|error| Mistake::Unreadable(path.to_owned(), error.kind()))?.uid();
    match fs::read_to_string("/proc/self/status").ok().as_deref().and_then(effective) {
        Some(runner) if runner != owner => {
            Err(Mistake::FolderOther { folder: path.to_owned(), owner, runner })
        }
        _ => Ok(()),
    }
}

/// The effective user of a process, as its status has it (proc_pid_status(5), `Uid`).
fn effective(status: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Makes a folder for its owner alone, and those above it, which others pass through, as this process makes folders.
pub(crate) fn make(path: &Path) -> io::Result<()> {
    if let Some(above) = path.parent() {
        fs::create_dir_all(above)?;
    }
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(test)]
mod tests;
