//! What whoever types told this program that cannot be.

use core::fmt;
use std::{
    io,
    path::{Path, PathBuf},
};

use crate::keyfile::Malformed;

/// An operator's, in an argument or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// The address of a fleet is none.
    Address(String),
    /// The path to a fleet has no certificate authority to believe.
    Authority,
    /// A certificate authority, or the name that it should certify, cannot be used.
    Certificate(tls::Mistake),
    /// A file exists that would be lost.
    Exists(PathBuf),
    /// No fleet was named.
    Fleet,
    /// A key file is not in its format.
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        malformed: Malformed,
    },
    /// Nobody was named to sign in as.
    Person {
        /// Where keys are looked for.
        folder: PathBuf,
        /// The names there.
        known: Vec<String>,
    },
    /// What is to be signed by the root is not sound.
    Ceremony(crate::ceremony::Refusal),
    /// Nobody was named to log in.
    LoginName,
    /// No key of an audit log is in this text.
    LogKey,
    /// A name cannot be one of this kind.
    Name {
        /// What it was to name.
        of: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Nobody is called this.
    Nobody(String),
    /// What is to be signed takes a key, and a session came in without one.
    NoKey,
    /// A secret is asked for and nobody gives one.
    NoSecret,
    /// A box has told the fleet of no sensor that could be tripped.
    NoSensors(String),
    /// There is no session to end.
    NoSession,
    /// A box is not being installed: what is tripped on purpose would be an alarm.
    NotBeingInstalled {
        /// Its label.
        label: String,
        /// What it is.
        arming: &'static str,
        /// How that is changed.
        how: String,
    },
    /// A secret key can be read by others.
    Open(PathBuf),
    /// The way to another machine would be open to everybody on it.
    Plain(String),
    /// A file cannot be read.
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        kind: io::ErrorKind,
    },
    /// A session that `login` began is over.
    SessionOver,
    /// More than one person is called this.
    Several(String),
    /// The server's own name is not known.
    ServerName,
    /// A file is larger than any of its kind.
    TooLarge(PathBuf),
    /// A question must be answered and nobody is there.
    Unanswered,
    /// So many things that were looked at are set up wrong.
    Unsound(usize),
    /// Some sensors of a box did not trip while they were walked past.
    Untripped {
        /// Its label.
        label: String,
        /// Their names.
        sensors: String,
    },
    /// Nobody's signature completes this proposal any more.
    Void {
        /// Why, as the fleet says.
        why: String,
        /// How it is asked for anew.
        again: String,
    },
    /// A file cannot be written.
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        kind: io::ErrorKind,
    },
}

