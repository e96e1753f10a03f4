use vocab::{
    Value,
    reading::SensorFault,
    unit::{Lux, MilliCelsius, MilliVolts},
};

use super::*;
use crate::{
    gpio::{Bias, LineName, Open},
    testing::{bell, tree},
};

fn sense(name: &str, source: Source) -> Sense {
    Sense { name: SensorName::new(name).unwrap(), zone: ZoneName::new("board").unwrap(), source }
}

fn hwmon(input: &str) -> Source {
    Source::Hwmon(HwmonInput { chip: "board".into(), input: input.into(), nominal: None })
}

fn accelerometer() -> Source {
    Source::Accelerometer { chip: None, hertz: NonZeroU8::new(25).unwrap() }
}

fn nowhere(offset: u32) -> GpioLine {
    GpioLine {
        chip: "no such chip".into(),
        line: LineName::Offset(offset),
        open: Open::High,
        bias: Bias::AsIs,
    }
}

fn every_sense() -> Vec<Sense> {
    vec![
        sense("temp", hwmon("temp1")),
        sense("rail", hwmon("in0")),
        sense("accel", accelerometer()),
        sense("ports", Source::Interfaces),
        sense("parts", Source::Inventory),
        sense("mains", Source::Supply { name: None }),
        sense("light", Source::Light { chip: None }),
        sense("lid", Source::Contact(nowhere(0))),
        sense("seal", Source::Loop(nowhere(1))),
    ]
}

fn open(root: &tempfile::TempDir, senses: &[Sense]) -> Result<LinuxSenses, Unready> {
    LinuxSenses::open(root.path(), senses, bell().0)
}

#[test]
fn every_declared_sensor_speaks_at_once_and_in_its_own_channel() {
    let root = tree(&[
        ("class/hwmon/hwmon0/name", "board"),
        ("class/hwmon/hwmon0/temp1_input", "43850"),
        ("class/hwmon/hwmon0/in0_input", "5020"),
        ("bus/iio/devices/iio:device0/in_illuminance_input", "3"),
        ("class/net/eth0/address", ""),
        ("class/power_supply/AC/type", "Mains"),
        ("class/power_supply/AC/online", "1"),
    ]);
    let mut senses = open(&root, &every_sense()).unwrap();
    let declared = senses.declared();
    assert_eq!(declared.len(), 9);
    let readings = senses.read(Mono(u64::MAX));
    for Sensor { name, channel, .. } in &declared {
        let reading = readings.iter().find(|reading| reading.sensor == *name).unwrap();
        let said = reading.value.channel();
        assert!(said.is_none() || said == Some(*channel), "{name}");
    }
    let says = |name: &str| &readings.iter().find(|reading| reading.sensor.as_str() == name).unwrap().value;
    assert_eq!(says("temp"), &Value::Temperature(MilliCelsius(43_850)));
    assert_eq!(says("rail"), &Value::Rail(MilliVolts(5_020)));
    assert_eq!(says("light"), &Value::Light(Lux(3)));
    // It is declared and not there: it says so, and is not left out.
    assert_eq!(says("accel"), &Value::Fault(SensorFault::Missing));
}

#[test]
fn a_machine_without_anything_has_nothing_but_faults() {
    let mut senses = open(&tree(&[]), &every_sense()).unwrap();
    let readings = senses.read(Mono(u64::MAX));
    assert!(readings.len() >= 9);
    for reading in readings.iter().filter(|reading| reading.sensor.as_str() != "parts") {
        assert_eq!(reading.value, Value::Fault(SensorFault::Missing), "{}", reading.sensor);
    }
}

#[test]
fn readings_come_in_order_of_time() {
    let root = tree(&[("class/net/eth0/address", "")]);
    let readings = open(&root, &every_sense()).unwrap().read(Mono(u64::MAX));
    assert!(readings.is_sorted_by_key(|reading| reading.at));
}

#[test]
fn a_board_without_senses_has_nothing_to_say() {
    let mut senses = open(&tree(&[]), &[]).unwrap();
    assert_eq!((senses.declared(), senses.read(Mono(1)), senses.deadline()), (vec![], vec![], None));
}

#[test]
fn a_sensor_that_is_named_or_used_twice_is_refused() {
    let twice = |senses: [Sense; 2]| open(&tree(&[]), &senses).err().map(|refused| refused.code());
    let refused = Some("linux/sensor-twice");
    assert_eq!(twice([sense("a", hwmon("temp1")), sense("a", hwmon("temp2"))]), refused);
    assert_eq!(twice([sense("a", Source::Interfaces), sense("b", Source::Interfaces)]), refused);
    assert_eq!(twice([sense("a", Source::Inventory), sense("b", Source::Inventory)]), refused);
    assert_eq!(twice([sense("a", hwmon("temp1")), sense("b", hwmon("temp1"))]), None);
    let both =
        |offset| [sense("lid", Source::Contact(nowhere(0))), sense("seal", Source::Loop(nowhere(offset)))];
    assert!(declared(&both(0)).is_err_and(|mistake| mistake.code() == "linux/sensor-twice"));
    assert!(declared(&both(1)).is_ok());
}

#[test]
fn an_input_that_nobody_can_read_is_refused() {
    let refused = open(&tree(&[]), &[sense("fan", hwmon("fan1"))]).err().unwrap();
    assert_eq!(refused.code(), "linux/no-such-input");
    assert!(refused.to_string().starts_with("sensor `fan`: `fan1` cannot be read"));
}

#[test]
fn each_source_has_its_rhythm() {
    let every = |source: Source| source.every();
    assert_eq!(every(hwmon("temp1")), SECOND);
    assert_eq!(every(Source::Supply { name: None }), SECOND);
    assert_eq!(every(Source::Inventory), MINUTE);
    assert_eq!(every(accelerometer()), Duration::from_millis(40));
    let fast = Source::Accelerometer { chip: None, hertz: NonZeroU8::MAX };
    assert_eq!(every(fast), Duration::from_millis(10));
}
