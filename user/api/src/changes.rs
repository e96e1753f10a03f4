//! Waiting for news without asking again and again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The answer comes when something was committed after `after`, or when the wait is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Changes {
    /// Grows with each commit while this process lives; ask again with it. It begins anew after a restart.
    pub now: u64,
}

/// Longest wait in seconds.
pub const LONGEST_WAIT: u64 = 25;
