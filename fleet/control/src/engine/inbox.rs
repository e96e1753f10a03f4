//! What waits for the fleet's thread.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use link::Conn;

use crate::{
    facade::{House, Knock, Stopped},
    fleet::Now,
};

/// Most messages of devices that wait: a commit takes in about as many entries, and listeners wait meanwhile.
const UNHEARD: usize = 1024;

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
    pub(crate) asked: VecDeque<Job>,
}

/// A question, and whoever waits for its answer.
pub(crate) struct Job(Box<dyn FnOnce(Result<(&mut House, Now), Stopped>) -> Answer + Send>);

/// Gives the answer, once it is known whether it stands.
pub(crate) type Answer = Box<dyn FnOnce(Result<(), Stopped>) + Send>;

impl Job {
    pub(crate) fn new<R: Send + 'static>(
        job: impl FnOnce(&mut House, Now) -> R + Send + 'static,
        answer: impl FnOnce(Result<R, Stopped>) + Send + 'static,
    ) -> Self {
        Self(Box::new(move |asked| {
            let found = asked.map(|(fleet, now)| job(fleet, now));
            Box::new(move |outcome| answer(outcome.and(found)))
        }))
    }

    /// Asks the fleet.
    pub(crate) fn run(self, fleet: &mut House, now: Now) -> Answer {
        (self.0)(Ok((fleet, now)))
    }

    /// Nobody is asked.
    pub(crate) fn refuse(self, why: Stopped) {
        (self.0)(Err(why))(Ok(()));
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
    asked: VecDeque<Job>,
    stopped: bool,
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

    pub(crate) fn ask(&self, job: Job) {
        let mut queue = self.lock();
        if queue.stopped {
            drop(queue);
            return job.refuse(Stopped::Gone);
        }
        queue.asked.push_back(job);
        self.news.notify_one();
    }

    /// Waits until there is something, or until it is time; nothing once all is over.
    pub(crate) fn wait(&self, due_in: impl Fn() -> Option<Duration>) -> Option<Turn> {
        let idle = |queue: &mut Queue| queue.heard.is_empty() && queue.asked.is_empty() && !queue.stopped;
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
        let Queue { heard, asked, .. } = std::mem::take(&mut *queue);
        self.room.notify_all();
        Some(Turn { heard, asked })
    }

    pub(crate) fn stop(&self) {
        self.lock().stopped = true;
        self.news.notify_all();
        self.room.notify_all();
    }

    /// How many messages of devices wait, and how many questions of people.
    pub(crate) fn waiting(&self) -> (usize, usize) {
        let queue = self.lock();
        (queue.heard.len(), queue.asked.len())
    }

    /// The questions that nobody came to.
    pub(crate) fn rest(&self) -> VecDeque<Job> {
        std::mem::take(&mut self.lock().asked)
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
