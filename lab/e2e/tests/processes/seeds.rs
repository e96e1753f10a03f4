//! The three blocks, as the two documents that ask for this house have them, in both daemons.

use std::{fs, time::Duration};

use api::word::Connection;
use cli::{Proof, Server};
use host::Fleet;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType,
};

use crate::machine::Machine;

/// As they stand there.
const BLOCKS: &str = "\
security:
  hardware:
    tamper_detection: enabled
    secure_boot: required
    key_rotation: 30d
  network:
    tls_version: \"1.3\"
    cipher_suites:
      - TLS_AES_256_GCM_SHA384
      - TLS_CHACHA20_POLY1305_SHA256
  authentication:
    password_policy:
      min_length: 12
      complexity: high
    session_timeout: 1h
    token_expiry: 24h
environment:
  physical:
    temperature_monitoring: true
    tamper_detection: true
    access_control: true
  network:
    segmentation: true
    encryption: true
    monitoring: true
# Security zones
zones:
  external:
    access: restricted
    encryption: required
    auth: token-based
  internal:
    access: service-mesh
    encryption: mtls
    auth: service-account
  hardware:
    access: isolated
    encryption: hardware-key
    auth: device-specific
";

/// By what people know the fleet's page.
const PAGE: &str = "spiffe://service.nord/people";

#[test]
fn the_three_blocks_load_as_written_and_both_daemons_work_by_them() {
    let mut fleet = crate::fleet();
    // `zones.external.encryption: required` is taken at its word.
    fleet.more = BLOCKS.into();
    fleet.configure();
    let said = fleet.spawn().ended().failed_with("fleetd/held");
    assert!(said.contains("zones.external.encryption"), "{said}");
    let authority = certificate(&mut fleet);
    let fleetd = fleet.start();
    for key in ["security.hardware.secure_boot", "environment.physical.access_control"] {
        fleetd.says(&["\"WARN\"", key]);
    }
    let url = format!("https://{}", fleet.ports().external);
    let proof = Proof { authority: Some(&authority), name: Some(PAGE) };
    let ada = fleet.ada_at(&Server::new(&url, &proof).unwrap());
    let mut machine = Machine::new("gate-7");
    machine.more = BLOCKS.into();
    let metald = machine.join(&fleet, &ada);
    for key in ["security.hardware.secure_boot", "zones.hardware.encryption"] {
        metald.says(&["\"WARN\"", key]);
    }
    // `environment.network.monitoring: true`, and no sense was named.
    metald.says(&["the sense `interfaces` is added"]);
    ada.sees_device("gate-7", "what the blocks ask for", |device| {
        device.connection.value == Connection::Live
            && device.sensors.iter().any(|one| one.name == "interfaces")
    });
}

#[test]
fn suites_and_the_age_of_keys_are_those_of_the_file() {
    let network = |suite: &str| {
        format!("security: {{ network: {{ cipher_suites: [{suite}] }}, hardware: {{ key_rotation: 1h }} }}\n")
    };
    let mut fleet = crate::fleet();
    fleet.more = network("TLS_CHACHA20_POLY1305_SHA256");
    fleet.configure();
    let began = host::now();
    let fleetd = fleet.start();
    let ready = fleetd.says(&["is ready"]);
    let renews = ready.split("\"renews\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let hour = Duration::from_hours(1);
    let (from, until) = ((began + hour).to_string(), (host::now() + hour).to_string());
    assert!(*from <= *renews && *renews <= *until, "{from} {renews} {until}");

    let ada = fleet.ada();
    let mut machine = Machine::new("gate-7");
    machine.more = network("TLS_AES_256_GCM_SHA384");
    machine.prepare(&fleet, &ada.token());
    machine.spawn().says(&["tls/alert"]);
    machine.more = network("TLS_CHACHA20_POLY1305_SHA256");
    let _metald = machine.join(&fleet, &ada);
}

/// Gives people's listener a certificate, and gives the root that they believe.
pub(crate) fn certificate(fleet: &mut Fleet) -> Vec<u8> {
    let key = || KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let root = CertifiedIssuer::self_signed(params, key()).unwrap();
    let mut params = CertificateParams::default();
    params.subject_alt_names = vec![SanType::URI(PAGE.try_into().unwrap())];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = key();
    let leaf = params.signed_by(&key, &root).unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(fleet.home().join(name), bytes).unwrap();
    put("people.crt", leaf.der());
    put("people.key", &key.serialize_der());
    let home = fleet.home().display();
    fleet.external = format!("{{ tls: {{ certificate: {home}/people.crt, key: {home}/people.key }} }}");
    fleet.configure();
    root.der().to_vec()
}
