use std::fs;

use crypto::{
    cbor,
    signed::{Letter, Signed},
};
use wire::v1::{Bundle, Keyset, bundle};

use crate::{
    Config, Keys, init,
    testing::{Daemon, Guest, Home, fleet, get, mode, root},
};

async fn refused(config: Config) -> (&'static str, String) {
    let failure = Daemon::start(config).await.err().expect("it does not start");
    (failure.code(), failure.to_string())
}

#[tokio::test]
async fn what_is_missing_is_named_one_after_the_other_until_it_starts() {
    let home = Home::empty();
    assert_eq!(refused(home.config("")).await.0, "fleetd/no-folder");
    fs::create_dir_all(&home.folder).unwrap();
    assert_eq!(refused(home.config("")).await.0, "fleetd/kek-missing");
    let said = init(&home.config(""), Keys::First).unwrap();
    assert!(said.contains("wrale root sign") && said.contains("fleet.kek is new"), "{said}");
    let wanted = fs::read(home.folder.join("keyset.request")).unwrap();
    let again = init(&home.config(""), Keys::First).unwrap();
    assert!(again.contains("wrale root sign") && !again.contains("is new"), "{again}");
    assert_eq!(fs::read(home.folder.join("keyset.request")).unwrap(), wanted, "the same request");
    let missing = |name: &str, code: &'static str| {
        let path = home.folder.join(name);
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let config = home.config("");
        async move {
            let (found, text) = refused(config).await;
            assert_eq!(found, code);
            assert!(text.contains(&path.display().to_string()), "{text}");
            fs::write(path, bytes).unwrap();
        }
    };
    home.signed();
    missing("root.pub", "fleetd/root-missing").await;
    missing("keyset.letter", "fleetd/letter-missing").await;
    missing("roster.letter", "fleetd/letter-missing").await;
    missing("keys/device.root", "fleetd/key-missing").await;
    let daemon = Daemon::start(home.config("")).await.unwrap();
    assert_eq!(get(&daemon, api::path::HEALTH, None).await.0, 200);
    let listening = fs::read_to_string(home.folder.join("listening.json")).unwrap();
    let told: serde_json::Value = serde_json::from_str(&listening).unwrap();
    assert_eq!(told["hardware"], daemon.listening.hardware.to_string());
    let bytes = fs::read(home.folder.join("fleet.bundle")).unwrap();
    let told: Bundle = cbor::decode(&bytes, &bundle::LIMITS).unwrap();
    assert_eq!((told.fleet, told.enrolment), (fleet(), daemon.listening.enrolment.to_string()));
    daemon.stop().await;
    assert!(!home.folder.join("listening.json").exists());
}

/// What root makes in the folder of the service's own user, that user cannot read.
#[tokio::test]
async fn nothing_is_made_in_a_folder_of_another_user() {
    let home = Home::empty();
    let folder = home.config("").folder;
    fs::create_dir_all(&folder).unwrap();
    let mut config = home.config("");
    // Whoever is not root cannot give a folder away, and finds one that is root's.
    if std::os::unix::fs::chown(&folder, Some(65_534), None).is_err() {
        config.folder = "/".into();
    }
    for keys in [Keys::First, Keys::Next] {
        let refused = init(&config, keys).unwrap_err();
        assert_eq!(refused.code(), "fleetd/folder-other", "{refused}");
        assert!(refused.to_string().contains("runuser -u wrale -- fleetd init --next"), "{refused}");
    }
    assert!(
        !config.folder.join("keys").exists() && !config.folder.join("lock").exists(),
        "and nothing is left there"
    );
    assert_eq!(refused(config).await.0, "fleetd/folder-other", "nor does the daemon start on it");
}

