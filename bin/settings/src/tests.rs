use proptest::prelude::*;
use serde::Deserialize;

use super::*;

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Blocks {
    security: Security,
    environment: Environment,
    zones: Zones,
}

impl Blocks {
    fn written(&self) -> Vec<Written> {
        [self.security.written(), self.environment.written(), self.zones.written()].concat()
    }
}

/// The three blocks as the two documents that ask for them have them.
const ASKED: &str = "\
security:
  hardware:
    tamper_detection: enabled
    secure_boot: required
    key_rotation: 30d
  network:
    tls_version: \"1.3\"
    cipher_suites:
      - TLS_AES_256_GCM_SHA384
      - TLS_CHACHA20_POLY1305_SHA256
  authentication:
    password_policy:
      min_length: 12
      complexity: high
    session_timeout: 1h
    token_expiry: 24h
environment:
  physical:
    temperature_monitoring: true
    tamper_detection: true
    access_control: true
  network:
    segmentation: true
    encryption: true
    monitoring: true
# Security zones
zones:
  external:
    access: restricted
    encryption: required
    auth: token-based
  internal:
    access: service-mesh
    encryption: mtls
    auth: service-account
  hardware:
    access: isolated
    encryption: hardware-key
    auth: device-specific
";

fn read(text: &str) -> Result<Blocks, Mistake> {
    parse(text)
}

#[test]
fn the_three_blocks_load_as_they_were_asked_for_and_every_key_is_told() {
    let blocks = read(ASKED).unwrap();
    let told: Vec<&str> = blocks.written().iter().map(|key| key.path).collect();
    assert_eq!(told, KEYS);
    assert_eq!(blocks.security.hardware.key_rotation.unwrap().duration().as_secs(), 30 * 86_400);
    for key in blocks.written() {
        let value = key.value.split(", ").last().unwrap().to_owned();
        assert!(ASKED.contains(&value), "{key:?} is told as it was written");
    }
}

#[test]
fn a_file_that_says_nothing_asks_for_nothing() {
    assert_eq!(read("{}").unwrap().written(), []);
    assert_eq!(read("security:\n  hardware: {}\n").unwrap(), Blocks::default());
}

#[test]
fn each_key_can_be_written_alone_and_flipped() {
    for (from, to, path) in [
        ("tamper_detection: enabled", "tamper_detection: disabled", KEYS[0]),
        ("secure_boot: required", "secure_boot: optional", KEYS[1]),
        ("key_rotation: 30d", "key_rotation: 1h", KEYS[2]),
        ("      - TLS_AES_256_GCM_SHA384\n", "", KEYS[4]),
        ("min_length: 12", "min_length: 16", KEYS[5]),
        ("complexity: high", "complexity: low", KEYS[6]),
        ("session_timeout: 1h", "session_timeout: 90s", KEYS[7]),
        ("token_expiry: 24h", "token_expiry: 7d", KEYS[8]),
        ("temperature_monitoring: true", "temperature_monitoring: false", KEYS[9]),
        ("tamper_detection: true", "tamper_detection: false", KEYS[10]),
        ("access_control: true", "access_control: false", KEYS[11]),
        ("segmentation: true", "segmentation: false", KEYS[12]),
        ("encryption: true", "encryption: false", KEYS[13]),
        ("\n    monitoring: true", "\n    monitoring: false", KEYS[14]),
        ("encryption: required", "encryption: optional", KEYS[16]),
    ] {
        let flipped = ASKED.replacen(from, to, 1);
        let (before, after) = (read(ASKED).unwrap().written(), read(&flipped).unwrap().written());
        let changed: Vec<_> = before.iter().zip(&after).filter(|(old, new)| old != new).collect();
        assert_eq!(changed.iter().map(|(old, _)| old.path).collect::<Vec<_>>(), [path], "{to}");
    }
}

#[test]
fn what_the_house_is_built_as_can_be_stated_and_not_changed() {
    for (from, to) in [
        ("tls_version: \"1.3\"", "tls_version: \"1.2\""),
        ("access: restricted", "access: open"),
        ("auth: token-based", "auth: none"),
        ("access: service-mesh", "access: any"),
        ("encryption: mtls", "encryption: none"),
        ("auth: service-account", "auth: none"),
        ("access: isolated", "access: shared"),
        ("encryption: hardware-key", "encryption: password"),
        ("auth: device-specific", "auth: shared"),
    ] {
        let line = ASKED.lines().position(|line| line.trim() == from).unwrap() as u64 + 1;
        let mistake = read(&ASKED.replacen(from, to, 1)).unwrap_err();
        assert_eq!((mistake.code(), mistake.line()), ("settings/malformed", Some(line)), "{to}: {mistake}");
    }
}

#[test]
fn an_unknown_key_is_told_with_its_line_and_the_keys_that_there_are() {
    for (number, line) in ASKED.lines().enumerate() {
        let Some((key, _)) = line.split_once(':').filter(|_| !line.trim_start().starts_with(['#', '-']))
        else {
            continue;
        };
        let other = format!("{key}x:{}", &line[key.len() + 1..]);
        let text: Vec<&str> =
            ASKED.lines().enumerate().map(|(at, kept)| if at == number { &other } else { kept }).collect();
        match read(&text.join("\n")).unwrap_err() {
            Mistake::UnknownKey { key: told, line: at, known } => {
                assert_eq!(told, format!("{}x", key.trim()));
                assert_eq!(at, Some(number as u64 + 1), "{other}");
                assert!(known.contains(&key.trim()), "{other}: {known:?}");
            }
            mistake => panic!("{other}: {mistake:?}"),
        }
    }
    let mistake = read("zones:\n  hardware:\n    acess: isolated\n").unwrap_err();
    let said = "line 3: `acess` is no key here; those that are: access, encryption, auth";
    assert_eq!((mistake.to_string().as_str(), mistake.code()), (said, "settings/unknown-key"));
}

