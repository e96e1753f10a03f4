//! What became of an act.

use minicbor::{Decode, Encode};

use crate::{
    action::Action,
    generation::Generation,
    id::{EventId, OrderId, ReceiptId},
    interlock::Interlock,
    time::Time,
};

/// The record of one act: its intention is appended before it, its outcome after it, under one id.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Receipt {
    /// Joins intention and outcome.
    #[n(0)]
    pub id: ReceiptId,
    /// When this line of the record was written.
    #[n(1)]
    pub at: Time,
    /// What was to be done.
    #[n(2)]
    pub action: Action,
    /// Why.
    #[n(3)]
    pub cause: Cause,
    /// What became of it.
    #[n(4)]
    pub outcome: Outcome,
}

/// Why an act is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Cause {
    /// The device's own reflex on this event.
    #[n(0)]
    Reflex(#[n(0)] EventId),
    /// The posture of an adopted state.
    #[n(1)]
    State(#[n(0)] Generation),
    /// An order in an adopted state.
    #[n(2)]
    Order(#[n(0)] OrderId),
    /// The lease ran out.
    #[n(3)]
    Lease,
}

/// What became of an act.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Outcome {
    /// About to be done; a later receipt under the same id follows.
    #[n(0)]
    Intended,
    /// Done, and its effect was seen.
    #[n(1)]
    Done,
    /// Done, and its effect could not be seen.
    #[n(2)]
    Unverified,
    /// Tried, and it did not work.
    #[n(3)]
    Failed,
    /// Its hand did not come back in time.
    #[n(4)]
    TimedOut,
    /// Not done, because this interlock is engaged or unknown; the safe alternative runs under its own id.
    #[n(5)]
    Withheld(#[n(0)] Interlock),
    /// Not done, because new tuning still soaks: only recorded.
    #[n(6)]
    LogOnly,
    /// This platform cannot do it.
    #[n(7)]
    Unsupported,
}
