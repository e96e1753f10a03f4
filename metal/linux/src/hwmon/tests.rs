use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;
use vocab::SensorName;

use super::*;
use crate::testing::{empty, link, put, tree};

const CHIP: &str = "class/hwmon/hwmon0";

fn input(chip: &str, input: &str) -> HwmonInput {
    HwmonInput { chip: chip.into(), input: input.into(), nominal: None }
}

fn sensor() -> SensorName {
    SensorName::new("sensor").unwrap()
}

fn look(root: &Path, wanted: &HwmonInput) -> Value {
    Hwmon::new(&Sysfs::new(root), wanted, &sensor()).unwrap().look()
}

/// One chip with these attributes.
fn chip(attributes: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tree(&[("class/hwmon/hwmon0/name", "board\n")]);
    for (attribute, content) in attributes {
        put(root.path(), &format!("{CHIP}/{attribute}"), content);
    }
    root
}

#[test]
fn every_kind_of_input_comes_in_its_own_unit() {
    let root = chip(&[
        ("temp1_input", "43850\n"),
        ("temp2_input", "-150"),
        ("in0_input", "4808"),
        ("curr1_input", "-400"),
        ("power1_input", "2000000"),
        ("power2_average", "5000000"),
        ("intrusion0_alarm", "0"),
        ("intrusion1_alarm", "1"),
    ]);
    let power = |input: &str| HwmonInput { nominal: Some(MilliVolts(5_000)), ..self::input("board", input) };
    for (wanted, value) in [
        (input("board", "temp1"), Value::Temperature(MilliCelsius(43_850))),
        (input("board", "temp2"), Value::Temperature(MilliCelsius(-150))),
        (input("board", "in0"), Value::Rail(MilliVolts(4_808))),
        (input("board", "curr1"), Value::Current(MilliAmps(-400))),
        (power("power1"), Value::Current(MilliAmps(400))),
        (power("power2"), Value::Current(MilliAmps(1_000))),
        (input("board", "intrusion0"), Value::Intrusion(Flag::Clear)),
        (input("board", "intrusion1"), Value::Intrusion(Flag::Raised)),
    ] {
        assert_eq!(look(root.path(), &wanted), value, "{wanted:?}");
        assert_eq!(value.channel(), wanted.channel());
    }
}

#[test]
fn a_sensor_that_says_it_is_faulty_has_no_value() {
    let root = chip(&[("temp1_input", "21000"), ("temp1_fault", "1\n")]);
    let declared = Value::Fault(SensorFault::Declared);
    assert_eq!(look(root.path(), &input("board", "temp1")), declared);
    put(root.path(), &format!("{CHIP}/temp1_fault"), "0\n");
    assert_eq!(look(root.path(), &input("board", "temp1")), Value::Temperature(MilliCelsius(21_000)));
    put(root.path(), &format!("{CHIP}/temp1_fault"), "\n");
    assert_eq!(look(root.path(), &input("board", "temp1")), Value::Fault(SensorFault::Bus));
}

#[test]
fn whatever_is_no_measurement_is_a_fault_and_never_normal() {
    let (bus, implausible, missing) = (SensorFault::Bus, SensorFault::Implausible, SensorFault::Missing);
    for (attribute, content, fault) in [
        ("temp1_input", "", bus),
        ("temp1_input", "warm", implausible),
        ("temp1_input", "-273151", implausible),
        ("temp1_input", "99999999999", implausible),
        ("temp1_input", &*"1".repeat(100_000), implausible),
        ("in0_input", "-99999999999", implausible),
        ("curr1_input", "1.5", implausible),
        ("intrusion0_alarm", "2", implausible),
        ("intrusion0_alarm", "-1", implausible),
        ("temp2_input", "0", missing),
    ] {
        let root = chip(&[(attribute, content)]);
        let wanted = match attribute {
            "temp2_input" => "temp1",
            named => named.split_once('_').unwrap().0,
        };
        assert_eq!(
            look(root.path(), &input("board", wanted)),
            Value::Fault(fault),
            "{attribute} {content:.9}"
        );
    }
    assert_eq!(look(chip(&[]).path(), &input("absent", "temp1")), Value::Fault(missing));
    assert_eq!(look(tree(&[]).path(), &input("absent", "temp1")), Value::Fault(missing));
}

