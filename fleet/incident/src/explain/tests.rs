use alloc::string::ToString;

use vocab::{Action, Generation, TamperState, Value, reading::SensorFault};

use super::*;
use crate::{
    correlate::News,
    finding::{Finding, Fork, Split},
    involved::Expected,
    silence::Silence,
    testing::{
        Machine, NOW,
        house::{House, event_id, id},
        later, state,
    },
};

fn explained(house: &House, machine: &Machine, arrival: Arrival) -> Vec<String> {
    let said: Vec<_> = machine.disk.iter().map(|entry| Said::read(machine.device, entry, arrival)).collect();
    let mut all = explain(house.incident(), &said, |_| Tuning::default());
    assert_eq!((all.len(), all[0].name.as_str()), (1, "dev-07"));
    all.remove(0).links
}

#[test]
fn an_opened_lid_is_explained_from_the_reading_to_the_proof() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    machine.opened(1);
    house.takes(&mut machine);
    let releases = [event_id(1)].into();
    house.incidents[0].planned(id(7), Expected { generation: Generation(2), state: state(2), releases }, NOW);
    machine.adopt(2);
    machine.releases(1, "lid", TamperState::Normal);
    house.takes(&mut machine);
    house.settles(&machine);
    let order = crate::testing::house::order_id(1);
    let expected = [
        "2026-10-06T14:31:42.002Z: Somebody opened it (lid).".to_string(),
        "Decided by: lid-1 read open.".into(),
        "The rule: open for 250 ms decides.".into(),
        "That is 95 % sure: one sensor group says so.".into(),
        "No work order covers lid at that time.".into(),
        format!("It latched lid as tampered, until {order} released it at 2026-10-06T14:31:42.012Z."),
        "By itself it locked USB 5 ms after the decisive reading.".into(),
        "By itself it dropped its keys 6 ms after the decisive reading.".into(),
        "It was told when it happened, in entry 2 of a journal without a gap.".into(),
        "Its identity has been suspended at every door since 2026-10-06T14:31:42Z.".into(),
        "Asked at 2026-10-06T14:31:42Z, it proved its journal and that it obeys state 2.".into(),
    ];
    assert_eq!(explained(&house, &machine, Arrival::Live), expected);
    let late = explained(&house, &machine, Arrival::Late);
    assert!(late[8].starts_with("It was told later, when the box could be reached again"), "{}", late[8]);
}

#[test]
fn what_has_no_event_is_explained_too() {
    let mut house = House::new();
    let machine = house.machine(7);
    let fork = Fork { device: id(7), boot: vocab::BootId([2; 16]), split: Split::JournalKey };
    house.hears(News::Fork(&fork));
    let links = explained(&house, &machine, Arrival::Live);
    assert_eq!(links[0], "Two machines speak as it: one boot shows two journal keys. Seen once.");

    let mut house = House::new();
    house.hears(News::Silence(&Silence::Device { device: id(7), since: NOW }));
    let links = explained(&house, &machine, Arrival::Live);
    let quiet = format!("It said nothing from {NOW} and still says nothing, while the fleet was listening.");
    assert_eq!(links, [quiet]);
    house.now = later(60);
    house.hears(News::Back { device: id(7) });
    let links = explained(&house, &machine, Arrival::Live);
    let quiet = format!("It said nothing from {NOW} until {}, while the fleet was listening.", later(60));
    assert_eq!(links, [quiet]);

    let mut house = House::new();
    let back = Finding::Rollback { obeys: Generation(2), adopted: Generation(3) };
    house.hears(News::Finding(id(7), &back));
    let links = explained(&house, &machine, Arrival::Live);
    assert_eq!(links, ["It obeys state 2, though its journal adopted 3."]);
}

#[test]
fn an_act_is_explained_as_it_ended_and_a_latch_that_holds_as_held() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    let event = machine.event(1, TamperKind::Struck, "case", vocab::Severity::High);
    let readings = (0..8)
        .map(|number| vocab::Reading {
            sensor: vocab::SensorName::new(&format!("s{number}")).unwrap(),
            at: event.at.mono,
            value: Value::Fault(SensorFault::Bus),
        })
        .collect();
    machine.say(&Body::Event(TamperEvent { readings, verification: Verification::Verified, ..event }));
    machine.latches(1, "case", TamperState::Tampered);
    let withheld = Outcome::Withheld(vocab::Interlock::Energised);
    machine.receipt(1, Action::PowerOff, Cause::Reflex(event_id(1)), withheld);
    machine.receipt(2, Action::Isolate, Cause::Reflex(event_id(2)), Outcome::Done);
    house.takes(&mut machine);
    let links = explained(&house, &machine, Arrival::Live);
    assert!(
        links[1].ends_with("s5 read could not look: its bus does not answer, and 2 readings more."),
        "{links:?}"
    );
    assert_eq!(links[2], "That is 95 % sure: two independent sensor groups say so.");
    assert_eq!(links[4], "It latched case as tampered, and nothing has released it.");
    let act = "By itself it turned itself off 2 ms after the decisive reading, withheld for safety: Energised is engaged or \
               unknown.";
    assert_eq!(links[5], act);
    assert!(!links.iter().any(|link| link.contains("cut itself off")), "another event's reflex");
}

#[test]
fn each_single_rule_is_told_with_its_numbers() {
    let tuning = Tuning::default();
    let cases = [
        (TamperKind::LightInside, "The rule: more than 10 lx for 200 ms decides."),
        (TamperKind::LoopCut, "The rule: more than 20000 Ω for 100 ms decides."),
        (TamperKind::LoopShorted, "The rule: less than 100 Ω for 100 ms decides."),
        (TamperKind::Moved, "The rule: more than 0.025 g for 3000 ms decides."),
        (TamperKind::Tilted, "The rule: more than 5° for 2000 ms decides."),
        (TamperKind::SupplyLost, "The rule: gone for 1000 ms decides."),
        (TamperKind::PowerGlitch, "The rule: 3 dips within 10 s decide."),
    ];
    for (kind, rule) in cases {
        assert_eq!(window(kind, &tuning).as_deref(), Some(rule));
    }
    assert_eq!(window(TamperKind::ComponentAdded, &tuning), None);
}
