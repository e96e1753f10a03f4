//! Lids, loops, lights and flags, each attack beside its harmless twin.
#![allow(clippy::single_range_in_vec_init, reason = "a table of spans may hold one")]

use alloc::{boxed::Box, vec, vec::Vec};

use vocab::{
    Channel, Mono, Severity, TamperKind, Tuning, Value,
    reading::{Contact, Flag},
    unit::{Lux, Ohms},
};

use crate::{
    Certainty, Condition,
    enclosure::wire::{Wire, speaks},
    sense::{Schooling, Sense},
    tests::{Recording, judge, signal},
};

use Certainty::{Corroborating, Decisive};
use Condition::Present;
use Severity::{High, Low, Medium};
use TamperKind::{IntrusionFlag, LidOpened, LightInside, LoopChanged, LoopCut, LoopShorted};

/// Everything that this room has recorded.
pub(crate) fn recordings() -> Vec<Recording> {
    [lids(), pins(), loops(), loops_cut(), loops_changed(), lights(), flags()].into_iter().flatten().collect()
}

fn lid(name: &'static str, open: &[core::ops::Range<u64>], millis: u64) -> Recording {
    let (rest, pulse) = (Value::Contact(Contact::Closed), Value::Contact(Contact::Open));
    Recording::new(name, Channel::Contact, millis, signal::pulses(rest, pulse, open))
}

fn lids() -> Vec<Recording> {
    let bounce: Vec<_> = (0..15).map(|i| 1_000 + i * 10..1_005 + i * 10).collect();
    vec![
        lid("a closed lid", &[], 5_000),
        lid("a glitch of 20 ms", &[1_000..1_020], 5_000),
        lid(
            "a glitch of 20 ms each second",
            &[1_000..1_020, 2_000..2_020, 3_000..3_020, 4_000..4_020],
            6_000,
        ),
        lid("a touch of 35 ms", &[1_000..1_035], 5_000),
        lid("a lid that hardly opens", &[1_000..1_070], 5_000).shows(LidOpened, Corroborating, Low),
        lid("a cheap switch that bounces for 150 ms", &bounce, 5_000).shows(LidOpened, Corroborating, Low),
        lid("a lid open for 180 ms", &[1_000..1_180], 5_000).shows(LidOpened, Corroborating, Low),
        lid("a lid open for 350 ms", &[1_000..1_350], 5_000)
            .shows(LidOpened, Corroborating, Low)
            .shows(LidOpened, Decisive, High),
        lid("a lid that bounces while it opens", &[1_000..1_180, 1_190..1_280], 5_000)
            .shows(LidOpened, Corroborating, Low)
            .shows(LidOpened, Decisive, High),
        lid("a lid that trembles twice is no opening", &[1_000..1_200, 1_700..1_900], 6_000).shows(
            LidOpened,
            Corroborating,
            Low,
        ),
        lid("a lid left open", &[1_000..9_000], 8_000)
            .shows(LidOpened, Corroborating, Low)
            .shows(LidOpened, Decisive, High)
            .leaves(Present),
        lid("a lid closed 1.5 s ago", &[1_000..1_300], 2_800)
            .shows(LidOpened, Corroborating, Low)
            .shows(LidOpened, Decisive, High)
            .leaves(Present),
        lid("a lid closed 3 s ago", &[1_000..1_300], 4_300)
            .shows(LidOpened, Corroborating, Low)
            .shows(LidOpened, Decisive, High),
        lid("a lid worked at in strokes is one opening", &[1_000..1_300, 2_000..2_300, 3_000..3_300], 9_000)
            .shows(LidOpened, Corroborating, Low)
            .shows(LidOpened, Decisive, High),
        lid("a lid open at the first reading", &[0..900], 4_000)
            .shows(LidOpened, Corroborating, Low)
            .shows(LidOpened, Decisive, High),
    ]
}

/// A loop on a pin of the processor, which says only whether it is whole.
fn pin(name: &'static str, cut: &[core::ops::Range<u64>]) -> Recording {
    let (rest, pulse) = (Value::Contact(Contact::Closed), Value::Contact(Contact::Open));
    Recording::new(name, Channel::Loop, 5_000, signal::pulses(rest, pulse, cut))
}

fn pins() -> Vec<Recording> {
    vec![
        pin("a whole loop on a pin", &[]),
        pin("a relay's spark of 20 ms on a pin", &[1_000..1_020]),
        pin("a loop on a pin that is cut", &[1_000..9_000])
            .shows(LoopCut, Corroborating, Low)
            .shows(LoopCut, Decisive, High)
            .leaves(Present),
        pin("a loop on a pin that is cut and mended", &[1_000..1_300])
            .shows(LoopCut, Corroborating, Low)
            .shows(LoopCut, Decisive, High),
    ]
}

