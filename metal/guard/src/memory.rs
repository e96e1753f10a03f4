//! What the journal says: one fold over its entries, live and at boot, so that both end in the same place.
//!
//! Nothing else is remembered over a power cut, and nothing here changes but by an entry.

use alloc::vec::Vec;

use journal::{Cursor, Entry};
use vocab::{
    Action, Arming, Cause, ClockQuality, Generation, MachineBoot, Mono, OrderId, Outcome, Posture, Receipt,
    Severity, TamperEvent, TamperKind, TamperState, Time, Wall,
};
use wire::v1::{
    Body, Standing,
    body::{Adoption, Change, Direction, Work},
    standing::{Granted, Latch, Obeyed, Soak, Stretch, Tripped, UsedWork},
};

use crate::{latch, respond};

/// Most entries of each list of a `Standing`, so that it fits one body.
pub(crate) mod most {
    pub(crate) const ACTS: usize = 32;
    pub(crate) const BOOTS: usize = 32;
    pub(crate) const HELD: usize = 32;
    pub(crate) const ORDERED: usize = 16;
    pub(crate) const ORDERS: usize = 128;
    pub(crate) const TRIPPED: usize = 96;
    pub(crate) const WORKS: usize = 16;
}

/// The sum of the journal so far.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    pub(crate) standing: Standing,
    /// The last event, until its latch follows.
    event: Option<(Cursor, TamperEvent)>,
    /// The last entry's moment.
    last: Option<Mono>,
}

/// Whether the machine was off between two boots of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Power {
    /// It was not: the software alone began anew.
    Stayed,
    /// It was, or nobody can tell.
    Went,
}

impl Memory {
    /// Of a device that has never said anything.
    pub(crate) fn empty() -> Self {
        let standing = Standing {
            latches: Vec::new(),
            arming: Arming::Commissioning,
            posture: Posture::Normal,
            obeyed: None,
            seen: None,
            proved: Generation::NONE,
            orders: Vec::new(),
            ordered: Vec::new(),
            works: Vec::new(),
            acts: Vec::new(),
            tripped: Vec::new(),
            learnt: None,
            soak: None,
            floor: Wall(0),
            quality: ClockQuality::Floor,
            powered: 0,
            lease: None,
            boots: Vec::new(),
            branch: None,
            acknowledged: None,
            least: Posture::Normal,
            loosening: None,
            held: Vec::new(),
            machine: None,
        };
        Self { standing, event: None, last: None }
    }

    /// Learns one entry as it was read back.
    pub(crate) fn replay(&mut self, entry: &Entry) -> Result<(), crypto::cbor::Malformed> {
        let body = Body::decode(entry)?;
        self.learn(entry.cursor(), entry.header().time(), &body);
        Ok(())
    }

    /// Learns one entry, whose number is known and whose head need not be.
    pub(crate) fn learn(&mut self, at: Cursor, time: Time, body: &Body) {
        self.place(at, time);
        match body {
            Body::Adopted(adoption) => self.adopted(time, adoption),
            Body::Boot(_) | Body::Gap(_) | Body::Trace(_) => {}
            Body::Branch(branch) => self.standing.branch = Some(*branch),
            Body::Change(change) => self.change(at, time, change),
            Body::Event(event) => self.event = Some((at, event.clone())),
            Body::Receipt(receipt) => self.receipt(receipt),
            Body::Standing(standing) => {
                self.standing.clone_from(standing);
                self.place(at, time);
            }
            Body::Work(work) => self.work(time, work),
        }
    }

    /// Learns of a latch that stands behind a damage, out of its place.
    pub(crate) fn learn_beyond(&mut self, at: Cursor, time: Time, body: &Body) {
        match body {
            Body::Event(event) => self.event = Some((at, event.clone())),
            Body::Change(change @ Change::Latched { .. }) => self.change(at, time, change),
            _ => {}
        }
    }

    /// A boot begins on this machine. An act of the boot before it of which nothing more is known may be in force.
    pub(crate) fn wake(&mut self, machine: Option<MachineBoot>) -> Power {
        let standing = &mut self.standing;
        for act in standing.acts.iter().filter(|act| respond::holds(&act.action)) {
            hold(&mut standing.held, &act.action);
        }
        let before = core::mem::replace(&mut standing.machine, machine);
        if machine.is_none() || before != machine {
            return Power::Went;
        }
        // Its clock has gone on too: what that says now counts what it said then.
        self.last = None;
        Power::Stayed
    }

