//! Attributes below one root: small, bounded, and worth nothing when they cannot be read.
//!
//! Source: the kernel's `Documentation/filesystems/sysfs.rst` (one value in a file, at most a page) and
//! `Documentation/ABI/testing/`.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use rustix::fs::{Access, OFlags, access, fstat};
use vocab::reading::SensorFault;

/// What the kernel gives is at most a page.
const PAGE: usize = 4096;

/// A folder of devices that holds more is no folder of devices.
const NAMES: usize = 4096;

/// Most bytes of a number.
const DIGITS: usize = 64;

/// The root of a tree such as `/sys`; a clone is the same root.
#[derive(Clone, Debug)]
pub(crate) struct Sysfs(Arc<Path>);

impl Sysfs {
    pub(crate) fn new(root: &Path) -> Self {
        Self(root.into())
    }

    pub(crate) fn path(&self, attribute: &str) -> PathBuf {
        self.0.join(attribute)
    }

    pub(crate) fn holds(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    /// An attribute's bytes; `InvalidData` if there are more than a page.
    pub(crate) fn bytes(&self, attribute: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        quiet(&self.path(attribute))?.take(PAGE as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > PAGE { Err(io::ErrorKind::InvalidData.into()) } else { Ok(bytes) }
    }

    /// An attribute's text without the white space and zeros around it; what is not UTF-8 is replaced.
    pub(crate) fn text(&self, attribute: &str) -> io::Result<String> {
        let bytes = self.bytes(attribute)?;
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_owned())
    }

    /// The text of an attribute that need not be there, or not for us.
    pub(crate) fn text_if_any(&self, attribute: &str) -> io::Result<Option<String>> {
        match self.text(attribute) {
            Ok(text) => Ok(Some(text).filter(|text| !text.is_empty())),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The names in a folder, sorted.
    pub(crate) fn names(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut names = vec![];
        for entry in fs::read_dir(self.path(folder))? {
            if names.len() == NAMES {
                return Err(io::ErrorKind::InvalidData.into());
            }
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort_unstable();
        Ok(names)
    }

    /// The last step of where a link leads, such as a device's own name.
    pub(crate) fn target(&self, link: &str) -> Option<String> {
        let target = fs::canonicalize(self.path(link)).ok()?;
        Some(target.file_name()?.to_string_lossy().into_owned())
    }

    /// Opens an attribute to read it again and again.
    pub(crate) fn attribute(&self, attribute: &str) -> io::Result<Attribute> {
        quiet(&self.path(attribute)).map(Attribute)
    }

    /// Whether this process may write an attribute that is there.
    pub(crate) fn is_ours_to_write(&self, attribute: &str) -> bool {
        access(self.path(attribute), Access::WRITE_OK).is_ok()
    }

    /// Writes an attribute.
    pub(crate) fn write(&self, attribute: &str, value: &str) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).custom_flags(flags());
        options.open(self.path(attribute))?.write_all(value.as_bytes())
    }
}

/// An attribute that stays open.
#[derive(Debug)]
pub(crate) struct Attribute(File);

impl Attribute {
    /// Its number now.
    pub(crate) fn number(&self) -> Result<i64, SensorFault> {
        let (bytes, length) = self.bytes()?;
        let text = bytes[..length].trim_ascii();
        if text.is_empty() {
            return Err(SensorFault::Bus);
        }
        let number = str::from_utf8(text).ok().and_then(|text| text.parse().ok());
        number.ok_or(SensorFault::Implausible)
    }

    /// Its number now, in thousandths of millionths: `0.009577` is 9 577 000.
    pub(crate) fn nanos(&self) -> Result<i64, SensorFault> {
        let (bytes, length) = self.bytes()?;
        let text = str::from_utf8(bytes[..length].trim_ascii()).map_err(|_| SensorFault::Implausible)?;
        if text.is_empty() {
            return Err(SensorFault::Bus);
        }
        nanos(text).ok_or(SensorFault::Implausible)
    }

    fn bytes(&self) -> Result<([u8; DIGITS], usize), SensorFault> {
        let mut bytes = [0; DIGITS];
        // An open file outlives its name; a sensor does not.
        let meta = fstat(&self.0).map_err(|error| fault(&error.into()))?;
        if meta.st_nlink == 0 {
            return Err(SensorFault::Missing);
        }
        let length = self.0.read_at(&mut bytes, 0).map_err(|error| fault(&error))?;
        if length == DIGITS { Err(SensorFault::Implausible) } else { Ok((bytes, length)) }
    }
}

/// A decimal with at most nine digits before its point; what lies behind the ninth place is cut off.
fn nanos(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let numeral = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || !numeral(whole) || !numeral(rest) {
        return None;
    }
    let digit = |at| rest.as_bytes().get(at).map_or(0, |digit| i64::from(digit - b'0'));
    let rest = (0..9).fold(0, |value, at| value * 10 + digit(at));
    Some(sign * (whole.parse::<i64>().ok()? * 1_000_000_000 + rest))
}

/// Why a sensor could not look.
pub(crate) fn fault(error: &io::Error) -> SensorFault {
    if is_gone(error) {
        return SensorFault::Missing;
    }
    match error.kind() {
        io::ErrorKind::InvalidData => SensorFault::Implausible,
        _ => SensorFault::Bus,
    }
}

/// Not there, or no longer.
pub(crate) fn is_gone(error: &io::Error) -> bool {
    let gone = [rustix::io::Errno::NODEV, rustix::io::Errno::NXIO].map(|errno| Some(errno.raw_os_error()));
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
        || gone.contains(&error.raw_os_error())
}

/// Not there, or not for us.
fn is_absent(error: &io::Error) -> bool {
    is_gone(error) || error.kind() == io::ErrorKind::PermissionDenied
}

/// Opens without waiting for whoever is at the other end.
fn quiet(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(flags()).open(path)
}

fn flags() -> i32 {
    (OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY).bits().cast_signed()
}

#[cfg(test)]
mod tests;
