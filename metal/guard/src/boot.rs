//! Wakes the guard: by replay of its own journal, and by comparing what the senses say with what they said last.
//!
//! Nothing is opened before that comparison is done; [`Effect::Reconciled`] says that it is.

use alloc::{collections::BTreeSet, vec::Vec};

use crypto::{
    cbor,
    digest::Digest,
    key::{Attestation, Device, PublicKey},
    seal::OpeningPublic,
    signed::{Audience, Signed, Verified},
};
use detect::{Bank, Baseline};
use journal::{Cursor, Durable, Entry, Kind};
use vocab::{
    Action, Arming, Label, MachineBoot, Mono, Outcome, Posture, Reading, Receipt, Reconciled, ReflexRule,
    Sensor, Severity, TamperKind, TamperState, Tuning, Wall,
};
use wire::v1::{
    Body, DeviceState,
    body::{Change, Gap, GapReason},
};

use crate::{
    acts::Acts,
    clock::Clock,
    draw::Draw,
    effect::{Effect, Effects, Kept, Lane},
    fuse::Evidence,
    glimpse::Glimpse,
    guard::{Guard, Keys},
    memory::{Memory, Power},
    pins::Pins,
    posture,
    record::Record,
    recorder::Recorder,
    severity::on_guard,
    storm::{Rank, Storm},
};

mod reconcile;

pub(crate) use reconcile::Reconciling;

/// All that a guard wakes with.
pub struct Start {
    /// Who it is.
    pub pins: Pins,
    /// Thirty-two fresh random bytes: the boot id, the journal key, ids and nonces of this boot come from them.
    pub seed: [u8; 32],
    /// When this software was built: time was never before that.
    pub built: Wall,
    /// What the machine believes the wall says.
    pub wall: Wall,
    /// Which start of the machine this is; none where that has no name.
    pub machine: Option<MachineBoot>,
    /// The software that runs.
    pub software: Label,
    /// Every sensor of the board.
    pub sensors: Vec<Sensor>,
    /// Signs evidence.
    pub attestation_key: PublicKey<Attestation>,
    /// Signs boots.
    pub device_key: PublicKey<Device>,
    /// To whom secrets are sealed; none while the vault is latched.
    pub opening_key: Option<OpeningPublic>,
    /// What the disk still has of the journal.
    pub remains: Remains,
    /// What the disk still has of the small files.
    pub kept: Vec<(Kept, Vec<u8>)>,
    /// What every sensor said first.
    pub readings: Vec<Reading>,
    /// Acts of an earlier run that the machine still holds in force.
    pub left_standing: Vec<Action>,
}

/// What the disk still has of the journal.
#[derive(Clone, Debug, Default)]
pub struct Remains {
    /// Every entry that stands on the ones before it, oldest first.
    pub chain: Vec<Durable<Entry>>,
    /// Whole entries behind a damage: they no longer continue the chain, but what they say still counts.
    pub beyond: Vec<Entry>,
    /// Records that were torn by a power cut and dropped.
    pub torn: u64,
    /// Records in the middle that are not what was written.
    pub damaged: u64,
}

/// A guard on its way to be awake.
pub(crate) struct Wake {
    now: Mono,
    guard: Guard,
    sum: Sum,
    baseline_lost: bool,
    state_lost: bool,
    damaged: u64,
    torn: u64,
    open: Vec<Receipt>,
    power: Power,
    readings: Vec<Reading>,
}

/// What the journal adds up to.
struct Replayed {
    memory: Memory,
    standing: Option<Cursor>,
    /// Entries that say nothing that we understand, or whose beginning is missing.
    damaged: u64,
    sum: Sum,
}

/// Whether it is known what the journal added up to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sum {
    Known,
    /// A damage took every sum and what lies behind it: what latched, what was obeyed, what was proved.
    Lost,
}

