//! Peers that break the protocol: each break has its reason, ends the session, and costs bounded memory.

use alloc::{vec, vec::Vec};
use core::time::Duration;

use crypto::digest::Digest;
use journal::{Branch, Chain, Entry, Kind, Position, Run};
use proptest::prelude::*;
use vocab::{
    BootId, ClockQuality, Generation, Mono, Nonce, Reading, SensorName, Time, Value, Wall, unit::MilliVolts,
};

use super::{DEVICE, World, journal_side::boot};
use crate::{
    Adopted, Conn, Device, Down, Frame, Parting, Purpose, Readings, Room, Station, Up, Violation,
    device::{Effect as FromDevice, Input as ToDevice},
    frame::{EVIDENCE_LIMIT, FRAME_LIMIT, Goodbye},
    part::Part,
    station::{Effect, Input as ToStation},
};

const CONN: Conn = Conn(1);

/// A station with a connection that has said hello and was welcomed.
fn welcomed(accepted: Option<Position>) -> Station {
    let mut station = Station::new(DEVICE, Room::Open);
    station.handle(Mono(0), ToStation::Connected(CONN));
    sent(&mut station, &hello(1));
    station.handle(Mono(0), ToStation::Welcome { conn: CONN, accepted, mark: None });
    assert_eq!(station.live(), Some(CONN));
    station
}

fn hello(version: u64) -> Up {
    Up::Hello { version, boot: b"boot".to_vec() }
}

fn sent(station: &mut Station, frame: &Up) -> Vec<Effect> {
    station.handle(Mono(0), ToStation::Received(CONN, frame.to_bytes()))
}

/// Why the station ended the session; it said goodbye with the code, and closed.
fn ended(effects: &[Effect]) -> Violation {
    let Some(Effect::Parted(CONN, Parting::Violated(violation))) = effects.last() else {
        panic!("no violation in {effects:?}")
    };
    assert_eq!(effects[effects.len() - 2], Effect::Close(CONN));
    let Effect::Send(CONN, goodbye) = &effects[effects.len() - 3] else { panic!("no goodbye") };
    let Ok(Down::Goodbye(Goodbye { code, .. })) = Down::decode_message(goodbye) else { panic!("no goodbye") };
    assert_eq!(code.as_str(), violation.code());
    violation.clone()
}

fn written(number: u8, last: Option<Position>, kinds: &[Kind]) -> Vec<Entry> {
    let at = Time { mono: Mono(0), wall: Wall(0), quality: ClockQuality::Floor };
    let mut chain = Chain::resume(&DEVICE, boot(number), last);
    kinds.iter().map(|&kind| chain.append(at, kind, vec![number; 20]).unwrap()).collect()
}

fn run(entries: &[Entry]) -> Up {
    run_of(entries, None)
}

fn run_of(entries: &[Entry], branch: Option<Branch>) -> Up {
    Up::Run { run: Run::new(entries.to_vec()).unwrap(), seal: b"seal".to_vec(), branch }
}

#[test]
fn frames_out_of_their_order_have_each_their_reason() {
    let mut station = Station::new(DEVICE, Room::Open);
    station.handle(Mono(0), ToStation::Connected(CONN));
    assert_eq!(ended(&sent(&mut station, &Up::RenewalAsked)), Violation::BeforeHello);

    let mut station = Station::new(DEVICE, Room::Open);
    station.handle(Mono(0), ToStation::Connected(CONN));
    let ask = Up::TimeAsked { nonce: Nonce([1; 32]) };
    assert_eq!(sent(&mut station, &ask), [Effect::TimeAsked(CONN, Nonce([1; 32]))]);
    assert_eq!(ended(&sent(&mut station, &ask)), Violation::BeforeHello, "once is enough");

    let mut station = Station::new(DEVICE, Room::Open);
    station.handle(Mono(0), ToStation::Connected(CONN));
    sent(&mut station, &hello(1));
    let beat = Up::Beat { letter: b"beat".to_vec() };
    assert_eq!(ended(&sent(&mut station, &beat)), Violation::BeforeWelcome);

    assert_eq!(ended(&sent(&mut welcomed(None), &hello(1))), Violation::HelloTwice);

    let mut station = Station::new(DEVICE, Room::Open);
    station.handle(Mono(0), ToStation::Connected(CONN));
    assert_eq!(ended(&sent(&mut station, &hello(2))), Violation::Version(2));
}