#[tokio::test]
async fn keys_are_for_their_owner_and_open_with_their_own_key_alone() {
    let home = Home::ready();
    assert_eq!((mode(&home.kek), mode(&home.folder), mode(&home.folder.join("keys"))), (0o600, 0o700, 0o700));
    for file in fs::read_dir(home.folder.join("keys")).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
    let kek = fs::read(&home.kek).unwrap();
    let aside = home.kek.with_extension("aside");
    fs::rename(&home.kek, &aside).unwrap();
    let lost = init(&home.config(""), Keys::First).unwrap_err();
    assert_eq!((lost.code(), home.kek.exists()), ("fleetd/kek-missing", false));
    fs::rename(&aside, &home.kek).unwrap();
    fs::write(&home.kek, format!("{}\n", "ab".repeat(32))).unwrap();
    let (code, text) = refused(home.config("")).await;
    assert_eq!(code, "fleetd/key-sealed");
    assert!(text.contains("put back the right one"), "{text}");
    fs::write(&home.kek, "no key").unwrap();
    assert_eq!(refused(home.config("")).await.0, "fleetd/kek-malformed");
    fs::write(&home.kek, &kek).unwrap();
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(&home.kek, fs::Permissions::from_mode(0o640)).unwrap();
    let (code, text) = refused(home.config("")).await;
    assert_eq!(code, "fleetd/kek-open");
    assert!(text.contains("mode 640"), "{text}");
    fs::set_permissions(&home.kek, fs::Permissions::from_mode(0o600)).unwrap();
    let file = home.folder.join("keys/service.issuing");
    let mut bytes = fs::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&file, &bytes).unwrap();
    let (code, text) = refused(home.config("")).await;
    assert_eq!(code, "fleetd/key-sealed");
    assert!(text.contains("is damaged"), "{text}");
}

#[test]
fn the_key_that_seals_does_not_lie_beside_what_it_seals() {
    let home = Home::empty();
    let inside = Config { kek: home.folder.join("fleet.kek"), ..home.config("") };
    let refused = init(&inside, Keys::First).unwrap_err();
    assert_eq!(refused.code(), "fleetd/kek-inside");
    assert!(!inside.kek.exists());
}

#[tokio::test]
async fn letters_of_another_root_and_for_other_keys_are_refused() {
    let (home, other) = (Home::ready(), Home::ready());
    let foreign = fs::read(other.folder.join("keyset.letter")).unwrap();
    home.put("keyset.letter", &foreign);
    assert_eq!(refused(home.config("")).await.0, "fleetd/letter-other");
    let request = fs::read(home.folder.join("keyset.request")).unwrap();
    let keyset: Keyset = cbor::decode(&request, &Keyset::LIMITS).unwrap();
    let forged = crypto::key::SecretKey::from_seed([8; 32]);
    home.put("keyset.letter", Signed::seal(&keyset, &forged).bytes());
    assert_eq!(refused(home.config("")).await.0, "fleetd/letter");
    let over = Keyset { state: vec![], ..keyset };
    home.put("keyset.letter", Signed::seal(&over, &root()).bytes());
    assert_eq!(refused(home.config("")).await.0, "fleetd/keys-over");
    home.put("root.pub", b"0123");
    assert_eq!(refused(home.config("")).await.0, "fleetd/root-malformed");
}

#[tokio::test]
async fn the_next_keys_are_used_once_the_root_has_signed_them() {
    let home = Home::ready();
    let keys = || fs::read_dir(home.folder.join("keys")).unwrap().count();
    assert_eq!(keys(), 8);
    assert!(init(&home.config(""), Keys::First).unwrap().contains("has its keys"));
    init(&home.config(""), Keys::Next).unwrap();
    assert_eq!(keys(), 11);
    let request = fs::read(home.folder.join("keyset.request")).unwrap();
    let keyset: Keyset = cbor::decode(&request, &Keyset::LIMITS).unwrap();
    assert_eq!((keyset.version, keyset.state.len(), keyset.log.len()), (2, 2, 2));
    home.signed();
    let ring = crate::ring::Ring::new(&home.folder, fleet(), crate::kek::read(&home.kek).unwrap());
    let (key, _) = crate::init::in_use(&ring, &keyset.state, crate::moment::wall()).unwrap();
    assert_eq!(*key.public(), keyset.state[1].key, "the newer one signs");
    Daemon::start(home.config("")).await.unwrap().stop().await;
}

