//! What to do: from facts to a plan, and from a plan to one that may be signed.
//!
//! A plan is a function of facts: the same facts make the same plan, and what is already so makes none.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod check;
pub mod direction;
pub mod facts;
pub mod planner;
pub mod proposal;
pub mod refusal;
pub mod value;

pub use check::{Checked, check, part, propagates};
pub use facts::{
    Census, DeviceFacts, Facts, Holder, Latch, Letter, Opening, SecretFacts, Sensed, Standing, Tally, Version,
};
pub use planner::plan;
pub use proposal::Proposal;
pub use refusal::{Mistake, Refusal};
pub use value::{Change, Left, Plan, Planned, Reason, Retirement, Rotation, Sanction, Seal, Why};

#[cfg(test)]
mod testing;
