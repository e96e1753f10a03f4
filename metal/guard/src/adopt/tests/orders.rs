//! What a state may order, and who must have consented.

use crypto::approved::NeedsConsent;
use detect::Condition;
use vocab::{Action, EventId, OrderId, Posture, Severity, TamperKind, Wall};
use wire::v1::OrderKind;

use super::{Desk, EVENT, Judgement};
use crate::{
    kit::fleet::{BEGIN, LATER, PAGE, person, release},
    refusal::Refusal,
};

#[test]
fn a_reset_takes_two_people_the_right_event_and_a_plan_that_had_seen_it() {
    let desk = Desk::new();
    let reset = |order| desk.proved(|state| state.orders = [order].into());
    let Ok(Judgement::Adopt(adoptable)) = reset(desk.reset(10, &[0, 1])) else { panic!("it is good") };
    assert_eq!(adoptable.releases.len(), 1);
    assert_eq!(
        reset(desk.reset(10, &[0])).unwrap_err(),
        Refusal::Letter(crypto::refusal::Refusal::ConsentsMissing { have: 1, need: 2 })
    );
    assert_eq!(reset(desk.reset(9, &[0, 1])).unwrap_err(), Refusal::BeyondBasis(EVENT));
    let lesser = desk.fleet.order(1, release(EVENT, Severity::Medium), Desk::basis(10), &[0]);
    let other = Refusal::OtherSeverity { event: EVENT, ours: Severity::High, theirs: Severity::Medium };
    assert_eq!(reset(lesser).unwrap_err(), other);
    let unknown = desk.fleet.order(1, release(EventId([2; 16]), Severity::High), Desk::basis(10), &[]);
    let Ok(Judgement::Adopt(adoptable)) = reset(unknown) else { panic!("it releases nothing") };
    assert!(adoptable.releases.is_empty());
}

#[test]
fn a_reset_may_be_consented_to_with_a_passkey_which_the_device_judges_itself() {
    let desk = Desk::new();
    let reset = |page| {
        let mut order = desk.reset(10, &[0]);
        let subject = order.subject(&desk.fleet.audience());
        order.consents.push(desk.fleet.asserted(1, subject, page));
        desk.proved(|state| state.orders = [order].into())
    };
    let Ok(Judgement::Adopt(adoptable)) = reset(PAGE) else { panic!("it is good") };
    assert!(adoptable.releases[0].people().contains(&person(1)));
    let elsewhere = crypto::refusal::Refusal::Passkey(crypto::passkey::Unfit::Origin);
    assert_eq!(reset("https://evil.example").unwrap_err(), Refusal::Letter(elsewhere));
}

#[test]
fn a_basis_in_a_boot_that_we_never_had_has_seen_nothing() {
    let desk = Desk::new();
    let mut order =
        desk.fleet.order(1, release(EVENT, Severity::High), crate::kit::fleet::nowhere(), &[0, 1]);
    order.basis.seq = 99;
    assert_eq!(desk.refused(|state| state.orders = [order].into()), Refusal::BeyondBasis(EVENT));
}

#[test]
fn a_reset_waits_until_its_cause_is_gone() {
    let mut desk = Desk::new();
    for condition in [Condition::Present, Condition::Unknown] {
        desk.condition = condition;
        let refused = desk.refused(|state| state.orders = [desk.reset(10, &[0, 1])].into());
        assert_eq!(refused, Refusal::CausePresent(crate::kit::zone("lid")));
    }
    // What was noticed of letters and records has no cause that could be there.
    desk.memory.standing.latches[0].kind = TamperKind::RecordDamaged;
    assert!(desk.proved(|state| state.orders = [desk.reset(10, &[0, 1])].into()).is_ok());
}

#[test]
fn whoever_was_at_work_there_resets_nothing() {
    let mut desk = Desk::new();
    let work = desk.fleet.work(1, 1, &["lid"], vocab::Millis(1));
    desk.memory.standing.works.push(wire::v1::standing::UsedWork {
        order: work.id,
        holder: work.holder.id(),
        zones: work.zones,
        window: work.window,
        from: BEGIN,
        until: LATER,
        opened: desk.now,
        powered: 0,
        closed: Some(BEGIN),
    });
    let refused = |desk: &Desk| desk.refused(|state| state.orders = [desk.reset(10, &[0, 1])].into());
    assert_eq!(refused(&desk), Refusal::Opener(person(1)));
    assert!(desk.proved(|state| state.orders = [desk.reset(10, &[0, 2])].into()).is_ok());
    let work = &mut desk.memory.standing.works[0];
    (work.from, work.until) = (Wall(BEGIN.0 + 1), LATER);
    assert_eq!(refused(&desk), Refusal::Opener(person(1)), "it was used at that moment");
    desk.memory.standing.works[0].opened.wall = Wall(BEGIN.0 + 1);
    assert!(desk.proved(|state| state.orders = [desk.reset(10, &[0, 1])].into()).is_ok());
    let work = &mut desk.memory.standing.works[0];
    (work.from, work.zones) = (BEGIN, [crate::kit::zone("rear")].into());
    assert!(desk.proved(|state| state.orders = [desk.reset(10, &[0, 1])].into()).is_ok(), "another zone");
}