impl Wake {
    /// Replays, and puts everything in its place; decides nothing yet.
    pub(crate) fn new(now: Mono, start: Start) -> Self {
        let Start {
            pins, seed, built, wall, software, sensors, remains, kept, readings, left_standing, ..
        } = start;
        let Replayed { mut memory, standing, damaged, sum } = replay(&remains, &kept);
        let power = memory.wake(start.machine);
        let draw = Draw::new(seed);
        let floor = memory.standing.floor.max(built);
        let clock = Clock::new(now, floor, memory.standing.quality, wall);
        let state = kept_state(&pins, &memory, &kept);
        let state_lost = state.is_none() && memory.standing.obeyed.is_some();
        let tuning = state.as_ref().map_or_else(Tuning::default, |state| state.tuning.clone());
        let reflexes = state.as_ref().map_or_else(ReflexRule::defaults, |state| state.reflexes.clone());
        let baseline = kept_baseline(&memory, &kept);
        let baseline_lost = baseline.is_none();
        let bank = Bank::new(&sensors, &tuning, &proved(baseline.unwrap_or_default(), &memory));
        let known = find(&kept, |what| *what == Kept::Glimpse).and_then(|bytes| Glimpse::decode(bytes).ok());
        let baseline_lost = baseline_lost || (known.is_none() && memory.standing.learnt.is_some());
        let glimpse = known.unwrap_or_default();
        let reconciling = Some(Reconciling::new(&glimpse, now));
        let latched = start.opening_key.is_none().then_some(Action::LatchVault);
        let mut in_force: BTreeSet<Action> = latched.into_iter().collect();
        // What is demanded is done anew, since what it meant may be another thing by now; what is not is undone.
        let demanded = posture::demanded(memory.standing.posture, &memory.standing);
        in_force.extend(left_standing.into_iter().filter(|action| !demanded.contains(action)));
        let open = memory.standing.acts.clone();
        let storm = storm(&memory, now);
        let last = remains.chain.last().map(|entry| entry.position());
        let states =
            kept.iter().map(|(what, _)| *what).filter(|what| matches!(what, Kept::State(_))).collect();
        let arming_said = if memory.open_work().is_some() { Arming::Service } else { memory.standing.arming };
        let record = Record::resume(&pins.device, draw.boot(), last, memory, standing, clock.at(now));
        let guard = Guard {
            key: draw.journal_key(),
            pins,
            software,
            sensors,
            draw,
            clock,
            record,
            out: Effects::new(),
            heard: now,
            tuning,
            reflexes,
            state,
            candidate: None,
            proof: None,
            owes: None,
            refused: alloc::collections::VecDeque::new(),
            armed_since: None,
            look_round: None,
            states,
            arming_said,
            bank,
            evidence: Evidence::default(),
            storm,
            recorder: Recorder::default(),
            present: alloc::collections::BTreeMap::new(),
            warnings: alloc::collections::BTreeMap::new(),
            entering: Vec::new(),
            later: Vec::new(),
            glimpse,
            reconciling,
            acts: Acts::new(in_force),
            interlocks: crate::interlock::Interlocks::default(),
            disk_stuck: false,
            challenge: None,
            keys: Keys {
                attestation: start.attestation_key.id(),
                device: start.device_key,
                opening: start.opening_key,
            },
            boot: None,
            signing: alloc::collections::BTreeMap::new(),
            tokens: 0,
            sign_again: None,
            asked: None,
            adopted_at: 0,
            said_at: now,
        };
        let damaged = damaged + remains.damaged;
        Self {
            now,
            guard,
            sum,
            baseline_lost,
            state_lost,
            damaged,
            torn: remains.torn,
            open,
            power,
            readings,
        }
    }