#[tokio::test]
async fn an_old_roster_that_is_put_back_starts_no_daemon_and_an_old_keyset_reaches_no_device() {
    let home = Home::ready();
    Daemon::start(home.config("")).await.unwrap().stop().await;
    let old = fs::read(home.folder.join("roster.letter")).unwrap();
    home.roster(2, &[(1, "ada")]);
    Daemon::start(home.config("")).await.unwrap().stop().await;
    home.put("roster.letter", &old);
    let (code, text) = refused(home.config("")).await;
    assert_eq!(code, "control/roster-older");
    assert!(text.contains("roster.letter is version 1 and this fleet has obeyed version 2"), "{text}");
    home.roster(2, &[(1, "ada"), (2, "grace")]);
    assert_eq!(refused(home.config("")).await.0, "control/roster-forked");
    home.roster(3, &[(1, "ada"), (2, "grace")]);
    Daemon::start(home.config("")).await.unwrap().stop().await;

    let old = fs::read(home.folder.join("keyset.letter")).unwrap();
    init(&home.config(""), Keys::Next).unwrap();
    let request = fs::read(home.folder.join("keyset.request")).unwrap();
    let keyset: Keyset = cbor::decode(&request, &Keyset::LIMITS).unwrap();
    home.put("keyset.letter", Signed::seal(&keyset, &root()).bytes());
    Daemon::start(home.config("")).await.unwrap().stop().await;
    let told = fs::read(home.folder.join("fleet.bundle")).unwrap();
    home.put("keyset.letter", &old);
    assert_eq!(refused(home.config("")).await.0, "control/keyset-older");
    let version = |bytes: &[u8]| {
        cbor::decode::<Bundle>(bytes, &bundle::LIMITS).unwrap().keyset.claimed().unwrap().version
    };
    assert_eq!(version(&told), 2);
    assert_eq!(version(&fs::read(home.folder.join("fleet.bundle")).unwrap()), 2);
    let taken: Vec<_> = home.log().into_iter().filter(|(kind, ..)| kind == "policy").collect();
    let reasons: Vec<_> = taken.iter().filter_map(|(_, _, reason)| reason.as_deref()).collect();
    let of = |letter: &str, version: u8| format!("{letter} of the root, version {version}");
    let all = [of("keyset", 1), of("roster", 1), of("roster", 2), of("roster", 3), of("keyset", 2)];
    assert_eq!(reasons, all);
}

#[tokio::test]
async fn a_request_that_was_interrupted_or_lost_is_written_again_as_it_was() {
    let home = Home::empty();
    let request = home.folder.join("keyset.request");
    let files = || {
        let names = fs::read_dir(home.folder.join("keys")).unwrap().map(|file| file.unwrap().file_name());
        names.collect::<std::collections::BTreeSet<_>>()
    };
    init(&home.config(""), Keys::First).unwrap();
    let (asked, keys) = (fs::read(&request).unwrap(), files());
    // Somebody moved it to the root's machine instead of copying it.
    fs::remove_file(&request).unwrap();
    init(&home.config(""), Keys::First).unwrap();
    assert_eq!((fs::read(&request).unwrap(), files()), (asked.clone(), keys.clone()));
    // A power cut between the request that is kept and its keys.
    let named = |role: &str| keys.iter().find(|name| name.to_string_lossy().starts_with(role)).unwrap();
    fs::remove_file(home.folder.join("keys").join(named("log."))).unwrap();
    fs::remove_file(&request).unwrap();
    init(&home.config(""), Keys::First).unwrap();
    assert_eq!((fs::read(&request).unwrap(), files()), (asked, keys.clone()));
    home.signed();
    Daemon::start(home.config("")).await.unwrap().stop().await;

    // The next keys are asked for twice before the root signs: there is one request, and it is signed.
    init(&home.config(""), Keys::Next).unwrap();
    let (next, keys) = (fs::read(&request).unwrap(), files());
    init(&home.config(""), Keys::Next).unwrap();
    assert_eq!((fs::read(&request).unwrap(), files()), (next, keys.clone()));
    home.signed();
    init(&home.config(""), Keys::Next).unwrap();
    assert_eq!(files().len(), keys.len() + 3, "once it is signed, the next ones are others");
}

