//! Drives guard and link over a board: the loop of a device.
//!
//! Runs on a simulated board and on a real one alike; it decides nothing.

pub mod disk;