    /// Says what the journal and the senses show of the time without power, and takes up what was left undone.
    pub(crate) fn guard(mut self) -> Guard {
        let now = self.now;
        let guard = &mut self.guard;
        let at = guard.time(now);
        guard.sign_boot(at);
        if self.sum == Sum::Lost {
            // Before the sum is written anew, which must not read as if nothing had ever latched.
            guard.notice_own(now, TamperKind::RecordDamaged, Severity::High);
        }
        if self.power == Power::Went {
            // Before the sum is written anew, which names this machine and no longer the one that was to go off.
            self.went_off();
        }
        let guard = &mut self.guard;
        guard.record.stand_now(at, &mut guard.out);
        for (reason, records) in [(GapReason::TornTail, self.torn), (GapReason::Damaged, self.damaged)] {
            if records > 0 {
                guard.record.append(at, Body::Gap(Gap { reason, records }), Lane::Alarm, &mut guard.out);
            }
        }
        let changed = self.damaged > 0 || self.state_lost || self.baseline_lost;
        if changed && self.sum == Sum::Known {
            guard.notice_own(now, TamperKind::RecordDamaged, Severity::Medium);
        }
        guard.owe_again(now);
        self.escalate();
        self.redo();
        let guard = &mut self.guard;
        if guard.record.memory.standing.loosening.is_some() && guard.state.is_some() {
            guard.loosen(now);
        }
        guard.say_arming(now);
        guard.draw_in(now);
        guard.enforce(now);
        let readings = core::mem::take(&mut self.readings);
        guard.read(now, &readings);
        self.guard
    }

    /// An entry delay that a power cut ended is over.
    fn escalate(&mut self) {
        let pending = self
            .guard
            .latches()
            .iter()
            .filter(|latch| latch.state == TamperState::Suspect && latch.severity >= Severity::High);
        let pending: Vec<_> = pending.map(|latch| (latch.event, self.now)).collect();
        self.guard.entering.extend(pending);
    }

    /// Power that was to go off did go off: the machine has just started.
    fn went_off(&mut self) {
        let off = self.open.extract_if(.., |act| act.action == Action::PowerOff);
        for Receipt { id, action, cause, .. } in off {
            self.guard.receipt(self.now, id, action, cause, Outcome::Done);
        }
    }

    /// Acts that were intended, and of which nothing more is known, are done under their old names.
    fn redo(&mut self) {
        let now = self.now;
        let standing = &self.guard.record.memory.standing;
        let demanded = posture::demanded(standing.posture, standing);
        for Receipt { id, action, cause, .. } in core::mem::take(&mut self.open) {
            // A latch has come since: what would undo it is off.
            if demanded.iter().any(|held| action.undoes(held)) {
                self.guard.receipt(now, id, action, cause, Outcome::Failed);
            } else {
                self.guard.do_now(now, id, action, cause);
            }
        }
    }
}

/// What the journal demands to be in force, for whoever holds it before a guard is awake. Where a damage took the sum of
/// what latched, the device is held as if it had: who wakes after that knows better, and can let go.
pub fn demanded(remains: &Remains, kept: &[(Kept, Vec<u8>)]) -> BTreeSet<Action> {
    let Replayed { memory, sum, .. } = replay(remains, kept);
    let held = match sum {
        Sum::Known => memory.latched().stricter(memory.standing.posture),
        Sum::Lost => memory.latched().stricter(Posture::Isolated),
    };
    posture::demanded(held, &memory.standing)
}

/// Mints the proof that the past is known, unless the vault must stay shut: after the comparison at boot, and
/// again when a state has loosened a sealed device.
pub(crate) fn open(guard: &mut Guard) {
    if guard.reconciling.is_none() && guard.posture() < Posture::Sealed {
        guard.out.push(Effect::Reconciled(Reconciled::assertion()));
    }
}

fn replay(remains: &Remains, kept: &[(Kept, Vec<u8>)]) -> Replayed {
    let mut memory = Memory::empty();
    let mut damaged = 0;
    let chain = &remains.chain;
    let sum = |entry: &&Durable<Entry>| entry.header().kind == Kind::Standing && Body::decode(entry).is_ok();
    let standing = chain.iter().rfind(sum).map(|entry| entry.cursor());
    // The last sum of the journal stands for all before it.
    let from = standing.map_or(0, |standing| standing.seq);
    for entry in chain.iter().filter(|entry| entry.header().seq >= from) {
        damaged += u64::from(memory.replay(entry).is_err());
    }
    // What came before was forgotten, and nothing says what it was.
    let first = chain.first().map_or(1, |entry| entry.header().seq);
    damaged += u64::from(first > 1 && standing.is_none());
    for entry in &remains.beyond {
        beyond(&mut memory, entry);
    }
    // No state is kept before a sum is durable: who has the one without the other has lost what stood before.
    let erased = standing.is_none() && kept.iter().any(|(what, _)| matches!(what, Kept::State(_)));
    let broken = erased || damaged > 0 || remains.damaged > 0 || !remains.beyond.is_empty();
    let sum = if broken && standing.is_none() { Sum::Lost } else { Sum::Known };
    if sum == Sum::Lost && !on_guard(memory.standing.arming) {
        // Whether it was on duty nobody can say: it is, until the fleet says otherwise.
        memory.standing.arming = Arming::Armed;
    }
    Replayed { memory, standing, damaged, sum }
}

