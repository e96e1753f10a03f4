//! The agent's net: one connection to the fleet's hardware listener, over mutual TLS, that never blocks the agent.
//!
//! Where the certificate opens no door any more, one attempt to connect holds three: the door refuses, the enrolment
//! listener is asked for another certificate, and the door is tried again. So whoever waits for a connection waits
//! for one thing, and the pace of all this is the pace at which the link tries.

mod courier;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use agent::{Net, Signal};
use crypto::{
    cbor::{self, Limits},
    key::{Device, PublicKey, Root},
};
use link::Conn;
use minicbor::bytes::ByteVec;
use tls::{Call, Credential, key::Own};
use tokio::{runtime::Handle, sync::mpsc, task::JoinHandle};
use vocab::{DeviceId, Wall};

use self::courier::{Command, Courier};
use crate::{clock::Trusted, keep::Keeper, reached::Reached};

/// All that a net needs to know.
pub struct Setup {
    /// How the hardware listener is called; what is shown there is put in later.
    pub hardware: Call,
    /// How the enrolment listener is called.
    pub enrolment: Call,
    /// Who this is.
    pub device: DeviceId,
    /// Whose letters are believed.
    pub root: PublicKey<Root>,
    /// Signs TLS handshakes with the device key, wherever that is; from any thread.
    pub sign: Arc<tls::key::Sign>,
    /// Keeps the newest certificate.
    pub keeper: Arc<Keeper>,
    /// Remembers where the fleet was.
    pub reached: Arc<Reached>,
    /// The time, as far as it can be believed.
    pub clock: Trusted,
    /// How old a certificate's key may become, where that is less than the fleet lets it.
    pub rotation: Option<Duration>,
}

/// The net of one agent.
pub struct TlsNet {
    commands: mpsc::UnboundedSender<Command>,
    inbox: Inbox,
    clock: Trusted,
}

impl TlsNet {
    /// Begins with the certificate that is kept, if it is for this key. `wake` is called, from other threads, when
    /// there is a signal. The handle ends when the net is dropped and its last words are with the network.
    pub fn new(
        setup: Setup,
        key: &PublicKey<Device>,
        wake: linux::Wake,
        runtime: &Handle,
    ) -> (Self, JoinHandle<()>) {
        let (commands, orders) = mpsc::unbounded_channel();
        let (inbox, clock) = (Inbox::new(wake), setup.clock.clone());
        let courier = Courier::new(setup, key, inbox.clone());
        let gone = runtime.spawn(courier.run(orders));
        (Self { commands, inbox, clock }, gone)
    }

    fn order(&self, command: Command) {
        // A courier that is gone has said so: the runtime stops.
        let _ = self.commands.send(command);
    }
}

impl Net for TlsNet {
    fn connect(&mut self, conn: Conn) {
        self.order(Command::Connect(conn));
    }

    fn send(&mut self, conn: Conn, message: Vec<u8>) {
        self.order(Command::Send(conn, message));
    }

    fn close(&mut self, conn: Conn) {
        self.order(Command::Close(conn));
    }

    fn prove(&mut self, letter: Option<Vec<u8>>) {
        self.order(Command::Prove(letter));
    }

    fn certify(&mut self, chain: Vec<u8>) {
        match cbor::decode::<Vec<ByteVec>>(&chain, &CHAIN) {
            Ok(chain) => self.order(Command::Certify(chain.into_iter().map(Into::into).collect())),
            Err(why) => tracing::warn!(verb = "accept", "the fleet's certificate cannot be read: {why}"),
        }
    }

    fn signals(&mut self) -> Vec<Signal> {
        let mut signals = self.inbox.take();
        if self.clock.now().is_some_and(|now| self.inbox.is_due(now)) {
            signals.push(Signal::Renew);
        }
        signals
    }
}

/// Limits of a chain, as the link carries it.
const CHAIN: Limits = Limits { bytes: 60 * 1024, depth: 2, items: 16 };

/// A chain, as the link carries it.
fn carried(chain: &[Vec<u8>]) -> Vec<u8> {
    cbor::encode(&chain.iter().cloned().map(ByteVec::from).collect::<Vec<_>>())
}

/// What the agent has not heard yet.
#[derive(Clone)]
struct Inbox {
    inside: Arc<Mutex<Inside>>,
    wake: linux::Wake,
}

#[derive(Default)]
struct Inside {
    heard: VecDeque<Heard>,
    /// When the next certificate is to be asked for; none once it was.
    renew_at: Option<Wall>,
}

/// A signal whose message counts as unread for as long as it lies here.
enum Heard {
    Received(Conn, tls::Message),
    Signal(Signal),
}

impl Inbox {
    fn new(wake: linux::Wake) -> Self {
        Self { inside: Arc::default(), wake }
    }

    fn put(&self, heard: Heard) {
        self.lock().heard.push_back(heard);
        (self.wake)();
    }

    fn take(&self) -> Vec<Signal> {
        let heard = std::mem::take(&mut self.lock().heard);
        // Not under the lock: taking a message wakes whoever reads for it.
        let signal = |heard| match heard {
            Heard::Received(conn, message) => Signal::Received(conn, message.into_bytes()),
            Heard::Signal(signal) => signal,
        };
        heard.into_iter().map(signal).collect()
    }

    fn renew_at(&self, at: Option<Wall>) {
        self.lock().renew_at = at;
    }

    /// True once, when the time has come.
    fn is_due(&self, now: Wall) -> bool {
        self.lock().renew_at.take_if(|at| now >= *at).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A certificate and the key that it is for.
struct Certified {
    credential: Credential,
    own: Own,
}

impl Certified {
    fn new(chain: &[Vec<u8>], sign: &Arc<tls::key::Sign>) -> Result<Self, tls::Mistake> {
        let own = Own::read(chain)?;
        let key = PublicKey::<Device>::from_bytes(&own.point).map_err(|_| tls::Mistake::NotAKey)?;
        Ok(Self { credential: Credential::held(chain, &key, Arc::clone(sign))?, own })
    }

    /// Half of its life is enough time for the next one; a shorter rotation asks sooner.
    fn renew_at(&self, rotation: Option<Duration>) -> Wall {
        let half = self.own.not_after.since(self.own.not_before) / 2;
        self.own.not_before + rotation.map_or(half, |rotation| rotation.min(half))
    }
}

#[cfg(test)]
mod tests;
