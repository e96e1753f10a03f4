//! The words of incidents: what people read instead of variants.

use alloc::{format, string::String};

use vocab::{
    Action, Arming, Posture, TamperKind, TamperState, Value,
    reading::{Contact, Flag, SensorFault, Supply},
    receipt::Outcome,
};

/// What happened to a box of this name.
pub(crate) fn happened(kind: TamperKind, name: &str) -> String {
    match kind {
        TamperKind::LidOpened => format!("Somebody opened {name}"),
        TamperKind::LoopCut => format!("Somebody cut the tamper loop of {name}"),
        TamperKind::LoopShorted => format!("Somebody bridged the tamper loop of {name}"),
        TamperKind::LoopChanged => format!("The tamper loop of {name} is not what it was"),
        TamperKind::IntrusionFlag => format!("The intrusion flag of {name} is up"),
        TamperKind::LightInside => format!("Light fell into {name}"),
        TamperKind::Moved => format!("Somebody moved {name}"),
        TamperKind::Struck => format!("Somebody struck {name}"),
        TamperKind::Tilted => format!("Somebody tilted {name}"),
        TamperKind::Dropped => format!("Somebody dropped {name}"),
        TamperKind::UnderVoltage => format!("The supply of {name} is too low"),
        TamperKind::OverVoltage => format!("The supply of {name} is too high"),
        TamperKind::PowerGlitch => format!("The supply of {name} was made to glitch"),
        TamperKind::SupplyLost => format!("Somebody took the supply from {name}"),
        TamperKind::CurrentChanged => format!("Something foreign draws current in {name}"),
        TamperKind::TemperatureOutside => format!("It is too hot or too cold for {name}"),
        TamperKind::ColdBootCooling => format!("Somebody is freezing {name}"),
        TamperKind::InterfaceAdded => format!("Somebody plugged something into {name}"),
        TamperKind::InterfaceRemoved => format!("Somebody unplugged something from {name}"),
        TamperKind::ComponentAdded => format!("Somebody added a part to {name}"),
        TamperKind::ComponentRemoved => format!("Somebody took a part out of {name}"),
        TamperKind::ComponentChanged => format!("Somebody exchanged a part of {name}"),
        TamperKind::SensorFaulted => format!("A sensor of {name} cannot look"),
        TamperKind::SensorSilent => format!("A sensor of {name} says nothing"),
        TamperKind::ClockJumped => format!("Somebody set the clock of {name}"),
        TamperKind::RecordDamaged => format!("The record of {name} does not add up"),
        TamperKind::StateForged => format!("Somebody sent {name} a forged state"),
        TamperKind::WhileOff => format!("Something happened to {name} while it was off"),
    }
}

/// What a box did.
pub(crate) fn did(action: &Action) -> String {
    match action {
        Action::Isolate => "cut itself off from all but the fleet".into(),
        Action::Rejoin => "joined its network again".into(),
        Action::LockUsb => "locked USB".into(),
        Action::UnlockUsb => "unlocked USB".into(),
        Action::StopUnit(unit) => format!("stopped {unit}"),
        Action::StartUnit(unit) => format!("started {unit}"),
        Action::LatchVault => "latched its vault".into(),
        Action::RearmVault => "made its vault ready for new secrets".into(),
        Action::DropKeys => "dropped its keys".into(),
        Action::PowerOff => "turned itself off".into(),
        Action::Wipe => "destroyed its data".into(),
    }
}

/// How far a box drew itself in.
pub(crate) const fn drew_in(posture: Posture) -> Option<&'static str> {
    match posture {
        Posture::Normal => None,
        Posture::Guarded => Some("raised its guard"),
        Posture::Isolated => Some("isolated itself"),
        Posture::Sealed => Some("sealed itself"),
        Posture::Wiped => Some("wiped itself"),
    }
}

/// What became of an act; none where it simply worked.
pub(crate) fn but(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Done => None,
        Outcome::Intended => Some("begun".into()),
        Outcome::Unverified => Some("its effect could not be seen".into()),
        Outcome::Failed => Some("it did not work".into()),
        Outcome::TimedOut => Some("it did not answer in time".into()),
        Outcome::Withheld(interlock) => {
            Some(format!("withheld for safety: {interlock:?} is engaged or unknown"))
        }
        Outcome::LogOnly => Some("only recorded: its tuning is new".into()),
        Outcome::Unsupported => Some("this platform cannot".into()),
    }
}

pub(crate) const fn latched(state: TamperState) -> &'static str {
    match state {
        TamperState::Normal => "normal",
        TamperState::Suspect => "suspect",
        TamperState::Acknowledged => "acknowledged",
        TamperState::Tampered => "tampered",
    }
}

pub(crate) const fn armed(arming: Arming) -> &'static str {
    match arming {
        Arming::Storage => "in storage",
        Arming::Transport => "in transport",
        Arming::Commissioning => "in commissioning",
        Arming::Armed => "armed",
        Arming::Service => "in service",
        Arming::Retired => "retired",
    }
}

/// What a sensor said.
pub(crate) fn read(value: &Value) -> String {
    match value {
        Value::Acceleration(x, y, z) => format!("{x}, {y}, {z}"),
        Value::Components(all) => format!("{} parts", all.len()),
        Value::Contact(Contact::Closed) => "closed".into(),
        Value::Contact(Contact::Open) => "open".into(),
        Value::Current(current) => format!("{current}"),
        Value::Fault(fault) => faulted(*fault).into(),
        Value::Interfaces(all) => format!("{} interfaces", all.len()),
        Value::Interlock(interlock, reading) => format!("{interlock:?} {reading:?}"),
        Value::Intrusion(Flag::Clear) => "flag clear".into(),
        Value::Intrusion(Flag::Raised) => "flag raised".into(),
        Value::Light(light) => format!("{light}"),
        Value::Loop(resistance) => format!("{resistance}"),
        Value::Rail(voltage) => format!("{voltage}"),
        Value::Supply(Supply::Lost) => "no supply".into(),
        Value::Supply(Supply::Present) => "supply present".into(),
        Value::Temperature(temperature) => format!("{temperature}"),
    }
}

const fn faulted(fault: SensorFault) -> &'static str {
    match fault {
        SensorFault::Bus => "could not look: its bus does not answer",
        SensorFault::Declared => "could not look: it says so itself",
        SensorFault::Missing => "could not look: it is no longer there",
        SensorFault::Implausible => "said what cannot be true",
        SensorFault::Unfetched => "was not listened to while the device was held up",
    }
}

/// `once`, `3 times`.
pub(crate) fn often(times: u64) -> String {
    if times == 1 { "once".into() } else { format!("{times} times") }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [some @ .., last] => format!("{} and {last}", some.join(", ")),
    }
}
