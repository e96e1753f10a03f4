//! What a box lived through: its incidents, what its journal says of it, and what was decided about it.

use access::{Kind, Resource};
use api::Incident;
use control::view::{self, IncidentView, Most, Noted, PastView, Topic};
use maud::{Markup, html};
use vocab::{DeviceId, SiteName};

use crate::{
    ask::look,
    pages::{age, incidents, mark, reader::Reader, sentence},
    refusal::Refusal,
    route::Call,
    routes::faulty,
    show,
};

/// Most incidents of its past, out of so many pieces of the fleet's last.
const INCIDENTS: usize = 20;
const PIECES: usize = 8;
/// The newest runs of its journal that are read, and how many at once; one holds up to 256 entries, and mostly few.
const RUNS: usize = 16;
const AT_ONCE: usize = 4;
/// The newest entries of the log that are looked through, and how many at once.
const ENTRIES: usize = 1_000;
const ROWS: usize = 200;
/// Most lines.
const LINES: usize = 40;

/// What is known of its past.
pub(super) struct Past {
    incidents: Vec<Incident>,
    lines: Vec<PastView>,
}

impl Past {
    pub(super) async fn of(
        call: &Call,
        reader: &Reader,
        device: DeviceId,
        site: &SiteName,
    ) -> Result<Self, Refusal> {
        let reads = reader.clone();
        let (order, site) = (Resource::WorkOrder(device, site.clone()), site.clone());
        let sees = move |topic| match topic {
            Topic::Decision => reads.sees(Resource::Audit),
            Topic::Event => reads.sees_at(Kind::Incident, &site),
            Topic::Work => reads.sees(order.clone()),
        };
        let (incidents, lines) = (had(call, reader, device).await?, told(call, device, sees).await?);
        Ok(Self { incidents, lines })
    }

    pub(super) fn show(&self) -> Markup {
        let mut rows: Vec<_> = self.incidents.iter().map(|one| (one.opened.clone(), incident(one))).collect();
        rows.extend(self.lines.iter().map(|one| (one.at.to_string(), line(one))));
        // Times of one zone and one width stand in their own order.
        rows.sort_by(|(a, _), (b, _)| b.cmp(a));
        html! {
            section id="history" data-live="" {
                header { h2 { "History" } p { "its incidents, the newest of its journal, and what the last 1,000 entries of the log decided about it" } }
                @if rows.is_empty() { p.empty { "Nothing yet." } } @else {
                    table { tbody { @for (_, row) in rows.into_iter().take(LINES) { (row) } } }
                }
            }
        }
    }
}

/// The last incidents that it had part in, newest first.
async fn had(call: &Call, reader: &Reader, device: DeviceId) -> Result<Vec<Incident>, Refusal> {
    let (mut past, mut before) = (vec![], None);
    for _ in 0..PIECES {
        let (reader, most) = (reader.clone(), Most::found(INCIDENTS - past.len()));
        let piece = look(&call.desk, move |fleet, now| {
            let sees = |one: &IncidentView| reader.sees(Resource::Incident(one.id, one.touched.clone()));
            let piece = view::incidents(fleet, before, most, |one| one.involved(device).is_some(), sees);
            piece.map(|piece| (piece, now.wall)).map_err(|fault| faulty(&fault))
        });
        let (piece, now) = piece.await??;
        past.extend(piece.found.iter().map(|one| show::incident(one, now)));
        before = piece.next;
        if before.is_none() || past.len() == INCIDENTS {
            break;
        }
    }
    Ok(past)
}

/// What its journal and the newest entries of the log say of it, to whoever sees so much.
async fn told(
    call: &Call,
    device: DeviceId,
    sees: impl Fn(Topic) -> bool + Clone + Send + 'static,
) -> Result<Vec<PastView>, Refusal> {
    let (mut all, mut before) = (vec![], None::<Vec<u8>>);
    for _ in 0..RUNS / AT_ONCE {
        let (sees, from) = (sees.clone(), before.take());
        let piece = look(&call.desk, move |fleet, _| {
            view::lived(fleet, device, from.as_deref(), AT_ONCE, sees).map_err(|fault| faulty(&fault))
        });
        let (found, next) = piece.await??;
        all.extend(found);
        before = next;
        if before.is_none() {
            break;
        }
    }
    let mut before = None;
    for _ in 0..ENTRIES / ROWS {
        let sees = sees.clone();
        let piece = look(&call.desk, move |fleet, _| {
            view::decided(fleet, device, before, ROWS, sees).map_err(|fault| faulty(&fault))
        });
        let (found, next) = piece.await??;
        all.extend(found);
        before = next;
        if before.is_none() {
            break;
        }
    }
    Ok(view::in_order(all))
}

fn incident(one: &Incident) -> Markup {
    row(
        &one.opened,
        incidents::sign(one),
        html! { a href={ "/incidents/" (one.id) } { (sentence::head(&one.sentence)) } },
        one.state.word(),
    )
}

fn line(one: &PastView) -> Markup {
    let (sign, noted) = match one.noted {
        Noted::Journal(entry) => ("off-duty", format!("entry {entry}")),
        Noted::Log(entry) => ("attention", format!("log {entry}")),
    };
    row(&one.at.to_string(), sign, html! { (one.text) }, &noted)
}

fn row(at: &str, sign: &str, what: Markup, noted: &str) -> Markup {
    html! {
        tr {
            td { time datetime=(at) { (age::day(at)) " " (age::clock(at)) } }
            td { (mark::named(sign)) (what) }
            td.right { span.quiet { (noted) } }
        }
    }
}
