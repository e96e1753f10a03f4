//! What people see: pure functions over the fleet, each value with its time.
//!
//! A view shows what is known and since when. What is not known is absent, and nothing here makes it look normal.

mod advice;
mod age;
mod audit;
mod device;
mod facts;
pub mod health;
mod incident;
mod keys;
mod past;
mod piece;
mod proposal;
mod sight;
mod trace;
mod words;

pub use self::{
    age::span,
    audit::{EntryBytes, EntryView, Placed, StateView, Way, entries, entry_bytes, placed},
    device::{
        DeviceView, EvidenceView, HandView, LatchView, SensorView, StandingView, changed, connection, device,
        devices, labelled, latches, narrow, newest, sight, sights, site,
    },
    facts::{FleetView, checkpoint, facts},
    health::{Health, HealthState},
    incident::{ActView, Explained, Explanation, IncidentView, LineView, explain, incident, incidents, open},
    keys::{KeyView, keys},
    past::{Noted, PastView, Topic, decided, in_order, lived},
    piece::{LOOKS, Most, Piece},
    proposal::{Asking, Party, ProposalState, ProposalView, asking, proposal, proposals},
    sight::Sight,
    trace::{Curve, Limit, LiveView, TraceView, live, traces, trips},
    words::{channel, kind, trust},
};
pub use ::incident::{Arrival, Outcome, State as IncidentState, timeline::Worth};
pub use admit::standing::{Reason, State as StandingState};
pub use plan::Sensed;
pub use wire::v1::OrderKind;

/// Whether a device is connected, and how far that leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Connection {
    /// Its session stands.
    Live,
    /// Its session stands in the quarantine room.
    Quarantine,
    /// It is not connected.
    Away,
}
