//! Orders: the single things that a state tells one device to do, once.

use alloc::vec::Vec;

use crypto::{
    approved::NeedsConsent,
    cbor,
    digest::{Digest, Hasher},
    signed::{Audience, Signed},
};
use journal::Position;
use minicbor::{Decode, Encode};
use vocab::{Action, ActionClass, EventId, OrderId, Severity, Wall};

use super::{consent::Consent, roster::Right};

/// An order, with the consents that it needs; one that lacks them cannot be encoded into a state.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Order {
    /// Obeyed once.
    #[n(0)]
    pub id: OrderId,
    /// What to do.
    #[n(1)]
    pub kind: OrderKind,
    /// The journal that whoever ordered it had seen.
    #[n(2)]
    pub basis: Position,
    /// Not after this.
    #[n(3)]
    pub expires: Wall,
    /// People's signatures over [`NeedsConsent::subject`].
    #[n(4)]
    pub consents: Vec<Signed<Consent>>,
}

/// What an order asks for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum OrderKind {
    /// Release the latch that this event set, of this severity.
    #[n(0)]
    ReleaseLatch {
        /// The event.
        #[n(0)]
        event: EventId,
        /// Its severity, as the device reported it; the device compares.
        #[n(1)]
        severity: Severity,
    },
    /// Do this act.
    #[n(1)]
    Run(#[n(0)] Action),
    /// Say that a person has seen this event. Its latch stays.
    #[n(2)]
    Acknowledge(#[n(0)] EventId),
}

impl OrderKind {
    /// What a person must be allowed to in order to consent.
    pub const fn right(&self) -> Right {
        match self {
            Self::Acknowledge(_) | Self::ReleaseLatch { .. } => Right::Release,
            Self::Run(_) => Right::Destroy,
        }
    }

    /// How many people must have consented: two where it cannot be undone or where a severe latch is
    /// released, one for a lesser latch and for having seen one, none otherwise.
    pub const fn people(&self) -> usize {
        match self {
            Self::ReleaseLatch { severity: Severity::High | Severity::Critical, .. } => 2,
            Self::Acknowledge(_) | Self::ReleaseLatch { .. } => 1,
            Self::Run(action) => match action.class() {
                ActionClass::Irreversible => 2,
                ActionClass::Recoverable | ActionClass::Reversible => 0,
            },
        }
    }
}

/// What a consent signs: everything of the order but the consents themselves.
#[derive(Encode)]
#[cbor(map)]
struct Bare<'a> {
    #[n(0)]
    id: OrderId,
    #[n(1)]
    kind: &'a OrderKind,
    #[n(2)]
    basis: Position,
    #[n(3)]
    expires: Wall,
}

impl NeedsConsent for Order {
    type Consent = Consent;

    /// SHA-256 of the deterministic CBOR of [`wrale.consent.v1`, fleet, device, order without consents].
    fn subject(&self, audience: &Audience) -> Digest {
        let bare = Bare { id: self.id, kind: &self.kind, basis: self.basis, expires: self.expires };
        let subject = ("wrale.consent.v1", &audience.fleet, audience.device, &bare);
        Hasher::new().bytes(&cbor::encode(&subject)).finish()
    }

    fn consents(&self) -> &[Signed<Consent>] {
        &self.consents
    }

    fn required(&self) -> usize {
        self.kind.people()
    }

    fn expires(&self) -> Wall {
        self.expires
    }
}
