//! A box by itself: what it notices, what it does about it, and what it never forgets.

use std::time::Duration;

use sim::{CutMode, House};
use vocab::{Action, Outcome, Posture, Severity, TamperEvent, TamperKind};
use wire::v1::Body;

use crate::{Scene, stories};

stories! {
    a_lid_opened_offline_seals_the_box
    a_glitch_of_20_ms_is_silent
    a_lid_closed_again_stays_latched
    a_cut_after_any_effect_ends_in_the_same_latches
    a_hand_that_is_at_work_when_the_power_goes_does_it_again
    whoever_undoes_the_isolation_is_told_of_and_undone
    a_sensor_that_says_nothing_is_itself_a_finding
    a_box_that_was_off_blames_none_of_its_senses
}

/// Long enough for anything that a box does by itself, through every fault.
const LONG: Duration = Duration::from_secs(60);

fn on_duty(scene: &mut Scene) {
    let number = scene.house.put_up_alone();
    scene.house.arm_alone(number);
    scene.begin();
}

fn events(house: &House) -> Vec<TamperEvent> {
    let bodies = house.boxes[0].journal().into_iter();
    bodies.filter_map(|body| if let Body::Event(event) = body { Some(event) } else { None }).collect()
}

fn noticed(house: &House, kind: TamperKind) -> bool {
    events(house).iter().any(|event| event.kind == kind)
}

/// Not the suspicion after 50 ms, but the verdict.
fn opened(house: &House) -> Option<TamperEvent> {
    let severe =
        |event: &TamperEvent| event.kind == TamperKind::LidOpened && event.severity >= Severity::High;
    events(house).into_iter().find(severe)
}

fn is_sealed(house: &House) -> bool {
    let boxed = &house.boxes[0];
    boxed.is_on() && boxed.agent().guard().posture() == Posture::Sealed
}

/// The acts that are in force when a box is sealed, whatever happened on the way.
fn assert_sealed(house: &House) {
    let boxed = &house.boxes[0];
    assert!(board::Vault::state(&boxed.board.vault) == board::VaultState::Latched, "the vault is latched");
    assert!(boxed.board.hands.in_force(&Action::LockUsb), "USB is locked");
    assert!(boxed.board.hands.in_force(&Action::Isolate), "the network leads to the fleet alone");
    assert!(boxed.board.hands.keys_dropped() > 1, "keys in memory are dropped");
}

fn a_lid_opened_offline_seals_the_box(scene: &mut Scene) {
    on_duty(scene);
    // It may be off when its lid is opened, and finds it open.
    scene.run(Duration::from_secs(10));
    scene.house.boxes[0].open_lid();
    scene.until("the box is sealed", LONG, is_sealed);
    scene.run(Duration::from_secs(5));
    scene.until("the record says why", LONG, |house| opened(house).is_some());
    scene.calm();
    scene.run(Duration::from_secs(5));
    assert_sealed(&scene.house);
    let event = opened(&scene.house).expect("just seen");
    assert_eq!(event.location.as_str(), "lid");
    let latched = (Action::LatchVault, Outcome::Done);
    assert!(receipts(&scene.house).contains(&latched), "the latch has its receipt");
}

fn a_glitch_of_20_ms_is_silent(scene: &mut Scene) {
    on_duty(scene);
    for _ in 0..20 {
        scene.house.boxes[0].open_lid();
        // The physical world does not wait for the software's faults.
        scene.house.run(Duration::from_millis(20));
        scene.house.boxes[0].close_lid();
        scene.run(Duration::from_millis(900));
    }
    scene.calm();
    scene.run(Duration::from_secs(5));
    let lid: Vec<_> =
        events(&scene.house).into_iter().filter(|event| event.location.as_str() == "lid").collect();
    assert_eq!(lid, []);
    assert_eq!(scene.house.boxes[0].agent().guard().posture(), Posture::Normal);
}

fn a_lid_closed_again_stays_latched(scene: &mut Scene) {
    on_duty(scene);
    scene.house.boxes[0].open_lid();
    scene.until("the opening is on record", LONG, |house| opened(house).is_some());
    scene.house.boxes[0].close_lid();
    scene.run(Duration::from_secs(30));
    scene.calm();
    scene.run(Duration::from_secs(5));
    assert!(is_sealed(&scene.house), "nothing but a reset opens it");
    scene.house.power_cut(0, CutMode::Lost);
    scene.house.power_on(0);
    scene.run(Duration::from_secs(5));
    assert!(is_sealed(&scene.house), "a power cut does not");
    assert_sealed(&scene.house);
}

