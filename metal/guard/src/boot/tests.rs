mod kept;
mod stories;

use alloc::vec::Vec;
use core::time::Duration;

use vocab::{
    Action, Arming, Generation, Millis, Outcome, Posture, Severity, TamperKind, TamperState, UnitName, Value,
    reading::Flag,
};
use wire::v1::{
    Body, OrderKind,
    body::{Change, GapReason, Work},
};

use crate::{
    Input, Kept, Remains,
    kit::{
        Rig, closed,
        fleet::release,
        open, parts,
        record::remains,
        rig::{Disk, Written},
        tilted,
    },
};

fn kinds(rig: &Rig) -> Vec<TamperKind> {
    rig.events().iter().map(|event| event.kind).collect()
}

/// A device that was opened, and whose lid is shut again.
fn sealed() -> Rig {
    let mut rig = Rig::armed();
    rig.say("lid", open());
    rig.pass(Duration::from_secs(1));
    rig.say("lid", closed());
    rig.pass(Duration::from_secs(15));
    rig
}

fn reboot(rig: &mut Rig) {
    rig.cut();
    rig.boot();
    rig.settle();
}

#[test]
fn a_quiet_night_without_power_is_no_event_and_opens_the_vault() {
    let mut rig = Rig::armed();
    rig.reconciled = 0;
    rig.cut();
    rig.world += 3_600_000_000_000;
    rig.boot();
    rig.settle();
    assert_eq!((rig.events().len(), rig.posture(), rig.reconciled), (0, Posture::Normal, 1));
    assert_eq!((rig.guard().arming(), rig.guard().obeys().generation), (Arming::Armed, Generation(1)));
}

#[test]
fn what_happened_while_it_was_off_is_one_event_for_each_sense_and_nothing_is_opened() {
    for (sensor, value) in
        [("flag", Value::Intrusion(Flag::Raised)), ("parts", parts(&["nic-1", "nic-3"])), ("accel", tilted())]
    {
        let mut rig = Rig::armed();
        rig.reconciled = 0;
        rig.cut();
        rig.set(sensor, value);
        rig.boot();
        rig.settle();
        assert!(kinds(&rig).starts_with(&[TamperKind::WhileOff]), "{sensor}: {:?}", kinds(&rig));
        assert_eq!((rig.posture(), rig.reconciled), (Posture::Sealed, 0), "{sensor}");
        assert_eq!(rig.events()[0].readings.len(), 2, "before and now");
    }
}

#[test]
fn a_flag_that_rose_just_before_the_cut_did_not_rise_while_it_was_off() {
    let flag = |flag| Value::Intrusion(flag);
    let mut rig = Rig::armed();
    rig.say("flag", flag(Flag::Raised));
    assert_eq!(kinds(&rig), [TamperKind::IntrusionFlag]);
    reboot(&mut rig);
    assert_eq!(kinds(&rig), [TamperKind::IntrusionFlag], "it is told already");

    // One that rises in the next night is another one, though the first still latches.
    rig.say("flag", flag(Flag::Clear));
    rig.pass(Duration::from_secs(15));
    rig.cut();
    rig.set("flag", flag(Flag::Raised));
    rig.boot();
    rig.settle();
    assert_eq!(kinds(&rig), [TamperKind::IntrusionFlag, TamperKind::WhileOff]);
}

#[test]
fn a_slow_sense_that_cannot_look_at_boot_is_suspect() {
    let mut rig = Rig::armed();
    rig.cut();
    rig.mute("parts");
    rig.boot();
    rig.settle();
    assert_eq!((kinds(&rig)[0], rig.posture()), (TamperKind::WhileOff, Posture::Guarded));
    assert_eq!(rig.events()[0].severity, Severity::Medium);
}

#[test]
fn a_latch_outlives_the_power_and_so_does_what_it_holds() {
    let mut rig = sealed();
    reboot(&mut rig);
    assert_eq!((rig.posture(), rig.guard().latches().len()), (Posture::Sealed, 1));
    let done: Vec<_> = rig.acts.iter().map(|(_, action)| action.clone()).collect();
    assert_eq!(
        done,
        [Action::Isolate, Action::LockUsb],
        "the vault is latched for good, keys in memory are gone"
    );
    assert_eq!(rig.guard().latches()[0].kind, TamperKind::LidOpened);
}

