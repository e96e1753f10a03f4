use super::*;
use crate::testing::{Authority, DAY, HOUR, NOW, Paper, before};

#[test]
fn reads_what_a_certificate_says() {
    let [leaf, _] = Authority::new("acme").certify(&Paper::device()).try_into().unwrap();
    let read = Certificate::read(&leaf).unwrap();
    assert_eq!((read.not_before, read.not_after), (before(NOW, HOUR), NOW + DAY));
    assert_eq!(read.uris, [crate::testing::DEVICE.as_bytes()]);
    assert_eq!(read.usages, [oid(&[1, 3, 6, 1, 5, 5, 7, 3, 2])]);
}

#[test]
fn reads_what_a_revocation_list_says() {
    let list = Authority::new("acme").revoke(0x1234, &[7], NOW + DAY);
    let read = RevocationList::read(&list).unwrap();
    assert_eq!(read.number, [0x12, 0x34]);
    assert_eq!(read.signature[0], SEQUENCE);
    assert_eq!(&read.signed[..2], [SEQUENCE, 0x81]);
}

#[test]
fn no_prefix_and_no_changed_byte_makes_it_panic() {
    let authority = Authority::new("acme");
    let [leaf, _] = authority.certify(&Paper::device()).try_into().unwrap();
    let list = authority.revoke(1, &[7], NOW + DAY);
    for bytes in [leaf, list] {
        for end in 0..bytes.len() {
            assert!(Certificate::read(&bytes[..end]).is_none());
            assert!(RevocationList::read(&bytes[..end]).is_none());
        }
        for at in 0..bytes.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= change;
                let _ = (Certificate::read(&changed), RevocationList::read(&changed));
            }
        }
    }
}

#[test]
fn writes_object_identifiers_as_x690_does() {
    assert_eq!(oid(&[2, 5, 29, 37]), [0x55, 0x1d, 0x25]);
    assert_eq!(oid(&[1, 2, 840, 10_045, 2, 1]), [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]);
    assert_eq!(oid(&[2, 25, 0, 127, 128]), [0x69, 0x00, 0x7f, 0x81, 0x00]);
    assert_eq!(oid(&[2, 25, u64::MAX])[1..], [0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
}

#[test]
fn writes_signatures_with_the_shortest_positive_integers() {
    let mut fixed = [0; 64];
    (fixed[31], fixed[32], fixed[63]) = (0x80, 0x01, 0x02);
    let der = ecdsa(&fixed);
    assert_eq!(der[..7], [0x30, 0x26, 0x02, 0x02, 0x00, 0x80, 0x02]);
    assert_eq!((der[7], der[8], der.len()), (0x20, 0x01, 0x28));
    assert_eq!(ecdsa(&[0; 64]), [0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00]);
    assert_eq!(ecdsa(&[0xff; 64]).len(), 72);
}

#[test]
fn reads_both_forms_of_time_and_refuses_others() {
    let time = |tag: u8, text: &str| {
        let der = [&[tag, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        Reader(&der).time()
    };
    assert_eq!(time(UTC_TIME, "700101000000Z"), Some(Wall(0)));
    assert_eq!(time(UTC_TIME, "500101000000Z"), Some(Wall(-631_152_000_000_000)));
    assert_eq!(time(UTC_TIME, "240229235959Z"), Some(Wall(1_709_251_199_000_000)));
    assert_eq!(time(GENERALIZED_TIME, "20261122000000Z"), Some(NOW));
    assert_eq!(time(GENERALIZED_TIME, "99991231235959Z"), Some(Wall(253_402_300_799_000_000)));
    for wrong in ["2611220000Z", "261122000000", "261122000000+0100", "26112200000xZ"] {
        assert_eq!(time(UTC_TIME, wrong), None, "{wrong}");
    }
    assert_eq!(time(OCTET_STRING, "261122000000Z"), None);
}
