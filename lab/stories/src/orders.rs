//! What the fleet orders: never what cannot be undone by one, never what would hurt, never what is over.

use std::time::Duration;

use crypto::{
    approved::NeedsConsent,
    refusal::Refusal,
    signed::{Audience, Signed},
};
use sim::{CutMode, hand};
use vocab::{Action, Channel, Interlock, InterlockReading, InterlockRule, Outcome, Posture, Value};
use wire::v1::{Body, OrderKind};

use crate::{
    Scene,
    courier::{end, next_state, order, refused, weathered, with_consents},
    stories,
};

stories! {
    an_irreversible_order_does_not_exist_on_the_wire_without_two_people
    a_hazardous_act_whose_interlock_is_unknown_is_not_done_and_its_alternative_is
    a_hazardous_act_whose_interlock_is_clear_is_done
    a_rolled_back_state_is_refused
    a_rolled_back_state_file_is_refused
}

fn an_irreversible_order_does_not_exist_on_the_wire_without_two_people(scene: &mut Scene) {
    weathered(scene);
    let wipe = order(scene, OrderKind::Run(Action::Wipe));
    assert_eq!(wipe.required(), 2);
    let keys = scene.house.ceremony.fleet_keys();
    for people in [&[][..], &[0]] {
        let mut state = next_state(scene, end(scene));
        state.orders = vec![with_consents(scene, wipe.clone(), people)];
        let signed = Signed::seal_whole(&state, &keys.state);
        assert!(matches!(signed, Err(Refusal::ConsentsMissing { .. })), "{people:?}");
        // Whoever has stolen the fleet's key has an encoder of their own.
        scene.house.bring_forged(0, state);
        scene.run(Duration::from_secs(10));
        assert!(!scene.house.boxes[0].board.hands.in_force(&Action::Wipe), "{people:?}");
    }
    assert!(refused(scene, "crypto/consents-missing"), "{:?}", scene.house.boxes[0].notices);
    let twice = with_consents(scene, wipe.clone(), &[0, 0]);
    let audience = Audience::device(scene.house.ceremony.fleet().clone(), scene.house.boxes[0].device);
    assert_eq!(
        twice.subject(&audience),
        wipe.subject(&audience),
        "consents do not change what is consented to"
    );
    let mut state = next_state(scene, end(scene));
    state.orders = vec![twice];
    let signed = Signed::seal_whole(&state, &keys.state);
    assert!(matches!(signed, Err(Refusal::DuplicateConsent(_))), "one person twice is one person");

    // The harmless twin: two people.
    let mut state = next_state(scene, end(scene));
    state.orders = vec![with_consents(scene, wipe, &[0, 1])];
    scene.house.bring(0, state);
    scene.run(Duration::from_secs(30));
    assert!(scene.house.boxes[0].board.hands.in_force(&Action::Wipe), "two people are two");
}

/// The box is ordered to turn itself off, unless current flows.
fn order_power_off(scene: &mut Scene) {
    let mut state = next_state(scene, end(scene));
    state.interlocks = vec![InterlockRule {
        withholds: Action::PowerOff,
        condition: Interlock::Energised,
        instead: Some(Action::Isolate),
    }];
    state.orders = vec![order(scene, OrderKind::Run(Action::PowerOff))];
    scene.house.bring(0, state);
    scene.run(Duration::from_secs(30));
}

fn receipts(scene: &Scene) -> Vec<(Action, Outcome)> {
    let receipts = scene.house.boxes[0].journal().into_iter().filter_map(|body| match body {
        Body::Receipt(receipt) => Some((receipt.action, receipt.outcome)),
        _ => None,
    });
    receipts.collect()
}

fn a_hazardous_act_whose_interlock_is_unknown_is_not_done_and_its_alternative_is(scene: &mut Scene) {
    weathered(scene);
    order_power_off(scene);
    let hands = &scene.house.boxes[0].board.hands;
    assert!(!hands.in_force(&Action::PowerOff), "nobody knows whether current flows");
    assert!(hands.in_force(&Action::Isolate), "so the safe alternative runs");
    let told = receipts(scene);
    assert!(told.contains(&(Action::PowerOff, Outcome::Withheld(Interlock::Energised))), "{told:?}");
    assert!(told.contains(&(Action::Isolate, Outcome::Done)), "{told:?}");
}

