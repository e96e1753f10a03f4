//! Compares what all look at with what it was, while anybody listens.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use control::{
    House,
    view::{self, Asking, IncidentState},
};
use tokio::{
    select,
    sync::broadcast::{self, Receiver},
    time::{MissedTickBehavior, interval, sleep},
};
use vocab::{DeviceId, IncidentId, OrderId, Severity, SiteName, Wall};

use super::WAITING;
use crate::{
    ask::{ask, gather},
    desk::Desk,
    refusal::Refusal,
    roll::Roll,
};

/// So long news are gathered: an alarm is told well within a second, and a storm of them at most so often.
const GATHER: Duration = Duration::from_millis(250);

/// How often it looks although nothing was committed: silence is told by the clock alone.
const LOOK: Duration = Duration::from_secs(2);

/// Most open incidents that are compared.
const INCIDENTS: usize = 1_000;

/// What changed, and where.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) now: u64,
    pub(super) boxes: BTreeMap<SiteName, BTreeSet<DeviceId>>,
    pub(super) incidents: Vec<(IncidentId, BTreeSet<SiteName>)>,
}

/// How an incident stood.
#[derive(Clone, PartialEq, Eq)]
struct Stood {
    state: IncidentState,
    severity: Severity,
    last: Wall,
    boxes: usize,
    sites: BTreeSet<SiteName>,
}

type Incidents = BTreeMap<IncidentId, Stood>;

struct Last {
    roll: Arc<Roll>,
    incidents: Incidents,
    asking: BTreeMap<OrderId, Asking>,
}

/// Hears from now on what changes; the first who listens starts the watcher, which ends with the last.
pub(super) async fn listen(desk: &Arc<Desk>) -> Result<Receiver<Arc<Changed>>, Refusal> {
    if let Some(news) = desk.live.with(|listeners| listeners.tell.as_ref().map(broadcast::Sender::subscribe))
    {
        return Ok(news);
    }
    let last = look(desk).await?;
    let started = desk.live.with(|listeners| {
        // Somebody else may have been quicker.
        if let Some(tell) = &listeners.tell {
            return (tell.subscribe(), None);
        }
        let (tell, news) = broadcast::channel(WAITING);
        listeners.tell = Some(tell.clone());
        (news, Some(tell))
    });
    if let (_, Some(tell)) = &started {
        tokio::spawn(watch(desk.clone(), tell.clone(), last));
    }
    Ok(started.0)
}

async fn watch(desk: Arc<Desk>, tell: broadcast::Sender<Arc<Changed>>, mut last: Last) {
    let (mut commits, mut whoever) = (desk.changes.clone(), desk.whoever());
    let mut pulse = interval(LOOK);
    pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        select! {
            _ = pulse.tick() => {}
            changed = commits.changed() => if changed.is_err() { break },
        }
        // Nobody may come between the look and the end.
        let over = desk.live.with(|listeners| {
            let over = tell.receiver_count() == 0;
            if over {
                listeners.tell = None;
            }
            over
        });
        if over {
            return;
        }
        commits.mark_unchanged();
        let known = desk.whoever();
        if known != std::mem::replace(&mut whoever, known.clone()) {
            desk.live.review();
        }
        let next = match look(&desk).await {
            Ok(next) => next,
            // Many ask. It looks again in a moment.
            Err(Refusal::Overasked) => {
                sleep(GATHER).await;
                continue;
            }
            Err(_) => break,
        };
        let changed = compare(&last, &next, *desk.changes.borrow());
        last = next;
        if !changed.boxes.is_empty() || !changed.incidents.is_empty() {
            let _ = tell.send(Arc::new(changed));
        }
        sleep(GATHER).await;
    }
    // The fleet stops: whoever listens hears the end.
    desk.live.with(|listeners| listeners.tell = None);
}

async fn look(desk: &Arc<Desk>) -> Result<Last, Refusal> {
    let open = |fleet: &mut House, before, most, _| Ok(view::open(fleet, before, most, |_| true));
    let (incidents, _) = gather(desk, None, INCIDENTS, open).await?;
    let asking = ask(desk, |fleet, _| view::asking(fleet)).await?;
    let stood = incidents.into_iter().map(|one| {
        let (last, boxes) = (one.span.1, one.boxes.len());
        (one.id, Stood { state: one.state, severity: one.severity, last, boxes, sites: one.touched })
    });
    Ok(Last { incidents: stood.collect(), roll: desk.rolls.read_now(desk).await?, asking })
}

/// What is new, went on, or is closed.
fn compare(last: &Last, next: &Last, now: u64) -> Changed {
    // Whoever waits for a second person hears of their signature.
    let asked = next.asking.iter().filter(|(order, asking)| last.asking.get(order) != Some(asking));
    let asked = asked.map(|(_, asking)| (&asking.site, asking.device));
    let changed = next.roll.changed(&last.roll).map(|one| (&one.site, one.id));
    let mut boxes = BTreeMap::<SiteName, BTreeSet<DeviceId>>::new();
    for (site, device) in changed.chain(asked) {
        boxes.entry(site.clone()).or_default().insert(device);
    }
    let moved = next.incidents.iter().filter(|(id, stood)| last.incidents.get(id) != Some(stood));
    let closed = last.incidents.iter().filter(|(id, _)| !next.incidents.contains_key(id));
    let incidents = moved.chain(closed).map(|(id, stood)| (*id, stood.sites.clone())).collect();
    Changed { now, boxes, incidents }
}
