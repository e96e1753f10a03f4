//! The words of the house, shared by device, link and fleet.
//!
//! Pure nouns with units in their types; nothing here reads, signs, stores or decides.
#![no_std]

extern crate alloc;

pub mod action;
pub mod arming;
pub mod generation;
pub mod id;
pub mod interlock;
pub mod name;
pub mod posture;
pub mod reading;
pub mod receipt;
pub mod reconciled;
pub mod reflex;
pub mod sense;
pub mod severity;
pub mod tamper;
pub mod tier;
pub mod time;
pub mod tuning;
pub mod unit;

pub use action::{Action, ActionClass};
pub use arming::Arming;
pub use generation::Generation;
pub use id::{
    BootId, DeviceId, EventId, IncidentId, MachineBoot, Nonce, OrderId, PersonId, PlanId, ReceiptId,
    WorkOrderId,
};
pub use interlock::{Interlock, InterlockReading, InterlockRule};
pub use name::{
    FleetName, Label, PageOrigin, RelyingParty, SecretName, SensorName, ServiceName, SiteName, UnitName,
    ZoneName,
};
pub use posture::Posture;
pub use reading::{Channel, Reading, Sensor, Value};
pub use receipt::{Cause, Outcome, Receipt};
pub use reconciled::Reconciled;
pub use reflex::ReflexRule;
pub use sense::{Mark, SenseState};
pub use severity::Severity;
pub use tamper::{Confidence, TamperEvent, TamperKind, TamperState};
pub use tier::Tier;
pub use time::{BadTime, ClockQuality, Millis, Mono, Time, Wall};
pub use tuning::Tuning;
