//! The hands on the wire: TLS 1.3, the identities that speak it, and the messages that travel inside.
//!
//! The only crate that names the TLS library or opens a TCP listener. It carries frames and knows no more: whether
//! a certificate holds is judged here, whether its owner may pass is asked of the [`Doors`], and what a frame says
//! is nobody's business on this floor.

pub mod closing;
pub mod connect;
mod der;
pub mod doors;
pub mod fault;
pub mod identity;
pub mod key;
pub mod listen;
pub mod mistake;
pub mod pem;
pub mod problem;
pub mod pump;
pub mod refusal;
pub mod retry;
pub mod stream;
pub mod suite;

#[cfg(test)]
mod testing;

pub use closing::Closing;
pub use connect::{Call, Dialer};
pub use doors::{Code, Doors};
pub use fault::Fault;
pub use identity::{Presented, Revocations, Trust, Usage};
pub use key::Credential;
pub use listen::{Counts, Guard, Limits, Listener, Service, Serving, Setup};
pub use mistake::Mistake;
pub use problem::Problem;
pub use pump::{Ended, Frames, Line, Message, Opened, Patience, Signal, Subprotocol};
pub use refusal::Refusal;
pub use stream::Stream;
pub use suite::{Suite, Suites};
