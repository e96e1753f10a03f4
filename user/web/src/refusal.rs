//! Why a request is not answered as it wished: one code, one status, one sentence.

use std::{borrow::Cow, fmt};

use axum::http::StatusCode;

/// Whoever asks can mend it, wait, or ask for a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The address is too long.
    AddressTooLong,
    /// More than one device has this label.
    Ambiguous(String),
    /// The body did not come in time.
    BodySlow,
    /// The body is larger than is taken.
    BodyTooLarge,
    /// One person signs in more often than people do.
    Busy,
    /// Whoever was to be invited anew comes in.
    ComesIn,
    /// There is more than one latch and nobody said which.
    ChooseLatch(Vec<String>),
    /// Where a list is to go on is no place in it.
    Cursor {
        /// What is wrong with it.
        what: &'static str,
        /// Which parameter.
        name: &'static str,
    },
    /// A page of somebody else asks with the cookie of somebody who is signed in.
    Foreign,
    /// More passwords are to be compared than there is room for.
    Crowded,
    /// The headers are larger than is taken.
    HeadersTooLarge,
    /// The body is no JSON.
    Json(String),
    /// The body is not of the type that this route takes.
    MediaType,
    /// This address knows no such method.
    Method,
    /// Another room refused it, with its own code: what was asked does not hold now.
    Not {
        /// Its code.
        code: &'static str,
        /// Its sentence.
        detail: String,
    },
    /// The request is no WebSocket's.
    NoSocket,
    /// There is nothing at this address.
    NowhereTo,
    /// More is asked than the fleet answers.
    Overasked,
    /// The passkeys of whoever asks are pinned to these pages, and not to this one.
    OtherPage(String),
    /// Absent or forbidden; nobody learns which.
    Permit,
    /// The body is JSON, and not what this route takes.
    Shape(String),
    /// A parameter of the query.
    Query {
        /// What is wrong with it.
        what: Cow<'static, str>,
        /// Which.
        name: String,
    },
    /// Whoever asks is not signed in, or no longer.
    SignedOut,
    /// Signing in did not work; nobody learns why.
    SignIn,
    /// This takes somebody who proved a moment ago who they are.
    SignInAgain,
    /// Whoever consents has done so already.
    SignedAlready,
    /// More live pages are open than are served.
    Sockets,
    /// The fleet could not store it, or is stopping; nobody knows whether it was done.
    Stopped {
        /// The fault's code.
        code: &'static str,
    },
    /// So many seconds must pass before the next try.
    Wait(u64),
    /// A word or a number that does not stand for anything here.
    Value {
        /// Which field.
        field: &'static str,
        /// What is wrong with it.
        what: String,
    },
}

