//! Reconcilers that carry facts to judges and decisions out.

pub mod authority;
pub mod fault;
pub mod ledger;

pub use authority::{Authority, Issuer};
pub use fault::Fault;
pub use ledger::Ledger;
