//! What the root was asked to sign, and the keys in it: one sealed file, so that an interruption leaves all of it or
//! nothing, and a request that is lost is written again as it was.

use crypto::{
    cbor::{self, Limits},
    key::{Log, PublicKey, SeedRole, State, WorkOrder},
};
use minicbor::{Decode, Encode};
use vocab::Wall;
use wire::v1::{Keyset, keyset::Valid};
use zeroize::{Zeroize, Zeroizing};

use crate::{mistake::Mistake, moment, ring::Ring};

/// In the folder of the keys.
const FILE: &str = "request";

const LIMITS: Limits = Limits { bytes: 16 * 1024, depth: 8, items: 1024 };

/// A request, and what its new keys grow from.
#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct Asked {
    #[n(0)]
    pub(crate) keyset: Keyset,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    state: [u8; 32],
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    work_order: [u8; 32],
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    log: [u8; 32],
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.state.zeroize();
        self.work_order.zeroize();
        self.log.zeroize();
    }
}

impl Asked {
    /// One new key of each role beside those of this keyset, valid from `from` until `until`.
    pub(crate) fn new(mut keyset: Keyset, from: Wall, until: Wall) -> Self {
        let state = grow(&mut keyset.state, from, until);
        let work_order = grow(&mut keyset.work_order, from, until);
        let log = grow(&mut keyset.log, from, until);
        Self { keyset, state, work_order, log }
    }

    /// What was asked last; none if nothing ever was.
    pub(crate) fn last(ring: &Ring) -> Result<Option<Self>, Mistake> {
        let bytes = match ring.open(FILE) {
            Err(Mistake::KeyMissing(_)) => return Ok(None),
            opened => opened?,
        };
        cbor::decode(&bytes, &LIMITS).map(Some).map_err(|_| Mistake::KeyMalformed(ring.path(FILE)))
    }

    /// Whether the new key of every role, which is its last, is valid until then at least.
    pub(crate) fn lasts(&self, until: Wall) -> bool {
        let Keyset { state, work_order, log, .. } = &self.keyset;
        ends(state) >= Some(until) && ends(work_order) >= Some(until) && ends(log) >= Some(until)
    }

    /// Keeps the request before any of its keys, and then its keys: whatever is interrupted is finished by the next.
    pub(crate) fn keep(&self, ring: &Ring) -> Result<(), Mistake> {
        ring.seal(FILE, &Zeroizing::new(cbor::encode(self)))?;
        ring.keep::<State>(&self.state)?;
        ring.keep::<WorkOrder>(&self.work_order)?;
        ring.keep::<Log>(&self.log)?;
        Ok(())
    }
}

fn ends<R: SeedRole>(keys: &[Valid<PublicKey<R>>]) -> Option<Wall> {
    keys.last().map(|key| key.until)
}

fn grow<R: SeedRole>(keys: &mut Vec<Valid<PublicKey<R>>>, from: Wall, until: Wall) -> [u8; 32] {
    let seed = moment::draw();
    keys.push(Valid { key: crypto::key::SecretKey::<R>::from_seed(seed).public().clone(), from, until });
    seed
}