impl Refusal {
    /// `web/…`, or the code of the room that refused.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AddressTooLong => "web/address-too-long",
            Self::Ambiguous(_) => "web/ambiguous",
            Self::BodySlow => "web/body-slow",
            Self::BodyTooLarge => "web/body-too-large",
            Self::Busy => "web/busy",
            Self::ChooseLatch(_) => "web/choose-latch",
            Self::ComesIn => "web/comes-in",
            Self::Crowded => "web/crowded",
            Self::Cursor { .. } => "web/cursor",
            Self::Foreign => "web/foreign-origin",
            Self::HeadersTooLarge => "web/headers-too-large",
            Self::Json(_) => "web/json",
            Self::MediaType => "web/media-type",
            Self::Method => "web/method",
            Self::Not { code, .. } | Self::Stopped { code } => code,
            Self::NoSocket => "web/no-socket",
            Self::NowhereTo => "web/nowhere",
            Self::OtherPage(_) => "web/other-page",
            Self::Overasked => "control/crowded",
            Self::Permit => "access/refused",
            Self::Shape(_) => "web/shape",
            Self::Query { .. } => "web/query",
            Self::SignedAlready => "web/signed-already",
            Self::SignedOut => "web/signed-out",
            Self::Sockets => "web/sockets",
            Self::SignIn => "web/sign-in",
            Self::SignInAgain => "web/sign-in-again",
            Self::Value { .. } => "web/value",
            Self::Wait(_) => "web/wait",
        }
    }

    /// As HTTP has it (RFC 9110 §15).
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::AddressTooLong => StatusCode::URI_TOO_LONG,
            Self::Ambiguous(_)
            | Self::ChooseLatch(_)
            | Self::ComesIn
            | Self::Not { .. }
            | Self::OtherPage(_)
            | Self::SignedAlready => StatusCode::CONFLICT,
            Self::BodySlow => StatusCode::REQUEST_TIMEOUT,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy | Self::Sockets | Self::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Cursor { .. } | Self::Json(_) | Self::Query { .. } => StatusCode::BAD_REQUEST,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::NoSocket => StatusCode::UPGRADE_REQUIRED,
            Self::NowhereTo => StatusCode::NOT_FOUND,
            Self::Foreign | Self::Permit | Self::SignInAgain => StatusCode::FORBIDDEN,
            Self::Shape(_) | Self::Value { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::SignedOut | Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::Crowded | Self::Overasked | Self::Stopped { .. } => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The same for every problem of this code.
    pub(crate) const fn title(&self) -> &'static str {
        match self {
            Self::AddressTooLong => "The address is too long",
            Self::Ambiguous(_) => "More than one device has this label",
            Self::BodySlow => "The body did not come in time",
            Self::BodyTooLarge => "The body is too large",
            Self::Busy | Self::Wait(_) => "Too often",
            Self::ChooseLatch(_) => "More than one latch",
            Self::Crowded | Self::Overasked => "Too many at once",
            Self::Foreign => "Asked by another page",
            Self::HeadersTooLarge => "The headers are too large",
            Self::Json(_) => "Not JSON",
            Self::MediaType => "Not application/json",
            Self::Method => "No such method here",
            Self::ComesIn | Self::Not { .. } => "Not as things stand",
            Self::OtherPage(_) => "Another page's passkeys",
            Self::SignedAlready => "Signed already",
            Self::NoSocket => "Not a WebSocket",
            Self::NowhereTo => "Nothing here",
            Self::Permit => "Absent or forbidden",
            Self::Shape(_) => "JSON of another shape",
            Self::Cursor { .. } => "No place in this list",
            Self::Query { .. } => "A parameter does not fit",
            Self::SignedOut => "Not signed in",
            Self::Sockets => "Too many live pages",
            Self::SignIn => "Not believed",
            Self::SignInAgain => "Sign in again",
            Self::Stopped { .. } => "Not known to be stored",
            Self::Value { .. } => "A value does not fit",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddressTooLong => f.write_str("the address is longer than this server reads; shorten its query"),
            Self::Ambiguous(label) => {
                write!(f, "more than one device is called `{label}`; ask for one of them by its id")
            }
            Self::BodySlow => f.write_str("the body did not come within ten seconds; send it again, whole"),
            Self::BodyTooLarge => {
                f.write_str("the body is larger than 64 KiB, which nothing here needs; send less")
            }
            Self::Busy => f.write_str(
                "you sign in more often than people do; try again in two minutes, and ask who else has your key",
            ),
            Self::ChooseLatch(events) => {
                write!(f, "more than one event latches the device; say which: {}", events.join(", "))
            }
            Self::ComesIn => f.write_str(COMES_IN),
            Self::Crowded => f.write_str(
                "many sign in at this moment and this server compares a few passwords at once; try again",
            ),
            Self::Foreign => f.write_str(
                "another page asks in your name, or your browser does not say which; open the fleet's own page and \
                 do it there",
            ),
            Self::HeadersTooLarge => f.write_str("the headers are larger than this server reads; send fewer"),
            Self::Json(what) => write!(f, "the body is not JSON (RFC 8259): {what}"),
            Self::MediaType => f.write_str("this address takes one body of the type application/json; say so"),
            Self::Method => f.write_str("this address exists but knows no such method; see `Allow`"),
            Self::Not { detail, .. } => f.write_str(detail),
            Self::NoSocket => f.write_str("this address speaks WebSocket alone (RFC 6455); ask for an upgrade"),
            Self::NowhereTo => f.write_str("there is nothing at this address; the contract lists those that exist"),
            Self::Overasked => f.write_str(
                "more is asked than the fleet answers, and nothing of this was done; ask again in a moment",
            ),
            Self::OtherPage(pages) => write!(
                f,
                "the root pinned your passkeys to another page ({pages}); open that one, or sign with `wrale approve`"
            ),
            Self::SignedAlready => f.write_str(
                "you have signed this already, and each person counts once: nobody releases a latch alone, so the \
                 other signature is somebody else's",
            ),
            Self::Permit => f.write_str(
                "there is no such thing here, or you may not do this to it; ask whoever gives out roles",
            ),
            Self::Shape(what) => write!(f, "the body is JSON, and not what this address takes: {what}"),
            Self::Cursor { what, name } => write!(f, "the parameter `{name}` {what}"),
            Self::Query { what, name } => write!(f, "the parameter `{name}` {what}"),
            Self::SignedOut => f.write_str(
                "you are not signed in, or your session has ended; sign in again",
            ),
            Self::SignIn => f.write_str(
                "nobody who has a role here signs in like that: not by this name, password and code, or not by an \
                 answer to a challenge of the last two minutes, signed with a key of theirs; try again",
            ),
            Self::SignInAgain => f.write_str(
                "this changes by what you come in, so it takes a session that began within the last ten minutes; sign \
                 in again and repeat it",
            ),
            Self::Sockets => f.write_str("more live pages are open than are served; close some, and load this one again"),
            Self::Stopped { .. } => f.write_str(
                "the fleet could not store this or is stopping; nobody knows whether it was done: look, and ask again",
            ),
            Self::Value { field, what } => write!(f, "`{field}` does not fit: {what}"),
            Self::Wait(seconds) => write!(
                f,
                "that was tried too often; try again in {seconds} s, or with your code or passkey at once"
            ),
        }
    }
}

/// Why nobody is invited who can come in.
pub(crate) const COMES_IN: &str = "they come in by a key, a password or a passkey, and make a link for themselves with \
                                   `wrale pages`; disable whoever lost it all or had it stolen, which ends every \
                                   session, and invite them then";

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests;
