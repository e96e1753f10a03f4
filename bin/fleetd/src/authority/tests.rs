use std::time::Duration;

use admit::pki::{Spiffe, Subject};
use tls::Trust;
use vocab::{DeviceId, ServiceName};

use super::*;
use crate::{
    own,
    testing::{Home, Machine, fleet},
};

#[test]
fn both_zones_have_roots_of_their_own_and_open_again_as_they_were() {
    let home = Home::ready();
    let (first, again) = (home.zones(), home.zones());
    for zone in [TrustZone::Device, TrustZone::Service] {
        assert_eq!(first.root(zone), again.root(zone));
    }
    assert_ne!(first.root(TrustZone::Device), first.root(TrustZone::Service));
}

#[test]
fn a_certificate_says_what_its_profile_says() {
    let (home, machine) = (Home::ready(), Machine::new());
    let zones = home.zones();
    let until = moment::wall() + Duration::from_hours(2);
    let device = DeviceId([7; 16]);
    let profile = Profile {
        name: Spiffe::Device { fleet: fleet(), device },
        key: Subject::Device(machine.device_key()),
        serial: own::serial(),
        not_before: Wall(0),
        not_after: until,
        usage: Usage::Quarantine,
    };
    let chain = zones.certify(&profile);
    let own = tls::key::Own::read(&chain).unwrap();
    assert_eq!(own.uris, [format!("spiffe://device.nord/{device}")]);
    assert_eq!(own.point, machine.device_key::<crypto::key::Device>().as_bytes());
    assert_eq!((own.not_before, own.not_after), (Wall(0), Wall(until.0 / 1_000_000 * 1_000_000)));
    assert_eq!(chain.len(), 2, "and its issuer's, without the root");
}

/// More than half of the life of the services' issuing authority is over.
pub(crate) fn grow_old(ring: &Ring) {
    let name = file(TrustZone::Service, ISSUING);
    let before = read(ring, &name).unwrap();
    let old = Stored { until: moment::wall() + ISSUING_LIFE / 3, ..before };
    ring.seal(&name, &cbor::encode(&old)).unwrap();
}

#[test]
fn an_issuing_authority_that_grows_old_is_made_anew_under_the_same_root() {
    let home = Home::ready();
    let ring = Ring::new(&home.folder, fleet(), crate::kek::read(&home.kek).unwrap());
    let name = file(TrustZone::Service, ISSUING);
    let old = read(&ring, &name).unwrap();
    grow_old(&ring);
    let root = home.zones().root(TrustZone::Service).to_vec();
    let after = read(&ring, &name).unwrap();
    assert_ne!(after.certificate, old.certificate);
    assert_eq!(home.zones().root(TrustZone::Service), root);
    let key = crypto::key::PublicKey::from_bytes(new_key().der_bytes()).unwrap();
    let name = ServiceName::new("fleetd").unwrap();
    let profile = Profile::listener(&fleet(), &name, key, own::serial(), moment::wall());
    assert_eq!(home.zones().certify(&profile)[1], after.certificate.to_vec());
    assert!(Trust::of_server(&[root], "spiffe://service.nord/fleetd", || None).is_ok());
}
