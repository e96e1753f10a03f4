//! The writing end of the journal: chained in order, and learned as it is written.
//!
//! Until the device key has signed the boot entry nothing can be chained; entries wait in their order, and what
//! they say is learned already.

use alloc::{boxed::Box, collections::VecDeque};

use crypto::signed::Signed;
use journal::{Chain, Cursor, Position};
use vocab::{BootId, DeviceId, Severity, Time};
use wire::v1::{
    Body, Boot,
    body::{Gap, GapReason},
};

use crate::{
    effect::{Effect, Effects, Lane},
    input::Room,
    memory::Memory,
};

/// A sum of the journal is written again after so many entries, so that older ones can be forgotten.
const STANDING_EVERY: u64 = 2048;

/// Most entries that wait for the boot entry; beyond, those that may be lost are.
const QUEUE: usize = 512;

/// One boot's end of the journal.
pub(crate) struct Record {
    began: Time,
    after: Option<Position>,
    chain: Chain,
    stage: Stage,
    /// The number of the last entry, whether it is chained or waits.
    seq: u64,
    pub(crate) memory: Memory,
    durable: Option<Position>,
    room: Room,
    left_out: u64,
    since_standing: u64,
    standing: Option<Cursor>,
    summed: bool,
}

enum Stage {
    /// The boot entry waits for its signature, and these wait for the boot entry.
    Unsigned(VecDeque<(Time, Box<Body>, Lane)>),
    /// Entries are chained as they come.
    Writing,
}

impl Record {
    /// Goes on after the last durable entry; the boot entry takes the first number.
    pub(crate) fn resume(
        device: &DeviceId,
        boot: BootId,
        last: Option<Position>,
        mut memory: Memory,
        standing: Option<Cursor>,
        began: Time,
    ) -> Self {
        let chain = Chain::resume(device, boot, last);
        let seq = chain.seq() + 1;
        memory.place(Cursor { boot, seq }, began);
        Self {
            began,
            after: last,
            chain,
            stage: Stage::Unsigned(VecDeque::new()),
            seq,
            memory,
            durable: last,
            room: Room::Ample,
            left_out: 0,
            since_standing: 0,
            standing,
            summed: standing.is_some(),
        }
    }

    /// The boot entry is signed: it is written, and all that waited for it.
    pub(crate) fn begin(&mut self, boot: Signed<Boot>, out: &mut Effects) {
        let Stage::Unsigned(waiting) = core::mem::replace(&mut self.stage, Stage::Writing) else { return };
        self.chain(self.began, &Body::Boot(boot), Lane::Alarm, out);
        for (at, body, lane) in waiting {
            self.chain(at, &body, lane, out);
        }
    }

    /// Appends one entry, and learns it; its number.
    pub(crate) fn append(&mut self, at: Time, body: Body, lane: Lane, out: &mut Effects) -> u64 {
        self.seq += 1;
        let cursor = Cursor { boot: self.chain.boot(), seq: self.seq };
        self.memory.learn(cursor, at, &body);
        match &mut self.stage {
            Stage::Unsigned(waiting) => waiting.push_back((at, Box::new(body), lane)),
            Stage::Writing => self.chain(at, &body, lane, out),
        }
        self.since_standing += 1;
        cursor.seq
    }

    /// Appends what nobody's safety rests on, while there is room; what is left out is counted, and that is said.
    pub(crate) fn mention(&mut self, at: Time, body: Body, out: &mut Effects) {
        let full =
            self.room == Room::Full || matches!(&self.stage, Stage::Unsigned(queue) if queue.len() >= QUEUE);
        if !full {
            self.append(at, body, Lane::Bulk, out);
            return;
        }
        self.left_out += 1;
        if self.left_out == 1 && self.room == Room::Ample {
            self.say_full(at, out);
        }
    }

