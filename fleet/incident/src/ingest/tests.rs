use alloc::vec;

use crypto::{digest::Digest, refusal::Refusal as Unproved};
use journal::{Cursor, Head};
use vocab::Mono;
use wire::v1::Boot;

use super::*;
use crate::{
    finding::TailLost,
    testing::{DEV, Ledger, Machine, Verdict},
};

mod honest;

/// A box with `entries` entries of its first boot, all accepted.
fn accepted(entries: usize) -> (Machine, Ledger) {
    let (mut machine, mut ledger) = (Machine::new(1), Ledger::default());
    (1..entries).for_each(|_| machine.mutters());
    let offer = machine.rest(1);
    assert_eq!(ledger.take(&machine, offer), Verdict::Chained(entries));
    (machine, ledger)
}

fn boot(boot: u8) -> BootId {
    BootId([boot; 16])
}

#[test]
fn a_journal_is_taken_in_from_its_beginning_over_boots() {
    let (mut machine, mut ledger) = accepted(3);
    machine.mutters();
    machine.reboot(2);
    machine.mutters();
    let offer = machine.rest(4);
    let chained = ledger.chained(&machine, offer);
    assert_eq!(chained.entries().iter().map(|entry| entry.header().seq).collect::<Vec<_>>(), [4, 5, 6]);
    assert_eq!(chained.accepted(), machine.head());
    assert_eq!(chained.device(), DEV);
    assert_eq!(chained.begun().iter().map(|begun| begun.at.seq).collect::<Vec<_>>(), [5]);
    assert_eq!(chained.begun()[0].journal_key, *machine.secret().public());
    assert_eq!((chained.findings(), chained.lost(), chained.owed()), (&[][..], None, None));
}

#[test]
fn entries_that_came_before_are_not_accepted_twice() {
    let (mut machine, mut ledger) = accepted(3);
    machine.mutters();
    machine.mutters();
    let overlapping = machine.offer(2, 4);
    assert_eq!(ledger.chained(&machine, overlapping.clone()).entries().len(), 1);
    assert_eq!(ledger.take(&machine, overlapping), Verdict::Known);
    let all = machine.rest(1);
    assert_eq!(ledger.take(&machine, all.clone()), Verdict::Chained(1));
    assert_eq!(ledger.take(&machine, all), Verdict::Known);
    assert_eq!(ledger.numbers(), [1, 2, 3, 4, 5]);
}

#[test]
fn back_filled_entries_are_marked_and_never_refused() {
    let (mut machine, mut ledger) = accepted(1);
    machine.wait(400 * 24 * 3600);
    machine.mutters();
    machine.reboot(2);
    machine.mutters();
    machine.wait(1);
    machine.mutters();
    // The seal takes the last millisecond of the minute.
    machine.wait(59);
    machine.wait_millis(999);
    let offer = machine.rest(2);
    let chained = ledger.chained(&machine, offer);
    let arrivals: Vec<_> = chained.said().iter().map(|said| said.arrival).collect();
    assert_eq!(arrivals, [Arrival::Late, Arrival::Late, Arrival::Late, Arrival::Live]);
}

#[test]
fn a_run_that_does_not_connect_is_refused() {
    let (mut machine, mut ledger) = accepted(2);
    machine.mutters();
    machine.mutters();
    let gap = machine.offer(4, 4);
    let stands_on = gap.run.stands_on();
    assert_eq!(ledger.take(&machine, gap), Verdict::Refused(Refusal::NotConnecting(stands_on)));
    let early = machine.offer(2, 3);
    let before = early.run.stands_on();
    assert_eq!(Ledger::default().take(&machine, early), Verdict::Refused(Refusal::NotConnecting(before)));
}

