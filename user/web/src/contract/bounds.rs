//! How long and of what the texts of requests may be: written into their schemas from what the doors themselves hold
//! against.
//!
//! A schema counts characters and a door bytes, so text outside ASCII may be within the one and beyond the other.

use access::{Action, Kind, Role, account::GRANTS_LIMIT};
use serde_json::{Map, Value, json};
use vocab::{Label, ServiceName, SiteName};

use crate::{body, password, routes::people::SITES_LIMIT, totp::DIGITS};

/// A field, and what holds for it beside its type.
type Bound = (&'static str, &'static str, fn() -> Value);

/// Every text of every request, and every list.
const BOUNDS: &[Bound] = &[
    ("Assertion", "authenticator_data", bytes),
    ("Assertion", "client_data", bytes),
    ("Assertion", "id", bytes),
    ("Assertion", "signature", bytes),
    ("Arm", "arming", known),
    ("ChallengeFor", "person", || id("per")),
    ("Change", "grants", || json!({ "maxItems": GRANTS_LIMIT })),
    ("Check", "action", || json!({ "enum": Action::ALL.map(Action::word) })),
    ("Check", "device", || id("dev")),
    ("Check", "kind", || json!({ "enum": Kind::ALL.map(Kind::word) })),
    ("Check", "site", site),
    ("Close", "outcome", known),
    ("Close", "reason", label),
    ("Code", "code", code),
    ("Consent", "letter", bytes),
    ("Grant", "role", || json!({ "enum": Role::ALL.map(Role::word) })),
    ("Grant", "sites", || json!({ "minItems": 1, "maxItems": SITES_LIMIT, "items": merged(text(), site()) })),
    ("Invite", "grants", || json!({ "maxItems": GRANTS_LIMIT })),
    ("Invite", "name", label),
    ("NewPasskey", "attestation", bytes),
    ("NewPasskey", "client_data", bytes),
    ("NewPasskey", "name", label),
    ("NewPassword", "password", password),
    ("NewToken", "grants", || json!({ "maxItems": GRANTS_LIMIT })),
    ("NewToken", "minutes", || json!({ "minimum": 1 })),
    ("NewToken", "name", label),
    ("PasswordSignIn", "code", code),
    ("PasswordSignIn", "name", label),
    ("PasswordSignIn", "password", password),
    ("Redeem", "name", label),
    ("Redeem", "password", password),
    ("Redeem", "token", secret),
    ("Reset", "event", || id("evt")),
    ("Reset", "reason", label),
    ("Resume", "reason", label),
    ("Revoke", "reason", known),
    ("RevokeService", "reason", label),
    ("SignIn", "letter", bytes),
    ("Suspend", "reason", label),
    ("TokenFor", "label", label),
    ("TokenFor", "site", site),
];

/// Writes them into the schemas of the contract.
pub(super) fn bind(schemas: &mut Map<String, Value>) {
    for (name, field, bound) in BOUNDS {
        let Some(has) = schemas.get_mut(*name).and_then(|one| one["properties"].get_mut(*field)) else {
            unreachable!("there is no `{field}` of `{name}` that could be bound");
        };
        *has = merged(has.take(), bound());
    }
}

/// Text of somebody's own: whatever is no control character.
fn label() -> Value {
    json!({ "minLength": 1, "maxLength": Label::LIMIT, "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f]+$" })
}

/// A site.
pub(super) fn site() -> Value {
    json!({ "pattern": format!("^[A-Za-z0-9._:/-]{{1,{}}}$", SiteName::LIMIT) })
}

/// A service.
pub(super) fn service() -> Value {
    json!({ "pattern": format!("^[a-z0-9-]{{1,{}}}$", ServiceName::LIMIT) })
}

/// An id with this prefix: sixteen bytes in base32, of which the last digit holds three bits.
pub(super) fn id(prefix: &str) -> Value {
    json!({ "pattern": format!("^{prefix}_[a-z2-7]{{25}}[aeimquy4]$") })
}

/// Bytes in digits, no more than a body holds.
fn bytes() -> Value {
    json!({ "pattern": "^([0-9a-f]{2})+$", "maxLength": body::LIMIT })
}

fn secret() -> Value {
    json!({ "pattern": "^[0-9a-f]{64}$" })
}

fn code() -> Value {
    json!({ "pattern": format!("^[0-9]{{{DIGITS}}}$") })
}

fn password() -> Value {
    json!({ "minLength": 1, "maxLength": password::BYTES_LIMIT })
}

/// A word that can be asked for.
fn known() -> Value {
    json!({ "not": { "const": "unknown" } })
}

fn text() -> Value {
    json!({ "type": "string" })
}

pub(super) fn merged(mut one: Value, more: Value) -> Value {
    if let (Some(one), Value::Object(more)) = (one.as_object_mut(), more) {
        one.extend(more);
    }
    one
}
