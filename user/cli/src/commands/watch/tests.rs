use api::word;
use vocab::DeviceId;

use super::*;
use crate::testing::{NOW, device, incident, well};

fn told(picture: &mut Picture, devices: Vec<Device>, incidents: Vec<Incident>) -> Vec<String> {
    let news = picture.compare(&NOW.to_string(), devices, incidents);
    news.iter().map(|news| news.text(Paint::Plain)).collect()
}

#[test]
fn what_is_well_is_silent_and_each_change_is_told_once() {
    let id: DeviceId = device().id.parse().unwrap();
    let mut picture = Picture::default();
    assert_eq!(told(&mut picture, vec![well(id, "dev-07")], vec![]), [""; 0]);

    let opened = || incident().incident;
    let alarm = [
        "2026-11-02T06:00:00Z  inc_aaaaaaaaaaaaaaaaaaaaaaaaaa  contained: The lid of dev-07 at site-b was opened.",
        "2026-11-02T06:00:00Z  dev-07  was good, now alarm: the lid was opened and its latch is not released \
         [sealed, suspended, quarantine]",
    ];
    assert_eq!(told(&mut picture, vec![device()], vec![opened()]), alarm);
    let mut older = device();
    older.health.why = "the lid was opened and its latch is not released, for 9 s".into();
    assert_eq!(told(&mut picture, vec![older], vec![opened()]), [""; 0], "an age is no news");

    let closed = Incident { state: word::IncidentState::Closed, ..opened() };
    let back = [
        "2026-11-02T06:00:00Z  inc_aaaaaaaaaaaaaaaaaaaaaaaaaa  closed, was contained: The lid of dev-07 at site-b was opened.",
        "2026-11-02T06:00:00Z  dev-07  was alarm, now good: every sense is proved [normal, active, live]",
    ];
    assert_eq!(told(&mut picture, vec![well(id, "dev-07")], vec![closed]), back);
}

#[test]
fn at_first_what_wants_somebody_is_told() {
    let closed = Incident { state: word::IncidentState::Closed, ..incident().incident };
    let first = told(&mut Picture::default(), vec![device()], vec![closed]);
    assert_eq!(first.len(), 1);
    assert!(first[0].contains("dev-07  alarm: the lid"));
}

#[test]
fn a_box_that_joins_is_news() {
    let mut picture = Picture::default();
    told(&mut picture, vec![], vec![]);
    let joined = told(&mut picture, vec![well(DeviceId([3; 16]), "dev-13")], vec![]);
    assert!(joined[0].contains("dev-13  joined, good"));
}
