//! What the control plane holds to when commits fail, tokens are raced, identities end, and the log is read.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use access::{Action, Resource};
use admit::{standing::State, token::Binding};
use audit::{Entry, Published, Refusal as Broken, checkpoint, export::export, verify::verify};
use board::{ChipKey, RootOfTrust, Vault};
use control::{Asked, ledger};
use crypto::{
    key::Device,
    signed::{Letter, ToSign},
};
use sim::{CommitFault, Dice, House, SimRoot};
use vocab::{Arming, Generation, Nonce, SiteName, Wall};
use wire::v1::enrol::{Join, Reproof};

const LONG: Duration = Duration::from_mins(5);

fn signed<T: Letter<Role = Device>>(letter: &T, root: &mut SimRoot) -> Vec<u8> {
    let unsigned = ToSign::new(letter, root.device_key().id());
    let signature = root.sign(ChipKey::Device, &unsigned.message()).unwrap();
    unsigned.finish(&signature).bytes().to_vec()
}

fn site() -> SiteName {
    SiteName::new("harbour").unwrap()
}

fn open() -> House {
    let mut house = House::new(1);
    house.open_fleet(vec![]);
    house
}

fn on_duty(boxes: usize) -> House {
    let mut house = open();
    for number in 0..boxes {
        let number = house.join(&format!("dev-{number:02}"), "harbour");
        house.commission(number);
    }
    house
}

fn token(house: &mut House) -> [u8; 32] {
    let (now, by) = (house.now(), house.ceremony.person(0));
    let hq = house.hq.as_mut().unwrap();
    let token = hq.fleet.issue_token(Binding::default(), site(), Duration::from_mins(10), by, now).unwrap();
    hq.fleet.step(now).unwrap();
    token
}

/// A machine of its own asks with this token; the answer is worth something after the next step.
fn ask(house: &mut House, token: [u8; 32], machine: u64) -> Result<control::Enrolled, admit::Refusal> {
    let now = house.now();
    let fleet = house.ceremony.fleet().clone();
    let hq = house.hq.as_mut().unwrap();
    let nonce = hq.fleet.enrolment_nonce(now);
    let mut root = SimRoot::new(Dice::new(machine, "root"));
    let join = Join {
        token: token.to_vec().into(),
        label: sim::hand::label("dev"),
        attestation_key: root.attestation_key(),
        device_key: root.device_key(),
        opening_key: sim::SimVault::new(Dice::new(machine, "vault")).opening_key().unwrap(),
        fleet,
        nonce,
    };
    hq.fleet.join(signed(&join, &mut root), nonce, now)
}

#[test]
fn strangers_who_ask_and_leave_keep_nobody_out() {
    let mut house = open();
    let token = token(&mut house);
    let now = house.now();
    for _ in 0..2_000 {
        let _ = house.hq.as_mut().unwrap().fleet.enrolment_nonce(now);
    }
    house.run(Duration::from_secs(1));
    assert!(ask(&mut house, token, 5).is_ok());
}

fn refusals(house: &House, code: &str) -> usize {
    let records = ledger::records(&house.hq().store, 0, usize::MAX).unwrap().into_iter();
    let bodies = records.filter_map(|(_, record)| record.body().unwrap());
    bodies.filter(|body| body.outcome == audit::Outcome::Refused(code.into())).count()
}

#[test]
fn a_token_raced_by_fifty_machines_gives_one_certificate() {
    let mut house = open();
    let token = token(&mut house);
    let now = house.now();
    let answers: Vec<_> = (0..50).map(|machine| ask(&mut house, token, machine)).collect();
    house.hq.as_mut().unwrap().fleet.step(now).unwrap();
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(answers.iter().skip(1).all(|answer| *answer == Err(admit::Refusal::TokenUsed)));
    assert_eq!(house.fleet().records().count(), 1);
    assert_eq!(refusals(&house, admit::Refusal::TokenUsed.code()), 49, "each is a leaf");
}

#[test]
fn the_same_key_asks_again_and_gets_the_same_answer_and_a_nonce_serves_once() {
    let mut house = open();
    let token = token(&mut house);
    let first = ask(&mut house, token, 7).unwrap();
    assert_eq!(ask(&mut house, token, 7).unwrap(), first, "before the commit");
    let now = house.now();
    house.hq.as_mut().unwrap().fleet.step(now).unwrap();
    assert_eq!(ask(&mut house, token, 7).unwrap(), first, "and after it");
    let hq = house.hq.as_mut().unwrap();
    let again = hq.fleet.join(vec![], Nonce([0; 32]), now);
    assert!(again.is_err());
}

