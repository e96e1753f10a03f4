use std::collections::BTreeMap;

use settings::KEYS;

use super::*;
use crate::config::tests::read;

/// One sense of each kind, under the three blocks as given.
fn left_of(blocks: &str) -> (Vec<String>, Vec<String>) {
    let wanted = read(&format!(
        "senses:
  - {{ name: shock, zone: case, read: accelerometer }}
  - {{ name: lid, zone: case, read: hwmon, chip: nct6798, input: intrusion0 }}
  - {{ name: cpu, zone: board, read: hwmon, chip: k10temp, input: temp1 }}
  - {{ name: ports, zone: rear, read: interfaces }}
  - {{ name: parts, zone: board, read: inventory }}
  - {{ name: mains, zone: rear, read: supply }}
{blocks}"
    ))
    .wanted()
    .unwrap();
    (wanted.board.senses.iter().map(|sense| sense.name.to_string()).collect(), wanted.said)
}

const ALL: [&str; 6] = ["shock", "lid", "cpu", "ports", "parts", "mains"];

#[test]
fn each_key_that_is_flipped_leaves_out_what_it_names_and_says_so() {
    let hardware = |word: &str| format!("security: {{ hardware: {{ tamper_detection: {word} }} }}");
    let physical = |key: &str, on: bool| format!("environment: {{ physical: {{ {key}: {on} }} }}");
    let network = |on: bool| format!("environment: {{ network: {{ monitoring: {on} }} }}");
    for (blocks, left) in [
        (String::new(), &ALL[..]),
        (hardware("enabled"), &ALL),
        (hardware("disabled"), &["cpu"]),
        (physical("tamper_detection", true), &ALL),
        (physical("tamper_detection", false), &["cpu", "ports", "parts"]),
        (physical("temperature_monitoring", true), &ALL),
        (physical("temperature_monitoring", false), &["shock", "lid", "ports", "parts", "mains"]),
        (network(true), &ALL),
        (network(false), &["shock", "lid", "cpu", "parts", "mains"]),
    ] {
        let (kept, said) = left_of(&blocks);
        assert_eq!(kept, left, "{blocks}");
        assert_eq!(said.len(), ALL.len() - left.len(), "{said:?}");
    }
}

#[test]
fn a_network_that_is_to_be_watched_is_watched_without_being_named() {
    let asked = "environment: { network: { monitoring: true } }\n";
    let watching = |more: &str| {
        let wanted = read(&format!("{asked}{more}")).wanted().unwrap();
        wanted.board.senses.into_iter().map(|sense| sense.source).collect::<Vec<_>>()
    };
    assert_eq!(watching(""), [Source::Interfaces]);
    assert_eq!(watching("senses: [{ name: ports, zone: rear, read: interfaces }]"), [Source::Interfaces]);
    assert_eq!(watching("security: { hardware: { tamper_detection: disabled } }"), []);
    assert_eq!(read("").wanted().unwrap().board.senses, [], "nobody asked");
}

#[test]
fn what_is_sent_cannot_be_sent_in_the_clear() {
    let mistake = read("environment: { network: { encryption: false } }").wanted().map(|_| ()).unwrap_err();
    assert_eq!(mistake.code(), "metald/held");
    assert!(mistake.to_string().contains("environment.network.encryption"), "{mistake}");
    assert!(read("environment: { network: { encryption: true } }").wanted().is_ok());
}

#[test]
fn what_cannot_be_honoured_is_said_and_what_asks_for_nothing_is_not() {
    let asked = "security: { hardware: { secure_boot: required } }
environment: { physical: { access_control: true } }
zones: { hardware: { encryption: hardware-key } }
";
    let unmet = settings::unmet(&read(asked).written(), obeyed);
    assert_eq!(unmet.len(), 3, "{unmet:?}");
    let waived = "security: { hardware: { secure_boot: optional } }
environment: { physical: { access_control: false } }
";
    assert_eq!(settings::unmet(&read(waived).written(), obeyed), [""; 0]);
}

#[test]
fn a_network_that_is_not_to_be_segmented_is_not_cut() {
    let filter = |more: &str| read(more).wanted().unwrap().board.isolation;
    let segmented = |on: bool| format!("environment: {{ network: {{ segmentation: {on} }} }}");
    assert!(filter("").is_some() && filter("") == filter(&segmented(true)));
    assert_eq!(filter(&segmented(false)), None);
}

/// The page's word for this daemon, by key.
fn page() -> BTreeMap<String, String> {
    let page = include_str!("../../../../docs/operate.md");
    let rows = page.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        let key = cells.next()?.strip_suffix('`')?;
        Some((key.to_owned(), cells.nth(1)?.to_owned()))
    });
    rows.filter(|(key, _)| KEYS.contains(&key.as_str())).collect()
}

#[test]
fn the_page_says_of_each_key_what_this_daemon_makes_of_it() {
    let (page, blocks) = (page(), include_str!("tests/blocks.yaml"));
    assert_eq!(page.len(), KEYS.len(), "each key has a row");
    for key in read(blocks).written() {
        let word = &page[key.path];
        let fits = match obeyed(&key) {
            Obeyed::Here => word.starts_with("obeys"),
            Obeyed::NotYet(_) => word.starts_with("says"),
            Obeyed::Elsewhere => word == "–",
        };
        assert!(fits, "{}: the page says {word:?}", key.path);
    }
}

#[test]
fn the_three_blocks_load_as_they_were_asked_for() {
    let config = read(include_str!("tests/blocks.yaml"));
    assert_eq!(config.written().iter().map(|key| key.path).collect::<Vec<_>>(), KEYS);
    assert!(config.wanted().is_ok());
}
