//! What people ask next: what was it probably, and what do I do first?
//!
//! Words for the most probable cause, never a verdict: what is certain stands in the sentence and the explanation.

use alloc::{
    format,
    string::{String, ToString},
};

use policy::rule::IncidentKind;
use vocab::TamperKind;

use crate::{
    incident::{Incident, State},
    involved::{Fold, Involved},
    sentence::foremost,
};

impl Incident {
    /// The probable cause, in one sentence.
    pub fn cause(&self) -> String {
        if let Some(attempt) = self.attempt() {
            return attempt.cause().into();
        }
        let shared = self.boxes().len();
        if self.kind() == IncidentKind::Tamper && shared > 1 {
            return format!(
                "The same befell {shared} boxes within a short time: somebody goes from box to box, or they share a \
                 cause such as their power or a blow to what they stand on."
            );
        }
        let cause = match self.kind() {
            IncidentKind::Fork => {
                "Its disk and keys were copied into a second machine, or an old copy was put back."
            }
            IncidentKind::Forgery => {
                "Somebody between fleet and box sends letters that the fleet never signed."
            }
            IncidentKind::Rollback => "Its disk was replaced by an older copy, by a restore or by a thief.",
            IncidentKind::Silence if self.blinded() => {
                "Somebody took a sense out of its configuration, or its driver out of the machine."
            }
            IncidentKind::Silence => "Its link or its power is gone: a fault, a cut, or a box carried away.",
            IncidentKind::SiteSilence => "The site's link or power is gone; less probably, many boxes are.",
            IncidentKind::TailLost => {
                "Its disk did not keep what it had said to keep: it is failing or cheap."
            }
            IncidentKind::Escalation | IncidentKind::Guessing | IncidentKind::Tamper => {
                self.most().map_or("What happened cannot be read.", |event| tampering(event.kind))
            }
        };
        cause.into()
    }

    /// Whether it is about senses that a box has lost, and not about the box.
    fn blinded(&self) -> bool {
        self.foremost().is_some_and(|one| one.quiet.is_none() && !one.gone.is_empty())
    }

    /// What a person should do first, in one sentence.
    pub fn first_action(&self) -> String {
        if let Some(attempt) = self.attempt() {
            return attempt.first_action(self.state());
        }
        let place = self.place();
        let action = match (self.state(), self.kind()) {
            (State::Closed, _) => "Nothing: it is closed.",
            (State::Verified, _) if self.boxes().iter().any(Involved::is_held) => {
                return format!(
                    "Look what still holds {place}: it has proved itself, and its identity is suspended all the same."
                );
            }
            (State::Verified, _) => "Close it and say what it was: nothing else is owed.",
            // Where people must decide, nothing comes by itself.
            (State::Recovering, _) if !self.boxes().iter().any(Involved::waits_for_people) => {
                "Wait for the proof of what was ordered; it comes by itself within minutes."
            }
            (_, IncidentKind::Fork | IncidentKind::Forgery) => {
                return format!(
                    "Revoke the identity of {place}, then find out which machine is the real one."
                );
            }
            (_, IncidentKind::Rollback) => {
                return format!(
                    "Ask who restored {place}; if nobody did, treat it as stolen and revoke its identity."
                );
            }
            (_, IncidentKind::Silence) if self.blinded() => {
                return format!(
                    "Ask who changed {place}; put the sense back, or have the box commissioned anew without it."
                );
            }
            (_, IncidentKind::Silence) => {
                return format!("Ask somebody at the site whether {place} is there and has power and link.");
            }
            (_, IncidentKind::SiteSilence) => "Call the site: power first, then its link, then the boxes.",
            (_, IncidentKind::TailLost) => {
                return format!("Plan to exchange the disk of {place}; nothing is missing here.");
            }
            (_, IncidentKind::Escalation | IncidentKind::Guessing | IncidentKind::Tamper) => {
                return format!(
                    "Send somebody to {place} and leave it as it is until they have looked; once the cause is gone, \
                     two people reset it."
                );
            }
        };
        action.into()
    }

    /// The worst event of the whole incident.
    fn most(&self) -> Option<&Fold> {
        self.foremost().and_then(foremost)
    }

    fn place(&self) -> String {
        let label =
            |one: &Involved| one.label.as_ref().map_or_else(|| one.device.to_string(), ToString::to_string);
        let name = self.foremost().map_or_else(|| "the box".into(), label);
        self.site().map_or_else(|| name.clone(), |site| format!("{name} at {site}"))
    }
}

/// Grouped by who would have had to do it.
const fn tampering(kind: TamperKind) -> &'static str {
    match kind {
        TamperKind::LidOpened | TamperKind::LightInside | TamperKind::IntrusionFlag => {
            "Somebody opened the case without a work order."
        }
        TamperKind::LoopCut | TamperKind::LoopShorted => {
            "Somebody cut or bridged the tamper loop to get past it."
        }
        TamperKind::LoopChanged => "The tamper loop ages, or somebody put another resistor into it.",
        TamperKind::Moved | TamperKind::Tilted | TamperKind::Dropped => {
            "Somebody took the box from its place."
        }
        TamperKind::Struck => "A blow: somebody tries to force the box, or something hit it.",
        TamperKind::UnderVoltage | TamperKind::OverVoltage | TamperKind::SupplyLost => {
            "The supply failed or was tampered with; a power cut at the site looks the same."
        }
        TamperKind::PowerGlitch => "Somebody glitches the supply to make the machine skip its checks.",
        TamperKind::CurrentChanged => "Something foreign is connected inside, or a part is failing.",
        TamperKind::TemperatureOutside => "Heating, cooling or weather beyond what the box is built for.",
        TamperKind::ColdBootCooling => "Somebody cools the memory to read it after the power is cut.",
        TamperKind::InterfaceAdded | TamperKind::InterfaceRemoved => {
            "Somebody plugged something in or pulled it out."
        }
        TamperKind::ComponentAdded | TamperKind::ComponentRemoved | TamperKind::ComponentChanged => {
            "A part was exchanged: a repair that nobody announced, or an attack."
        }
        TamperKind::SensorFaulted | TamperKind::SensorSilent => {
            "The sensor is broken, or somebody cut it off."
        }
        TamperKind::ClockJumped => {
            "The clock's battery is failing, or somebody set the clock to get past a date."
        }
        TamperKind::RecordDamaged => {
            "Its disk is failing, or somebody changed its record or undid what it holds in force."
        }
        TamperKind::StateForged => "Somebody tries to command the box without the fleet's key.",
        TamperKind::WhileOff => "It was opened, moved or changed while it had no power.",
    }
}

#[cfg(test)]
mod tests;
