//! Why a boot, a beat or a run is refused: it proves nothing, and is no finding about the device either.

use core::fmt;

use journal::Head;

/// The claim of a device, or of whoever says to be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The boot entry with this number names a boot that began elsewhere in the journal.
    BootKnown(u64),
    /// The boot letter proves nothing.
    BootLetter(crypto::refusal::Refusal),
    /// The boot entry with this number holds a letter for another boot or another place in the journal.
    BootOther(u64),
    /// The boot entry with this number holds no letter.
    BootUnreadable(u64),
    /// The run stands on a head that the fleet does not have.
    NotConnecting(Head),
    /// The entry with this number does not follow the one that it stands on.
    Order(u64),
    /// The beat proves nothing.
    Seal(crypto::refusal::Refusal),
    /// The beat is of another boot than the one that speaks.
    SealBoot,
    /// The beat vouches for another place than the end of the run.
    SealElsewhere,
    /// The beat was signed before another one that was heard already.
    StaleBeat,
}

impl Refusal {
    /// `incident/<reason>`, for logs and counters.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BootKnown(_) => "incident/boot-known",
            Self::BootLetter(_) => "incident/boot-letter",
            Self::BootOther(_) => "incident/boot-other",
            Self::BootUnreadable(_) => "incident/boot-unreadable",
            Self::NotConnecting(_) => "incident/not-connecting",
            Self::Order(_) => "incident/order",
            Self::Seal(_) => "incident/seal",
            Self::SealBoot => "incident/seal-boot",
            Self::SealElsewhere => "incident/seal-elsewhere",
            Self::StaleBeat => "incident/stale-beat",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BootKnown(seq) => {
                write!(f, "entry {seq} begins a boot that began elsewhere in this journal; discard the run")
            }
            Self::BootLetter(refusal) => write!(f, "the device's boot letter proves nothing: {refusal}"),
            Self::BootOther(seq) => {
                write!(
                    f,
                    "entry {seq} holds a boot letter for another boot or another place; discard the run"
                )
            }
            Self::BootUnreadable(seq) => write!(f, "entry {seq} begins a boot and holds no boot letter"),
            Self::NotConnecting(head) => {
                write!(
                    f,
                    "the run stands on {head}, which the fleet does not have; offer from what was accepted"
                )
            }
            Self::Order(seq) => write!(f, "entry {seq} does not follow the entry that it stands on"),
            Self::Seal(refusal) => write!(f, "the device's beat proves nothing: {refusal}"),
            Self::SealBoot => f.write_str("the beat is of another boot than the one that said hello"),
            Self::SealElsewhere => f.write_str(
                "the beat vouches for another place than the end of the run; seal the run that is sent",
            ),
            Self::StaleBeat => {
                f.write_str("the beat is older than one that was heard already: it is a replay")
            }
        }
    }
}

impl core::error::Error for Refusal {}

#[cfg(test)]
mod tests;
