//! An entry as one line, in the form that was asked for.

use api::audit::Entry;

use super::{super::Session, row};
use crate::{
    desk::{Desk, Form},
    table::Paint,
};

/// What it takes to write entries.
pub(super) struct Lines {
    fleet: String,
    form: Form,
    paint: Paint,
}

impl Lines {
    pub(super) fn of(session: &Session, desk: &Desk<'_>) -> Self {
        let fleet = session.client.fleet_name().map(ToString::to_string).unwrap_or_default();
        Self { fleet, form: desk.form, paint: desk.paint }
    }

    /// With its end.
    pub(super) fn line(&self, entry: &Entry) -> String {
        let mut line = match self.form {
            Form::Json => serde_json::to_string(entry).expect("the types of the contract are JSON"),
            Form::Lines(format) => format.line(entry, &self.fleet),
            Form::Words => {
                let cells: Vec<_> = row(entry).iter().map(|cell| cell.painted(self.paint)).collect();
                cells.join("  ")
            }
        };
        line.push('\n');
        line
    }
}
