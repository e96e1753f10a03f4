use settings::{Environment, KEYS, Security, Zones};

use super::*;

fn written(text: &str) -> Vec<Written> {
    #[derive(serde::Deserialize)]
    struct Blocks {
        #[serde(default)]
        security: Security,
        #[serde(default)]
        environment: Environment,
        #[serde(default)]
        zones: Zones,
    }
    let blocks: Blocks = settings::parse(text).unwrap();
    [blocks.security.written(), blocks.environment.written(), blocks.zones.written()].concat()
}

#[test]
fn each_key_is_obeyed_here_or_by_devices_or_said_to_be_neither() {
    let asked = "\
security:
  hardware: { tamper_detection: enabled, secure_boot: required, key_rotation: 30d }
  network: { tls_version: \"1.3\", cipher_suites: [TLS_AES_256_GCM_SHA384] }
  authentication:
    password_policy: { min_length: 12, complexity: high }
    session_timeout: 8h
    token_expiry: 1h
environment:
  physical: { temperature_monitoring: true, tamper_detection: true, access_control: true }
  network: { segmentation: true, encryption: true, monitoring: true }
zones:
  external: { access: restricted, encryption: optional, auth: token-based }
  internal: { access: service-mesh, encryption: mtls, auth: service-account }
  hardware: { access: isolated, encryption: hardware-key, auth: device-specific }
";
    let all = written(asked);
    assert_eq!(all.iter().map(|key| key.path).collect::<Vec<_>>(), KEYS, "every key there is");
    let said = settings::unmet(&all, obeyed);
    let named = |path: &str| said.iter().any(|sentence| sentence.starts_with(&format!("`{path}")));
    for path in [
        "security.hardware.secure_boot",
        "environment.physical.access_control",
        "environment.network.segmentation",
    ] {
        assert!(named(path), "{path}: {said:#?}");
    }
    for path in [
        "security.authentication.",
        "security.hardware.key_rotation",
        "security.network.tls_version",
        "zones.internal.encryption",
    ] {
        assert!(!named(path), "{path}: {said:#?}");
    }
    let off = written(
        "security: { hardware: { secure_boot: optional } }\nenvironment: { network: { segmentation: false } }",
    );
    assert_eq!(settings::unmet(&off, obeyed), [] as [&str; 0], "what is not asked for is not missed");
}