    /// That things are left out is said once, when it begins. It is no alarm: the reserve would be given up for this
    /// word alone. It stands before the next alarm in the chain and is written with that one, or when there is room.
    fn say_full(&mut self, at: Time, out: &mut Effects) {
        let gap = Gap { reason: GapReason::DiskFull, records: 0 };
        self.append(at, Body::Gap(gap), Lane::Bulk, out);
    }

    /// The disk has room again, or has none but for alarms.
    pub(crate) fn make_room(&mut self, at: Time, room: Room, out: &mut Effects) {
        if room == Room::Full && self.room == Room::Ample {
            self.say_full(at, out);
        }
        self.room = room;
        if room == Room::Ample && self.left_out > 0 {
            let gap = Gap { reason: GapReason::DiskFull, records: self.left_out };
            self.left_out = 0;
            self.append(at, Body::Gap(gap), Lane::Bulk, out);
        }
    }

    /// The number of the last entry, durable or not.
    pub(crate) const fn last(&self) -> u64 {
        self.seq
    }

    /// Entries up to here survive a power cut.
    pub(crate) fn harden(&mut self, at: Position) {
        self.durable = Some(at);
        self.summed |= self.needed().is_some();
    }

    /// Whether any sum of the journal survives a power cut, of this boot or an earlier one.
    pub(crate) const fn is_summed(&self) -> bool {
        self.summed
    }

    /// Writes down where the device stands, if that is due.
    pub(crate) fn stand(&mut self, at: Time, out: &mut Effects) {
        if self.since_standing >= STANDING_EVERY {
            self.stand_now(at, out);
        }
    }

    /// Writes down where the device stands.
    pub(crate) fn stand_now(&mut self, at: Time, out: &mut Effects) {
        let standing = self.memory.standing.clone();
        let seq = self.append(at, Body::Standing(Box::new(standing)), Lane::Bulk, out);
        self.since_standing = 0;
        self.standing = Some(Cursor { boot: self.chain.boot(), seq });
    }

    /// Whether entries are chained already.
    pub(crate) const fn writes(&self) -> bool {
        matches!(self.stage, Stage::Writing)
    }

    /// When this boot began.
    pub(crate) const fn began(&self) -> Time {
        self.began
    }

    /// The last durable entry before this boot.
    pub(crate) const fn stands_on(&self) -> Option<Position> {
        self.after
    }

    /// The boot that writes.
    pub(crate) const fn boot(&self) -> BootId {
        self.chain.boot()
    }

    /// The last durable entry, of this boot or an earlier one.
    pub(crate) const fn durable(&self) -> Option<Position> {
        self.durable
    }

    /// Whether the entry of this boot with this number survives a power cut.
    pub(crate) fn is_durable(&self, seq: u64) -> bool {
        self.writes() && self.durable.is_some_and(|durable| durable.seq >= seq)
    }

    /// The oldest entry that a replay needs: the last sum of the journal that is durable itself.
    pub(crate) fn needed(&self) -> Option<Cursor> {
        self.standing.filter(|standing| self.durable.is_some_and(|durable| durable.seq >= standing.seq))
    }

    fn chain(&mut self, at: Time, body: &Body, lane: Lane, out: &mut Effects) {
        // The bodies of this room are bounded below what an entry takes; were one not, it would say that
        // something is missing, and the numbers would still follow each other.
        let entry = self.chain.append(at, body.kind(), body.encode()).or_else(|_| {
            let gap = Body::Gap(Gap { reason: GapReason::Damaged, records: 1 });
            self.chain.append(at, gap.kind(), gap.encode())
        });
        if let Ok(entry) = entry {
            out.push(Effect::Append { entry, lane });
        }
    }
}

/// How urgently an event's entries are written.
pub(crate) const fn lane(severity: Severity) -> Lane {
    match severity {
        Severity::Info | Severity::Low => Lane::Bulk,
        Severity::Medium | Severity::High | Severity::Critical => Lane::Alarm,
    }
}

#[cfg(test)]
mod tests;