#[test]
fn an_enrolment_whose_commit_is_lost_leaves_nothing_and_one_that_is_kept_is_answered_again() {
    for fault in [CommitFault::Lost, CommitFault::Kept] {
        let mut house = open();
        let token = token(&mut house);
        let now = house.now();
        let first = ask(&mut house, token, 7).unwrap();
        house.hq().store.fail_next(fault);
        assert!(house.hq.as_mut().unwrap().fleet.step(now).is_err());
        let kept = fault == CommitFault::Kept;
        assert_eq!(house.fleet().record(first.device).is_some(), kept);
        let second = ask(&mut house, token, 7).unwrap();
        house.hq.as_mut().unwrap().fleet.step(now).unwrap();
        let same = (second.device, &second.chain) == (first.device, &first.chain);
        assert_eq!(same, kept);
        assert_eq!(house.fleet().records().count(), 1);
    }
}

#[test]
fn after_a_commit_that_failed_the_fleet_hangs_up_at_once() {
    let mut house = on_duty(1);
    assert!(house.run_until(LONG, |house| house.fleet().is_live(house.boxes[0].device)));
    token(&mut house);
    let now = house.now();
    let hq = house.hq.as_mut().unwrap();
    assert!(hq.fleet.deadline().is_some_and(|due| due > now.mono), "the harmless twin: nothing waits");
    let (site, by) = (site(), house.ceremony.person(0));
    hq.fleet.issue_token(Binding::default(), site, Duration::from_mins(10), by, now).unwrap();
    hq.store.fail_next(CommitFault::Lost);
    assert!(hq.fleet.step(now).is_err());
    assert!(hq.fleet.deadline().is_some_and(|due| due <= now.mono), "somebody has to be told");
}

#[test]
fn whatever_commit_fails_memory_is_what_is_stored_and_the_box_is_contained() {
    for fault in [CommitFault::Lost, CommitFault::Kept] {
        let mut house = on_duty(1);
        let device = house.boxes[0].device;
        house.boxes[0].open_lid();
        for _ in 0..40 {
            house.hq().store.fail_next(fault);
            house.run(Duration::from_millis(700));
        }
        house.hq().store.heal();
        let suspended = house.run_until(LONG, |house| {
            let record = house.fleet().record(device).unwrap();
            record.identity.standing().state() == State::Suspended
        });
        assert!(suspended && !house.hq().faults.is_empty());
        house.run(Duration::from_mins(1));
        let before = house.fleet().record(device).unwrap().clone();
        house.restart_fleet();
        assert_eq!(*house.fleet().record(device).unwrap(), before);
        let leaves = house.fleet().ledger().size();
        let stored = ledger::records(&house.hq().store, 0, usize::MAX).unwrap().len();
        assert_eq!(leaves, stored as u64);
    }
}

#[test]
fn a_revoked_identity_loses_its_session_and_finds_no_door() {
    let mut house = on_duty(1);
    let device = house.boxes[0].device;
    assert!(house.fleet().is_live(device));
    let (permit, now) = (house.permit(0, Action::Revoke, 0), house.now());
    let reason = admit::standing::Reason::KeyCompromised;
    house.hq.as_mut().unwrap().fleet.revoke(&permit, device, reason, now).unwrap();
    house.run(Duration::from_mins(2));
    assert!(!house.fleet().is_live(device));
    let shut = admit::Refusal::Revoked(reason);
    assert!(house.boxes[0].turned_away.contains(&shut), "{:?}", house.boxes[0].turned_away);
    assert_eq!(refusals(&house, shut.code()), 1, "the log does not grow with each knock");
}

#[test]
fn a_lost_certificate_leads_through_the_quarantine_room_and_a_new_key_back_to_duty() {
    let mut house = on_duty(1);
    let device = house.boxes[0].device;
    let now = house.now();
    let fleet = house.ceremony.fleet().clone();
    let mut root = house.boxes[0].board.root.clone();
    let hq = house.hq.as_mut().unwrap();
    let nonce = hq.fleet.enrolment_nonce(now);
    let letter = signed(&Reproof { fleet, device, nonce }, &mut root);
    let enrolled = hq.fleet.reprove(letter, nonce, now).unwrap();
    hq.fleet.step(now).unwrap();
    agent::Net::certify(&mut house.boxes[0].cable, enrolled.chain);
    house.boxes[0].cable.drop_connection(sim::Underway::Lost);
    let quarantined = |house: &House| house.fleet().room(device) == Some(link::Room::Quarantine);
    let old = house.boxes[0].board.root.device_key();
    assert!(house.run_until(LONG, |house| house.fleet().is_live(device) && quarantined(house)));
    let state = |house: &House| house.fleet().record(device).unwrap().identity.standing().state();
    let key = |house: &House| house.fleet().record(device).unwrap().identity.device_key().clone();
    let back = house.run_until(LONG, |house| key(house) != old && state(house) == State::Active);
    assert!(back, "it proved itself and has a new key: {:?}", house.hq().lines);
    let open = |house: &House| house.fleet().room(device) == Some(link::Room::Open);
    assert!(house.run_until(LONG, |house| house.fleet().is_live(device) && open(house)));
    assert_eq!(key(&house), house.boxes[0].board.root.device_key());
    house.run(Duration::from_mins(65));
    assert!(house.fleet().is_live(device), "its certificate is the ordinary one");
}

