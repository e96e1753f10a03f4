//! Why a board cannot be made of this machine: whose fault it is, and what to do now.

use std::{error::Error, fmt, io, path::PathBuf};

use vocab::SensorName;

/// What an operator has to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// Several chips answer to this name.
    AmbiguousChip {
        /// The sensor that wants it.
        sensor: SensorName,
        /// The name.
        chip: String,
        /// Names that would be clear.
        clear: Vec<String>,
    },
    /// Another process works in the folder.
    InUse {
        /// The folder.
        folder: PathBuf,
        /// That process, if it left its number.
        by: Option<u32>,
    },
    /// A sensor that cannot be read in the way that was asked for.
    NoSuchInput {
        /// The sensor.
        sensor: SensorName,
        /// What was asked for.
        input: String,
    },
    /// The folder belongs to another user.
    NotOurs(PathBuf),
    /// Two sensors have one name, or two look at what can be looked at only once.
    SensorTwice(SensorName),
}

/// What is wrong with the machine, or with us.
#[derive(Debug)]
pub enum Fault {
    /// The kernel's events cannot be heard.
    Events(io::Error),
    /// The folder cannot be used.
    Folder(PathBuf, io::Error),
    /// A key file holds no key.
    KeyDamaged(&'static str),
    /// A key file cannot be read or written.
    KeyFile(&'static str, io::Error),
    /// No thread could be started.
    Thread(io::Error),
    /// The file is no watchdog, or it cannot be opened.
    Watchdog(PathBuf, io::Error),
}

/// Why there is no board.
#[derive(Debug)]
pub enum Unready {
    /// The machine's fault, or ours.
    Fault(Fault),
    /// An operator's mistake.
    Mistake(Mistake),
}

impl Mistake {
    /// `linux/…`, stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AmbiguousChip { .. } => "linux/ambiguous-chip",
            Self::InUse { .. } => "linux/in-use",
            Self::NoSuchInput { .. } => "linux/no-such-input",
            Self::NotOurs(_) => "linux/not-ours",
            Self::SensorTwice(_) => "linux/sensor-twice",
        }
    }
}

impl Fault {
    /// `linux/…`, stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Events(_) => "linux/events",
            Self::Folder(..) => "linux/folder",
            Self::KeyDamaged(_) => "linux/key-damaged",
            Self::KeyFile(..) => "linux/key-file",
            Self::Thread(_) => "linux/thread",
            Self::Watchdog(..) => "linux/watchdog",
        }
    }
}

impl Unready {
    /// `linux/…`, stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Fault(fault) => fault.code(),
            Self::Mistake(mistake) => mistake.code(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AmbiguousChip { sensor, chip, clear } => {
                let clear = clear.join("`, `");
                write!(f, "sensor `{sensor}`: several chips are called `{chip}`; name one of `{clear}`")
            }
            Self::InUse { folder, by: Some(by) } => {
                let folder = folder.display();
                write!(f, "process {by} already works in {folder}; stop it, or give this one another folder")
            }
            Self::InUse { folder, by: None } => {
                let folder = folder.display();
                write!(f, "another process works in {folder}; stop it, or give this one another folder")
            }
            Self::NoSuchInput { sensor, input } => {
                write!(f, "sensor `{sensor}`: `{input}` cannot be read; ask for temp1, in0, curr1, ")?;
                f.write_str("intrusion0, or for power1 with its nominal voltage")
            }
            Self::NotOurs(folder) => {
                write!(f, "{} belongs to another user; run as that user, or chown it", folder.display())
            }
            Self::SensorTwice(sensor) => {
                write!(f, "sensor `{sensor}` is there twice; name and use each sense once")
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Events(why) => write!(f, "the kernel's events cannot be heard: {why}"),
            Self::Folder(folder, why) => write!(f, "{} cannot be used: {why}", folder.display()),
            Self::KeyDamaged(file) => {
                write!(f, "the key file `{file}` is damaged; restore it, or remove all keys and enrol again")
            }
            Self::KeyFile(file, why) => {
                write!(f, "the key file `{file}` cannot be read or written: {why}")
            }
            Self::Thread(why) => write!(f, "the machine starts no more threads: {why}"),
            Self::Watchdog(device, why) => {
                let device = device.display();
                write!(
                    f,
                    "{device} cannot be used as a watchdog ({why}); name another, or leave out `watchdog`"
                )
            }
        }
    }
}

impl fmt::Display for Unready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::Mistake(mistake) => mistake.fmt(f),
        }
    }
}

impl Error for Mistake {}
impl Error for Fault {}
impl Error for Unready {}

impl From<Fault> for Unready {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Mistake> for Unready {
    fn from(mistake: Mistake) -> Self {
        Self::Mistake(mistake)
    }
}