#[test]
fn a_value_that_is_none_is_told_with_its_line() {
    for (from, to, words) in [
        ("key_rotation: 30d", "key_rotation: 30", "no length of time"),
        ("key_rotation: 30d", "key_rotation: 0d", "no length of time"),
        ("key_rotation: 30d", "key_rotation: 59m", "write 1h or more"),
        ("key_rotation: 30d", "key_rotation: 99999d", "no length of time"),
        ("key_rotation: 30d", "key_rotation: -1d", "no length of time"),
        ("secure_boot: required", "secure_boot: sometimes", "sometimes"),
        ("tamper_detection: true", "tamper_detection: yes", ""),
        ("tamper_detection: true", "tamper_detection: true\n    tamper_detection: true", "tamper_detection"),
        ("- TLS_AES_256_GCM_SHA384", "- TLS_RSA_WITH_NULL_MD5", "TLS_RSA_WITH_NULL_MD5"),
        ("min_length: 12", "min_length: -1", ""),
        ("min_length: 12", "min_length: 70000", ""),
        ("zones:", "zones: [", ""),
    ] {
        let text = ASKED.replacen(from, to, 1);
        assert_ne!(text, ASKED, "{from}");
        let mistake = read(&text).unwrap_err();
        assert_eq!(mistake.code(), "settings/malformed", "{to}: {mistake}");
        assert!(mistake.line().is_some_and(|line| line > 0), "{to}: {mistake}");
        assert!(mistake.to_string().contains(words), "{to}: {mistake}");
    }
}

#[test]
fn lengths_of_time_are_told_as_they_were_written() {
    for (text, seconds) in [("30d", 2_592_000), ("24h", 86_400), ("90s", 90), ("120m", 7_200)] {
        let span = parse::<Span>(text).unwrap();
        assert_eq!((span.to_string().as_str(), span.duration().as_secs()), (text, seconds));
    }
}

#[test]
fn what_is_too_long_is_not_looked_at() {
    let long = "#".repeat(LIMIT + 1);
    assert_eq!(read(&long).unwrap_err(), Mistake::TooLong(LIMIT as u64 + 1));
    assert_eq!(read(&format!("{}\n{{}}", "#".repeat(LIMIT - 3))).unwrap(), Blocks::default());
}

#[test]
fn a_bottomless_file_is_refused() {
    for deep in ["[", "{a: ", "- ", "&a [*a, ", "zones: {external: "] {
        let mistake = read(&deep.repeat(LIMIT / deep.len())).unwrap_err();
        assert!(mistake.code().starts_with("settings/"), "{deep}");
    }
    let bomb: String =
        (1..20).map(|at| format!("a{at}: &a{at} [{}]\n", format!("*a{}, ", at - 1).repeat(20))).collect();
    assert!(read(&format!("a0: &a0 x\n{bomb}")).is_err());
}

#[test]
fn a_key_that_cannot_be_honoured_is_said_and_no_other() {
    let blocks = read(ASKED).unwrap();
    let unmet = unmet(&blocks.written(), |key| match key.path {
        "security.hardware.secure_boot" => Obeyed::NotYet("nobody measures the boot"),
        path if path.starts_with("zones") => Obeyed::Elsewhere,
        _ => Obeyed::Here,
    });
    let said = "`security.hardware.secure_boot: required` cannot be honoured: nobody measures the boot";
    assert_eq!(unmet, [said]);
}

#[test]
fn recorded_bad_input_is_refused_with_a_type_and_never_a_panic() {
    let Some(suite) = data::json_suite() else { return };
    let mut refused = 0;
    for (name, bytes) in suite {
        // What is no text is refused before this entrance, by `load`.
        let Ok(text) = String::from_utf8(bytes) else { continue };
        for text in
            [text.clone(), format!("security: {text}"), format!("zones:\n  external:\n    access: {text}")]
        {
            if let Err(mistake) = read(&text) {
                assert!(mistake.code().starts_with("settings/"), "{name}");
                refused += 1;
            }
        }
    }
    assert!(refused > 0);
}

#[test]
fn a_naughty_string_is_refused_with_its_line_and_never_shown_raw() {
    let Some(folder) = data::find("bad-input") else { return };
    let text = std::fs::read_to_string(folder.join("blns.json")).unwrap();
    let strings: Vec<String> = serde_json::from_str(&text).unwrap();
    assert!(!strings.is_empty());
    for string in &strings {
        let _ = read(string);
        let quoted = serde_json::to_string(string).unwrap();
        let mistake = read(&format!("security:\n  hardware:\n    key_rotation: {quoted}\n")).unwrap_err();
        assert_eq!((mistake.code(), mistake.line()), ("settings/malformed", Some(3)), "{string:?}");
        assert!(!mistake.to_string().contains(char::is_control), "{string:?}");
        assert!(read(&format!("{quoted}: 1")).is_err(), "{string:?}");
    }
}

#[test]
fn a_cut_file_is_read_or_refused_and_never_a_panic() {
    for end in 0..ASKED.len() {
        let _ = read(&ASKED[..end]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_change_of_a_byte_makes_it_panic(at in 0..ASKED.len(), byte in 0x09u8..0x7f) {
        let mut bytes = ASKED.as_bytes().to_vec();
        bytes[at] = byte;
        let _ = read(&String::from_utf8(bytes).unwrap());
    }
}
