//! What is happening: journals taken in, their events put together into incidents, incidents settled by proof.
//!
//! Diagnosis before cure: nothing here plans, signs or stores. Facts come in as arguments; what must be stored and
//! who must be suspended comes out as values.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod finding;
pub mod hear;
pub mod history;
pub mod ingest;
pub mod refusal;
pub mod said;
pub mod speaker;

pub use finding::{Finding, Fork, Split};
pub use hear::{Heard, hear};
pub use history::History;
pub use ingest::{Chained, Ingested, Offer, ingest};
pub use refusal::Refusal;
pub use said::{Arrival, Said};
pub use speaker::Speaker;

#[cfg(test)]
mod testing;
