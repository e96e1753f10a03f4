//! The device's own folder: one process at a time, 0700 and 0600, and no way out of it.
//!
//! A path is `name` or `folder/name`. Nothing here follows a symbolic link, and nothing but a regular file is read
//! or written.

pub(crate) mod stands;

use std::{
    fs::{DirBuilder, File},
    io::{self, Read, Seek, Write},
    os::{fd::OwnedFd, unix::fs::DirBuilderExt},
    path::Path,
    process,
};

use rustix::{
    fs::{self, AtFlags, Dir, FileType, FlockOperation, Mode, OFlags},
    io::Errno,
};

use crate::fault::{Fault, Mistake, Unready};

/// The file whose lock says that the folder is in use.
pub(crate) const LOCK: &str = "lock";

/// A file of ours is never larger; a larger one is not ours.
const BYTES_LIMIT: u64 = 64 * 1024 * 1024;

/// A folder of ours never holds more files.
const FILES_LIMIT: usize = 65_536;

/// The folder, for as long as this process works in it; left, it is free at once.
pub(crate) struct Folder {
    root: OwnedFd,
    lock: File,
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A child that another thread has just begun to start holds a copy of our descriptors for a moment.
        let _ = fs::flock(&self.lock, FlockOperation::Unlock);
    }
}

impl Folder {
    /// Makes the folder if it is not there, and takes it for this process alone.
    pub(crate) fn open(path: &Path) -> Result<Self, Unready> {
        let failed = |why: io::Error| Fault::Folder(path.into(), why);
        make(path).map_err(failed)?;
        let root = fs::open(path, FOLDER, Mode::empty()).map_err(io::Error::from).map_err(failed)?;
        let stat = fs::fstat(&root).map_err(io::Error::from).map_err(failed)?;
        if stat.st_uid != rustix::process::geteuid().as_raw() {
            return Err(Mistake::NotOurs(path.into()).into());
        }
        if stat.st_mode & 0o077 != 0 {
            fs::fchmod(&root, Mode::RWXU).map_err(io::Error::from).map_err(failed)?;
        }
        let lock = fs::openat(&root, LOCK, OFlags::RDWR | OFlags::CREATE | NEVER_ASTRAY, OWNER);
        let lock = File::from(lock.map_err(io::Error::from).map_err(failed)?);
        match fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => sign(&lock).map_err(failed)?,
            Err(Errno::WOULDBLOCK) => {
                return Err(Mistake::InUse { folder: path.into(), by: signed(&lock) }.into());
            }
            Err(errno) => return Err(failed(errno.into()).into()),
        }
        Ok(Self { root, lock })
    }

    /// Opens a file to write; it and its folder are made where they are not there.
    pub(crate) fn writable(&self, path: &str, how: OFlags) -> io::Result<File> {
        let place = Place::of(path)?;
        let parent = self.made(&place)?;
        let file =
            fs::openat(&parent, place.name, OFlags::WRONLY | OFlags::CREATE | how | NEVER_ASTRAY, OWNER)?;
        regular(file)?.ok_or_else(|| io::ErrorKind::InvalidInput.into())
    }

    /// Opens a file that is there, to read or to sync it.
    pub(crate) fn existing(&self, path: &str) -> io::Result<Option<File>> {
        let place = Place::of(path)?;
        let opened = self
            .parent(&place)
            .and_then(|parent| fs::openat(&parent, place.name, OFlags::RDONLY | NEVER_ASTRAY, Mode::empty()));
        match opened {
            Ok(file) => regular(file)?.map(Some).ok_or_else(|| io::ErrorKind::InvalidInput.into()),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(errno.into()),
        }
    }

    /// A file's bytes; none if it is not there.
    pub(crate) fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = self.existing(path)? else { return Ok(None) };
        let length = file.metadata()?.len();
        if length > BYTES_LIMIT {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        // One byte more than is there, so that reading never moves the bytes and leaves a copy behind.
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default() + 1);
        file.take(BYTES_LIMIT).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// How many bytes a file has; none if it is not there.
    pub(crate) fn length(&self, path: &str) -> io::Result<Option<u64>> {
        let Some(file) = self.existing(path)? else { return Ok(None) };
        Ok(Some(file.metadata()?.len()))
    }

    /// The names of the files in a folder (`""` is the whole folder itself), sorted; none if it is not there.
    pub(crate) fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let parent = match self.inner(folder) {
            Ok(parent) => parent,
            Err(Errno::NOENT) => return Ok(vec![]),
            Err(errno) => return Err(errno.into()),
        };
        let mut names = vec![];
        for entry in Dir::read_from(&parent)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().to_str() else { continue };
            let kind = match entry.file_type() {
                FileType::Unknown => {
                    let stat = fs::statat(&parent, name, AtFlags::SYMLINK_NOFOLLOW)?;
                    FileType::from_raw_mode(stat.st_mode)
                }
                known => known,
            };
            if kind != FileType::RegularFile || (folder.is_empty() && name == LOCK) {
                continue;
            }
            if names.len() == FILES_LIMIT {
                return Err(io::ErrorKind::InvalidData.into());
            }
            names.push(name.to_owned());
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Gives a file another name, replacing what had it.
    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let (from, to) = (Place::of(from)?, Place::of(to)?);
        let (old, new) = (self.parent(&from)?, self.made(&to)?);
        Ok(fs::renameat(&old, from.name, &new, to.name)?)
    }

    /// Removes a file; one that is not there is removed already.
    pub(crate) fn remove(&self, path: &str) -> io::Result<()> {
        let place = Place::of(path)?;
        match self.parent(&place).and_then(|parent| fs::unlinkat(&parent, place.name, AtFlags::empty())) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Makes a folder's names durable; a folder that is not there has none.
    pub(crate) fn sync_folder(&self, folder: &str) -> io::Result<()> {
        match self.inner(folder).and_then(fs::fsync) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }

    fn parent(&self, place: &Place<'_>) -> Result<OwnedFd, Errno> {
        self.inner(place.folder)
    }

    fn inner(&self, folder: &str) -> Result<OwnedFd, Errno> {
        if !folder.is_empty() && !is_name(folder) {
            return Err(Errno::INVAL);
        }
        let folder = if folder.is_empty() { "." } else { folder };
        fs::openat(&self.root, folder, FOLDER | NEVER_ASTRAY, Mode::empty())
    }

    /// The parent, made if need be; its own name is durable before anything stands in it.
    fn made(&self, place: &Place<'_>) -> Result<OwnedFd, Errno> {
        match self.parent(place) {
            Err(Errno::NOENT) => {
                fs::mkdirat(&self.root, place.folder, Mode::RWXU)?;
                fs::fsync(&self.root)?;
                self.parent(place)
            }
            opened => opened,
        }
    }
}

