//! The paths, as templates and filled in. A parameter holds ids and labels alone, never a secret.

/// Says that the process answers (open).
pub const HEALTH: &str = "/healthz";
/// Public facts of the fleet (open).
pub const FLEET: &str = "/v1/fleet";
/// Asks for a challenge to sign (open).
pub const CHALLENGE: &str = "/v1/sign-in/challenge";
/// Answers it (open).
pub const SIGN_IN: &str = "/v1/sign-in";
/// Ends the session.
pub const SIGN_OUT: &str = "/v1/sign-out";
/// Every device: `?site=…&after=…&limit=…`.
pub const DEVICES: &str = "/v1/devices";
/// One device, by id or label.
pub const DEVICE: &str = "/v1/devices/{device}";
/// Sets its arming state.
pub const ARM: &str = "/v1/devices/{device}/arm";
/// Proposes to release a latch of it.
pub const RESET: &str = "/v1/devices/{device}/reset";
/// Ends its identity for good.
pub const REVOKE: &str = "/v1/devices/{device}/revoke";
/// Incidents, newest first: `?state=…&after=…&limit=…`.
pub const INCIDENTS: &str = "/v1/incidents";
/// One incident, explained.
pub const INCIDENT: &str = "/v1/incidents/{incident}";
/// Says what it was.
pub const CLOSE: &str = "/v1/incidents/{incident}/close";
/// What waits for people.
pub const PROPOSALS: &str = "/v1/proposals";
/// One proposal, with the order that people sign.
pub const PROPOSAL: &str = "/v1/proposals/{order}";
/// Hands in one's consent.
pub const CONSENTS: &str = "/v1/proposals/{order}/consents";
/// Issues a join token.
pub const TOKENS: &str = "/v1/tokens";
/// The audit log as one text file.
pub const AUDIT_EXPORT: &str = "/v1/audit/export";
/// Its newest checkpoint.
pub const AUDIT_CHECKPOINT: &str = "/v1/audit/checkpoint";
/// Waits for a change: `?after=…&wait=…`.
pub const CHANGES: &str = "/v1/changes";

/// A template with its one parameter filled in; what could end a segment is percent-encoded (RFC 3986 §2.1).
pub fn filled(template: &str, parameter: &str) -> String {
    let (Some(from), Some(to)) = (template.find('{'), template.find('}')) else { return template.into() };
    format!("{}{}{}", &template[..from], encoded(parameter), &template[to + 1..])
}

/// A query: `?a=b&c=d` of what is there; nothing if nothing is.
pub fn query(parameters: &[(&str, Option<&str>)]) -> String {
    let mut text = String::new();
    for (name, value) in parameters {
        let Some(value) = value else { continue };
        text.push(if text.is_empty() { '?' } else { '&' });
        text.push_str(name);
        text.push('=');
        text.push_str(&encoded(value));
    }
    text
}

/// Everything but the unreserved characters is encoded.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
