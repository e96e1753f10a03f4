//! Words for what has none yet.

use audit::Kind;
use policy::{rule::IncidentKind, word::Word};
use vocab::{Tier, reading::Channel};

/// What a sensor measures, as one word.
pub const fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Acceleration => "acceleration",
        Channel::Components => "components",
        Channel::Contact => "contact",
        Channel::Current => "current",
        Channel::Interfaces => "interfaces",
        Channel::Interlock => "interlock",
        Channel::Intrusion => "intrusion",
        Channel::Light => "light",
        Channel::Loop => "loop",
        Channel::Rail => "rail",
        Channel::Supply => "supply",
        Channel::Temperature => "temperature",
    }
}

/// What a step of the house decides; it fits what was done and what was refused.
pub(super) const fn step(kind: Kind) -> &'static str {
    match kind {
        Kind::Account => "change how somebody comes in",
        Kind::Appraise => "judge whether the evidence is sound",
        Kind::Approve => "consent to an order",
        Kind::Check => "let a plan be signed",
        Kind::Close => "close the incident",
        Kind::Correlate => "draw what happened into an incident",
        Kind::Enrol => "give or renew an identity",
        Kind::Grant => "say who may do what, and who may come in",
        Kind::Ingest => "take in what the journal says next",
        Kind::Lift => "end the suspension of the identity",
        Kind::Permit => "let somebody look, act or come in",
        Kind::Plan => "plan what boxes are to obey",
        Kind::Policy => "put documents in force",
        Kind::Propose => "ask for an order",
        Kind::Resume => "take back what people suspended the identity for",
        Kind::Revoke => "end an identity, or the credentials of a service",
        Kind::Settle => "judge whether the incident is settled",
        Kind::SignIn => "sign in",
        Kind::Suspend => "keep the identity to the quarantine room",
    }
}

/// What an incident is about, as documents spell it.
pub fn kind(kind: IncidentKind) -> &'static str {
    kind.word()
}

/// What a tier means for whoever must trust it.
pub const fn trust(tier: Tier) -> &'static str {
    match tier {
        Tier::Software => "its keys are files: whoever copies them is the device",
        Tier::SecureElement => "its keys stand in a secure element",
        Tier::Tpm => "its identity is held by a TPM",
        Tier::MeasuredBoot => "its identity is held by a TPM, and its boot was measured and appraised",
        Tier::TamperMemory => {
            "its boot was measured and appraised, and its tamper events are anchored in the TPM"
        }
    }
}