#[test]
fn a_chip_that_goes_is_missing_and_is_found_again_under_another_number() {
    let root = chip(&[("temp1_input", "21000")]);
    let mut hwmon = Hwmon::new(&Sysfs::new(root.path()), &input("board", "temp1"), &sensor()).unwrap();
    assert_eq!(hwmon.look(), Value::Temperature(MilliCelsius(21_000)));
    fs::remove_dir_all(root.path().join(CHIP)).unwrap();
    assert_eq!(hwmon.look(), Value::Fault(SensorFault::Missing));
    put(root.path(), "class/hwmon/hwmon5/name", "board");
    put(root.path(), "class/hwmon/hwmon5/temp1_input", "22000");
    assert_eq!(hwmon.look(), Value::Temperature(MilliCelsius(22_000)));
}

#[test]
fn a_name_that_two_chips_have_is_refused_and_clear_ones_are_told() {
    let root = tree(&[("class/hwmon/hwmon0/name", "coretemp"), ("class/hwmon/hwmon1/name", "coretemp")]);
    for number in ["0", "1"] {
        put(root.path(), &format!("devices/coretemp.{number}/driver"), "");
        link(
            root.path(),
            &format!("class/hwmon/hwmon{number}/device"),
            &format!("../../../devices/coretemp.{number}"),
        );
    }
    let tree = Sysfs::new(root.path());
    let refused = Hwmon::new(&tree, &input("coretemp", "temp1"), &sensor()).err().unwrap();
    assert_eq!(refused.code(), "linux/ambiguous-chip");
    assert_eq!(
        refused.to_string(),
        "sensor `sensor`: several chips are called `coretemp`; name one of `coretemp.0`, `coretemp.1`"
    );
    for clear in ["coretemp.1", "coretemp@coretemp.1"] {
        put(root.path(), "class/hwmon/hwmon1/temp1_input", "55000");
        assert_eq!(look(root.path(), &input(clear, "temp1")), Value::Temperature(MilliCelsius(55_000)));
    }
}

#[test]
fn a_chip_that_becomes_ambiguous_while_we_run_is_a_fault() {
    let root = tree(&[]);
    let mut hwmon = Hwmon::new(&Sysfs::new(root.path()), &input("board", "temp1"), &sensor()).unwrap();
    for number in ["0", "1"] {
        put(root.path(), &format!("class/hwmon/hwmon{number}/name"), "board");
        put(root.path(), &format!("class/hwmon/hwmon{number}/temp1_input"), "21000");
    }
    assert_eq!(hwmon.look(), Value::Fault(SensorFault::Implausible));
}

#[test]
fn an_input_that_nobody_can_read_is_a_mistake() {
    let tree = Sysfs::new(Path::new("/nowhere"));
    let refused =
        |wanted: &HwmonInput| Hwmon::new(&tree, wanted, &sensor()).err().map(|mistake| mistake.code());
    for name in ["", "temp", "temp1_input", "fan1", "pwm1", "1", "temp1234", "../temp1", "in-1"] {
        assert_eq!(refused(&input("board", name)), Some("linux/no-such-input"), "{name}");
    }
    // A power is a current only where somebody says at which voltage.
    let power = |volts| HwmonInput { nominal: volts, ..input("board", "power1") };
    assert_eq!(refused(&power(None)), Some("linux/no-such-input"));
    assert_eq!(refused(&power(Some(MilliVolts(0)))), Some("linux/no-such-input"));
    assert_eq!(refused(&power(Some(MilliVolts(12_000)))), None);
}

