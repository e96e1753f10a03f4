//! One process for one directory: a lock that ends with the process, however it ends.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use crate::fault::Fault;

/// The right to work in a directory, for as long as it is held.
pub struct Lock {
    directory: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes it, or says who has it.
    pub fn take(directory: &Path) -> Result<Self, Fault> {
        let path = directory.join("lock");
        let fault = |error: io::Error| match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Fault::ReadOnly(directory.to_owned())
            }
            _ => Fault::Database(format!("`{}`: {error}", path.display())),
        };
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(fault)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Fault::Locked { directory: directory.to_owned(), pid: pid(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(fault(error)),
        }
        // For people alone: the lock holds without it, so a full disk keeps nobody from reading what is there.
        let _ = note(&mut file);
        Ok(Self { directory: directory.to_owned(), _file: file })
    }

    /// Of which directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

fn note(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests;
