use alloc::vec;

use journal::run::Broken;

use super::*;
use crate::tests::Journal;

fn at(millis: u64) -> Mono {
    Mono(millis * 1_000_000)
}

/// An uplink in a session whose fleet has nothing, and the journal behind it.
fn begun(appended: usize, bytes: usize) -> (Uplink, Journal) {
    let mut journal = Journal::new();
    for _ in 0..appended {
        journal.append(Kind::Receipt, bytes);
    }
    let mut uplink = Uplink::new(journal.end());
    assert_eq!(uplink.begin(at(0), None, None), [Effect::Fetch { after: None }]);
    (uplink, journal)
}

/// Has the run sealed that the uplink asks to be sealed; its entries.
fn offered(uplink: &mut Uplink, effects: &[Effect]) -> usize {
    let [.., Effect::Seal(position)] = effects else { panic!("{effects:?}") };
    let sent = uplink.sealed(at(0), *position, b"seal".to_vec());
    let Effect::Offer(Up::Run { run, .. }) = &sent[0] else { panic!("{sent:?}") };
    run.entries().len()
}

#[test]
fn nothing_is_offered_before_the_fleet_said_what_it_has() {
    let journal = Journal::new();
    let mut uplink = Uplink::new(journal.end());
    assert_eq!(uplink.appended(at(0), journal.end().unwrap(), Lane::Alarm), []);
    assert_eq!((uplink.step(at(9_000)), uplink.deadline()), (vec![], None));
    assert_eq!(uplink.fetched(at(0), None, journal.fetch(None)), []);
}

#[test]
fn a_run_holds_what_fits_and_a_long_entry_goes_alone() {
    let (mut uplink, journal) = begun(300, 10);
    let effects = uplink.fetched(at(0), None, journal.fetch(None));
    assert_eq!(offered(&mut uplink, &effects), 256);

    let (mut uplink, journal) = begun(40, 2_000);
    let effects = uplink.fetched(at(0), None, journal.fetch(None));
    let entries = offered(&mut uplink, &effects);
    assert!((20..=24).contains(&entries), "{entries}");

    let (mut uplink, mut journal) = begun(0, 0);
    let long = journal.append(Kind::Trace, 50 * 1024);
    uplink.appended(at(0), long, Lane::Bulk);
    let effects = uplink.fetched(at(0), None, journal.fetch(None));
    assert_eq!(offered(&mut uplink, &effects), 1, "the boot entry before it");
    let after = journal.entries[0].position();
    let effects = uplink.fetched(at(0), Some(after), journal.fetch(Some(after)));
    assert_eq!(offered(&mut uplink, &effects), 1);
}

#[test]
fn a_disk_whose_entries_do_not_follow_is_a_fault_and_offers_nothing() {
    let (mut uplink, journal) = begun(3, 10);
    let [one, _, three, _] = &journal.entries[..] else { panic!() };
    let gap = [one, three].map(|entry| Durable::assertion(entry.clone())).to_vec();
    let effects = uplink.fetched(at(0), None, Fetched::Entries(gap));
    assert_eq!(effects, [Effect::Fault(Fault::BrokenJournal(Broken::Head(3)))]);
    assert_eq!(uplink.deadline(), None);

    let mut uplink = Uplink::new(journal.end());
    let accepted = one.position();
    uplink.begin(at(0), Some(accepted), None);
    let skipped = Fetched::Entries(vec![Durable::assertion(three.clone())]);
    let effects = uplink.fetched(at(0), Some(accepted), skipped);
    assert_eq!(effects[1], Effect::Fault(Fault::Disconnected(1)));
}

#[test]
fn a_seal_that_no_frame_holds_is_a_fault_and_not_a_broken_session() {
    let (mut uplink, journal) = begun(0, 0);
    uplink.fetched(at(0), None, journal.fetch(None));
    let effects = uplink.sealed(at(0), journal.end().unwrap(), vec![0; LETTER_LIMIT + 1]);
    assert_eq!(effects, [Effect::Fault(Fault::LetterTooLong(LETTER_LIMIT + 1))]);
}

#[test]
fn a_late_answer_of_an_earlier_session_is_nothing() {
    let (mut uplink, mut journal) = begun(0, 0);
    let first = journal.end().unwrap();
    uplink.fetched(at(0), None, journal.fetch(None));
    uplink.end();
    assert_eq!(uplink.sealed(at(0), first, b"seal".to_vec()), []);
    uplink.begin(at(0), Some(first), None);
    assert_eq!(uplink.fetched(at(0), None, journal.fetch(None)), [], "the fetch of the earlier session");
    let effects = uplink.fetched(at(0), Some(first), journal.fetch(Some(first)));
    assert_eq!(effects, [Effect::Acknowledged(first)]);
    journal.append(Kind::Event, 4);
    let resumes = first;
    assert_eq!(
        uplink.branched(at(0), None, Branch { resumes, lost_from: 1, lost_to: 1 }),
        [],
        "nobody asked"
    );
}

