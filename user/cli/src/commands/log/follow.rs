//! Prints what is added to the log, as it comes: every entry once, and each after the one before it.

use api::audit::Entries;
use api::changes::LONGEST_WAIT;

use super::{super::Session, Done, line::Lines};
use crate::{commands::watch::again, desk::Desk, problem::Problem, refusal::Refusal};

pub(in crate::commands) async fn follow(
    session: &mut Session,
    from: Option<u64>,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    let mut place = match from {
        Some(due) => Place { due, more: More::There },
        None => Place::behind(&session.client.audit_entries("", 1).await?),
    };
    let lines = Lines::of(session, desk);
    desk.aside("Following; Ctrl-C ends it.")?;
    again(session, desk, async |session, after| {
        let now = match place.more {
            More::There => after,
            More::ToCome => session.client.changes(after, LONGEST_WAIT).await?.now,
        };
        let page = session.client.audit_entries_from(place.due).await?;
        place.pass(&page)?;
        Ok((now, page.entries.iter().map(|entry| lines.line(entry)).collect()))
    })
    .await
}

/// How far the log was followed.
struct Place {
    /// The entry that comes next.
    due: u64,
    more: More,
}

/// Whether the fleet is known to have more entries.
#[derive(Clone, Copy)]
enum More {
    There,
    ToCome,
}

impl Place {
    /// Behind the newest entry, which comes alone.
    fn behind(newest: &Entries) -> Self {
        let due = newest.entries.first().map_or(0, |newest| newest.index.saturating_add(1));
        Self { due, more: More::There }
    }

    /// Passes entries that came, if they are those that follow.
    fn pass(&mut self, page: &Entries) -> Result<(), Refusal> {
        for entry in &page.entries {
            if entry.index != self.due {
                let told = format!("entry {} of the log came where {} was due", entry.index, self.due);
                return Err(Refusal::Answer(told));
            }
            self.due = self.due.saturating_add(1);
        }
        // An answer without entries has nothing behind it, whatever it says.
        let more = page.next.is_some() && !page.entries.is_empty();
        self.more = if more { More::There } else { More::ToCome };
        Ok(())
    }
}
