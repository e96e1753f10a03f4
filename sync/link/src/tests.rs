//! Device and station, joined by a wire that misbehaves by a seed.

mod journal_side;
mod wire;
mod world;

mod hostile;
mod lanes;
mod lost;
mod rooms;
mod sessions;
mod watched;

pub(crate) use journal_side::{DEVICE, Journal};
pub(crate) use world::World;
