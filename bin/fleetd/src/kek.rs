//! The key-encryption key: a file outside the fleet's folder and outside every backup of it, readable by its owner.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use crypto::{hex, seal::Kek};
use zeroize::Zeroizing;

use crate::{folder, mistake::Mistake, moment};

/// Reads the key, or says what is wrong with its file.
pub(crate) fn read(path: &Path) -> Result<Kek, Mistake> {
    let missing = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => Mistake::KekMissing(path.to_owned()),
        kind => Mistake::Unreadable(path.to_owned(), kind),
    };
    let mode = fs::metadata(path).map_err(missing)?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(Mistake::KekOpen(path.to_owned(), mode));
    }
    let text = Zeroizing::new(folder::read(path, LIMIT).map_err(missing)?);
    let key = hex::decode_secret(text.trim_ascii()).map_err(|_| Mistake::KekMalformed(path.to_owned()))?;
    Ok(Kek::new(*key))
}

/// Makes the key where there is none; says whether it did.
pub(crate) fn make(path: &Path, folder: &Path) -> Result<bool, Mistake> {
    if path.exists() {
        return Ok(false);
    }
    if parent(path)?.starts_with(fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())) {
        return Err(Mistake::KekInside(path.to_owned()));
    }
    let digits = hex::encode_secret(&*Zeroizing::new(moment::draw()));
    let written = folder::write(path, digits.as_bytes());
    written.map(|()| true).map_err(|error| Mistake::Unwritable(path.to_owned(), error.kind()))
}

fn parent(path: &Path) -> Result<PathBuf, Mistake> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|error| Mistake::Unwritable(parent.to_owned(), error.kind()))?;
    fs::canonicalize(parent).map_err(|error| Mistake::Unreadable(parent.to_owned(), error.kind()))
}

/// Sixty-four digits and the end of their line.
const LIMIT: u64 = 128;
