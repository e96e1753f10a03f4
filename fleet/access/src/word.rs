//! The words of roles, actions and kinds, as documents and answers write them.

use crate::{
    matrix::{Action, Role},
    resource::Kind,
};

impl Role {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Technician => "technician",
            Self::Operator => "operator",
            Self::Security => "security",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// The role of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

impl Action {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Approve => "approve",
            Self::Arm => "arm",
            Self::Change => "change",
            Self::Close => "close",
            Self::Export => "export",
            Self::Grant => "grant",
            Self::Issue => "issue",
            Self::Propose => "propose",
            Self::Revoke => "revoke",
            Self::Rotate => "rotate",
            Self::Suspend => "suspend",
            Self::View => "view",
        }
    }

    /// The action of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.word() == word)
    }
}

impl Kind {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Device => "device",
            Self::Incident => "incident",
            Self::Metrics => "metrics",
            Self::Person => "person",
            Self::Policy => "policy",
            Self::Proposal => "proposal",
            Self::Secret => "secret",
            Self::Service => "service",
            Self::Settings => "settings",
            Self::Token => "token",
            Self::Trace => "trace",
            Self::WorkOrder => "work-order",
        }
    }

    /// The kind of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

#[cfg(test)]
mod tests;
