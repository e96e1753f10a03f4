//! One bank, many sensors: findings, deadlines, conditions, proofs, and what outlives a restart.

use alloc::{string::String, vec, vec::Vec};

use vocab::{
    Channel, Interlock, InterlockReading, Millis, Mono, Reading, Sensor, SensorName, TamperKind, Tuning,
    Value, ZoneName,
    reading::{Component, ComponentKind, Contact, Flag, SensorFault, Supply},
    unit::{Lux, MicroG, MilliAmps, MilliVolts, Ohms},
};

use super::Bank;
use crate::{Baseline, Certainty, Condition, Learned, Proof, Walk};

fn sensor(name: &str, channel: Channel, zone: &str) -> Sensor {
    Sensor { name: called(name), channel, zone: ZoneName::new(zone).unwrap() }
}

fn called(name: &str) -> SensorName {
    SensorName::new(name).unwrap()
}

fn says(name: &str, millis: u64, value: Value) -> Reading {
    Reading { sensor: called(name), at: Mono(millis * 1_000_000), value }
}

fn bank(sensors: &[Sensor]) -> Bank {
    Bank::new(sensors, &Tuning::default(), &Baseline::default())
}

fn lid() -> Bank {
    bank(&[sensor("lid", Channel::Contact, "lid")])
}

const OPEN: Value = Value::Contact(Contact::Open);
const CLOSED: Value = Value::Contact(Contact::Closed);

fn millis(millis: u64) -> Mono {
    Mono(millis * 1_000_000)
}

#[test]
fn a_finding_has_its_sensors_name_zone_group_and_readings() {
    let mut bank = lid();
    bank.tick(millis(0));
    assert_eq!(bank.observe(&says("lid", 100, OPEN)), None);
    let finding = bank.observe(&says("lid", 400, OPEN)).unwrap();
    assert_eq!((finding.sensor.as_str(), finding.zone.as_str()), ("lid", "lid"));
    assert_eq!((finding.kind, finding.certainty), (TamperKind::LidOpened, Certainty::Decisive));
    assert_eq!((finding.since, finding.at), (millis(100), millis(350)));
    assert_eq!(finding.readings, [says("lid", 100, OPEN)]);
    assert_eq!((finding.group, finding.weight.0), (crate::Group::Enclosure, 998));
}

#[test]
fn the_deadline_is_the_end_of_the_next_window() {
    let mut bank = lid();
    assert_eq!(bank.deadline(), Some(Mono(0)), "it asks for a first tick at once");
    bank.tick(millis(0));
    assert_eq!(bank.deadline(), Some(millis(5_000)), "and to be asked now and then whether it still looks");
    bank.observe(&says("lid", 100, OPEN));
    assert_eq!(bank.deadline(), Some(millis(150)));
    assert_eq!(bank.tick(millis(150)).len(), 1);
    assert_eq!(bank.deadline(), Some(millis(350)));
    assert_eq!(bank.tick(millis(350)).len(), 1);
    bank.observe(&says("lid", 500, CLOSED));
    assert_eq!(bank.deadline(), Some(millis(2_500)));
    assert!(bank.tick(millis(2_500)).is_empty());
    assert_eq!(self::bank(&[]).deadline(), None, "without a sensor it asks for nothing");
}

#[test]
fn a_tick_at_the_deadline_always_moves_the_deadline() {
    let mut bank = bank(&[
        sensor("lid", Channel::Contact, "lid"),
        sensor("mains", Channel::Supply, "rear"),
        sensor("ports", Channel::Interfaces, "rear"),
    ]);
    bank.tick(millis(0));
    bank.observe(&says("lid", 1, OPEN));
    bank.observe(&says("mains", 1, Value::Supply(Supply::Lost)));
    for _ in 0..1_000 {
        let deadline = bank.deadline().unwrap();
        bank.tick(deadline);
        assert!(bank.deadline().unwrap() > deadline);
    }
}

#[test]
fn a_tuning_of_nothing_does_not_make_it_ask_for_a_tick_without_end() {
    let mut tuning = Tuning::default();
    tuning.silence.away_after = Millis(0);
    let mut bank = lid();
    bank.retune(&tuning);
    bank.tick(millis(0));
    assert!(bank.deadline() > Some(millis(0)));
}