#[test]
fn a_run_is_believed_only_with_its_own_seal() {
    let (mut machine, mut ledger) = accepted(2);
    machine.mutters();
    machine.mutters();
    let good = machine.rest(3);
    let elsewhere = Offer { seal: machine.beat_over(machine.disk[2].position()), ..good.clone() };
    assert_eq!(ledger.take(&machine, elsewhere), Verdict::Refused(Refusal::SealElsewhere));
    let other = Machine::new(3).beat_over(machine.head());
    let Verdict::Refused(Refusal::Seal(refusal)) =
        ledger.take(&machine, Offer { seal: other, ..good.clone() })
    else {
        panic!("another boot's key sealed it")
    };
    assert!(matches!(refusal, Unproved::Signer { .. }), "{refusal:?}");
    let boot = Beat { boot: boot(3), ..machine.unsigned(machine.head()) };
    let boot = Offer { seal: Signed::seal(&boot, &machine.secret()), ..good.clone() };
    assert_eq!(ledger.take(&machine, boot), Verdict::Refused(Refusal::SealBoot));
    let device = Beat { device: DeviceId([8; 16]), ..machine.unsigned(machine.head()) };
    let device = Offer { seal: Signed::seal(&device, &machine.secret()), ..good.clone() };
    assert_eq!(ledger.take(&machine, device), Verdict::Refused(Refusal::Seal(Unproved::Audience)));
    assert_eq!(ledger.take(&machine, good), Verdict::Chained(2));
}

#[test]
fn the_first_entry_must_follow_what_it_stands_on() {
    let (machine, ledger) = accepted(2);
    let last = machine.head();
    let jumped = Position { seq: 7, ..last };
    let silent = Position { boot: boot(9), ..last };
    for (base, seq) in [(jumped, 8), (silent, 3)] {
        let mut chain = journal::Chain::resume(&DEV, base.boot, Some(base));
        let entry = chain.append(machine.now(), Kind::Event, vec![]).unwrap();
        let mut machine = machine.clone();
        machine.disk.push(entry);
        let offer = machine.rest(seq);
        assert_eq!(ledger.clone().take(&machine, offer), Verdict::Refused(Refusal::Order(seq)));
    }
    let mut first = journal::Chain::resume(&DEV, boot(1), None);
    let entry = first.append(machine.now(), Kind::Event, vec![]).unwrap();
    let mut silent = Machine::new(1);
    silent.disk = vec![entry];
    let offer = silent.rest(1);
    assert_eq!(Ledger::default().take(&silent, offer), Verdict::Refused(Refusal::Order(1)));
}

/// A box that writes this letter where its second boot begins.
fn begins_with(change: impl Fn(Boot) -> Boot) -> (Machine, Verdict) {
    let (mut machine, mut ledger) = accepted(2);
    machine.reboot(2);
    let letter = machine.chip.seal(&change(machine.letter().claimed().unwrap()));
    machine.disk.pop();
    let last = machine.head();
    let mut chain = journal::Chain::resume(&DEV, boot(2), Some(last));
    machine.disk.push(chain.append(machine.now(), Kind::Boot, crypto::cbor::encode(&letter)).unwrap());
    let offer = machine.rest(3);
    let verdict = ledger.take(&machine, offer);
    (machine, verdict)
}

#[test]
fn a_boot_entry_must_show_a_letter_for_itself_and_its_place() {
    assert_eq!(begins_with(|letter| letter).1, Verdict::Chained(1));
    let other = Verdict::Refused(Refusal::BootOther(3));
    assert_eq!(begins_with(|letter| Boot { boot: boot(5), ..letter }).1, other);
    assert_eq!(begins_with(|letter| Boot { after: None, ..letter }).1, other);
    let device = DeviceId([8; 16]);
    let verdict = begins_with(|letter| Boot { device, ..letter }).1;
    assert_eq!(verdict, Verdict::Refused(Refusal::BootLetter(Unproved::Audience)));
    let key = |letter| Boot { journal_key: Machine::new(9).secret().public().clone(), ..letter };
    assert_eq!(begins_with(key).1, Verdict::Fork(Split::JournalKey));

    let (mut machine, mut ledger) = accepted(2);
    machine.reboot(2);
    machine.disk.pop();
    let mut chain = journal::Chain::resume(&DEV, boot(2), Some(machine.head()));
    machine.disk.push(chain.append(machine.now(), Kind::Boot, vec![0x01]).unwrap());
    let offer = machine.rest(3);
    assert_eq!(ledger.take(&machine, offer), Verdict::Refused(Refusal::BootUnreadable(3)));
}

