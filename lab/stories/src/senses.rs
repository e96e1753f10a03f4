//! What a box went on duty with is what it has to have.

use std::time::Duration;

use access::{Action, Resource};
use control::view;
use incident::{Incident, Outcome, State};
use sim::{CutMode, House};
use vocab::{Arming, Severity, SiteName, Value, unit::MilliVolts};

use crate::{
    Scene,
    circle::{LONG, at_rest, on_duty},
    stories,
};

stories! {
    a_sense_taken_out_of_a_box_on_duty_is_missed
    a_sense_taken_out_while_a_box_is_installed_is_missed_by_nobody
    a_sense_that_comes_back_after_people_closed_its_incident_opens_no_other
    a_watched_box_says_what_its_senses_say_as_long_as_somebody_watches
}

fn missed(house: &House) -> Option<&Incident> {
    let about = |incident: &&Incident| incident.boxes().iter().any(|one| !one.gone.is_empty());
    house.fleet().incidents().find(about)
}

/// Turns a box off, changes its configuration, and turns it on.
fn changed<T>(scene: &mut Scene, change: impl FnOnce(&sim::SimSenses) -> T) -> T {
    scene.house.power_cut(0, CutMode::Kept);
    let changed = change(&scene.house.boxes[0].board.senses);
    scene.house.power_on(0);
    changed
}

/// The fleet asks for an arming state, and the box obeys.
fn arm(scene: &mut Scene, arming: Arming) {
    let (permit, now) = (scene.house.permit(0, Action::Arm, 0), scene.house.now());
    let device = scene.house.boxes[0].device;
    let fleet = &mut scene.house.hq.as_mut().expect("the fleet is open").fleet;
    fleet.arm(&permit, device, arming, now).expect("the device is known");
    scene.until("the box obeys", LONG, |house| {
        house.boxes[0].is_on() && house.boxes[0].agent().guard().arming() == arming && house.is_proved(0)
    });
    // Its next beat says so.
    scene.run(Duration::from_mins(1));
}

fn a_sense_taken_out_of_a_box_on_duty_is_missed(scene: &mut Scene) {
    at_rest(scene);
    scene.run(Duration::from_secs(30));
    let lid = changed(scene, |senses| senses.remove("lid"));
    scene.until("the fleet misses it", LONG, |house| missed(house).is_some());
    scene.house.restart_fleet();
    scene.run(Duration::from_mins(5));
    let incident = missed(&scene.house).expect("nothing that the box proves makes up for it");
    assert!(incident.severity() >= Severity::High && incident.state() != State::Verified);
    let said = incident.sentence();
    assert!(said.contains("went on duty with `lid`, and has it no longer"), "{said}");
    assert_eq!(scene.house.fleet().incidents().filter(|one| one.boxes()[0].gone.len() == 1).count(), 1);

    changed(scene, |senses| senses.put_back(lid));
    scene.until("it is no longer missed", LONG, |house| missed(house).is_none());
}

fn a_sense_taken_out_while_a_box_is_installed_is_missed_by_nobody(scene: &mut Scene) {
    on_duty(scene, 1);
    scene.run(Duration::from_secs(10));
    scene.calm();
    arm(scene, Arming::Commissioning);
    changed(scene, |senses| senses.remove("lid"));
    scene.run(Duration::from_mins(2));
    arm(scene, Arming::Armed);
    scene.run(Duration::from_mins(2));
    assert!(missed(&scene.house).is_none());
}

/// The incidents about missing senses that are not closed.
fn open(house: &House) -> usize {
    let about = |one: &&Incident| one.state() != State::Closed && !one.boxes()[0].gone.is_empty();
    house.fleet().incidents().filter(about).count()
}

/// A person closes the incident about what is missing.
fn close(scene: &mut Scene) {
    let (id, now) = (missed(&scene.house).expect("it is open").id(), scene.house.now());
    let site = SiteName::new("harbour").expect("a site's name");
    let permit = scene.house.permit_on(0, Action::Close, Resource::Incident(id, [site].into()));
    let reason = sim::hand::label("both were sent in for repair");
    let fleet = &mut scene.house.hq.as_mut().expect("the fleet is open").fleet;
    let permit = permit.expect("operators may");
    fleet.close_incident(&permit, id, Outcome::Authorised, reason, now).expect("nothing is left behind");
    scene.run(Duration::from_secs(10));
    assert_eq!(open(&scene.house), 0);
}

fn a_sense_that_comes_back_after_people_closed_its_incident_opens_no_other(scene: &mut Scene) {
    at_rest(scene);
    scene.run(Duration::from_secs(30));
    let [lid, temp] = changed(scene, |senses| ["lid", "temp"].map(|sense| senses.remove(sense)));
    scene.until("the fleet misses both", LONG, |house| {
        missed(house).is_some_and(|one| one.boxes()[0].gone.len() == 2)
    });
    close(scene);
    changed(scene, |senses| senses.put_back(lid));
    scene.run(Duration::from_mins(2));
    assert_eq!(open(&scene.house), 0, "that one of them is back is no news of the other");
    changed(scene, |senses| senses.remove("lid"));
    scene.until("what is taken out again is missed again", LONG, |house| open(house) == 1);
    changed(scene, |senses| senses.put_back(temp));
}

/// Somebody who may read what its senses say looks at a box.
fn look(house: &mut House) {
    let (device, now) = (house.boxes[0].device, house.now());
    let site = SiteName::new("harbour").expect("a site's name");
    let permit = house.permit_on(0, Action::View, Resource::Trace(device, site)).expect("operators may");
    house.hq.as_mut().expect("the fleet is open").fleet.watch(&permit, now).expect("the permit is for that");
}

/// The last word of a sense in what came of a watched box, if one came within the last seconds.
fn says(house: &House, sensor: &str) -> Option<f64> {
    let live = view::live(house.fleet(), house.boxes[0].device, house.now().mono)?;
    let fresh = live.age < Duration::from_secs(3);
    let curve = live.curves.into_iter().filter(|_| fresh).find(|curve| curve.sensor == sensor)?;
    curve.points.last()?.1
}

fn a_watched_box_says_what_its_senses_say_as_long_as_somebody_watches(scene: &mut Scene) {
    at_rest(scene);
    scene.run(Duration::from_secs(2));
    assert_eq!(says(&scene.house, "rail"), None, "nobody watches");
    // Each look is one second after the one before, as a page does it.
    let watches_until = |scene: &mut Scene, what: &str, volts: f64| {
        for _ in 0..LONG.as_secs() {
            look(&mut scene.house);
            scene.run(Duration::from_secs(1));
            if says(&scene.house, "rail").is_some_and(|said| (said - volts).abs() < 0.001) {
                return;
            }
        }
        panic!("{what}");
    };
    watches_until(scene, "the rail is seen as it is", 5.05);
    let before = scene.house.boxes[0].on_disk().chain.len();
    scene.house.boxes[0].board.senses.set("rail", Value::Rail(MilliVolts(5_100)));
    watches_until(scene, "the rail is seen to move", 5.1);
    scene.run(Duration::from_secs(20));
    assert_eq!(says(&scene.house, "rail"), None, "nobody watches any more");
    let after = scene.house.boxes[0].on_disk().chain.len();
    assert!(after <= before + 2, "watching writes nothing: {before}, then {after}");
}