#[test]
fn an_entry_that_becomes_durable_while_the_disk_is_asked_is_not_forgotten() {
    let (mut uplink, mut journal) = begun(0, 0);
    let first = journal.end().unwrap();
    uplink.end();
    uplink.begin(at(0), Some(first), None);
    let before = journal.fetch(Some(first));
    let next = journal.append(Kind::Event, 4);
    assert_eq!(uplink.appended(at(0), next, Lane::Alarm), []);
    let effects = uplink.fetched(at(0), Some(first), before);
    assert_eq!(effects[1..], [Effect::Fetch { after: Some(first) }], "asked again at once");
}

#[test]
fn a_disk_that_has_less_than_was_said_is_not_asked_without_end() {
    let (mut uplink, mut journal) = begun(0, 0);
    let first = journal.end().unwrap();
    uplink.end();
    let said = journal.append(Kind::Event, 4);
    uplink.appended(at(0), said, Lane::Alarm);
    uplink.begin(at(0), Some(first), None);
    let effects = uplink.fetched(at(0), Some(first), Fetched::Entries(vec![]));
    assert_eq!(effects, [Effect::Acknowledged(first)]);
    assert_eq!(uplink.deadline(), None);
}

#[test]
fn acknowledgements_cover_all_before_them_and_none_that_was_not_offered() {
    let (mut uplink, journal) = begun(600, 10);
    let effects = uplink.fetched(at(0), None, journal.fetch(None));
    offered(&mut uplink, &effects);
    let first = journal.entries[255].position();
    let effects = uplink.fetched(at(0), Some(first), journal.fetch(Some(first)));
    offered(&mut uplink, &effects);
    let second = journal.entries[511].position();
    assert_eq!(uplink.unanswered(), 2);

    let between = journal.entries[300].position();
    assert_eq!(uplink.acknowledged(at(1), Some(between), None), Err(Violation::UnknownAck));
    let effects = uplink.acknowledged(at(1), Some(second), None).unwrap();
    assert_eq!(effects[0], Effect::Acknowledged(second));
    assert_eq!((uplink.unanswered(), uplink.waits_since()), (0, None));
    assert_eq!(uplink.acknowledged(at(1), Some(second), None).unwrap(), [], "the same again is no news");
    assert_eq!(uplink.acknowledged(at(1), Some(first), None), Err(Violation::UnknownAck), "never backwards");
}

#[test]
fn a_mark_beyond_what_is_accepted_or_behind_the_last_one_covers_nothing() {
    let (mut uplink, journal) = begun(9, 10);
    let effects = uplink.fetched(at(0), None, journal.fetch(None));
    offered(&mut uplink, &effects);
    let cursor = |at: usize| Some(journal.entries[at].cursor());
    let end = journal.end();
    assert_eq!(uplink.acknowledged(at(1), None, cursor(2)).unwrap(), []);
    let effects = uplink.acknowledged(at(1), end, cursor(5)).unwrap();
    assert_eq!(effects[1..], [Effect::Covered(journal.entries[5].cursor())]);
    assert_eq!(uplink.acknowledged(at(1), end, cursor(5)).unwrap(), []);
    assert_eq!(uplink.acknowledged(at(1), end, cursor(4)).unwrap(), []);
    let beyond = Cursor { seq: 99, ..journal.entries[5].cursor() };
    assert_eq!(uplink.acknowledged(at(1), end, Some(beyond)).unwrap(), []);
}

#[test]
fn a_journal_that_no_longer_has_what_it_offered_is_a_fault() {
    let (mut uplink, mut journal) = begun(0, 0);
    let effects = uplink.fetched(at(0), None, journal.fetch(None));
    offered(&mut uplink, &effects);
    let first = journal.end();
    let next = journal.append(Kind::Event, 4);
    assert_eq!(uplink.appended(at(0), next, Lane::Alarm), [Effect::Fetch { after: first }]);
    assert_eq!(uplink.fetched(at(0), first, Fetched::Unknown), [Effect::Fault(Fault::Disconnected(1))]);
}

#[test]
fn a_disk_or_a_guard_that_does_not_answer_is_asked_again() {
    let (mut uplink, journal) = begun(0, 0);
    let again = |uplink: &mut Uplink, after: u64| {
        assert_eq!(uplink.deadline(), Some(at(after)));
        assert_eq!(uplink.step(at(after - 1)), []);
        uplink.step(at(after))
    };
    assert_eq!(again(&mut uplink, 5_000), [Effect::Fetch { after: None }]);
    assert_eq!(again(&mut uplink, 10_000), [Effect::Fetch { after: None }]);
    let end = journal.end().unwrap();
    assert_eq!(uplink.fetched(at(11_000), None, journal.fetch(None)), [Effect::Seal(end)]);
    assert_eq!(again(&mut uplink, 16_000), [Effect::Seal(end)]);

    let resumes = Position { seq: 40, ..end };
    uplink.begin(at(0), Some(resumes), None);
    assert_eq!(uplink.fetched(at(0), Some(resumes), Fetched::Unknown), [Effect::Branch(resumes)]);
    assert_eq!(again(&mut uplink, 5_000), [Effect::Branch(resumes)]);
    let branch = Branch { resumes, lost_from: 1, lost_to: 40 };
    assert_eq!(uplink.branched(at(6_000), None, branch), [Effect::Fetch { after: None }]);
    assert_eq!(again(&mut uplink, 11_000), [Effect::Fetch { after: None }]);
}

