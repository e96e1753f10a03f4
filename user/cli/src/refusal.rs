//! What a fleet said that is not believed.

use core::fmt;

use crypto::cbor;
use vocab::PersonId;

/// The fleet's, or whoever speaks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// An answer that is not what the contract says.
    Answer(String),
    /// A challenge that is none.
    Challenge,
    /// The session was opened for somebody else.
    OtherPerson {
        /// Who signed in.
        asked: PersonId,
        /// Whose session it is.
        found: String,
    },
    /// It is another fleet than the one that this key or certificate is for.
    OtherFleet {
        /// The one that is known.
        known: String,
        /// What it calls itself.
        found: String,
    },
    /// The order that came cannot be read, so it is not signed.
    Order(cbor::Malformed),
    /// The order's time is over.
    OrderExpired,
    /// The order that came is not the one that was asked for, or is not what the fleet says about it.
    OrderOther {
        /// In what it differs.
        what: &'static str,
        /// What was asked, or said.
        said: String,
        /// What the order holds.
        holds: String,
    },
    /// The order that came holds something that this program does not know.
    OrderNewer,
    /// An entry of the log is not what the fleet says about it.
    RecordOther {
        /// In what it differs.
        what: &'static str,
        /// What the fleet says.
        said: String,
        /// What was asked for, or what the record holds.
        holds: String,
    },
    /// A status that comes with no explanation.
    Status(u16),
    /// More than any answer of its kind holds.
    TooLong(usize),
}

impl Refusal {
    /// `cli/<reason>`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Answer(_) => "cli/answer",
            Self::Challenge => "cli/challenge",
            Self::Order(_) => "cli/order",
            Self::OrderExpired => "cli/order-expired",
            Self::OrderNewer => "cli/order-newer",
            Self::OrderOther { .. } => "cli/order-other",
            Self::OtherFleet { .. } => "cli/other-fleet",
            Self::OtherPerson { .. } => "cli/other-person",
            Self::RecordOther { .. } => "cli/record-other",
            Self::Status(_) => "cli/status",
            Self::TooLong(_) => "cli/too-long",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(why) => write!(
                f,
                "the fleet's answer is not what its contract says ({why}); is this the address of a fleet, and of \
                 this version?"
            ),
            Self::Challenge => f.write_str("the fleet's challenge is not 32 bytes, so it is not signed"),
            Self::Order(why) => {
                write!(f, "the order that came cannot be read, so it is not signed: {why}")
            }
            Self::OrderExpired => {
                f.write_str("the order's time is over by this machine's clock; propose it again, or set the clock")
            }
            Self::OrderNewer => f.write_str(
                "the order holds something that this program does not know, so it is not signed; use a newer one",
            ),
            Self::OrderOther { what, said, holds } => write!(
                f,
                "nothing was signed: the {what} should be `{said}` and the order that came holds `{holds}`; tell \
                 whoever runs the fleet that it shows one thing and asks for another"
            ),
            Self::OtherFleet { known, found } => write!(
                f,
                "this is the fleet `{found}`, and you are known to `{known}`; look at the address"
            ),
            Self::OtherPerson { asked, found } => {
                write!(f, "{asked} signed in and the fleet opened a session for `{found}`; it is not used")
            }
            Self::RecordOther { what, said, holds } => write!(
                f,
                "the {what} of the entry should be `{holds}` and the fleet says `{said}`; keep an export, it holds \
                 what was logged, and tell whoever runs the fleet that it shows another"
            ),
            Self::Status(status) => {
                write!(f, "the answer is the HTTP status {status} without a reason; is this the address of a fleet?")
            }
            Self::TooLong(limit) => {
                write!(f, "the answer is longer than the {limit} bytes that any of its kind has")
            }
        }
    }
}

impl core::error::Error for Refusal {}
