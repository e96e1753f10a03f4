//! The tables.

/// One table; its number never changes, since rows are sealed to its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// What people come in by who hold no key of the roster: hashes, and what codes are made from.
    Account,
    /// Audit leaves by index.
    AuditLeaf,
    /// Hashes of the audit tree, sixteen leaves and what stands above them to a row; of salted leaves, so nothing to hide.
    AuditTile,
    /// What the fleet knows of a device: standing, keys, accepted position.
    Device,
    /// Enrolment tokens, hashed.
    Token,
    /// Accepted entries, one row for each run, by device and first number.
    Run,
    /// The accepted chain of a device, by head.
    Chain,
    /// Incidents.
    Incident,
    /// Signed states by device and generation.
    State,
    /// Proposals that wait for consent.
    Proposal,
    /// Single facts of the fleet: keyset, roster, policy, counters.
    Fleet,
    /// Secrets of the fleet's own: signing keys, and what devices are to hold.
    Secret,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 12] = [
        Self::Account,
        Self::AuditLeaf,
        Self::AuditTile,
        Self::Device,
        Self::Token,
        Self::Run,
        Self::Chain,
        Self::Incident,
        Self::State,
        Self::Proposal,
        Self::Fleet,
        Self::Secret,
    ];

    /// The table's name in the database and in what seals its rows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::AuditLeaf => "audit_leaf",
            Self::AuditTile => "audit_tile",
            Self::Device => "device",
            Self::Token => "token",
            Self::Run => "run",
            Self::Chain => "chain",
            Self::Incident => "incident",
            Self::State => "state",
            Self::Proposal => "proposal",
            Self::Fleet => "fleet",
            Self::Secret => "secret",
        }
    }

    /// Whether its values are sealed at rest: all but hashes that reveal nothing.
    pub const fn is_sealed(self) -> bool {
        !matches!(self, Self::AuditTile | Self::Chain)
    }
}
