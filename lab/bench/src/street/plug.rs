//! The real net, with a plug that can be pulled.

use std::{cell::Cell, rc::Rc};

use agent::{Net, Signal};
use link::Conn;
use metald::TlsNet;

/// A net that loses its connection when it is told to.
pub(crate) struct Plug {
    net: TlsNet,
    conn: Option<Conn>,
    pull: Rc<Cell<bool>>,
}

impl Plug {
    pub(crate) const fn new(net: TlsNet, pull: Rc<Cell<bool>>) -> Self {
        Self { net, conn: None, pull }
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
        if self.pull.take()
            && let Some(conn) = self.conn.take()
        {
            self.net.close(conn);
            signals.push(Signal::Lost(conn));
        }
        signals
    }
}
