//! Before the first start: the key-encryption key, the fleet's own keys, and what the offline root is to sign.

use std::{fs, time::Duration};

use crypto::{
    cbor,
    key::{self, PublicKey, Role, SeedRole},
};
use vocab::{FleetName, Wall};
use wire::v1::{
    Keyset,
    keyset::{TrustZone, Valid, ZoneAuthority},
};

use crate::{
    authority,
    config::Config,
    failure::Failure,
    folder, kek,
    letters::{self, KEYSET, ROOT, ROSTER},
    mistake::Mistake,
    moment,
    ring::Ring,
};

/// How long the fleet's own keys are valid.
const LIFE: Duration = Duration::from_hours(24 * 30);

/// Clocks may differ by so much.
const SLACK: Duration = Duration::from_mins(5);

/// Which keys are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Those of a new fleet; a fleet that has keys keeps them.
    First,
    /// Those that follow the ones in use, which stay valid until their end.
    Next,
}

/// What the root is asked to sign.
const REQUEST: &str = "keyset.request";

/// Makes what is missing and writes the request; gives what is to be done next.
pub fn init(config: &Config, keys: Keys) -> Result<String, Failure> {
    moment::believed(moment::wall())?;
    let fleet = config.name()?;
    let home = &config.folder;
    folder::make(home).map_err(|error| Mistake::Unwritable(home.clone(), error.kind()))?;
    let _lock = store::Lock::take(home)?;
    if Ring::stands(home) && !config.kek.exists() {
        // A new one would open nothing, and could be taken for the one that is lost.
        return Err(Mistake::KekMissing(config.kek.clone()).into());
    }
    let made = kek::make(&config.kek, home)?;
    let ring = Ring::new(home, fleet.clone(), kek::read(&config.kek)?);
    let request = home.join(REQUEST);
    let known = letters::keyset(home, &fleet)?;
    let keyset = match (known, keys) {
        (Some(known), Keys::Next) => next(&ring, known.into_letter())?,
        (Some(_), Keys::First) => return Ok(format!("{} has its keys and its letters.\n", home.display())),
        (None, _) if !ring.is_empty() && request.exists() => {
            // Asked again before the root has signed: the same keys, the same request.
            authority::Zones::open(&ring, &fleet)?;
            return Ok(wanted(config, made));
        }
        (None, _) => first(&ring, fleet)?,
    };
    folder::publish(&request, &cbor::encode(&keyset))
        .map_err(|error| Mistake::Unwritable(request, error.kind()))?;
    Ok(wanted(config, made))
}

fn wanted(config: &Config, made: bool) -> String {
    let home = fs::canonicalize(&config.folder).unwrap_or_else(|_| config.folder.clone());
    let home = home.display();
    let mut said = String::new();
    if made {
        let kek = config.kek.display();
        said += &format!(
            "{kek} is new. Keep a copy where no backup of {home} goes: without it they are worth nothing.\n"
        );
    }
    said + &format!(
        "Take {home}/{REQUEST} to the machine of the offline root, run there\n  \
         wrale root sign --key root.key --keyset {REQUEST} --people <each person's .pub> --out .\n\
         and bring {ROOT}, {KEYSET} and {ROSTER} back to {home}. Then start fleetd.\n"
    )
}

fn first(ring: &Ring, fleet: FleetName) -> Result<Keyset, Mistake> {
    let root = |zone| Ok(ZoneAuthority { zone, root: authority::root(ring, &fleet, zone)?.into() });
    let authorities = vec![root(TrustZone::Device)?, root(TrustZone::Service)?];
    authority::Zones::open(ring, &fleet)?;
    let now = moment::wall();
    Ok(Keyset {
        version: 1,
        state: vec![made::<key::State>(ring, now)?],
        work_order: vec![made::<key::WorkOrder>(ring, now)?],
        log: vec![made::<key::Log>(ring, now)?],
        authorities,
        fleet,
    })
}

/// The keys in use, without those that are over, and one more of each role.
fn next(ring: &Ring, mut keyset: Keyset) -> Result<Keyset, Mistake> {
    let now = moment::wall();
    keyset.version += 1;
    follow(ring, &mut keyset.state, now)?;
    follow(ring, &mut keyset.work_order, now)?;
    follow(ring, &mut keyset.log, now)?;
    Ok(keyset)
}

fn follow<R: SeedRole>(ring: &Ring, keys: &mut Vec<Valid<PublicKey<R>>>, now: Wall) -> Result<(), Mistake> {
    keys.retain(|key| key.until > now);
    keys.push(made(ring, now)?);
    Ok(())
}

fn made<R: SeedRole>(ring: &Ring, now: Wall) -> Result<Valid<PublicKey<R>>, Mistake> {
    let key = ring.make::<R>()?.public().clone();
    let from = Wall(now.0.saturating_sub(i64::try_from(SLACK.as_micros()).unwrap_or(i64::MAX)));
    Ok(Valid { key, from, until: now + LIFE })
}

/// The newest key of a role that the root has signed for, that is valid now, and that this folder holds.
pub(crate) fn in_use<R: SeedRole>(
    ring: &Ring,
    keys: &[Valid<PublicKey<R>>],
    now: Wall,
) -> Result<(key::SecretKey<R>, Wall), Mistake> {
    let mut valid: Vec<_> = keys.iter().filter(|key| key.from <= now && now < key.until).collect();
    valid.sort_by_key(|key| std::cmp::Reverse(key.from));
    for Valid { key, until, .. } in valid {
        if let Some(key) = ring.key(key.id())? {
            return Ok((key, *until));
        }
    }
    Err(Mistake::KeysOver(<R as Role>::NAME))
}
