use std::{num::NonZeroU8, time::Duration};

use linux::{Bias, GpioLine, HwmonInput, LineName, Open, Source};
use vocab::unit::MilliVolts;

use super::{sense::HERTZ, *};
use crate::testing::root as fleet_root;

pub(crate) fn digits() -> String {
    fleet_root().public().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn file(more: &str) -> String {
    format!("fleet: {{ root: {:?} }}\nlabel: gate-7\n{more}", digits())
}

pub(crate) fn read(more: &str) -> Config {
    settings::parse(&file(more)).unwrap_or_else(|mistake| panic!("{mistake}\n{more}"))
}

#[test]
fn a_file_with_a_root_and_a_label_is_enough() {
    let config = read("");
    assert_eq!(config.fleet.bundle, PathBuf::from("/etc/wrale/fleet.bundle"));
    assert_eq!(config.fleet.token, PathBuf::from("/etc/wrale/join/token"));
    assert_eq!(config.folder, PathBuf::from("/var/lib/wrale/metal"));
    let wanted = config.wanted().unwrap();
    assert_eq!((&wanted.root, wanted.label.as_str()), (fleet_root().public(), "gate-7"));
    assert_eq!(wanted.rotation, None);
    let linux::Config { sysfs, senses, power_off, isolation, .. } = wanted.board;
    assert_eq!(isolation, Some(PacketFilter::default()));
    assert_eq!((sysfs, senses, power_off), (PathBuf::from("/sys"), vec![], PowerOff::Refused));
}

#[test]
fn the_age_of_keys_is_that_of_the_file() {
    let wanted = read("security: { hardware: { key_rotation: 2h } }").wanted().unwrap();
    assert_eq!(wanted.rotation, Some(Duration::from_hours(2)));
}

#[test]
fn every_sense_is_named_in_the_words_of_its_hand() {
    let config = read(
        "power_off: allowed
senses:
  - { name: shock, zone: case, read: accelerometer, chip: lis3dh, hertz: 50 }
  - { name: tilt, zone: case, read: accelerometer }
  - { name: dark, zone: case, read: light, chip: tsl2563 }
  - { name: cpu, zone: board, read: hwmon, chip: k10temp, input: temp1 }
  - { name: feed, zone: board, read: hwmon, chip: ina226, input: power1, millivolts: 12000 }
  - { name: ports, zone: rear, read: interfaces }
  - { name: parts, zone: board, read: inventory }
  - { name: mains, zone: rear, read: supply, supply: AC }
  - { name: lid, zone: case, read: contact, chip: tamper, line: case-switch, open: low, bias: pull-down }
  - { name: seal, zone: case, read: loop, chip: gpiochip0, offset: 4 }
",
    );
    let wanted = config.wanted().unwrap();
    assert_eq!(wanted.board.power_off, PowerOff::Allowed);
    let hwmon = |chip: &str, input: &str, nominal| {
        Source::Hwmon(HwmonInput { chip: chip.into(), input: input.into(), nominal })
    };
    let line = |chip: &str, line, open, bias| GpioLine { chip: chip.into(), line, open, bias };
    let fifty = NonZeroU8::new(50).unwrap();
    let sources = [
        ("shock", Source::Accelerometer { chip: Some("lis3dh".into()), hertz: fifty }),
        ("tilt", Source::Accelerometer { chip: None, hertz: HERTZ }),
        ("dark", Source::Light { chip: Some("tsl2563".into()) }),
        ("cpu", hwmon("k10temp", "temp1", None)),
        ("feed", hwmon("ina226", "power1", Some(MilliVolts(12_000)))),
        ("ports", Source::Interfaces),
        ("parts", Source::Inventory),
        ("mains", Source::Supply { name: Some("AC".into()) }),
        (
            "lid",
            Source::Contact(line("tamper", LineName::Name("case-switch".into()), Open::Low, Bias::PullDown)),
        ),
        ("seal", Source::Loop(line("gpiochip0", LineName::Offset(4), Open::High, Bias::AsIs))),
    ];
    let told: Vec<_> = wanted.board.senses.iter().map(|sense| (sense.name.as_str(), &sense.source)).collect();
    assert_eq!(told, sources.iter().map(|(name, source)| (*name, source)).collect::<Vec<_>>());
}

#[test]
fn an_unknown_key_is_told_with_its_line() {
    for (more, line, key) in [
        ("colour: red\n", 3, "colour"),
        ("senses:\n  - name: a\n    zone: b\n    read: inventory\n    evry: 1s\n", 7, "evry"),
        ("security:\n  hardware:\n    tamper: on\n", 5, "tamper"),
    ] {
        match settings::parse::<Config>(&file(more)).unwrap_err() {
            settings::Mistake::UnknownKey { key: told, line: at, .. } => {
                assert_eq!((told.as_str(), at), (key, Some(line)), "{more}");
            }
            mistake => panic!("{more}: {mistake:?}"),
        }
    }
}

#[test]
fn a_file_that_cannot_be_meant_is_refused_with_whose_fault_and_what_now() {
    for (more, code, words) in [
        ("senses: [{ name: 'a b', zone: z, read: inventory }]", "metald/name", "a b"),
        ("senses: [{ name: a, zone: '', read: inventory }]", "metald/name", "letters"),
        ("senses: [{ name: a, zone: z, read: hwmon, input: temp1 }]", "metald/sense", "`chip`"),
        ("senses: [{ name: a, zone: z, read: hwmon, chip: x }]", "metald/sense", "`input`"),
        ("senses: [{ name: a, zone: z, read: inventory, chip: x }]", "metald/sense", "`chip`"),
        ("senses: [{ name: a, zone: z, read: supply, hertz: 5 }]", "metald/sense", "`hertz`"),
        ("senses: [{ name: a, zone: z, read: interfaces, supply: AC }]", "metald/sense", "`supply`"),
        ("senses: [{ name: a, zone: z, read: supply, millivolts: 5 }]", "metald/sense", "`millivolts`"),
        ("senses: [{ name: a, zone: z, read: supply, input: in0 }]", "metald/sense", "`input`"),
        ("senses: [{ name: a, zone: z, read: contact, line: x }]", "metald/sense", "`chip`"),
        ("senses: [{ name: a, zone: z, read: contact, chip: x }]", "metald/sense", "`offset`"),
        (
            "senses: [{ name: a, zone: z, read: loop, chip: x, line: y, offset: 1 }]",
            "metald/sense",
            "write one",
        ),
        ("senses: [{ name: a, zone: z, read: loop, chip: x, line: '' }]", "metald/sense", "write one"),
        ("senses: [{ name: a, zone: z, read: inventory, line: x }]", "metald/sense", "`line`"),
        ("senses: [{ name: a, zone: z, read: inventory, offset: 1 }]", "metald/sense", "`offset`"),
        ("senses: [{ name: a, zone: z, read: inventory, open: low }]", "metald/sense", "`open`"),
        ("senses: [{ name: a, zone: z, read: inventory, bias: pull-up }]", "metald/sense", "`bias`"),
        ("isolate: { keep: ['resolver.example:53'] }", "metald/held", "192.0.2.53:53"),
        ("watchdog: { seconds: 9 }", "metald/held", "10 to 600"),
        ("watchdog: { seconds: 601 }", "metald/held", "watchdog.seconds"),
        ("isolate: { keep: ['192.0.2.53'] }", "metald/held", "isolate.keep"),
        ("security: { network: { cipher_suites: [] } }", "metald/held", "name one"),
    ] {
        let mistake = read(more).wanted().map(|_| ()).unwrap_err();
        assert_eq!(mistake.code(), code, "{more}");
        assert!(mistake.to_string().contains(words), "{more}: {mistake}");
    }
    for root in ["", "00", "zz", &"0".repeat(63), &"00".repeat(32)] {
        let config = Config { fleet: FleetPart { root: root.into(), ..read("").fleet }, ..read("") };
        assert_eq!(config.wanted().map(|_| ()), Err(Mistake::RootKey), "{root}");
    }
    let config = Config { label: "a\nb".into(), ..read("") };
    assert_eq!(config.wanted().map(|_| ()), Err(Mistake::Name("ab".into())));
}

#[test]
fn what_isolation_leaves_open_is_written_as_addresses() {
    let wanted =
        read("isolate: { nft: /opt/nft, keep: ['192.0.2.53:53', '[2001:db8::1]:123'] }").wanted().unwrap();
    let keep = ["192.0.2.53:53", "[2001:db8::1]:123"].map(|text| text.parse().unwrap()).into();
    assert_eq!(wanted.board.isolation, Some(PacketFilter { nft: vec!["/opt/nft".into()], keep }));
}

#[test]
fn a_watchdog_is_woken_only_where_one_is_named() {
    let dog = |more: &str| read(more).watchdog;
    let wanted = |device: &str, seconds| Some(WatchdogPart { device: device.into(), seconds });
    assert_eq!((dog(""), dog("watchdog: {}")), (None, wanted("/dev/watchdog", 60)));
    assert_eq!(dog("watchdog: { device: /dev/watchdog1, seconds: 90 }"), wanted("/dev/watchdog1", 90));
}
