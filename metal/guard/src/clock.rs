//! The guard's own time: it counts on from signed fleet time, and never below what it knows to be past.
//!
//! The machine's clock sets nothing by itself. It carries a time that the fleet once signed over a reboot, and
//! where it jumps, that is worth a finding.

use core::time::Duration;

use vocab::{ClockQuality, Mono, Nonce, Time, Wall, tuning::ClockTuning};
use wire::v1::FleetTime;

use crate::refusal::Refusal;

/// So long a question for the time may stay open: the answer's age is unknown by that much.
const ANSWER_WITHIN: Duration = Duration::from_mins(1);

/// So far below what we count a signed time may lie: two honest quartz clocks a month apart.
const DRIFT: Duration = Duration::from_mins(5);

/// Counts wall time from an anchor.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    /// What was true then.
    anchor: (Mono, Wall),
    quality: ClockQuality,
    /// It was never earlier, whatever a carried time says; counted on from the same moment as the anchor.
    floor: (Mono, Wall),
    /// What the machine believed last.
    machine: Option<(Mono, Wall)>,
    asked: Option<(Nonce, Mono)>,
}

impl Clock {
    /// At boot: `floor` is the later of build time and journal, `before` what the last entry's time was worth.
    pub(crate) fn new(now: Mono, floor: Wall, before: ClockQuality, machine: Wall) -> Self {
        let carried = before != ClockQuality::Floor && machine >= floor;
        let (wall, quality) =
            if carried { (machine, ClockQuality::Carried) } else { (floor, ClockQuality::Floor) };
        Self { anchor: (now, wall), quality, floor: (now, floor), machine: Some((now, machine)), asked: None }
    }

    /// The time at a moment of this boot.
    pub(crate) fn at(&self, moment: Mono) -> Time {
        let (mono, wall) = self.anchor;
        // A reading may have been taken shortly before the anchor.
        let back = Wall(wall.0.saturating_sub(micros(mono.since(moment))));
        Time { mono: moment, wall: back + moment.since(mono), quality: self.quality }
    }

    /// What that time is worth.
    pub(crate) const fn quality(&self) -> ClockQuality {
        self.quality
    }

    /// It is this or later, whatever anybody says.
    pub(crate) fn floor(&self, now: Mono) -> Wall {
        self.floor.1 + now.since(self.floor.0)
    }

    /// Begins to ask the fleet; an older question is void.
    pub(crate) fn ask(&mut self, now: Mono, nonce: Nonce) {
        self.asked = Some((nonce, now));
    }

    /// Takes the fleet's answer, whose signature was verified. The question is used up by any answer to it.
    pub(crate) fn set(&mut self, now: Mono, time: &FleetTime) -> Result<(), Refusal> {
        let (_, asked) = self.asked.take_if(|(nonce, _)| *nonce == time.nonce).ok_or(Refusal::TimeNonce)?;
        if now.since(asked) > ANSWER_WITHIN {
            return Err(Refusal::TimeLate);
        }
        let floor = self.floor(now);
        if floor.since(time.wall) > DRIFT {
            return Err(Refusal::TimeBelowFloor { floor, told: time.wall });
        }
        let wall = time.wall.max(floor);
        self.anchor = (now, wall);
        self.floor = (now, wall);
        self.quality = ClockQuality::Fleet;
        Ok(())
    }

    /// Takes what the machine's clock says; whether it jumped.
    pub(crate) fn hear(&mut self, now: Mono, machine: Wall, tuning: &ClockTuning) -> Stepped {
        let Some((then, before)) = self.machine.replace((now, machine)) else { return Stepped::No };
        let expected = before + now.since(then);
        if apart(machine, expected) <= tuning.step.duration() {
            return Stepped::No;
        }
        let ours = self.at(now).wall;
        let jumped = match self.quality {
            // Nothing to compare with but what cannot be: earlier than the floor, or much later all at once.
            ClockQuality::Floor if expected < ours => false,
            ClockQuality::Floor => machine < expected || apart(machine, expected) > tuning.ahead.duration(),
            // Towards what we count is a correction; away from it is a jump.
            ClockQuality::Carried | ClockQuality::Fleet => {
                let away = apart(machine, ours);
                away > tuning.away.duration() && away > apart(expected, ours)
            }
        };
        if jumped { Stepped::Jumped } else { Stepped::Corrected }
    }
}

/// What a machine's clock did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stepped {
    /// It went on.
    No,
    /// It was set right, as far as anybody can tell.
    Corrected,
    /// It was set beyond what time can do.
    Jumped,
}

fn apart(one: Wall, other: Wall) -> Duration {
    one.since(other).max(other.since(one))
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
