//! The transport below the link: one connection at a time, messages in order.

use link::Conn;

/// What the transport has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The connection stands.
    Connected(Conn),
    /// All that was sent is with the network.
    Flushed(Conn),
    /// The connection is gone, or never came.
    Lost(Conn),
    /// A message.
    Received(Conn, Vec<u8>),
}

/// Carries messages; never blocks.
pub trait Net {
    /// Begins to connect to the fleet's hardware listener.
    fn connect(&mut self, conn: Conn);

    /// Sends one message, after those before it.
    fn send(&mut self, conn: Conn, message: Vec<u8>);

    /// Closes the connection.
    fn close(&mut self, conn: Conn);

    /// A new certificate, leaf first: used from the next connection on.
    fn certify(&mut self, chain: Vec<u8>);

    /// What happened since the last call, in order.
    fn signals(&mut self) -> Vec<Signal>;
}