    /// Milliseconds with power in all boots, by `now` of this one.
    pub(crate) fn powered(&self, now: Mono) -> u64 {
        self.standing.powered.saturating_add(now.0 / 1_000_000)
    }

    /// The posture below which no latch lets the device go.
    pub(crate) fn latched(&self) -> Posture {
        let latches = self.standing.latches.iter().map(|latch| latch.posture);
        latches.fold(self.standing.least, Posture::stricter)
    }

    /// The work order that is open.
    pub(crate) fn open_work(&self) -> Option<&UsedWork> {
        self.standing.works.iter().find(|work| work.closed.is_none())
    }

    /// The last entry of our own chain that a basis in this boot can mean: none for a boot that we do not know.
    pub(crate) fn reaches(&self, basis: Cursor) -> Option<u64> {
        let stretch = self.standing.boots.iter().find(|stretch| stretch.boot == basis.boot)?;
        (basis.seq >= stretch.first).then(|| basis.seq.min(stretch.last))
    }

    /// An entry stands here, whatever it says.
    pub(crate) fn place(&mut self, at: Cursor, time: Time) {
        let standing = &mut self.standing;
        match standing.boots.last_mut() {
            Some(stretch) if stretch.boot == at.boot => stretch.last = at.seq,
            _ => {
                standing.powered += self.last.map_or(0, |last| last.0 / 1_000_000);
                let stretch = Stretch { boot: at.boot, first: at.seq, last: at.seq };
                push(&mut standing.boots, stretch, most::BOOTS);
            }
        }
        // A carried time rests on the machine's clock, so it proves nothing about what is past.
        if time.quality != ClockQuality::Carried {
            standing.floor = standing.floor.max(time.wall);
        }
        standing.quality = time.quality;
        self.last = Some(time.mono);
    }

    fn adopted(&mut self, time: Time, adoption: &Adoption) {
        let powered = self.powered(time.mono);
        let standing = &mut self.standing;
        match adoption {
            Adoption::Adopted { generation, state, direction, roster, keyset } => {
                let (generation, state) = (*generation, *state);
                standing.obeyed = Some(Obeyed { generation, state, roster: *roster, keyset: *keyset });
                // A state that tightens does not begin the lease anew: it would end later.
                if *direction == Direction::Relaxes || standing.lease.is_none() {
                    standing.lease = Some(Granted { powered });
                }
                standing.loosening = (*direction == Direction::Relaxes).then_some(generation);
            }
            Adoption::Proved { generation, checkpoint } => {
                standing.proved = *generation;
                standing.seen = Some(*checkpoint);
            }
            Adoption::Refused { .. } => {}
        }
    }

    fn change(&mut self, at: Cursor, time: Time, change: &Change) {
        match change {
            // Service lies over the arming state like a sheet; it is not what lies under it.
            Change::Arming(Arming::Service) | Change::Clock(_) => {}
            Change::Arming(arming) => self.standing.arming = *arming,
            Change::Latched { zone, state, event, posture, holds } => {
                let known = self.event.take_if(|(_, known)| known.id == *event);
                let (position, kind, severity, happened) = match known {
                    Some((position, known)) => (position, known.kind, known.severity, known.at),
                    // Its event lies before a damage: the worst is believed.
                    None => (at, TamperKind::RecordDamaged, Severity::High, time),
                };
                let latch = Latch {
                    event: *event,
                    zone: zone.clone(),
                    kind,
                    severity,
                    at: happened,
                    position,
                    state: *state,
                    posture: *posture,
                    holds: holds.clone(),
                };
                latch::set(&mut self.standing.latches, latch, at);
            }
            Change::Released { event, order, .. } => {
                self.standing.latches.retain(|latch| latch.event != *event);
                if let Some(order) = order {
                    self.obeyed(*order);
                }
            }
            Change::Acknowledged { event, order, .. } => {
                let seen = self.standing.latches.iter_mut().find(|latch| latch.event == *event);
                if let Some(latch) = seen {
                    latch.state = TamperState::Acknowledged;
                }
                self.obeyed(*order);
            }
            Change::Repeated { event, .. } => {
                let again = self.standing.latches.iter_mut().find(|latch| latch.event == *event);
                if let Some(latch) = again {
                    latch.position = at;
                }
            }
            Change::Posture(posture) => {
                self.standing.posture = *posture;
                self.standing.loosening = None;
            }
            Change::Tripped(sensor) => self.tripped(Tripped { sensor: sensor.clone(), at: time.wall }),
            Change::Learnt(digest) => self.standing.learnt = Some(*digest),
            Change::Soaking(until) => {
                self.standing.soak = Some(Soak { until: *until, tripped: Vec::new() });
            }
            Change::Soaked => self.standing.soak = None,
        }
    }

