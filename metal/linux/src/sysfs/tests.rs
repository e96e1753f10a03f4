use super::*;
use crate::testing::{put, tree};

#[test]
fn text_comes_without_white_space_and_zeros_around_it() {
    let root = tree(&[("a/b", " lis3dh\n"), ("dt", "Raspberry Pi 4\0")]);
    let tree = Sysfs::new(root.path());
    assert_eq!(tree.text("a/b").unwrap(), "lis3dh");
    assert_eq!(tree.text("dt").unwrap(), "Raspberry Pi 4");
}

#[test]
fn more_than_a_page_is_refused_and_never_read_to_its_end() {
    let root = tree(&[("page", &"x".repeat(PAGE)), ("more", &"x".repeat(PAGE + 1))]);
    let tree = Sysfs::new(root.path());
    std::fs::File::create(root.path().join("huge")).unwrap().set_len(1 << 40).unwrap();
    assert_eq!(tree.text("page").unwrap().len(), PAGE);
    for attribute in ["more", "huge"] {
        assert_eq!(fault(&tree.text(attribute).unwrap_err()), SensorFault::Implausible);
    }
}

#[test]
fn what_is_not_there_is_missing_and_a_pipe_does_not_hold_us_up() {
    let root = tree(&[("file", "1")]);
    let tree = Sysfs::new(root.path());
    rustix::fs::mkfifoat(rustix::fs::CWD, root.path().join("pipe"), rustix::fs::Mode::RWXU).unwrap();
    for attribute in ["no", "no/no", "file/no"] {
        assert_eq!(fault(&tree.text(attribute).unwrap_err()), SensorFault::Missing, "{attribute}");
        assert_eq!(tree.text_if_any(attribute).unwrap(), None);
    }
    assert_eq!(tree.text("pipe").unwrap(), "");
}

#[test]
fn a_device_that_went_away_is_missing_and_one_that_does_not_answer_is_a_bus_fault() {
    use rustix::io::Errno;
    for errno in [Errno::NODEV, Errno::NXIO, Errno::NOENT] {
        assert_eq!(fault(&errno.into()), SensorFault::Missing);
    }
    for errno in [Errno::IO, Errno::TIMEDOUT, Errno::NODATA, Errno::AGAIN, Errno::ACCESS] {
        assert_eq!(fault(&errno.into()), SensorFault::Bus);
    }
}

#[test]
fn a_number_is_a_number_and_nothing_else() {
    let root = tree(&[]);
    let tree = Sysfs::new(root.path());
    let (bus, implausible) = (Err(SensorFault::Bus), Err(SensorFault::Implausible));
    for (content, number) in [
        ("43850\n", Ok(43_850)),
        ("-150\n", Ok(-150)),
        ("", bus),
        ("\n", bus),
        ("hot", implausible),
        ("12 34", implausible),
        ("1e9", implausible),
        ("0x10", implausible),
        ("9223372036854775808", implausible),
        (&"9".repeat(1_000_000), implausible),
        ("\u{fffd}", implausible),
    ] {
        put(root.path(), "number", content);
        assert_eq!(tree.attribute("number").unwrap().number(), number, "{content:.20}");
    }
}

#[test]
fn a_decimal_is_read_to_the_ninth_place() {
    for (text, value) in [
        ("0.009577", Some(9_577_000)),
        ("0.000598205", Some(598_205)),
        ("0.0005982057", Some(598_205)),
        ("1", Some(1_000_000_000)),
        ("-1.5", Some(-1_500_000_000)),
        ("0.", Some(0)),
        ("", None),
        (".", None),
        ("-", None),
        ("--1", None),
        ("1.-5", None),
        ("1.2.3", None),
        ("nan", None),
        ("1e-3", None),
        ("1234567890.0", None),
        ("0.é99999999", None),
    ] {
        assert_eq!(nanos(text), value, "{text}");
    }
}

#[test]
fn an_attribute_that_stays_open_follows_the_value_and_notices_its_end() {
    let root = tree(&[("number", "1\n")]);
    let attribute = Sysfs::new(root.path()).attribute("number").unwrap();
    assert_eq!(attribute.number(), Ok(1));
    put(root.path(), "number", "22\n");
    assert_eq!(attribute.number(), Ok(22));
    std::fs::remove_file(root.path().join("number")).unwrap();
    assert_eq!(attribute.number(), Err(SensorFault::Missing));
}

#[test]
fn names_are_sorted_and_a_folder_without_end_is_refused() {
    let root = tree(&[("few/b", ""), ("few/a", "")]);
    let tree = Sysfs::new(root.path());
    assert_eq!(tree.names("few").unwrap(), ["a", "b"]);
    assert_eq!(fault(&tree.names("none").unwrap_err()), SensorFault::Missing);
    std::fs::create_dir(root.path().join("many")).unwrap();
    for number in 0..=NAMES {
        put(root.path(), &format!("many/{number}"), "");
    }
    assert_eq!(fault(&tree.names("many").unwrap_err()), SensorFault::Implausible);
}
