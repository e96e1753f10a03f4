//! Why a plan is not signed, or a proposal not made.

use core::fmt;

use vocab::{
    Action, DeviceId, EventId, Generation, Interlock, InterlockReading, OrderId, PersonId, SiteName,
};

use crate::facts::Version;

/// One reason why a plan may not be signed; sorted by device where it names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The alternative of an interlock destroys, or is hazardous itself.
    AlternativeUnsafe(DeviceId, Action),
    /// More devices would be changed by themselves than the documents allow.
    BlastRadius {
        /// Of which site; none: of the fleet.
        site: Option<SiteName>,
        /// By this plan, and by changes that are not proved well yet.
        changed: usize,
        /// The ceiling.
        allowed: usize,
        /// Of how many.
        devices: usize,
    },
    /// The plan claims to have seen what is not accepted.
    BasisBeyond(DeviceId),
    /// An order lacks consents that it needs, or holds one that does not count; the reason is crypto's.
    Consents {
        /// For whom.
        device: DeviceId,
        /// The order.
        order: OrderId,
        /// Why.
        reason: crypto::refusal::Refusal,
    },
    /// The documents ask for more people than consented.
    FewPeople {
        /// For whom.
        device: DeviceId,
        /// The order.
        order: OrderId,
        /// How many consented.
        have: usize,
        /// How many must.
        need: usize,
    },
    /// The least generation to go back to is above the state's own.
    FloorAbove(DeviceId),
    /// The state does not follow the last one signed.
    Generation {
        /// For whom.
        device: DeviceId,
        /// What was planned.
        planned: Generation,
        /// What it must be above.
        above: Generation,
    },
    /// An interlock would keep the device from it.
    Interlocked {
        /// Whom.
        device: DeviceId,
        /// From what.
        action: Action,
        /// By which condition.
        condition: Interlock,
        /// What is known of it.
        reading: InterlockReading,
    },
    /// A document, not people, would destroy data.
    Irreversible(DeviceId),
    /// More devices are latched than the documents allow for one cause, so nothing more happens by itself.
    Latched {
        /// At which site; none: in the fleet.
        site: Option<SiteName>,
        /// How many are latched.
        latched: usize,
        /// The ceiling.
        allowed: usize,
    },
    /// An event elsewhere would do more to this device than it can undo by itself.
    MoreThanReversible(DeviceId),
    /// Nobody said how this act is undone.
    NoInverse(DeviceId, Action),
    /// Somebody who was let in at that time would reset what they may have done.
    Opener {
        /// On which device.
        device: DeviceId,
        /// What is to be released.
        event: EventId,
        /// Who.
        person: PersonId,
    },
    /// One order stands in the state twice.
    OrderTwice(DeviceId, OrderId),
    /// A device would stand in the plan that the facts do not know, or that is revoked.
    Outsider(DeviceId),
    /// The state does not name the last one signed as the one before it.
    Previous(DeviceId),
    /// A rotation names a value that is not the one exposed.
    Rotation {
        /// Which value it names.
        named: Version,
        /// Which one is exposed; none: nothing is.
        exposed: Option<Version>,
    },
    /// Secrets for a device that is suspended, or to a key that it did not attest.
    Secrets(DeviceId),
    /// More bytes than a state may have.
    TooLarge {
        /// For whom.
        device: DeviceId,
        /// How many.
        bytes: usize,
    },
}

impl Refusal {
    /// The device without which the plan would not be refused for this reason.
    pub const fn device(&self) -> Option<DeviceId> {
        match self {
            Self::AlternativeUnsafe(device, _)
            | Self::BasisBeyond(device)
            | Self::Consents { device, .. }
            | Self::FewPeople { device, .. }
            | Self::FloorAbove(device)
            | Self::Generation { device, .. }
            | Self::Interlocked { device, .. }
            | Self::Irreversible(device)
            | Self::MoreThanReversible(device)
            | Self::NoInverse(device, _)
            | Self::Opener { device, .. }
            | Self::OrderTwice(device, _)
            | Self::Outsider(device)
            | Self::Previous(device)
            | Self::Secrets(device)
            | Self::TooLarge { device, .. } => Some(*device),
            Self::BlastRadius { .. } | Self::Latched { .. } | Self::Rotation { .. } => None,
        }
    }

