//! The words by which a document names what the house knows; one spelling for each.

use alloc::{collections::BTreeSet, format, string::String, vec::Vec};
use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, de};
use vocab::{Action, Arming, Interlock, Posture, Severity, TamperKind, UnitName, tamper::Verification};

/// A choice among words.
pub trait Word: Copy + PartialEq + 'static {
    /// What the words name: `a severity`.
    const NOUN: &'static str;
    /// Every word and its meaning, in the order of the world.
    const WORDS: &'static [(&'static str, Self)];

    /// The word for this.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, meaning)| *meaning == self).map_or("?", |(word, _)| word)
    }
}

/// A word that nobody gave a meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    found: String,
    noun: &'static str,
    known: Vec<&'static str>,
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not {}: expected one of {}", self.found, self.noun, self.known.join(", "))
    }
}

impl core::error::Error for UnknownWord {}

/// What this word means.
pub fn meaning<W: Word>(text: &str) -> Result<W, UnknownWord> {
    W::WORDS.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning).ok_or_else(|| UnknownWord {
        found: text.chars().take(64).collect(),
        noun: W::NOUN,
        known: W::WORDS.iter().map(|(word, _)| *word).collect(),
    })
}

macro_rules! words {
    ($type:ty, $noun:literal, $($word:literal => $meaning:ident),+ $(,)?) => {
        impl crate::word::Word for $type {
            const NOUN: &'static str = $noun;
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$meaning)),+];
        }
    };
}
pub(crate) use words;

words!(
    Arming, "an arming state",
    "storage" => Storage, "transport" => Transport, "commissioning" => Commissioning, "armed" => Armed,
    "service" => Service, "retired" => Retired,
);
words!(
    Interlock, "an interlock",
    "energised" => Energised, "in-motion" => InMotion, "occupied" => Occupied, "only-egress" => OnlyEgress,
);
words!(
    Posture, "a posture",
    "normal" => Normal, "guarded" => Guarded, "isolated" => Isolated, "sealed" => Sealed, "wiped" => Wiped,
);
words!(
    Severity, "a severity",
    "info" => Info, "low" => Low, "medium" => Medium, "high" => High, "critical" => Critical,
);
words!(Verification, "a verification", "single" => Single, "verified" => Verified);
words!(
    TamperKind, "a kind of tampering",
    "lid-opened" => LidOpened, "loop-cut" => LoopCut, "loop-shorted" => LoopShorted, "loop-changed" => LoopChanged,
    "intrusion-flag" => IntrusionFlag, "light-inside" => LightInside, "moved" => Moved, "struck" => Struck,
    "tilted" => Tilted, "dropped" => Dropped, "under-voltage" => UnderVoltage, "over-voltage" => OverVoltage,
    "power-glitch" => PowerGlitch, "supply-lost" => SupplyLost, "current-changed" => CurrentChanged,
    "temperature-outside" => TemperatureOutside, "cold-boot-cooling" => ColdBootCooling,
    "interface-added" => InterfaceAdded, "interface-removed" => InterfaceRemoved,
    "component-added" => ComponentAdded, "component-removed" => ComponentRemoved,
    "component-changed" => ComponentChanged, "sensor-faulted" => SensorFaulted, "sensor-silent" => SensorSilent,
    "clock-jumped" => ClockJumped, "record-damaged" => RecordDamaged, "state-forged" => StateForged,
    "while-off" => WhileOff,
);

/// The act that a document writes as one word, or as `stop-unit <name>` and `start-unit <name>`.
pub fn action(text: &str) -> Result<Action, String> {
    let (word, unit) = text.split_once(' ').map_or((text, None), |(word, unit)| (word, Some(unit.trim())));
    let unit_name = || {
        let unit = unit.ok_or_else(|| format!("`{word}` needs the name of a unit after it"))?;
        UnitName::new(unit).map_err(|bad| format!("{unit:?} is not the name of a unit: {bad}"))
    };
    let act = match word {
        "start-unit" => return unit_name().map(Action::StartUnit),
        "stop-unit" => return unit_name().map(Action::StopUnit),
        "drop-keys" => Action::DropKeys,
        "isolate" => Action::Isolate,
        "latch-vault" => Action::LatchVault,
        "lock-usb" => Action::LockUsb,
        "power-off" => Action::PowerOff,
        "rearm-vault" => Action::RearmVault,
        "rejoin" => Action::Rejoin,
        "unlock-usb" => Action::UnlockUsb,
        "wipe" => Action::Wipe,
        _ => {
            return Err(format!(
                "`{}` is not an act: expected one of {ACTS}",
                text.chars().take(64).collect::<String>()
            ));
        }
    };
    match unit {
        None => Ok(act),
        Some(_) => Err(format!("`{word}` takes nothing after it")),
    }
}

const ACTS: &str = "isolate, rejoin, lock-usb, unlock-usb, stop-unit <name>, start-unit <name>, latch-vault, \
                    rearm-vault, drop-keys, power-off, wipe";

/// The words of an act, as [`action`] reads them.
pub fn spell(action: &Action) -> String {
    let word = match action {
        Action::Isolate => "isolate",
        Action::Rejoin => "rejoin",
        Action::LockUsb => "lock-usb",
        Action::UnlockUsb => "unlock-usb",
        Action::StopUnit(unit) => return format!("stop-unit {unit}"),
        Action::StartUnit(unit) => return format!("start-unit {unit}"),
        Action::LatchVault => "latch-vault",
        Action::RearmVault => "rearm-vault",
        Action::DropKeys => "drop-keys",
        Action::PowerOff => "power-off",
        Action::Wipe => "wipe",
    };
    word.into()
}

/// A field that holds one word.
pub(crate) fn one<'de, D: Deserializer<'de>, W: Word>(deserializer: D) -> Result<W, D::Error> {
    meaning(&String::deserialize(deserializer)?).map_err(de::Error::custom)
}

/// A field that may hold one word.
pub(crate) fn maybe<'de, D: Deserializer<'de>, W: Word>(deserializer: D) -> Result<Option<W>, D::Error> {
    one(deserializer).map(Some)
}

/// A field that holds a list of words; twice the same is a slip of the pen.
pub(crate) fn several<'de, D: Deserializer<'de>, W: Word + Ord>(
    deserializer: D,
) -> Result<BTreeSet<W>, D::Error> {
    let mut set = BTreeSet::new();
    for text in Vec::<String>::deserialize(deserializer)? {
        if !set.insert(meaning(&text).map_err(de::Error::custom)?) {
            return Err(de::Error::custom(format!("`{text}` stands here twice")));
        }
    }
    Ok(set)
}

/// A field that holds a list of acts.
pub(crate) fn actions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Action>, D::Error> {
    Vec::<String>::deserialize(deserializer)?
        .iter()
        .map(|text| action(text).map_err(de::Error::custom))
        .collect()
}

/// A field that holds one act.
pub(crate) fn act<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Action, D::Error> {
    action(&String::deserialize(deserializer)?).map_err(de::Error::custom)
}

/// A field that may hold one act.
pub(crate) fn maybe_act<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Action>, D::Error> {
    act(deserializer).map(Some)
}

/// A field that holds a checked name.
pub(crate) fn name<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
}

/// A field that holds a list of checked names.
pub(crate) fn names<'de, D, T>(deserializer: D) -> Result<BTreeSet<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display> + Ord,
{
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| text.parse().map_err(de::Error::custom)).collect()
}

#[cfg(test)]
mod tests;