#[test]
fn an_opening_does_not_count_while_nobody_looked() {
    let mut bank = lid();
    bank.tick(millis(0));
    bank.observe(&says("lid", 100, OPEN));
    // An hour later, and what closed the lid at 120 ms is still in the queue.
    assert!(bank.tick(millis(3_600_000)).is_empty());
    assert_eq!(bank.observe(&says("lid", 120, CLOSED)), None);
    assert!(bank.tick(millis(3_601_000)).is_empty());
}

#[test]
fn an_outage_and_a_fault_do_not_count_while_nobody_looked() {
    let mut bank = bank(&[sensor("mains", Channel::Supply, "rear"), sensor("light", Channel::Light, "lid")]);
    bank.tick(millis(0));
    bank.observe(&says("mains", 100, Value::Supply(Supply::Lost)));
    bank.observe(&says("light", 100, Value::Fault(SensorFault::Bus)));
    assert!(bank.tick(millis(3_600_000)).is_empty());
    let kinds: Vec<_> = bank.tick(millis(3_602_000)).into_iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [TamperKind::SensorFaulted, TamperKind::SupplyLost], "but they count from then on");
}

#[test]
fn a_sensor_that_notices_something_is_not_faulted() {
    let mut bank = bank(&[sensor("flag", Channel::Intrusion, "case")]);
    bank.tick(millis(0));
    bank.observe(&says("flag", 1, Value::Intrusion(Flag::Clear)));
    bank.observe(&says("flag", 100, Value::Fault(SensorFault::Bus)));
    assert!(bank.observe(&says("flag", 200, Value::Intrusion(Flag::Raised))).is_some());
    assert!(bank.tick(millis(3_000)).is_empty());
}

#[test]
fn readings_of_strangers_and_of_the_past_show_nothing() {
    let mut bank = lid();
    bank.tick(millis(0));
    assert_eq!(bank.observe(&says("stranger", 100, OPEN)), None);
    bank.observe(&says("lid", 1_000, OPEN));
    assert_eq!(bank.observe(&says("lid", 999, CLOSED)), None);
    assert_eq!(bank.tick(millis(1_250)).len(), 1, "the older reading did not close the lid");
}

#[test]
fn a_zone_is_clear_only_if_every_sensor_in_it_looks_and_sees_nothing() {
    let sensors = [
        sensor("lid", Channel::Contact, "lid"),
        sensor("light", Channel::Light, "lid"),
        sensor("mains", Channel::Supply, "rear"),
    ];
    let mut bank = bank(&sensors);
    let zone = ZoneName::new("lid").unwrap();
    assert_eq!(bank.condition(&zone), Condition::Unknown, "nobody has spoken");
    bank.tick(millis(0));
    bank.observe(&says("lid", 0, CLOSED));
    assert_eq!(bank.condition(&zone), Condition::Unknown, "one has not spoken");
    bank.observe(&says("light", 0, Value::Light(Lux(0))));
    assert_eq!(bank.condition(&zone), Condition::Gone);
    bank.observe(&says("lid", 100, OPEN));
    assert_eq!(bank.condition(&zone), Condition::Present);
    bank.observe(&says("light", 100, Value::Fault(SensorFault::Bus)));
    assert_eq!(bank.condition(&zone), Condition::Present, "what is seen outweighs what is not");
    bank.observe(&says("lid", 200, CLOSED));
    bank.tick(millis(2_300));
    assert_eq!(bank.condition(&zone), Condition::Unknown, "one cannot look");
    assert_eq!(bank.condition(&ZoneName::new("roof").unwrap()), Condition::Unknown, "nobody looks there");
}

