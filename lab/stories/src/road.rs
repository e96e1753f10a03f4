//! The road up: complete, in order, exactly once, by the device itself and by nobody else.

use std::time::Duration;

use control::chain;
use incident::Incident;
use journal::{Entry, Position};
use policy::IncidentKind;
use sim::{CommitFault, CutMode, DiskFaults, House, Underway, hq::moment};
use vocab::{
    Posture, Severity, TamperKind, Value,
    reading::{Interface, InterfaceKind},
};
use wire::v1::Body;

use crate::{
    Scene,
    circle::{LONG, on_duty, standing},
    stories,
};

stories! {
    a_lid_opened_offline_is_reported_on_return_in_order
    a_fleet_that_could_not_store_for_a_while_catches_up
    a_replayed_frame_is_refused_after_reconnect_and_after_restart
    a_cloned_device_is_a_fork
    a_device_that_reboots_is_no_fork
    a_disk_that_lost_an_fsync_is_a_lost_tail_and_no_clone
    a_restored_disk_is_found_at_contact
    a_suspended_device_still_delivers_its_history
    a_revoked_device_is_out_of_every_door_and_its_session_is_closed
}

/// What the fleet has of a box's journal, in the order of the numbers.
fn accepted(house: &House, number: usize) -> Vec<Position> {
    let runs =
        chain::runs(house.boxes[number].device, house.fleet().store(), usize::MAX).expect("runs are read");
    runs.iter().flat_map(|run| run.entries().iter().map(Entry::position)).collect()
}

/// Up to which entry the fleet has a box's journal.
pub(crate) fn accepted_end(house: &House, number: usize) -> u64 {
    let record = house.fleet().record(house.boxes[number].device).expect("an enrolled box");
    record.accepted.map_or(0, |at| at.seq)
}

/// What the box itself has.
fn written(house: &House, number: usize) -> Vec<Position> {
    house.boxes[number].on_disk().chain.iter().map(|entry| entry.position()).collect()
}

/// What the fleet accepted is complete, in order, once, and what the box wrote, as far as the box still has it.
pub(crate) fn assert_same(house: &House, number: usize) {
    let (accepted, written) = (accepted(house, number), written(house, number));
    let numbers: Vec<u64> = accepted.iter().map(|at| at.seq).collect();
    assert_eq!(numbers, (1..=accepted.len() as u64).collect::<Vec<_>>(), "complete, in order, once");
    for own in written.iter().filter(|own| own.seq <= accepted.len() as u64) {
        assert_eq!(accepted[usize::try_from(own.seq).expect("a small number") - 1], *own);
    }
    let end = written.last().map_or(0, |own| own.seq);
    assert!(end - accepted.len() as u64 <= 2, "all of it but what is underway: {end} of {}", accepted.len());
}

/// The incident of this kind, if one is open.
pub fn of_kind(house: &House, kind: IncidentKind) -> Option<&Incident> {
    house.fleet().incidents().find(|incident| incident.kind() == kind)
}

/// Something is plugged in that was not there: an entry or two for the journal.
pub(crate) fn plug_in(house: &House, number: usize, name: &str) {
    let plugged = Interface { kind: InterfaceKind::Network, name: name.into() };
    house.boxes[number].board.senses.set("ports", Value::Interfaces(vec![plugged]));
}

fn a_lid_opened_offline_is_reported_on_return_in_order(scene: &mut Scene) {
    on_duty(scene, 1);
    scene.house.boxes[0].cable.cut(Underway::Lost);
    scene.house.boxes[0].open_lid();
    scene.until("the box seals itself", LONG, |house| {
        house.boxes[0].is_on() && house.boxes[0].agent().guard().posture() == Posture::Sealed
    });
    scene.run(Duration::from_secs(20));
    assert!(house_knows_nothing(&scene.house), "nobody can know yet");
    scene.house.boxes[0].cable.mend();
    scene.until("the fleet knows", LONG, |house| {
        house.fleet().incidents().any(|incident| incident.severity() >= Severity::High)
    });
    scene.until("the identity is suspended", LONG, |house| {
        standing(house, 0) == admit::standing::State::Suspended
    });
    scene.calm();
    scene.run(Duration::from_secs(60));
    assert_same(&scene.house, 0);
}