    /// `plan/<reason>`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AlternativeUnsafe(..) => "plan/alternative-unsafe",
            Self::BasisBeyond(_) => "plan/basis-beyond",
            Self::BlastRadius { .. } => "plan/blast-radius",
            Self::Consents { .. } => "plan/consents",
            Self::FewPeople { .. } => "plan/few-people",
            Self::FloorAbove(_) => "plan/floor-above",
            Self::Generation { .. } => "plan/generation",
            Self::Interlocked { .. } => "plan/interlocked",
            Self::Irreversible(_) => "plan/irreversible",
            Self::Latched { .. } => "plan/latched",
            Self::MoreThanReversible(_) => "plan/more-than-reversible",
            Self::NoInverse(..) => "plan/no-inverse",
            Self::Opener { .. } => "plan/opener",
            Self::OrderTwice(..) => "plan/order-twice",
            Self::Outsider(_) => "plan/outsider",
            Self::Previous(_) => "plan/previous",
            Self::Rotation { .. } => "plan/rotation",
            Self::Secrets(_) => "plan/secrets",
            Self::TooLarge { .. } => "plan/too-large",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spell = policy::word::spell;
        match self {
            Self::AlternativeUnsafe(device, action) => {
                write!(f, "`{}` is no safe alternative for {device}; correct the interlocks", spell(action))
            }
            Self::BasisBeyond(device) => {
                write!(f, "the plan claims to have seen more of {device} than is accepted; plan again")
            }
            Self::BlastRadius { site, changed, allowed, devices } => {
                write!(f, "{changed} of {devices} devices ")?;
                place(f, site.as_ref())?;
                write!(f, " would be changed and the documents allow {allowed}; let a person decide, or wait")
            }
            Self::Consents { device, order, reason } => write!(f, "order {order} for {device}: {reason}"),
            Self::FewPeople { device, order, have, need } => {
                write!(
                    f,
                    "order {order} for {device} has {have} of the {need} people that the documents ask for"
                )
            }
            Self::FloorAbove(device) => {
                write!(
                    f,
                    "the floor of {device} is above its own generation, so it could never be obeyed; plan again"
                )
            }
            Self::Generation { device, planned, above } => write!(
                f,
                "generation {planned} for {device} does not grow: {above} was signed or reported; plan again"
            ),
            Self::Interlocked { device, action, condition, reading } => {
                let condition = policy::word::Word::word(*condition);
                let said = if *reading == InterlockReading::Engaged { "is engaged" } else { "is unknown" };
                write!(
                    f,
                    "`{}` on {device} would be withheld: `{condition}` {said}; look there, ",
                    spell(action)
                )?;
                f.write_str("or let a person accept the alternative")
            }
            Self::Irreversible(device) => {
                write!(f, "a document would destroy the data of {device}, which takes two people's consents")
            }
            Self::Latched { site, latched, allowed } => {
                write!(f, "{latched} devices ")?;
                place(f, site.as_ref())?;
                write!(f, " are latched and the documents allow {allowed} for one cause; let a person decide")
            }
            Self::MoreThanReversible(device) => write!(
                f,
                "{device} is not tampered itself, so it would be changed beyond what it can undo; let a person decide"
            ),
            Self::NoInverse(device, action) => {
                write!(
                    f,
                    "`{}` on {device} cannot be undone from here; say `undo: by-hand` or remove it",
                    spell(action)
                )
            }
            Self::Opener { device, event, person } => write!(
                f,
                "{person} was let in when {event} happened on {device}, and does not reset it; ask somebody else"
            ),
            Self::OrderTwice(device, order) => {
                write!(f, "order {order} stands in the state of {device} twice")
            }
            Self::Outsider(device) => write!(f, "{device} is revoked or not known here; plan again"),
            Self::Previous(device) => {
                write!(f, "the state of {device} does not follow the last one signed; plan again")
            }
            Self::Rotation { named, .. } => {
                write!(f, "value {named} of a secret would be rotated and is not the one exposed; plan again")
            }
            Self::Secrets(device) => {
                write!(
                    f,
                    "{device} would get secrets while it is suspended or to a key that it did not attest"
                )
            }
            Self::TooLarge { device, bytes } => {
                write!(f, "the state of {device} would have {bytes} bytes; shorten its tables or orders")
            }
        }
    }
}

fn place(f: &mut fmt::Formatter<'_>, site: Option<&SiteName>) -> fmt::Result {
    match site {
        Some(site) => write!(f, "at {site}"),
        None => f.write_str("of the fleet"),
    }
}

impl core::error::Error for Refusal {}

/// Why a person's proposal or consent is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// What set the latch off is still there, or nobody knows.
    CausePresent(EventId),
    /// The consent does not count; the reason is crypto's.
    Consent(crypto::refusal::Refusal),
    /// People are missing.
    FewPeople {
        /// How many consented.
        have: usize,
        /// How many must.
        need: usize,
    },
    /// It takes more people than the roster has.
    Lonely {
        /// How many the roster has who may.
        have: usize,
        /// How many must.
        need: usize,
    },
    /// No latch of this device is set by this event.
    NoSuchLatch(EventId),
    /// This person was let in when it happened.
    Opener(PersonId),
    /// This person consented and is no longer one whose consent counts.
    Void(PersonId),
}

impl Mistake {
    /// `plan/<reason>`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::CausePresent(_) => "plan/cause-present",
            Self::Consent(_) => "plan/consent",
            Self::FewPeople { .. } => "plan/people-missing",
            Self::Lonely { .. } => "plan/lonely",
            Self::NoSuchLatch(_) => "plan/no-such-latch",
            Self::Opener(_) => "plan/opener-consents",
            Self::Void(_) => "plan/consent-void",
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CausePresent(event) => {
                write!(
                    f,
                    "the cause of {event} is not known to be gone; close what is open, then propose it again"
                )
            }
            Self::Consent(reason) => reason.fmt(f),
            Self::FewPeople { have, need } => {
                write!(f, "{have} of {need} people have consented; ask another")
            }
            Self::Lonely { have, need } => write!(
                f,
                "this takes {need} people and the roster has {have} who may consent; have the root sign a larger one"
            ),
            Self::NoSuchLatch(event) => write!(f, "{event} latches nothing on this device any more"),
            Self::Opener(person) => {
                write!(f, "{person} was let in when it happened and may not reset it; ask somebody else")
            }
            Self::Void(person) => write!(
                f,
                "{person} has signed and is no longer one of the people whose signature counts here; propose it again"
            ),
        }
    }
}

impl core::error::Error for Mistake {}