#[test]
fn a_sensor_is_proved_when_it_speaks_and_has_tripped() {
    let mut bank = lid();
    let proof = |bank: &Bank| bank.proof(&called("lid")).unwrap();
    bank.tick(millis(0));
    assert_eq!(proof(&bank).proof, Proof::Unproved);
    bank.observe(&says("lid", 10, CLOSED));
    assert_eq!((proof(&bank).proof, proof(&bank).heard), (Proof::Unproved, Some(millis(10))));
    bank.observe(&says("lid", 20, OPEN));
    bank.tick(millis(280));
    assert_eq!((proof(&bank).proof, proof(&bank).tripped), (Proof::Proved, Some(millis(270))));
    let silence: Vec<Mono> = (1..=7).map(|i| millis(i * 5_000)).collect();
    assert_eq!(silence.into_iter().flat_map(|now| bank.tick(now)).count(), 1);
    assert_eq!(proof(&bank).proof, Proof::Silent);
    bank.observe(&says("lid", 36_000, Value::Light(Lux(0))));
    assert_eq!(proof(&bank).proof, Proof::Faulted);
    assert_eq!(bank.proof(&called("stranger")), None);
}

#[test]
fn an_interlock_is_proved_by_engaging_and_judged_by_nobody_here() {
    let mut bank = bank(&[sensor("charging", Channel::Interlock, "plug")]);
    bank.tick(millis(0));
    let engaged = |reading| Value::Interlock(Interlock::Energised, reading);
    assert_eq!(bank.observe(&says("charging", 1, engaged(InterlockReading::Clear))), None);
    assert_eq!(bank.proof(&called("charging")).unwrap().proof, Proof::Unproved);
    assert_eq!(bank.observe(&says("charging", 2, engaged(InterlockReading::Engaged))), None);
    assert_eq!(bank.proof(&called("charging")).unwrap().proof, Proof::Proved);
}

#[test]
fn what_was_learned_and_proved_outlives_a_restart_as_bytes() {
    let (sensors, mut bank) = learned();
    let baseline = bank.learn();
    let lessons: Vec<Option<Learned>> =
        baseline.sensors.values().map(|lesson| lesson.learned.clone()).collect();
    let part = Component { kind: ComponentKind::Disk, identity: String::from("SSD-1") };
    let expected = [
        Some(Learned::Home(MicroG(0), MicroG(0), MicroG(1_000_000))),
        Some(Learned::Loop(Ohms(3_900))),
        Some(Learned::Current(MilliAmps(300))),
        Some(Learned::Rail(MilliVolts(5_000))),
        Some(Learned::Intrusion(Flag::Raised)),
        Some(Learned::Components(vec![part])),
        Some(Learned::Interfaces(vec![])),
        None,
    ];
    assert_eq!(lessons, expected);

    let bytes = minicbor::to_vec(&baseline).unwrap();
    let restored: Baseline = minicbor::decode(&bytes).unwrap();
    let again = Bank::new(&sensors, &Tuning::default(), &restored);
    assert_eq!(again.baseline(), baseline);
    assert_eq!(restored.sensors[&called("h-lid")].walk, Walk::Tripped);
}

/// A device of many senses, its lid opened once.
fn learned() -> (Vec<Sensor>, Bank) {
    let sensors = [
        ("a-accelerometer", Channel::Acceleration),
        ("b-loop", Channel::Loop),
        ("c-current", Channel::Current),
        ("d-rail", Channel::Rail),
        ("e-flag", Channel::Intrusion),
        ("f-parts", Channel::Components),
        ("g-ports", Channel::Interfaces),
        ("h-lid", Channel::Contact),
    ];
    let sensors: Vec<Sensor> = sensors.map(|(name, channel)| sensor(name, channel, "all")).into();
    let mut bank = bank(&sensors);
    bank.tick(millis(0));
    for at in (0..2_000).step_by(20) {
        let noise = i32::try_from(at % 3).unwrap() * 10 - 10;
        bank.observe(&says(
            "a-accelerometer",
            at,
            Value::Acceleration(MicroG(noise), MicroG(0), MicroG(1_000_000)),
        ));
    }
    let part = Component { kind: ComponentKind::Disk, identity: String::from("SSD-1") };
    bank.observe(&says("b-loop", 1, Value::Loop(Ohms(3_900))));
    bank.observe(&says("c-current", 1, Value::Current(MilliAmps(200))));
    bank.observe(&says("c-current", 2, Value::Current(MilliAmps(400))));
    bank.observe(&says("d-rail", 1, Value::Rail(MilliVolts(5_080))));
    bank.observe(&says("e-flag", 1, Value::Intrusion(Flag::Raised)));
    bank.observe(&says("f-parts", 1, Value::Components(vec![part])));
    bank.observe(&says("g-ports", 1, Value::Interfaces(vec![])));
    bank.observe(&says("h-lid", 1, OPEN));
    bank.observe(&says("h-lid", 500, CLOSED));
    (sensors, bank)
}