const WHOLE: u32 = 3_900;

fn ohms(ohms: i64) -> Value {
    Value::Loop(Ohms(u32::try_from(ohms).unwrap()))
}

/// A loop that says this for so long, and is whole before and after.
fn circuit(name: &'static str, wrong: u32, lasts: u64) -> Recording {
    let signal = signal::pulses(ohms(WHOLE.into()), ohms(wrong.into()), [1_000..1_000 + lasts]);
    Recording::new(name, Channel::Loop, 5_000, signal).at_home(signal::flat(ohms(WHOLE.into())))
}

/// A loop that was never learned, so that only the bands speak.
fn stranger(name: &'static str, says: u32) -> Recording {
    Recording::new(name, Channel::Loop, 2_000, signal::flat(ohms(says.into())))
}

fn loops() -> Vec<Recording> {
    vec![
        circuit("a whole loop", WHOLE, 100),
        circuit("a short never reads as closed", 0, 500).shows(LoopShorted, Decisive, High),
        circuit("a loop bridged with 70 Ω", 70, 500).shows(LoopShorted, Decisive, High),
        circuit("a loop bridged with 150 Ω", 150, 500).shows(LoopChanged, Corroborating, High),
        stranger("a loop of 1.5 kΩ", 1_500).shows(LoopChanged, Corroborating, High).leaves(Present),
        stranger("a loop of 3 kΩ", 3_000),
        stranger("a loop of 4 kΩ", 4_000),
        stranger("a loop of 8 kΩ", 8_000).shows(LoopChanged, Corroborating, High).leaves(Present),
        stranger("a loop of 15 kΩ", 15_000).shows(LoopChanged, Corroborating, High).leaves(Present),
    ]
}

fn loops_cut() -> Vec<Recording> {
    let ten = |lasts: u64, name| circuit(name, 30_000, lasts).at_hertz(10);
    // Between cut and something else, sample by sample, as a frayed wire says it.
    let frayed = |name, other: i64| {
        let says =
            move |millis: u64| Some(ohms(if (millis / 40).is_multiple_of(2) { 30_000 } else { other }));
        Recording::new(name, Channel::Loop, 2_000, Box::new(says)).at_home(signal::flat(ohms(WHOLE.into())))
    };
    vec![
        circuit("a cut loop", u32::MAX, 500).shows(LoopCut, Decisive, High),
        circuit("a loop of 30 kΩ is cut", 30_000, 500).shows(LoopCut, Decisive, High),
        circuit("a loop that is still cut", 30_000, 9_000).shows(LoopCut, Decisive, High).leaves(Present),
        circuit("a spark of 70 ms", 30_000, 70),
        circuit("a cut of 150 ms", 30_000, 150).shows(LoopCut, Decisive, High),
        ten(200, "two slow samples that say cut"),
        ten(400, "four slow samples that say cut").shows(LoopCut, Decisive, High),
        frayed("a frayed wire", 9_000).shows(LoopChanged, Corroborating, High).leaves(Present),
        frayed("a frayed wire that touches the other", 0)
            .shows(LoopChanged, Corroborating, High)
            .leaves(Present),
        Recording::new(
            "cut, and then closed over another resistor",
            Channel::Loop,
            3_000,
            signal::steps([(1_000, ohms(3_900)), (2_000, ohms(30_000)), (3_000, ohms(9_000))]),
        )
        .at_home(signal::flat(ohms(WHOLE.into())))
        .shows(LoopCut, Decisive, High)
        .leaves(Present),
    ]
}

fn loops_changed() -> Vec<Recording> {
    let wandering = |name, minutes: u64| {
        let points = [(0, 3_900), (1_000, 4_095), (1_000 + minutes * 60_000, 4_300)];
        let signal = signal::lines(points, ohms);
        Recording::new(name, Channel::Loop, 2_000 + minutes * 60_000, signal)
            .at_home(signal::flat(ohms(WHOLE.into())))
            .at_hertz(1)
            .leaves(Present)
    };
    vec![
        circuit("a loop 7 % off", 4_173, 500),
        circuit("a loop 15 % off", 4_485, 500).shows(LoopChanged, Corroborating, High),
        circuit("a second resistor in parallel", 1_950, 500).shows(LoopChanged, Corroborating, High),
        wandering("a loop that wanders off in 45 min", 45).shows(LoopChanged, Corroborating, High),
        wandering("a loop that ages in 90 min", 90).shows(LoopChanged, Corroborating, Low),
        wandering("a loop that ages in three hours", 180).shows(LoopChanged, Corroborating, Low),
    ]
}