/// Makes a folder for its owner alone, and those above it, which others pass through, as far as they are not there;
/// their names are durable before anything is.
fn make(path: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = path.ancestors().take_while(|above| !above.exists()).collect();
    if let Some(above) = path.parent() {
        std::fs::create_dir_all(above)?;
    }
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    for above in missing.into_iter().filter_map(Path::parent) {
        let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        File::open(above)?.sync_all()?;
    }
    Ok(())
}

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::RDONLY).union(OFlags::CLOEXEC);
/// No symbolic link is followed, no child inherits the file, and a pipe does not hold us up.
const NEVER_ASTRAY: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);
const OWNER: Mode = Mode::RUSR.union(Mode::WUSR);

/// Where a file stands.
struct Place<'a> {
    /// Empty for the folder itself.
    folder: &'a str,
    name: &'a str,
}

impl<'a> Place<'a> {
    fn of(path: &'a str) -> Result<Self, Errno> {
        let (folder, name) = path.split_once('/').unwrap_or(("", path));
        let astray = !is_name(name) || (path.contains('/') && !is_name(folder));
        if astray { Err(Errno::INVAL) } else { Ok(Self { folder, name }) }
    }
}

/// One step of a path that leads down.
fn is_name(step: &str) -> bool {
    !matches!(step, "" | "." | "..") && step.len() <= 255 && !step.contains(['/', '\0'])
}

fn regular(file: OwnedFd) -> io::Result<Option<File>> {
    let file = File::from(file);
    Ok(file.metadata()?.is_file().then_some(file))
}

/// Leaves our number for whoever is refused.
fn sign(mut lock: &File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    writeln!(lock, "{}", process::id())
}

fn signed(lock: &File) -> Option<u32> {
    let mut text = String::new();
    lock.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests;