/// Behind a damage only what latches counts: nothing that loosens is believed out of its place.
fn beyond(memory: &mut Memory, entry: &Entry) {
    let Ok(body) = Body::decode(entry) else { return };
    if matches!(body, Body::Event(_) | Body::Change(Change::Latched { .. })) {
        memory.learn_beyond(entry.cursor(), entry.header().time(), &body);
    }
}

/// The letter of the state obeyed, exactly: whatever else the disk holds was never adopted, or is rolled back.
fn kept_state(pins: &Pins, memory: &Memory, kept: &[(Kept, Vec<u8>)]) -> Option<Verified<DeviceState>> {
    let obeyed = memory.standing.obeyed?;
    let bytes = find(kept, |what| *what == Kept::State(obeyed.generation))?;
    if Digest::of(bytes) != obeyed.state {
        return None;
    }
    let letter = Signed::<DeviceState>::parse(bytes.to_vec()).ok()?;
    let everybody = Audience::fleet(pins.fleet.clone());
    let keyset = letter.claimed().ok()?.keyset.verify(&pins.root, &everybody).ok()?;
    // It was in time when it was adopted.
    let key = keyset.state.iter().find(|valid| valid.key.id() == letter.key_id())?;
    letter.verify(&key.key, &pins.audience).ok()
}

/// What is normal, if nothing was learnt or the file is the one that was learnt.
fn kept_baseline(memory: &Memory, kept: &[(Kept, Vec<u8>)]) -> Option<Baseline> {
    let Some(learnt) = memory.standing.learnt else { return Some(Baseline::default()) };
    let bytes = find(kept, |what| *what == Kept::Baseline).filter(|bytes| Digest::of(bytes) == learnt)?;
    decode_baseline(bytes)
}

/// The file of a baseline: pairs, because our maps have integer keys.
pub(crate) fn encode_baseline(baseline: &Baseline) -> Vec<u8> {
    let lessons: Vec<_> = baseline.sensors.iter().collect();
    cbor::encode(&lessons)
}

fn decode_baseline(bytes: &[u8]) -> Option<Baseline> {
    let limits = cbor::Limits { bytes: Kept::LIMIT, depth: 8, items: 64 * 1024 };
    let lessons: Vec<_> = cbor::decode(bytes, &limits).ok()?;
    Some(Baseline { sensors: lessons.into_iter().collect() })
}

/// Which sensors have tripped stands in the journal.
fn proved(mut baseline: Baseline, memory: &Memory) -> Baseline {
    for tripped in &memory.standing.tripped {
        let lesson = baseline.sensors.entry(tripped.sensor.clone());
        let fresh = detect::Lesson { learned: None, walk: detect::Walk::Tripped };
        lesson.or_insert(fresh).walk = detect::Walk::Tripped;
    }
    baseline
}

/// What latches already and shows itself again right after the boot is not news.
fn storm(memory: &Memory, now: Mono) -> Storm {
    let mut storm = Storm::default();
    for latch in &memory.standing.latches {
        let rank = Rank {
            severity: latch.severity,
            authority: vocab::tamper::Authority::Unauthorised,
            verification: vocab::tamper::Verification::Single,
        };
        storm.begin(latch.zone.clone(), latch.kind, latch.event, rank, now);
    }
    storm
}

fn find(kept: &[(Kept, Vec<u8>)], which: impl Fn(&Kept) -> bool) -> Option<&[u8]> {
    kept.iter().find(|(what, _)| which(what)).map(|(_, bytes)| bytes.as_slice())
}

#[cfg(test)]
mod tests;
