//! What is told of what happens.

use api::{Device, Incident};
use serde_json::json;

use super::{Line, Said, Weight};
use crate::table::tests::device;

fn incident(state: &str, sentence: &str) -> Incident {
    serde_json::from_value(json!({
        "id": "inc_1", "kind": "tamper", "state": state, "severity": "high", "sentence": sentence,
        "cause": "A person with a screwdriver.", "confidence": 0.995, "first_action": "Call the site.",
        "site": "station", "boxes": [{ "device": "dev_1", "label": "dev-07" }],
        "opened": "2026-11-02T06:00:00Z", "age_seconds": 0, "first": "2026-11-02T06:00:00Z",
        "last": "2026-11-02T06:00:00Z",
        "closing": (state == "closed").then(|| json!({ "outcome": "test", "by": "per_1", "reason": "drill", "at": "2026-11-02T06:01:00Z" })),
    }))
    .unwrap()
}

fn boxed(change: impl FnOnce(&mut serde_json::Value)) -> Device {
    let mut value = serde_json::to_value(device("dev-07", "station", "good", "Why.", Some(1))).unwrap();
    change(&mut value);
    serde_json::from_value(value).unwrap()
}

fn said(device: Device, incidents: Vec<Incident>) -> Said {
    Said::new(vec![device], incidents)
}

fn lines(before: &Said, now: &Said) -> Vec<(Weight, String)> {
    now.since(before).into_iter().map(|Line { weight, text }| (weight, text)).collect()
}

#[test]
fn an_opened_box_is_told_in_the_order_of_what_people_need() {
    let before = said(boxed(|_| {}), vec![]);
    let now = said(
        boxed(|device| {
            device["standing"]["state"] = "suspended".into();
            device["connection"]["value"] = "quarantine".into();
            device["posture"]["value"] = "sealed".into();
        }),
        vec![incident("contained", "Somebody opened dev-07 at station (lid); 99.5 % sure.")],
    );
    let told = lines(&before, &now);
    assert_eq!(
        told,
        [
            (Weight::Alarm, "HIGH: Somebody opened dev-07 at station (lid); 99.5 % sure.".into()),
            (Weight::News, "first: Call the site. (inc_1)".into()),
            (Weight::Alarm, "dev-07 is suspended at every door but the quarantine room".into()),
            (Weight::News, "dev-07 has sealed itself: it holds no usable secret".into()),
            (Weight::News, "dev-07 speaks in the quarantine room: its history arrives there".into()),
            (Weight::News, "inc_1 is contained: it can do no more harm".into()),
        ]
    );
    assert_eq!(lines(&now, &now), [], "what was said is not said again");
}

#[test]
fn the_way_back_is_told_step_by_step() {
    let proof = |entry: u64| json!({ "asked": format!("2026-11-02T06:00:{entry:02}Z"), "age_seconds": 0, "generation": 2, "entry": entry, "software": "metald 0.1.0" });
    let latch = json!({ "event": "evt_1", "zone": "lid", "severity": "high", "at": "2026-11-02T06:00:00Z", "posture": "sealed", "cause": "gone" });
    let before = said(
        boxed(|device| {
            device["standing"]["state"] = "suspended".into();
            device["connection"]["value"] = "quarantine".into();
            device["latches"] = json!([latch]);
            device["evidence"] = proof(10);
        }),
        vec![incident("recovering", "Somebody opened dev-07.")],
    );
    let now = said(
        boxed(|device| {
            device["standing"]["state"] = "suspended".into();
            device["connection"]["value"] = "quarantine".into();
            device["state"]["adopted"] = 2.into();
            device["evidence"] = proof(14);
        }),
        vec![incident("closed", "Somebody opened dev-07.")],
    );
    let told: Vec<String> = lines(&before, &now).into_iter().map(|(_, text)| text).collect();
    assert_eq!(
        told,
        [
            "dev-07 has adopted state 2",
            "dev-07 has released what people released",
            "dev-07 has proved itself under state 2 up to entry 14, from the quarantine room",
            "inc_1 is closed by a person (test)",
        ]
    );
}

#[test]
fn a_calm_box_that_proves_itself_each_hour_is_no_news() {
    let proof = |at: &str| json!({ "asked": at, "age_seconds": 0, "generation": 1, "entry": 5, "software": "metald 0.1.0" });
    let before = said(boxed(|device| device["evidence"] = proof("2026-11-02T06:00:00Z")), vec![]);
    let now = said(boxed(|device| device["evidence"] = proof("2026-11-02T07:00:00Z")), vec![]);
    assert_eq!(lines(&before, &now), []);
}
