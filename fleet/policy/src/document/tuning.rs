//! Thresholds that a document sets: any key of `vocab::tuning`, under the same name.

use alloc::vec::Vec;

use serde::{Deserialize, Deserializer, de};
use vocab::{
    Millis, Tuning, ZoneName,
    tuning::{Enclosure, Fusion, Motion, Passage, Silence, SupplyTuning, TemperatureTuning},
    unit::{Lux, MicroG, MilliCelsius, MilliDegrees, Ohms, Permille},
};

use crate::{
    quantity::{self, Quantity},
    word,
};

macro_rules! overrides {
    ($($section:ident: $name:ident over $of:ident {
        $($key:ident: $quantity:ty,)+
        $(; $($count:ident,)+)?
        $(| $($zones:ident,)+)?
    })+) => {
        /// Every threshold that a document may set; what it leaves out, it does not change.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Overrides {
            $(
                #[doc = concat!("Section `", stringify!($section), "`.")]
                pub $section: $name,
            )+
        }

        impl Overrides {
            /// Writes what the document sets over `tuning`.
            pub fn apply(&self, tuning: &mut Tuning) {
                $(self.$section.apply(&mut tuning.$section);)+
            }

            /// The keys that it sets, as `section.key`.
            pub fn keys(&self) -> Vec<&'static str> {
                let mut keys = Vec::new();
                $(self.$section.keys(&mut keys);)+
                keys
            }

            /// The keys that both set, to different values.
            pub fn disagrees(&self, other: &Self) -> Vec<&'static str> {
                let mut keys = Vec::new();
                $(self.$section.disagrees(&other.$section, &mut keys);)+
                keys
            }
        }

        $(
            #[allow(clippy::struct_field_names, reason = "the keys are named as in `vocab::tuning`")]
            #[doc = concat!("Overrides of section `", stringify!($section), "`.")]
            #[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
            #[serde(deny_unknown_fields, default)]
            pub struct $name {
                $(
                    #[doc = concat!("Replaces `", stringify!($section), ".", stringify!($key), "`.")]
                    #[serde(deserialize_with = "quantity::maybe")]
                    pub $key: Option<$quantity>,
                )+
                $($(
                    #[doc = concat!("Replaces `", stringify!($section), ".", stringify!($count), "`.")]
                    pub $count: Option<u32>,
                )+)?
                $($(
                    #[doc = concat!("Replaces `", stringify!($section), ".", stringify!($zones), "`.")]
                    #[serde(deserialize_with = "zones")]
                    pub $zones: Option<Vec<ZoneName>>,
                )+)?
            }

            impl $name {
                fn apply(&self, to: &mut $of) {
                    $(if let Some(value) = self.$key { to.$key = value.into(); })+
                    $($(if let Some(value) = self.$count { to.$count = value; })+)?
                    $($(if let Some(value) = &self.$zones { to.$zones.clone_from(value); })+)?
                }

                fn keys(&self, keys: &mut Vec<&'static str>) {
                    $(if self.$key.is_some() {
                        keys.push(concat!(stringify!($section), ".", stringify!($key)));
                    })+
                    $($(if self.$count.is_some() {
                        keys.push(concat!(stringify!($section), ".", stringify!($count)));
                    })+)?
                    $($(if self.$zones.is_some() {
                        keys.push(concat!(stringify!($section), ".", stringify!($zones)));
                    })+)?
                }

                fn disagrees(&self, other: &Self, keys: &mut Vec<&'static str>) {
                    $(if self.$key.zip(other.$key).is_some_and(|(a, b)| a != b) {
                        keys.push(concat!("tuning.", stringify!($section), ".", stringify!($key)));
                    })+
                    $($(if self.$count.zip(other.$count).is_some_and(|(a, b)| a != b) {
                        keys.push(concat!("tuning.", stringify!($section), ".", stringify!($count)));
                    })+)?
                    $($(if self.$zones.as_ref().zip(other.$zones.as_ref()).is_some_and(|(a, b)| a != b) {
                        keys.push(concat!("tuning.", stringify!($section), ".", stringify!($zones)));
                    })+)?
                }

                /// Fails to compile as soon as a threshold has no key here.
                #[cfg(test)]
                #[allow(dead_code)]
                fn every_threshold_has_a_key(of: &$of) {
                    let $of { $($key: _,)+ $($($count: _,)+)? $($($zones: _,)+)? } = of;
                }
            }
        )+
    };
}

overrides! {
    enclosure: EnclosureOverrides over Enclosure {
        suspect_after: Millis,
        open_after: Millis,
        close_after: Millis,
        loop_short: Ohms,
        loop_low: Ohms,
        loop_high: Ohms,
        loop_cut: Ohms,
        loop_jump: Permille,
        loop_for: Millis,
        light: Lux,
        light_after: Millis,
        loop_ageing: Millis,
        ; loop_samples,
    }
    motion: MotionOverrides over Motion {
        moving: MicroG,
        window: Millis,
        moved_after: Millis,
        quiet_after: Millis,
        blow: MicroG,
        tilt: MilliDegrees,
        tilt_for: Millis,
        gravity_within: MicroG,
        free_fall: MicroG,
        free_fall_for: Millis,
        stuck_after: Millis,
        tilt_back: MilliDegrees,
        implausible: MicroG,
        full_scale: MicroG,
        ; stuck_samples,
    }
    supply: SupplyOverrides over SupplyTuning {
        low: Permille,
        high: Permille,
        warn_for: Millis,
        critical: Permille,
        glitch_window: Millis,
        current: Permille,
        lost_after: Millis,
        current_for: Millis,
        nominal_within: Permille,
        ; glitch_dips,
    }
    temperature: TemperatureOverrides over TemperatureTuning {
        low: MilliCelsius,
        high: MilliCelsius,
        dwell: Millis,
        hysteresis: MilliCelsius,
        cooling: MilliCelsius,
        cooling_over: Millis,
    }
    silence: SilenceOverrides over Silence {
        sensor_after: Millis,
        fault_after: Millis,
        inventory_after: Millis,
        away_after: Millis,
    }
    passage: PassageOverrides over Passage {
        exit: Delay,
        entry: Delay,
        | through, chime,
    }
    fusion: FusionOverrides over Fusion {
        window: Millis,
        verify_window: Millis,
        leak: Permille,
        report_from: Permille,
        repeat_after: Millis,
        ; verify_groups,
    }
}

/// How long a door stands between people and the keypad. Alarm systems grant 45 s to whoever comes in (EN 50131-1) and
/// about a minute to whoever leaves; more than ten minutes is no delay but a reflex that is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay(Millis);

/// The longest delay.
const LONGEST: Millis = Millis(10 * 60 * 1_000);

impl Quantity for Delay {
    const NOUN: &'static str = "a delay of at most 10 minutes such as `45s`";
    const UNITS: &'static [(&'static str, u64)] = Millis::UNITS;

    fn of(steps: i128) -> Option<Self> {
        Millis::of(steps).filter(|delay| *delay <= LONGEST).map(Self)
    }
}

impl From<Delay> for Millis {
    fn from(Delay(delay): Delay) -> Self {
        delay
    }
}

/// Most zones in one list; no machine has as many.
const ZONES: usize = 64;

fn zones<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<ZoneName>>, D::Error> {
    let zones = word::names::<D, ZoneName>(deserializer)?;
    if zones.len() > ZONES {
        return Err(de::Error::custom(alloc::format!("more than {ZONES} zones stand here")));
    }
    Ok(Some(zones.into_iter().collect()))
}