/// The tree that others recorded (`Path:`, `Lines:`, content), unpacked.
fn recorded() -> Option<(tempfile::TempDir, PathBuf)> {
    let archive = data::find("hwmon")?.join("sys.ttar.gz");
    let mut text = vec![];
    GzDecoder::new(fs::File::open(archive).unwrap()).read_to_end(&mut text).unwrap();
    let text = String::from_utf8_lossy(&text);
    let root = empty();
    let mut lines = text.lines();
    let mut path = String::new();
    while let Some(line) = lines.next() {
        if let Some(directory) = line.strip_prefix("Directory: ") {
            fs::create_dir_all(root.path().join(directory)).unwrap();
        } else if let Some(named) = line.strip_prefix("Path: ") {
            named.clone_into(&mut path);
        } else if let Some(to) = line.strip_prefix("SymlinkTo: ") {
            link(root.path(), &path, to);
        } else if let Some(count) = line.strip_prefix("Lines: ") {
            let content: Vec<&str> = lines.by_ref().take(count.parse().unwrap()).collect();
            put(root.path(), &path, &format!("{}\n", content.join("\n")));
        }
    }
    let sys = root.path().join("sys");
    Some((root, sys))
}

#[test]
fn a_recorded_tree_is_read_as_its_recorders_read_it() {
    let Some((_root, sys)) = recorded() else { return };
    let found = survey(&sys);
    let mut said = BTreeMap::new();
    for HwmonInput { chip, input, .. } in &found {
        let value = look(&sys, &self::input(chip, input));
        let number = match value {
            Value::Temperature(MilliCelsius(number))
            | Value::Rail(MilliVolts(number))
            | Value::Current(vocab::unit::MilliAmps(number)) => number,
            Value::Intrusion(flag) => i32::from(flag == Flag::Raised),
            other => panic!("{chip} {input}: {other:?}"),
        };
        let files = [format!("{input}_input"), format!("{input}_alarm")];
        assert!(numbers(&sys, &files).contains(&number), "{chip} {input}: {number}");
        said.insert(format!("{chip} {input}"), value);
    }
    assert!(!said.is_empty());
    if std::env::var_os("WRALE_DATA").is_some() {
        // Another tree has other chips.
        return;
    }
    let celsius = |value| Value::Temperature(MilliCelsius(value));
    for (name, value) in [
        // Two processors of one name, told apart by their devices.
        ("coretemp.0 temp1", celsius(55_000)),
        ("coretemp.1 temp5", celsius(50_000)),
        // No name and no device.
        ("hwmon4 temp1", celsius(55_000)),
        ("hwmon4 temp2", celsius(54_000)),
        ("mt7996_phy0_0 temp1", celsius(55_000)),
        ("mt7996_phy0_2 temp1", celsius(57_000)),
        // Its limits are 0 and 1744, and 0 and 0.
        ("nct6779 in0", Value::Rail(MilliVolts(792))),
        ("nct6779 in1", Value::Rail(MilliVolts(1_024))),
        ("nct6779 intrusion0", Value::Intrusion(Flag::Raised)),
        ("nct6779 intrusion1", Value::Intrusion(Flag::Raised)),
    ] {
        assert_eq!(said.get(name), Some(&value), "{name}");
    }
    // Fans, frequencies and what nobody knows (`bogus1`) are no channels of ours, and a missing name is no fault.
    assert_eq!(said.len(), 19, "{:?}", said.keys());
}

/// Every number that stands in files of these names, anywhere below.
fn numbers(folder: &Path, files: &[String]) -> Vec<i32> {
    let inside = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    inside
        .flat_map(|entry| match entry.file_type().unwrap() {
            kind if kind.is_dir() => numbers(&entry.path(), files),
            kind if kind.is_file() && files.iter().any(|file| **file == *entry.file_name()) => {
                fs::read_to_string(entry.path()).unwrap().trim().parse().into_iter().collect()
            }
            _ => vec![],
        })
        .collect()
}

#[test]
fn a_recorded_tree_tells_where_its_power_comes_from() {
    let Some((_root, sys)) = recorded().filter(|_| std::env::var_os("WRALE_DATA").is_none()) else { return };
    let mut supply = crate::power_supply::PowerSupply::new(&Sysfs::new(&sys), None);
    assert_eq!(supply.look(), Value::Supply(vocab::reading::Supply::Lost));
    supply = crate::power_supply::PowerSupply::new(&Sysfs::new(&sys), Some("BAT0"));
    assert_eq!(supply.look(), Value::Supply(vocab::reading::Supply::Lost));
}
