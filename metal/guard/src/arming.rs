//! What arming makes of an event in a zone: at once, after the entry delay, or only a chime.

use vocab::{Arming, Mono, ZoneName, tuning::Passage};

/// When the device answers an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timing {
    /// At once.
    AtOnce,
    /// Never: it is only recorded.
    Chime,
    /// Then, unless a work order is presented before.
    From(Mono),
}

/// Judges an unauthorised event. `armed_since` is none where the device was armed in an earlier boot: whoever
/// armed it has long gone.
pub(crate) fn timing(
    zone: &ZoneName,
    arming: Arming,
    armed_since: Option<Mono>,
    now: Mono,
    passage: &Passage,
) -> Timing {
    let leaving = armed_since.is_some_and(|armed| now.since(armed) < passage.exit.duration());
    let through = passage.through.contains(zone);
    if passage.chime.contains(zone) || (through && leaving) {
        return Timing::Chime;
    }
    if through && arming == Arming::Armed && !passage.entry.duration().is_zero() {
        return Timing::From(now + passage.entry);
    }
    Timing::AtOnce
}

#[cfg(test)]
mod tests;
