//! Everything that can be asked: at which path, with what, and what is answered. `openapi.json` is written from here.

use std::any::TypeId;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Challenge, Changes, Checkpoint, Device, Devices, Fleet, Incident, IncidentDetail, Incidents, Me, News,
    People, Proposal, Proposals, Session, Sites, Token, audit, device, fleet, incident, me, path, person,
    proposal, service, session, token, word,
};

/// One thing that can be asked.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// The method, in capitals.
    pub method: &'static str,
    /// The path, as a template.
    pub path: &'static str,
    /// What it does, in one sentence.
    pub does: &'static str,
    /// What its query may hold.
    pub query: &'static [Parameter],
    /// What its body is.
    pub takes: Option<Shape>,
    /// What it answers where it does what was asked.
    pub gives: Gives,
    /// With which statuses it refuses, beside those that every route of its kind has.
    pub refuses: &'static [u16],
}

/// A parameter of a query.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub means: &'static str,
    /// Whether it may be left out.
    pub needed: Needed,
    /// What it looks like.
    pub looks: Looks,
}

/// Whether a parameter may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    /// It may.
    No,
    /// It may not.
    Yes,
}

/// What a parameter looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// `next` of an earlier answer, as it came.
    Cursor,
    /// The number of an entry of the audit log, or `start`.
    Entry,
    /// A number between these, both included.
    Number(u64, u64),
    /// The name of a site.
    Site,
    /// Words to look for.
    Text,
    /// One of these.
    Word(&'static [&'static str]),
}

/// A good answer.
#[derive(Clone, Copy, Debug)]
pub enum Gives {
    /// JSON, with this status.
    Json(u16, Shape),
    /// Nothing: 204.
    Nothing,
    /// Text of this media type.
    Text(&'static str),
    /// A WebSocket, whose messages are this.
    Socket(Shape),
}

/// A type of the contract.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Its schema.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// A text as this type, written again: the same, unless the text holds more or less than the type says.
    pub again: fn(&str) -> Result<String, serde_json::Error>,
    id: fn() -> TypeId,
}

impl core::fmt::Debug for Shape {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Shape")
    }
}

impl Shape {
    const fn of<T: JsonSchema + Serialize + DeserializeOwned + 'static>() -> Self {
        Self {
            schema: |schemas| schemas.subschema_for::<T>(),
            again: |text| serde_json::to_string(&serde_json::from_str::<T>(text)?),
            id: TypeId::of::<T>,
        }
    }

    /// Whether it is this type.
    pub fn is<T: 'static>(&self) -> bool {
        (self.id)() == TypeId::of::<T>()
    }
}

/// The operation of this method at this path.
pub fn of(method: &str, path: &str) -> Option<&'static Operation> {
    ALL.iter().find(|one| one.method == method && one.path == path)
}

impl Operation {
    const fn new(method: &'static str, path: &'static str, does: &'static str) -> Self {
        Self { method, path, does, query: &[], takes: None, gives: Gives::Nothing, refuses: &[] }
    }

    const fn query(self, query: &'static [Parameter]) -> Self {
        Self { query, ..self }
    }

    const fn takes<T: JsonSchema + Serialize + DeserializeOwned + 'static>(self) -> Self {
        Self { takes: Some(Shape::of::<T>()), ..self }
    }

    const fn gives<T: JsonSchema + Serialize + DeserializeOwned + 'static>(self, status: u16) -> Self {
        Self { gives: Gives::Json(status, Shape::of::<T>()), ..self }
    }

    const fn text(self, media_type: &'static str) -> Self {
        Self { gives: Gives::Text(media_type), ..self }
    }

    const fn refuses(self, refuses: &'static [u16]) -> Self {
        Self { refuses, ..self }
    }
}

const fn get(path: &'static str, does: &'static str) -> Operation {
    Operation::new("GET", path, does)
}

const fn post(path: &'static str, does: &'static str) -> Operation {
    Operation::new("POST", path, does)
}

