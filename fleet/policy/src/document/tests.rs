use alloc::{string::ToString, vec};

use proptest::prelude::*;
use vocab::{
    Action, Interlock, Millis, Tuning, UnitName, ZoneName,
    tamper::Verification,
    tuning::Passage,
    unit::{MicroG, Ohms},
};

use super::*;
use crate::rule::{Identity, Undo};

pub(crate) fn read(yaml: &str) -> Result<Document, serde_saphyr::Error> {
    serde_saphyr::from_str(yaml)
}

pub(crate) fn document(yaml: &str) -> Document {
    read(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

pub(crate) const KERBSIDE: &str = "\
version: 1
name: kerbside cabinets
scope:
  sites: [nord-1, nord-2]
  labels: [cabinet]
arming: armed
tuning:
  enclosure:
    open_after: 300ms
    loop_low: 2kohm
    loop_samples: 5
  motion:
    moving: 40mg
reflexes:
  - severity: medium
    posture: guarded
    actions: [lock-usb]
  - severity: high
    verification: verified
    posture: sealed
    actions: [lock-usb, drop-keys]
interlocks:
  - withholds: power-off
    condition: energised
    instead: isolate
correlation:
  site: 10m
severities:
  silence: medium
rules:
  - name: opened
    when:
      incident: [tamper]
      tamper: [lid-opened, loop-cut]
      severity: high
      confidence: 80%
      arming: [armed]
    then:
      posture: isolated
      orders: [lock-usb, stop-unit cups.service]
      suspend: true
      notify: critical
  - name: anything else
    then:
      notify: low
ceilings: { site: 20%, fleet: 5% }
reset: { people: 2, from: medium }
lease: { wall: 3d, powered: 1d, afterwards: guarded }
";

#[test]
fn a_whole_document_says_what_it_says() {
    let Document { name, scope, arming, tuning, reflexes, interlocks, rules, ceilings, lease, .. } =
        document(KERBSIDE);
    assert_eq!(name.as_str(), "kerbside cabinets");
    assert_eq!(scope.sites.len(), 2);
    assert_eq!(arming, Some(Arming::Armed));
    let keys = vec!["enclosure.open_after", "enclosure.loop_low", "enclosure.loop_samples", "motion.moving"];
    let mut set = tuning.keys();
    set.sort_by_key(|key| keys.iter().position(|k| k == key));
    assert_eq!(set, keys);
    let mut tuned = Tuning::default();
    tuning.apply(&mut tuned);
    let mut expected = Tuning::default();
    expected.enclosure.open_after = Millis(300);
    expected.enclosure.loop_low = Ohms(2_000);
    expected.enclosure.loop_samples = 5;
    expected.motion.moving = MicroG(40_000);
    assert_eq!(tuned, expected);
    let sealed = ReflexRule {
        severity: Severity::High,
        verification: Verification::Verified,
        posture: Posture::Sealed,
        actions: vec![Action::LockUsb, Action::DropKeys],
    };
    assert_eq!(reflexes.unwrap()[1], sealed);
    let lock = InterlockRule {
        withholds: Action::PowerOff,
        condition: Interlock::Energised,
        instead: Some(Action::Isolate),
    };
    assert_eq!(interlocks, Some(vec![lock]));
    let then = &rules[0].then;
    assert_eq!(then.orders, vec![Action::LockUsb, Action::StopUnit(UnitName::new("cups.service").unwrap())]);
    assert_eq!(
        (then.posture, then.identity, then.undo),
        (Posture::Isolated, Identity::Suspended, Undo::ByInverse)
    );
    assert_eq!(then.notify, Some(Severity::Critical));
    assert_eq!(rules[1].when, crate::rule::When::default());
    assert_eq!(ceilings, Some(Ceilings { site: Permille(200), fleet: Permille(50) }));
    assert_eq!(lease.unwrap().wall, Duration::from_hours(72));
}

#[test]
fn how_people_come_and_go_is_written_down_like_any_threshold() {
    let written = |zones: &str| {
        let passage = std::format!("{{entry: 45s, exit: 1m, through: [{zones}], chime: [hall]}}");
        std::format!("version: 1\nname: doors\ntuning: {{passage: {passage}}}\n")
    };
    let Document { tuning, .. } = document(&written("lid, case"));
    let keys = vec!["passage.exit", "passage.entry", "passage.through", "passage.chime"];
    assert_eq!(tuning.keys(), keys);
    let mut tuned = Tuning::default();
    tuning.apply(&mut tuned);
    let zone = |name: &str| ZoneName::new(name).unwrap();
    let expected = Passage {
        exit: Millis(60_000),
        entry: Millis(45_000),
        through: vec![zone("case"), zone("lid")],
        chime: vec![zone("hall")],
    };
    assert_eq!(tuned.passage, expected);
    let other = document(&written("lid")).tuning;
    assert_eq!(tuning.disagrees(&other), ["tuning.passage.through"]);
    let many = (0..65).map(|number| std::format!("z{number}")).collect::<Vec<_>>().join(", ");
    assert!(read(&written(&many)).unwrap_err().to_string().contains("more than 64 zones"));
}

#[test]
fn a_delay_that_would_switch_the_reflex_off_is_an_error_with_its_line() {
    let written = |key: &str, delay: &str| {
        std::format!("version: 1\nname: doors\ntuning:\n  passage:\n    {key}: {delay}\n    through: [lid]\n")
    };
    for key in ["entry", "exit"] {
        for delay in ["45s", "10m"] {
            assert!(read(&written(key, delay)).is_ok(), "{key}: {delay}");
        }
        for delay in ["600001ms", "11m", "49d"] {
            let error = read(&written(key, delay)).unwrap_err();
            assert!(error.to_string().contains("a delay of at most 10 minutes"), "{error}");
            assert_eq!(error.location().unwrap().line(), 5, "{error}");
        }
    }
}

#[test]
fn the_smallest_document_decides_nothing() {
    let Document {
        scope,
        arming,
        tuning,
        reflexes,
        interlocks,
        correlation,
        rules,
        ceilings,
        reset,
        lease,
        ..
    } = document("version: 1\nname: empty\n");
    assert_eq!(scope, Scope::default());
    assert!(tuning.keys().is_empty() && rules.is_empty());
    assert_eq!((arming, reflexes, interlocks, correlation), (None, None, None, None));
    assert_eq!((ceilings, reset, lease), (None, None, None));
}

/// Each line of the document with one letter of its key changed.
#[test]
fn an_unknown_key_anywhere_is_an_error_with_its_line() {
    let mut keys = 0;
    for (at, line) in KERBSIDE.lines().enumerate() {
        let Some((key, rest)) = line.split_once(':') else { continue };
        let lines: std::vec::Vec<_> = KERBSIDE.lines().collect();
        let changed = std::format!("{key}_x:{rest}");
        let yaml = lines.iter().enumerate().map(|(i, l)| if i == at { changed.as_str() } else { *l });
        let yaml = yaml.collect::<std::vec::Vec<_>>().join("\n");
        let error = read(&yaml).unwrap_err();
        let found = error.location().unwrap_or_else(|| panic!("no line for {key}: {error}"));
        let key = key.trim().trim_start_matches("- ");
        assert_eq!(found.line(), at as u64 + 1, "{key}: {error}");
        assert!(error.to_string().contains(&std::format!("{key}_x")), "{error}");
        keys += 1;
    }
    assert_eq!(keys, 48);
}

#[test]
fn a_value_that_is_none_is_an_error_with_its_line() {
    for (from, to, words) in [
        ("version: 1", "version: 2", "document format 2 is not known here"),
        ("posture: isolated", "posture: asleep", "`asleep` is not a posture"),
        ("open_after: 300ms", "open_after: 300", "a duration"),
        ("site: 20%", "site: 120%", "a share cannot be more than 100%"),
        ("[armed]", "[armed, armed]", "`armed` stands here twice"),
        ("sites: [nord-1", "sites: [nord 1", "cannot hold ' '"),
        ("stop-unit cups", "stop cups", "is not an act"),
        ("silence: medium", "noise: medium", "`noise` is not a kind of incident"),
        ("suspend: true", "suspend: maybe", "bool"),
        ("name: kerbside cabinets", "name: ''", "the name is empty"),
        ("arming: armed", "arming: armed\narming: storage", "arming"),
    ] {
        let yaml = KERBSIDE.replacen(from, to, 1);
        assert_ne!(yaml, KERBSIDE, "{from}");
        let error = read(&yaml).unwrap_err();
        assert!(error.to_string().contains(words), "{to}: {error}");
        assert!(error.location().is_some(), "{to}: {error}");
    }
}

#[test]
fn a_naughty_string_is_a_name_or_an_error_and_never_a_panic() {
    let Some(folder) = data::find("bad-input") else { return };
    let text = std::fs::read_to_string(folder.join("blns.json")).unwrap();
    let strings: std::vec::Vec<std::string::String> = serde_json::from_str(&text).unwrap();
    assert!(!strings.is_empty());
    let mut names = 0;
    for string in &strings {
        let _ = read(string);
        let yaml = std::format!("version: 1\nname: {}\n", serde_json::to_string(string).unwrap());
        match read(&yaml) {
            Ok(document) => {
                assert_eq!(document.name.as_str(), string);
                names += 1;
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    assert!(names > 0);
}

#[test]
fn recorded_bad_input_is_an_error_and_never_a_panic() {
    let Some(suite) = data::json_suite() else { return };
    let texts = suite
        .into_iter()
        .filter_map(|(name, bytes)| Some((name, std::string::String::from_utf8(bytes).ok()?)));
    let mut refused = 0;
    for (name, text) in texts {
        for yaml in [text.clone(), std::format!("version: 1\nname: suite\nrules: {text}\n")] {
            // A list of nothing is no rule, and allowed.
            if let Err(error) = read(&yaml) {
                assert!(!error.to_string().is_empty(), "{name}");
                refused += 1;
            }
        }
    }
    assert!(refused > 500, "{refused}");
}

#[test]
fn a_cut_document_is_read_or_refused_and_never_a_panic() {
    for end in (0..KERBSIDE.len()).filter(|end| KERBSIDE.is_char_boundary(*end)) {
        let _ = read(&KERBSIDE[..end]);
    }
}

#[test]
fn a_bottomless_document_is_refused() {
    for deep in ["[", "{a: ", "- ", "&a [*a, "] {
        assert!(read(&deep.repeat(20_000)).is_err());
    }
}

#[test]
fn a_ceiling_is_a_whole_number_of_devices_and_never_none() {
    for (share, devices, allowed) in [
        (100, 100, 10),
        (250, 6, 1),
        (250, 12, 3),
        (100, 6, 1),
        (0, 1_000, 1),
        (999, 1_000, 999),
        (1_000, 3, 3),
    ] {
        assert_eq!(Ceilings::of(Permille(share), devices), allowed, "{share} of {devices}");
    }
}

#[test]
fn a_reset_rule_can_ask_for_more_people_than_the_device_and_never_for_fewer() {
    let stricter = Reset { people: 3, from: Severity::Medium };
    let weaker = Reset { people: 0, from: Severity::Critical };
    for (severity, strict, weak) in
        [(Severity::Low, 1, 1), (Severity::Medium, 3, 1), (Severity::High, 3, 2), (Severity::Critical, 3, 2)]
    {
        assert_eq!(stricter.people_for(severity), strict, "{severity:?}");
        assert_eq!(weaker.people_for(severity), weak, "{severity:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_change_of_a_byte_makes_it_panic(at in 0..KERBSIDE.len(), byte in 0x20u8..0x7f) {
        let mut bytes = KERBSIDE.as_bytes().to_vec();
        bytes[at] = byte;
        let _ = serde_saphyr::from_slice::<Document>(&bytes);
    }
}
