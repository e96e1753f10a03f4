//! Where a story happens: a house, and what goes wrong in it.

use std::{collections::BTreeMap, time::Duration};

use crypto::digest::{Digest, Hasher};
use serde::{Deserialize, Serialize};
use sim::{CommitFault, CutMode, Dice, DiskFaults, House, Underway};
use vocab::Mono;

/// What can go wrong by itself; each in both ways where it has two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The connection drops, and what was underway is lost.
    ConnectionLost,
    /// The connection drops, and what was underway arrives.
    ConnectionKept,
    /// The power goes for a second, and what was not synced is lost.
    PowerLost,
    /// The power goes for a second, and what was not synced is there all the same.
    PowerKept,
    /// The power goes for a second, and the last write is torn.
    PowerTorn,
    /// The disk takes 30 ms for each operation.
    DiskSlow,
    /// The disk completes nothing for two seconds.
    DiskStuck,
    /// The fleet's next commit does not happen.
    CommitLost,
    /// The fleet's next commit happens, and the fleet is told that it did not.
    CommitKept,
    /// The fleet's process dies, and another starts.
    FleetRestart,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 10] = [
        Self::ConnectionLost,
        Self::ConnectionKept,
        Self::PowerLost,
        Self::PowerKept,
        Self::PowerTorn,
        Self::DiskSlow,
        Self::DiskStuck,
        Self::CommitLost,
        Self::CommitKept,
        Self::FleetRestart,
    ];
}

/// A house, its faults, and a record of what happened.
pub struct Scene {
    /// The house.
    pub house: House,
    /// The seed.
    pub seed: u64,
    dice: Dice,
    allowed: Vec<Fault>,
    next_fault: Option<Mono>,
    broken: Vec<Broken>,
    /// How often each fault fired.
    pub fired: BTreeMap<Fault, u64>,
    trace: Digest,
    /// Whether each step is said aloud.
    pub speak: bool,
}

/// What a fault has broken until it is mended.
#[derive(Clone, Copy)]
struct Broken {
    part: Part,
    fault: Fault,
    until: Mono,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Store,
    Disk(usize),
    Power(usize),
}

/// So long a part is broken; a disk for longer, where nobody has needed it.
const WHILE: Duration = Duration::from_secs(2);

/// On average one fault in so long.
const CALM: Duration = Duration::from_secs(4);

impl Scene {
    /// A scene under a seed, with these faults.
    pub fn new(seed: u64, allowed: &[Fault]) -> Self {
        Self {
            house: House::new(seed),
            seed,
            dice: Dice::new(seed, "faults"),
            allowed: allowed.to_vec(),
            next_fault: None,
            broken: vec![],
            fired: BTreeMap::new(),
            trace: Digest::of(b"wrale.story.v1"),
            speak: false,
        }
    }

    /// The faults begin: everything before was the stage being set.
    pub fn begin(&mut self) {
        self.draw_next();
        self.note();
    }

