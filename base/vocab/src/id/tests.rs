use alloc::string::ToString;

use super::*;

#[test]
fn an_id_survives_its_text() {
    for id in [DeviceId([0; 16]), DeviceId([0xff; 16]), DeviceId(*b"0123456789abcdef")] {
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().len(), 30);
    }
}

#[test]
fn text_that_is_not_canonical_is_no_id() {
    let good = DeviceId([7; 16]).to_string();
    let unused_bits = alloc::format!("{}z", &good[..29]);
    for bad in [
        "",
        "dev_",
        &good[4..],
        &good[..29],
        &good.to_uppercase(),
        &unused_bits,
        "evt_aaaaaaaaaaaaaaaaaaaaaaaaaa",
    ] {
        assert_eq!(bad.parse::<DeviceId>(), Err(BadId { expected: "dev_" }), "{bad}");
    }
}

#[test]
fn a_v7_id_sorts_by_time_and_carries_version_and_variant() {
    let early = EventId::v7(Wall(1_000_000), [0xff; 10]);
    let late = EventId::v7(Wall(1_001_000), [0; 10]);
    assert!(early < late);
    assert_eq!((late.0[6] >> 4, late.0[8] >> 6), (7, 2));
    assert_eq!(&late.0[..6], &[0, 0, 0, 0, 0x03, 0xe9]);
}
