//! Every box of the lab, from outside: what may be done to it, and what can be seen at it.

use std::{
    collections::BTreeMap,
    fs::File,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context, Result};
use metald::{Bell, Fleet};
use sim::Cue;
use tokio::runtime::Handle;
use vocab::Label;

use crate::{
    cord::Plug,
    resident::{self, Order, Origin, Seen, Setup, Stolen},
};

/// Signatures and letters need little; nothing here goes deep.
const STACK: usize = 1 << 20;

/// How long a box may take to answer whoever looks at it.
const ANSWER: Duration = Duration::from_secs(10);

/// How long enrolment may take.
const ENROLLED: Duration = Duration::from_secs(60);

/// The boxes that have power.
pub(crate) struct Boxes {
    fleet: Arc<Fleet>,
    runtime: Handle,
    log: Arc<Mutex<File>>,
    powered: Mutex<BTreeMap<String, Powered>>,
}

/// A box that has power.
struct Powered {
    orders: mpsc::Sender<Order>,
    bell: Bell,
    thread: JoinHandle<()>,
}

/// A box that was turned on and asks the fleet to be enrolled.
pub(crate) struct Asking {
    label: String,
    powered: Powered,
    enrolled: mpsc::Receiver<Result<()>>,
}

impl Boxes {
    pub(crate) fn new(fleet: Fleet, runtime: Handle, log: File) -> Self {
        let (log, powered) = (Arc::new(Mutex::new(log)), Mutex::default());
        Self { fleet: Arc::new(fleet), runtime, log, powered }
    }

    /// The fleet as boxes know it.
    pub(crate) fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    /// Turns a box on; it asks to be enrolled, where it is not.
    pub(crate) fn turn_on(&self, label: &str, seed: u64, origin: Origin) -> Result<Asking> {
        let (bell, (orders, told), (said, enrolled)) = (Bell::default(), mpsc::channel(), mpsc::channel());
        let setup = Setup {
            label: Label::new(label)?,
            seed,
            fleet: Arc::clone(&self.fleet),
            runtime: self.runtime.clone(),
            origin,
            bell: bell.clone(),
            log: Arc::clone(&self.log),
        };
        let name = label.get(..15).unwrap_or(label).to_owned();
        let builder = thread::Builder::new().name(name).stack_size(STACK);
        let thread = builder.spawn(move || resident::live(setup, &told, &said));
        let thread = thread.context("this machine gives no thread for a box")?;
        Ok(Asking { label: label.to_owned(), powered: Powered { orders, bell, thread }, enrolled })
    }

    /// Waits until the fleet has let it in.
    pub(crate) fn enrolled(&self, asking: Asking) -> Result<()> {
        let Asking { label, powered, enrolled } = asking;
        let let_in = enrolled.recv_timeout(ENROLLED).with_context(|| format!("{label} does not answer"))?;
        let_in.with_context(|| format!("{label} is not let in"))?;
        self.lock().insert(label, powered);
        Ok(())
    }

    /// Turns a box off.
    pub(crate) fn turn_off(&self, label: &str) -> bool {
        let Some(powered) = self.lock().remove(label) else { return false };
        powered.bell.stop();
        // A thread that broke has said so.
        let _ = powered.thread.join();
        true
    }

    /// Turns every box off.
    pub(crate) fn all_off(&self) {
        let all = std::mem::take(&mut *self.lock());
        for powered in all.values() {
            powered.bell.stop();
        }
        for powered in all.into_values() {
            let _ = powered.thread.join();
        }
    }

    /// Whether it has power.
    pub(crate) fn is_on(&self, label: &str) -> bool {
        self.lock().contains_key(label)
    }

    /// Hands move its senses.
    pub(crate) fn play(&self, label: &str, script: Vec<Cue>) -> Result<()> {
        self.tell(label, Order::Play(script))
    }

    /// A person at the box says that all is normal.
    pub(crate) fn learn(&self, label: &str) -> Result<()> {
        self.tell(label, Order::Learn)
    }

    /// Pulls its cord, or puts it in.
    pub(crate) fn cord(&self, label: &str, plug: Plug) -> Result<()> {
        self.tell(label, Order::Cord(plug))
    }

    /// Looks at it.
    pub(crate) fn look(&self, label: &str) -> Result<Seen> {
        self.ask(label, Order::Look)
    }

    /// Copies what it has.
    pub(crate) fn steal(&self, label: &str) -> Result<Stolen> {
        self.ask(label, Order::Steal)
    }

    fn ask<T>(&self, label: &str, order: impl FnOnce(mpsc::Sender<T>) -> Order) -> Result<T> {
        let (to, answer) = mpsc::channel();
        self.tell(label, order(to))?;
        answer.recv_timeout(ANSWER).with_context(|| format!("{label} does not answer"))
    }

    fn tell(&self, label: &str, order: Order) -> Result<()> {
        let boxes = self.lock();
        let powered = boxes.get(label).with_context(|| format!("{label} has no power"))?;
        powered.orders.send(order).ok().with_context(|| format!("the software of {label} has stopped"))?;
        powered.bell.ring();
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Powered>> {
        self.powered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Boxes {
    fn drop(&mut self) {
        self.all_off();
    }
}
