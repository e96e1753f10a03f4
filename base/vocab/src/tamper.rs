//! What was noticed: kinds of tampering, the event, and the state that it leaves behind.

use alloc::vec::Vec;

use minicbor::{Decode, Encode};

use crate::{id::EventId, name::ZoneName, reading::Reading, severity::Severity, time::Time, unit::Permille};

/// How sure we are: a calibrated share of one.
pub type Confidence = Permille;

/// One thing that happened to a device, fused from the findings about it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct TamperEvent {
    /// Its id, given by the device.
    #[n(0)]
    pub id: EventId,
    /// When the decisive reading was taken.
    #[n(1)]
    pub at: Time,
    /// What happened.
    #[n(2)]
    pub kind: TamperKind,
    /// Where on the device.
    #[n(3)]
    pub location: ZoneName,
    /// How sure we are.
    #[n(4)]
    pub confidence: Confidence,
    /// How bad it is while armed as the device was.
    #[n(5)]
    pub severity: Severity,
    /// Whether a second independent group of sensors said so within the window.
    #[n(6)]
    pub verification: Verification,
    /// Whether somebody was lawfully at work in that zone.
    #[n(7)]
    pub authority: Authority,
    /// The readings that decided it.
    #[n(8)]
    pub readings: Vec<Reading>,
}

/// One sensor group, or two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Verification {
    /// One group alone.
    #[n(0)]
    Single,
    /// Two independent groups within the window.
    #[n(1)]
    Verified,
}

/// Whether an event is covered by a work order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Authority {
    /// A work order covers the zone at that moment.
    #[n(0)]
    Authorised,
    /// Nobody was meant to be there.
    #[n(1)]
    Unauthorised,
}

/// What can happen to a device, in the order of the rooms that notice it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum TamperKind {
    /// The case switch stayed open.
    #[n(0)]
    LidOpened,
    /// The tamper loop was cut.
    #[n(1)]
    LoopCut,
    /// The tamper loop was bridged.
    #[n(2)]
    LoopShorted,
    /// The tamper loop's resistance jumped or wandered: another resistor, or age.
    #[n(3)]
    LoopChanged,
    /// The hardware's own intrusion flag is up.
    #[n(4)]
    IntrusionFlag,
    /// Light inside a closed case.
    #[n(5)]
    LightInside,
    /// The device is carried.
    #[n(6)]
    Moved,
    /// A blow.
    #[n(7)]
    Struck,
    /// The device hangs or lies otherwise than at home.
    #[n(8)]
    Tilted,
    /// Free fall.
    #[n(9)]
    Dropped,
    /// A rail is too low.
    #[n(10)]
    UnderVoltage,
    /// A rail is too high.
    #[n(11)]
    OverVoltage,
    /// Short dips, repeated.
    #[n(12)]
    PowerGlitch,
    /// External power went away.
    #[n(13)]
    SupplyLost,
    /// A current that the device does not draw by itself.
    #[n(14)]
    CurrentChanged,
    /// Too hot or too cold.
    #[n(15)]
    TemperatureOutside,
    /// Cooling faster than weather can: memory may be read after power is cut.
    #[n(16)]
    ColdBootCooling,
    /// Something was plugged in.
    #[n(17)]
    InterfaceAdded,
    /// Something was unplugged.
    #[n(18)]
    InterfaceRemoved,
    /// A part is there that was not.
    #[n(19)]
    ComponentAdded,
    /// A part is gone.
    #[n(20)]
    ComponentRemoved,
    /// A part was exchanged for another.
    #[n(27)]
    ComponentChanged,
    /// A sensor says that it cannot look, or says the impossible.
    #[n(21)]
    SensorFaulted,
    /// A sensor says nothing.
    #[n(22)]
    SensorSilent,
    /// The clock was set beyond what time can do.
    #[n(23)]
    ClockJumped,
    /// The device's own record or state does not add up.
    #[n(24)]
    RecordDamaged,
    /// Somebody sent a state that only an impostor or a broken fleet could have sent.
    #[n(25)]
    StateForged,
    /// What was noticed at boot of the time without power.
    #[n(26)]
    WhileOff,
}

/// The latched state of one zone; it survives power loss, and nothing clears it by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum TamperState {
    /// Nothing happened since the last reset.
    #[n(0)]
    Normal,
    /// Something does not fit.
    #[n(1)]
    Suspect,
    /// A person has seen it; the cause may still be there.
    #[n(2)]
    Acknowledged,
    /// It happened.
    #[n(3)]
    Tampered,
}
