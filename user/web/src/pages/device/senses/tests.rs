use std::time::Duration;

use super::*;

fn live(age: u64, points: Vec<(f64, Option<f64>)>) -> LiveView {
    let curve = Curve { sensor: "feed".into(), unit: "V", words: None, points, limits: vec![] };
    LiveView { age: Duration::from_secs(age), curves: vec![curve] }
}

fn said(live: &LiveView) -> String {
    now(Some(live), live.curves.first())
}

#[test]
fn what_a_sense_says_now_has_its_unit_and_what_it_said_before_is_never_now() {
    assert_eq!(said(&live(1, vec![(-9.0, Some(4.9)), (-1.0, Some(5.08))])), "5.08\u{a0}V");
    assert_eq!(said(&live(1, vec![(-9.5, Some(5.08))])), "–", "it said so, and says nothing any more");
    assert_eq!(said(&live(11, vec![(0.0, Some(5.08))])), "–", "the box says nothing any more");
    assert_eq!(said(&live(0, vec![])), "–");
    assert_eq!(now(None, None), "–", "nobody watches");
}

#[test]
fn a_sense_that_cannot_look_now_shows_no_value_of_before() {
    assert_eq!(said(&live(0, vec![(-2.0, Some(5.08)), (-1.0, None)])), "cannot look");
}

#[test]
fn each_sense_says_at_what_it_trips_and_draws_its_last_minute() {
    let sensor = |name: &str, channel: &str| Sensor {
        name: name.into(),
        channel: channel.into(),
        state: SenseState::Proved,
        spoke: None,
        spoke_seconds: None,
        proved: None,
        proof_age_seconds: None,
    };
    let trips = Trips::from([("rail", vec!["5 % below".into(), "3 dips".into()])]);
    let seen = live(0, vec![(-1.0, Some(5.0)), (0.0, Some(5.1))]);
    let drawn = row(&sensor("feed", "rail"), &trips, Some(&seen)).into_string();
    assert!(drawn.contains("<td>5 % below; 3 dips</td>") && drawn.contains("class=\"spark\""), "{drawn}");
    assert!(drawn.contains("<td class=\"now\">5.10\u{a0}V</td>") && !drawn.contains("style="), "{drawn}");
    let other = row(&sensor("lid", "contact"), &trips, Some(&seen)).into_string();
    assert!(other.contains("<td class=\"now\">–</td>") && !other.contains("spark"), "{other}");
}
