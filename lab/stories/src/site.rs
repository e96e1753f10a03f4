//! More than one box: what belongs together is told once, and one box's noise drowns nobody's alarm.

use std::{ops::Range, time::Duration};

use policy::IncidentKind;
use sim::Underway;
use vocab::{
    Severity, TamperKind, Value,
    reading::{Interface, InterfaceKind},
};

use crate::{
    Scene,
    circle::{LONG, on_duty, on_duty_at},
    road::accepted_end,
    stories,
};

stories! {
    two_lids_at_one_site_within_ten_minutes_are_one_incident
    two_lids_at_two_sites_are_two_incidents
    a_storm_from_one_box_does_not_delay_the_alarm_of_another
    a_silent_device_is_a_finding
    time_in_which_the_fleet_was_not_listening_is_nobodys_silence
}

fn two_lids_at_one_site_within_ten_minutes_are_one_incident(scene: &mut Scene) {
    on_duty(scene, 2);
    scene.house.boxes[0].open_lid();
    scene.run(Duration::from_secs(30));
    // Nothing goes wrong between the two.
    scene.calm();
    scene.run(Duration::from_secs(40));
    scene.house.boxes[1].open_lid();
    scene.begin();
    scene.run(Duration::from_secs(20));
    scene.calm();
    scene.until("both are known", LONG, |house| {
        house.fleet().incidents().any(|one| one.kind() == IncidentKind::Tamper && one.boxes().len() == 2)
    });
    let severe = scene.house.fleet().incidents().filter(|one| one.severity() >= Severity::High);
    assert_eq!(severe.count(), 1, "one page, not two");
}

/// The harmless twin: what has nothing to do with each other is not thrown together.
fn two_lids_at_two_sites_are_two_incidents(scene: &mut Scene) {
    on_duty_at(scene, &["harbour", "station"]);
    scene.house.boxes[0].open_lid();
    scene.run(Duration::from_secs(20));
    scene.house.boxes[1].open_lid();
    scene.run(Duration::from_secs(20));
    scene.calm();
    scene.until("both are known", LONG, |house| {
        house.fleet().incidents().filter(|one| one.severity() >= Severity::High).count() == 2
    });
    assert!(scene.house.fleet().incidents().all(|one| one.boxes().len() == 1), "one box each");
}

fn a_storm_from_one_box_does_not_delay_the_alarm_of_another(scene: &mut Scene) {
    on_duty(scene, 2);
    scene.run(Duration::from_secs(15));
    scene.calm();
    scene.run(Duration::from_secs(15));
    let before = accepted_end(&scene.house, 0);
    if scene.seed.is_multiple_of(2) {
        scene.house.boxes[0].cable.cut(Underway::Lost);
        storm(scene, 0..220);
        assert_eq!(accepted_end(&scene.house, 0), before, "nobody heard of it yet");
        scene.house.boxes[0].cable.mend();
        scene.until("all of it comes at once", LONG, |house| house.boxes[0].agent().is_live());
        scene.house.boxes[1].open_lid();
        scene.run(Duration::from_secs(1));
    } else {
        storm(scene, 0..200);
        scene.house.boxes[1].open_lid();
        storm(scene, 200..220);
    }
    let told = accepted_end(&scene.house, 0) - before;
    assert!((10..=20).contains(&told), "two hundred acts are told in a few entries: {told}");
    let device = scene.house.boxes[1].device;
    let known = scene
        .house
        .fleet()
        .incidents()
        .filter_map(|one| one.involved(device))
        .any(|one| one.events.iter().any(|event| event.kind == TamperKind::LidOpened));
    assert!(known, "the other box's lid is known within a second");
}

/// Twenty times a second something else is plugged into the first box.
fn storm(scene: &mut Scene, acts: Range<u32>) {
    for act in acts {
        let plugged = Interface { kind: InterfaceKind::UsbStorage, name: format!("usb{act}") };
        scene.house.boxes[0].board.senses.set("ports", Value::Interfaces(vec![plugged]));
        scene.run(Duration::from_millis(50));
    }
}

fn a_silent_device_is_a_finding(scene: &mut Scene) {
    on_duty(scene, 2);
    scene.run(Duration::from_secs(15));
    scene.calm();
    scene.run(Duration::from_secs(45));
    scene.house.boxes[0].cable.cut(Underway::Lost);
    let device = scene.house.boxes[0].device;
    scene.until("the silence is an incident", Duration::from_mins(30), move |house| {
        house
            .fleet()
            .incidents()
            .any(|one| one.kind() == IncidentKind::Silence && one.involved(device).is_some())
    });
    let other = scene.house.boxes[1].device;
    let blamed = scene.house.fleet().incidents().any(|one| one.involved(other).is_some());
    assert!(!blamed, "the box that speaks is not blamed");
    scene.house.boxes[0].cable.mend();
    scene.until("it speaks again", LONG, move |house| house.fleet().is_live(device));
}

/// The harmless twin of silence: far longer than any device may be silent, and nobody listened.
fn time_in_which_the_fleet_was_not_listening_is_nobodys_silence(scene: &mut Scene) {
    on_duty(scene, 2);
    scene.run(Duration::from_secs(15));
    scene.calm();
    scene.run(Duration::from_secs(45));
    let hq = scene.house.hq.take().expect("the fleet is open");
    for boxed in &scene.house.boxes {
        boxed.cable.drop_connection(Underway::Lost);
    }
    scene.run(Duration::from_mins(3));
    scene.house.hq = Some(hq.restarted(scene.house.now()));
    scene.run(Duration::from_secs(150));
    let silent = scene.house.fleet().incidents().filter(|one| one.kind() != IncidentKind::Tamper).count();
    assert_eq!(silent, 0, "nobody was there to hear them");
    assert!(scene.house.boxes.iter().all(|boxed| scene.house.fleet().is_live(boxed.device)));
}