    fn tripped(&mut self, tripped: Tripped) {
        let standing = &mut self.standing;
        if let Some(soak) = &mut standing.soak
            && !soak.tripped.contains(&tripped.sensor)
        {
            push(&mut soak.tripped, tripped.sensor.clone(), most::TRIPPED);
        }
        standing.tripped.retain(|known| known.sensor != tripped.sensor);
        push(&mut standing.tripped, tripped, most::TRIPPED);
    }

    fn work(&mut self, time: Time, work: &Work) {
        let powered = self.powered(time.mono);
        match work {
            Work::Opened { order, holder, zones, window, from, until } => {
                let used = UsedWork {
                    order: *order,
                    holder: *holder,
                    zones: zones.clone(),
                    window: *window,
                    from: *from,
                    until: *until,
                    opened: time,
                    powered,
                    closed: None,
                };
                push(&mut self.standing.works, used, most::WORKS);
            }
            Work::Closed(order, _) => {
                let open = self.standing.works.iter_mut().find(|work| work.order == *order);
                if let Some(work) = open {
                    work.closed = Some(time.wall);
                }
            }
            Work::Refused(..) => {}
        }
    }

    fn receipt(&mut self, receipt: &Receipt) {
        let standing = &mut self.standing;
        standing.acts.retain(|act| act.id != receipt.id);
        let (held, action) = (&mut standing.held, &receipt.action);
        match receipt.outcome {
            Outcome::Done | Outcome::Unverified => {
                held.retain(|held| !action.undoes(held));
                hold(held, action);
                if *action == Action::Wipe {
                    standing.least = Posture::Wiped;
                }
            }
            // Nobody knows whether it was done; what it was to undo is as it was.
            Outcome::Failed | Outcome::TimedOut => hold(held, action),
            Outcome::Intended => {
                push(&mut standing.acts, receipt.clone(), most::ACTS);
                if let Cause::Order(by) = receipt.cause {
                    order(&mut standing.ordered, action);
                    self.obeyed(by);
                }
            }
            // A unit that there is not stands still by none of ours. Of all else an earlier boot may have known better.
            Outcome::Unsupported if matches!(action, Action::StartUnit(_)) => {
                held.retain(|held| !action.undoes(held));
            }
            Outcome::LogOnly | Outcome::Unsupported | Outcome::Withheld(_) => {}
        }
    }

    fn obeyed(&mut self, order: OrderId) {
        if !self.standing.orders.contains(&order) {
            push(&mut self.standing.orders, order, most::ORDERS);
        }
    }
}

/// It may be in force from now on, if it stays so. Where there are too many, the newest unit is left out: all else is
/// one of three acts.
fn hold(held: &mut Vec<Action>, action: &Action) {
    if !respond::holds(action) || held.contains(action) {
        return;
    }
    held.push(action.clone());
    if held.len() > most::HELD
        && let Some(newest) = held.iter().rposition(|held| matches!(held, Action::StopUnit(_)))
    {
        held.remove(newest);
    }
}

/// What an order holds in force stays so over reboots, until an order undoes it.
fn order(ordered: &mut Vec<Action>, action: &Action) {
    ordered.retain(|held| held != action && !action.undoes(held));
    if respond::holds(action) {
        push(ordered, action.clone(), most::ORDERED);
    }
}

fn push<T>(list: &mut Vec<T>, item: T, most: usize) {
    if list.len() >= most {
        list.remove(0);
    }
    list.push(item);
}

#[cfg(test)]
mod tests;
