use crypto::refusal::Refusal as Unproved;
use vocab::Generation;

use super::*;
use crate::{
    ingest::Offer,
    testing::{Ledger, Machine, Verdict},
};

fn accepted() -> (Machine, Ledger) {
    let (mut machine, mut ledger) = (Machine::new(1), Ledger::default());
    machine.mutters();
    let offer = machine.rest(1);
    assert_eq!(ledger.take(&machine, offer), Verdict::Chained(2));
    (machine, ledger)
}

fn pulse(heard: Result<Heard, Refusal>) -> Pulse {
    match heard {
        Ok(Heard::Pulse(pulse)) => *pulse,
        other => panic!("a pulse was expected: {other:?}"),
    }
}

fn split(heard: Result<Heard, Refusal>) -> Split {
    match heard {
        Ok(Heard::Fork(fork)) => fork.split,
        other => panic!("a fork was expected: {other:?}"),
    }
}

#[test]
fn each_newer_beat_is_a_pulse_and_an_older_one_is_a_replay() {
    let (mut machine, mut ledger) = accepted();
    let (first, second) = (machine.beat(), machine.beat());
    assert_eq!(pulse(ledger.hear(&machine, second.clone())).finding, None);
    assert_eq!(ledger.hear(&machine, second).unwrap_err(), Refusal::StaleBeat);
    assert_eq!(ledger.hear(&machine, first).unwrap_err(), Refusal::StaleBeat);
}

#[test]
fn the_first_beat_of_a_boot_is_a_pulse() {
    let (mut machine, mut ledger) = accepted();
    machine.reboot(2);
    let beat = machine.beat();
    assert_eq!(pulse(ledger.hear(&machine, beat)).finding, None);
}

#[test]
fn a_beat_may_run_ahead_of_what_was_offered() {
    let (mut machine, mut ledger) = accepted();
    machine.mutters();
    let beat = machine.beat();
    assert!(matches!(ledger.hear(&machine, beat), Ok(Heard::Pulse(_))));
}

#[test]
fn a_beat_that_signs_another_head_for_an_accepted_entry_is_a_fork() {
    let (mut machine, mut ledger) = accepted();
    let mut position = machine.head();
    position.head = machine.disk[0].head();
    let beat = machine.beat_over(position);
    assert!(matches!(split(ledger.hear(&machine, beat)), Split::TwoEntries { .. }));
}

#[test]
fn a_beat_of_an_earlier_boot_is_a_fork_when_it_is_new_and_a_replay_when_it_is_not() {
    let (mut machine, mut ledger) = accepted();
    let heard = machine.beat();
    ledger.hear(&machine, heard.clone()).unwrap();
    let mut thief = machine.clone();
    thief.reboot(2);
    let offer = thief.rest(3);
    assert_eq!(ledger.take(&thief, offer), Verdict::Chained(1));

    assert_eq!(ledger.hear(&machine, heard).unwrap_err(), Refusal::StaleBeat);
    let beat = machine.beat();
    assert_eq!(split(ledger.hear(&machine, beat)), Split::DeadBoot { later: vocab::BootId([2; 16]) });
}

#[test]
fn a_device_that_obeys_less_than_it_adopted_was_rolled_back() {
    let (mut machine, mut ledger) = accepted();
    machine.adopt(5);
    let offer = machine.rest(3);
    ledger.chained(&machine, offer);
    let beat = machine.beat();
    assert_eq!(pulse(ledger.hear(&machine, beat)).finding, None);
    machine.generation = Generation(4);
    let beat = machine.beat();
    let found = pulse(ledger.hear(&machine, beat)).finding;
    assert_eq!(found, Some(Finding::Rollback { obeys: Generation(4), adopted: Generation(5) }));
}

#[test]
fn a_branch_that_was_announced_and_never_came_is_a_fork_at_the_end_of_the_journal() {
    let (mut machine, mut ledger) = accepted();
    let lost = machine.head();
    machine.lose(1, 2);
    machine.mutters();
    let claim = journal::Branch { resumes: lost, lost_from: 2, lost_to: 2 };
    let offer = Offer { branch: Some(claim), ..machine.offer(2, 2) };
    assert_eq!(ledger.take(&machine, offer), Verdict::Chained(1));
    let ahead = machine.beat();
    assert!(matches!(ledger.hear(&machine, ahead), Ok(Heard::Pulse(_))), "more is to come");
    machine.disk.truncate(2);
    let end = machine.beat();
    assert_eq!(split(ledger.hear(&machine, end)), Split::Unannounced { after: 1, accepted: lost });
}

#[test]
fn a_beat_is_believed_only_from_the_boot_that_speaks() {
    let (mut machine, mut ledger) = accepted();
    let mut other = Machine::new(3);
    let beat = other.beat();
    let refused = ledger.hear(&machine, beat).unwrap_err();
    assert!(matches!(refused, Refusal::Seal(Unproved::Signer { .. })), "{refused:?}");
    let beat = Beat { boot: vocab::BootId([3; 16]), ..machine.unsigned(machine.head()) };
    let beat = Signed::seal(&beat, &machine.secret());
    assert_eq!(ledger.hear(&machine, beat).unwrap_err(), Refusal::SealBoot);
    let beat = Beat { device: vocab::DeviceId([8; 16]), ..machine.unsigned(machine.head()) };
    let beat = Signed::seal(&beat, &machine.secret());
    assert_eq!(ledger.hear(&machine, beat).unwrap_err(), Refusal::Seal(Unproved::Audience));
    let beat = machine.beat();
    assert!(ledger.hear(&machine, beat).is_ok());
}
