//! The ground on which rows stand: a real folder, and a fleet that keeps its record there, sealed and synced.

use std::{fs, path::PathBuf, time::Duration};

use admit::{
    appraise::Reference,
    door::{Certificate, Presented},
    pki::{Profile, Usage},
    token::Binding,
};
use anyhow::{Context, Result, anyhow};
use aws_lc_rs::rand;
use control::{Authority, Effect, Enrolled, Fleet, Issuer, Now, Setup};
use crypto::{
    cbor::{self, Limits},
    seal::Kek,
    signed::Audience,
};
use minicbor::bytes::ByteVec;
use sim::Ceremony;
use store::{Sealing, Sqlite, Store};
use tempfile::TempDir;
use vocab::{Label, Nonce, PersonId, SiteName};

use crate::clock::{now, timed};

/// What fleetd keeps its record in.
pub(crate) type Shelf = Sealing<Sqlite>;

/// A fleet on a real disk, with the real clock.
pub(crate) struct Ground {
    pub(crate) fleet: Fleet<Shelf>,
    pub(crate) ceremony: Ceremony,
    pub(crate) folder: TempDir,
}

/// The software that sound devices say they run.
pub(crate) const SOFTWARE: &str = "metald 0.1.0";

impl Ground {
    /// A new fleet in a folder of its own.
    pub(crate) fn open() -> Result<Self> {
        let folder = folder()?;
        let ceremony = Ceremony::new(1, "nord", 3, now().wall);
        let fleet = Fleet::open(setup(&ceremony)?, shelf(&folder, &ceremony)?, now())?;
        Ok(Self { fleet, ceremony, folder })
    }

    /// Commits all that was heard.
    pub(crate) fn step(&mut self) -> Result<Vec<Effect>> {
        Ok(self.fleet.step(now())?)
    }
}

/// Lets a device join with what `letter` makes of a token and a nonce; gives what it got, and what it shows at doors.
pub(crate) fn enrol<S: Store>(
    fleet: &mut Fleet<S>,
    site: SiteName,
    by: PersonId,
    now: Now,
    letter: impl FnOnce([u8; 32], Nonce) -> Vec<u8>,
) -> Result<(Enrolled, Presented)> {
    let token = fleet.issue_token(Binding::default(), site, Duration::from_mins(10), by, now)?;
    let nonce = fleet.enrolment_nonce(now);
    let enrolled = fleet.join(letter(token, nonce), nonce, now)?;
    fleet.step(now)?;
    let presented = presented(&enrolled.chain)?;
    Ok((enrolled, presented))
}

/// A folder on the disk on which this program was built; it is gone when dropped.
pub(crate) fn folder() -> Result<TempDir> {
    let built = std::env::current_exe()?.parent().map(PathBuf::from).context("the program has a folder")?;
    tempfile::Builder::new().prefix("bench-").tempdir_in(built).context("a folder beside the program")
}

/// The real store in this folder, sealed.
pub(crate) fn shelf(folder: &TempDir, ceremony: &Ceremony) -> Result<Shelf> {
    let sqlite = Sqlite::open(folder.path())?;
    Ok(Sealing::new(sqlite, ceremony.fleet().clone(), Kek::new(draw()), draw))
}

/// What a fleet is opened with.
pub(crate) fn setup(ceremony: &Ceremony) -> Result<Setup> {
    let everybody = Audience::fleet(ceremony.fleet().clone());
    let (root, keys) = (ceremony.root(), ceremony.fleet_keys());
    Ok(Setup {
        fleet: ceremony.fleet().clone(),
        keyset: ceremony.keyset().clone().verify(&root, &everybody)?,
        roster: ceremony.roster().clone().verify(&root, &everybody)?,
        documents: vec![],
        reference: Reference { software: [Label::new(SOFTWARE)?].into() },
        authority: Authority::new(keys.state, keys.work_order, keys.log, Box::new(Stamp)),
        draw: Box::new(draw),
    })
}

/// Thirty-two fresh random bytes.
pub(crate) fn draw() -> [u8; 32] {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// Writes the profile itself where a certificate would stand: no row here opens a connection.
struct Stamp;

impl Issuer for Stamp {
    fn issue(&self, profile: &Profile) -> Vec<Vec<u8>> {
        vec![cbor::encode(profile)]
    }
}

/// What a listener would read from such a chain.
fn presented(chain: &[u8]) -> Result<Presented> {
    let limits = Limits { bytes: 64 * 1024, depth: 8, items: 1024 };
    let chain: Vec<ByteVec> = cbor::decode(chain, &limits)?;
    let leaf = chain.first().ok_or_else(|| anyhow!("the chain is empty"))?;
    let profile: Profile = cbor::decode(leaf, &limits)?;
    let certificate = match profile.usage {
        Usage::Quarantine => Certificate::Quarantine,
        _ => Certificate::Full,
    };
    Ok(Presented {
        uris: vec![profile.name.to_string()],
        point: profile.key.point().to_vec(),
        certificate,
        not_before: profile.not_before,
        not_after: profile.not_after,
    })
}

/// What this machine is, for whoever reads the figures later.
pub(crate) fn machine() -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let folder = folder()?;
    let synced = |at: usize| {
        let path = folder.path().join(format!("sync-{at}"));
        let file = fs::File::create(&path)?;
        std::io::Write::write_all(&mut &file, &[0; 4096])?;
        let (took, done) = timed(|| file.sync_data());
        done.map(|()| took)
    };
    let mut syncs: Vec<Duration> = (0..51).map(synced).collect::<Result<_, std::io::Error>>()?;
    syncs.sort();
    Ok(format!(
        "{cores} cores, Linux {}, load {}, fdatasync of 4 KiB: {:?} in the middle, {:?} at worst",
        kernel.trim(),
        load.split_whitespace().next().unwrap_or("?"),
        syncs[25],
        syncs[50],
    ))
}
