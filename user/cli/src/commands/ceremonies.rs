//! Keys of people and of the root: made, shown, signed; no fleet is asked.

use std::path::Path;

use crypto::{
    hex,
    key::{PublicKey, Role},
    signed::{Audience, Signed},
};
use vocab::{FleetName, Label};
use wire::v1::{
    Keyset, Roster,
    keyset::{TrustZone, Valid},
    roster::Right,
};

use super::Done;
use crate::{
    args::{FleetArguments, Key, Root},
    ceremony::{self, Entry, Refusal},
    client::{Proof, Server},
    desk::Desk,
    files,
    keyfile::{self, PersonFile, RootFile},
    mistake::Mistake,
    problem::Problem,
    table::Cell,
};

/// Most bytes of a letter of the root.
const LETTER: usize = 64 * 1024;

pub(super) fn key(key: Key, fleet: &FleetArguments, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let Key::New { name, of, out } = key;
    let label = Label::new(&name).map_err(|why| wrong("a person", &why))?;
    if name.starts_with('.') || name.contains(['/', ' ']) {
        return Err(wrong("a person's key file", &"it holds a slash or a space, or begins with a dot").into());
    }
    let (id, seed) = (desk.bytes()?, desk.bytes()?);
    let mut key = ceremony::new_person(label, (desk.now)(), id, seed);
    key.fleet = of.map(|name| FleetName::new(&name)).transpose().map_err(|why| wrong("a fleet", &why))?;
    key.url.clone_from(&fleet.url);
    reachable(key.url.as_deref())?;
    let folder = out.unwrap_or_else(|| desk.keys.clone());
    let (secret, public) = (folder.join(format!("{name}.key")), folder.join(format!("{name}.pub")));
    if public.exists() {
        return Err(Mistake::Exists(public).into());
    }
    files::write_secret(&secret, key.text().as_bytes())?;
    files::write_new(&public, key.public().text().as_bytes())?;
    desk.aside(&format!("{name} is {}, whose key has the id {}", key.person, key.public().key.id()))?;
    desk.facts(&[
        ("secret, for you alone", secret.display().to_string().into()),
        ("public, for the root", public.display().to_string().into()),
    ])?;
    desk.aside(&format!(
        "Give the public file to whoever holds the root: `{} root sign … --people {name}.pub,…` puts you on the roster.",
        desk.hint
    ))?;
    Ok(Done::Yes)
}

/// An address that no command could use is refused before it stands in a file.
fn reachable(url: Option<&str>) -> Result<(), Mistake> {
    match url.map(|url| Server::new(url, &Proof::default())) {
        // What https needs beside the address is given when it is called.
        None | Some(Ok(_) | Err(Mistake::Authority)) => Ok(()),
        Some(Err(mistake)) => Err(mistake),
    }
}

fn wrong(of: &'static str, why: &dyn core::fmt::Display) -> Mistake {
    Mistake::Name { of, why: why.to_string() }
}

pub(super) fn root(root: Root, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    match root {
        Root::New { out } => new_root(&out, desk),
        Root::Sign { key, keyset, people, may_destroy, out } => {
            let root = read_root(&key)?;
            let keyset = ceremony::read_keyset(&files::read(&keyset, LETTER)?)?;
            let people = people.iter().map(|path| read_person(path)).collect::<Result<Vec<_>, _>>()?;
            sign(&root, &keyset, &entries(people, may_destroy)?, &out, desk)
        }
    }
}

fn new_root(folder: &Path, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let root = ceremony::new_root(desk.bytes()?);
    let (secret, public) = (folder.join("root.key"), folder.join("root.pub"));
    if public.exists() {
        return Err(Mistake::Exists(public).into());
    }
    files::write_secret(&secret, root.text().as_bytes())?;
    files::write_new(&public, root.public_text().as_bytes())?;
    desk.facts(&[
        ("root key, secret", secret.display().to_string().into()),
        ("root key, public", public.display().to_string().into()),
        ("in digits", hex::encode(root.public().as_bytes()).into()),
    ])?;
    desk.aside(
        "Keep the secret one on a machine that no fleet sees. Devices and auditors are given the digits.",
    )?;
    Ok(Done::Yes)
}

fn read_root(path: &Path) -> Result<RootFile, Mistake> {
    let text = files::read_secret(path, keyfile::LIMIT)?;
    RootFile::parse(&text).map_err(|malformed| Mistake::Key { path: path.to_owned(), malformed })
}

fn read_person(path: &Path) -> Result<PersonFile, Mistake> {
    let text = files::read_text(path, keyfile::LIMIT)?;
    PersonFile::parse(&text).map_err(|malformed| Mistake::Key { path: path.to_owned(), malformed })
}