#[test]
fn bytes_that_are_no_frame_have_each_their_reason() {
    let refused = |bytes: Vec<u8>| ended(&welcomed(None).handle(Mono(0), ToStation::Received(CONN, bytes)));
    assert_eq!(refused(vec![0; FRAME_LIMIT + 1]), Violation::Oversize(FRAME_LIMIT + 1));
    assert_eq!(refused(vec![0x82, 0x0f, 0xa0]), Violation::UnknownFrame(15));
    assert_eq!(refused(Down::Room(Room::Open).to_bytes()), Violation::WrongWay(23));
    assert!(matches!(refused(vec![]), Violation::Malformed(_)));
    assert!(matches!(refused(vec![0x82, 0x06, 0xa1, 0x20, 0x00]), Violation::Malformed(_)), "critical key");
    let mut trailing = Up::RenewalAsked.to_bytes();
    trailing.push(0);
    assert!(matches!(refused(trailing), Violation::Malformed(_)));
}

#[test]
fn a_run_must_stand_on_what_was_announced() {
    let entries = written(1, None, &[Kind::Boot, Kind::Event, Kind::Event, Kind::Event]);
    let accepted = Some(entries[1].position());
    assert!(matches!(sent(&mut welcomed(accepted), &run(&entries[2..]))[..], [Effect::Offered(..)]));
    assert_eq!(ended(&sent(&mut welcomed(accepted), &run(&entries[3..]))), Violation::Astray);
    assert_eq!(ended(&sent(&mut welcomed(accepted), &run(&entries[..2]))), Violation::Replayed);
    assert_eq!(ended(&sent(&mut welcomed(accepted), &run(&entries[1..]))), Violation::Replayed);
    assert_eq!(ended(&sent(&mut welcomed(None), &run(&entries[1..]))), Violation::Astray);

    let of_another = Chain::resume(&vocab::DeviceId([9; 16]), boot(1), None)
        .append(Time { mono: Mono(0), wall: Wall(0), quality: ClockQuality::Floor }, Kind::Boot, vec![])
        .unwrap();
    assert_eq!(ended(&sent(&mut welcomed(None), &run(&[of_another]))), Violation::Astray);
}

#[test]
fn the_second_run_must_stand_on_the_first() {
    let entries = written(1, None, &[Kind::Boot, Kind::Event, Kind::Event]);
    let mut station = welcomed(None);
    sent(&mut station, &run(&entries[..1]));
    assert!(matches!(sent(&mut station, &run(&entries[1..2]))[..], [Effect::Offered(..)]));
    assert_eq!(ended(&sent(&mut station, &run(&entries[1..]))), Violation::Replayed);
}

#[test]
fn a_number_that_jumps_and_a_boot_without_its_entry_are_refused_on_the_right_head() {
    let entries = written(1, None, &[Kind::Boot]);
    let accepted = entries[0].position();
    let jumped = written(1, Some(Position { seq: 7, ..accepted }), &[Kind::Event]);
    assert_eq!(ended(&sent(&mut welcomed(Some(accepted)), &run(&jumped))), Violation::Number(8));
    let silent = written(2, Some(accepted), &[Kind::Event]);
    assert_eq!(ended(&sent(&mut welcomed(Some(accepted)), &run(&silent))), Violation::Number(2));
}

#[test]
fn a_branch_must_resume_what_was_announced_and_come_first() {
    let entries = written(1, None, &[Kind::Boot, Kind::Event, Kind::Event]);
    let accepted = entries[2].position();
    let other = written(2, Some(entries[0].position()), &[Kind::Boot, Kind::Branch, Kind::Event]);
    let branch = |resumes| Some(Branch { resumes, lost_from: 2, lost_to: 3 });
    let honest = run_of(&other, branch(accepted));
    let elsewhere = run_of(&other, branch(entries[1].position()));
    assert!(matches!(sent(&mut welcomed(Some(accepted)), &honest)[..], [Effect::Offered(..)]));
    assert_eq!(ended(&sent(&mut welcomed(Some(accepted)), &elsewhere)), Violation::BranchElsewhere);
    let later = run_of(&other[1..], branch(accepted));
    assert_eq!(
        ended(&sent(&mut welcomed(Some(accepted)), &later)),
        Violation::Astray,
        "its beginning is missing"
    );
    assert_eq!(ended(&sent(&mut welcomed(None), &honest)), Violation::Astray, "nothing was announced");

    let mut station = welcomed(Some(accepted));
    let next = written(1, Some(accepted), &[Kind::Event]);
    sent(&mut station, &run(&next));
    assert_eq!(
        ended(&sent(&mut station, &honest)),
        Violation::Replayed,
        "a session that goes on cannot branch"
    );
}