/// Every commit fails for a while, whether it happened or not: nothing is acknowledged meanwhile, and all comes after.
fn a_fleet_that_could_not_store_for_a_while_catches_up(scene: &mut Scene) {
    on_duty(scene, 1);
    scene.run(Duration::from_secs(5));
    let fault = if scene.seed.is_multiple_of(2) { CommitFault::Lost } else { CommitFault::Kept };
    scene.house.hq().store.fail_all(Some(fault));
    scene.house.boxes[0].open_lid();
    scene.run(Duration::from_secs(60));
    scene.calm();
    assert!(fault == CommitFault::Kept || house_knows_nothing(&scene.house), "nothing was stored");
    let opened = |body: Body| matches!(body, Body::Event(event) if event.kind == TamperKind::LidOpened);
    assert!(scene.house.boxes[0].journal().into_iter().any(opened), "nothing unacknowledged is forgotten");
    scene.house.hq().store.fail_all(None);
    scene.until("the identity is suspended", LONG, |house| {
        standing(house, 0) == admit::standing::State::Suspended
    });
    scene.run(Duration::from_secs(60));
    assert!(scene.house.fleet().is_live(scene.house.boxes[0].device), "the road is open again");
    assert_same(&scene.house, 0);
}

fn house_knows_nothing(house: &House) -> bool {
    house.fleet().incidents().all(|incident| incident.severity() < Severity::High)
}

fn a_replayed_frame_is_refused_after_reconnect_and_after_restart(scene: &mut Scene) {
    on_duty(scene, 1);
    plug_in(&scene.house, 0, "usb0");
    scene.run(Duration::from_secs(20));
    scene.calm();
    scene.run(Duration::from_secs(40));
    for restart in [false, true] {
        let tape = scene.house.boxes[0].cable.tapped();
        if restart {
            scene.house.restart_fleet();
        }
        let before = (accepted(&scene.house, 0), scene.house.fleet().incidents().count());
        let certificate = scene.house.boxes[0].cable.certificate();
        replay(&mut scene.house, certificate, tape);
        scene.run(Duration::from_secs(60));
        let after = accepted(&scene.house, 0);
        assert_eq!(after[..before.0.len()], before.0[..], "nothing is stored twice, nothing is replaced");
        assert_same(&scene.house, 0);
        assert_eq!(scene.house.fleet().incidents().count(), before.1, "a replay is no second machine");
        assert_eq!(standing(&scene.house, 0), admit::standing::State::Active);
    }
}

/// Somebody with a stolen certificate plays a recording at the hardware listener.
fn replay(house: &mut House, certificate: Vec<u8>, tape: Vec<Vec<u8>>) {
    let now = moment(house.world.now(), house.world.wall());
    let hq = house.hq.as_mut().expect("the fleet is open");
    let conn = hq.number();
    let device = hq.hear(None, sim::Heard::Opened(conn, certificate), now).expect("the certificate is good");
    for message in tape {
        let _ = hq.hear(device, sim::Heard::Message(conn, message), now);
        let _ = hq.step(now);
    }
}

fn a_cloned_device_is_a_fork(scene: &mut Scene) {
    on_duty(scene, 1);
    scene.run(Duration::from_secs(10));
    scene.calm();
    scene.run(Duration::from_secs(30));
    let clone = scene.house.clone_box(0);
    plug_in(&scene.house, 0, "usb0");
    scene.run(Duration::from_secs(30));
    plug_in(&scene.house, clone, "usb1");
    scene.until("the fork is an incident", LONG, |house| of_kind(house, IncidentKind::Fork).is_some());
    scene.until("the identity is suspended", LONG, |house| {
        standing(house, 0) == admit::standing::State::Suspended
    });
    let fork = of_kind(&scene.house, IncidentKind::Fork).expect("just seen");
    assert!(fork.severity() >= Severity::High);
}

/// The harmless twin of the clone.
fn a_device_that_reboots_is_no_fork(scene: &mut Scene) {
    on_duty(scene, 1);
    for mode in [CutMode::Lost, CutMode::Kept, CutMode::Torn] {
        plug_in(&scene.house, 0, &format!("usb{mode:?}"));
        scene.run(Duration::from_secs(3));
        if scene.house.boxes[0].is_on() {
            scene.house.power_cut(0, mode);
            scene.house.power_on(0);
        }
        scene.run(Duration::from_secs(20));
    }
    scene.calm();
    scene.run(Duration::from_secs(60));
    assert!(of_kind(&scene.house, IncidentKind::Fork).is_none());
    assert!(of_kind(&scene.house, IncidentKind::TailLost).is_none());
    assert_same(&scene.house, 0);
}

