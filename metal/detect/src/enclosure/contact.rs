//! A lid switch, which bounces, or a loop on a pin: open a while is suspect, open longer is opened.
//!
//! Only time that it stood open counts. A closing shorter than a bounce does not end an opening, and an opening
//! that was noticed ends when the lid has stayed closed; until then it is one and the same. Hands give each
//! edge its own time; one that can only poll must do so more often than `suspect_after`, or a glitch of one poll
//! is a suspicion.

use alloc::vec;
use core::time::Duration;

use vocab::{Millis, Mono, TamperKind, Tuning, Value, reading::Contact};

use crate::sense::{Presence, Sense, Sensed, Verdict};

/// The detector of `Channel::Contact`.
#[derive(Debug)]
pub(crate) struct Contactor {
    /// What it means that it is open.
    kind: TamperKind,
    position: Option<(Contact, Mono)>,
    opening: Option<Opening>,
}

/// A contact that opened and has not yet stayed closed.
#[derive(Debug)]
struct Opening {
    since: Mono,
    /// How long it stood open before its last closing.
    before: Duration,
    told: Told,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Nothing,
    Suspect,
    Opened,
}

impl Sense for Contactor {
    fn observe(&mut self, at: Mono, value: &Value, tuning: &Tuning) -> Sensed {
        let Value::Contact(contact) = *value else { return Sensed::Unsound(at) };
        // The old position stood until this very moment, whoever was or was not looking.
        let verdict = self.elapse(at, Mono(0), tuning);
        let was = self.position;
        if was.is_none_or(|(position, _)| position != contact) {
            self.turn(was, contact, at, tuning.enclosure.suspect_after);
        }
        verdict.into()
    }

    fn elapse(&mut self, now: Mono, awake: Mono, tuning: &Tuning) -> Option<Verdict> {
        let (position, turned) = self.position?;
        let opening = self.opening.as_mut()?;
        let from = turned.max(awake);
        let stood = now.since(from);
        if position == Contact::Closed {
            let over = closing(opening.told, tuning);
            self.opening.take_if(|_| stood >= over.duration());
            return None;
        }
        let (told, after) = opening.due(stood, tuning)?;
        opening.told = told;
        let at = from + after.duration().saturating_sub(opening.before);
        let evidence = vec![(opening.since, Value::Contact(Contact::Open))];
        Some(match told {
            Told::Opened => Verdict::decisive(self.kind, opening.since, at, evidence),
            Told::Nothing | Told::Suspect => Verdict::warning(self.kind, opening.since, at, evidence),
        })
    }

    fn deadline(&self, awake: Mono, tuning: &Tuning) -> Option<Mono> {
        let (position, turned) = self.position?;
        let opening = self.opening.as_ref()?;
        let from = turned.max(awake);
        let after = match (position, opening.told) {
            (Contact::Closed, told) => return Some(from + closing(told, tuning)),
            (Contact::Open, Told::Nothing) => tuning.enclosure.suspect_after,
            (Contact::Open, Told::Suspect) => tuning.enclosure.open_after,
            (Contact::Open, Told::Opened) => return None,
        };
        Some(from + after.duration().saturating_sub(opening.before))
    }

    fn presence(&self) -> Presence {
        self.opening.is_some().into()
    }
}

impl Contactor {
    /// Open means this.
    pub(crate) const fn of(kind: TamperKind) -> Self {
        Self { kind, position: None, opening: None }
    }

    fn turn(&mut self, was: Option<(Contact, Mono)>, contact: Contact, at: Mono, bounce: Millis) {
        let stood = was.map_or(Duration::ZERO, |(_, turned)| at.since(turned));
        self.position = Some((contact, at));
        match (&mut self.opening, contact) {
            (Some(opening), Contact::Closed) => opening.before += stood,
            (Some(opening), Contact::Open) if stood >= bounce.duration() => {
                // A real closing lay between: what is counted starts again, what was told stays told.
                (opening.since, opening.before) = (at, Duration::ZERO);
            }
            (Some(_), Contact::Open) | (None, Contact::Closed) => {}
            (None, Contact::Open) => {
                self.opening = Some(Opening { since: at, before: Duration::ZERO, told: Told::Nothing });
            }
        }
    }
}

impl Opening {
    /// The most that is to be told after it stood open for another `stood`, and when that was reached.
    fn due(&self, stood: Duration, tuning: &Tuning) -> Option<(Told, Millis)> {
        let open = self.before.saturating_add(stood);
        [(Told::Opened, tuning.enclosure.open_after), (Told::Suspect, tuning.enclosure.suspect_after)]
            .into_iter()
            .find(|&(told, after)| self.told < told && open >= after.duration())
    }
}

/// How long it must stay closed until the opening is over.
const fn closing(told: Told, tuning: &Tuning) -> Millis {
    match told {
        Told::Nothing => tuning.enclosure.suspect_after,
        Told::Opened | Told::Suspect => tuning.enclosure.close_after,
    }
}
