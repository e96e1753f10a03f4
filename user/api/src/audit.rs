//! The audit log. The export itself is text; see `wrale audit verify`.

use serde::{Deserialize, Serialize};

/// The newest checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The signed note (C2SP tlog-checkpoint). Keep it: a later export must contain it.
    pub note: String,
    /// How many records it covers.
    pub size: u64,
}
