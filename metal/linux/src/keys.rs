//! Key files: replaced and removed so that a power cut leaves the old one or the new one.
//!
//! A file is written under another name, synced, renamed over the old one, and its folder synced. The attestation
//! key is made last, so where it stands all keys were made, and an opening key that is missing was destroyed.

use std::{
    fs::File,
    io::{self, Read, Write},
    sync::Arc,
};

use rustix::fs::OFlags;
use zeroize::Zeroizing;

use crate::{fault::Fault, folder::Folder};

/// Where the keys stand, in the device's folder.
pub(crate) const FOLDER: &str = "vault";

/// One key file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyFile {
    Attestation,
    Device,
    Next,
    Opening,
}

impl KeyFile {
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Attestation => "vault/attestation",
            Self::Device => "vault/device",
            Self::Next => "vault/next",
            Self::Opening => "vault/opening",
        }
    }

    /// Turns what the disk said of this file into whose fault it is.
    pub(crate) fn fault(self) -> impl FnOnce(io::Error) -> Fault {
        move |why| Fault::KeyFile(self.path(), why)
    }
}

/// Not a key yet, and none after a power cut either.
const NEW: &str = "vault/new";

/// What a file system does, one step at a time; the power may be cut between any two.
pub(crate) trait Steps: Send {
    fn read(&mut self, path: &str) -> io::Result<Option<Vec<u8>>>;
    fn remove(&mut self, path: &str) -> io::Result<()>;
    fn rename(&mut self, from: &str, to: &str) -> io::Result<()>;
    /// Writes zeros over what is there, where it is.
    fn scrub(&mut self, path: &str) -> io::Result<()>;
    fn sync(&mut self, path: &str) -> io::Result<()>;
    fn sync_folder(&mut self, folder: &str) -> io::Result<()>;
    fn write(&mut self, path: &str, bytes: &[u8]) -> io::Result<()>;
}

/// The key files of one device.
pub(crate) struct KeyFiles(Box<dyn Steps>);

impl KeyFiles {
    pub(crate) fn new(steps: impl Steps + 'static) -> Self {
        Self(Box::new(steps))
    }

    /// A key's bytes; none if there is no such key.
    pub(crate) fn read(&mut self, key: KeyFile) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        Ok(self.0.read(key.path())?.map(Zeroizing::new))
    }

    /// Puts a key in the place of the one that stands there, if one does. Durable when it returns.
    pub(crate) fn replace(&mut self, key: KeyFile, bytes: &[u8]) -> io::Result<()> {
        self.0.write(NEW, bytes)?;
        self.0.sync(NEW)?;
        self.0.rename(NEW, key.path())?;
        self.0.sync_folder(FOLDER)
    }

    /// Destroys a key, also where a disk would only forget its name. Durable when it returns.
    ///
    /// What flash keeps of a block that was written over is out of our hands.
    pub(crate) fn destroy(&mut self, key: KeyFile) -> io::Result<()> {
        if self.read(key)?.is_some() {
            self.0.scrub(key.path())?;
            self.0.sync(key.path())?;
            self.0.remove(key.path())?;
        }
        // Also when it is gone already: its name may not be.
        self.0.sync_folder(FOLDER)
    }

    /// Takes the name from a key that stands under another name too. Durable when it returns.
    pub(crate) fn remove(&mut self, key: KeyFile) -> io::Result<()> {
        self.0.remove(key.path())?;
        self.0.sync_folder(FOLDER)
    }

    /// Removes what a power cut left half made.
    pub(crate) fn tidy(&mut self) -> io::Result<()> {
        match self.0.read(NEW)? {
            Some(_) => self.0.remove(NEW),
            None => Ok(()),
        }
    }
}

impl Steps for Arc<Folder> {
    fn read(&mut self, path: &str) -> io::Result<Option<Vec<u8>>> {
        Folder::read(self, path)
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        Folder::remove(self, path)
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        Folder::rename(self, from, to)
    }

    fn scrub(&mut self, path: &str) -> io::Result<()> {
        let mut file = self.writable(path, OFlags::empty())?;
        let length = file.metadata()?.len();
        io::copy(&mut io::repeat(0).take(length), &mut file).map(|_| ())
    }

    fn sync(&mut self, path: &str) -> io::Result<()> {
        // A fault that nobody was told yet is told to whoever opens the file next.
        self.existing(path)?.as_ref().map_or(Err(io::ErrorKind::NotFound.into()), File::sync_data)
    }

    fn sync_folder(&mut self, folder: &str) -> io::Result<()> {
        Folder::sync_folder(self, folder)
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.writable(path, OFlags::TRUNC)?.write_all(bytes)
    }
}

#[cfg(test)]
pub(crate) mod tests;
