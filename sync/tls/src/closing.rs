//! Why this end ends a session, and what its peer is told (RFC 6455 §7.4).

use core::fmt;

use crate::{doors::Code, refusal::Refusal};

/// Our end of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closing {
    /// The owner has said all that it had to say.
    Done,
    /// The identity may not pass any more.
    Door(Code),
    /// The peer's certificate has run out.
    Expired,
    /// A session of this listener lasts no longer.
    Overstayed,
    /// The peer's manners, or what it showed when it was judged again.
    Refused(Refusal),
    /// This process stops.
    Stopping,
}

impl Closing {
    /// After a judgement.
    pub(crate) fn of(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Door(code) => Self::Door(code),
            other => Self::Refused(other),
        }
    }

    /// Its number in the close frame; those of ours lie in the private range.
    pub const fn number(&self) -> u16 {
        match self {
            Self::Done => 1000,
            Self::Stopping => 1001,
            Self::Refused(Refusal::WebSocket(_)) => 1002,
            Self::Refused(Refusal::Text) => 1003,
            Self::Refused(Refusal::Oversized) => 1009,
            Self::Expired => 4401,
            Self::Door(_) | Self::Refused(_) => 4403,
            Self::Overstayed => 4408,
        }
    }

    /// `tls/<reason>`, or the code of whoever decided.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Done => "tls/done",
            Self::Door(code) => code.0,
            Self::Expired => "tls/session-expired",
            Self::Overstayed => "tls/overstayed",
            Self::Refused(refusal) => refusal.code(),
            Self::Stopping => "tls/stopping",
        }
    }
}

impl fmt::Display for Closing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("the session is over"),
            Self::Door(code) => write!(f, "the identity was refused while it was connected ({code})"),
            Self::Expired => {
                f.write_str("the peer's certificate has run out; it comes back with its next one")
            }
            Self::Overstayed => {
                f.write_str("the peer took longer than this listener allows; it may come again")
            }
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Stopping => f.write_str("this process stops; the peer comes back by itself"),
        }
    }
}