fn lights() -> Vec<Recording> {
    let light = |name, lux, lasts: u64| {
        let signal = signal::pulses(Value::Light(Lux(0)), Value::Light(Lux(lux)), [1_000..1_000 + lasts]);
        Recording::new(name, Channel::Light, 4_000, signal)
    };
    vec![
        light("starlight through the vents", 7, 1_000),
        light("as bright as it may be", 10, 1_000),
        light("a torch at the vents", 15, 1_000).shows(LightInside, Corroborating, Medium),
        light("daylight", 500, 9_000).shows(LightInside, Corroborating, Medium).leaves(Present),
        light("a flash of 150 ms", 500, 150),
        light("a flash of 300 ms", 500, 300).shows(LightInside, Corroborating, Medium),
    ]
}

fn flags() -> Vec<Recording> {
    let (clear, raised) = (Value::Intrusion(Flag::Clear), Value::Intrusion(Flag::Raised));
    let flag = |name, home: &Value, says: &[(u64, Value)]| {
        Recording::new(name, Channel::Intrusion, 3_000, signal::steps(says))
            .at_home(signal::flat(home.clone()))
    };
    let (up, down) = (raised.clone(), clear.clone());
    vec![
        flag("a flag that stays down", &clear, &[(1, down.clone())]),
        flag("a flag that rises", &clear, &[(1_000, down.clone()), (2_000, up.clone())])
            .shows(IntrusionFlag, Corroborating, High)
            .leaves(Present),
        flag("a flag that rose while the device was off", &clear, &[(1, up.clone())])
            .shows(IntrusionFlag, Corroborating, High)
            .leaves(Present),
        flag(
            "a flag that an authorised person clears",
            &clear,
            &[(1_000, up.clone()), (2_000, down.clone())],
        )
        .shows(IntrusionFlag, Corroborating, High),
        flag("a flag that the board ships raised", &raised, &[(1, up.clone())]),
        flag("such a flag that somebody cleared", &raised, &[(1_000, up.clone()), (2_000, down.clone())])
            .shows(IntrusionFlag, Corroborating, High),
        flag("and that rises again", &raised, &[(1_000, up.clone()), (2_000, down), (3_000, up.clone())])
            .shows(IntrusionFlag, Corroborating, High)
            .shows(IntrusionFlag, Corroborating, High)
            .leaves(Present),
        // Never learned: a flag that stands is only shown as present, a rise is a finding.
        Recording::new("a flag that was never learned", Channel::Intrusion, 1_000, signal::flat(up.clone()))
            .leaves(Present),
        Recording::new(
            "a rise without a lesson",
            Channel::Intrusion,
            3_000,
            signal::steps([(1_000, clear), (2_000, up)]),
        )
        .shows(IntrusionFlag, Corroborating, High)
        .leaves(Present),
    ]
}

#[test]
fn a_lid_that_opens_is_told_from_one_that_trembles() {
    judge(lids());
}

#[test]
fn a_loop_says_whether_it_is_cut_bridged_or_exchanged() {
    judge(loops());
    judge(loops_cut());
    judge(loops_changed());
}

#[test]
fn light_inside_counts_when_it_stays() {
    judge(lights());
}

#[test]
fn an_intrusion_flag_is_judged_by_where_it_stood_at_home() {
    judge(flags());
}

#[test]
fn a_lid_is_decided_at_the_end_of_its_window_whenever_anybody_looks() {
    let opened = lid("opened", &[1_000..2_000], 3_000).play(&vocab::Tuning::default()).findings;
    let times: Vec<_> = opened.iter().map(|finding| (finding.at.0 - finding.since.0) / 1_000_000).collect();
    assert_eq!(times, [50, 250]);
}

#[test]
fn a_loop_on_a_pin_is_whole_or_cut_and_has_nothing_to_learn() {
    judge(pins());
    let (mut wire, tuning) = (Wire::default(), Tuning::default());
    assert_eq!(wire.schooling(), Schooling::Unlearned, "nobody knows yet who watches it");
    wire.observe(Mono(1), &Value::Contact(Contact::Closed), &tuning);
    assert_eq!((wire.schooling(), wire.learn(&tuning)), (Schooling::Ready, None));
}

#[test]
fn nobody_but_a_loop_speaks_of_contacts_beside_them() {
    let contact = Value::Contact(Contact::Closed);
    assert!(speaks(Channel::Loop, &contact) && speaks(Channel::Contact, &contact));
    assert!(!speaks(Channel::Rail, &contact) && !speaks(Channel::Contact, &ohms(1)));
    assert!(speaks(Channel::Loop, &ohms(1)));
}
