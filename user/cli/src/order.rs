//! The order that a person is asked to sign: decoded here, held against what was asked, and its digest computed here.
//!
//! Nothing of it is taken on the fleet's word. What is shown is what the bytes hold, and what is signed is the digest
//! of those; a fleet that shows one thing and asks for another gets nothing.

use core::fmt;

use crypto::{
    approved::NeedsConsent,
    cbor::{self, Limits},
    digest::Digest,
    hex,
    signed::{Audience, Signed},
};
use vocab::{Action, ActionClass, DeviceId, EventId, FleetName, OrderId, Severity, Wall};
use wire::v1::{Consent, Order, OrderKind};

use crate::{keyfile::KeyFile, refusal::Refusal};

/// What an order may hold, with the consents of everybody.
const LIMITS: Limits = Limits { bytes: 16 * 1024, depth: 8, items: 256 };

/// What the person asked for, as far as they named it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// This device.
    pub device: Option<DeviceId>,
    /// The release of the latch that this event set.
    pub event: Option<EventId>,
    /// This order.
    pub order: Option<OrderId>,
    /// Which kinds will do.
    pub kinds: Kinds,
}

/// Which kinds of orders a command is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kinds {
    /// Whatever the order is.
    #[default]
    Any,
    /// The release of a latch alone.
    Release,
}

/// An order that is what was asked for and what the fleet says about it. Nothing else is consented to.
#[derive(Debug)]
pub struct Reviewed {
    order: Order,
    audience: Audience,
    device: DeviceId,
    subject: Digest,
}

/// Reads the order of a proposal, and holds it against what was asked and said.
pub fn review(
    proposal: &api::Proposal,
    fleet: &FleetName,
    asked: &Asked,
    now: Wall,
) -> Result<Reviewed, Refusal> {
    let bytes = hex::decode(&proposal.order_cbor)
        .map_err(|why| Refusal::Answer(format!("the order is not hexadecimal: {why}")))?;
    let order: Order = cbor::decode(&bytes, &LIMITS).map_err(Refusal::Order)?;
    // What is passed over in reading would be left out of the digest too: it is signed in whole or not at all.
    if cbor::encode(&order) != bytes {
        return Err(Refusal::OrderNewer);
    }
    let device: DeviceId = proposal
        .audience
        .device
        .parse()
        .map_err(|why| Refusal::Answer(format!("the device of the order: {why}")))?;
    same("fleet", fleet, &proposal.audience.fleet)?;
    if let Some(asked) = asked.device {
        same("device", asked, device)?;
    }
    same("order", asked.order.map_or_else(|| proposal.order.clone(), |id| id.to_string()), order.id)?;
    same("order", &proposal.order, order.id)?;
    judge_kind(proposal, &order.kind, asked)?;
    if order.expires <= now {
        return Err(Refusal::OrderExpired);
    }
    let audience = Audience::device(fleet.clone(), device);
    let subject = order.subject(&audience);
    Ok(Reviewed { order, audience, device, subject })
}

fn judge_kind(proposal: &api::Proposal, kind: &OrderKind, asked: &Asked) -> Result<(), Refusal> {
    let (word, event, severity) = match kind {
        OrderKind::ReleaseLatch { event, severity } => {
            (api::word::OrderKind::ReleaseLatch, Some(*event), Some(word_of(*severity)))
        }
        OrderKind::Acknowledge(event) => (api::word::OrderKind::Acknowledge, Some(*event), None),
        OrderKind::Run(_) => (api::word::OrderKind::Run, None, None),
    };
    if asked.kinds == Kinds::Release {
        same("kind", api::word::OrderKind::ReleaseLatch, word)?;
    }
    same("kind", proposal.kind, word)?;
    if let Some(asked) = asked.event {
        same("event", asked, event.map_or_else(|| "none".to_string(), |event| event.to_string()))?;
    }
    if let (Some(said), Some(holds)) = (&proposal.event, event) {
        same("event", said, holds)?;
    }
    if let (Some(said), Some(holds)) = (proposal.severity, severity) {
        same("severity", said, holds)?;
    }
    Ok(())
}

fn same(what: &'static str, said: impl fmt::Display, holds: impl fmt::Display) -> Result<(), Refusal> {
    let (said, holds) = (said.to_string(), holds.to_string());
    if said == holds { Ok(()) } else { Err(Refusal::OrderOther { what, said, holds }) }
}

impl Reviewed {
    /// The order's id.
    pub const fn id(&self) -> OrderId {
        self.order.id
    }

    /// For which device.
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// What is signed: computed here from the bytes that came.
    pub const fn subject(&self) -> Digest {
        self.subject
    }

    /// The order in words, from its own bytes.
    pub fn told(&self) -> Vec<(&'static str, String)> {
        let Order { id, kind, basis, expires, .. } = &self.order;
        let mut told = vec![("what", sentence(kind)), ("device", self.device.to_string())];
        if let OrderKind::ReleaseLatch { event, .. } | OrderKind::Acknowledge(event) = kind {
            told.push(("event", event.to_string()));
        }
        told.extend([
            ("as seen up to", format!("entry {} of {}", basis.seq, basis.boot)),
            ("not after", expires.to_string()),
            ("people needed", self.order.required().to_string()),
            ("fleet", self.audience.fleet.to_string()),
            ("order", id.to_string()),
            ("you sign", hex::encode(self.subject.as_bytes())),
        ]);
        told
    }

    /// A person's consent to exactly this, for as long as the order holds.
    pub fn consent(&self, key: &KeyFile) -> Signed<Consent> {
        let consent = Consent {
            fleet: self.audience.fleet.clone(),
            device: self.device,
            person: key.person,
            subject: self.subject,
            expires: self.order.expires,
        };
        Signed::seal(&consent, &key.secret())
    }
}

/// An order in words.
pub(crate) fn sentence(kind: &OrderKind) -> String {
    match kind {
        OrderKind::ReleaseLatch { severity, .. } => {
            format!("release the latch that this event set (severity {})", word_of(*severity))
        }
        OrderKind::Acknowledge(_) => "say that a person has seen this event; its latch stays".into(),
        OrderKind::Run(action) => {
            let undone = match action.class() {
                ActionClass::Irreversible => "; nobody can undo it",
                ActionClass::Recoverable => "; undoing it takes new credentials or a hand on site",
                ActionClass::Reversible => "",
            };
            format!("{}{undone}", act(action))
        }
    }
}

fn act(action: &Action) -> String {
    match action {
        Action::Isolate => "let the network lead to the fleet alone".into(),
        Action::Rejoin => "open the network again".into(),
        Action::LockUsb => "refuse every USB device that is not there yet".into(),
        Action::UnlockUsb => "accept USB devices again".into(),
        Action::StopUnit(unit) => format!("stop the service {unit}"),
        Action::StartUnit(unit) => format!("start the service {unit}"),
        Action::LatchVault => "make every sealed secret unusable".into(),
        Action::RearmVault => "make the vault ready for new secrets".into(),
        Action::DropKeys => "forget the keys in memory".into(),
        Action::PowerOff => "turn the device off".into(),
        Action::Wipe => "destroy the device's data".into(),
    }
}

const fn word_of(severity: Severity) -> api::word::Severity {
    match severity {
        Severity::Info => api::word::Severity::Info,
        Severity::Low => api::word::Severity::Low,
        Severity::Medium => api::word::Severity::Medium,
        Severity::High => api::word::Severity::High,
        Severity::Critical => api::word::Severity::Critical,
    }
}

#[cfg(test)]
mod tests;