#[test]
fn an_open_lid_that_latches_already_is_no_second_event_after_a_boot() {
    let mut rig = sealed();
    rig.say("lid", open());
    rig.pass(Duration::from_secs(1));
    let events = rig.events().len();
    reboot(&mut rig);
    assert_eq!(rig.events().len(), events);
}

#[test]
fn an_act_that_was_only_intended_is_done_at_boot_under_its_old_name() {
    let mut rig = Rig::armed();
    rig.hand = Outcome::Intended;
    rig.say("lid", open());
    rig.pass(Duration::from_millis(300));
    let open = rig.guard().record.memory.standing.acts.clone();
    assert_eq!(open.len(), 4);
    rig.cut();
    rig.hand = Outcome::Done;
    rig.boot();
    let again: Vec<_> = rig.acts.iter().take(4).cloned().collect();
    let expected: Vec<_> = open.iter().map(|act| (act.id, act.action.clone())).collect();
    assert_eq!(again, expected);
    assert!(rig.guard().record.memory.standing.acts.is_empty());
}

/// A device that was ordered to turn itself off, and of which nothing more is known.
fn turning_off() -> Rig {
    let mut rig = Rig::armed();
    rig.hand = Outcome::Intended;
    let order = rig.fleet.order(5, OrderKind::Run(Action::PowerOff), rig.position(), &[]);
    rig.adopt(|state| state.orders = [order].into());
    rig
}

#[test]
fn power_that_was_to_go_off_went_off_if_the_machine_has_started_anew() {
    let mut rig = turning_off();
    rig.cut();
    rig.hand = Outcome::Done;
    rig.boot();
    assert!(!rig.did(&Action::PowerOff), "or it would never stay on");
    assert!(rig.receipts().contains(&(Action::PowerOff, Outcome::Done)));
}

#[test]
fn power_that_was_to_go_off_is_still_on_where_the_software_alone_began_anew() {
    let mut rig = turning_off();
    let (id, _) = rig.acts.pop().unwrap();
    rig.restart();
    assert_eq!(rig.acts, [(id, Action::PowerOff)], "it is turned off under the old name");
    assert!(!rig.receipts().contains(&(Action::PowerOff, Outcome::Done)));
    rig.cut();
    rig.boot();
    assert!(!rig.did(&Action::PowerOff) && rig.receipts().contains(&(Action::PowerOff, Outcome::Done)));
}

#[test]
fn power_that_went_off_once_is_not_turned_off_again_wherever_the_next_boot_is_cut() {
    let mut rig = turning_off();
    rig.cut();
    let before = rig.written.len();
    rig.boot();
    let written = core::mem::take(&mut rig.written);
    for cut in before..=written.len() {
        rig.written = written[..cut].to_vec();
        rig.restart();
        assert!(!rig.did(&Action::PowerOff), "{} entries of that boot were kept", cut - before);
    }
}

fn stop() -> Action {
    Action::StopUnit(UnitName::new("charger.service").unwrap())
}

/// A device of whose charger an order says that it is to stand still, and another that it is to run again.
fn charged() -> Rig {
    let mut rig = Rig::armed();
    let order = rig.fleet.order(5, OrderKind::Run(stop()), rig.position(), &[]);
    rig.adopt(|state| state.orders = [order].into());
    assert!(rig.did(&stop()));
    rig.acts.clear();
    rig
}

fn starts_again(rig: &mut Rig) {
    let order = rig.fleet.order(6, OrderKind::Run(stop().inverse().unwrap()), rig.position(), &[]);
    rig.adopt(|state| state.orders = [order].into());
}

#[test]
fn what_an_earlier_boot_could_not_undo_is_undone_by_the_next() {
    for lost in [Outcome::Failed, Outcome::TimedOut, Outcome::Intended] {
        let mut rig = charged();
        rig.hand = lost.clone();
        starts_again(&mut rig);
        for _ in 0..2 {
            rig.hand = lost.clone();
            rig.restart();
            rig.settle();
        }
        rig.hand = Outcome::Done;
        rig.restart();
        rig.settle();
        assert!(rig.did(&stop().inverse().unwrap()) && !rig.did(&stop()), "{lost:?}");
        rig.restart();
        rig.settle();
        assert_eq!(rig.acts, [], "once is enough: {lost:?}");
    }
}