#[test]
fn a_boot_begins_once() {
    let (mut machine, mut ledger) = accepted(2);
    machine.reboot(2);
    let offer = machine.rest(3);
    assert_eq!(ledger.take(&machine, offer), Verdict::Chained(1));
    machine.reboot(1);
    let mut speaker = machine.clone();
    speaker.reboot(3);
    let offer = speaker.rest(4);
    assert_eq!(ledger.take(&speaker, offer), Verdict::Refused(Refusal::BootKnown(4)));
}

#[test]
fn an_entry_that_cannot_be_read_keeps_its_place() {
    let (mut machine, mut ledger) = accepted(1);
    machine.write(Kind::Event, vec![0xff]);
    machine.mutters();
    let offer = machine.rest(2);
    let chained = ledger.chained(&machine, offer);
    let at = Cursor { boot: boot(1), seq: 2 };
    assert_eq!(chained.findings(), [Finding::Unreadable { at, code: "crypto/cbor-indefinite" }]);
    assert_eq!(chained.said()[0].body, None);
    assert!(chained.said()[1].body.is_some());
}

#[test]
fn a_clone_that_speaks_after_the_other_rebooted_is_a_fork() {
    // A thief copies the disk and the keys; either of the two may be the first to boot again.
    let (machine, mut ledger) = accepted(4);
    let (mut one, mut other) = (machine.clone(), machine);
    one.reboot(2);
    one.mutters();
    let offer = one.rest(5);
    assert_eq!(ledger.take(&one, offer), Verdict::Chained(2));

    // The one that still runs its old boot.
    let mut old = other.clone();
    old.mutters();
    let offer = old.rest(5);
    assert_eq!(ledger.forked(&old, offer).split, Split::DeadBoot { later: boot(2) });

    // The one that boots too, from the same disk.
    other.reboot(3);
    let offer = other.rest(5);
    let split = Split::Unannounced { after: 4, accepted: one.head() };
    assert_eq!(ledger.take(&other, offer), Verdict::Fork(split));
    assert_eq!(ledger.numbers(), [1, 2, 3, 4, 5, 6]);
}

#[test]
fn a_clone_in_the_same_boot_writes_two_entries_under_one_key() {
    let (machine, mut ledger) = accepted(4);
    let (mut one, mut other) = (machine.clone(), machine);
    one.mutters();
    other.wait(1);
    other.mutters();
    let offer = one.rest(5);
    assert_eq!(ledger.take(&one, offer), Verdict::Chained(1));
    let offer = other.rest(5);
    let (accepted, offered) = (one.disk[4].head(), other.disk[4].head());
    let split = Split::TwoEntries { at: Cursor { boot: boot(1), seq: 5 }, accepted, offered };
    assert_eq!(ledger.take(&other, offer), Verdict::Fork(split));
}

#[test]
fn a_clone_that_pretends_a_lost_tail_is_found_when_the_other_speaks() {
    let (machine, mut ledger) = accepted(4);
    let (mut one, mut other) = (machine.clone(), machine);
    one.reboot(2);
    let offer = one.rest(5);
    ledger.chained(&one, offer);
    other.reboot(3);
    other.branch(one.head());
    let offer = other.rest(5);
    let chained = ledger.chained(&other, offer);
    assert!(matches!(chained.findings(), [Finding::TailLost(_)]));
    one.mutters();
    let offer = one.rest(6);
    assert_eq!(ledger.take(&one, offer), Verdict::Fork(Split::DeadBoot { later: boot(3) }));
}

#[test]
fn a_disk_that_lost_what_it_kept_is_a_lost_tail_and_not_a_clone() {
    let (mut machine, mut ledger) = accepted(6);
    let lost = machine.head();
    machine.lose(4, 2);
    machine.mutters();
    let said = machine.branch(lost);
    machine.mutters();
    let offer = machine.rest(5);
    let chained = ledger.chained(&machine, offer);
    let found = TailLost { from: 5, resumes: lost, at: said.cursor() };
    assert_eq!(chained.findings(), [Finding::TailLost(found)]);
    assert_eq!(chained.lost(), Some(&(5..=6)));
    assert_eq!(ledger.numbers(), [1, 2, 3, 4, 5, 6, 7, 8]);
    machine.mutters();
    let offer = machine.rest(9);
    assert_eq!(ledger.take(&machine, offer), Verdict::Chained(1));
}

