//! The paths, as templates and filled in. A parameter holds ids and labels alone, never a secret.

/// Says that the process answers (open).
pub const HEALTH: &str = "/healthz";
/// Public facts of the fleet (open).
pub const FLEET: &str = "/v1/fleet";
/// What can be asked, as OpenAPI says it (open).
pub const OPENAPI: &str = "/v1/openapi.json";
/// What there is to count, for Prometheus.
pub const METRICS: &str = "/metrics";
/// Where boxes stand, and how they are there.
pub const SITES: &str = "/v1/sites";
/// Asks for a challenge to sign (open).
pub const CHALLENGE: &str = "/v1/sign-in/challenge";
/// Answers it (open).
pub const SIGN_IN: &str = "/v1/sign-in";
/// Ends the session.
pub const SIGN_OUT: &str = "/v1/sign-out";
/// Every device: `?site=…&health=…&after=…&limit=…`.
pub const DEVICES: &str = "/v1/devices";
/// One device, by id or label.
pub const DEVICE: &str = "/v1/devices/{device}";
/// The keys that speak for it.
pub const KEYS: &str = "/v1/devices/{device}/keys";
/// What its senses say now; the device is watched as long as this is asked.
pub const READINGS: &str = "/v1/devices/{device}/readings";
/// Sets its arming state.
pub const ARM: &str = "/v1/devices/{device}/arm";
/// Proposes to release a latch of it.
pub const RESET: &str = "/v1/devices/{device}/reset";
/// Ends its identity for good.
pub const REVOKE: &str = "/v1/devices/{device}/revoke";
/// Suspends its identity.
pub const SUSPEND: &str = "/v1/devices/{device}/suspend";
/// Takes back a suspension by people.
pub const RESUME: &str = "/v1/devices/{device}/resume";
/// Incidents, newest first: `?state=…&severity=…&site=…&after=…&limit=…`.
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
/// What one's passkeys would sign to consent.
pub const QUESTION: &str = "/v1/proposals/{order}/question";
/// Consents by a passkey's answer to that.
pub const PASSKEY_CONSENTS: &str = "/v1/proposals/{order}/consents/passkey";
/// The services whose credentials people ended.
pub const SERVICES: &str = "/v1/services";
/// Ends the credential of one.
pub const SERVICE_REVOKE: &str = "/v1/services/{service}/revoke";
/// Issues a join token.
pub const TOKENS: &str = "/v1/tokens";
/// The audit log as one text file.
pub const AUDIT_EXPORT: &str = "/v1/audit/export";
/// Its entries, newest first: `?q=…&before=…&limit=…`.
pub const AUDIT_ENTRIES: &str = "/v1/audit/entries";
/// One entry, with all that its leaf is made of.
pub const AUDIT_ENTRY: &str = "/v1/audit/entries/{entry}";
/// Where an entry stands under the newest checkpoint: `?entry=…&from=…`.
pub const AUDIT_PROOF: &str = "/v1/audit/proof";
/// Its newest checkpoint.
pub const AUDIT_CHECKPOINT: &str = "/v1/audit/checkpoint";
/// Signs in by name and password (open).
pub const PASSWORD_SIGN_IN: &str = "/v1/sessions/password";
/// Asks for a challenge for a passkey (open).
pub const PASSKEY_OPTIONS: &str = "/v1/sessions/passkey/options";
/// Signs in by a passkey (open).
pub const PASSKEY_SIGN_IN: &str = "/v1/sessions/passkey";
/// Redeems an invitation, or the link for the first administrator (open).
pub const REDEEM: &str = "/v1/invitations/redeem";
/// Who one is, and what one may.
pub const ME: &str = "/v1/me";
/// Where one is signed in.
pub const MY_SESSIONS: &str = "/v1/me/sessions";
/// Ends one of those.
pub const MY_SESSION: &str = "/v1/me/sessions/{session}";
/// Invites oneself: a link by which one sets a password in a page.
pub const MY_INVITATION: &str = "/v1/me/invitation";
/// Sets one's password.
pub const MY_PASSWORD: &str = "/v1/me/password";
/// Begins to ask for codes, or no longer asks for them.
pub const MY_CODES: &str = "/v1/me/totp";
/// Shows that the codes are the right ones.
pub const MY_CODES_CONFIRM: &str = "/v1/me/totp/confirm";
/// Asks for a challenge for a new passkey.
pub const MY_PASSKEY_OPTIONS: &str = "/v1/me/passkeys/options";
/// Adds a passkey.
pub const MY_PASSKEYS: &str = "/v1/me/passkeys";
/// Removes a passkey.
pub const MY_PASSKEY: &str = "/v1/me/passkeys/{passkey}";
/// Asks for a challenge for a new passkey to consent with.
pub const MY_SIGNER_OPTIONS: &str = "/v1/me/signers/options";
/// The passkeys with which one consents.
pub const MY_SIGNERS: &str = "/v1/me/signers";
/// Forgets one of them.
pub const MY_SIGNER: &str = "/v1/me/signers/{passkey}";
/// What programs come in with in one's name.
pub const MY_TOKENS: &str = "/v1/me/tokens";
/// Ends one of those.
pub const MY_TOKEN: &str = "/v1/me/tokens/{token}";
/// Who has roles: `?q=…&after=…&limit=…`.
pub const PEOPLE: &str = "/v1/people";
/// Changes what somebody may, or whether they come in.
pub const PERSON: &str = "/v1/people/{person}";
/// Invites somebody anew, who lost what they come in by.
pub const PERSON_INVITE: &str = "/v1/people/{person}/invite";
/// Asks whether one may.
pub const CHECK: &str = "/v1/permissions/check";
/// Says what changes, as it changes (WebSocket).
pub const LIVE: &str = "/v1/live";
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
