//! The real net, with a plug that can be pulled, and with a second voice that asks for a certificate out of turn.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use agent::{Net, Signal};
use link::{Conn, Down, Frame, Purpose, Up};
use metald::TlsNet;
use vocab::Nonce;

use crate::clock::monotonic;

/// What the bench may do to a net, and what it saw of it.
#[derive(Default)]
pub(crate) struct Grip {
    pull: Cell<bool>,
    ask: Cell<bool>,
    renewal: RefCell<Option<Renewal>>,
    lost: Cell<Option<Duration>>,
}

/// What came of asking for another certificate over the live session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renewal {
    /// The fleet has not spoken yet.
    Asked,
    /// The fleet challenged the device for its new key.
    Begun,
    /// The fleet answered what was asked after it, and not this.
    Refused(Duration),
}

impl Grip {
    /// The connection drops at the next look.
    pub(crate) fn pull(&self) {
        self.pull.set(true);
    }

    /// A certificate is asked for at the next look.
    pub(crate) fn ask_renewal(&self) {
        *self.renewal.borrow_mut() = Some(Renewal::Asked);
        self.ask.set(true);
    }

    /// What came of it.
    pub(crate) fn renewal(&self) -> Option<Renewal> {
        *self.renewal.borrow()
    }

    /// When the fleet ended the last connection.
    pub(crate) const fn lost(&self) -> Option<Duration> {
        self.lost.get()
    }
}

/// A net that does what its grip says.
pub(crate) struct Plug {
    net: TlsNet,
    conn: Option<Conn>,
    grip: Rc<Grip>,
}

impl Plug {
    pub(crate) const fn new(net: TlsNet, grip: Rc<Grip>) -> Self {
        Self { net, conn: None, grip }
    }

    /// Asks for a certificate, and for the time behind it: a refusal is silent, but whatever comes first is answered
    /// first.
    fn ask(&mut self, conn: Conn) {
        self.net.send(conn, Up::RenewalAsked.to_bytes());
        self.net.send(conn, Up::TimeAsked { nonce: Nonce([0; 32]) }.to_bytes());
    }

    /// Whether the agent shall hear of it.
    fn look(&self, signal: &Signal) -> bool {
        match signal {
            Signal::Lost(_) => self.grip.lost.set(Some(monotonic())),
            Signal::Received(_, message) if self.grip.renewal() == Some(Renewal::Asked) => {
                let came = match Down::decode_message(message) {
                    Ok(Down::Challenge { purpose: Purpose::Renewal, .. }) => Renewal::Begun,
                    Ok(Down::Time { .. }) => Renewal::Refused(monotonic()),
                    _ => return true,
                };
                *self.grip.renewal.borrow_mut() = Some(came);
                return came == Renewal::Begun;
            }
            _ => {}
        }
        true
    }
}

impl Net for Plug {
    fn connect(&mut self, conn: Conn) {
        self.conn = Some(conn);
        self.net.connect(conn);
    }

    fn send(&mut self, conn: Conn, message: Vec<u8>) {
        self.net.send(conn, message);
    }

    fn close(&mut self, conn: Conn) {
        self.net.close(conn);
    }

    fn prove(&mut self, letter: Option<Vec<u8>>) {
        self.net.prove(letter);
    }

    fn certify(&mut self, chain: Vec<u8>) {
        self.net.certify(chain);
    }

    fn signals(&mut self) -> Vec<Signal> {
        let mut signals = self.net.signals();
        signals.retain(|signal| self.look(signal));
        if self.grip.pull.take()
            && let Some(conn) = self.conn.take()
        {
            self.net.close(conn);
            signals.push(Signal::Lost(conn));
        }
        if self.grip.ask.take()
            && let Some(conn) = self.conn
        {
            self.ask(conn);
        }
        signals
    }
}
