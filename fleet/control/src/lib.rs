//! Reconcilers that carry facts to judges and decisions out.

pub mod authority;
pub mod chain;
pub mod dossier;
pub mod fault;
pub mod fleet;
pub mod ledger;
mod read;

pub use authority::{Authority, Issuer};
pub use fault::Fault;
pub use fleet::{Asked, Effect, Enrolled, Fleet, Heard, Now, Setup};
pub use ledger::Ledger;
