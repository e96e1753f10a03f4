//! What waits for the fleet's thread.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use link::Conn;

use crate::{
    facade::{House, Knock, Stopped, Waiting},
    fleet::Now,
    view::LOOKS,
};

/// Most messages of devices that wait: a commit takes in about as many entries, and listeners wait meanwhile.
const UNHEARD: usize = 1024;

/// Most questions of each asker that wait: about a second's work. Whoever comes then is told so at once.
const UNANSWERED: usize = 1024;

/// How much the house itself asks in one turn, counted in looks at devices: what is decided together is committed
/// together. An alarm that comes in meanwhile waits for no more than that.
const OF_HOUSE: usize = 512;

/// How much people ask in one turn: as much as a single question of theirs may cost.
const OF_PEOPLE: usize = LOOKS;

/// What a question costs that is about one thing.
pub(crate) const PLAIN: usize = 8;

/// Something that a listener said.
pub(crate) struct Heard {
    pub(crate) conn: Conn,
    pub(crate) knock: Knock,
    /// When it said so.
    pub(crate) at: Instant,
}

/// What happens together.
pub(crate) struct Turn {
    pub(crate) heard: VecDeque<Heard>,
    pub(crate) asked: Vec<Job>,
}

/// Whose question it is: neither waits for the other's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    /// The fleet's own house.
    House,
    /// People and programs.
    People,
}

/// A question, and whoever waits for its answer.
pub(crate) struct Job {
    cost: usize,
    run: Box<dyn FnOnce(Result<(&mut House, Now), Stopped>) -> Answer + Send>,
}

/// Gives the answer, once it is known whether it stands.
pub(crate) type Answer = Box<dyn FnOnce(Result<(), Stopped>) + Send>;

impl Job {
    pub(crate) fn new<R: Send + 'static>(
        cost: usize,
        job: impl FnOnce(&mut House, Now) -> R + Send + 'static,
        answer: impl FnOnce(Result<R, Stopped>) + Send + 'static,
    ) -> Self {
        let run = Box::new(move |asked: Result<(&mut House, Now), Stopped>| {
            let found = asked.map(|(fleet, now)| job(fleet, now));
            Box::new(move |outcome: Result<(), Stopped>| answer(outcome.and(found))) as Answer
        });
        Self { cost, run }
    }

    /// Asks the fleet.
    pub(crate) fn run(self, fleet: &mut House, now: Now) -> Answer {
        (self.run)(Ok((fleet, now)))
    }

    /// Nobody is asked.
    pub(crate) fn refuse(self, why: Stopped) {
        (self.run)(Err(why))(Ok(()));
    }
}

/// The queue between everybody and the thread.
#[derive(Default)]
pub(crate) struct Inbox {
    queue: Mutex<Queue>,
    /// The thread waits for something.
    news: Condvar,
    /// Listeners wait for room.
    room: Condvar,
}

#[derive(Default)]
struct Queue {
    heard: VecDeque<Heard>,
    house: VecDeque<Job>,
    people: VecDeque<Job>,
    asked: u64,
    refused: u64,
    stopped: bool,
}

impl Queue {
    fn is_empty(&self) -> bool {
        self.heard.is_empty() && self.house.is_empty() && self.people.is_empty()
    }

    /// Where this question is to wait; nowhere where as many wait as are held.
    fn lane(&mut self, asker: Asker) -> Option<&mut VecDeque<Job>> {
        let lane = match asker {
            Asker::House => &mut self.house,
            Asker::People => &mut self.people,
        };
        let has_room = lane.len() < UNANSWERED;
        if asker == Asker::People {
            *(if has_room { &mut self.asked } else { &mut self.refused }) += 1;
        }
        has_room.then_some(lane)
    }
}

/// The oldest questions, as many as a turn has time for, and one at least.
fn share(lane: &mut VecDeque<Job>, mut left: usize, turn: &mut Vec<Job>) {
    while left > 0
        && let Some(job) = lane.pop_front()
    {
        left = left.saturating_sub(job.cost);
        turn.push(job);
    }
}

impl Inbox {
    pub(crate) fn hear(&self, conn: Conn, knock: Knock) {
        let at = Instant::now();
        let full = |queue: &mut Queue| queue.heard.len() >= UNHEARD && !queue.stopped;
        let mut queue = self.room.wait_while(self.lock(), full).unwrap_or_else(PoisonError::into_inner);
        if !queue.stopped {
            queue.heard.push_back(Heard { conn, knock, at });
            self.news.notify_one();
        }
    }

    pub(crate) fn ask(&self, asker: Asker, job: Job) {
        let mut queue = self.lock();
        // Whoever is refused may ask again at once, so the queue is let go before.
        if queue.stopped {
            drop(queue);
            return job.refuse(Stopped::Gone);
        }
        let Some(lane) = queue.lane(asker) else {
            drop(queue);
            return job.refuse(Stopped::Crowded);
        };
        lane.push_back(job);
        self.news.notify_one();
    }

    /// Waits until there is something, or until it is time; nothing once all is over.
    pub(crate) fn wait(&self, due_in: impl Fn() -> Option<Duration>) -> Option<Turn> {
        let idle = |queue: &mut Queue| queue.is_empty() && !queue.stopped;
        let queue = self.lock();
        let mut queue = match due_in() {
            Some(span) => {
                let waited = self.news.wait_timeout_while(queue, span, idle);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => self.news.wait_while(queue, idle).unwrap_or_else(PoisonError::into_inner),
        };
        if queue.stopped {
            return None;
        }
        let mut turn = Turn { heard: std::mem::take(&mut queue.heard), asked: vec![] };
        share(&mut queue.house, OF_HOUSE, &mut turn.asked);
        share(&mut queue.people, OF_PEOPLE, &mut turn.asked);
        self.room.notify_all();
        Some(turn)
    }

    pub(crate) fn stop(&self) {
        self.lock().stopped = true;
        self.news.notify_all();
        self.room.notify_all();
    }

    pub(crate) fn waiting(&self) -> Waiting {
        let Queue { heard, house, people, asked, refused, .. } = &*self.lock();
        Waiting {
            devices: heard.len(),
            house: house.len(),
            people: people.len(),
            asked: *asked,
            refused: *refused,
        }
    }

    /// The questions that nobody came to.
    pub(crate) fn rest(&self) -> VecDeque<Job> {
        let mut queue = self.lock();
        let mut rest = std::mem::take(&mut queue.house);
        rest.append(&mut queue.people);
        rest
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
