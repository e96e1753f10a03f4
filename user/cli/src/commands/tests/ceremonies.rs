use std::{fs, os::unix::fs::PermissionsExt};

use crypto::{
    cbor,
    signed::{Audience, Signed},
};
use wire::v1::{Keyset, Roster, roster::Right};

use crate::{
    Mistake, Problem,
    ceremony::{self, tests::keyset},
    commands::Done,
    keyfile::{KeyFile, PersonFile, RootFile},
    testing::{Terminal, fleet_name},
};

#[tokio::test]
async fn a_key_is_made_once_and_is_its_owners_alone() {
    let mut terminal = Terminal::new();
    let made = terminal
        .typed(&["key", "new", "--name", "grace", "--of", "nord", "--fleet", "http://localhost:8440"])
        .await;
    assert_eq!(made, Ok(Done::Yes));
    let (secret, public) = (terminal.path("grace.key"), terminal.path("grace.pub"));
    assert_eq!(fs::metadata(&secret).unwrap().permissions().mode() & 0o777, 0o600);
    let key = KeyFile::parse(&fs::read_to_string(&secret).unwrap()).unwrap();
    assert_eq!((key.fleet, key.url.as_deref()), (Some(fleet_name()), Some("http://localhost:8440")));
    let known = PersonFile::parse(&fs::read_to_string(&public).unwrap()).unwrap();
    assert_eq!(known.person, key.person);
    let shown = terminal.read();
    assert!(shown.contains(&key.person.to_string()) && !shown.contains("000102030405"), "{shown}");

    let again = terminal.typed(&["key", "new", "--name", "grace"]).await;
    assert_eq!(again, Err(Mistake::Exists(public.clone()).into()));
    fs::remove_file(public).unwrap();
    let again = terminal.typed(&["key", "new", "--name", "grace"]).await;
    assert_eq!(again, Err(Mistake::Exists(secret).into()));
}

#[tokio::test]
async fn a_key_is_not_made_for_an_address_that_no_command_could_use() {
    let mut terminal = Terminal::new();
    let made = terminal.typed(&["key", "new", "--name", "grace", "--fleet", "http://192.0.2.1"]).await;
    assert_eq!(made, Err(Mistake::Plain("192.0.2.1".into()).into()));
    for name in ["../grace", "gra ce", ".grace"] {
        let made = terminal.typed(&["key", "new", "--name", name]).await;
        assert!(matches!(made, Err(Problem::Mistake(Mistake::Name { .. }))), "{name}");
    }
    assert!(!terminal.path("grace.key").exists());
}

/// A root, a request and two people, in files.
async fn prepared() -> Terminal {
    let mut terminal = Terminal::new();
    let at = |terminal: &Terminal, name: &str| terminal.path(name).display().to_string();
    let here = terminal.folder.path().display().to_string();
    terminal.typed(&["root", "new", "--out", &here]).await.unwrap();
    fs::write(at(&terminal, "keyset.request"), cbor::encode(&keyset())).unwrap();
    let person = |name: &str, seed| {
        ceremony::new_person(name.parse().unwrap(), crate::testing::NOW, [seed; 10], [seed; 32])
    };
    for (name, seed) in [("edith", 20), ("joan", 21)] {
        fs::write(at(&terminal, &format!("{name}.pub")), person(name, seed).public().text()).unwrap();
    }
    terminal.read();
    terminal
}

async fn sign(terminal: &mut Terminal, people: &[&str], more: &[&str]) -> Result<Done, Problem> {
    let at = |name: &str| terminal.path(name).display().to_string();
    let people: Vec<_> = people.iter().map(|name| at(&format!("{name}.pub"))).collect();
    let (key, keyset, people, out) = (at("root.key"), at("keyset.request"), people.join(","), at("out"));
    let typed = ["root", "sign", "--key", &key, "--keyset", &keyset, "--people", &people, "--out", &out];
    terminal.typed(&[&typed, more].concat()).await
}

fn roster(terminal: &Terminal) -> Roster {
    let root = RootFile::parse(&fs::read_to_string(terminal.path("root.key")).unwrap()).unwrap();
    let letter = Signed::<Roster>::parse(fs::read(terminal.path("out/roster.letter")).unwrap()).unwrap();
    letter.verify(&root.public(), &Audience::fleet(fleet_name())).unwrap().into_letter()
}