#[test]
fn what_a_boot_after_that_cannot_undo_either_is_tried_again_later_and_later() {
    let mut rig = charged();
    rig.hand = Outcome::Intended;
    starts_again(&mut rig);
    rig.hand = Outcome::Failed;
    rig.restart();
    rig.pass(Duration::from_mins(30));
    let tries = rig.acts.iter().filter(|(_, action)| *action != stop()).count();
    assert!((9..=16).contains(&tries), "{tries}");
}

#[test]
fn a_unit_that_there_is_not_any_more_is_started_no_more() {
    let mut rig = charged();
    rig.hand = Outcome::Unsupported;
    starts_again(&mut rig);
    rig.restart();
    rig.settle();
    assert_eq!(rig.acts, []);
}

#[test]
fn what_was_done_is_undone_even_where_a_later_boot_could_not_do_it_again() {
    let mut rig = Rig::armed_with(|state| state.posture = Posture::Isolated);
    rig.hand = Outcome::Unsupported;
    rig.restart();
    rig.settle();
    assert!(rig.receipts().contains(&(Action::Isolate, Outcome::Unsupported)));
    rig.hand = Outcome::Done;
    rig.tell_time();
    rig.adopt(|state| state.posture = Posture::Normal);
    assert_eq!((rig.posture(), &rig.refusals[..]), (Posture::Normal, &[][..]));
    assert!(rig.did(&Action::Rejoin));
}

#[test]
fn an_act_that_would_undo_what_a_later_latch_demands_is_not_taken_up() {
    let mut rig = sealed();
    let latch = rig.guard().latches()[0].clone();
    let order = rig.fleet.order(1, release(latch.event, latch.severity), rig.position(), &[0, 1]);
    rig.hand = Outcome::Intended;
    rig.adopt(|state| state.orders = [order].into());
    assert!(rig.did(&Action::RearmVault));
    rig.say("rear", open());
    rig.pass(Duration::from_millis(300));
    rig.cut();
    rig.hand = Outcome::Done;
    rig.boot();
    assert!(!rig.did(&Action::RearmVault) && !rig.did(&Action::Rejoin), "{:?}", rig.acts);
    assert!(rig.receipts().contains(&(Action::RearmVault, Outcome::Failed)));
}

#[test]
fn an_entry_delay_that_a_power_cut_ended_is_over() {
    let mut rig = Rig::armed_with(|state| {
        state.tuning.passage.entry = Millis(60_000);
        state.tuning.passage.through = [crate::kit::zone("lid")].into();
    });
    rig.say("lid", open());
    rig.pass(Duration::from_secs(1));
    assert_eq!(rig.posture(), Posture::Normal);
    rig.say("lid", closed());
    rig.cut();
    rig.boot();
    assert_eq!((rig.posture(), rig.guard().latches()[0].state), (Posture::Sealed, TamperState::Tampered));
}

#[test]
fn a_state_whose_letter_is_lost_or_rolled_back_is_not_obeyed_and_the_posture_stays() {
    for rolled_back in [false, true] {
        let mut rig = Rig::armed();
        let old = rig.written.iter().find_map(|written| match written {
            Written::Keep(Kept::State(_), bytes) => Some(bytes.clone()),
            _ => None,
        });
        rig.adopt(|state| {
            state.arming = Arming::Transport;
            state.posture = Posture::Isolated;
        });
        rig.cut();
        let lost = Kept::State(Generation(2));
        rig.written.retain(|written| !matches!(written, Written::Keep(what, _) if *what == lost));
        if rolled_back {
            rig.written.push(Written::Keep(lost, old.unwrap()));
        }
        rig.boot();
        rig.settle();
        assert!(rig.guard().state().is_none());
        assert_eq!((rig.posture(), rig.guard().arming()), (Posture::Isolated, Arming::Transport));
        assert_eq!(rig.guard().obeys().generation, Generation(2), "an older one is refused");
        assert_eq!(kinds(&rig), [TamperKind::RecordDamaged]);
    }
}

