//! Version 1 of every body. `docs/wire.cddl` says the same in CDDL, and the vectors hold both to it.

pub mod beat;
pub mod body;
pub mod boot;
pub mod bundle;
pub mod consent;
pub mod enrol;
pub mod evidence;
pub mod feed;
pub mod keyset;
pub mod order;
pub mod proof;
pub mod roster;
pub mod sign_in;
pub mod standing;
pub mod state;
mod text;
pub mod time;
pub mod work;

pub use beat::Beat;
pub use body::Body;
pub use boot::Boot;
pub use bundle::Bundle;
pub use consent::Consent;
pub use evidence::Evidence;
pub use keyset::Keyset;
pub use order::{Order, OrderKind};
pub use proof::Proof;
pub use roster::Roster;
pub use sign_in::SignIn;
pub use standing::Standing;
pub use state::DeviceState;
pub use time::FleetTime;
pub use work::{Presence, WorkOrder};

#[cfg(test)]
mod tests;
