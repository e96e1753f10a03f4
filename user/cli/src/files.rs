//! Files of keys and letters: whole or not at all, and no key is ever overwritten.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use crate::mistake::Mistake;

/// A file that only its owner may read: 0600 from its first byte, and refused where something stands already.
pub fn write_secret(path: &Path, text: &[u8]) -> Result<(), Mistake> {
    let mut draft = Draft::new(path, 0o600)?;
    draft.add(text)?;
    draft.keep_new()
}

/// A public file that must not take another's place.
pub fn write_new(path: &Path, text: &[u8]) -> Result<(), Mistake> {
    let mut draft = Draft::new(path, 0o644)?;
    draft.add(text)?;
    draft.keep_new()
}

/// A public file; the one before it stands until this one is whole.
pub fn write(path: &Path, text: &[u8]) -> Result<(), Mistake> {
    let mut draft = Draft::new(path, 0o644)?;
    draft.add(text)?;
    draft.keep()
}

/// A file that is being written beside its place; it is gone unless it is kept.
pub(crate) struct Draft {
    file: File,
    beside: PathBuf,
    path: PathBuf,
}

impl Draft {
    pub(crate) fn new(path: &Path, mode: u32) -> Result<Self, Mistake> {
        let beside = beside(path);
        let begun = || {
            DirBuilder::new().recursive(true).mode(0o700).create(folder_of(path))?;
            OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside)
        };
        let file = begun().map_err(|error| Mistake::write(path, &error))?;
        Ok(Self { file, beside, path: path.to_owned() })
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) -> Result<(), Mistake> {
        self.file.write_all(bytes).map_err(|error| Mistake::write(&self.path, &error))
    }

    /// In the place of whatever stands there.
    pub(crate) fn keep(self) -> Result<(), Mistake> {
        self.place(|from, to| fs::rename(from, to))
    }

    /// Where nothing stands: unlike a rename, a link never takes another file's place.
    pub(crate) fn keep_new(self) -> Result<(), Mistake> {
        self.place(|from, to| fs::hard_link(from, to))
    }

    fn place(self, into_place: impl FnOnce(&Path, &Path) -> io::Result<()>) -> Result<(), Mistake> {
        let placed = || {
            self.file.sync_all()?;
            into_place(&self.beside, &self.path)?;
            File::open(folder_of(&self.path))?.sync_all()
        };
        placed().map_err(|error| Mistake::write(&self.path, &error))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After a rename there is nothing left; otherwise it may be half a key, and goes whatever became of the rest.
        let _ = fs::remove_file(&self.beside);
    }
}

/// Reads a secret file, unless others can read it too.
pub fn read_secret(path: &Path, limit: usize) -> Result<Zeroizing<String>, Mistake> {
    let file = File::open(path).map_err(|error| Mistake::read(path, &error))?;
    let mode = file.metadata().map_err(|error| Mistake::read(path, &error))?.mode();
    if mode & 0o077 != 0 {
        return Err(Mistake::Open(path.to_owned()));
    }
    let mut text = Zeroizing::new(String::with_capacity(limit + 1));
    bounded(file, limit, path, |file| file.read_to_string(&mut text))?;
    Ok(text)
}

/// Reads a file of letters.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Mistake> {
    let file = File::open(path).map_err(|error| Mistake::read(path, &error))?;
    let mut bytes = Vec::new();
    bounded(file, limit, path, |file| file.read_to_end(&mut bytes))?;
    Ok(bytes)
}

/// Reads a file of text.
pub fn read_text(path: &Path, limit: usize) -> Result<String, Mistake> {
    let bytes = read(path, limit)?;
    let invalid = |_| Mistake::Read { path: path.to_owned(), kind: io::ErrorKind::InvalidData };
    String::from_utf8(bytes).map_err(invalid)
}

fn bounded(
    file: File,
    limit: usize,
    path: &Path,
    read: impl FnOnce(&mut io::Take<File>) -> io::Result<usize>,
) -> Result<(), Mistake> {
    let mut file = file.take(limit as u64 + 1);
    match read(&mut file) {
        Ok(length) if length > limit => Err(Mistake::TooLarge(path.to_owned())),
        Ok(_) => Ok(()),
        Err(error) => Err(Mistake::read(path, &error)),
    }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.new", std::process::id()));
    folder_of(path).join(name)
}

#[cfg(test)]
mod tests;