#[test]
fn a_lost_letter_that_comes_again_is_taken_back_in() {
    let mut rig = Rig::armed();
    rig.adopt(|state| state.posture = Posture::Isolated);
    let letter = rig.guard().state.clone().unwrap().signed().bytes().to_vec();
    rig.cut();
    rig.written.retain(|written| !matches!(written, Written::Keep(Kept::State(_), _)));
    rig.boot();
    rig.settle();
    rig.give(Input::State(letter));
    assert_eq!((rig.guard().state().is_some(), rig.refusals.len()), (true, 0));
    reboot(&mut rig);
    assert!(rig.guard().state().is_some());
}

#[test]
fn without_the_interlock_table_nothing_that_moves_is_taken_up() {
    let mut rig = Rig::armed();
    rig.hand = Outcome::Intended;
    let stop = Action::StopUnit(UnitName::new("pump.service").unwrap());
    let order = rig.fleet.order(5, OrderKind::Run(stop.clone()), rig.position(), &[]);
    rig.adopt(|state| state.orders = [order].into());
    let letter = rig.guard().state.clone().unwrap().signed().bytes().to_vec();
    rig.cut();
    rig.written.retain(|written| !matches!(written, Written::Keep(Kept::State(_), _)));
    rig.hand = Outcome::Done;
    rig.boot();
    rig.pass(Duration::from_mins(10));
    assert!(!rig.did(&stop));
    let told = rig.receipts().into_iter().filter(|told| *told == (stop.clone(), Outcome::Failed));
    assert!((1..3).contains(&told.count()), "it is said, and not for ever");
    rig.give(Input::State(letter));
    assert!(rig.did(&stop), "the table is known again");
}

#[test]
fn a_baseline_that_is_not_the_learnt_one_is_an_event() {
    for what in [Kept::Baseline, Kept::Glimpse] {
        let mut rig = Rig::armed();
        rig.cut();
        rig.written.retain(|written| !matches!(written, Written::Keep(kept, _) if *kept == what));
        rig.boot();
        rig.settle();
        assert_eq!(kinds(&rig), [TamperKind::RecordDamaged], "{what:?}");
    }
}

/// Boots with what the disk still has, changed by the test.
fn booted(rig: &mut Rig, change: impl FnOnce(&mut Remains)) {
    let (chain, kept) = remains(&rig.written);
    let mut remains = Remains { chain, ..Remains::default() };
    change(&mut remains);
    rig.cut();
    let heads: Vec<_> = remains.chain.iter().map(|entry| entry.head()).collect();
    rig.written
        .retain(|written| !matches!(written, Written::Append(entry) if !heads.contains(&entry.head())));
    rig.boot_with(remains, kept);
    rig.settle();
}

#[test]
fn a_torn_tail_is_said_and_damage_in_the_middle_is_an_event() {
    let gaps = |rig: &Rig| {
        let gaps = rig.bodies().into_iter().filter_map(|body| match body {
            Body::Gap(gap) => Some((gap.reason, gap.records)),
            _ => None,
        });
        gaps.collect::<Vec<_>>()
    };
    let mut rig = Rig::armed();
    booted(&mut rig, |remains| remains.torn = 1);
    assert_eq!((gaps(&rig), rig.events().len()), ([(GapReason::TornTail, 1)].into(), 0));
    let mut rig = Rig::armed();
    booted(&mut rig, |remains| remains.damaged = 3);
    assert_eq!(gaps(&rig), [(GapReason::Damaged, 3)]);
    assert_eq!(kinds(&rig), [TamperKind::RecordDamaged]);
}

