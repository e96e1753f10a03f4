use super::*;
use crate::testing::{put, tree};

const DEVICE: &str = "bus/iio/devices/iio:device0";

fn lis3dh() -> tempfile::TempDir {
    let at = |attribute: &str| format!("{DEVICE}/{attribute}");
    tree(&[
        // Another sensor of the same bus, which is no accelerometer.
        ("bus/iio/devices/iio:device1/name", "bme280\n"),
        (&at("name"), "lis3dh\n"),
        (&at("in_accel_x_raw"), "0\n"),
        (&at("in_accel_y_raw"), "-512\n"),
        (&at("in_accel_z_raw"), "1024\n"),
        (&at("in_accel_scale"), "0.009577\n"),
    ])
}

fn look(root: &tempfile::TempDir, chip: Option<&str>) -> Value {
    Accelerometer::new(&Sysfs::new(root.path()), chip).look()
}

#[test]
fn raw_counts_become_millionths_of_gravity() {
    // 1024 × 0.009577 m/s² = 9.806848 m/s² = 1.000020 g, and half of that the other way.
    let value = Value::Acceleration(MicroG(0), MicroG(-500_010), MicroG(1_000_020));
    let root = lis3dh();
    assert_eq!(look(&root, None), value);
    assert_eq!(look(&root, Some("lis3dh")), value);
}

#[test]
fn each_axis_may_have_a_scale_and_an_offset_of_its_own() {
    let root = lis3dh();
    put(root.path(), &format!("{DEVICE}/in_accel_z_scale"), "0.019154");
    put(root.path(), &format!("{DEVICE}/in_accel_z_offset"), "-512");
    let value = Value::Acceleration(MicroG(0), MicroG(-500_010), MicroG(1_000_020));
    assert_eq!(look(&root, None), value);
}

#[test]
fn an_accelerometer_that_is_not_there_is_missing() {
    let missing = Value::Fault(SensorFault::Missing);
    assert_eq!(look(&tree(&[]), None), missing);
    assert_eq!(look(&lis3dh(), Some("kxcj91008")), missing);
    let root = lis3dh();
    std::fs::remove_file(root.path().join(DEVICE).join("in_accel_scale")).unwrap();
    assert_eq!(look(&root, None), missing);
}

#[test]
fn whatever_is_no_acceleration_is_a_fault() {
    let (bus, implausible) = (SensorFault::Bus, SensorFault::Implausible);
    for (attribute, content, fault) in [
        ("in_accel_x_raw", "", bus),
        ("in_accel_x_raw", "NaN", implausible),
        ("in_accel_x_raw", "9223372036854775807", implausible),
        ("in_accel_x_raw", "-9223372036854775808", implausible),
        ("in_accel_scale", "", bus),
        ("in_accel_scale", "0.0", implausible),
        ("in_accel_scale", "much", implausible),
        ("in_accel_scale", "999999999.999999999", implausible),
        ("in_accel_offset", "x", implausible),
    ] {
        let root = lis3dh();
        put(root.path(), &format!("{DEVICE}/{attribute}"), content);
        assert_eq!(look(&root, None), Value::Fault(fault), "{attribute} {content}");
    }
}

#[test]
fn an_accelerometer_that_goes_and_comes_back_says_so() {
    let root = lis3dh();
    let mut accelerometer = Accelerometer::new(&Sysfs::new(root.path()), None);
    let value = accelerometer.look();
    let (here, away) = (root.path().join(DEVICE), root.path().join("away"));
    // The files stay open; what went with them is seen all the same.
    std::fs::create_dir(&away).unwrap();
    for entry in std::fs::read_dir(&here).unwrap().map(Result::unwrap) {
        std::fs::copy(entry.path(), away.join(entry.file_name())).unwrap();
    }
    std::fs::remove_dir_all(&here).unwrap();
    assert_eq!(accelerometer.look(), Value::Fault(SensorFault::Missing));
    assert_eq!(accelerometer.look(), Value::Fault(SensorFault::Missing));
    std::fs::rename(&away, root.path().join("bus/iio/devices/iio:device7")).unwrap();
    assert_eq!(accelerometer.look(), value);
}

#[test]
fn rounding_is_to_the_nearest_and_even_handed() {
    assert_eq!(micro_g(1_024 * NANO, 9_577_000), Some(MicroG(1_000_020)));
    assert_eq!(micro_g(-1_024 * NANO, 9_577_000), Some(MicroG(-1_000_020)));
    assert_eq!(micro_g(i128::MAX, i64::MAX), None);
}
