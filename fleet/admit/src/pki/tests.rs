use alloc::string::ToString;

use super::*;
use crate::testing::{Chip, DEV, NOW, fleet, later};

const SERIAL: Serial = Serial::from_random([0xff; 16]);

#[test]
fn a_certificate_lives_as_long_as_its_use_allows() {
    let (device, service) = (Chip::of(1).public(), Chip::of(2).public());
    let (fleet, name) = (fleet(), ServiceName::new("hardware").unwrap());
    let of = Named { fleet: &fleet, device: DEV, key: &device };
    let (hour, day) = (3600, 24 * 3600);
    let cases = [
        (Profile::device(of, SERIAL, NOW), Usage::Client, day),
        (Profile::quarantine(of, SERIAL, NOW), Usage::Quarantine, hour),
        (Profile::listener(&fleet, &name, service.clone(), SERIAL, NOW), Usage::Server, 7 * day),
        (Profile::caller(&fleet, &name, service, SERIAL, NOW), Usage::Client, 7 * day),
    ];
    for (profile, usage, life) in cases {
        assert_eq!(profile.usage, usage);
        assert_eq!(profile.not_before, later(-300), "{usage:?}");
        assert_eq!(profile.not_after, later(life), "{usage:?}");
    }
}

#[test]
fn a_profile_names_the_device_or_the_service_and_certifies_its_point() {
    let (device, service) = (Chip::of(1).public(), Chip::of(2).public());
    let (fleet, name) = (fleet(), ServiceName::new("hardware").unwrap());
    let box_ = Profile::device(Named { fleet: &fleet, device: DEV, key: &device }, SERIAL, NOW);
    assert_eq!(box_.name.to_string(), alloc::format!("spiffe://device.nord/{DEV}"));
    assert_eq!(box_.key.point(), device.as_bytes());
    let listener = Profile::listener(&fleet, &name, service.clone(), SERIAL, NOW);
    assert_eq!(listener.name.to_string(), "spiffe://service.nord/hardware");
    assert_eq!(listener.key.point(), service.as_bytes());
}

#[test]
fn a_serial_is_positive_and_sixteen_bytes_long_whatever_was_drawn() {
    for random in [[0; 16], [0xff; 16], [0x80; 16]] {
        let first = Serial::from_random(random).as_bytes()[0];
        assert!((0x40..0x80).contains(&first), "{first:02x}");
        assert_eq!(Serial::from_random(random).as_bytes()[1..], random[1..]);
    }
}

#[test]
fn a_name_has_one_spelling() {
    let good = [alloc::format!("spiffe://device.nord/{DEV}"), "spiffe://service.nord/hardware".to_string()];
    for uri in good {
        assert_eq!(uri.parse::<Spiffe>().map(|name| name.to_string()), Ok(uri));
    }
    let id = DEV.to_string();
    let bad = [
        alloc::format!("SPIFFE://device.nord/{id}"),
        alloc::format!("https://device.nord/{id}"),
        alloc::format!("spiffe://Device.nord/{id}"),
        alloc::format!("spiffe://device.NORD/{id}"),
        alloc::format!("spiffe://device.nord.evil/{id}"),
        alloc::format!("spiffe://device.nord:1/{id}"),
        alloc::format!("spiffe://person.nord/{id}"),
        alloc::format!("spiffe://nord/{id}"),
        alloc::format!("spiffe://device./{id}"),
        alloc::format!("spiffe://device.nord//{id}"),
        alloc::format!("spiffe://device.nord/{id}/"),
        alloc::format!("spiffe://device.nord/{id}?a=b"),
        alloc::format!("spiffe://device.nord/{id}#a"),
        alloc::format!("spiffe://device.nord/{}", id.to_uppercase()),
        "spiffe://device.nord/".to_string(),
        "spiffe://device.nord".to_string(),
        "spiffe://service.nord/".to_string(),
        "spiffe://service.nord/a/b".to_string(),
        String::new(),
    ];
    for uri in bad {
        assert_eq!(uri.parse::<Spiffe>(), Err(NoIdentity), "{uri}");
    }
}
