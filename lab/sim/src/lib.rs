//! A board, a disk and a world that obey a seed.
//!
//! Only what touches the world is simulated; whatever decides is the real thing.
#![allow(clippy::panic, reason = "a story that asks for what is not there is a broken story")]

pub mod authenticator;
pub mod board;
pub mod ceremony;
pub mod clock;
pub mod desk;
pub mod dice;
pub mod disk;
pub mod hand;
pub mod hands;
pub mod house;
pub mod hq;
pub mod live;
pub mod net;
pub mod power;
pub mod root;
pub mod scripts;
pub mod senses;
pub mod served;
pub mod store;
pub mod vault;

pub use self::authenticator::{Answer, Asking, Authenticator, HONEST};
pub use self::board::{Loot, SimBoard};
pub use self::ceremony::Ceremony;
pub use self::clock::{SimClock, World};
pub use self::desk::{Desk, Parcel};
pub use self::house::{Boxed, House};
pub use self::hq::Hq;
pub use self::store::{CommitFault, SimStore};
pub use dice::Dice;
pub use disk::{CutMode, DiskFaults, SimDisk};
pub use hands::{HandFault, SimHands};
pub use live::{Cue, Live};
pub use net::{Cable, Heard, Underway};
pub use power::Power;
pub use root::SimRoot;
pub use senses::SimSenses;
pub use vault::SimVault;
