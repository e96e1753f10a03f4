//! `zones:` what the three zones are. Most of it is how the house is built: it can be stated and not changed, and a
//! file that states something else is refused.

use serde::Deserialize;

use crate::key::{Written, written};

/// The block.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Zones {
    /// People.
    pub external: External,
    /// Services.
    pub internal: Internal,
    /// Devices.
    pub hardware: HardwareZone,
}

/// `zones.external`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct External {
    /// `restricted`.
    pub access: Option<Restricted>,
    /// `required`, or `optional` for this machine alone.
    pub encryption: Option<Required>,
    /// `token-based`.
    pub auth: Option<TokenBased>,
}

/// `zones.internal`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Internal {
    /// `service-mesh`.
    pub access: Option<ServiceMesh>,
    /// `mtls`.
    pub encryption: Option<Mtls>,
    /// `service-account`.
    pub auth: Option<ServiceAccount>,
}

/// `zones.hardware`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HardwareZone {
    /// `isolated`.
    pub access: Option<Isolated>,
    /// `hardware-key`.
    pub encryption: Option<HardwareKey>,
    /// `device-specific`.
    pub auth: Option<DeviceSpecific>,
}

/// Whether TLS must be spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Required {
    /// Not on a loopback address.
    Optional,
    /// Everywhere.
    Required,
}

/// What can only be stated.
macro_rules! stated {
    ($($name:ident $word:literal)+) => {
        $(
            #[doc = concat!("`", $word, "`, and nothing else.")]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
            pub enum $name {
                #[doc = concat!("`", $word, "`.")]
                #[serde(rename = $word)]
                Stated,
            }

            impl $name {
                const fn word(self) -> &'static str {
                    match self {
                        Self::Stated => $word,
                    }
                }
            }
        )+
    };
}

stated! {
    DeviceSpecific "device-specific"
    HardwareKey "hardware-key"
    Isolated "isolated"
    Mtls "mtls"
    Restricted "restricted"
    ServiceAccount "service-account"
    ServiceMesh "service-mesh"
    TokenBased "token-based"
}

impl Required {
    const fn word(self) -> &'static str {
        match self {
            Self::Optional => "optional",
            Self::Required => "required",
        }
    }
}

impl Zones {
    /// What the file says, key by key.
    pub fn written(&self) -> Vec<Written> {
        let Self { external, internal, hardware } = self;
        let own = str::to_owned;
        written([
            ("zones.external.access", external.access.map(|it| own(it.word()))),
            ("zones.external.encryption", external.encryption.map(|it| own(it.word()))),
            ("zones.external.auth", external.auth.map(|it| own(it.word()))),
            ("zones.internal.access", internal.access.map(|it| own(it.word()))),
            ("zones.internal.encryption", internal.encryption.map(|it| own(it.word()))),
            ("zones.internal.auth", internal.auth.map(|it| own(it.word()))),
            ("zones.hardware.access", hardware.access.map(|it| own(it.word()))),
            ("zones.hardware.encryption", hardware.encryption.map(|it| own(it.word()))),
            ("zones.hardware.auth", hardware.auth.map(|it| own(it.word()))),
        ])
    }
}
