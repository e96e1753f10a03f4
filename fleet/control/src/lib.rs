//! Reconcilers that carry facts to judges and decisions out.

pub mod accounts;
pub mod authority;
pub mod chain;
pub mod door;
pub mod dossier;
pub mod engine;
pub mod export;
pub mod facade;
pub mod fault;
pub mod fleet;
pub mod ledger;
pub mod passkey;
mod read;
pub mod record;
pub mod rooted;
pub mod services;
pub mod sign_in;
pub mod view;

pub use authority::{Authority, Issuer};
pub use engine::{Engine, Hands};
pub use facade::{Facade, House, Knock, Shelf, Stopped};
pub use fault::Fault;
pub use fleet::{Asked, Effect, Enrolled, Fleet, Heard, Now, Setup};
pub use ledger::Ledger;