/// Nobody knows what the device was, so it is on guard, and people look at it before it is green again.
#[test]
fn a_damage_that_takes_every_sum_of_the_journal_is_answered_like_an_open_lid() {
    let is_sum = |entry: &journal::Entry| entry.header().kind == journal::Kind::Standing;
    for arming in [Arming::Armed, Arming::Commissioning] {
        let mut rig = if arming == Arming::Armed { Rig::armed() } else { Rig::bare() };
        if arming != Arming::Armed {
            rig.boot();
            rig.settle();
        }
        booted(&mut rig, |remains| {
            let at = remains.chain.iter().position(|entry| is_sum(entry)).unwrap();
            let beyond = remains.chain.split_off(at).into_iter().skip(1);
            remains.beyond = beyond.map(journal::Durable::into_inner).collect();
            remains.damaged = 1;
        });
        assert_eq!((rig.guard().arming(), rig.posture()), (Arming::Armed, Posture::Sealed), "{arming:?}");
        assert_eq!(rig.guard().obeys().generation, Generation::NONE);
        let latches: Vec<_> = rig.guard().latches().iter().map(|latch| (latch.kind, latch.state)).collect();
        assert_eq!(latches, [(TamperKind::RecordDamaged, TamperState::Tampered)]);
        // What it writes down again holds the latch: nobody reads it as a release of everything.
        let mut sums = rig.bodies().into_iter().filter_map(|body| match body {
            Body::Standing(standing) => Some(standing.latches.len()),
            _ => None,
        });
        assert_eq!(sums.next_back(), Some(1));
        reboot(&mut rig);
        assert_eq!(
            (rig.guard().arming(), rig.posture()),
            (Arming::Armed, Posture::Sealed),
            "and it stays so"
        );
        assert_eq!(rig.guard().latches().len(), 1);
    }
}

#[test]
fn a_journal_that_was_deleted_is_answered_like_an_open_lid_and_one_that_never_was_is_not() {
    let mut rig = Rig::armed();
    booted(&mut rig, |remains| remains.chain.clear());
    assert_eq!((rig.guard().arming(), rig.posture()), (Arming::Armed, Posture::Sealed));
    let latches: Vec<_> = rig.guard().latches().iter().map(|latch| (latch.kind, latch.state)).collect();
    assert_eq!(latches, [(TamperKind::RecordDamaged, TamperState::Tampered)]);

    let mut new = Rig::bare();
    new.boot();
    new.settle();
    booted(&mut new, |remains| remains.chain.clear());
    assert_eq!(new.guard().arming(), Arming::Commissioning, "it has obeyed nothing yet");
    assert!(new.guard().latches().is_empty());
}

#[test]
fn a_deleted_journal_of_which_a_later_boot_wrote_its_first_entry_alone_is_no_new_device() {
    let mut rig = Rig::armed();
    booted(&mut rig, |remains| remains.chain.truncate(1));
    assert_eq!((rig.guard().arming(), rig.posture()), (Arming::Armed, Posture::Sealed));
}

#[test]
fn no_state_is_kept_before_a_sum_of_the_journal_is_durable() {
    let mut rig = Rig::bare();
    rig.disk = Disk::Stuck;
    rig.boot();
    rig.settle();
    rig.tell_time();
    rig.adopt(|_| {});
    let kept = |rig: &Rig| rig.written.iter().any(|one| matches!(one, Written::Keep(Kept::State(_), _)));
    assert_eq!((rig.guard().arming(), kept(&rig)), (Arming::Commissioning, false));
    rig.sync();
    assert_eq!(
        (rig.guard().arming(), kept(&rig)),
        (Arming::Armed, true),
        "it has waited, and nobody sends it again"
    );

    // On a device that has been on duty before, a stuck disk keeps nothing waiting.
    let mut rig = Rig::armed();
    reboot(&mut rig);
    rig.tell_time();
    rig.disk = Disk::Stuck;
    rig.adopt(|state| state.posture = Posture::Isolated);
    assert_eq!((rig.guard().obeys().generation, rig.posture()), (Generation(2), Posture::Isolated));
}

