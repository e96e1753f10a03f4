use std::num::NonZeroU8;

use vocab::{SensorName, ZoneName, reading::SensorFault, unit::MilliCelsius};

use super::*;
use crate::{HwmonInput, testing::tree};

fn sense(source: Source) -> Sense {
    Sense { name: SensorName::new("one").unwrap(), zone: ZoneName::new("case").unwrap(), source }
}

fn temperature(chip: &str, input: &str) -> Source {
    Source::Hwmon(HwmonInput { chip: chip.into(), input: input.into(), nominal: None })
}

/// A machine with two chips, an accelerometer, a light sensor and a battery.
fn machine() -> tempfile::TempDir {
    tree(&[
        ("class/hwmon/hwmon0/name", "nct6798\n"),
        ("class/hwmon/hwmon0/temp1_input", "25000\n"),
        ("class/hwmon/hwmon0/intrusion0_alarm", "0\n"),
        ("class/hwmon/hwmon1/name", "k10temp\n"),
        ("class/hwmon/hwmon1/temp1_input", "41000\n"),
        ("bus/iio/devices/iio:device0/name", "lis3dh\n"),
        ("bus/iio/devices/iio:device0/in_accel_x_raw", "0\n"),
        ("bus/iio/devices/iio:device1/name", "tsl2563\n"),
        ("bus/iio/devices/iio:device1/in_illuminance_input", "3\n"),
        ("class/power_supply/BAT0/type", "Battery\n"),
    ])
}

#[test]
fn a_sense_is_looked_at_with_its_own_driver() {
    let machine = machine();
    let look = |source| look(machine.path(), &sense(source));
    let says = |value| Ok(Seen::Says(value));
    assert_eq!(look(temperature("k10temp", "temp1")), says(Value::Temperature(MilliCelsius(41_000))));
    assert_eq!(look(temperature("k10tmp", "temp1")), says(Value::Fault(SensorFault::Missing)));
    assert!(look(temperature("k10temp", "fan1")).is_err());
    assert_eq!(look(Source::Light { chip: None }), says(Value::Light(vocab::unit::Lux(3))));
}

#[test]
fn what_there_is_instead_is_told_by_the_names_that_a_configuration_takes() {
    let machine = machine();
    let hertz = NonZeroU8::MIN;
    for (source, there) in [
        (temperature("k10tmp", "temp1"), &["k10temp temp1", "nct6798 intrusion0", "nct6798 temp1"][..]),
        (temperature("nct6798", "temp7"), &["nct6798 intrusion0", "nct6798 temp1"]),
        (Source::Accelerometer { chip: Some("adxl".into()), hertz }, &["lis3dh"]),
        (Source::Light { chip: Some("lis3dh".into()) }, &["tsl2563"]),
        (Source::Supply { name: Some("AC".into()) }, &["BAT0"]),
        (Source::Inventory, &[]),
    ] {
        assert_eq!(others(machine.path(), &source), there, "{source:?}");
    }
    assert_eq!(others(tree(&[]).path(), &temperature("k10temp", "temp1")), [""; 0]);
}