impl Mistake {
    /// `cli/<reason>`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Address(_) => "cli/address",
            Self::Authority => "cli/authority",
            Self::Ceremony(refusal) => refusal.code(),
            Self::Certificate(mistake) => mistake.code(),
            Self::Exists(_) => "cli/exists",
            Self::Fleet => "cli/no-fleet",
            Self::Key { .. } => "cli/key-file",
            Self::LoginName => "cli/login-name",
            Self::LogKey => "cli/log-key",
            Self::Name { .. } => "cli/name",
            Self::Nobody(_) => "cli/nobody",
            Self::NoKey => "cli/no-key",
            Self::NoSecret => "cli/no-secret",
            Self::NoSensors(_) => "cli/no-sensors",
            Self::NoSession => "cli/no-session",
            Self::NotBeingInstalled { .. } => "cli/not-being-installed",
            Self::Open(_) => "cli/key-open",
            Self::Person { .. } => "cli/no-person",
            Self::Plain(_) => "cli/plain",
            Self::Read { .. } => "cli/read",
            Self::SessionOver => "cli/session-over",
            Self::Several(_) => "cli/several",
            Self::ServerName => "cli/server-name",
            Self::TooLarge(_) => "cli/too-large",
            Self::Unanswered => "cli/unanswered",
            Self::Unsound(_) => "cli/unsound",
            Self::Untripped { .. } => "cli/untripped",
            Self::Void { .. } => "cli/void",
            Self::Write { .. } => "cli/write",
        }
    }

    pub(crate) fn read(path: &Path, error: &io::Error) -> Self {
        Self::Read { path: path.to_owned(), kind: error.kind() }
    }

    pub(crate) fn write(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AlreadyExists => Self::Exists(path.to_owned()),
            kind => Self::Write { path: path.to_owned(), kind },
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(text) => write!(
                f,
                "`{text}` is no address of a fleet; write `https://host:port`, or `http://localhost:port` on its \
                 own machine"
            ),
            Self::Authority => f.write_str(
                "https needs the authority that certified this fleet: add `--ca FILE` with its root certificate",
            ),
            Self::Ceremony(refusal) => refusal.fmt(f),
            Self::Certificate(mistake) => mistake.fmt(f),
            Self::Exists(path) => {
                write!(f, "{} exists, and a key is never overwritten; name another place", path.display())
            }
            Self::Fleet => f.write_str(
                "no fleet is named: add `--fleet URL`, set WRALE_FLEET, or write a line `url URL` into the key file",
            ),
            Self::Key { path, malformed } => write!(f, "{}: {malformed}", path.display()),
            Self::LoginName => f.write_str("say by which name you sign in: `login --name NAME`"),
            Self::Nobody(name) => write!(f, "nobody is called `{name}`; see `people list`"),
            Self::NoKey => f.write_str(
                "what is signed takes your key, and you came in by a password: name a key file with `--as FILE`, or \
                 consent in the page with a passkey",
            ),
            Self::NoSecret => f.write_str(
                "a password is read from the terminal, or as the first line of the standard input; none came",
            ),
            Self::NoSensors(label) => {
                write!(f, "{label} has told of no sensor yet; is it connected, and does its `metald.yaml` name any?")
            }
            Self::NotBeingInstalled { label, arming, how } => write!(
                f,
                "{label} is {arming}, so what you trip now is an alarm; to walk past its sensors, `{how}` first"
            ),
            Self::NoSession => f.write_str(
                "you came in by a key, and that session ends with each command; there is nothing to end",
            ),
            Self::SessionOver => f.write_str("your session is over; sign in again with `login`"),
            Self::Several(name) => {
                write!(f, "more than one person is called `{name}`; name one by the id that `people list` shows")
            }
            Self::LogKey => f.write_str(
                "--key holds no key of an audit log: give the 64 hexadecimal digits or the line `log.<fleet>+…+…` \
                 that `GET /v1/fleet` tells and people compare, or a file with it",
            ),
            Self::Name { of, why } => write!(f, "this is no name for {of}: {why}"),
            Self::Open(path) => write!(
                f,
                "others can read {0}; take it from them with `chmod 600 {0}`, and make a new key if they may have",
                path.display()
            ),
            Self::Person { folder, known } if known.is_empty() => write!(
                f,
                "no key is in {}: make one with `key new --name NAME`, or name a file with `--as FILE`",
                folder.display()
            ),
            Self::Person { folder, known } => write!(
                f,
                "say who you are with `--as`: the keys in {} are of {}",
                folder.display(),
                known.join(", ")
            ),
            Self::Plain(host) => write!(
                f,
                "http would show your session to everybody between here and {host}; use https, or http on the \
                 fleet's own machine (localhost)"
            ),
            Self::Read { path, kind } => write!(f, "{} cannot be read: {kind}", path.display()),
            Self::ServerName => f.write_str(
                "https needs the server's own name: add `--server spiffe://service.<fleet>/<name>` as its \
                 certificate has it",
            ),
            Self::TooLarge(path) => write!(f, "{} is larger than any file of its kind", path.display()),
            Self::Unanswered => f.write_str(
                "this must be confirmed and there is no terminal to ask at; look at it, then say `--yes`",
            ),
            Self::Unsound(1) => f.write_str("one thing is set up wrong; its line says what to do"),
            Self::Unsound(wrong) => {
                write!(f, "{wrong} things are set up wrong; the line of each says what to do")
            }
            Self::Untripped { label, sensors } => write!(
                f,
                "{label}: {sensors} did not trip; look at how each is mounted and wired, and walk again"
            ),
            Self::Void { why, again } => {
                write!(f, "no signature completes this one any more: {why}; ask anew with `{again}`")
            }
            Self::Write { path, kind } => write!(f, "{} cannot be written: {kind}", path.display()),
        }
    }
}

impl core::error::Error for Mistake {}

impl From<crate::ceremony::Refusal> for Mistake {
    fn from(refusal: crate::ceremony::Refusal) -> Self {
        Self::Ceremony(refusal)
    }
}