/// Asks for a way back in with the device's own key, wherever that is by now.
fn comes_back(house: &mut House) -> Result<control::Enrolled, admit::Refusal> {
    let (now, device) = (house.now(), house.boxes[0].device);
    let fleet = house.ceremony.fleet().clone();
    let mut root = house.boxes[0].board.root.clone();
    let hq = house.hq.as_mut().unwrap();
    let nonce = hq.fleet.enrolment_nonce(now);
    let letter = signed(&Reproof { fleet, device, nonce }, &mut root);
    let enrolled = hq.fleet.reprove(letter, nonce, now);
    hq.fleet.step(now).unwrap();
    enrolled
}

#[test]
fn a_stolen_key_that_asks_for_certificates_all_day_gets_few_and_fills_no_log() {
    let mut house = on_duty(1);
    house.boxes[0].cable.cut(sim::Underway::Lost);
    let before = house.fleet().ledger().size();
    let mut given = 0;
    for _ in 0..6 * 60 {
        house.run(Duration::from_secs(10));
        given += (0..10).filter(|_| comes_back(&mut house).is_ok()).count();
    }
    // Eight at once, and then one in ten minutes.
    assert_eq!(given, 8 + 5);
    let too_often = refusals(&house, admit::Refusal::TooOften.code());
    assert_eq!(too_often, 1, "of three thousand refusals one is written down in the hour");
    house.run(Duration::from_mins(70));
    assert_eq!(refusals(&house, admit::Refusal::TooOften.code()), 2, "and then how many more there were");
    let more = house.fleet().ledger().size() - before;
    assert!(more < 40, "{more} leaves");
}

#[test]
fn whoever_has_not_the_key_of_a_device_uses_up_nothing_of_its_pace() {
    let mut house = on_duty(1);
    let (device, fleet) = (house.boxes[0].device, house.ceremony.fleet().clone());
    let mut thief = SimRoot::new(Dice::new(99, "root"));
    for _ in 0..100 {
        let now = house.now();
        let hq = house.hq.as_mut().unwrap();
        let nonce = hq.fleet.enrolment_nonce(now);
        let letter = signed(&Reproof { fleet: fleet.clone(), device, nonce }, &mut thief);
        hq.fleet.reprove(letter, nonce, now).unwrap_err();
    }
    assert!(comes_back(&mut house).is_ok(), "a device that lost its certificate gets in at once");
}

#[test]
fn a_device_that_asks_for_new_keys_all_day_gets_few_and_fills_no_log() {
    let mut house = on_duty(1);
    let before = house.fleet().ledger().size();
    let mut keys = std::collections::BTreeSet::new();
    for _ in 0..600 {
        house.boxes[0].cable.grow_old();
        house.run(Duration::from_secs(6));
        keys.insert(house.boxes[0].board.root.device_key().id());
    }
    // The one that it had, eight at once, and then one in ten minutes.
    assert!((1 + 8..=1 + 8 + 5).contains(&keys.len()), "{} keys", keys.len());
    assert_eq!(refusals(&house, admit::Refusal::TooOften.code()), 1);
    let more = house.fleet().ledger().size() - before;
    assert!(more < 80, "{more} leaves");
    assert!(house.fleet().is_live(house.boxes[0].device), "and it goes on as it was");
}

#[test]
fn a_suspended_device_stays_in_the_quarantine_room_whatever_it_proves() {
    let mut house = on_duty(1);
    let device = house.boxes[0].device;
    house.boxes[0].open_lid();
    let state = |house: &House| house.fleet().record(device).unwrap().identity.standing().state();
    assert!(house.run_until(LONG, |house| state(house) == State::Suspended));
    let now = house.now();
    let fleet = house.ceremony.fleet().clone();
    let mut root = house.boxes[0].board.root.clone();
    let hq = house.hq.as_mut().unwrap();
    let nonce = hq.fleet.enrolment_nonce(now);
    let letter = signed(&Reproof { fleet, device, nonce }, &mut root);
    let enrolled = hq.fleet.reprove(letter, nonce, now).unwrap();
    hq.fleet.step(now).unwrap();
    agent::Net::certify(&mut house.boxes[0].cable, enrolled.chain);
    house.boxes[0].cable.drop_connection(sim::Underway::Lost);
    let quarantined = |house: &House| house.fleet().room(device) == Some(link::Room::Quarantine);
    assert!(house.run_until(LONG, |house| house.fleet().is_live(device) && quarantined(house)));
    house.run(Duration::from_mins(5));
    assert!(quarantined(&house) && state(&house) == State::Suspended, "a proof changes nothing about that");
    house.run(Duration::from_mins(60));
    assert!(!house.fleet().is_live(device), "and it ends with its certificate");
}

