//! The table, as people see it.

use api::{Device, word::HealthState};
use serde_json::json;

use super::{age, boxes};
use crate::say::Paint;

/// A device of the contract, with this verdict.
pub(crate) fn device(label: &str, site: &str, state: &str, why: &str, age: Option<u64>) -> Device {
    let seen = |value: &str| json!({ "value": value, "as_of": null, "age_seconds": null });
    serde_json::from_value(json!({
        "id": format!("dev_{label}"), "label": label, "site": site,
        "health": { "state": state, "why": why, "as_of": null, "age_seconds": age },
        "posture": seen("normal"), "arming": seen("armed"), "arming_asked": null,
        "trust": { "value": { "tier": 0, "words": "software keys" }, "as_of": null, "age_seconds": null },
        "standing": { "state": "active", "since": null, "because": [] },
        "connection": seen("live"), "sensors": [], "latches": [],
        "state": { "adopted": 1, "published": 1, "published_at": null },
        "evidence": null, "incidents": [],
    }))
    .unwrap()
}

const GOLDEN: &str = "\
harbour  1 of 2 good
  box      state          age  why
  dev-01   good           4 s  It proved itself 4 s ago.
  dev-02   unknown      never  It has never said how it is.
station  0 of 1 good
  box      state          age  why
  dev-07   alarm        3 min  Somebody opened dev-07.
";

#[test]
fn boxes_stand_by_site_with_their_state_its_reason_and_the_age_of_the_proof() {
    let devices = [
        device("dev-07", "station", "alarm", "Somebody opened dev-07.", Some(190)),
        device("dev-02", "harbour", "unknown", "It has never said how it is.", None),
        device("dev-01", "harbour", "good", "It proved itself 4 s ago.", Some(4)),
    ];
    assert_eq!(boxes(&devices, Paint::Plain), GOLDEN);
}

#[test]
fn good_is_green_and_what_nobody_can_say_is_grey() {
    let of = |state: &str| boxes(&[device("dev-01", "harbour", state, "Why.", None)], Paint::Colour);
    assert!(of("good").contains("\x1b[32mgood"));
    assert!(of("unknown").contains("\x1b[90munknown"));
    // A word that is newer than this program is unknown.
    assert_eq!(device("dev-01", "harbour", "splendid", "Why.", None).health.state, HealthState::Unknown);
    assert!(of("splendid").contains("\x1b[90munknown"));
}

#[test]
fn what_others_wrote_moves_no_cursor() {
    assert!(
        !boxes(&[device("dev-\u{1b}[2J", "harbour", "good", "a\nb", None)], Paint::Plain).contains('\u{1b}')
    );
}

#[test]
fn an_age_has_one_unit() {
    assert_eq!([0, 119, 120, 7_199, 7_200].map(age), ["0 s", "119 s", "2 min", "119 min", "2 h"]);
}