#[test]
fn a_damage_behind_the_sum_leaves_the_device_what_it_was() {
    let mut rig = Rig::armed();
    booted(&mut rig, |remains| {
        let sum = |entry: &journal::Durable<journal::Entry>| entry.header().kind == journal::Kind::Standing;
        let at = remains.chain.iter().rposition(sum).unwrap() + 1;
        let beyond = remains.chain.split_off(at).into_iter().skip(1);
        remains.beyond = beyond.map(journal::Durable::into_inner).collect();
        remains.damaged = 1;
    });
    let events = rig.events().into_iter().filter(|event| event.kind == TamperKind::RecordDamaged);
    let severities: Vec<_> = events.map(|event| event.severity).collect();
    assert!(severities.iter().all(|severity| *severity <= Severity::Medium), "{severities:?}");
    assert_ne!(rig.posture(), Posture::Sealed);
}

#[test]
fn what_latched_behind_a_damage_still_latches() {
    let mut rig = sealed();
    booted(&mut rig, |remains| {
        let at = remains.chain.iter().position(|entry| entry.header().kind == journal::Kind::Event).unwrap();
        let beyond = remains.chain.split_off(at);
        remains.beyond = beyond.into_iter().map(journal::Durable::into_inner).collect();
        remains.damaged = 1;
    });
    assert_eq!(rig.posture(), Posture::Sealed);
    assert!(rig.guard().latches().iter().any(|latch| latch.kind == TamperKind::LidOpened));
}

#[test]
fn what_was_released_behind_a_damage_is_not_believed_released() {
    let mut rig = sealed();
    let latch = rig.guard().latches()[0].clone();
    let order = rig.fleet.order(1, release(latch.event, latch.severity), rig.position(), &[0, 1]);
    rig.adopt(|state| state.orders = [order].into());
    assert_eq!(rig.posture(), Posture::Normal);
    booted(&mut rig, |remains| {
        let released = |entry: &journal::Durable<journal::Entry>| {
            matches!(Body::decode(entry), Ok(Body::Change(Change::Released { .. })))
        };
        let at = remains.chain.iter().position(released).unwrap();
        let beyond = remains.chain.split_off(at);
        remains.beyond = beyond.into_iter().map(journal::Durable::into_inner).collect();
    });
    assert_eq!(rig.posture(), Posture::Sealed);
}

#[test]
fn what_the_standing_entry_stands_for_may_be_forgotten() {
    let mut rig = sealed();
    reboot(&mut rig);
    let needed = rig.guard().needs_from().unwrap();
    let whole = rig.guard().record.memory.standing.clone();
    booted(&mut rig, |remains| remains.chain.retain(|entry| entry.header().seq >= needed.seq));
    let short = rig.guard().record.memory.standing.clone();
    assert_eq!((short.latches, short.obeyed, short.seen), (whole.latches, whole.obeyed, whole.seen));
    assert_eq!(rig.events().iter().filter(|event| event.kind == TamperKind::RecordDamaged).count(), 0);
    let mut rig = sealed();
    booted(&mut rig, |remains| drop(remains.chain.drain(..9)));
    assert!(kinds(&rig).contains(&TamperKind::RecordDamaged), "and nothing else may");
}

#[test]
fn a_vault_that_is_latched_on_a_device_that_obeys_nobody_stays_latched() {
    let mut rig = Rig::bare();
    rig.latch_vault();
    rig.boot();
    rig.settle();
    assert!(!rig.did(&Action::RearmVault));
}

#[test]
fn a_state_that_was_kept_and_never_adopted_is_not_obeyed() {
    let mut rig = Rig::armed();
    let letter = rig.next(|state| state.arming = Arming::Retired);
    rig.written.push(Written::Keep(Kept::State(Generation(2)), letter.bytes().to_vec()));
    rig.sync();
    reboot(&mut rig);
    assert_eq!((rig.guard().obeys().generation, rig.guard().arming()), (Generation(1), Arming::Armed));
    let forgotten =
        rig.written.iter().any(|written| matches!(written, Written::Forget(Kept::State(Generation(2)))));
    assert!(forgotten);
}

#[test]
fn a_work_order_that_was_open_in_the_journal_is_open_after_the_boot() {
    let mut rig = Rig::armed();
    stories::take(&mut rig, stories::Step::Work, 7);
    assert!(rig.bodies().iter().any(|body| matches!(body, Body::Work(Work::Opened { .. }))));
    rig.cut();
    rig.boot();
    assert_eq!(rig.guard().arming(), Arming::Service);
}
