//! Lines of GPIO chips, asked of the kernel: who is called so, how it stands, and a descriptor that tells each edge.
//!
//! Source: `linux/gpio.h` of the kernel, version 2 of the character device. A chip and a line are named as the board
//! names them; their numbers may be others after the next boot.

mod uapi;

use std::{
    fs::File,
    io,
    os::fd::{BorrowedFd, OwnedFd},
    path::{Path, PathBuf},
};

use rustix::fs::{Mode, OFlags, open};

pub(crate) use self::uapi::{EVENT, Level, Use, edge};
use crate::sysfs::is_gone;

/// One line of one chip, as its configuration names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GpioLine {
    /// The chip's label, such as `pinctrl-bcm2835`, or its device, such as `gpiochip0`.
    pub chip: String,
    /// Which of its lines.
    pub line: LineName,
    /// The level that means that the contact is open, or that the loop is cut.
    pub open: Open,
    /// What holds the line while nothing drives it.
    pub bias: Bias,
}

/// How a line is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineName {
    /// As the board names it, such as `case-switch`.
    Name(String),
    /// By its place on the chip, where the board names none.
    Offset(u32),
}

/// The level of the wire that means open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Open {
    /// A switch or loop to ground, and a pull up: a cut wire reads like an open lid.
    #[default]
    High,
    /// A switch or loop to the supply, and a pull down.
    Low,
}

/// What holds a line while nothing drives it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bias {
    /// As firmware and board left it.
    #[default]
    AsIs,
    /// Nothing within the chip.
    Disabled,
    /// A resistor of the chip to ground.
    PullDown,
    /// A resistor of the chip to the supply.
    PullUp,
}

/// Who has a line that this daemon reads.
pub const HOLDER: &str = uapi::CONSUMER;

/// Who is asked for lines; the kernel, but for tests.
pub(crate) trait Gpio: Send {
    /// The descriptor of a line, from which edges are read without waiting; `NotFound` if there is no such line, and
    /// `InvalidData` if there are two.
    fn ask(&self, wanted: &GpioLine) -> io::Result<OwnedFd>;

    /// How the line stands now.
    fn level(&self, line: BorrowedFd<'_>) -> io::Result<Level>;

    /// What a line is used for, without asking for it.
    fn used(&self, wanted: &GpioLine) -> io::Result<Use>;
}

/// The kernel's own chips, below `/dev`.
#[derive(Clone, Debug)]
pub(crate) struct Chips(PathBuf);

/// A machine with more chips is none.
const CHIPS: usize = 256;

/// A chip with more lines is none.
const LINES: u32 = 4096;

impl Chips {
    pub(crate) fn new(devices: &Path) -> Self {
        Self(devices.into())
    }

    /// Every place of this machine to which the name belongs.
    fn find(&self, wanted: &GpioLine) -> io::Result<Vec<(File, u32)>> {
        let mut found = vec![];
        for name in self.names()? {
            let chip = match self.chip(&name, wanted) {
                Ok(Some(chip)) => chip,
                Ok(None) => continue,
                // It went while we looked.
                Err(error) if is_gone(&error) => continue,
                Err(error) => return Err(error),
            };
            for offset in offsets(&chip, &wanted.line)? {
                found.push((chip.try_clone()?, offset));
            }
        }
        Ok(found)
    }

    /// The one place to which it belongs.
    fn only(&self, wanted: &GpioLine) -> io::Result<(File, u32)> {
        let mut found = self.find(wanted)?;
        let place = found.pop().ok_or(io::ErrorKind::NotFound)?;
        if found.is_empty() { Ok(place) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    /// The named lines of the chip of this name, or how many it has; the labels of all chips where none is called so.
    pub(crate) fn others(&self, wanted: &str) -> io::Result<Vec<String>> {
        let mut labels = vec![];
        for name in self.names()? {
            let (chip, says) = self.open(&name)?;
            if says.label == wanted || says.name == wanted {
                let lines = (0..says.lines.min(LINES)).map(|offset| Ok(uapi::name(&chip, offset)?));
                let mut lines: Vec<String> = lines.collect::<io::Result<_>>()?;
                lines.retain(|line| !line.is_empty());
                let unnamed = || vec![format!("{} lines of {}, none of them named", says.lines, says.label)];
                return Ok(if lines.is_empty() { unnamed() } else { lines });
            }
            labels.push(says.label);
        }
        labels.sort_unstable();
        Ok(labels)
    }

    /// This chip, if it is the wanted one.
    fn chip(&self, name: &str, wanted: &GpioLine) -> io::Result<Option<File>> {
        let (chip, says) = self.open(name)?;
        Ok((says.label == wanted.chip || says.name == wanted.chip).then_some(chip))
    }

    fn open(&self, name: &str) -> io::Result<(File, uapi::Chip)> {
        let flags = OFlags::RDWR | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        let chip = File::from(open(self.0.join(name), flags, Mode::empty())?);
        let says = uapi::chip(&chip)?;
        Ok((chip, says))
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = vec![];
        for entry in std::fs::read_dir(&self.0)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.strip_prefix("gpiochip").is_some_and(|number| number.parse::<u32>().is_ok()) {
                names.push(name);
            }
            if names.len() > CHIPS {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        Ok(names)
    }
}

impl Gpio for Chips {
    fn ask(&self, wanted: &GpioLine) -> io::Result<OwnedFd> {
        let (chip, offset) = self.only(wanted)?;
        Ok(uapi::request(&chip, offset, wanted.open, wanted.bias)?)
    }

    fn level(&self, line: BorrowedFd<'_>) -> io::Result<Level> {
        Ok(uapi::level(line)?)
    }

    fn used(&self, wanted: &GpioLine) -> io::Result<Use> {
        let (chip, offset) = self.only(wanted)?;
        Ok(uapi::used(&chip, offset)?)
    }
}

/// The lines of a chip that are called so.
fn offsets(chip: &File, wanted: &LineName) -> io::Result<Vec<u32>> {
    let lines = uapi::chip(chip)?.lines.min(LINES);
    match wanted {
        LineName::Offset(offset) => Ok((*offset < lines).then_some(*offset).into_iter().collect()),
        LineName::Name(name) => {
            let mut found = vec![];
            for offset in 0..lines {
                if uapi::name(chip, offset)? == *name {
                    found.push(offset);
                }
            }
            Ok(found)
        }
    }
}

#[cfg(test)]
mod tests;