const fn patch(path: &'static str, does: &'static str) -> Operation {
    Operation::new("PATCH", path, does)
}

const fn delete(path: &'static str, does: &'static str) -> Operation {
    Operation::new("DELETE", path, does)
}

const fn may(name: &'static str, looks: Looks, means: &'static str) -> Parameter {
    Parameter { name, means, needed: Needed::No, looks }
}

const fn must(name: &'static str, looks: Looks, means: &'static str) -> Parameter {
    Parameter { name, means, needed: Needed::Yes, looks }
}

/// Most entries of a list in one answer.
pub mod most {
    /// Of devices.
    pub const DEVICES: u64 = 500;
    /// Of everything else.
    pub const OTHERS: u64 = 200;
    /// Most characters of where a list goes on.
    pub const CURSOR: usize = 640;
}

const AFTER: Parameter =
    may("after", Looks::Cursor, "go on where an earlier answer ended: its `next`, as it came");
const LIMIT: Parameter = may("limit", Looks::Number(1, most::OTHERS), "how many at most");
const SITE: Parameter = may("site", Looks::Site, "of this site alone");

/// Conflict: it does not hold as things stand.
const AS_THINGS_STAND: &[u16] = &[409];
/// It may be tried too often, by somebody who guesses.
const GUESSED: &[u16] = &[401, 403, 429];

