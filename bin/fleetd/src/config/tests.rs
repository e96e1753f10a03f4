use super::*;
use crate::testing::Home;

const SHORT: &str = "fleet: nord\n";

#[test]
fn a_short_file_means_the_usual_places() {
    let config: Config = settings::parse(SHORT).unwrap();
    assert_eq!(config.folder, PathBuf::from("/var/lib/wrale/fleet"));
    assert_eq!(config.kek, PathBuf::from("/etc/wrale/fleet.kek"));
    assert_eq!(config.listen.enrolment, "127.0.0.1:8443".parse().unwrap());
    assert_eq!(config.external, External::Plain);
    assert_eq!(config.software, [concat!("metald ", env!("CARGO_PKG_VERSION"))]);
}

#[test]
fn an_unknown_key_is_told_with_its_line_wherever_it_stands() {
    for (lines, key, line) in [
        ("fleets: x", "fleets", 2),
        ("listen:\n  outside: \"127.0.0.1:1\"", "outside", 3),
        ("people:\n  - name: ada\n    roles: []\n    key: x", "key", 5),
        ("public: { internal: x }", "internal", 2),
        ("security:\n  hardware:\n    lids: two", "lids", 4),
    ] {
        let mistake = settings::parse::<Config>(&format!("{SHORT}{lines}\n")).unwrap_err();
        let told = matches!(&mistake, settings::Mistake::UnknownKey { key: told, .. } if told == key);
        assert!(told && mistake.line() == Some(line), "{lines}: {mistake}");
    }
}

#[test]
fn people_have_roles_somewhere() {
    let home = Home::empty();
    let lines = "software: []";
    let mut config = home.config(lines);
    let everywhere = config.people[0].grants().unwrap();
    assert_eq!(everywhere.len(), 3);
    assert!(everywhere.iter().all(|grant| grant.reach == Reach::Fleet));
    config.people[0].sites = Some(["harbour".to_owned()].into());
    let there = config.people[0].grants().unwrap();
    assert!(there.iter().all(|grant| matches!(&grant.reach, Reach::Sites(sites) if sites.len() == 1)));
    config.people[0].sites = Some(["no such site\n".to_owned()].into());
    assert!(matches!(config.people[0].grants(), Err(Mistake::Name(_))));
    assert!(settings::parse::<Config>("fleet: nord\npeople: [ { name: a, roles: [king] } ]\n").is_err());
}

#[test]
fn pages_are_named_as_browsers_name_them_and_all_by_one_way() {
    let pages = |lines: &str| Home::empty().config(lines).pages();
    assert_eq!(pages("").unwrap(), []);
    for good in ["https://fleet.example", "https://fleet.example:8440", "http://localhost:8440"] {
        assert_eq!(pages(&format!("origins: [ \"{good}\" ]")).unwrap()[0].as_str(), good);
    }
    for bad in [
        "https://fleet.example/",
        "https://Fleet.example",
        "http://fleet.example",
        "fleet.example",
        "https://",
        "",
    ] {
        let refused = pages(&format!("origins: [ \"{bad}\" ]")).unwrap_err();
        assert_eq!((refused.code(), refused), ("fleetd/page", Mistake::Page(bad.into())), "{bad}");
    }
    let mixed = "origins: [ \"https://fleet.example\", \"http://localhost:8440\" ]";
    assert_eq!(pages(mixed).unwrap_err().code(), "fleetd/held");
    let plain = "origins: [ \"http://localhost:8440\" ]\nexternal: !tls { certificate: a, key: b }";
    assert_eq!(pages(plain).unwrap_err().code(), "fleetd/held");
}

/// What the seeds' file asks of the external zone is met by a proxy that speaks TLS, too.
#[test]
fn an_external_listener_without_tls_is_encrypted_where_its_pages_are() {
    let required = "zones: { external: { encryption: required } }";
    let home = Home::empty();
    assert!(home.config(required).consistent().is_err());
    let proxied = format!("{required}\norigins: [ \"https://fleet.example\" ]");
    assert!(home.config(&proxied).consistent().is_ok());
}
