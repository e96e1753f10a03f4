//! Why a command did not do what was asked, sorted by blame.

use core::fmt;

use crate::{fault::Fault, mistake::Mistake, refusal::Refusal};

/// One of these; each says in a sentence whose fault it is and what now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Ours, or the machine's.
    Fault(Fault),
    /// The fleet says no, and why.
    Fleet(api::Problem),
    /// The connection does not stand.
    Line(tls::Problem),
    /// An operator's.
    Mistake(Mistake),
    /// An export proves nothing.
    Proof(audit::verify::Refusal),
    /// What the fleet says is not believed.
    Refusal(Refusal),
}

impl Problem {
    /// The code of whichever it is.
    pub fn code(&self) -> &str {
        match self {
            Self::Fault(fault) => fault.code(),
            Self::Fleet(problem) => &problem.code,
            Self::Line(problem) => problem.code(),
            Self::Mistake(mistake) => mistake.code(),
            Self::Proof(refusal) => refusal.code(),
            Self::Refusal(refusal) => refusal.code(),
        }
    }

    /// Whether the fleet says that the session is over.
    pub(crate) const fn is_session_over(&self) -> bool {
        matches!(self, Self::Fleet(api::Problem { status: 401, .. }))
    }

    /// Whether asking again later may help.
    pub(crate) const fn may_pass(&self) -> bool {
        match self {
            Self::Fault(_) | Self::Line(tls::Problem::Fault(_)) => true,
            Self::Fleet(problem) => matches!(problem.status, 429 | 500..=599),
            _ => false,
        }
    }

    /// What to try next, where the sentence alone does not say; `wrale` is how this program was called.
    pub(crate) fn next(&self, wrale: &str) -> Option<String> {
        match self {
            Self::Fleet(problem) if problem.code == "web/choose-latch" => {
                Some("name the one that is meant with `--event EVENT`".into())
            }
            Self::Fleet(problem) => match problem.status {
                401 => Some(
                    "this key must be on the roster (`root sign` puts it there), and its person must have a role in \
                     the fleet's configuration"
                        .into(),
                ),
                403 => Some(format!(
                    "see what there is for you: `{wrale} devices`, `{wrale} incidents`, `{wrale} proposals`"
                )),
                404 => Some("is this the address of a fleet, and of this version?".into()),
                429 | 503 => Some("wait a little, then ask again".into()),
                _ => None,
            },
            Self::Line(_) => Some("is the fleet running, and is this its external address?".into()),
            _ => None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::Fleet(problem) => f.write_str(&problem.detail),
            Self::Line(problem) => problem.fmt(f),
            Self::Mistake(mistake) => mistake.fmt(f),
            Self::Proof(refusal) => refusal.fmt(f),
            Self::Refusal(refusal) => refusal.fmt(f),
        }
    }
}

impl core::error::Error for Problem {}

macro_rules! from {
    ($($kind:ident: $type:ty),+) => {
        $(impl From<$type> for Problem {
            fn from(inner: $type) -> Self {
                Self::$kind(inner)
            }
        })+
    };
}

from!(
    Fault: Fault,
    Fleet: api::Problem,
    Line: tls::Problem,
    Mistake: Mistake,
    Proof: audit::verify::Refusal,
    Refusal: Refusal
);

impl From<crate::ceremony::Refusal> for Problem {
    fn from(refusal: crate::ceremony::Refusal) -> Self {
        Self::Mistake(refusal.into())
    }
}