#[test]
fn an_irreversible_order_takes_two_people_and_a_reversible_one_nobody() {
    let desk = Desk::new();
    let run = |action, people: &[usize]| desk.fleet.order(1, OrderKind::Run(action), Desk::basis(10), people);
    let ordered = |order| desk.proved(|state| state.orders = [order].into());
    assert!(ordered(run(Action::Wipe, &[0, 1])).is_ok());
    assert!(matches!(ordered(run(Action::Wipe, &[0])).unwrap_err(), Refusal::Letter(_)));
    assert!(matches!(ordered(run(Action::Wipe, &[])).unwrap_err(), Refusal::Letter(_)));
    assert!(ordered(run(Action::PowerOff, &[])).is_ok());
    let twice = [run(Action::PowerOff, &[]), run(Action::PowerOff, &[])];
    assert_eq!(desk.refused(|state| state.orders = twice.into()), Refusal::OrderTwice(OrderId([1; 16])));
    assert!(
        desk.proved(|state| {
            state.posture = Posture::Wiped;
            state.orders = [run(Action::Wipe, &[0, 1])].into();
        })
        .is_ok(),
        "the posture may follow the order"
    );
}

#[test]
fn an_order_obeyed_before_is_not_judged_again() {
    let mut desk = Desk::new();
    desk.memory.standing.orders.push(OrderId([1; 16]));
    let Ok(Judgement::Adopt(adoptable)) = desk.proved(|state| state.orders = [desk.reset(1, &[])].into())
    else {
        panic!("it is old")
    };
    assert!(adoptable.releases.is_empty() && adoptable.runs.is_empty());
}

#[test]
fn an_order_may_not_undo_what_a_latch_demands() {
    let desk = Desk::new();
    let run = |action| desk.fleet.order(2, OrderKind::Run(action), Desk::basis(10), &[]);
    for action in [Action::Rejoin, Action::RearmVault] {
        let refused = desk.refused(|state| state.orders = [run(action.clone())].into());
        assert_eq!(refused, Refusal::AgainstPosture(action));
    }
    let with_reset =
        desk.proved(|state| state.orders = [desk.reset(10, &[0, 1]), run(Action::Rejoin)].into());
    assert!(with_reset.is_ok(), "the latch is released by the same state");
    let sealed = desk.refused(|state| {
        state.posture = Posture::Sealed;
        state.orders = [desk.reset(10, &[0, 1]), run(Action::Rejoin)].into();
    });
    assert_eq!(sealed, Refusal::AgainstPosture(Action::Rejoin));
}

#[test]
fn having_seen_an_event_takes_one_person() {
    let desk = Desk::new();
    let seen = |people: &[usize]| desk.fleet.order(1, OrderKind::Acknowledge(EVENT), Desk::basis(10), people);
    let Ok(Judgement::Adopt(adoptable)) = desk.alone(|state| state.orders = [seen(&[0])].into()) else {
        panic!("it tightens")
    };
    assert_eq!(adoptable.acknowledgements.len(), 1);
    assert!(matches!(desk.refused(|state| state.orders = [seen(&[])].into()), Refusal::Letter(_)));
}

#[test]
fn consents_and_orders_end_in_time() {
    let mut desk = Desk::new();
    let order = desk.reset(10, &[0, 1]);
    desk.now.wall = Wall(LATER.0 - 1);
    assert!(desk.proved(|state| state.orders = [order.clone()].into()).is_ok());
    let mut late = order;
    late.expires = Wall(LATER.0 - 1);
    let subject = late.subject(&desk.fleet.audience());
    late.consents = [0, 1].map(|number| desk.fleet.consent(number, subject, LATER)).into();
    let refused = desk.refused(|state| state.orders = [late].into());
    assert_eq!(refused, Refusal::Letter(crypto::refusal::Refusal::OrderExpired));
}
