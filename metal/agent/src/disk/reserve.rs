//! The reserve: a file that takes room on the disk, so that alarms have it when nobody else has any.
//!
//! It is given in shares, as much as an alarm needs: whoever fills the disk takes what was given and not used, and the
//! next alarm has the rest.

use board::{Disk, DiskFault, Operation, Ticket};

/// Kept free for alarms on a full disk.
pub const RESERVE: usize = 1024 * 1024;

/// So much is given at least; an alarm with all that it leads to is shorter.
pub(super) const SHARE: usize = 16 * 1024;

const FILE: &str = "reserve";

/// How many retries lie between two attempts to make it whole again: each writes what is missing.
pub(super) const AGAIN: u32 = 30;

/// What is kept, and what was given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reserve {
    /// So many bytes are kept.
    kept: usize,
    /// So many were given and are not used, unless somebody else has taken them.
    given: usize,
    /// What is missing is being written.
    making: Option<Ticket>,
    /// So many retries ago something was given, or could not be written.
    ago: u32,
}

/// What a completed operation has made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    Nothing,
    Whole,
}

impl Reserve {
    /// Takes it as it lies there, and has what is missing written.
    pub(super) fn open(disk: &mut dyn Disk) -> Self {
        let found =
            disk.length(FILE).ok().flatten().and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(0);
        let mut reserve = Self { kept: found.min(RESERVE), given: 0, making: None, ago: 0 };
        if found != RESERVE {
            reserve.make(disk);
        }
        reserve
    }

    pub(super) const fn is_whole(&self) -> bool {
        self.kept == RESERVE && self.making.is_none()
    }

    /// Whether it is not whole, and nothing is on its way that would make it so.
    pub(super) const fn lacks(&self) -> bool {
        self.kept < RESERVE && self.making.is_none()
    }

    /// Gives so much room as this takes beyond what was given and is still there.
    pub(super) fn give(&mut self, bytes: usize, disk: &mut dyn Disk) {
        let share = bytes.saturating_sub(self.given).next_multiple_of(SHARE).min(self.kept);
        self.given = (self.given + share).saturating_sub(bytes);
        if share > 0 {
            self.shrink(self.kept - share, disk);
        }
    }

    /// The disk is full all the same: somebody else has what was given and not used. What was asked for behind the
    /// fault was not done either, so it is asked for again that no more lies there than is kept.
    pub(super) fn taken(&mut self, disk: &mut dyn Disk) {
        self.given = 0;
        self.shrink(self.kept, disk);
    }

    /// Whether there is more to give.
    pub(super) const fn has_more(&self) -> bool {
        self.kept > 0
    }

    /// Has it made whole again, where it is not, but seldom: there was no room for it a moment ago.
    pub(super) fn renew(&mut self, disk: &mut dyn Disk) {
        if self.lacks() && self.ago >= AGAIN {
            self.make(disk);
        }
        self.ago += 1;
    }

    /// Takes what the disk has completed. What is half made is room that alarms could have.
    pub(super) fn complete(
        &mut self,
        ticket: Ticket,
        result: Result<(), DiskFault>,
        disk: &mut dyn Disk,
    ) -> Made {
        if self.making != Some(ticket) {
            return Made::Nothing;
        }
        if result.is_err() {
            self.shrink(self.kept, disk);
            return Made::Nothing;
        }
        (self.kept, self.given, self.making) = (RESERVE, 0, None);
        Made::Whole
    }

    fn make(&mut self, disk: &mut dyn Disk) {
        disk.submit(Operation::Truncate(FILE.into(), self.kept as u64));
        disk.submit(Operation::Append(FILE.into(), vec![0; RESERVE - self.kept]));
        self.making = Some(disk.submit(Operation::Sync(FILE.into())));
    }

    fn shrink(&mut self, kept: usize, disk: &mut dyn Disk) {
        disk.submit(Operation::Truncate(FILE.into(), kept as u64));
        (self.kept, self.making, self.ago) = (kept, None, 0);
    }
}