#[test]
fn what_does_not_follow_is_still_handed_over_to_be_judged() {
    let entries = written(1, None, &[Kind::Boot, Kind::Event]);
    let clone = written(2, Some(entries[0].position()), &[Kind::Boot]);
    let effects = sent(&mut welcomed(Some(entries[1].position())), &run(&clone));
    let Effect::Strayed(CONN, stray) = &effects[0] else { panic!("{effects:?}") };
    assert_eq!((stray.run.entries(), &stray.seal[..]), (&clone[..], &b"seal"[..]));
    assert_eq!(ended(&effects), Violation::Replayed);
}

#[test]
fn more_runs_than_the_window_holds_are_refused() {
    let first = written(1, None, &[Kind::Boot]);
    let rest = written(1, Some(first[0].position()), &[Kind::Event; 9]);
    let mut station = welcomed(Some(first[0].position()));
    for entry in &rest[..8] {
        assert!(matches!(sent(&mut station, &run(core::slice::from_ref(entry)))[..], [Effect::Offered(..)]));
    }
    assert_eq!(ended(&sent(&mut station, &run(&rest[8..]))), Violation::Window);
}

#[test]
fn a_flood_is_cut_at_both_ends() {
    let mut station = welcomed(None);
    let beat = Up::Beat { letter: b"beat".to_vec() };
    let last =
        (0..1_000).map(|_| sent(&mut station, &beat)).find(|effects| !matches!(effects[0], Effect::Beat(..)));
    assert_eq!(ended(&last.unwrap()), Violation::Flood);

    let mut world = World::fair();
    world.run_for(Duration::from_secs(1));
    let ack = Down::Room(Room::Open).to_bytes();
    let conn = world.conn;
    let flood = (0..300).map(|_| world.device.handle(world.now, ToDevice::Received(conn, ack.clone())));
    let parted = flood.flatten().find(|effect| matches!(effect, FromDevice::Parted(..)));
    assert_eq!(parted, Some(FromDevice::Parted(conn, Parting::Violated(Violation::Flood))));
}

#[test]
fn an_honest_pace_is_no_flood() {
    let mut station = welcomed(None);
    let beat = Up::Beat { letter: b"beat".to_vec() }.to_bytes();
    for tick in 0..2_000u64 {
        let now = Mono(tick * 10_000_000);
        let effects = station.handle(now, ToStation::Received(CONN, beat.clone()));
        assert!(matches!(effects[0], Effect::Beat(..)), "{effects:?}");
    }
}

/// A device in a session, and what it does with a frame of its station.
fn told(frame: &Down) -> Vec<FromDevice> {
    let mut world = World::fair();
    world.run_for(Duration::from_secs(1));
    world.device.handle(world.now, ToDevice::Received(world.conn, frame.to_bytes()))
}

fn left(effects: &[FromDevice]) -> Violation {
    let Some(FromDevice::Parted(_, Parting::Violated(violation))) = effects.last() else {
        panic!("no violation in {effects:?}")
    };
    violation.clone()
}

#[test]
fn a_station_that_breaks_the_protocol_is_left() {
    let welcome = Down::Welcome { accepted: None, mark: None, room: Room::Open };
    assert_eq!(left(&told(&welcome)), Violation::WelcomeTwice);
    assert_eq!(left(&told(&Down::Ack { accepted: None, mark: None })), Violation::UnknownAck);

    let mut device = Device::new(b"boot".to_vec(), None, Adopted::default(), 1);
    device.handle(Mono(0), ToDevice::Tick);
    device.handle(Mono(0), ToDevice::Connected { conn: CONN, time: None });
    let early = Down::Room(Room::Open).to_bytes();
    assert_eq!(left(&device.handle(Mono(0), ToDevice::Received(CONN, early))), Violation::BeforeWelcome);

    let mut world = World::fair();
    world.run_for(Duration::from_secs(1));
    let reflected = Up::RenewalAsked.to_bytes();
    let effects = world.device.handle(world.now, ToDevice::Received(world.conn, reflected));
    assert_eq!(left(&effects), Violation::WrongWay(6));
    assert!(!world.device.is_live());
    world.run_for(Duration::from_mins(1));
    assert!(world.device.is_live(), "it comes back by itself");
}

