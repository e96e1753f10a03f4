use Supply::{Lost, Present};

use super::*;
use crate::testing::{put, tree};

fn look(root: &tempfile::TempDir, name: Option<&str>) -> Value {
    PowerSupply::new(&Sysfs::new(root.path()), name).look()
}

fn supplies(supplies: &[(&str, &str, &str)]) -> tempfile::TempDir {
    let root = tree(&[]);
    std::fs::create_dir_all(root.path().join(CLASS)).unwrap();
    for (name, kind, says) in supplies {
        put(root.path(), &format!("{CLASS}/{name}/type"), kind);
        let attribute = if *kind == "Battery" { "status" } else { "online" };
        put(root.path(), &format!("{CLASS}/{name}/{attribute}"), says);
    }
    root
}

#[test]
fn any_mains_that_is_on_line_is_power_and_a_battery_speaks_only_without_one() {
    for (found, supply) in [
        (&[("AC", "Mains\n", "1\n")][..], Present),
        (&[("AC", "Mains", "0")], Lost),
        (&[("AC", "Mains", "0"), ("usb", "USB", "2")], Present),
        (&[("AC", "Mains", "0"), ("BAT0", "Battery", "Charging")], Lost),
        (&[("AC", "Mains", "1"), ("BAT0", "Battery", "Discharging")], Present),
        (&[("BAT0", "Battery", "Full")], Present),
        (&[("BAT0", "Battery", "Discharging")], Lost),
        (&[("BAT0", "Battery", "Full"), ("BAT1", "Battery", "Discharging")], Lost),
    ] {
        let says = found.iter().map(|(name, kind, says)| (*name, kind.trim(), *says)).collect::<Vec<_>>();
        assert_eq!(look(&supplies(&says), None), Value::Supply(supply), "{found:?}");
    }
}

#[test]
fn the_battery_of_a_mouse_feeds_no_machine() {
    let root = supplies(&[("mouse", "Battery", "Full")]);
    put(root.path(), &format!("{CLASS}/mouse/scope"), "Device\n");
    assert_eq!(look(&root, None), Value::Fault(SensorFault::Missing));
}

#[test]
fn a_named_supply_alone_is_looked_at() {
    let root = supplies(&[("AC", "Mains", "0"), ("poe", "Mains", "1")]);
    assert_eq!(look(&root, Some("AC")), Value::Supply(Lost));
    assert_eq!(look(&root, Some("ups")), Value::Fault(SensorFault::Missing));
}

#[test]
fn what_is_missing_or_nonsense_is_never_power() {
    let (missing, implausible) = (SensorFault::Missing, SensorFault::Implausible);
    assert_eq!(look(&tree(&[]), None), Value::Fault(missing));
    for (found, fault) in [
        (&[][..], missing),
        (&[("AC", "Mains", "yes")], implausible),
        (&[("AC", "Mains", "")], implausible),
        (&[("AC", "Mains", "0"), ("usb", "USB", "on")], implausible),
        (&[("BAT0", "Battery", "Unknown")], implausible),
    ] {
        assert_eq!(look(&supplies(found), None), Value::Fault(fault), "{found:?}");
    }
    let root = supplies(&[("AC", "Mains", "1")]);
    std::fs::remove_file(root.path().join(CLASS).join("AC/online")).unwrap();
    assert_eq!(look(&root, None), Value::Fault(missing));
    put(root.path(), &format!("{CLASS}/AC/online"), &"1".repeat(5_000));
    assert_eq!(look(&root, None), Value::Fault(implausible));
}
