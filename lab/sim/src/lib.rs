//! A board, a disk and a world that obey a seed.
//!
//! Only what touches the world is simulated; whatever decides is the real thing.
#![allow(clippy::panic, reason = "a story that asks for what is not there is a broken story")]

pub mod clock;
pub mod dice;
pub mod disk;
pub mod hands;
pub mod root;
pub mod senses;
pub mod vault;

pub use clock::{SimClock, World};
pub use dice::Dice;
pub use disk::{CutMode, DiskFaults, SimDisk};
pub use hands::{HandFault, SimHands};
pub use root::SimRoot;
pub use senses::SimSenses;
pub use vault::SimVault;
