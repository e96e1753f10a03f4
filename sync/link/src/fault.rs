//! What this end did wrong, or was told to do and must not.

use core::fmt;

use journal::{Position, run::Broken};

/// Ours, or the machine's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The disk gave entries that do not follow each other.
    BrokenJournal(Broken),
    /// The disk gave entries that do not stand on this one.
    Disconnected(u64),
    /// A letter is longer than its kind may be; it was not sent.
    LetterTooLong(usize),
    /// The device stands in quarantine, so this was not sent.
    Withheld,
    /// The fleet asks for what its own backup mark allowed to be removed. It cannot, unless its backup was lost.
    Trimmed(Option<Position>),
}

impl Fault {
    /// `link/<reason>`, for counters and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BrokenJournal(_) => "link/broken-journal",
            Self::Disconnected(_) => "link/disconnected",
            Self::LetterTooLong(_) => "link/letter-too-long",
            Self::Withheld => "link/withheld",
            Self::Trimmed(_) => "link/trimmed",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BrokenJournal(broken) => write!(f, "our journal is damaged on the disk: {broken}"),
            Self::Disconnected(seq) => {
                write!(f, "our journal is damaged on the disk: what follows entry {seq} does not stand on it")
            }
            Self::LetterTooLong(bytes) => {
                write!(f, "we made a letter of {bytes} bytes, too long for its kind")
            }
            Self::Withheld => f.write_str("we wanted to send what a device in quarantine does not get"),
            Self::Trimmed(None) => f.write_str(
                "the fleet has nothing of ours, and what its mark covered is removed; restore its backup",
            ),
            Self::Trimmed(Some(at)) => {
                write!(f, "the fleet goes back to {at}, before what its mark covered; restore its backup")
            }
        }
    }
}

impl core::error::Error for Fault {}
