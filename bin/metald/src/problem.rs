//! Why an enrolment or a re-proof came to nothing.

use std::{error::Error, fmt};

use board::RootFault;
use crypto::cbor::Malformed;
use tls::Ended;

/// Sorted by what helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The fleet's answer cannot be read.
    Answer(Malformed),
    /// The connection never stood, or ended before there was an answer.
    Call(Ended),
    /// The answer is not for this device, or not signed by this fleet's root.
    Foreign(&'static str),
    /// The board's key does not sign.
    Key(RootFault),
    /// The fleet says no.
    Refused {
        /// Its code.
        code: String,
        /// Its sentence.
        text: String,
    },
    /// The fleet spoke out of turn.
    Turn,
    /// The vault is latched, and a latched device cannot enrol.
    Vault,
}

/// Whether trying again may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// By itself it will not get better.
    ForGood,
    /// The network, the fleet or the machine may come back.
    ForNow,
}

impl Problem {
    /// `metald/<reason>`, stable; of a refusal, the fleet's own.
    pub fn code(&self) -> &str {
        match self {
            Self::Answer(_) => "metald/answer",
            Self::Call(ended) => ended.code(),
            Self::Foreign(_) => "metald/foreign",
            Self::Key(_) => "metald/key",
            Self::Refused { code, .. } => code,
            Self::Turn => "metald/turn",
            Self::Vault => "metald/vault",
        }
    }

    /// Whether trying again may help.
    pub fn lasting(&self) -> Lasting {
        match self {
            // A question that grew old on the way is asked anew, whoever asked too often may ask later, and a fleet that
            // stumbled comes back.
            Self::Refused { code, .. } if code.starts_with("admit/nonce") || code == "admit/too-often" => {
                Lasting::ForNow
            }
            Self::Refused { code, .. } if code.starts_with("admit/") => Lasting::ForGood,
            Self::Foreign(_) | Self::Vault | Self::Call(Ended::Failed(tls::Problem::Mistake(_))) => {
                Lasting::ForGood
            }
            _ => Lasting::ForNow,
        }
    }

    /// What the operator of this device can do about it.
    fn remedy(code: &str) -> &'static str {
        match code {
            "admit/token-expired" | "admit/token-unknown" => {
                "have a person issue a token (`wrale token`) and write it into the token file"
            }
            "admit/token-used" => {
                "another key enrolled with this token: find out which device that is, then have a new token issued"
            }
            "admit/token-bound" => {
                "the token names another device: set its label here, or have a token issued"
            }
            "admit/key-taken" => {
                "this folder was copied from another device: empty it, and enrol with a new token"
            }
            "admit/join-over" | "admit/unenrolled" => "have people look at this device in the fleet",
            "admit/revoked" => "this identity is over: empty the folder and enrol anew with a token",
            _ => "look at the fleet's log, which names this device",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(why) => write!(f, "the fleet's answer cannot be read ({why}); look at its version"),
            Self::Call(Ended::Failed(problem)) => problem.fmt(f),
            Self::Call(ended) => {
                write!(f, "the fleet hung up before it answered ({}); it is called again", ended.code())
            }
            Self::Foreign(why) => {
                write!(f, "the fleet's answer is refused: {why}; look at the bundle and the root")
            }
            Self::Key(fault) => fault.fmt(f),
            Self::Refused { code, text } => {
                let text: String = text.chars().filter(|c| !c.is_control()).collect();
                write!(f, "the fleet refused: {text} ({code}); {}", Self::remedy(code))
            }
            Self::Turn => f.write_str("the fleet spoke out of turn; look at its version"),
            Self::Vault => {
                f.write_str("the vault is latched and this device is not enrolled; empty its folder first")
            }
        }
    }
}

impl Error for Problem {}

impl From<RootFault> for Problem {
    fn from(fault: RootFault) -> Self {
        Self::Key(fault)
    }
}
