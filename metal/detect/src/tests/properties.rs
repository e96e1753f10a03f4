//! What holds for every sequence of readings.

use alloc::{string::String, vec, vec::Vec};

use proptest::prelude::*;
use vocab::{
    Channel, Interlock, InterlockReading, Millis, Mono, Reading, Sensor, SensorName, Tuning, Value, ZoneName,
    reading::{Component, ComponentKind, Contact, Flag, Interface, InterfaceKind, SensorFault, Supply},
    unit::{Lux, MicroG, MilliAmps, MilliCelsius, MilliVolts, Ohms},
};

use crate::{Bank, Baseline, Certainty, Condition, Finding};

const CHANNELS: [Channel; 12] = [
    Channel::Acceleration,
    Channel::Components,
    Channel::Contact,
    Channel::Current,
    Channel::Interfaces,
    Channel::Interlock,
    Channel::Intrusion,
    Channel::Light,
    Channel::Loop,
    Channel::Rail,
    Channel::Supply,
    Channel::Temperature,
];

fn name(index: usize) -> SensorName {
    SensorName::new(&alloc::format!("sense-{index:02}")).unwrap()
}

/// A device with a sensor for each channel.
fn sensors() -> Vec<Sensor> {
    let zone = ZoneName::new("zone").unwrap();
    let sensor = |(index, channel)| Sensor { name: name(index), channel, zone: zone.clone() };
    CHANNELS.into_iter().enumerate().map(sensor).collect()
}

fn bank() -> Bank {
    Bank::new(&sensors(), &Tuning::default(), &Baseline::default())
}

fn value() -> impl Strategy<Value = Value> {
    let fault =
        prop_oneof![Just(SensorFault::Bus), Just(SensorFault::Missing), Just(SensorFault::Implausible)];
    let components = prop::collection::vec("[a-c]{0,2}", 0..4).prop_map(|names| {
        let part = |identity| Component { kind: ComponentKind::Pci, identity };
        Value::Components(names.into_iter().map(part).collect())
    });
    let interfaces = prop::collection::vec("[a-c]{0,2}", 0..4).prop_map(|names: Vec<String>| {
        let port = |name| Interface { kind: InterfaceKind::Usb, name };
        Value::Interfaces(names.into_iter().map(port).collect())
    });
    prop_oneof![
        any::<[i32; 3]>().prop_map(|[x, y, z]| Value::Acceleration(MicroG(x), MicroG(y), MicroG(z))),
        (-2_000_000..2_000_000).prop_map(|z| Value::Acceleration(MicroG(0), MicroG(0), MicroG(z))),
        components,
        interfaces,
        prop_oneof![Just(Contact::Open), Just(Contact::Closed)].prop_map(Value::Contact),
        any::<i32>().prop_map(|amps| Value::Current(MilliAmps(amps))),
        fault.prop_map(Value::Fault),
        Just(Value::Interlock(Interlock::Occupied, InterlockReading::Engaged)),
        prop_oneof![Just(Flag::Clear), Just(Flag::Raised)].prop_map(Value::Intrusion),
        any::<u32>().prop_map(|lux| Value::Light(Lux(lux))),
        any::<u32>().prop_map(|ohms| Value::Loop(Ohms(ohms))),
        prop_oneof![any::<i32>(), 4_000..6_000].prop_map(|volts| Value::Rail(MilliVolts(volts))),
        prop_oneof![Just(Supply::Lost), Just(Supply::Present)].prop_map(Value::Supply),
        any::<i32>().prop_map(|degrees| Value::Temperature(MilliCelsius(degrees))),
    ]
}

/// What may happen to a bank.
#[derive(Clone, Debug)]
enum Step {
    Learn,
    Observe(usize, u64, Value),
    Retune(u32),
    Tick(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let moment = || prop_oneof![8 => 0..60_000_000_000_u64, 1 => any::<u64>()];
    prop_oneof![
        20 => (0..CHANNELS.len(), moment(), value()).prop_map(|(index, at, value)| Step::Observe(index, at, value)),
        5 => moment().prop_map(Step::Tick),
        1 => Just(Step::Learn),
        1 => any::<u32>().prop_map(Step::Retune),
    ]
}

/// Readings of each sensor in order of time.
fn histories() -> impl Strategy<Value = Vec<Vec<Reading>>> {
    let history = prop::collection::vec((0..500_u64, value()), 0..40);
    prop::collection::vec(history, CHANNELS.len()).prop_map(|histories| {
        let of = |(index, history): (usize, Vec<(u64, Value)>)| {
            let mut now = 0;
            let reading = |(pause, value)| {
                now += pause * 1_000_000;
                Reading { sensor: name(index), at: Mono(now), value }
            };
            history.into_iter().map(reading).collect()
        };
        histories.into_iter().enumerate().map(of).collect()
    })
}

fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| (finding.sensor.clone(), finding.at, finding.kind));
    findings
}

/// Openings and pauses of a lid, in milliseconds.
fn openings() -> impl Strategy<Value = Vec<(u64, u64)>> {
    prop::collection::vec((1..500_u64, 1..4_000_u64), 1..6)
}

fn lid_readings(openings: &[(u64, u64)]) -> Vec<Reading> {
    let mut now = 0;
    let mut readings = vec![];
    for (open, pause) in openings {
        for (span, contact) in [(open, Contact::Open), (pause, Contact::Closed)] {
            let value = Value::Contact(contact);
            readings.push(Reading { sensor: name(2), at: Mono(now * 1_000_000), value });
            now += span;
        }
    }
    readings
}

fn lid() -> Bank {
    Bank::new(&sensors()[2..3], &Tuning::default(), &Baseline::default())
}

