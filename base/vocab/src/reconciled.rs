//! Proof that the guard has looked at what happened while the device was off.

/// The intrusion flag, inventory, position and reset counters were compared with those of the last run.
///
/// Nothing is unsealed without it.
#[derive(Debug)]
pub struct Reconciled(());

impl Reconciled {
    /// Asserts the proof. Its one caller is `guard::boot`, after the comparison.
    pub const fn assertion() -> Self {
        Self(())
    }
}