    /// The faults begin again, the first within so much time: what comes next is over soon.
    pub fn begin_within(&mut self, span: Duration) {
        self.begin();
        let wait = Duration::from_nanos(self.dice.below(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)));
        self.next_fault = self.next_fault.map(|_| self.house.world.now() + wait);
    }

    /// Lets so much time pass.
    pub fn run(&mut self, span: Duration) {
        let end = self.house.world.now() + span;
        while self.leg(end, |_| false) {}
        self.note();
    }

    /// Lets time pass until this holds, or the story fails.
    pub fn until(&mut self, what: &str, limit: Duration, holds: impl Fn(&House) -> bool) {
        let end = self.house.world.now() + limit;
        while !holds(&self.house) {
            let going_on = self.leg(end, &holds);
            assert!(going_on, "within {limit:?} it did not come true that {what}\n{}", self.last_words());
        }
        self.note();
    }

    /// What boxes and fleet said last, for whoever must find out why.
    fn last_words(&self) -> String {
        let tail =
            |lines: Vec<String>| lines.into_iter().rev().take(4).rev().collect::<Vec<_>>().join("\n    ");
        let boxes = self.house.boxes.iter().enumerate().map(|(number, boxed)| {
            format!("box {number}:\n    {}", tail(boxed.notices.iter().map(ToString::to_string).collect()))
        });
        let fleet = self.house.hq.as_ref().map_or(String::new(), |hq| {
            let lines = hq.lines.iter().map(|line| format!("{}: {}", line.verb, line.text)).collect();
            format!("fleet:\n    {}", tail(lines))
        });
        boxes.chain([fleet]).collect::<Vec<_>>().join("\n")
    }

    /// No more faults from here on, and what is broken is mended.
    pub fn calm(&mut self) {
        self.next_fault = None;
        self.mend(|_| true);
    }

    /// What happened, as one digest.
    pub const fn trace(&self) -> Digest {
        self.trace
    }

    /// Runs up to the next fault or mend, or until this holds; false at the end.
    fn leg(&mut self, end: Mono, holds: impl Fn(&House) -> bool) -> bool {
        let mend = self.broken.iter().map(|broken| broken.until).min();
        let stop = [self.next_fault, mend].into_iter().flatten().min().map_or(end, |at| at.min(end));
        let now = self.house.world.now();
        if self.house.run_until(stop.since(now), &holds) {
            return true;
        }
        self.fire();
        self.house.world.now() < end
    }

    fn fire(&mut self) {
        let now = self.house.world.now();
        for broken in &mut self.broken {
            // Not so with commits: they are rare, and then each of them would fail.
            if matches!(broken.part, Part::Disk(_)) && !met(&self.house, broken.part) {
                broken.until = broken.until.max(now + WHILE);
            }
        }
        self.mend(|broken| broken.until <= now);
        if self.next_fault.is_some_and(|at| at <= now) {
            let drawn = self.pick(self.allowed.len());
            let fault = self.allowed[drawn];
            let number = self.pick(self.house.boxes.len());
            self.strike(fault, number);
            self.draw_next();
        }
    }

    fn strike(&mut self, fault: Fault, number: usize) {
        if number >= self.house.boxes.len() {
            return;
        }
        if self.speak {
            self.say(&format!("{fault:?} strikes box {number}"));
        }
        let slow = DiskFaults { latency: Duration::from_millis(30), ..DiskFaults::default() };
        let stuck = DiskFaults { stuck: true, ..DiskFaults::default() };
        match fault {
            Fault::ConnectionKept => self.connection(fault, number, Underway::Kept),
            Fault::ConnectionLost => self.connection(fault, number, Underway::Lost),
            Fault::CommitKept => self.commit(fault, CommitFault::Kept),
            Fault::CommitLost => self.commit(fault, CommitFault::Lost),
            Fault::DiskSlow => self.disk(fault, number, slow),
            Fault::DiskStuck => self.disk(fault, number, stuck),
            Fault::FleetRestart => self.restart(fault),
            Fault::PowerKept => self.power(fault, number, CutMode::Kept),
            Fault::PowerLost => self.power(fault, number, CutMode::Lost),
            Fault::PowerTorn => self.power(fault, number, CutMode::Torn),
        }
    }

    fn connection(&mut self, fault: Fault, number: usize, underway: Underway) {
        // A box without a network loses none.
        if self.house.boxes[number].cable.drop_connection(underway) {
            self.fired(fault);
        }
    }

    fn restart(&mut self, fault: Fault) {
        if self.house.hq.is_some() {
            self.house.restart_fleet();
            self.fired(fault);
        }
    }

    fn commit(&mut self, fault: Fault, how: CommitFault) {
        self.breaks(fault, Part::Store);
        self.house.hq.iter().for_each(|hq| hq.store.fail_next(how));
    }

    fn disk(&mut self, fault: Fault, number: usize, faults: DiskFaults) {
        self.breaks(fault, Part::Disk(number));
        self.house.boxes[number].board.disk.set_faults(faults);
    }

    fn power(&mut self, fault: Fault, number: usize, mode: CutMode) {
        if self.house.boxes[number].is_on() {
            self.breaks(fault, Part::Power(number));
            self.house.power_cut(number, mode);
        }
    }

    /// A part breaks; if it was broken in another way, that is mended first.
    fn breaks(&mut self, fault: Fault, part: Part) {
        self.mend(|broken| broken.part == part);
        let long = if matches!(part, Part::Power(_)) { WHILE / 2 } else { WHILE };
        self.broken.push(Broken { part, fault, until: self.house.world.now() + long });
    }

    fn mend(&mut self, which: impl Fn(&Broken) -> bool) {
        let (mended, broken) = self.broken.iter().partition(|broken| which(broken));
        self.broken = broken;
        let mended: Vec<Broken> = mended;
        for Broken { part, fault, .. } in mended {
            if met(&self.house, part) {
                self.fired(fault);
            }
            match part {
                Part::Store => self.house.hq.iter().for_each(|hq| hq.store.heal()),
                Part::Disk(number) => self.house.boxes[number].board.disk.set_faults(DiskFaults::default()),
                Part::Power(number) if self.house.boxes[number].is_on() => {}
                Part::Power(number) => self.house.power_on(number),
            }
        }
    }

    /// It struck, and somebody met it.
    fn fired(&mut self, fault: Fault) {
        *self.fired.entry(fault).or_default() += 1;
        self.trace = Hasher::new().digest(&self.trace).bytes(format!("{fault:?}").as_bytes()).finish();
        self.note();
    }

    fn draw_next(&mut self) {
        if self.allowed.is_empty() {
            return;
        }
        let wait = Duration::from_millis(1 + self.dice.below(2 * 1000 * CALM.as_secs()));
        self.next_fault = Some(self.house.world.now() + wait);
    }

    fn pick(&mut self, bound: usize) -> usize {
        usize::try_from(self.dice.below(bound as u64)).unwrap_or(0)
    }

    /// Puts where the world stands into the trace: what happened in which order, and nothing that the moment, or keys
    /// and ids of the seed, make different by themselves.
    fn note(&mut self) {
        let mut trace = Hasher::new().digest(&self.trace);
        for boxed in &self.house.boxes {
            let agent = boxed.is_on().then(|| boxed.agent());
            let end = agent.and_then(agent::Agent::end).map_or(0, |end| end.seq);
            let standing = agent.map(|agent| (agent.guard().posture(), agent.guard().latches().len()));
            let power = boxed.board.disk.power();
            let cut_at = power.is_gone().then(|| power.effects());
            let stands = format!("{standing:?} {cut_at:?}");
            trace = trace.u64(end).u64(boxed.notices.len() as u64).bytes(stands.as_bytes());
        }
        let heard = self.house.hq.as_ref().map(|hq| (hq.lines.len(), hq.fleet.incidents().count()));
        let trace = trace.bytes(format!("{heard:?}").as_bytes()).finish();
        if self.speak {
            self.say(&format!("{trace:?}"));
        }
        self.trace = trace;
    }

    #[expect(clippy::print_stdout, reason = "a replay says how it goes")]
    fn say(&self, what: &str) {
        println!("{:>12.6} s  {what}", self.house.world.now().since(Mono(0)).as_secs_f64());
    }
}

/// Whether somebody has needed what is broken.
fn met(house: &House, part: Part) -> bool {
    match part {
        Part::Store => house.hq.as_ref().is_some_and(|hq| !hq.store.is_to_fail()),
        Part::Disk(number) => house.boxes[number].board.disk.felt(),
        Part::Power(_) => true,
    }
}
