//! Before the first start: the key-encryption key, the fleet's own keys, and what the offline root is to sign.

use std::{fs, time::Duration};

use crypto::{
    cbor,
    key::{self, PublicKey, Role, SeedRole},
    signed::Verified,
};
use vocab::{FleetName, Wall};
use wire::v1::{
    Keyset,
    keyset::{TrustZone, Valid, ZoneAuthority},
};

use crate::{
    asked::Asked,
    authority::{self, Renewal, Zones},
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

/// A request whose keys have no longer to live than this is not worth the way to the root.
const MARGIN: Duration = Duration::from_hours(24 * 7);

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
    folder::ours(home)?;
    let _lock = store::Lock::take(home)?;
    if Ring::stands(home) && !config.kek.exists() {
        // A new one would open nothing, and could be taken for the one that is lost.
        return Err(Mistake::KekMissing(config.kek.clone()).into());
    }
    let made = kek::make(&config.kek, home)?;
    let ring = Ring::new(home, fleet.clone(), kek::read(&config.kek)?);
    let known = letters::keyset(home, &fleet)?;
    let asked = Asked::last(&ring)?;
    let signed = |asked: &Asked| known.as_ref().is_some_and(|known| asked.keyset.version <= known.version);
    let asked = match (asked, keys) {
        (_, Keys::First) if known.is_some() => {
            return Ok(format!("{} has its keys and its letters.\n", home.display()));
        }
        // Asked again before the root has signed: the same keys, the same request.
        (Some(asked), _) if !signed(&asked) && asked.lasts(moment::wall() + MARGIN) => asked,
        (asked, _) => {
            let asked = asked.map(|asked| asked.keyset.clone());
            let last = asked.as_ref().map_or(0, |asked| asked.version);
            match known.map(Verified::into_letter).or(asked) {
                Some(keyset) => next(keyset, last),
                None => first(&ring, fleet.clone())?,
            }
        }
    };
    asked.keep(&ring)?;
    Zones::open(&ring, &fleet, Renewal::Due)?;
    let request = home.join(REQUEST);
    folder::publish(&request, &cbor::encode(&asked.keyset))
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

fn first(ring: &Ring, fleet: FleetName) -> Result<Asked, Mistake> {
    let left = [ring.any::<key::State>(), ring.any::<key::WorkOrder>(), ring.any::<key::Log>()];
    if let Some(left) = left.into_iter().flatten().next() {
        // New ones beside them could be signed while somebody still waits for the letters of these.
        return Err(Mistake::KeysUnasked(left));
    }
    let root = |zone| Ok(ZoneAuthority { zone, root: authority::root(ring, &fleet, zone)?.into() });
    let authorities = vec![root(TrustZone::Device)?, root(TrustZone::Service)?];
    let (version, state, work_order, log) = (1, vec![], vec![], vec![]);
    Ok(asked(Keyset { version, state, work_order, log, authorities, fleet }))
}

/// The keys in use, without those that are over, and one more of each role; above every version that the root may
/// have signed, brought back or not.
fn next(mut keyset: Keyset, last: u64) -> Asked {
    let now = moment::wall();
    keyset.version = keyset.version.max(last) + 1;
    keyset.state.retain(|key| key.until > now);
    keyset.work_order.retain(|key| key.until > now);
    keyset.log.retain(|key| key.until > now);
    asked(keyset)
}

fn asked(keyset: Keyset) -> Asked {
    let now = moment::wall();
    let from = Wall(now.0.saturating_sub(i64::try_from(SLACK.as_micros()).unwrap_or(i64::MAX)));
    Asked::new(keyset, from, now + LIFE)
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
