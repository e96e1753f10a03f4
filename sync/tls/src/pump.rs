//! Moves messages between a WebSocket and its owner: in order, bounded both ways, no faster than either reads.
//!
//! The owner of all connections hears of them on one channel and speaks to each through its [`Line`]. A peer that
//! stops reading is dropped; an owner that stops reading is not read for.

mod line;
mod outlet;
mod run;
mod upgrade;

use core::time::Duration;
use std::{net::SocketAddr, sync::Arc};

use link::{Conn, frame::FRAME_LIMIT};
use tokio::sync::mpsc;
use tokio_tungstenite::{WebSocketStream, tungstenite::protocol::WebSocketConfig};

use crate::{
    closing::Closing,
    identity::Presented,
    listen::{Arrival, Ending, Service},
    problem::Problem,
    refusal::Refusal,
};

use outlet::Outlet;

pub use line::{Line, Message};
pub(crate) use run::Pump;
pub(crate) use upgrade::{ask, grant};

/// What is spoken inside the WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subprotocol(pub &'static str);

impl Subprotocol {
    /// The two roads, at the hardware listener.
    pub const LINK: Self = Self("wrale.link.v1");
    /// Enrolment and re-proof, at a listener of their own.
    pub const ENROL: Self = Self("wrale.enrol.v1");
}

/// The application protocol below: a WebSocket begins as HTTP/1.1.
pub(crate) const ALPN: &[u8] = b"http/1.1";

/// What either side may leave unread, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Most bytes that wait for the peer.
    pub queue: usize,
    /// How long the peer may take no byte of what is written to it.
    pub stall: Duration,
    /// Most messages that the owner holds.
    pub unread: usize,
}

impl Default for Patience {
    /// Room for the link's whole window of runs; a peer that takes nothing for twenty seconds is gone.
    fn default() -> Self {
        Self { queue: 8 * FRAME_LIMIT, stall: Duration::from_secs(20), unread: 4 }
    }
}

/// What happens on connections, in order for each of them.
pub enum Signal {
    /// It stands.
    Connected(Conn, Opened),
    /// All that was sent is with the network.
    Flushed(Conn),
    /// It is gone, or never came; nothing follows.
    Lost(Conn, Ended),
    /// A message came.
    Received(Conn, Message),
    /// Somebody was not let in. Not everybody is told of; the listener's tally is complete.
    Refused(SocketAddr, Problem),
}

/// A connection that stands.
pub struct Opened {
    /// To speak with.
    pub line: Line,
    /// From where, or to where.
    pub peer: SocketAddr,
    /// Who it is; nobody in particular at a listener that asks for no certificate.
    pub presented: Option<Arc<Presented>>,
}

/// Why a connection is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The peer closed it, for this reason in its words.
    Closed {
        /// Its number (RFC 6455 §7.4).
        number: u16,
        /// Its words, or an error code of ours.
        reason: String,
    },
    /// This end closed it.
    Closing(Closing),
    /// The network is gone, or the peer is.
    Cut,
    /// It never stood, or TLS below it failed.
    Failed(Problem),
}

impl Ended {
    /// `tls/<reason>`, for counters and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Closed { .. } => "tls/closed",
            Self::Closing(closing) => closing.code(),
            Self::Cut => "tls/cut",
            Self::Failed(problem) => problem.code(),
        }
    }
}

/// Boxed, because futures copy what they are given from one to the next.
pub(crate) type Socket = Box<WebSocketStream<Outlet>>;

/// Most bytes of a WebSocket frame that we write. Longer messages go in fragments, which pass through the buffers
/// of both ends without making them grow: they would stay so for as long as the connection stands.
const FRAGMENT: usize = 256;

/// Most bytes that are read at once. The library reserves a frame's length behind what it has read already, so
/// with fragments its buffer settles at four times this: 1 KiB.
const READ: usize = FRAGMENT;

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ)
        .write_buffer_size(0)
        .max_write_buffer_size(32 * FRAGMENT)
        .max_message_size(Some(FRAME_LIMIT))
        .max_frame_size(Some(FRAME_LIMIT))
}

/// The service of a listener whose peers speak in frames.
pub struct Frames {
    subprotocol: Subprotocol,
    patience: Patience,
    signals: mpsc::Sender<Signal>,
}

/// A peer that was greeted.
pub struct Guest {
    conn: Conn,
    opened: Opened,
    socket: Socket,
}

impl Frames {
    /// What happens is told on this channel; while it is full, its connections wait.
    pub fn new(subprotocol: Subprotocol, patience: Patience, signals: mpsc::Sender<Signal>) -> Self {
        Self { subprotocol, patience, signals }
    }
}

impl Service for Frames {
    const ALPN: &'static [&'static [u8]] = &[ALPN];
    type Guest = Guest;

    async fn greet(&self, arrival: Arrival) -> Result<Guest, Refusal> {
        let Arrival { conn, peer, presented, stream } = arrival;
        if !stream.speaks(ALPN) {
            return Err(Refusal::Alpn);
        }
        let socket = grant(stream, self.subprotocol).await?;
        let opened = Opened { line: Line::new(self.patience), peer, presented };
        Ok(Guest { conn, opened, socket })
    }

    fn refused(&self, peer: SocketAddr, problem: &Problem) {
        // What finds no room is counted all the same.
        let _ = self.signals.try_send(Signal::Refused(peer, problem.clone()));
    }

    async fn serve(&self, guest: Guest, ending: Ending) {
        let Guest { conn, opened, socket } = guest;
        let pump = Pump::new(conn, opened.line.clone(), self.signals.clone());
        if let Ok(room) = self.signals.reserve().await {
            room.send(Signal::Connected(conn, opened));
            pump.run(socket, ending).await;
        }
    }
}

#[cfg(test)]
mod tests;