#[test]
fn an_idle_device_costs_the_fleet_a_kilobyte() {
    let mut world = World::fair();
    world.run_for(Duration::from_mins(10));
    assert!(world.station.live().is_some());
    assert_eq!(world.station.held(), 0);
    assert!(size_of::<Station>() <= 1024, "{}", size_of::<Station>());
}

#[test]
fn what_strangers_see_is_a_code_and_a_sentence_that_fit() {
    let long = Violation::Malformed(crypto::cbor::Malformed {
        offset: 7,
        reason: crypto::cbor::Reason::Shape("ü\n".repeat(300)),
    });
    let Goodbye { code, sentence } = Parting::Violated(long).goodbye();
    assert_eq!(code.as_str(), "link/malformed");
    assert!(sentence.as_str().len() <= 128 && !sentence.as_str().contains('\n'));
}

fn frame_up() -> impl Strategy<Value = Up> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..300);
    let nonce = || prop_oneof![Just(Nonce([1; 32])), Just(Nonce([2; 32]))];
    let entries = written(1, None, &[Kind::Boot, Kind::Event, Kind::Event, Kind::Event, Kind::Event]);
    let run = (0..5usize, 1..6usize, bytes()).prop_map(move |(from, count, seal)| {
        let entries = entries[from..entries.len().min(from + count)].to_vec();
        let branch =
            (count == 3).then(|| Branch { resumes: entries[0].position(), lost_from: 1, lost_to: 2 });
        Up::Run { run: Run::new(entries).unwrap(), seal, branch }
    });
    prop_oneof![
        (0..3u64, bytes()).prop_map(|(version, boot)| Up::Hello { version, boot }),
        nonce().prop_map(|nonce| Up::TimeAsked { nonce }),
        run,
        bytes().prop_map(|letter| Up::Beat { letter }),
        (0..4u64, 0..4u64).prop_map(|(generation, proved)| Up::Adopted(Adopted {
            generation: Generation(generation),
            state: None,
            proved: Generation(proved),
        })),
        (nonce(), bytes()).prop_map(|(nonce, letter)| Up::Evidence { nonce, letter }),
        Just(Up::RenewalAsked),
        (nonce(), bytes()).prop_map(|(nonce, letter)| Up::Renewal { nonce, letter }),
        part().prop_map(Up::Part),
        (0..9u64, -9..9i32).prop_map(|(now, milli)| {
            let (sensor, at) = (SensorName::new("rail").unwrap(), Mono(now / 2));
            let reading = Reading { sensor, at, value: Value::Rail(MilliVolts(milli)) };
            Up::Readings(Readings { now: Mono(now), readings: vec![reading] })
        }),
    ]
}

fn frame_down() -> impl Strategy<Value = Down> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..300);
    let position = || {
        let at = |seq| Position { boot: BootId([1; 16]), seq, head: journal::Head(Digest([3; 32])) };
        prop_oneof![Just(None), (0..4u64).prop_map(move |seq| Some(at(seq)))]
    };
    let mark = || position().prop_map(|at| at.map(|at| at.cursor()));
    let room = || prop_oneof![Just(Room::Open), Just(Room::Quarantine)];
    let purpose = prop_oneof![Just(Purpose::Evidence), Just(Purpose::Renewal)];
    prop_oneof![
        (position(), mark(), room()).prop_map(|(accepted, mark, room)| Down::Welcome {
            accepted,
            mark,
            room
        }),
        (position(), mark()).prop_map(|(accepted, mark)| Down::Ack { accepted, mark }),
        bytes().prop_map(|letter| Down::State { letter }),
        bytes().prop_map(|letter| Down::Proof { letter }),
        purpose.prop_map(|purpose| Down::Challenge { nonce: Nonce([1; 32]), purpose }),
        bytes().prop_map(|letter| Down::Time { letter }),
        bytes().prop_map(|chain| Down::Certificate { chain }),
        room().prop_map(Down::Room),
        part().prop_map(Down::Part),
        Just(Down::Watch),
    ]
}