/// Plays readings, ticking each so many milliseconds meanwhile, and once at the end.
fn tick_between(bank: &mut Bank, readings: &[Reading], every: u64) -> Vec<Finding> {
    let mut findings = bank.tick(Mono(0));
    let mut now = 0;
    for reading in readings {
        while now + every * 1_000_000 < reading.at.0 {
            now += every * 1_000_000;
            findings.extend(bank.tick(Mono(now)));
        }
        findings.extend(bank.observe(reading));
    }
    let end = readings.last().map_or(Mono(0), |reading| reading.at);
    findings.extend(bank.tick(end + Millis(4_000)));
    findings
}

fn decisive(findings: &[Finding]) -> usize {
    findings.iter().filter(|finding| finding.certainty == Certainty::Decisive).count()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn no_sequence_makes_it_panic(steps in prop::collection::vec(step(), 0..200)) {
        let mut bank = bank();
        let zone = ZoneName::new("zone").unwrap();
        for step in steps {
            match step {
                Step::Learn => drop(bank.learn()),
                Step::Observe(index, at, value) => {
                    let finding = bank.observe(&Reading { sensor: name(index), at: Mono(at), value });
                    prop_assert!(finding.is_none_or(|finding| finding.readings.len() <= Finding::READINGS));
                }
                Step::Retune(number) => {
                    let mut tuning = Tuning::default();
                    tuning.motion.window = Millis(number);
                    tuning.supply.glitch_dips = number;
                    tuning.temperature.cooling = MilliCelsius(number.cast_signed());
                    tuning.temperature.cooling_over = Millis(number);
                    tuning.silence.away_after = Millis(number);
                    bank.retune(&tuning);
                }
                Step::Tick(now) => drop(bank.tick(Mono(now))),
            }
            bank.deadline();
            bank.condition(&zone);
        }
    }

    #[test]
    fn the_order_between_sensors_means_nothing(histories in histories(), seed in any::<u64>()) {
        let mut by_time: Vec<&Reading> = histories.iter().flatten().collect();
        by_time.sort_by_key(|reading| reading.at);
        // Any other interleaving that keeps each sensor's own order.
        let mut queues: Vec<_> = histories.iter().map(|history| history.iter()).collect();
        let mut shuffled = vec![];
        let mut draw = seed | 1;
        while shuffled.len() < by_time.len() {
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let index = usize::try_from(draw >> 33).unwrap() % queues.len();
            shuffled.extend(queues[index].next());
        }
        let play = |readings: &[&Reading]| {
            let mut bank = bank();
            bank.tick(Mono(0));
            let mut findings: Vec<Finding> = readings.iter().filter_map(|reading| bank.observe(reading)).collect();
            findings.extend((0..6).flat_map(|i| bank.tick(Mono((20 + i * 5) * 1_000_000_000))));
            sorted(findings)
        };
        prop_assert_eq!(play(&by_time), play(&shuffled));
    }

    #[test]
    fn ticks_bring_findings_earlier_and_change_none(openings in openings(), every in 1..4_000_u64) {
        let readings = lid_readings(&openings);
        let (often, rarely) = (tick_between(&mut lid(), &readings, every), tick_between(&mut lid(), &readings, 4_000));
        let certain = |findings: &[Finding]| -> Vec<Finding> {
            findings.iter().filter(|finding| finding.certainty == Certainty::Decisive).cloned().collect()
        };
        prop_assert_eq!(certain(&often), certain(&rarely));
        prop_assert_eq!(often.is_empty(), rarely.is_empty());
    }

    #[test]
    fn a_longer_opening_is_never_less_certain(openings in openings(), index in any::<prop::sample::Index>(), more in 0..500_u64) {
        let mut longer = openings.clone();
        longer[index.index(openings.len())].0 += more;
        let play = |openings: &[(u64, u64)]| decisive(&tick_between(&mut lid(), &lid_readings(openings), 10)) > 0;
        prop_assert!(play(&openings) <= play(&longer));
    }

    #[test]
    fn a_brighter_and_longer_light_is_never_less_of_a_finding(lux in 0..40_u32, more in 0..40_u32, lasts in 0..20_u64, longer in 0..20_u64) {
        let play = |lux, lasts| {
            let mut bank = bank();
            let light = |at: u64| Value::Light(Lux(if at < lasts { lux } else { 0 }));
            let reading = |at| Reading { sensor: name(7), at: Mono(at * 40_000_000), value: light(at) };
            (0..60).filter_map(|at| bank.observe(&reading(at))).count()
        };
        prop_assert!(play(lux, lasts) <= play(lux + more, lasts + longer));
    }

    #[test]
    fn a_fault_takes_nothing_back(openings in openings(), faults in prop::collection::vec(0..20_000_u64, 0..20)) {
        let readings = lid_readings(&openings);
        let mut with_faults = readings.clone();
        let fault = |at| Reading { sensor: name(2), at: Mono(at * 1_000_000), value: Value::Fault(SensorFault::Bus) };
        with_faults.extend(faults.into_iter().map(fault));
        with_faults.sort_by_key(|reading| reading.at);
        let (mut plain, mut faulted) = (lid(), lid());
        let (before, after) = (tick_between(&mut plain, &readings, 10), tick_between(&mut faulted, &with_faults, 10));
        prop_assert!(decisive(&before) <= decisive(&after));
        let zone = ZoneName::new("zone").unwrap();
        let end = Mono(60_000_000_000);
        plain.tick(end);
        faulted.tick(end);
        prop_assert!(plain.condition(&zone) != Condition::Present || faulted.condition(&zone) == Condition::Present);
    }
}
