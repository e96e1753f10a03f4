//! The body of a log's signed note: whose log, how many entries, which root (C2SP tlog-checkpoint).

use alloc::string::String;
use core::fmt;

use super::{Mistake, Part, Refusal, base64, decimal};
use crate::{digest::Digest, merkle::Root};

/// One statement of a log about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Root,
}

impl Checkpoint {
    /// A statement to be signed; `origin` names the log, in one line.
    pub fn new(origin: &str, size: u64, root: Root) -> Result<Self, Mistake> {
        if origin.is_empty() || origin.chars().any(|c| c < ' ') {
            return Err(Mistake::Origin);
        }
        Ok(Self { origin: origin.into(), size, root })
    }

    /// Reads the text of a note.
    ///
    /// Extension lines are let through and not kept: their meaning is nobody's but the log's.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut lines = text.strip_suffix('\n').ok_or(Refusal::Malformed(Part::FinalNewline))?.split('\n');
        let mut line = |part| lines.next().filter(|line| !line.is_empty()).ok_or(Refusal::Malformed(part));
        let origin = line(Part::Origin)?;
        let size = decimal(line(Part::Size)?).ok_or(Refusal::Malformed(Part::Size))?;
        let root = hash(line(Part::Root)?).ok_or(Refusal::Malformed(Part::Root))?;
        if lines.any(str::is_empty) {
            return Err(Refusal::Malformed(Part::Extension));
        }
        Self::new(origin, size, Root(root)).map_err(|_| Refusal::Malformed(Part::ControlCharacter))
    }

    /// Which log this is.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many entries it holds.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root hash over them.
    pub const fn root(&self) -> Root {
        self.root
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = base64::encode(self.root.0.as_bytes());
        writeln!(f, "{}\n{}\n{root}", self.origin, self.size)
    }
}

/// One hash in base64.
pub(super) fn hash(line: &str) -> Option<Digest> {
    base64::decode(line)?.try_into().map(Digest).ok()
}
