use core::time::Duration;

use crypto::cbor::{self, Limits};
use policy::rule::IncidentKind;
use vocab::{PersonId, Severity, SiteName};

use super::*;
use crate::{
    Mistake, News, Outcome,
    testing::{house::House, label},
};

fn of(name: &str) -> Attempt {
    Attempt::Account(Some(label(name)))
}

#[test]
fn the_same_guessing_is_one_incident_and_other_guessing_is_another() {
    let mut house = House::new();
    for attempt in [of("ada"), of("ada"), of("grace"), Attempt::Account(None), Attempt::Accounts, of("ada")] {
        let told = house.hears(News::Attempt(&attempt));
        assert_eq!((told.incidents.len(), told.demands.len()), (1, 0), "no box is part of it");
        house.now = house.now + Duration::from_mins(1);
    }
    assert_eq!(house.incidents.len(), 4);
    let first = &house.incidents[0];
    assert_eq!((first.kind(), first.severity()), (IncidentKind::Guessing, Severity::High));
    assert_eq!(first.site().map(SiteName::as_str), None);
    let (began, last) = first.span();
    assert_eq!(last.since(began), Duration::from_mins(5), "it goes on");
}

#[test]
fn what_is_told_names_whose_password_it_is_and_nothing_that_is_not_known() {
    let mut house = House::new();
    house.hears(News::Attempt(&of("ada")));
    house.hears(News::Attempt(&Attempt::Account(None)));
    house.hears(News::Attempt(&Attempt::Accounts));
    let told: alloc::vec::Vec<_> = house.incidents.iter().map(Incident::sentence).collect();
    assert!(told[0].contains("the password of ada") && told[1].contains("that nobody has"), "{told:?}");
    assert!(told.iter().all(|sentence| !sentence.contains("box") && sentence.ends_with('.')), "{told:?}");
    assert!(house.incidents[0].first_action().starts_with("Ask ada"));
    for incident in &house.incidents {
        let read: Incident = cbor::decode(&cbor::encode(incident), &Limits::FRAME).unwrap();
        assert_eq!(read, *incident);
    }
}

#[test]
fn whoever_reaches_for_rights_is_named_and_is_no_guesser() {
    let mut house = House::new();
    let (ada, namesake) = (PersonId([1; 16]), PersonId([2; 16]));
    let rights = |person| Attempt::Rights(person, label("ada"));
    for attempt in [of("ada"), rights(ada), rights(ada), rights(namesake)] {
        house.hears(News::Attempt(&attempt));
    }
    assert_eq!(house.incidents.len(), 3);
    let now = house.now;
    let reached = &mut house.incidents[1];
    assert_eq!(reached.close(Outcome::False, ada, label("nothing"), now), Err(Mistake::Own(reached.id())));
    assert_eq!((reached.kind(), reached.severity()), (IncidentKind::Escalation, Severity::Medium));
    assert!(reached.sentence().starts_with("ada reached for rights"), "{}", reached.sentence());
    assert!(reached.first_action().starts_with("Ask ada"));
    let read: Incident = cbor::decode(&cbor::encode(reached), &Limits::FRAME).unwrap();
    assert_eq!(read, *reached);
    assert_eq!(reached.close(Outcome::True, namesake, label("it was her"), now), Ok(()));
}

#[test]
fn whoever_looked_closes_it_and_new_guessing_is_news() {
    let mut house = House::new();
    house.hears(News::Attempt(&of("ada")));
    let (now, by) = (house.now, PersonId([1; 16]));
    house.incidents[0].close(Outcome::True, by, label("looked"), now).unwrap();
    assert_eq!(house.incidents[0].state(), State::Closed);
    assert_eq!(house.incidents[0].first_action(), "Nothing: it is closed.");
    house.hears(News::Attempt(&of("ada")));
    assert_eq!(house.incidents.len(), 2);
}
