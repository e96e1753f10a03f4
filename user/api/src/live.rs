//! What the live link says: that something changed, and of what. What it is now is asked for, by the permit that it
//! takes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The protocol of the WebSocket.
pub const PROTOCOL: &str = "wrale.live.v1";

/// Something changed. The first message of a socket has nothing in it but `now`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct News {
    /// Grows with each commit while this process lives.
    pub now: u64,
    /// More changed than is worth telling one by one: look at everything.
    pub all: bool,
    /// The boxes that no longer look as they did.
    pub devices: Vec<String>,
    /// Where they stand.
    pub sites: Vec<String>,
    /// The incidents that are new, or went on.
    pub incidents: Vec<String>,
}
