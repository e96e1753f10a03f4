//! The log as one text file that can be kept and checked offline.
//!
//! ```text
//! wrale-audit/v1
//! record <index> <kind> <salt> <bytes> [<personal salt> <personal part>]
//! withheld <index> <data of the leaf>
//! leaves
//! leaf <index> <data of the leaf>
//!
//! <the checkpoint as a signed note>
//! ```
//!
//! One line for each record, in order, then one for each leaf. Bytes are lower-case hexadecimal. A withheld record
//! shows its leaf alone. The list of leaves repeats what the records say, so that a damaged record can be named.

use alloc::{string::String, vec::Vec};
use core::fmt::{self, Write};

use crypto::{digest::Digest, hex::Hex};

use crate::{checkpoint::Published, record::Record};

/// The first line.
pub(crate) const HEADER: &str = "wrale-audit/v1";

/// The line between the records and the list of leaves.
pub(crate) const SEPARATOR: &str = "leaves";

/// One leaf of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The whole record, its personal part as far as it was not erased.
    Record(Record),
    /// Only that it exists: whoever gets the export may not read it.
    Withheld(Digest),
}

impl Entry {
    fn leaf(&self) -> Digest {
        match self {
            Self::Record(record) => record.leaf(),
            Self::Withheld(leaf) => *leaf,
        }
    }
}

/// The export of all leaves under a checkpoint, in order from the first.
pub fn export(entries: &[Entry], published: &Published) -> String {
    let (mut text, mut writer) = (String::new(), Writer::new());
    for entry in entries {
        writer.write(entry, &mut text);
    }
    writer.finish(published, &mut text);
    text
}

/// Writes an export as its leaves come, from the first, and remembers of each no more than its leaf.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    leaves: Vec<Digest>,
}

impl Writer {
    /// Nothing is written yet.
    pub const fn new() -> Self {
        Self { leaves: Vec::new() }
    }

    /// The next leaf.
    pub fn write(&mut self, entry: &Entry, to: &mut String) {
        let index = self.leaves.len();
        let header = if index == 0 { writeln!(to, "{HEADER}") } else { Ok(()) };
        let line = match entry {
            Entry::Record(record) => line(index, record, to),
            Entry::Withheld(leaf) => writeln!(to, "withheld {index} {leaf}"),
        };
        header.and(line).expect("a string takes every character");
        self.leaves.push(entry.leaf());
    }

    /// The list of leaves and the checkpoint over them: the end.
    pub fn finish(&self, published: &Published, to: &mut String) {
        end(&self.leaves, published, to).expect("a string takes every character");
    }
}

fn end(leaves: &[Digest], published: &Published, to: &mut impl Write) -> fmt::Result {
    if leaves.is_empty() {
        writeln!(to, "{HEADER}")?;
    }
    writeln!(to, "{SEPARATOR}")?;
    for (index, leaf) in leaves.iter().enumerate() {
        writeln!(to, "leaf {index} {leaf}")?;
    }
    write!(to, "\n{}", published.note())
}

fn line(index: usize, record: &Record, to: &mut impl Write) -> fmt::Result {
    write!(to, "record {index} {} {} {}", record.kind(), record.salt(), Hex(record.bytes()))?;
    if let Some(beside) = record.beside() {
        write!(to, " {} {}", beside.salt, Hex(&beside.bytes))?;
    }
    writeln!(to)
}
