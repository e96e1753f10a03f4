//! Every row, in the order in which they run.

mod agent;
mod appraise;
mod audit;
mod incident;
mod ingest;
mod live;
mod memory;
mod pages;
mod reflex;
mod restart;
mod town;

use anyhow::Result;

pub(crate) use self::incident::verifier::{WORD as VERIFIER, listen as verify};

pub(crate) use self::town::Town;
use crate::line::Line;

/// One row: a name to ask for it by, what it measures, and how.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) run: fn() -> Result<Vec<Line>>,
}

/// All of them.
pub(crate) const ROWS: &[Row] = &[
    Row { name: "ingest", what: ingest::WHAT, run: ingest::run },
    Row { name: "audit", what: audit::WHAT, run: audit::run },
    Row { name: "appraise", what: appraise::WHAT, run: appraise::run },
    Row { name: "reflex", what: reflex::WHAT, run: reflex::run },
    Row { name: "town", what: town::WHAT, run: town::run },
    Row { name: "incident", what: incident::WHAT, run: incident::run },
    Row { name: "memory", what: memory::WHAT, run: memory::run },
    Row { name: "restart", what: restart::WHAT, run: restart::run },
    Row { name: "pages", what: pages::WHAT, run: pages::run },
    Row { name: "live", what: live::WHAT, run: live::run },
    Row { name: "agent", what: agent::WHAT, run: agent::run },
];
