//! Opens what the fleet's folder holds: letters, keys, documents, the store.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Duration};

use admit::appraise::Reference;
use control::{Authority, Setup, Shelf};
use crypto::key::{self, PublicKey};
use policy::{
    Document,
    lint::{Known, Level, What, lint},
};
use store::{Lock, Sealing, Sqlite};
use vocab::{FleetName, Wall};
use wire::v1::{Keyset, Roster, keyset::TrustZone};
use zeroize::Zeroizing;

use crate::{
    authority::{Renewal, Shared, Zones},
    config::{Config, Person},
    doors::Doors,
    enrolment::Welcome,
    failure::Failure,
    folder,
    init::in_use,
    kek,
    letters::{KEYSET, Letters},
    mistake::Mistake,
    moment,
    ring::Ring,
};

/// A fleet that may begin.
pub(super) struct Opened {
    pub(super) fleet: FleetName,
    /// The public key of the offline root.
    pub(super) root: PublicKey<key::Root>,
    pub(super) zones: Arc<Zones>,
    pub(super) setup: Setup,
    pub(super) shelf: Shelf,
    pub(super) people: Vec<web::Known>,
    pub(super) doors: Doors,
    /// By what browsers are known in which somebody came in.
    pub(super) browsers: Zeroizing<[u8; 32]>,
    pub(super) welcome: Welcome,
}

impl Opened {
    /// Opens everything, or says what is missing and what now.
    pub(super) fn new(config: &Config) -> Result<Self, Failure> {
        moment::believed(moment::wall())?;
        config.consistent()?;
        let (fleet, home) = (config.name()?, &config.folder);
        if !home.is_dir() {
            return Err(Mistake::NoFolder(home.clone()).into());
        }
        folder::ours(home)?;
        let lock = Lock::take(home)?;
        let ring = Ring::new(home, fleet.clone(), kek::read(&config.kek)?);
        let letters = Letters::read(home, &fleet)?;
        let zones = Arc::new(Zones::open(&ring, &fleet, Renewal::Due)?);
        if !names(&letters.keyset, &zones) {
            return Err(Mistake::LetterOther(home.join(KEYSET)).into());
        }
        let authority = authority(&ring, &letters.keyset, Arc::clone(&zones))?;
        let people = people(&config.people, &letters.roster)?;
        let welcome = Welcome { fleet: fleet.clone(), keyset: letters.keyset.signed().clone() };
        let setup = Setup {
            fleet: fleet.clone(),
            documents: documents(config)?,
            reference: Reference { software: config.sound()? },
            authority,
            draw: Box::new(moment::draw),
            keyset: letters.keyset,
            roster: letters.roster,
        };
        let browsers = ring.lasting("browsers")?;
        let store = Sealing::new(Sqlite::open_under(lock)?, fleet.clone(), ring.into_kek(), moment::draw);
        let (root, doors) = (letters.root, Doors::new(config)?);
        Ok(Self { fleet, root, zones, setup, shelf: Box::new(store), people, doors, browsers, welcome })
    }
}

/// Whether the root has signed for these zones: for others, no device would believe what is issued here.
fn names(keyset: &Keyset, zones: &Zones) -> bool {
    [TrustZone::Device, TrustZone::Service].into_iter().all(|zone| {
        keyset.authorities.iter().any(|known| known.zone == zone && *known.root == *zones.root(zone))
    })
}

/// How long before its keys are over the fleet begins to say so.
const SOON: Duration = Duration::from_hours(24 * 7);

fn authority(ring: &Ring, keyset: &Keyset, zones: Arc<Zones>) -> Result<Authority, Mistake> {
    let now = moment::wall();
    let (state, first) = in_use(ring, &keyset.state, now)?;
    let (work_order, second) = in_use(ring, &keyset.work_order, now)?;
    let (log, third) = in_use(ring, &keyset.log, now)?;
    let over: Wall = first.min(second).min(third);
    if over.since(now) < SOON {
        tracing::warn!(
            verb = "sign",
            "the fleet's keys are over at {over}; run `fleetd init --next`, have the root sign, and start again"
        );
    }
    Ok(Authority::new(state, work_order, log, Box::new(Shared(zones))))
}

/// The people of the file, as the roster knows them.
fn people(named: &[Person], roster: &Roster) -> Result<Vec<web::Known>, Mistake> {
    let mut met = BTreeSet::new();
    let known = |person: &Person| {
        if !met.insert(person.name.clone()) {
            return Err(Mistake::PersonTwice(person.name.clone()));
        }
        let listed = roster.people.iter().find(|listed| listed.name.as_str() == person.name);
        let id = listed.ok_or_else(|| Mistake::Nobody(person.name.clone()))?.id;
        Ok(web::Known { name: person.name.clone(), id, grants: person.grants()? })
    };
    named.iter().map(known).collect()
}

fn documents(config: &Config) -> Result<Vec<Document>, Mistake> {
    let read = |file: &PathBuf| settings::load(file).map_err(|why| Mistake::Document(file.clone(), why));
    let documents = config.policies.iter().map(read).collect::<Result<Vec<Document>, _>>()?;
    for found in lint(&documents, &Known::default()) {
        match (found.level(), &found.what) {
            // Sites, labels and units are known once their devices have joined.
            (_, What::UnknownLabel(_) | What::UnknownSite(_) | What::UnknownUnit(_)) => {}
            (Level::Advice, _) => tracing::warn!(verb = "plan", code = found.code(), "{found}"),
            (Level::Error, _) => return Err(Mistake::DocumentUnsound(found)),
        }
    }
    Ok(documents)
}