/// The harmless twin.
fn a_hazardous_act_whose_interlock_is_clear_is_done(scene: &mut Scene) {
    let mut sensors = hand::kiosk();
    let clear = Value::Interlock(Interlock::Energised, InterlockReading::Clear);
    sensors.push(hand::sensor("contactor", Channel::Interlock, "supply", clear));
    let number = scene.house.put_up_offline(sensors);
    scene.house.arm_alone(number);
    scene.begin();
    scene.run(Duration::from_secs(12));
    scene.calm();
    scene.run(Duration::from_secs(5));
    order_power_off(scene);
    let hands = &scene.house.boxes[0].board.hands;
    assert!(hands.in_force(&Action::PowerOff), "nobody is hurt");
    assert!(!hands.in_force(&Action::Isolate), "and no alternative is needed");
    assert!(receipts(scene).contains(&(Action::PowerOff, Outcome::Done)));
}

fn a_rolled_back_state_is_refused(scene: &mut Scene) {
    weathered(scene);
    let first = next_state(scene, end(scene));
    let proved = scene.house.boxes[0].agent().guard().obeys().proved;
    let parcel = scene.house.desk.sign(&scene.house.ceremony, first, proved);
    let mut second = next_state(scene, end(scene));
    second.posture = Posture::Guarded;
    scene.house.bring(0, second);
    scene.run(Duration::from_secs(5));
    let generation = scene.house.boxes[0].agent().guard().obeys().generation;
    scene.house.boxes[0].hear(guard::Input::State(parcel.state));
    scene.house.boxes[0].hear(guard::Input::Proof(parcel.proof));
    scene.run(Duration::from_secs(5));
    assert!(refused(scene, "guard/generation-old"), "{:?}", scene.house.boxes[0].notices);
    let guard = scene.house.boxes[0].agent().guard();
    assert_eq!((guard.obeys().generation, guard.posture()), (generation, Posture::Guarded));
}

/// The thief has the disk in hands, and puts the state of yesterday in the place of today's.
fn a_rolled_back_state_file_is_refused(scene: &mut Scene) {
    weathered(scene);
    let disk = scene.house.boxes[0].board.disk.clone();
    let file = |scene: &Scene| {
        let generation = scene.house.boxes[0].agent().guard().obeys().generation;
        format!("kept/{}", guard::Kept::State(generation).name())
    };
    let yesterday = disk.holds(&file(scene)).expect("the state obeyed lies on the disk");
    let mut state = next_state(scene, end(scene));
    state.posture = Posture::Guarded;
    scene.house.bring(0, state);
    scene.run(Duration::from_secs(5));
    let generation = scene.house.boxes[0].agent().guard().obeys().generation;
    let today = file(scene);
    let letter = disk.holds(&today).expect("so does the next one");
    scene.house.power_cut(0, CutMode::Kept);
    disk.put(&today, yesterday);
    scene.house.power_on(0);
    scene.run(Duration::from_secs(30));
    let boxed = &scene.house.boxes[0];
    let guard = boxed.agent().guard();
    assert_eq!((guard.obeys().generation, guard.posture()), (generation, Posture::Guarded));
    assert!(guard.state().is_none(), "what lies there was not adopted as this generation");
    let noticed = boxed
        .journal()
        .into_iter()
        .any(|body| matches!(body, Body::Event(event) if event.kind == vocab::TamperKind::RecordDamaged));
    assert!(noticed, "and that is a finding");
    // The harmless twin: the fleet sends today's again, and it is taken back in.
    scene.house.boxes[0].hear(guard::Input::State(letter));
    scene.run(Duration::from_secs(5));
    let guard = scene.house.boxes[0].agent().guard();
    assert_eq!(
        (guard.state().map(|state| state.generation), guard.posture()),
        (Some(generation), Posture::Guarded)
    );
}
