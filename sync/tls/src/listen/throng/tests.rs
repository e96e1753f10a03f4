use std::net::Ipv4Addr;

use super::*;

const LIMITS: Limits =
    Limits { connections: 5, per_source: 3, half_open: 4, half_open_per_source: 2, ..Limits::DEVICES };

const A: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const B: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));
const C: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 3));

fn is_evicted(evicted: &mut Evicted) -> bool {
    evicted.try_recv().is_ok()
}

#[test]
fn the_oldest_of_a_source_makes_room_for_its_newest() {
    let throng = Throng::default();
    let mut stand: Vec<_> = [A, A, B, A].map(|from| throng.arrive(from, &LIMITS).unwrap()).into();
    let gone: Vec<_> = stand.iter_mut().map(|(_, evicted)| is_evicted(evicted)).collect();
    assert_eq!(gone, [true, false, false, false]);
}

#[test]
fn when_all_places_are_taken_the_largest_crowd_makes_room() {
    let throng = Throng::default();
    let mut stand: Vec<_> = [B, A, A, C, B].map(|from| throng.arrive(from, &LIMITS).unwrap()).into();
    let gone: Vec<_> = stand.iter_mut().map(|(_, evicted)| is_evicted(evicted)).collect();
    assert_eq!(gone, [false, true, false, false, false]);
}

#[test]
fn whoever_waits_for_us_keeps_its_place() {
    let throng = Throng::default();
    let arrive = || throng.arrive(A, &LIMITS);
    let ((first, mut first_evicted), (second, mut second_evicted)) = (arrive().unwrap(), arrive().unwrap());
    first.waits.for_us();
    let (third, _) = arrive().unwrap();
    assert_eq!((is_evicted(&mut first_evicted), is_evicted(&mut second_evicted)), (false, true));
    third.waits.for_us();
    assert_eq!(arrive().map(|_| ()), Err(Refusal::Crowded), "nobody keeps us waiting");
    assert!(throng.arrive(B, &LIMITS).is_ok(), "another source is not this one's crowd");
    first.waits.for_its_peer();
    assert!(arrive().is_ok());
    drop((first, second, third));
}

#[test]
fn whoever_is_through_is_not_evicted() {
    let throng = Throng::default();
    let (mut place, mut evicted) = throng.arrive(A, &LIMITS).unwrap();
    place.settle(&LIMITS).unwrap();
    // Settling ends the wait for an eviction; nobody listens any more.
    assert!(is_evicted(&mut evicted));
    let mut stand: Vec<_> = [A, A].map(|from| throng.arrive(from, &LIMITS).unwrap()).into();
    assert!(stand.iter_mut().all(|(_, evicted)| !is_evicted(evicted)));
}

#[test]
fn a_source_has_only_so_many_connections() {
    let throng = Throng::default();
    let settle = |from| {
        let (mut place, _) = throng.arrive(from, &LIMITS)?;
        place.settle(&LIMITS).map(|()| place)
    };
    let stand: Vec<_> = (0..3).map(|_| settle(A).unwrap()).collect();
    assert_eq!(settle(A).map(|_| ()), Err(Refusal::Crowded));
    let more: Vec<_> = (0..2).map(|_| settle(B).unwrap()).collect();
    assert_eq!(settle(B).map(|_| ()), Err(Refusal::Crowded));
    drop(stand);
    assert!(settle(A).is_ok());
    drop(more);
}

#[test]
fn the_last_place_goes_to_the_first_that_is_through() {
    let throng = Throng::default();
    let limits = Limits { per_source: 1, ..LIMITS };
    let (mut first, _) = throng.arrive(A, &limits).unwrap();
    let (mut second, _) = throng.arrive(A, &limits).unwrap();
    assert_eq!(second.settle(&limits), Ok(()));
    assert_eq!(first.settle(&limits), Err(Refusal::Crowded));
}

#[test]
fn nothing_is_remembered_of_whoever_is_gone() {
    let throng = Throng::default();
    let places: Vec<_> = [A, B, A, A].map(|from| throng.arrive(from, &LIMITS).unwrap()).into();
    drop(places);
    let (mut place, _) = throng.arrive(C, &LIMITS).unwrap();
    place.settle(&LIMITS).unwrap();
    drop(place);
    let standing = throng.standing();
    assert_eq!((standing.live, standing.unfinished.len(), standing.sources.len()), (0, 0, 0));
}

#[test]
fn addresses_of_one_network_are_one_source() {
    let of = |text: &str| source(text.parse().unwrap());
    assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:2"));
    assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
    assert_eq!(of("::ffff:192.0.2.1"), A);
}