/// Exhaustive: the power goes after each single effect from the opening on, operations of the disk and acts alike,
/// in all three ways.
fn a_cut_after_any_effect_ends_in_the_same_latches(scene: &mut Scene) {
    let seed = scene.seed;
    let (effects, acts) = (cut_after(seed, None).1, cut_after(seed, None).0.boxes[0].acts().len());
    assert!(effects > 10 && acts > 3, "a lid opened is more than that: {effects}, {acts}");
    // One seed sweeps every cut point; the others take one each, so that the seeds add faults and not only time.
    let cuts: Vec<u64> = if seed == 0 { (0..=effects).collect() } else { vec![seed % (effects + 1)] };
    for cut in cuts {
        for mode in [CutMode::Lost, CutMode::Kept, CutMode::Torn] {
            let (mut house, _) = cut_after(seed, Some(cut));
            house.power_cut(0, mode);
            house.power_on(0);
            house.run(Duration::from_secs(10));
            assert!(is_sealed(&house), "cut after {cut} of {effects}, {mode:?}");
            assert_sealed(&house);
            assert!(opened(&house).is_some(), "cut after {cut}, {mode:?}");
        }
    }
    on_duty(scene);
    scene.run(Duration::from_secs(30));
}

/// A lid opened, up to so many effects; how many there are if none is named.
fn cut_after(seed: u64, cut: Option<u64>) -> (House, u64) {
    let mut house = House::new(seed);
    house.put_up_alone();
    house.arm_alone(0);
    let power = house.boxes[0].board.disk.power();
    let before = power.effects();
    power.cut_after(cut.map(|cut| before + cut));
    house.boxes[0].open_lid();
    house.run(Duration::from_secs(3));
    (house, power.effects() - before)
}

/// Nothing waits for a hand: the box is sealed and says so while all of them are still at work.
fn a_hand_that_is_at_work_when_the_power_goes_does_it_again(scene: &mut Scene) {
    on_duty(scene);
    scene.house.boxes[0].board.hands.take_time(|_| true);
    scene.house.boxes[0].open_lid();
    scene.until("the box is sealed", LONG, is_sealed);
    scene.until("the record says why", LONG, |house| opened(house).is_some());
    scene.run(Duration::from_secs(20));
    scene.calm();
    scene.house.power_cut(0, CutMode::Lost);
    scene.house.power_on(0);
    scene.house.run(Duration::from_secs(1));
    scene.house.boxes[0].board.hands.take_time(|_| false);
    scene.house.boxes[0].board.hands.come_back();
    scene.run(Duration::from_secs(10));
    assert_sealed(&scene.house);
    assert!(receipts(&scene.house).contains(&(Action::Isolate, Outcome::Done)));
}

fn receipts(house: &House) -> Vec<(Action, Outcome)> {
    let bodies = house.boxes[0].journal().into_iter();
    bodies
        .filter_map(|body| match body {
            Body::Receipt(receipt) => Some((receipt.action, receipt.outcome)),
            _ => None,
        })
        .collect()
}

fn whoever_undoes_the_isolation_is_told_of_and_undone(scene: &mut Scene) {
    on_duty(scene);
    scene.house.boxes[0].open_lid();
    scene.until("the box is sealed", LONG, is_sealed);
    scene.run(Duration::from_secs(20));
    scene.calm();
    scene.run(Duration::from_secs(10));
    assert!(!noticed(&scene.house, TamperKind::RecordDamaged));
    scene.house.boxes[0].board.hands.undo(&Action::Isolate);
    scene.run(Duration::from_secs(2));
    assert_sealed(&scene.house);
    assert!(noticed(&scene.house, TamperKind::RecordDamaged));
}

fn a_sensor_that_says_nothing_is_itself_a_finding(scene: &mut Scene) {
    on_duty(scene);
    scene.house.boxes[0].board.senses.mute("accel", true);
    scene.run(LONG);
    // A box that is off hears nothing, and does not blame its senses for that.
    scene.calm();
    scene.until("the silence is on record", Duration::from_mins(5), |house| {
        noticed(house, TamperKind::SensorSilent)
    });
    let silent: Vec<_> =
        events(&scene.house).into_iter().filter(|event| event.kind == TamperKind::SensorSilent).collect();
    assert!(silent.iter().all(|event| event.location.as_str() == "body"), "only that one: {silent:?}");
}

/// The harmless twin of silence: who was off heard nothing.
fn a_box_that_was_off_blames_none_of_its_senses(scene: &mut Scene) {
    on_duty(scene);
    for minutes in [1, 20] {
        scene.run(Duration::from_secs(5));
        if scene.house.boxes[0].is_on() {
            scene.house.power_cut(0, CutMode::Lost);
        }
        scene.house.run(Duration::from_mins(minutes));
        if !scene.house.boxes[0].is_on() {
            scene.house.power_on(0);
        }
    }
    scene.run(Duration::from_secs(20));
    scene.calm();
    scene.run(Duration::from_secs(60));
    assert!(!noticed(&scene.house, TamperKind::SensorSilent));
    assert_eq!(scene.house.boxes[0].agent().guard().posture(), Posture::Normal);
}
