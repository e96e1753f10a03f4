//! What is happening: journals taken in, their events put together into incidents, incidents settled by proof.
//!
//! Diagnosis before cure: nothing here plans, signs or stores. Facts come in as arguments; what must be stored and
//! who must be suspended comes out as values.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod advice;
mod attempt;
pub mod correlate;
pub mod explain;
pub mod finding;
pub mod hear;
pub mod history;
pub mod incident;
pub mod ingest;
pub mod involved;
mod kind;
pub mod mistake;
pub mod place;
pub mod refusal;
pub mod said;
mod sentence;
pub mod settle;
pub mod silence;
pub mod speaker;
pub mod timeline;
mod words;

pub use attempt::Attempt;
pub use correlate::{Correlated, Demand, News, Scene, Suspicion, correlate};
pub use explain::{Explained, explain};
pub use finding::{Finding, Fork, Split};
pub use hear::{Heard, hear};
pub use history::History;
pub use incident::{Incident, Outcome, State};
pub use ingest::{Chained, Ingested, Offer, ingest};
pub use involved::{Expected, Involved};
pub use mistake::Mistake;
pub use place::{Place, Topology};
pub use refusal::Refusal;
pub use said::{Arrival, Said};
pub use settle::{Settlement, settle};
pub use silence::{Silence, silences};
pub use speaker::Speaker;
pub use timeline::timeline;

#[cfg(test)]
mod testing;
