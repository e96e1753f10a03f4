//! How bad an event is: what it is, by what the device expects of the people around it, by how far it is drawn in.
//!
//! Sources. What a kind is worth on an armed device stands with its sense (`detect::finding`, from the table of
//! sensing facts). What the arming states forgive is what their words mean: on the road things move and run on
//! no mains; on a shelf nobody watches the rails; while a box is installed everything is touched. *Verified*
//! raises by one step, after sequential verification of alarm panels (BS 8243), and nothing else reaches
//! `Critical`, so one noisy sensor never does.

use vocab::{
    Arming, Posture, Severity, TamperKind,
    tamper::Verification::{self, Single, Verified},
};

/// Judges one event. `hint` is what its kind is worth on an armed device.
pub(crate) fn severity(
    hint: Severity,
    kind: TamperKind,
    arming: Arming,
    posture: Posture,
    verification: Verification,
) -> Severity {
    let forgiven = hint.min(cap(sort(kind), arming));
    let watched = match forgiven {
        // Guarded tolerates less: what was worth a look one day is worth one today. It never seals by itself.
        Severity::Low if posture >= Posture::Guarded && on_guard(arming) => Severity::Medium,
        severity => severity,
    };
    match (verification, watched) {
        (Verified, Severity::Medium) => Severity::High,
        (Verified, Severity::High) => Severity::Critical,
        (Single | Verified, severity) => severity,
    }
}

/// Whether events latch and the reflex acts at all.
pub(crate) const fn on_guard(arming: Arming) -> bool {
    matches!(arming, Arming::Armed | Arming::Service | Arming::Storage | Arming::Transport)
}

/// What kinds have in common when a device is not on duty.
#[derive(Clone, Copy)]
enum Sort {
    Climate,
    Enclosure,
    Motion,
    Ports,
    Record,
    Senses,
    Supply,
}

const fn sort(kind: TamperKind) -> Sort {
    use TamperKind as K;
    match kind {
        K::ComponentAdded
        | K::ComponentChanged
        | K::ComponentRemoved
        | K::IntrusionFlag
        | K::LidOpened
        | K::LightInside
        | K::LoopChanged
        | K::LoopCut
        | K::LoopShorted
        | K::WhileOff => Sort::Enclosure,
        K::Dropped | K::Moved | K::Struck | K::Tilted => Sort::Motion,
        K::InterfaceAdded | K::InterfaceRemoved => Sort::Ports,
        K::ClockJumped | K::RecordDamaged | K::StateForged => Sort::Record,
        K::SensorFaulted | K::SensorSilent => Sort::Senses,
        K::CurrentChanged | K::OverVoltage | K::PowerGlitch | K::SupplyLost | K::UnderVoltage => Sort::Supply,
        K::ColdBootCooling | K::TemperatureOutside => Sort::Climate,
    }
}

/// The most that a kind can be worth in an arming state.
const fn cap(sort: Sort, arming: Arming) -> Severity {
    match (arming, sort) {
        (Arming::Armed | Arming::Service, _)
        | (Arming::Storage | Arming::Transport, Sort::Enclosure | Sort::Ports | Sort::Record) => {
            Severity::High
        }
        (Arming::Storage, Sort::Motion) => Severity::Medium,
        (Arming::Storage | Arming::Transport, Sort::Climate | Sort::Senses) => Severity::Low,
        (Arming::Storage, Sort::Supply)
        | (Arming::Transport, Sort::Motion | Sort::Supply)
        | (Arming::Commissioning | Arming::Retired, _) => Severity::Info,
    }
}

#[cfg(test)]
mod tests;