#[test]
fn a_disk_that_lost_everything_begins_anew_and_says_so() {
    let (mut machine, mut ledger) = accepted(3);
    let lost = machine.head();
    machine.lose(0, 2);
    machine.branch(lost);
    let offer = machine.rest(1);
    let chained = ledger.chained(&machine, offer);
    assert_eq!(chained.lost(), Some(&(1..=3)));
    assert_eq!(ledger.numbers(), [1, 2]);
}

#[test]
fn a_history_that_was_set_back_and_does_not_say_so_is_a_fork() {
    for keep in [0, 1, 3] {
        let (mut machine, mut ledger) = accepted(4);
        let accepted = machine.head();
        machine.lose(keep, 2);
        machine.mutters();
        let from = u64::try_from(keep).unwrap() + 1;
        let offer = machine.rest(from);
        let split = Split::Unannounced { after: from - 1, accepted };
        assert_eq!(ledger.take(&machine, offer), Verdict::Fork(split), "kept {keep}");
        assert_eq!(ledger.numbers().len(), 4, "nothing of it was accepted");
    }
}

#[test]
fn a_branch_that_names_something_else_announces_nothing() {
    let (mut machine, mut ledger) = accepted(4);
    let accepted = machine.head();
    let older = machine.disk[2].position();
    machine.lose(2, 2);
    machine.branch(older);
    let offer = machine.rest(3);
    let claim = Branch { resumes: older, lost_from: 3, lost_to: 3 };
    let split = Split::Unannounced { after: 2, accepted };
    assert_eq!(ledger.take(&machine, Offer { branch: Some(claim), ..offer.clone() }), Verdict::Fork(split));
    assert_eq!(ledger.take(&machine, offer), Verdict::Fork(split));
}

#[test]
fn a_long_history_may_lead_to_its_branch_entry_over_several_runs() {
    let (mut machine, mut ledger) = accepted(6);
    let lost = machine.head();
    machine.lose(4, 2);
    (0..4).for_each(|_| machine.mutters());
    let said = machine.branch(lost);
    let claim = Some(Branch { resumes: lost, lost_from: 5, lost_to: 6 });
    let first = Offer { branch: claim, ..machine.offer(5, 6) };
    let chained = ledger.chained(&machine, first);
    let owed = Owed { resumes: lost, from: 5, boot: boot(2) };
    assert_eq!((chained.findings(), chained.lost(), chained.owed()), (&[][..], Some(&(5..=6)), Some(owed)));
    let second = Offer { branch: claim, ..machine.offer(7, 8) };
    let chained = ledger.chained(&machine, second.clone());
    assert_eq!((chained.findings(), chained.lost(), chained.owed()), (&[][..], None, Some(owed)));
    assert_eq!(ledger.take(&machine, second), Verdict::Known);
    let third = machine.rest(9);
    let chained = ledger.chained(&machine, third);
    let found = TailLost { from: 5, resumes: lost, at: said.cursor() };
    assert_eq!(chained.findings(), [Finding::TailLost(found)]);
    assert_eq!((chained.lost(), chained.owed()), (None, None));
}

#[test]
fn a_branch_is_announced_once_and_may_come_in_another_session() {
    let (mut machine, mut ledger) = accepted(6);
    let lost = machine.head();
    machine.lose(4, 2);
    machine.mutters();
    let said = machine.branch(lost);
    let claim = Some(Branch { resumes: lost, lost_from: 5, lost_to: 6 });
    let first = Offer { branch: claim, ..machine.offer(5, 5) };
    ledger.chained(&machine, first);
    let second = machine.offer(6, 6);
    assert_eq!(ledger.chained(&machine, second).owed().map(|owed| owed.resumes), Some(lost));
    let third = machine.rest(7);
    let found = TailLost { from: 5, resumes: lost, at: said.cursor() };
    assert_eq!(ledger.chained(&machine, third).findings(), [Finding::TailLost(found)]);
}

