//! Whether the fleet takes our certificate no more, as far as the end of a connection tells.

use tls::{Ended, Problem, Refusal};

/// The alerts of RFC 9846 §6 with which a server turns a certificate away: bad, unsupported, revoked, expired and
/// unknown certificate, unknown authority, access denied, and a signature that does not fit.
const ABOUT_US: [u8; 8] = [42, 43, 44, 45, 46, 48, 49, 51];

/// The numbers with which the fleet closes a session whose certificate ran out, or whose identity may not pass.
const CLOSED: [u16; 2] = [4401, 4403];

/// What a connection's end says of our certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing.
    None,
    /// It opens this door no more.
    TurnedAway,
}

impl Verdict {
    pub(crate) fn of(ended: &Ended) -> Self {
        let turned_away = match ended {
            Ended::Failed(Problem::Refusal(Refusal::Alert(alert))) => ABOUT_US.contains(alert),
            Ended::Closed { number, .. } => CLOSED.contains(number),
            _ => false,
        };
        if turned_away { Self::TurnedAway } else { Self::None }
    }
}

#[cfg(test)]
mod tests;
