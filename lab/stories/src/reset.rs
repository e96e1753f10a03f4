//! Undoing: only what was seen, only when it is over, only by two people, and never by whoever opened.

use std::time::Duration;

use vocab::{Millis, Posture};

use crate::{
    Scene,
    courier::{LONG, bring_reset, end, let_in, next_state, on_duty, refused, releases, sealed, weathered},
    stories,
};

stories! {
    a_generation_planned_before_the_lid_opened_does_not_relax_the_box
    a_reset_is_refused_to_whoever_was_let_in
    a_reset_is_refused_while_the_lid_is_open
    a_reset_by_one_person_is_refused_where_two_are_needed
    a_lid_opened_by_whoever_was_let_in_is_no_alarm
}

/// A box whose lid was opened, through faults that are over now.
pub fn opened(scene: &mut Scene) {
    on_duty(scene);
    scene.run(Duration::from_secs(5));
    scene.house.boxes[0].open_lid();
    scene.until("the box is sealed", LONG, sealed);
    scene.run(Duration::from_secs(5));
    scene.calm();
    scene.run(Duration::from_secs(10));
}

/// The box obeys nobody's latch any more.
pub fn assert_released(scene: &Scene) {
    let boxed = &scene.house.boxes[0];
    let guard = boxed.agent().guard();
    assert_eq!((guard.posture(), guard.latches()), (Posture::Normal, &[][..]), "{:?}", boxed.notices);
}

fn a_generation_planned_before_the_lid_opened_does_not_relax_the_box(scene: &mut Scene) {
    on_duty(scene);
    scene.run(Duration::from_secs(10));
    let before = end(scene);
    scene.house.boxes[0].open_lid();
    scene.until("the box is sealed", LONG, sealed);
    scene.run(Duration::from_secs(5));
    scene.calm();
    scene.run(Duration::from_secs(10));
    scene.house.boxes[0].close_lid();
    scene.run(Duration::from_secs(10));

    let mut old = next_state(scene, before);
    old.orders = releases(scene, before, &[0, 1]);
    scene.house.bring(0, old);
    scene.run(Duration::from_secs(10));
    assert!(sealed(&scene.house), "the plan had not seen the opening");
    assert!(refused(scene, "guard/beyond-basis"), "{:?}", scene.house.boxes[0].notices);

    // The harmless twin: the same plan by somebody who had.
    bring_reset(scene, &[0, 1]);
    assert_released(scene);
}

fn a_reset_is_refused_to_whoever_was_let_in(scene: &mut Scene) {
    weathered(scene);
    // The technician, who is also in the roster, is let in by the lid.
    let_in(scene, 1, &["lid"], Millis(120_000));
    scene.house.boxes[0].open_lid();
    scene.run(Duration::from_secs(5));
    assert!(!sealed(&scene.house), "opened lawfully");
    // Left open when the window is over: now it is an alarm, and the technician has a part in it.
    scene.run(Duration::from_mins(3));
    assert!(sealed(&scene.house), "left open: {:?}", scene.house.boxes[0].notices);
    scene.house.boxes[0].close_lid();
    scene.run(Duration::from_secs(10));

    bring_reset(scene, &[0, 1]);
    assert!(sealed(&scene.house), "person 1 was let in and may not consent");
    assert!(refused(scene, "guard/opener"), "{:?}", scene.house.boxes[0].notices);

    // The harmless twin: two others.
    bring_reset(scene, &[0, 2]);
    assert_released(scene);
}

fn a_reset_is_refused_while_the_lid_is_open(scene: &mut Scene) {
    opened(scene);
    bring_reset(scene, &[0, 1]);
    assert!(sealed(&scene.house), "the lid is still open");
    assert!(refused(scene, "guard/cause-present"), "{:?}", scene.house.boxes[0].notices);

    // The harmless twin: the same people, once it is closed.
    scene.house.boxes[0].close_lid();
    scene.run(Duration::from_secs(10));
    bring_reset(scene, &[0, 1]);
    assert_released(scene);
}

fn a_reset_by_one_person_is_refused_where_two_are_needed(scene: &mut Scene) {
    opened(scene);
    scene.house.boxes[0].close_lid();
    scene.run(Duration::from_secs(10));
    // Nobody's encoder writes such a state; whoever has stolen the fleet's key can.
    for people in [&[][..], &[0], &[0, 0]] {
        let mut state = next_state(scene, end(scene));
        state.orders = releases(scene, state.basis, people);
        scene.house.bring_forged(0, state);
        scene.run(Duration::from_secs(10));
        assert!(sealed(&scene.house), "released by {people:?}");
    }
    assert!(refused(scene, "crypto/consents-missing"), "{:?}", scene.house.boxes[0].notices);
    assert!(refused(scene, "crypto/duplicate-consent"), "{:?}", scene.house.boxes[0].notices);

    // The harmless twin: a second person.
    bring_reset(scene, &[0, 1]);
    assert_released(scene);
}

/// The harmless twin of every lid.
fn a_lid_opened_by_whoever_was_let_in_is_no_alarm(scene: &mut Scene) {
    weathered(scene);
    let_in(scene, 1, &["lid"], Millis(300_000));
    scene.house.boxes[0].open_lid();
    scene.run(Duration::from_secs(60));
    scene.house.boxes[0].close_lid();
    scene.run(Duration::from_secs(5));
    scene.house.boxes[0].hear(guard::Input::WorkDone);
    scene.run(Duration::from_secs(30));
    let guard = scene.house.boxes[0].agent().guard();
    assert_eq!((guard.posture(), guard.arming()), (Posture::Normal, vocab::Arming::Armed));
    assert_eq!(guard.latches(), []);
    // Nobody was let in any more.
    scene.house.boxes[0].open_lid();
    scene.until("the box is sealed", LONG, sealed);
}