#[tokio::test]
async fn the_root_shows_what_it_signs_and_its_letters_are_believed() {
    let mut terminal = prepared().await;
    assert_eq!(sign(&mut terminal, &["edith", "joan"], &["--may-destroy", "joan"]).await, Ok(Done::Yes));
    let shown = terminal.read();
    for part in [
        "signs for the fleet nord:",
        "keyset, version 3",
        "roster, version 1",
        "states and time",
        "certificates of devices  SHA-256 ",
        "edith  per_",
        ": release latches, what nobody can undo",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let public = fs::read_to_string(terminal.path("out/root.pub")).unwrap();
    assert_eq!(public, fs::read_to_string(terminal.path("root.pub")).unwrap());
    let root = RootFile::parse(&fs::read_to_string(terminal.path("root.key")).unwrap()).unwrap();
    let letter = Signed::<Keyset>::parse(fs::read(terminal.path("out/keyset.letter")).unwrap()).unwrap();
    assert_eq!(*letter.verify(&root.public(), &Audience::fleet(fleet_name())).unwrap(), keyset());
    let may: Vec<_> =
        roster(&terminal).people.into_iter().map(|person| (person.name.to_string(), person.may)).collect();
    assert!(may.contains(&("edith".into(), vec![Right::Release])));
    assert!(may.contains(&("joan".into(), vec![Right::Release, Right::Destroy])));
}

/// What a page wrote down of a passkey goes onto the roster beside the key file of the same person.
#[tokio::test]
async fn a_passkey_is_signed_like_a_key_file() {
    let mut terminal = prepared().await;
    let edith = fs::read_to_string(terminal.path("edith.pub")).unwrap();
    let page = "relying-party fleet.example\norigin https://fleet.example:8440\ncredential 0a0b\n";
    let key = "key 046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
               4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5\n";
    let text = edith.replace("wrale-person/v1", "wrale-passkey/v1");
    let (head, _) = text.split_once("\nkey ").unwrap();
    fs::write(terminal.path("telephone.pub"), format!("{head}\n{page}{key}")).unwrap();
    sign(&mut terminal, &["edith", "telephone", "joan"], &["--may-destroy", "joan"]).await.unwrap();
    let shown = terminal.read();
    assert!(
        shown.contains(", passkey ") && shown.contains(" of https://fleet.example:8440: release"),
        "{shown}"
    );
    let roster = roster(&terminal);
    let person = roster.people.iter().find(|person| person.name.as_str() == "edith").unwrap();
    assert_eq!((roster.people.len(), person.keys.len(), person.passkeys.len()), (2, 1, 1));
    assert_eq!(person.may, [Right::Release]);
}

#[tokio::test]
async fn a_roster_that_changes_has_a_higher_version() {
    let mut terminal = prepared().await;
    sign(&mut terminal, &["edith"], &[]).await.unwrap();
    assert_eq!(roster(&terminal).version, 1);
    sign(&mut terminal, &["edith"], &[]).await.unwrap();
    assert_eq!(roster(&terminal).version, 1, "the same people are the same roster");
    sign(&mut terminal, &["edith", "joan"], &[]).await.unwrap();
    assert_eq!((roster(&terminal).version, roster(&terminal).people.len()), (2, 2));

    fs::write(terminal.path("out/roster.letter"), b"something else").unwrap();
    let refused = sign(&mut terminal, &["edith"], &[]).await.unwrap_err();
    assert_eq!(refused.code(), "cli/other-roster");
}

#[tokio::test]
async fn the_root_signs_nothing_that_is_not_sound() {
    let mut terminal = prepared().await;
    let stranger = sign(&mut terminal, &["edith"], &["--may-destroy", "joan"]).await.unwrap_err();
    assert_eq!(stranger.code(), "cli/name");
    assert_eq!(sign(&mut terminal, &["edith", "edith"], &[]).await.unwrap_err().code(), "cli/person-twice");
    assert_eq!(sign(&mut terminal, &["nobody"], &[]).await.unwrap_err().code(), "cli/read");
    fs::write(terminal.path("joan.pub"), "wrale-person/v1\nname joan\n").unwrap();
    let told = sign(&mut terminal, &["joan"], &[]).await.unwrap_err();
    assert!(told.to_string().ends_with("joan.pub: line 3: the file ends too early"), "{told}");
    fs::write(terminal.path("keyset.request"), b"garbage").unwrap();
    assert_eq!(sign(&mut terminal, &["edith"], &[]).await.unwrap_err().code(), "cli/request");
    fs::set_permissions(terminal.path("root.key"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(sign(&mut terminal, &["edith"], &[]).await.unwrap_err().code(), "cli/key-open");
    assert!(!terminal.path("out").exists(), "and nothing was written");
}

#[tokio::test]
async fn a_root_is_made_once() {
    let mut terminal = prepared().await;
    let here = terminal.folder.path().display().to_string();
    let again = terminal.typed(&["root", "new", "--out", &here]).await.unwrap_err();
    assert_eq!(again.code(), "cli/exists");
}
