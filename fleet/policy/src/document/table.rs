//! The tables of a document, line by line.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use serde::{Deserialize, Deserializer, de};
use vocab::{Action, Interlock, InterlockRule, Posture, ReflexRule, Severity, tamper::Verification};

use crate::{rule::IncidentKind, word};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReflexLine {
    #[serde(deserialize_with = "word::one")]
    severity: Severity,
    #[serde(default = "single", deserialize_with = "word::one")]
    verification: Verification,
    #[serde(deserialize_with = "word::one")]
    posture: Posture,
    #[serde(default, deserialize_with = "word::actions")]
    actions: Vec<Action>,
}

pub(crate) const fn single() -> Verification {
    Verification::Single
}

pub(super) fn reflexes<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<ReflexRule>>, D::Error> {
    let lines = Vec::<ReflexLine>::deserialize(deserializer)?;
    let rule = |ReflexLine { severity, verification, posture, actions }| ReflexRule {
        severity,
        verification,
        posture,
        actions,
    };
    Ok(Some(lines.into_iter().map(rule).collect()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InterlockLine {
    #[serde(deserialize_with = "word::act")]
    withholds: Action,
    #[serde(deserialize_with = "word::one")]
    condition: Interlock,
    #[serde(default, deserialize_with = "word::maybe_act")]
    instead: Option<Action>,
}

pub(super) fn interlocks<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<InterlockRule>>, D::Error> {
    let lines = Vec::<InterlockLine>::deserialize(deserializer)?;
    let rule =
        |InterlockLine { withholds, condition, instead }| InterlockRule { withholds, condition, instead };
    Ok(Some(lines.into_iter().map(rule).collect()))
}

pub(super) fn severities<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<IncidentKind, Severity>, D::Error> {
    let lines = BTreeMap::<String, String>::deserialize(deserializer)?;
    let meaning = |(kind, severity): (&String, &String)| Ok((word::meaning(kind)?, word::meaning(severity)?));
    lines.iter().map(meaning).collect::<Result<_, word::UnknownWord>>().map_err(de::Error::custom)
}
