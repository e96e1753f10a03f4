//! Somebody guesses passwords: an incident of people, to which no box belongs.

use alloc::{
    format,
    string::{String, ToString},
};

use minicbor::{Decode, Encode};
use policy::rule::IncidentKind;
use vocab::Label;

use crate::{
    correlate::Desk,
    incident::{Incident, State},
};

/// Whose passwords are guessed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Guessed {
    /// Of one account, again and again; without a name, of one that nobody has.
    #[n(0)]
    Account(#[n(0)] Option<Label>),
    /// Of many, a few times each.
    #[n(1)]
    Many,
}

impl Desk<'_> {
    /// As long as nobody closed it, the same guessing is one incident.
    pub(crate) fn guessing(&mut self, guessed: &Guessed) {
        let now = self.scene.now;
        let known = |incident: &Incident| incident.guessed() == Some(guessed);
        let at = self.seek(known).unwrap_or_else(|| self.open(IncidentKind::Guessing, None, now));
        let severity = self.severity(None, IncidentKind::Guessing);
        let incident = self.change(at);
        incident.happened(now, severity);
        incident.is_guessed(guessed.clone());
    }
}

impl Guessed {
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
            Self::Many => {
                "Somebody tries a few passwords at many accounts: within ten minutes, eight names or more \
                           failed from one address, or fifteen in all."
                    .into()
            }
        }
    }

    pub(crate) const fn cause(&self) -> &'static str {
        match self {
            Self::Account(_) => {
                "A stranger with a list of passwords, or a program that still has an old one."
            }
            Self::Many => "A stranger with a list of names, and a password that people often take.",
        }
    }

    pub(crate) fn first_action(&self, state: State) -> String {
        match self {
            _ if state == State::Closed => "Nothing: it is closed.".into(),
            Self::Account(Some(name)) => format!(
                "Ask {name} whether it was them; if not, have them add a second factor, and look in the log who came \
                 in since."
            ),
            Self::Account(None) | Self::Many => {
                "Look in the log who came in since; whoever has no second factor gets one.".to_string()
            }
        }
    }
}

#[cfg(test)]
mod tests;