#[test]
fn a_trimmed_journal_and_an_empty_fleet_are_a_fault() {
    let (mut uplink, _) = begun(0, 0);
    assert_eq!(uplink.fetched(at(0), None, Fetched::Trimmed), [Effect::Fault(Fault::Trimmed(None))]);
}

#[test]
fn a_disk_that_gives_more_than_a_run_holds_is_no_fault() {
    let (mut uplink, journal) = begun(300, 10);
    let all = journal.entries.iter().cloned().map(Durable::assertion).collect();
    let effects = uplink.fetched(at(0), None, Fetched::Entries(all));
    assert_eq!(offered(&mut uplink, &effects), 256);
}

#[test]
fn the_mark_of_the_welcome_covers_once_the_journal_is_known_to_be_the_same() {
    let (mut uplink, journal) = begun(3, 10);
    let (accepted, mark) = (journal.end(), journal.entries[1].cursor());
    assert_eq!(uplink.begin(at(0), accepted, Some(mark)), [Effect::Fetch { after: accepted }]);
    let effects = uplink.fetched(at(0), accepted, journal.fetch(accepted));
    assert_eq!(effects, [Effect::Acknowledged(accepted.unwrap()), Effect::Covered(mark)]);
}

/// An uplink whose branch entry stands in a run that was offered, and where that run ends.
fn branching() -> (Uplink, Journal, Position, Branch) {
    let (mut uplink, mut journal) = begun(1, 10);
    let resumes = Position { seq: 40, ..journal.end().unwrap() };
    uplink.begin(at(0), Some(resumes), None);
    uplink.fetched(at(0), Some(resumes), Fetched::Unknown);
    let (_, branch) = journal.branch(resumes);
    uplink.branched(at(0), None, branch);
    let effects = uplink.fetched(at(0), None, journal.fetch(None));
    offered(&mut uplink, &effects);
    let end = journal.end().unwrap();
    (uplink, journal, end, branch)
}

fn claim(uplink: &mut Uplink, journal: &mut Journal, end: Position) -> Option<Branch> {
    let next = journal.append(Kind::Event, 4);
    uplink.appended(at(0), next, Lane::Alarm);
    uplink.fetched(at(0), Some(end), journal.fetch(Some(end)));
    let sent = uplink.sealed(at(0), next, b"seal".to_vec());
    let Effect::Offer(Up::Run { branch, .. }) = &sent[0] else { panic!("{sent:?}") };
    *branch
}

#[test]
fn a_branch_is_claimed_over_sessions_until_the_fleet_has_its_entry() {
    let (mut uplink, mut journal, end, branch) = branching();
    uplink.end();
    let before = journal.entries[0].position();
    uplink.begin(at(0), Some(before), None);
    uplink.fetched(at(0), Some(before), journal.fetch(Some(before)));
    let sent = uplink.sealed(at(0), end, b"seal".to_vec());
    assert!(matches!(&sent[0], Effect::Offer(Up::Run { branch: Some(said), .. }) if *said == branch));
    assert_eq!(claim(&mut uplink, &mut journal, end), Some(branch), "not acknowledged yet");

    // The acknowledgement is lost, and the next welcome says what it would have said.
    let (mut uplink, mut journal, end, _) = branching();
    uplink.end();
    uplink.begin(at(0), Some(end), None);
    uplink.fetched(at(0), Some(end), journal.fetch(Some(end)));
    assert_eq!(claim(&mut uplink, &mut journal, end), None);
}

#[test]
fn a_branch_whose_beginning_was_removed_is_a_fault() {
    let (mut uplink, journal) = begun(1, 10);
    let resumes = Position { seq: 40, ..journal.end().unwrap() };
    uplink.begin(at(0), Some(resumes), None);
    uplink.fetched(at(0), Some(resumes), Fetched::Unknown);
    uplink.branched(at(0), None, Branch { resumes, lost_from: 1, lost_to: 40 });
    assert_eq!(uplink.fetched(at(0), None, Fetched::Trimmed), [Effect::Fault(Fault::Trimmed(None))]);
}

#[test]
fn a_mark_over_numbers_that_are_other_entries_here_covers_nothing() {
    let (mut uplink, journal) = begun(3, 10);
    // A damage took what the fleet has, and the journal went on under the same numbers.
    let resumes = Position { seq: 40, ..journal.end().unwrap() };
    let mark = Some(journal.entries[1].cursor());
    uplink.begin(at(0), Some(resumes), mark);
    assert_eq!(uplink.acknowledged(at(0), Some(resumes), mark), Ok(vec![]));
    uplink.fetched(at(0), Some(resumes), Fetched::Unknown);
    assert_eq!(uplink.acknowledged(at(0), Some(resumes), mark), Ok(vec![]));
    uplink.branched(at(0), None, Branch { resumes, lost_from: 4, lost_to: 40 });
    assert_eq!(uplink.acknowledged(at(0), Some(resumes), mark), Ok(vec![]));
}