#[test]
fn states_are_proved_across_restarts_of_the_fleet() {
    let mut house = on_duty(1);
    let device = house.boxes[0].device;
    for arming in [Arming::Transport, Arming::Armed] {
        house.restart_fleet();
        let (permit, now) = (house.permit(0, Action::Arm, 0), house.now());
        house.hq.as_mut().unwrap().fleet.arm(&permit, device, arming, now).unwrap();
        let there = house
            .run_until(LONG, |house| house.boxes[0].agent().guard().arming() == arming && house.is_proved(0));
        assert!(there, "{:?}", house.hq().lines);
    }
}

#[test]
fn the_log_of_a_house_verifies_and_one_flipped_bit_is_named() {
    let mut house = on_duty(1);
    house.boxes[0].open_lid();
    house.run(Duration::from_mins(1));
    let fleet = house.fleet();
    let key =
        checkpoint::verifier(house.ceremony.fleet(), &house.ceremony.keyset().claimed().unwrap().log[0].key);
    let published = Published::open(fleet.ledger().checkpoint(), &key).unwrap();
    let covered = usize::try_from(published.checkpoint().size()).unwrap();
    let records = ledger::records(&house.hq().store, 0, covered).unwrap();
    let entries: Vec<Entry> = records.into_iter().map(|(_, record)| Entry::Record(record)).collect();
    let text = export(&entries, &published);
    assert_eq!(verify(&text, &key, None).unwrap().records.len(), covered);
    let line = format!("record {} ", covered / 2);
    let bytes = text.find(&line).unwrap();
    let end = bytes + text[bytes..].find('\n').unwrap() - 1;
    let mut flipped = text.into_bytes();
    flipped[end] = if flipped[end] == b'0' { b'1' } else { b'0' };
    let verdict = verify(&String::from_utf8(flipped).unwrap(), &key, None).err();
    let number = covered as u64 / 2;
    assert!(
        matches!(verdict, Some(Broken::Altered(at) | Broken::PersonalAltered(at)) if at == number),
        "{verdict:?}"
    );
}

#[test]
fn a_permit_for_one_thing_is_none_for_another() {
    let mut house = on_duty(2);
    let (device, now) = (house.boxes[1].device, house.now());
    let permit = house.permit(0, Action::Arm, 0);
    let elsewhere = Resource::Device(device, SiteName::new("elsewhere").unwrap());
    let moved = house.permit_on(0, Action::Arm, elsewhere).unwrap();
    let fleet = &mut house.hq.as_mut().unwrap().fleet;
    for permit in [permit, moved] {
        assert_eq!(fleet.arm(&permit, device, Arming::Transport, now), Err(Asked::Permit));
    }
}

#[test]
fn a_fleet_that_waits_writes_no_log() {
    let mut house = on_duty(1);
    house.run(Duration::from_mins(2));
    let before = house.fleet().ledger().size();
    house.run(Duration::from_mins(20));
    let more = house.fleet().ledger().size() - before;
    assert!(more <= 4, "{more} leaves in twenty quiet minutes");
    assert!(house.now().wall > Wall(0));
}

#[test]
fn a_state_that_was_signed_before_the_first_proof_was_heard_of_is_proved_all_the_same() {
    let mut house = open();
    let number = house.join("dev-00", "harbour");
    let device = house.boxes[number].device;
    let obeys = |house: &House| house.boxes[number].agent().guard().obeys();
    assert!(house.run_until(LONG, |house| obeys(house).proved > Generation::NONE));
    assert_eq!(house.fleet().record(device).unwrap().proved, Generation::NONE, "that is still on its way");
    let (permit, now) = (house.permit(0, Action::Arm, number), house.now());
    house.hq.as_mut().unwrap().fleet.arm(&permit, device, Arming::Armed, now).unwrap();
    let armed = house.run_until(LONG, |house| house.boxes[number].agent().guard().arming() == Arming::Armed);
    assert!(armed, "{:?}", house.boxes[number].notices);
    let soon = Duration::from_secs(5);
    let proved = house.run_until(soon, |house| obeys(house).proved == obeys(house).generation);
    assert!(proved, "{:?}", house.boxes[number].notices);
}