#[test]
fn signing_keys_that_nothing_names_are_not_joined_by_others_in_silence() {
    let home = Home::empty();
    init(&home.config(""), Keys::First).unwrap();
    fs::remove_file(home.folder.join("keys/request")).unwrap();
    let left = fs::read_dir(home.folder.join("keys")).unwrap().count();
    let refused = init(&home.config(""), Keys::First).unwrap_err();
    assert_eq!(refused.code(), "fleetd/keys-unasked");
    assert!(refused.to_string().contains("move the file away"), "{refused}");
    assert_eq!(fs::read_dir(home.folder.join("keys")).unwrap().count(), left);
}

#[tokio::test]
async fn a_pass_for_a_service_changes_no_authority_under_a_daemon_at_work() {
    let home = Home::ready();
    let ring = || crate::ring::Ring::new(&home.folder, fleet(), crate::kek::read(&home.kek).unwrap());
    crate::authority::tests::grow_old(&ring());
    let file = home.folder.join("keys/service.issuing");
    let old = fs::read(&file).unwrap();
    let out = home.folder.join("door.pass");
    let held = store::Lock::take(&home.folder).unwrap();
    crate::certify(&home.config(""), "door", &out).unwrap();
    assert_eq!(fs::read(&file).unwrap(), old, "the daemon believes that it is the only one who writes here");
    drop(held);
    crate::certify(&home.config(""), "door", &out).unwrap();
    assert_ne!(fs::read(&file).unwrap(), old, "and alone it does what is due");
}

#[tokio::test]
async fn two_daemons_on_one_folder_are_one_too_many_and_the_first_is_named() {
    let home = Home::ready();
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let (code, text) = refused(home.config("")).await;
    assert_eq!(code, "store/locked");
    assert!(text.contains(&format!("process {}", std::process::id())), "{text}");
    assert_eq!(init(&home.config(""), Keys::Next).unwrap_err().code(), "store/locked");
    daemon.stop().await;
    Daemon::start(home.config("")).await.unwrap().stop().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let (home, other) = (Home::ready(), Home::ready());
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let mut config = other.config("");
    config.listen.hardware = daemon.listening.hardware;
    let (code, text) = refused(config).await;
    assert_eq!(code, "tls/taken");
    assert!(text.contains(&daemon.listening.hardware.to_string()), "{text}");
    daemon.stop().await;
}

#[tokio::test]
async fn a_database_of_a_newer_version_and_one_that_is_none_are_left_alone() {
    let home = Home::ready();
    home.put("fleet.db", &[7; 4096]);
    assert_eq!(refused(home.config("")).await.0, "store/database");
    fs::remove_file(home.folder.join("fleet.db")).unwrap();
    Daemon::start(home.config("")).await.unwrap().stop().await;
    // The schema's number stands at byte 60 of a SQLite file (its file format, §1.3).
    let mut bytes = fs::read(home.folder.join("fleet.db")).unwrap();
    bytes[60..64].copy_from_slice(&99u32.to_be_bytes());
    home.put("fleet.db", &bytes);
    let (code, text) = refused(home.config("")).await;
    assert_eq!(code, "store/newer");
    assert!(text.contains("99"), "{text}");
}

