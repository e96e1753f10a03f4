//! A box whose clock the test moves by hand.

use std::time::Duration;

use agent::{Identity, Software};
use guard::Pins;
use vocab::{Mono, SenseState, TamperKind, Wall};
use wire::v1::{Body, body::Change};

use super::{Cue, Live};
use crate::{Cable, Ceremony, SimBoard, World, hand, scripts};

/// A box that no network reaches, after it has looked around for three seconds and learnt what is normal.
fn learnt() -> (Live<Cable>, SimBoard, Mono) {
    let world = World::beginning_at(Wall(1_800_000_000_000_000));
    let ceremony = Ceremony::new(1, "nord", 2, world.wall());
    let device = vocab::DeviceId([7; 16]);
    let board = SimBoard::new(&world, 1, scripts::kiosk());
    let cable = Cable::new(&world, Duration::ZERO, vec![]);
    cable.cut(crate::Underway::Lost);
    let identity = identity(&ceremony, device);
    let software = Software { version: hand::label("metald 0.1.0"), built: world.wall() };
    let mut live = Live::boot(&world, &board, cable, identity, software).unwrap();
    let now = run(&mut live, Mono(0), Duration::from_secs(3));
    live.agent().hear(guard::Input::Learn);
    (live, board, now)
}

fn identity(ceremony: &Ceremony, device: vocab::DeviceId) -> Identity {
    let (fleet, checkpoint) = (ceremony.fleet().clone(), ceremony.checkpoint());
    let (keyset, roster) = (ceremony.keyset().clone(), ceremony.roster().clone());
    let pins = Pins::new(fleet.clone(), device, ceremony.root(), keyset, roster, &checkpoint).unwrap();
    Identity { fleet, device, pins }
}

/// Turns the box whenever it asks for it, until so much time has passed.
fn run(live: &mut Live<Cable>, from: Mono, span: Duration) -> Mono {
    let (end, mut now) = (from + span, from);
    while let Some(next) = live.turn(now).filter(|next| *next < end) {
        now = now.max(next);
    }
    live.turn(end);
    end
}

fn journal(board: &SimBoard) -> Vec<Body> {
    let device = vocab::DeviceId([7; 16]);
    let replay = agent::disk::replay(&device, &mut board.disk.image()).unwrap();
    replay.chain.into_iter().map(|entry| Body::decode(&entry).unwrap()).collect()
}

fn events(board: &SimBoard, kind: TamperKind) -> usize {
    let of_kind = |body: &Body| matches!(body, Body::Event(event) if event.kind == kind);
    journal(board).iter().filter(|body| of_kind(body)).count()
}

#[test]
fn a_lid_that_is_open_for_300_ms_is_an_event_and_one_of_20_ms_is_none() {
    let (mut live, board, now) = learnt();
    live.play(scripts::glitch());
    let now = run(&mut live, now, Duration::from_secs(5));
    assert_eq!(events(&board, TamperKind::LidOpened), 0);
    let closed = Cue { after: Duration::from_millis(300), ..scripts::close_lid().remove(0) };
    live.play(scripts::open_lid().into_iter().chain([closed]));
    run(&mut live, now, Duration::from_secs(5));
    assert_eq!(events(&board, TamperKind::LidOpened), 1);
}

#[test]
fn what_a_script_says_happens_in_its_moment_however_late_the_turn_comes() {
    let (mut live, board, now) = learnt();
    live.play(scripts::glitch());
    // Whoever turns the box was away for a second.
    let now = now + Duration::from_secs(1);
    live.turn(now);
    run(&mut live, now, Duration::from_secs(8));
    assert_eq!(events(&board, TamperKind::LidOpened), 0, "20 ms are 20 ms");
}

#[test]
fn the_walk_test_proves_every_sense_and_leaves_it_calm() {
    let (mut live, board, now) = learnt();
    live.play(scripts::walk_test());
    run(&mut live, now, scripts::WALK);
    assert!(live.is_calm());
    live.agent().hear(guard::Input::Learn);
    run(&mut live, now + scripts::WALK, Duration::from_secs(1));
    let tripped = |name: &str| {
        let said = |body: &Body| matches!(body, Body::Change(Change::Tripped(one)) if one.as_str() == name);
        journal(&board).iter().any(said)
    };
    let missing: Vec<_> = scripts::kiosk()
        .into_iter()
        .map(|(sensor, _)| sensor)
        .filter(|one| !tripped(one.name.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    let marks = live.agent().guard().marks(Mono(18_000_000_000));
    assert!(marks.iter().all(|mark| mark.state == SenseState::Proved), "{marks:?}");
    assert!(live.agent().guard().causes().is_empty(), "{:?}", live.agent().guard().causes());
}

#[test]
fn a_box_that_is_put_back_in_the_middle_of_being_carried_away_stays_there() {
    let (mut live, _, now) = learnt();
    live.play(scripts::carry_away());
    let now = run(&mut live, now, Duration::from_secs(2));
    live.play(scripts::put_back());
    assert!(!live.is_calm());
    run(&mut live, now, Duration::from_secs(12));
    assert!(live.agent().guard().causes().is_empty(), "{:?}", live.agent().guard().causes());
}

#[test]
fn each_attack_is_told_as_what_it_is() {
    let attacks = [
        (scripts::carry_away(), TamperKind::Moved),
        (scripts::brown_out(), TamperKind::UnderVoltage),
        (scripts::swap_nic(), TamperKind::ComponentChanged),
    ];
    for (script, kind) in attacks {
        let (mut live, board, now) = learnt();
        live.play(script);
        run(&mut live, now, Duration::from_secs(10));
        assert!(events(&board, kind) >= 1, "{kind:?}: {:?}", journal(&board));
    }
}