#[test]
fn a_branch_entry_that_was_lost_with_another_tail_is_a_lost_tail_too() {
    let (mut machine, mut ledger) = accepted(6);
    let lost = machine.head();
    machine.lose(4, 2);
    machine.mutters();
    machine.branch(lost);
    let claim = Some(Branch { resumes: lost, lost_from: 5, lost_to: 6 });
    let first = Offer { branch: claim, ..machine.offer(5, 5) };
    ledger.chained(&machine, first);
    machine.lose(6, 3);
    let second = machine.rest(6);
    let chained = ledger.chained(&machine, second);
    let found = TailLost { from: 5, resumes: lost, at: machine.disk[5].cursor() };
    assert_eq!((chained.findings(), chained.owed()), (&[Finding::TailLost(found)][..], None));
}

#[test]
fn nothing_goes_on_from_a_tail_that_was_lost() {
    let (mut machine, mut ledger) = accepted(6);
    let mut image = machine.clone();
    let lost = machine.head();
    machine.lose(4, 2);
    machine.branch(lost);
    let offer = machine.rest(5);
    ledger.chained(&machine, offer);
    // The tail comes back from an image and boots anew.
    image.reboot(3);
    let offer = image.rest(7);
    assert_eq!(ledger.take(&image, offer), Verdict::Fork(Split::Abandoned(lost.cursor())));
    // The lost entries themselves, sent again by a live boot, are known and no more.
    let offer = image.offer(5, 6);
    assert_eq!(ledger.take(&image, offer), Verdict::Known);
}

#[test]
fn a_boot_cannot_seal_what_a_later_boot_wrote() {
    let (mut machine, mut ledger) = accepted(2);
    let mut old = machine.clone();
    machine.reboot(2);
    machine.mutters();
    let run = machine.rest(3).run;
    old.wait(100);
    let seal = old.beat_over(run.ends_at());
    let offer = Offer { run, seal, branch: None };
    assert_eq!(ledger.take(&old, offer), Verdict::Fork(Split::DeadBoot { later: boot(2) }));
}

#[test]
fn a_boot_that_was_only_told_of_later_is_dead_as_well() {
    let (mut machine, mut ledger) = accepted(2);
    machine.reboot(2);
    let mut never_heard = machine.clone();
    machine.reboot(3);
    let offer = machine.rest(3);
    assert_eq!(ledger.take(&machine, offer), Verdict::Chained(2));
    never_heard.mutters();
    let offer = never_heard.rest(4);
    assert_eq!(ledger.take(&never_heard, offer), Verdict::Fork(Split::DeadBoot { later: boot(3) }));
}

#[test]
fn a_device_that_obeys_less_than_it_adopted_was_rolled_back() {
    let (mut machine, mut ledger) = accepted(1);
    machine.adopt(3);
    let offer = machine.rest(2);
    assert_eq!(ledger.chained(&machine, offer).findings(), []);
    machine.reboot(2);
    machine.generation = Generation(2);
    let offer = machine.rest(3);
    let found = Finding::Rollback { obeys: Generation(2), adopted: Generation(3) };
    assert_eq!(ledger.chained(&machine, offer).findings(), [found]);
    machine.adopt(4);
    machine.generation = Generation(3);
    let offer = machine.rest(4);
    let found = Finding::Rollback { obeys: Generation(3), adopted: Generation(4) };
    assert_eq!(ledger.chained(&machine, offer).findings(), [found]);
}

#[test]
fn a_head_that_nobody_wrote_connects_nothing() {
    let (mut machine, mut ledger) = accepted(2);
    let base = Position { head: Head(Digest([9; 32])), ..machine.head() };
    let mut chain = journal::Chain::resume(&DEV, boot(1), Some(base));
    let time = Time { mono: Mono(9), ..machine.now() };
    machine.disk.push(chain.append(time, Kind::Event, vec![]).unwrap());
    let offer = machine.rest(3);
    assert_eq!(ledger.take(&machine, offer), Verdict::Refused(Refusal::NotConnecting(base.head)));
}