#[test]
fn a_sensor_that_cannot_look_keeps_what_it_knew() {
    let mut bank =
        bank(&[sensor("loop", Channel::Loop, "case"), sensor("shaken", Channel::Acceleration, "case")]);
    bank.observe(&says("loop", 0, Value::Loop(Ohms(3_900))));
    let first = bank.learn();
    bank.observe(&says("loop", 1, Value::Loop(Ohms(4_000))));
    bank.observe(&says("loop", 2, Value::Fault(SensorFault::Bus)));
    for at in 0..200 {
        let x = if at / 10 % 2 == 0 { 500_000 } else { -500_000 };
        bank.observe(&says("shaken", at * 20, Value::Acceleration(MicroG(x), MicroG(0), MicroG(1_000_000))));
    }
    assert_eq!(bank.learn().sensors[&called("loop")], first.sensors[&called("loop")]);
    bank.observe(&says("loop", 3, Value::Loop(Ohms(0))));
    assert_eq!(
        bank.learn().sensors[&called("loop")].learned,
        Some(Learned::Loop(Ohms(3_900))),
        "cut is not normal"
    );
    assert_eq!(bank.learn().sensors[&called("shaken")].learned, None, "a shaken box has no home");
    assert!(bank.unlearned().eq([&called("shaken")]), "{:?}", bank.unlearned().collect::<Vec<_>>());
}

#[test]
fn learning_anew_makes_the_new_normal() {
    let mut bank = bank(&[sensor("parts", Channel::Components, "case")]);
    let parts = |serial| {
        Value::Components(vec![Component { kind: ComponentKind::Network, identity: String::from(serial) }])
    };
    let zone = ZoneName::new("case").unwrap();
    bank.observe(&says("parts", 1, parts("old")));
    bank.learn();
    assert!(bank.observe(&says("parts", 2, parts("new"))).is_some());
    assert_eq!(bank.condition(&zone), Condition::Present);
    bank.learn();
    assert_eq!(bank.condition(&zone), Condition::Gone);
    assert_eq!(bank.observe(&says("parts", 3, parts("new"))), None);
    assert!(bank.observe(&says("parts", 4, parts("old"))).is_some());
}

#[test]
fn new_thresholds_judge_what_goes_on_already() {
    let mut bank = lid();
    bank.tick(millis(0));
    bank.observe(&says("lid", 0, OPEN));
    let mut tuning = Tuning::default();
    tuning.enclosure.open_after = Millis(100);
    bank.retune(&tuning);
    assert_eq!(bank.tick(millis(100)).first().map(|finding| finding.certainty), Some(Certainty::Decisive));
}

#[test]
fn a_reading_from_the_future_does_not_hide_a_silence() {
    let mut bank = lid();
    bank.tick(millis(0));
    bank.observe(&says("lid", 1_000_000, CLOSED));
    let kinds: Vec<_> =
        (1..=8).flat_map(|i| bank.tick(millis(i * 5_000))).map(|finding| finding.kind).collect();
    assert_eq!(kinds, [TamperKind::SensorSilent]);
}

#[test]
fn a_sensor_takes_no_more_memory_than_promised() {
    use core::mem::size_of;

    use crate::{motion::Motion, supply::rail::Rail, watch::Watch};

    assert!(size_of::<Watch>() + size_of::<Motion>() <= 2_048);
    // A rail remembers 64 dips of 16 bytes, in a buffer that grows by doubling.
    assert!(size_of::<Watch>() + size_of::<Rail>() + 64 * 16 <= 2_048);
    // Lists are kept three times (home, now, told), each of 256 entries with names of 128 bytes.
    assert!(3 * 256 * (size_of::<Component>() + 128) <= 256 * 1_024);
}
