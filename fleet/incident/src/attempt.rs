//! Somebody tries to get in, or to get further than they may: an incident of people, to which no box belongs.

use alloc::{
    format,
    string::{String, ToString},
};

use minicbor::{Decode, Encode};
use policy::rule::IncidentKind;
use vocab::{Label, PersonId};

use crate::{
    correlate::Desk,
    incident::{Incident, State},
};

/// What somebody tries at the doors of people.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Attempt {
    /// The password of one account, again and again; without a name, of one that nobody has.
    #[n(0)]
    Account(#[n(0)] Option<Label>),
    /// Passwords of many, a few times each.
    #[n(1)]
    Accounts,
    /// Rights that are not theirs to give: by this person, of this name.
    #[n(2)]
    Rights(#[n(0)] PersonId, #[n(1)] Label),
}

impl Desk<'_> {
    /// As long as nobody closed it, the same attempt is one incident.
    pub(crate) fn attempt(&mut self, attempt: &Attempt) {
        let (now, kind) = (self.scene.now, attempt.kind());
        let known = |incident: &Incident| incident.attempt() == Some(attempt);
        let at = self.seek(known).unwrap_or_else(|| self.open(kind, None, now));
        let severity = self.severity(None, kind);
        let incident = self.change(at);
        incident.happened(now, severity);
        incident.is_attempt(attempt.clone());
    }
}

impl Attempt {
    const fn kind(&self) -> IncidentKind {
        match self {
            Self::Account(_) | Self::Accounts => IncidentKind::Guessing,
            Self::Rights(..) => IncidentKind::Escalation,
        }
    }

    /// Who tried it, where that is known.
    pub const fn by(&self) -> Option<PersonId> {
        match self {
            Self::Account(_) | Self::Accounts => None,
            Self::Rights(by, _) => Some(*by),
        }
    }

    /// What happens, in one sentence.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::Account(Some(name)) => {
                format!(
                    "Somebody guesses the password of {name}: twenty tries or more failed within ten minutes."
                )
            }
            Self::Account(None) => {
                "Somebody guesses the password of an account that nobody has: twenty tries or \
                                    more failed within ten minutes."
                    .into()
            }
            Self::Accounts => {
                "Somebody tries a few passwords at many accounts: within ten minutes, eight names or more \
                           failed from one address, or fifteen in all."
                    .into()
            }
            Self::Rights(_, name) => {
                format!(
                    "{name} reached for rights that were not given to them; they were refused, and have what they \
                     had."
                )
            }
        }
    }

    pub(crate) const fn cause(&self) -> &'static str {
        match self {
            Self::Account(_) => {
                "A stranger with a list of passwords, or a program that still has an old one."
            }
            Self::Accounts => "A stranger with a list of names, and a password that people often take.",
            Self::Rights(..) => {
                "Their session or token is in other hands, or they tried what no page offers them."
            }
        }
    }

    pub(crate) fn first_action(&self, state: State) -> String {
        match self {
            _ if state == State::Closed => "Nothing: it is closed.".into(),
            Self::Account(Some(name)) => format!(
                "Ask {name} whether it was them; if not, have them add a second factor, and look in the log who came \
                 in since."
            ),
            Self::Account(None) | Self::Accounts => {
                "Look in the log who came in since; whoever has no second factor gets one.".to_string()
            }
            Self::Rights(_, name) => format!(
                "Ask {name} whether it was them; if not, have an administrator disable the account, which ends its \
                 sessions and tokens, and look in the log what they did."
            ),
        }
    }
}

#[cfg(test)]
mod tests;
