//! Who decides whether an identity may pass, asked in the handshake and again whenever something changes.

use core::fmt;

use crate::identity::Presented;

/// The reason's code of whoever decides, `<room>/<reason>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Decides from memory: it is called in the middle of handshakes and must not wait. It may be asked twice about one
/// handshake, because between the verdict and the session there is a moment in which everything may change.
pub trait Doors: Send + Sync + 'static {
    /// Whether this identity, which has proved that it holds its key, may pass now.
    fn enter(&self, presented: &Presented) -> Result<(), Code>;
}
