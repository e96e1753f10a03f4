//! The writing end of a journal.

use alloc::vec::Vec;

use vocab::{BootId, DeviceId, Time};

use crate::{
    entry::{BadEntry, Entry, Header, Kind},
    head::{Head, Position},
};

/// Where one boot of a device writes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    boot: BootId,
    next: u64,
    head: Head,
}

impl Chain {
    /// A new boot goes on after the last durable entry, or begins a device's journal.
    ///
    /// `seq` counts on over boots; the first entry of all has number 1.
    pub fn resume(device: &DeviceId, boot: BootId, last: Option<Position>) -> Self {
        match last {
            Some(last) => Self { boot, next: last.seq + 1, head: last.head },
            None => Self { boot, next: 1, head: Head::genesis(device) },
        }
    }

    /// Appends one entry. It is not durable before the disk says so.
    pub fn append(&mut self, at: Time, kind: Kind, body: Vec<u8>) -> Result<Entry, BadEntry> {
        let header = Header {
            boot: self.boot,
            seq: self.next,
            prev: self.head,
            mono: at.mono,
            wall: at.wall,
            quality: at.quality,
            kind,
        };
        let entry = Entry::new(header, body)?;
        self.next += 1;
        self.head = entry.head();
        Ok(entry)
    }

    /// The boot that writes.
    pub const fn boot(&self) -> BootId {
        self.boot
    }

    /// The head now.
    pub const fn head(&self) -> Head {
        self.head
    }

    /// The number of the last entry; zero before the first.
    pub const fn seq(&self) -> u64 {
        self.next - 1
    }
}
