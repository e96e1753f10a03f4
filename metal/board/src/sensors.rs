//! The machine's senses.

use alloc::vec::Vec;

use vocab::{Mono, Reading, Sensor};

/// Reads drivers.
pub trait Sensors {
    /// Every sensor that this board has; fixed for one boot.
    fn declared(&self) -> Vec<Sensor>;

    /// What the sensors have said since the last call, in order of time. A sensor that cannot look says
    /// `Value::Fault`; it is never left out.
    fn read(&mut self, now: Mono) -> Vec<Reading>;

    /// When to call `read` again at the latest; none if something will wake us.
    fn deadline(&self) -> Option<Mono>;
}