/// Everybody may release; who may destroy is said by name, or is everybody.
fn entries(people: Vec<PersonFile>, may_destroy: Option<Vec<String>>) -> Result<Vec<Entry>, Mistake> {
    if let Some(name) =
        may_destroy.iter().flatten().find(|name| !people.iter().any(|one| one.name.as_str() == **name))
    {
        return Err(wrong("one of the people that are signed", &format!("`{name}` is not among them")));
    }
    let may = |name: &Label| match &may_destroy {
        Some(names) if !names.iter().any(|one| one == name.as_str()) => vec![Right::Release],
        _ => vec![Right::Release, Right::Destroy],
    };
    Ok(people.into_iter().map(|person| Entry { may: may(&person.name), person }).collect())
}

fn sign(
    root: &RootFile,
    keyset: &Keyset,
    people: &[Entry],
    folder: &Path,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    let at = folder.join("roster.letter");
    let before = standing(&at, root, &keyset.fleet)?;
    let version = before.as_ref().map_or(1, |before| before.version);
    let mut roster = ceremony::roster(&keyset.fleet, version, people.to_vec())?;
    if before.is_some_and(|before| before != roster) {
        roster.version += 1;
    }
    show(root, keyset, &roster, desk)?;
    files::write(&folder.join("keyset.letter"), ceremony::sign_keyset(root, keyset).bytes())?;
    files::write(&at, ceremony::sign_roster(root, &roster).bytes())?;
    files::write(&folder.join("root.pub"), root.public_text().as_bytes())?;
    desk.aside(&format!(
        "Signed: keyset.letter, roster.letter and root.pub are in {0}. Take these three to the fleet's folder; \
         nothing else leaves this machine.",
        folder.display()
    ))?;
    Ok(Done::Yes)
}

/// The roster that this root signed here before, so that versions grow.
fn standing(path: &Path, root: &RootFile, fleet: &FleetName) -> Result<Option<Roster>, Mistake> {
    if !path.exists() {
        return Ok(None);
    }
    let bytes = files::read(path, LETTER)?;
    let audience = Audience::fleet(fleet.clone());
    let read = Signed::<Roster>::parse(bytes).and_then(|letter| letter.verify(&root.public(), &audience));
    Ok(Some(read.map_err(Refusal::OtherRoster)?.into_letter()))
}

fn show(root: &RootFile, keyset: &Keyset, roster: &Roster, desk: &mut Desk<'_>) -> Result<(), Problem> {
    desk.aside(&format!("The root {} signs for the fleet {}:", root.public().id(), keyset.fleet))?;
    desk.aside(&format!("keyset, version {}", keyset.version))?;
    let mut facts: Vec<(&str, Cell)> = vec![];
    facts.extend(keyset.state.iter().map(|key| ("states and time", lasting(key))));
    facts.extend(keyset.work_order.iter().map(|key| ("work orders", lasting(key))));
    facts.extend(keyset.log.iter().map(|key| ("audit log", lasting(key))));
    facts.extend(keyset.authorities.iter().map(|authority| {
        let zone = match authority.zone {
            TrustZone::Device => "certificates of devices",
            TrustZone::Service => "certificates of services",
        };
        (zone, format!("SHA-256 {}", hex::encode(&crypto::digest::Digest::of(&authority.root).0)).into())
    }));
    if desk.form == crate::Form::Words {
        desk.facts(&facts)?;
    }
    desk.aside(&format!("roster, version {}", roster.version))?;
    let people: Vec<(&str, Cell)> = roster
        .people
        .iter()
        .map(|person| {
            let may: Vec<_> = person
                .may
                .iter()
                .map(|right| match right {
                    Right::Release => "release latches",
                    Right::Destroy => "what nobody can undo",
                })
                .collect();
            let keys = person.keys.iter().map(|key| format!("key {}", key.id()));
            let passkeys = person.passkeys.iter();
            let passkeys = passkeys.map(|one| format!("passkey {} of {}", one.key.id(), one.origin));
            let keys: Vec<_> = keys.chain(passkeys).collect();
            (person.name.as_str(), format!("{}, {}: {}", person.id, keys.join(", "), may.join(", ")).into())
        })
        .collect();
    if desk.form == crate::Form::Words {
        desk.facts(&people)?;
    }
    Ok(())
}

fn lasting<R: Role>(key: &Valid<PublicKey<R>>) -> Cell {
    format!("key {}, {} to {}", key.key.id(), key.from, key.until).into()
}
