//! Words for what has none yet.

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
