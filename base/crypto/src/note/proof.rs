//! An entry's proof as one text that can be kept and checked offline (C2SP tlog-proof).

use alloc::{string::String, vec::Vec};
use core::fmt;

use super::{MAX_NOTE, Note, Part, Refusal, base64, checkpoint, decimal};
use crate::digest::Digest;

/// Where an entry stands in the tree of a checkpoint; nothing of it is trusted before it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogProof {
    /// Opaque to the format and covered by no signature; a salt, for instance.
    pub extra: Option<Vec<u8>>,
    /// Which entry, from zero.
    pub index: u64,
    /// The inclusion proof, leaf's sibling first.
    pub path: Vec<Digest>,
    /// The signed checkpoint.
    pub checkpoint: Note,
}

impl LogProof {
    /// Reads the text of a `.tlog-proof` file.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.len() > MAX_NOTE {
            return Err(Refusal::TooLarge(text.len()));
        }
        let (proof, checkpoint) = text.split_once("\n\n").ok_or(Refusal::Malformed(Part::Separator))?;
        let mut lines = proof.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(Refusal::Malformed(Part::Header));
        }
        let extra = match lines.next_if(|line| line.starts_with(EXTRA)) {
            Some(line) => Some(base64::decode(&line[EXTRA.len()..]).ok_or(Refusal::Malformed(Part::Extra))?),
            None => None,
        };
        let index = lines.next().and_then(|line| decimal(line.strip_prefix(INDEX)?));
        let index = index.ok_or(Refusal::Malformed(Part::Index))?;
        let path: Option<Vec<_>> = lines.by_ref().take(MAX_PATH).map(checkpoint::hash).collect();
        let path = path.filter(|_| lines.next().is_none()).ok_or(Refusal::Malformed(Part::Path))?;
        Ok(Self { extra, index, path, checkpoint: Note::parse(checkpoint)? })
    }
}

impl fmt::Display for LogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let extra: Option<String> = self.extra.as_deref().map(base64::encode);
        writeln!(f, "{HEADER}")?;
        extra.iter().try_for_each(|extra| writeln!(f, "{EXTRA}{extra}"))?;
        writeln!(f, "{INDEX}{}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", base64::encode(hash.as_bytes())))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

const HEADER: &str = "c2sp.org/tlog-proof@v1";
const EXTRA: &str = "extra ";
const INDEX: &str = "index ";

/// A tree whose size fits in u64 has no longer path.
const MAX_PATH: usize = 64;
