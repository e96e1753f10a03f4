use super::*;
use crate::testing::{put, tree};

const DEVICE: &str = "bus/iio/devices/iio:device1";

fn look(files: &[(&str, &str)], chip: Option<&str>) -> Value {
    let root = tree(&[
        // An accelerometer of the same bus.
        ("bus/iio/devices/iio:device0/name", "lis3dh\n"),
        ("bus/iio/devices/iio:device0/in_accel_x_raw", "0\n"),
        (&format!("{DEVICE}/name"), "tsl2563\n"),
    ]);
    for (attribute, content) in files {
        put(root.path(), &format!("{DEVICE}/{attribute}"), content);
    }
    LightMeter::new(&Sysfs::new(root.path()), chip).look()
}

#[test]
fn light_is_read_as_its_driver_says_it() {
    for (files, lux) in [
        (&[("in_illuminance0_input", "312\n")][..], 312),
        (&[("in_illuminance_input", "0.499\n")], 0),
        (&[("in_illuminance_input", "9.500000\n")], 10),
        (&[("in_illuminance_raw", "1000\n"), ("in_illuminance_scale", "0.032\n")], 32),
        (
            &[
                ("in_illuminance0_raw", "1000\n"),
                ("in_illuminance0_scale", "2\n"),
                ("in_illuminance0_offset", "-900\n"),
            ],
            200,
        ),
        // Whoever works it out itself is believed.
        (&[("in_illuminance_input", "7\n"), ("in_illuminance_raw", "5000\n")], 7),
    ] {
        assert_eq!(look(files, None), Value::Light(Lux(lux)), "{files:?}");
        assert_eq!(look(files, Some("tsl2563")), Value::Light(Lux(lux)), "{files:?}");
    }
}

#[test]
fn whatever_is_no_light_is_a_fault_and_never_darkness() {
    let (bus, implausible, missing) = (SensorFault::Bus, SensorFault::Implausible, SensorFault::Missing);
    for (files, fault) in [
        (&[][..], missing),
        (&[("in_illuminance_raw", "5")], missing),
        (&[("in_illuminance_input", "")], bus),
        (&[("in_illuminance_input", "dark")], implausible),
        (&[("in_illuminance_input", "-3")], implausible),
        (&[("in_illuminance_input", "9223372036854775807")], implausible),
        (&[("in_illuminance_raw", "5"), ("in_illuminance_scale", "0")], implausible),
        (
            &[("in_illuminance_raw", "9223372036854775807"), ("in_illuminance_scale", "999999999")],
            implausible,
        ),
        (&[("in_illuminance_raw", ""), ("in_illuminance_scale", "1")], bus),
    ] {
        assert_eq!(look(files, None), Value::Fault(fault), "{files:?}");
    }
    assert_eq!(look(&[("in_illuminance_input", "5")], Some("isl29018")), Value::Fault(missing));
}