fn a_disk_that_lost_an_fsync_is_a_lost_tail_and_no_clone(scene: &mut Scene) {
    on_duty(scene, 1);
    scene.run(Duration::from_secs(10));
    scene.calm();
    scene.run(Duration::from_secs(30));
    let before = accepted(&scene.house, 0).len();
    scene.house.boxes[0].board.disk.set_faults(DiskFaults { lies: true, ..DiskFaults::default() });
    plug_in(&scene.house, 0, "usb0");
    scene.until("the fleet has more than the disk really holds", LONG, |house| {
        accepted(house, 0).len() > before
    });
    scene.run(Duration::from_secs(5));
    scene.house.power_cut(0, CutMode::Lost);
    scene.house.boxes[0].board.disk.set_faults(DiskFaults::default());
    scene.house.power_on(0);
    scene.until("the lost tail is an incident", LONG, |house| {
        of_kind(house, IncidentKind::TailLost).is_some()
    });
    scene.run(Duration::from_secs(60));
    assert!(of_kind(&scene.house, IncidentKind::Fork).is_none(), "an honest disk that lied is no clone");
    let end = written(&scene.house, 0).last().copied();
    let record = scene.house.fleet().record(scene.house.boxes[0].device).expect("an enrolled box");
    assert!(
        end.is_some_and(|end| record.accepted.is_some_and(|at| end.seq - at.seq <= 2)),
        "and the road goes on"
    );
}

fn a_restored_disk_is_found_at_contact(scene: &mut Scene) {
    on_duty(scene, 1);
    scene.run(Duration::from_secs(10));
    scene.calm();
    scene.run(Duration::from_secs(30));
    let image = scene.house.boxes[0].board.disk.image();
    for round in 0..3 {
        plug_in(&scene.house, 0, &format!("usb{round}"));
        scene.run(Duration::from_secs(20));
    }
    scene.house.power_cut(0, CutMode::Kept);
    scene.house.boxes[0].board.disk.restore(&image);
    scene.house.power_on(0);
    scene.until("what was lost is an incident", LONG, |house| {
        of_kind(house, IncidentKind::TailLost).is_some()
    });
    assert!(of_kind(&scene.house, IncidentKind::Fork).is_none(), "it says so itself");
}

fn a_suspended_device_still_delivers_its_history(scene: &mut Scene) {
    on_duty(scene, 1);
    scene.house.boxes[0].open_lid();
    scene.until("the identity is suspended", LONG, |house| {
        standing(house, 0) == admit::standing::State::Suspended
    });
    let before = accepted(&scene.house, 0).len();
    for round in 0..5 {
        plug_in(&scene.house, 0, &format!("usb{round}"));
        scene.run(Duration::from_secs(10));
    }
    scene.calm();
    scene.run(Duration::from_secs(60));
    assert!(accepted(&scene.house, 0).len() >= before + 5, "the quarantine room hears it");
    assert_same(&scene.house, 0);
    assert_eq!(standing(&scene.house, 0), admit::standing::State::Suspended, "and nothing lifts by itself");
    assert!(
        board::Vault::opening_key(&scene.house.boxes[0].board.vault).is_none(),
        "it holds no usable secret"
    );
}

fn a_revoked_device_is_out_of_every_door_and_its_session_is_closed(scene: &mut Scene) {
    on_duty(scene, 1);
    scene.run(Duration::from_secs(10));
    scene.calm();
    scene.until("the session stands", LONG, |house| house.fleet().is_live(house.boxes[0].device));
    let (device, now) = (scene.house.boxes[0].device, scene.house.now());
    let permit = scene.house.permit(0, access::Action::Revoke, 0);
    let fleet = &mut scene.house.hq.as_mut().expect("the fleet is open").fleet;
    fleet.revoke(&permit, device, admit::standing::Reason::KeyCompromised, now).expect("the device is known");
    scene.run(Duration::from_millis(200));
    assert!(!scene.house.fleet().is_live(device), "the live session is closed at once");
    plug_in(&scene.house, 0, "usb0");
    let before = accepted(&scene.house, 0).len();
    scene.run(Duration::from_mins(4));
    assert_eq!(accepted(&scene.house, 0).len(), before, "nothing more is heard of it");
    let refused = scene.house.boxes[0].turned_away.last();
    assert!(matches!(refused, Some(admit::Refusal::Revoked(_))), "{refused:?}");
}
