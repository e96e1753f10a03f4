use std::time::Duration;

use super::*;

fn name(number: usize) -> ServiceName {
    ServiceName::new(&format!("door-{number}")).unwrap()
}

#[test]
fn doors_hear_of_an_end_when_it_is_stored_and_not_before() {
    let (mut services, mut batch) = (Services::default(), Batch::default());
    let told = services.told();
    services.end(name(1), Wall(7), &mut batch).unwrap();
    assert!(told.now().is_empty());
    services.committed();
    assert_eq!(*told.now(), Ended::from([(name(1), Wall(7))]));
}

#[test]
fn what_could_be_shown_no_more_makes_room_and_nothing_else_ever_does() {
    let (mut services, mut batch) = (Services::default(), Batch::default());
    for number in 0..MOST {
        services.end(name(number), Wall(0), &mut batch).unwrap();
    }
    let later = Wall(0) + SERVICE_LIFE;
    assert_eq!(services.end(name(MOST), later, &mut batch), None, "each of them could be shown yet");
    assert_eq!(services.end(name(0), later, &mut batch), Some(()), "a name that is there has its room");
    let over = later + Duration::from_secs(1);
    services.end(name(MOST), over, &mut batch).unwrap();
    assert_eq!(services.all.len(), MOST, "one made room for one");
    assert!(services.all.contains_key(&name(0)) && services.all.contains_key(&name(MOST)));
}

#[test]
fn a_clock_that_leaps_ahead_brings_no_credential_back() {
    let (mut services, mut batch) = (Services::default(), Batch::default());
    services.end(name(1), Wall(0), &mut batch).unwrap();
    services.end(name(2), Wall(0) + 9 * SERVICE_LIFE, &mut batch).unwrap();
    assert_eq!(services.all.get(&name(1)), Some(&Wall(0)));
}

#[test]
fn a_clock_that_is_set_back_brings_no_credential_back() {
    let (mut services, mut batch) = (Services::default(), Batch::default());
    let noon = Wall(0) + Duration::from_hours(12);
    services.end(name(1), noon, &mut batch).unwrap();
    services.end(name(1), Wall(0) + Duration::from_hours(11), &mut batch).unwrap();
    assert_eq!(services.all.get(&name(1)), Some(&noon));
}
