//! The live link: a socket that says of what something changed, to each person only what they may see.
//!
//! One watcher compares what all look at, and every socket is told from there. A socket that does not read is dropped,
//! whatever the machine keeps for it: it is asked for an answer with each beat. Nothing is kept for it here meanwhile
//! but a bounded row of news that all share.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use access::{Action, Kind, Person, Resource, permit};
use api::{News, live::PROTOCOL};
use axum::{
    body::Bytes,
    extract::ws::{Message, WebSocket},
    response::Response,
};
use tokio::{
    select,
    sync::{
        broadcast::{self, error::RecvError},
        watch,
    },
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{
    caller::stands,
    desk::Desk,
    refusal::Refusal,
    route::{Call, Caller},
};

mod watcher;

use self::watcher::Changed;

/// Most sockets of one session, and of all.
const OF_SESSION: usize = 8;
const OF_ALL: usize = 1_000;

/// Most news that wait for a socket; one that is further behind is told to look at everything.
const WAITING: usize = 32;

/// Most boxes and incidents that are named in one message.
const NAMED: usize = 64;

/// So long a socket may take to read one message.
const READS_WITHIN: Duration = Duration::from_secs(10);

/// How often a socket hears that it is alive and is asked for an answer, and whether its session has gone idle is
/// looked at.
const BEAT: Duration = Duration::from_secs(15);

/// So many beats may go unanswered: browsers answer by themselves (RFC 6455 §5.5.3), and one may be on its way.
const UNANSWERED: usize = 2;

/// Most bytes of what a browser sends; ours sends nothing.
const HEARD: usize = 1024;

/// Most bytes that wait to be written to one socket.
const WRITTEN: usize = 64 * 1024;

/// Who listens.
#[derive(Default)]
pub(crate) struct Live {
    listeners: Mutex<Listeners>,
    /// Changes whenever somebody may no longer be let in.
    review: watch::Sender<()>,
}

#[derive(Default)]
struct Listeners {
    /// How many sockets each session has.
    sockets: BTreeMap<[u8; 32], usize>,
    /// Tells them all, while anybody listens.
    tell: Option<broadcast::Sender<Arc<Changed>>>,
    /// How many sockets ended, by why.
    ended: BTreeMap<End, u64>,
}

impl Live {
    fn with<R>(&self, look: impl FnOnce(&mut Listeners) -> R) -> R {
        look(&mut self.listeners.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Has every socket look at once whether its session still stands.
    pub(crate) fn review(&self) {
        self.review.send_replace(());
    }

    /// How many sockets are open.
    pub(crate) fn open(&self) -> usize {
        self.with(|listeners| listeners.sockets.values().sum())
    }

    /// How many sockets ended, by why.
    pub(crate) fn ended(&self) -> [(&'static str, u64); End::ALL.len()] {
        let count = |ended: &BTreeMap<End, u64>, end| ended.get(&end).copied().unwrap_or_default();
        self.with(|listeners| End::ALL.map(|end| (end.word(), count(&listeners.ended, end))))
    }
}

/// Why a socket ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// It answered no beat.
    Deaf,
    /// It went.
    Gone,
    /// Its session did.
    Over,
    /// The fleet stops.
    Stopped,
    /// Nothing more could be written to it.
    Unread,
}

impl End {
    const ALL: [Self; 5] = [Self::Deaf, Self::Gone, Self::Over, Self::Stopped, Self::Unread];

    const fn word(self) -> &'static str {
        match self {
            Self::Deaf => "deaf",
            Self::Gone => "gone",
            Self::Over => "over",
            Self::Stopped => "stopped",
            Self::Unread => "unread",
        }
    }
}

/// A place among the sockets; it is free again when this is dropped.
struct Seat {
    desk: Arc<Desk>,
    token: [u8; 32],
}

impl Seat {
    fn take(desk: &Arc<Desk>, token: [u8; 32]) -> Result<Self, Refusal> {
        desk.live.with(|listeners| {
            let all: usize = listeners.sockets.values().sum();
            let theirs = listeners.sockets.entry(token).or_default();
            if all >= OF_ALL || *theirs >= OF_SESSION {
                return Err(Refusal::Sockets);
            }
            *theirs += 1;
            Ok(())
        })?;
        Ok(Self { desk: desk.clone(), token })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.desk.live.with(|listeners| {
            if let Some(theirs) = listeners.sockets.get_mut(&self.token) {
                *theirs = theirs.saturating_sub(1);
            }
            listeners.sockets.retain(|_, theirs| *theirs > 0);
        });
    }
}

/// Becomes a socket. Whose it is, and that the page is ours, was asked at the door like for every route.
pub(crate) async fn link(call: Call) -> Result<Response, Refusal> {
    let (Some(caller), Some(socket)) = (call.caller, call.socket) else { return Err(Refusal::SignedOut) };
    let seat = Seat::take(&call.desk, caller.token)?;
    let news = watcher::listen(&call.desk).await?;
    let socket = socket
        .protocols([PROTOCOL])
        .max_message_size(HEARD)
        .max_frame_size(HEARD)
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITTEN);
    Ok(socket.on_upgrade(move |socket| async move {
        let Err(end) = tell(socket, &seat.desk, caller, news).await;
        seat.desk.live.with(|listeners| *listeners.ended.entry(end).or_default() += 1);
    }))
}

/// Tells what changes until the socket is gone, does not read, or its session is over.
async fn tell(
    mut socket: WebSocket,
    desk: &Arc<Desk>,
    caller: Caller,
    mut news: broadcast::Receiver<Arc<Changed>>,
) -> Result<Infallible, End> {
    let mut review = desk.live.review.subscribe();
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut unanswered = 0;
    loop {
        let now = |all| News { now: *desk.changes.borrow(), all, ..News::default() };
        let next = select! {
            // What was answered is heard before it is judged.
            biased;
            heard = socket.recv() => match heard {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(End::Gone),
                Some(Ok(_)) => {
                    unanswered = 0;
                    None
                }
            },
            _ = review.changed() => None,
            _ = beat.tick() => {
                if unanswered == UNANSWERED {
                    return Err(End::Deaf);
                }
                unanswered += 1;
                write(&mut socket, Message::Ping(Bytes::new())).await?;
                Some(now(false))
            }
            changed = news.recv() => match changed {
                Ok(changed) => seen(&caller.person, &changed),
                Err(RecvError::Lagged(_)) => Some(now(true)),
                Err(RecvError::Closed) => return Err(End::Stopped),
            },
        };
        // Whoever signed out, or whose roles or key changed, hears nothing more.
        if !stands(desk, &caller) {
            let _ = write(&mut socket, Message::Close(None)).await;
            return Err(End::Over);
        }
        let Some(next) = next else { continue };
        let text = serde_json::to_string(&next).expect("types of the contract are JSON");
        write(&mut socket, Message::Text(text.into())).await?;
    }
}

/// Writes a message, within the time that a socket may take to read one.
async fn write(socket: &mut WebSocket, message: Message) -> Result<(), End> {
    let written = timeout(READS_WITHIN, socket.send(message)).await.map_err(|_| End::Unread)?;
    written.map_err(|_| End::Gone)
}

/// What of it somebody may see; nothing where they may see none of it.
fn seen(person: &Person, changed: &Changed) -> Option<News> {
    let sees = |resource| permit(person, Action::View, resource).is_ok();
    let sites = changed.boxes.iter().filter(|(site, _)| person.sees_at(Kind::Device, site));
    let sites: Vec<_> = sites.collect();
    let incidents = changed.incidents.iter();
    let incidents = incidents.filter(|(id, sites)| sees(Resource::Incident(*id, sites.clone())));
    let incidents: Vec<_> = incidents.map(|(id, _)| id.to_string()).collect();
    let boxes: usize = sites.iter().map(|(_, boxes)| boxes.len()).sum();
    if boxes == 0 && incidents.is_empty() {
        return None;
    }
    if boxes > NAMED || incidents.len() > NAMED {
        return Some(News { now: changed.now, all: true, ..News::default() });
    }
    Some(News {
        now: changed.now,
        all: false,
        devices: sites.iter().flat_map(|(_, boxes)| boxes.iter()).map(ToString::to_string).collect(),
        sites: sites.iter().map(|(site, _)| site.to_string()).collect(),
        incidents,
    })
}

#[cfg(test)]
mod tests;
