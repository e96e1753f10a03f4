//! Plays the machine that never touches a network: makes the root and the people, and signs for the fleet.
//!
//! The fleet is handed public parts alone.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use cli::{KeyFile, ceremony, files};
use rustix::rand::{GetRandomFlags, getrandom};
use vocab::{FleetName, Label, Wall};

use crate::{home::Home, keeper::Keeper};

/// The fleet's name.
pub(crate) const FLEET: &str = "lab";

/// The two people. Both may propose, approve, arm and read; a severe latch takes both.
pub(crate) const PEOPLE: [&str; 2] = ["ada", "grace"];

/// The root and the people, while the lab runs.
pub(crate) struct Offline {
    keeper: Keeper,
    people: Vec<KeyFile>,
}

impl Offline {
    /// Makes them; the root is written to the offline machine alone.
    pub(crate) fn new(home: &Home, now: Wall) -> Result<Self> {
        let root = ceremony::new_root(random()?);
        files::write_secret(&home.offline().join("root.key"), root.text().as_bytes())?;
        let person = |name: &str| {
            let mut key = ceremony::new_person(Label::new(name)?, now, random()?, random()?);
            key.fleet = Some(FleetName::new(FLEET)?);
            anyhow::Ok(key)
        };
        let people = PEOPLE.into_iter().map(person).collect::<Result<Vec<_>>>()?;
        let public = people.iter().map(KeyFile::public).collect();
        Ok(Self { keeper: Keeper::new(root, FleetName::new(FLEET)?, public), people })
    }

    /// Signs what the fleet asks for, and hands it back.
    pub(crate) fn sign(&self, home: &Home) -> Result<()> {
        let fleet = home.fleet();
        let request = fs::read(fleet.join("keyset.request")).context("the fleet's request cannot be read")?;
        let keyset = ceremony::read_keyset(&request)?;
        let letters = [
            ("root.pub", self.keeper.public_text().into_bytes()),
            ("keyset.letter", self.keeper.sign_keyset(&keyset)),
            ("roster.letter", self.keeper.sign()?.bytes),
        ];
        for (name, bytes) in letters {
            files::write(&fleet.join(name), &bytes)?;
        }
        Ok(())
    }

    /// Writes each person's key file, now that it is known where their fleet is; gives the files.
    pub(crate) fn hand_out(&mut self, home: &Home, url: &str) -> Result<Vec<PathBuf>> {
        let mut written = vec![];
        for key in &mut self.people {
            key.url = Some(url.to_owned());
            let path = home.key(key.name.as_str());
            files::write_secret(&path, key.text().as_bytes())?;
            written.push(path);
        }
        Ok(written)
    }

    /// The people's keys, as each of them holds one, and whoever keeps the root.
    pub(crate) fn part(self) -> (Vec<KeyFile>, Keeper) {
        (self.people, self.keeper)
    }

    /// The root's public half, as devices are given it.
    pub(crate) fn root(&self) -> crypto::key::PublicKey<crypto::key::Root> {
        self.keeper.root()
    }
}

/// Fresh random bytes of the machine.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    let mut filled = 0;
    while filled < N {
        filled += getrandom(&mut bytes[filled..], GetRandomFlags::empty())
            .context("the machine gives no random bytes")?;
    }
    Ok(bytes)
}
