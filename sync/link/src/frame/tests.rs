use alloc::vec;

use crypto::hex;

use super::*;

#[test]
fn a_frame_is_its_tag_and_a_map_of_its_fields() {
    // RFC 8949 diagnostic notation beside each.
    let hello = Up::Hello { version: 1, boot: vec![0xaa, 0xbb] };
    assert_eq!(hex::encode(&hello.to_bytes()), "8200a200010142aabb", "[0, {{0: 1, 1: h'aabb'}}]");
    assert_eq!(hex::encode(&Up::RenewalAsked.to_bytes()), "8206a0", "[6, {{}}]");
    let adopted = Up::Adopted(Adopted { generation: Generation(7), state: None, proved: Generation(6) });
    assert_eq!(hex::encode(&adopted.to_bytes()), "8204a100a200070206", "[4, {{0: {{0: 7, 2: 6}}}}]");
    let welcome = Down::Welcome { accepted: None, mark: None, room: Room::Quarantine };
    assert_eq!(hex::encode(&welcome.to_bytes()), "8210a10201", "[16, {{2: 1}}]");
    assert_eq!(hex::encode(&Down::Room(Room::Open).to_bytes()), "8217a10000", "[23, {{0: 0}}]");
}

#[test]
fn a_field_that_a_newer_peer_adds_is_passed_over_unless_it_is_critical() {
    let newer = [0x82, 0x06, 0xa1, 0x18, 0x63, 0x00];
    assert_eq!(Up::decode_message(&newer), Ok(Up::RenewalAsked));
    let critical = [0x82, 0x06, 0xa1, 0x20, 0x00];
    assert!(matches!(Up::decode_message(&critical), Err(Violation::Malformed(_))));
}

#[test]
fn the_longest_entry_and_the_longest_seal_share_one_frame() {
    use journal::{Chain, entry::BODY_LIMIT};
    use vocab::{BootId, ClockQuality, DeviceId, Mono, Time, Wall};
    let at = Time { mono: Mono(u64::MAX), wall: Wall(i64::MIN), quality: ClockQuality::Fleet };
    let resumes = Position { boot: BootId([1; 16]), seq: u64::MAX - 9, head: journal::Head(Digest([1; 32])) };
    let mut chain = Chain::resume(&DeviceId([1; 16]), BootId([2; 16]), Some(resumes));
    let entry = chain.append(at, journal::Kind::Gap, vec![0; BODY_LIMIT]).unwrap();
    let branch = Some(Branch { resumes, lost_from: u64::MAX, lost_to: u64::MAX });
    let run = Up::Run { run: Run::new(vec![entry]).unwrap(), seal: vec![0; LETTER_LIMIT], branch };
    let bytes = run.to_bytes();
    assert!(bytes.len() <= FRAME_LIMIT, "{}", bytes.len());
    assert_eq!(Up::decode_message(&bytes), Ok(run));
}

#[test]
fn a_run_of_256_entries_is_within_the_items_limit() {
    use journal::{Chain, run::ENTRIES_LIMIT};
    use vocab::{BootId, ClockQuality, DeviceId, Mono, Time, Wall};
    let at = Time { mono: Mono(0), wall: Wall(0), quality: ClockQuality::Floor };
    let mut chain = Chain::resume(&DeviceId([1; 16]), BootId([2; 16]), None);
    let entries =
        (0..ENTRIES_LIMIT).map(|_| chain.append(at, journal::Kind::Event, vec![]).unwrap()).collect();
    let run = Up::Run { run: Run::new(entries).unwrap(), seal: vec![0; 10], branch: None };
    assert_eq!(Up::decode_message(&run.to_bytes()), Ok(run));
}

#[test]
fn entries_that_do_not_follow_are_no_frame() {
    // An empty run: [2, {0: [], 1: h''}]
    assert!(matches!(
        Up::decode_message(&[0x82, 0x02, 0xa2, 0x00, 0x80, 0x01, 0x40]),
        Err(Violation::Malformed(_))
    ));
}

#[test]
fn a_part_frame_in_parts_or_a_short_kind_is_refused() {
    assert_eq!(Down::decode_whole(&Down::Room(Room::Open).to_bytes()), Err(Violation::NotLong));
    assert!(Down::decode_whole(&Down::State { letter: vec![0; 70_000] }.to_bytes()).is_ok());
    let oversize = vec![0; FRAME_LIMIT + 1];
    assert_eq!(Down::decode_message(&oversize), Err(Violation::Oversize(FRAME_LIMIT + 1)));
}
