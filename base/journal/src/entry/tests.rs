use alloc::vec;

use vocab::DeviceId;

use super::*;

fn header() -> Header {
    Header {
        boot: BootId([2; 16]),
        seq: 7,
        prev: Head::genesis(&DeviceId([1; 16])),
        mono: Mono(5),
        wall: Wall(6),
        quality: ClockQuality::Carried,
        kind: Kind::Event,
    }
}

#[test]
fn an_entry_keeps_its_bytes_and_its_head() {
    let entry = Entry::new(header(), vec![1, 2, 3]).unwrap();
    let again = Entry::from_parts(entry.header_bytes().to_vec(), vec![1, 2, 3]).unwrap();
    assert_eq!(again, entry);
    assert_eq!((again.position().seq, again.header().time().mono), (7, Mono(5)));
}

#[test]
fn every_bit_of_header_and_body_is_bound_into_the_head() {
    let entry = Entry::new(header(), vec![0; 16]).unwrap();
    for bit in 0..entry.header_bytes().len() * 8 {
        let mut bytes = entry.header_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Ok(changed) = Entry::from_parts(bytes, entry.body().to_vec()) {
            assert_ne!(changed.head(), entry.head(), "bit {bit}");
        }
    }
    for bit in 0..128 {
        let mut body = entry.body().to_vec();
        body[bit / 8] ^= 1 << (bit % 8);
        assert_ne!(Entry::new(header(), body).unwrap().head(), entry.head());
    }
}

#[test]
fn a_body_beyond_the_limit_and_a_sloppy_header_are_refused() {
    let long = Entry::new(header(), vec![0; BODY_LIMIT + 1]);
    assert_eq!(long.unwrap_err(), BadEntry::BodyTooLong(BODY_LIMIT + 1));
    let mut trailing = cbor::encode(&header());
    trailing.push(0);
    assert!(matches!(Entry::from_parts(trailing, vec![]), Err(BadEntry::Header(_))));
}