fn part() -> impl Strategy<Value = Part> {
    let size = prop_oneof![Just(crate::part::PART_BYTES), 0..300usize];
    (0..4u32, 0..6u32, size, 0..2u8).prop_map(|(index, count, size, digest)| Part {
        digest: Digest([digest; 32]),
        index,
        count,
        bytes: vec![7; size],
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_frame_is_read_as_it_was_written_and_none_of_its_prefixes_is(up in frame_up(), down in frame_down()) {
        let (up_bytes, down_bytes) = (up.to_bytes(), down.to_bytes());
        prop_assert_eq!(Up::decode_message(&up_bytes), Ok(up));
        prop_assert_eq!(Down::decode_message(&down_bytes), Ok(down));
        for cut in 0..up_bytes.len().min(600) {
            prop_assert!(Up::decode_message(&up_bytes[..cut]).is_err());
        }
        for cut in 0..down_bytes.len().min(600) {
            prop_assert!(Down::decode_message(&down_bytes[..cut]).is_err());
        }
    }

    #[test]
    fn no_bytes_make_a_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), tag in 0..32u8) {
        let _ = Up::decode_message(&bytes);
        let _ = Down::decode_message(&bytes);
        let mut tagged = vec![0x82, tag];
        tagged.extend(bytes);
        let _ = Up::decode_message(&tagged);
        let _ = Down::decode_whole(&tagged);
    }

    #[test]
    fn no_flipped_bit_makes_a_decoder_panic(up in frame_up(), bit in any::<prop::sample::Index>()) {
        let mut bytes = up.to_bytes();
        let bit = bit.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        let _ = Up::decode_message(&bytes);
    }

    #[test]
    fn no_sequence_of_frames_makes_a_station_panic_or_grow(
        frames in prop::collection::vec((frame_up(), any::<bool>()), 0..120),
        accepts in any::<bool>(),
    ) {
        let mut station = Station::new(DEVICE, Room::Open);
        let mut conn = Conn(0);
        for (at, (frame, prelude)) in frames.iter().enumerate() {
            let now = Mono(at as u64 * 700_000_000);
            if station.live().is_none() || *prelude && at % 17 == 0 {
                conn.0 += 1;
                station.handle(now, ToStation::Connected(conn));
                station.handle(now, ToStation::Received(conn, hello(1).to_bytes()));
                station.handle(now, ToStation::Welcome { conn, accepted: None, mark: None });
                let purpose = if *prelude { Purpose::Evidence } else { Purpose::Renewal };
                station.handle(now, ToStation::Challenge { nonce: Nonce([1; 32]), purpose });
            }
            for effect in station.handle(now, ToStation::Received(conn, frame.to_bytes())) {
                if let Effect::Offered(conn, offer) = effect {
                    let at = offer.run.ends_at();
                    let answer = ToStation::Accepted { conn, at, mark: Some(at.cursor()) };
                    station.handle(now, if accepts { answer } else { ToStation::Flushed(conn) });
                }
            }
            prop_assert!(station.held() <= EVIDENCE_LIMIT);
            prop_assert!(station.deadline().is_none_or(|deadline| deadline > now), "a deadline that never passes");
        }
    }

    #[test]
    fn no_sequence_of_frames_makes_a_device_panic_or_grow(
        frames in prop::collection::vec(frame_down(), 0..120),
    ) {
        let mut world = World::fair();
        world.run_for(Duration::from_secs(1));
        for frame in &frames {
            world.device(ToDevice::Received(world.conn, frame.to_bytes()));
            prop_assert!(world.device.held() <= crate::frame::STATE_LIMIT * 2);
            world.run_for(Duration::from_millis(700));
        }
    }

    #[test]
    fn whatever_the_seed_and_the_weather_nothing_is_lost(seed in any::<u64>(), one_in in 2..8u64) {
        let mut world = World::new(seed, super::wire::Weather::Foul { one_in, times: 20 });
        for at in 0..30u64 {
            let lane = if at % 7 == 0 { crate::uplink::Lane::Alarm } else { crate::uplink::Lane::Bulk };
            world.append(Kind::Event, 30, lane);
            world.run_for(Duration::from_millis(300));
        }
        world.run_for(Duration::from_hours(1));
        prop_assert!(world.is_complete());
    }
}
