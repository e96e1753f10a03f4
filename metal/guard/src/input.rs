//! What may happen to a guard.

use alloc::vec::Vec;

use crypto::{
    key::{Device, PublicKey},
    seal::OpeningPublic,
};
use journal::{Durable, Entry, Position};
use vocab::{Action, Nonce, Outcome, Reading, ReceiptId, Wall};

use crate::effect::Token;

/// One thing that happened. Letters come as bytes: the guard verifies them itself.
#[derive(Clone, Debug)]
pub enum Input {
    /// A hand came back from [`Effect::Act`](crate::Effect::Act).
    Acted {
        /// Which act.
        id: ReceiptId,
        /// What became of it.
        outcome: Outcome,
    },
    /// The fleet has this entry and all before it.
    Acknowledged(Position),
    /// The fleet has accepted this, and this disk no longer has it: say so before anything is offered.
    Branch(Position),
    /// The fleet asks for evidence over this nonce.
    Challenge(Nonce),
    /// What the machine believes the wall says; give it at boot, with every tick, and whenever it steps.
    Clock(Wall),
    /// A session with the fleet has opened.
    Contact,
    /// The disk has room again, or has none.
    Disk(Room),
    /// These entries survive a power cut, in the order of the chain.
    Durable(Vec<Durable<Entry>>),
    /// The device key or the opening key is another one now; no opening key while the vault is latched.
    Keys {
        /// Speaks TLS and signs boots.
        device: PublicKey<Device>,
        /// To whom secrets are sealed.
        opening: Option<OpeningPublic>,
    },
    /// A person at the box says: what the senses say now is normal. Heard in `Commissioning` alone.
    Learn,
    /// A `wire::v1::Proof`, CBOR, in any order with its state.
    Proof(Vec<u8>),
    /// What the sensors said, in order of time.
    Readings(Vec<Reading>),
    /// The link is about to offer entries up to this one and needs a beat that vouches for them.
    Seal(Position),
    /// A chip has signed.
    Signed {
        /// The token of [`Effect::Sign`](crate::Effect::Sign).
        token: Token,
        /// ES256, r ‖ s.
        signature: [u8; 64],
    },
    /// A `Signed<DeviceState>` as it came.
    State(Vec<u8>),
    /// Nothing but the passing of time: the deadline is reached.
    Tick,
    /// A `Signed<FleetTime>` as it came.
    Time(Vec<u8>),
    /// What a hand had put in force is no longer so, and no hand of ours undid it.
    Undone(Action),
    /// A chip could not sign.
    Unsigned {
        /// The token of [`Effect::Sign`](crate::Effect::Sign).
        token: Token,
    },
    /// A technician at the box asks for the challenge.
    WorkAsked,
    /// The technician says that the work is done.
    WorkDone,
    /// A technician presents a work order.
    WorkPresented {
        /// A `Signed<WorkOrder>`.
        order: Vec<u8>,
        /// A `Signed<Presence>` over the challenge.
        presence: Vec<u8>,
    },
}

/// Whether the disk takes entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// It takes all.
    Ample,
    /// It takes none but alarms, into what is kept for them.
    Full,
}