/// Every operation. The router has a route for each, and no other.
#[rustfmt::skip]
pub static ALL: &[Operation] = &[
    get(path::HEALTH, "Says that the process answers.").gives::<fleet::Alive>(200),
    get(path::FLEET, "Public facts of the fleet.").gives::<Fleet>(200),
    get(path::OPENAPI, "This document.").text("application/json"),
    get(path::METRICS, "What there is to count, in the text format of Prometheus.")
        .text("text/plain; version=0.0.4; charset=utf-8"),
    get(path::SITES, "Sites, and how the boxes are that one may see there.").gives::<Sites>(200),
    get(path::CHANGES, "Waits until something was committed, or a while.")
        .query(&[
            may("after", Looks::Number(0, u64::MAX), "what the answer before called `now`"),
            may("wait", Looks::Number(0, crate::changes::LONGEST_WAIT), "how many seconds at most"),
        ])
        .gives::<Changes>(200),
    Operation {
        gives: Gives::Socket(Shape::of::<News>()),
        refuses: &[426, 429],
        ..get(path::LIVE, "Says what changes, as it changes; a WebSocket of the protocol `wrale.live.v1`.")
    },
    post(path::CHALLENGE, "Asks for a challenge to sign with a key of the roster.")
        .takes::<session::ChallengeFor>().gives::<Challenge>(200),
    post(path::SIGN_IN, "Signs in by an answer to a challenge.")
        .takes::<session::SignIn>().gives::<Session>(200).refuses(GUESSED),
    post(path::PASSWORD_SIGN_IN, "Signs in by name and password, and by a code or a passkey where there is one.")
        .takes::<session::PasswordSignIn>().gives::<Session>(200).refuses(GUESSED),
    post(path::PASSKEY_OPTIONS, "Asks for a challenge for a passkey.")
        .gives::<session::PasskeyOptions>(200).refuses(&[422]),
    post(path::PASSKEY_SIGN_IN, "Signs in by a passkey.")
        .takes::<session::PasskeySignIn>().gives::<Session>(200).refuses(GUESSED),
    post(path::REDEEM, "Redeems an invitation: sets a password, and signs in.")
        .takes::<session::Redeem>().gives::<Session>(200).refuses(&[401, 403, 409, 429]),
    post(path::SIGN_OUT, "Ends the session."),
    get(path::ME, "Who one is, by what one comes in, and what one may.").gives::<Me>(200),
    get(path::MY_SESSIONS, "Where one is signed in.").gives::<me::Lines>(200),
    delete(path::MY_SESSION, "Ends one of one's own sessions."),
    post(path::MY_PASSWORD, "Sets one's password.")
        .takes::<me::NewPassword>().gives::<Session>(200).refuses(&[409]),
    post(path::MY_INVITATION, "Makes a link by which one sets a password in a page.")
        .gives::<person::Invited>(201).refuses(AS_THINGS_STAND),
    post(path::MY_CODES, "Begins to ask for codes.").gives::<me::Codes>(200),
    delete(path::MY_CODES, "No longer asks for codes.").gives::<Session>(200).refuses(AS_THINGS_STAND),
    post(path::MY_CODES_CONFIRM, "Shows that the codes are the right ones.")
        .takes::<me::Code>().gives::<Session>(200).refuses(AS_THINGS_STAND),
    post(path::MY_PASSKEY_OPTIONS, "Asks for a challenge for a new passkey.")
        .gives::<me::NewPasskeyOptions>(200).refuses(&[422]),
    post(path::MY_PASSKEYS, "Adds a passkey.").takes::<me::NewPasskey>().refuses(AS_THINGS_STAND),
    delete(path::MY_PASSKEY, "Removes a passkey.").gives::<Session>(200).refuses(AS_THINGS_STAND),
    post(path::MY_SIGNER_OPTIONS, "Asks for a challenge for a new passkey to consent with.")
        .gives::<me::NewPasskeyOptions>(200).refuses(&[422]),
    get(path::MY_SIGNERS, "The passkeys with which one consents, and which of them the roster names.")
        .gives::<me::Signers>(200),
    post(path::MY_SIGNERS, "Adds a passkey to consent with. It waits for the root to sign it onto the roster.")
        .takes::<me::NewPasskey>().gives::<me::Signer>(201).refuses(AS_THINGS_STAND),
    delete(path::MY_SIGNER, "Forgets a passkey to consent with; off the roster the root takes it.")
        .refuses(AS_THINGS_STAND),
    get(path::MY_TOKENS, "What programs come in with in one's name.").gives::<me::ApiTokens>(200),
    post(path::MY_TOKENS, "Makes a token for a program.")
        .takes::<me::NewToken>().gives::<me::IssuedToken>(201).refuses(AS_THINGS_STAND),
    delete(path::MY_TOKEN, "Takes a program's token back, at once.").refuses(AS_THINGS_STAND),
    post(path::CHECK, "Asks whether one may.").takes::<me::Check>().gives::<me::Checked>(200),
    get(path::PEOPLE, "Who has roles, by name.")
        .query(&[AFTER, LIMIT, may("q", Looks::Text, "whose name or roles hold these words")])
        .gives::<People>(200),
    post(path::PEOPLE, "Invites somebody new.")
        .takes::<person::Invite>().gives::<person::Invited>(201).refuses(AS_THINGS_STAND),
    patch(path::PERSON, "Changes what somebody may, or whether they come in.")
        .takes::<person::Change>().refuses(AS_THINGS_STAND),
    post(path::PERSON_INVITE, "Invites somebody anew, who lost what they come in by.")
        .gives::<person::Invited>(201).refuses(AS_THINGS_STAND),
    get(path::DEVICES, "Every device that one may see, by id.")
        .query(&[
            SITE, AFTER,
            may("limit", Looks::Number(1, most::DEVICES), "how many at most"),
            may("health", Looks::Word(HEALTH), "with this verdict alone"),
        ])
        .gives::<Devices>(200),
    get(path::DEVICE, "One device, by id or label.").gives::<Device>(200).refuses(AS_THINGS_STAND),
    get(path::KEYS, "The keys that speak for it now.").gives::<device::Keys>(200).refuses(AS_THINGS_STAND),
    get(path::READINGS, "What its senses said within the last minute; it is watched as long as somebody asks, and that is written down.")
        .gives::<device::Readings>(200).refuses(AS_THINGS_STAND),
    post(path::ARM, "Sets its arming state.")
        .takes::<device::Arm>().gives::<Device>(200).refuses(AS_THINGS_STAND),
    post(path::RESET, "Proposes to release a latch of it.")
        .takes::<proposal::Reset>().gives::<Proposal>(201).refuses(AS_THINGS_STAND),
    post(path::SUSPEND, "Suspends its identity: the quarantine room alone is open to it.")
        .takes::<device::Suspend>().gives::<Device>(200).refuses(AS_THINGS_STAND),
    post(path::RESUME, "Takes back a suspension by people; the device must prove itself before any door opens.")
        .takes::<device::Resume>().gives::<Device>(200).refuses(AS_THINGS_STAND),
    post(path::REVOKE, "Ends its identity for good.")
        .takes::<device::Revoke>().gives::<Device>(200).refuses(AS_THINGS_STAND),
    get(path::INCIDENTS, "Incidents, newest first.")
        .query(&[
            may("state", Looks::Word(INCIDENT_STATE), "in this state alone"),
            may("severity", Looks::Word(SEVERITY), "at least so bad"),
            may("site", Looks::Site, "that touch this site"),
            AFTER, LIMIT,
        ])
        .gives::<Incidents>(200),
    get(path::INCIDENT, "One incident, explained.").gives::<IncidentDetail>(200),
    post(path::CLOSE, "Says what an incident was.")
        .takes::<incident::Close>().gives::<Incident>(200).refuses(AS_THINGS_STAND),
    get(path::PROPOSALS, "What waits for people, oldest first.").gives::<Proposals>(200),
    get(path::PROPOSAL, "One proposal, with the order that people sign.").gives::<Proposal>(200),
    post(path::CONSENTS, "Hands in one's consent.")
        .takes::<proposal::Consent>().gives::<Proposal>(200).refuses(AS_THINGS_STAND),
    post(path::QUESTION, "What one's passkeys would sign to consent.")
        .gives::<proposal::Question>(200).refuses(&[409, 422]),
    post(path::PASSKEY_CONSENTS, "Consents by the answer of a passkey.")
        .takes::<session::Assertion>().gives::<Proposal>(200).refuses(AS_THINGS_STAND),
    get(path::SERVICES, "The services whose credentials people ended.")
        .gives::<service::Services>(200),
    post(path::SERVICE_REVOKE, "Ends the credential of a service: every one that was made under its name until now.")
        .takes::<service::Revoke>().gives::<service::Services>(200).refuses(AS_THINGS_STAND),
    post(path::TOKENS, "Issues a join token, with which one new device can enrol.")
        .takes::<token::TokenFor>().gives::<Token>(201).refuses(AS_THINGS_STAND),
    get(path::AUDIT_EXPORT, "The audit log as one text file; see `wrale audit verify`.")
        .text("text/plain; charset=utf-8").refuses(AS_THINGS_STAND),
    get(path::AUDIT_ENTRIES, "Entries of the audit log, newest first, or oldest first after one. An answer may hold fewer than asked for, and more follow.")
        .query(&[
            may("q", Looks::Text, "in which all of these words stand; eight are looked for"),
            may("before", Looks::Cursor, "go on where an earlier answer ended: its `next`, as it came"),
            may("after", Looks::Entry, "those after this one, by its number, oldest first; `start`: from the first one on"),
            LIMIT,
        ])
        .gives::<audit::Entries>(200),
    get(path::AUDIT_ENTRY, "One entry, with all that its leaf is made of.").gives::<audit::EntryDetail>(200),
    get(path::AUDIT_PROOF, "Where an entry stands under the newest checkpoint.")
        .query(&[
            must("entry", Looks::Number(0, u64::MAX), "which entry"),
            may("from", Looks::Number(0, u64::MAX), "the size of the checkpoint that one remembers"),
        ])
        .gives::<audit::Place>(200).refuses(AS_THINGS_STAND),
    get(path::AUDIT_CHECKPOINT, "The newest checkpoint.").gives::<Checkpoint>(200),
];

/// Not knowing is a verdict too, and the one that is looked for first.
const HEALTH: &[&str] = &["good", "attention", "alarm", "unknown"];
const INCIDENT_STATE: &[&str] = word::IncidentState::WORDS;
const SEVERITY: &[&str] = word::Severity::WORDS;