#[tokio::test]
async fn what_the_configuration_cannot_mean_is_refused_by_name() {
    let home = Home::ready();
    let document = home.folder.join("calm.yaml");
    fs::write(&document, "version: 1\nname: calm\nbrave: true\n").unwrap();
    let twice = home.folder.join("twice.yaml");
    fs::write(&twice, "version: 1\nname: calm\n").unwrap();
    let rash = home.folder.join("rash.yaml");
    fs::write(&rash, "version: 1\nname: rash\nceilings: { site: 20%, fleet: 100% }\n").unwrap();
    let unheeded = home.folder.join("unheeded.yaml");
    let rule = "rules:\n- { name: carried, when: { tamper: [moved] }, then: { suspend: true } }\n";
    fs::write(&unheeded, format!("version: 1\nname: unheeded\n{rule}")).unwrap();
    let named = |file: &std::path::Path| format!("policies: [ {} ]", file.display());
    let both = format!("policies: [ {0}, {0} ]", twice.display());
    for (lines, code, words) in [
        ("software: [ \"\\n\" ]".into(), "fleetd/name", "is no such name"),
        (named(&document), "fleetd/document", "calm.yaml: line 3: `brave` is no key here"),
        (both, "policy/duplicate-name", "`calm`"),
        (named(&rash), "policy/ceiling-of-everything", "document `rash`: `ceilings.fleet: 100%`"),
        (named(&unheeded), "policy/unheeded", "rule `carried`: this version does nothing by `suspend`"),
        ("environment: { network: { encryption: false } }".into(), "fleetd/held", "always encrypted"),
        ("zones: { external: { encryption: required } }".into(), "fleetd/held", "has no TLS"),
        ("security: { network: { cipher_suites: [] } }".into(), "fleetd/held", "name one"),
        (
            "external: !tls { certificate: /nowhere/c.pem, key: /nowhere/k.pem }".into(),
            "fleetd/unreadable",
            "/nowhere/c.pem",
        ),
    ] {
        let lines: String = lines;
        let (found, text) = refused(home.config(&lines)).await;
        assert_eq!(found, code, "{lines}: {text}");
        assert!(text.contains(words), "{lines}: {text}");
    }
    let mut config = home.config("");
    config.people[0].name = "mallory".into();
    assert_eq!(refused(config).await.0, "fleetd/nobody");
    let mut config = home.config("");
    config.people.push(config.people[0].clone());
    assert_eq!(refused(config).await.0, "fleetd/person-twice");
    let mut config = home.config("");
    config.listen.hardware = "0.0.0.0:0".parse().unwrap();
    assert_eq!(refused(config).await.0, "fleetd/nowhere");
    let mut config = home.config("");
    config.listen.external = "0.0.0.0:0".parse().unwrap();
    assert_eq!(refused(config).await.0, "tls/not-loopback");
}

#[tokio::test]
async fn a_restart_keeps_what_was_told() {
    let home = Home::ready();
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let ada = Guest::sign_in(&daemon, 1).await;
    let (_, joined) = home.enrolled(&daemon, &ada).await;
    let (_, export) = get(&daemon, api::path::AUDIT_EXPORT, Some(&ada.0)).await;
    daemon.stop().await;
    let daemon = Daemon::start(home.config("")).await.unwrap();
    assert_eq!(get(&daemon, api::path::DEVICES, Some(&ada.0)).await.0, 401, "sessions end with the process");
    let ada = Guest::sign_in(&daemon, 1).await;
    let (status, devices) = get(&daemon, api::path::DEVICES, Some(&ada.0)).await;
    assert_eq!(status, 200);
    assert!(devices.contains(&joined.device.to_string()) && devices.contains("harbour"), "{devices}");
    let (_, again) = get(&daemon, api::path::AUDIT_EXPORT, Some(&ada.0)).await;
    let leaves = |export: &str| export.lines().filter(|line| line.starts_with("leaf")).count();
    assert!(leaves(&export) > 2 && leaves(&again) > leaves(&export), "{export}\n{again}");
    daemon.stop().await;
}
