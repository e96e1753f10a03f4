//! The transport below the link: one connection at a time, messages in order.

use board::ChipKey;
use link::Conn;
use vocab::Nonce;

/// What the transport has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The certificate opens no door any more. The fleet asks, where everybody may ask, who this is: to be answered
    /// with [`Net::prove`], signed by this key.
    Asked(ChipKey, Nonce),
    /// The connection stands.
    Connected(Conn),
    /// All that was sent is with the network.
    Flushed(Conn),
    /// The connection is gone, or never came.
    Lost(Conn),
    /// A message.
    Received(Conn, Vec<u8>),
    /// The certificate will run out: it is time to ask for the next one.
    Renew,
    /// The fleet believed what [`Net::prove`] said, and certified that key with this chain.
    Reproved(ChipKey, Vec<u8>),
}

/// Carries messages; never blocks.
pub trait Net {
    /// Begins to connect to the fleet's hardware listener.
    fn connect(&mut self, conn: Conn);

    /// Sends one message, after those before it.
    fn send(&mut self, conn: Conn, message: Vec<u8>);

    /// Closes the connection.
    fn close(&mut self, conn: Conn);

    /// The letter that [`Signal::Asked`] wants; none where no key would sign it. Who never asks is never answered.
    fn prove(&mut self, letter: Option<Vec<u8>>) {
        drop(letter);
    }

    /// A new certificate, leaf first: used from the next connection on.
    fn certify(&mut self, chain: Vec<u8>);

    /// What happened since the last call, in order.
    fn signals(&mut self) -> Vec<Signal>;
}
