//! Asks the fleet for an identity, or for it back: `wrale.enrol.v1` over TLS that knows the server and asks for no
//! certificate of ours.
//!
//! The device key stays with the board: what is signed is carried to it.

use std::{net::SocketAddr, time::Duration};

use board::{Board, ChipKey, RootOfTrust};
use crypto::{
    cbor,
    key::{self, KeyId},
    signed::{Letter, ToSign},
};
use link::Conn;
use tls::{Call, Dialer, Ended, Line, Patience, Signal, Subprotocol};
use tokio::{sync::mpsc, time::timeout};
use vocab::{DeviceId, Label, Nonce};
use wire::v1::enrol::{self, Answer, Ask, Join, Joined, Reproof};

use crate::{fleet::Fleet, keep::Kept, problem::Problem};

/// How long the fleet may take for one answer; it commits before it gives one.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// A conversation with the enrolment listener, once it has asked its question.
pub struct Talk {
    line: Line,
    heard: mpsc::Receiver<Signal>,
    peer: Option<SocketAddr>,
}

impl Talk {
    /// Calls, and hears the question.
    pub async fn open(call: Call) -> Result<(Self, Nonce), Problem> {
        let (signals, heard) = mpsc::channel(8);
        let dialer = Dialer::new(call, Subprotocol::ENROL, Patience::default(), signals);
        let mut talk = Self { line: dialer.connect(Conn(1)), heard, peer: None };
        match talk.answer().await? {
            Answer::Question(nonce) => Ok((talk, nonce)),
            Answer::Joined(_) => Err(Problem::Turn),
            Answer::Refused { code, text } => Err(Problem::Refused { code, text }),
        }
    }

    /// Says the one thing, and hears what comes of it.
    pub async fn say(mut self, ask: &Ask) -> Result<Joined, Problem> {
        self.line.send(cbor::encode(ask));
        match self.answer().await? {
            Answer::Joined(joined) => Ok(joined),
            Answer::Question(_) => Err(Problem::Turn),
            Answer::Refused { code, text } => Err(Problem::Refused { code, text }),
        }
    }

    /// Where the listener was.
    pub const fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    async fn answer(&mut self) -> Result<Answer, Problem> {
        timeout(ANSWER_WITHIN, self.next()).await.unwrap_or(Err(Problem::Call(Ended::Cut)))
    }

    async fn next(&mut self) -> Result<Answer, Problem> {
        loop {
            match self.heard.recv().await {
                Some(Signal::Received(_, message)) => {
                    return cbor::decode(&message, &enrol::LIMITS).map_err(Problem::Answer);
                }
                Some(Signal::Lost(_, ended)) => return Err(Problem::Call(ended)),
                None => return Err(Problem::Call(Ended::Cut)),
                Some(Signal::Connected(_, opened)) => self.peer = Some(opened.peer),
                Some(Signal::Flushed(_) | Signal::Refused(..)) => {}
            }
        }
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.line.close();
    }
}

/// Enrols a new device with a join token. Whoever asks again with the same keys and token gets the same answer.
pub async fn join(
    fleet: &Fleet,
    call: Call,
    board: &mut dyn Board,
    label: &Label,
    token: &[u8],
) -> Result<Kept, Problem> {
    let opening_key = board.vault().opening_key().ok_or(Problem::Vault)?;
    let (talk, nonce) = Talk::open(call).await?;
    let root = board.root();
    let device_key = root.device_key();
    let join = Join {
        token: token.to_vec().into(),
        label: label.clone(),
        attestation_key: root.attestation_key(),
        device_key: device_key.clone(),
        opening_key,
        fleet: fleet.name().clone(),
        nonce,
    };
    let letter = signed(&join, ChipKey::Device, device_key.id(), root)?;
    let joined = talk.say(&Ask::Join(letter.into())).await?;
    Kept::accept(joined, fleet, &device_key)
}

/// Asks for a way back in with one of the board's keys; gives the chain that leads to the quarantine room.
pub async fn reprove(
    fleet: &Fleet,
    call: Call,
    root: &mut dyn RootOfTrust,
    device: DeviceId,
    key: ChipKey,
) -> Result<Vec<Vec<u8>>, Problem> {
    let (talk, nonce) = Talk::open(call).await?;
    let id = match key {
        ChipKey::NextDevice => root.prepare()?.id(),
        ChipKey::Attestation | ChipKey::Device => root.device_key().id(),
    };
    let letter = signed(&Reproof { fleet: fleet.name().clone(), device, nonce }, key, id, root)?;
    let joined = talk.say(&Ask::Reprove(letter.into())).await?;
    chain_of(joined, device)
}

/// The chain of an answer to this device.
pub(crate) fn chain_of(joined: Joined, device: DeviceId) -> Result<Vec<Vec<u8>>, Problem> {
    if joined.device != device {
        return Err(Problem::Foreign("it is for another device"));
    }
    Ok(joined.chain.into_iter().map(Into::into).collect())
}

fn signed<T: Letter<Role = key::Device>>(
    letter: &T,
    key: ChipKey,
    id: KeyId,
    root: &mut dyn RootOfTrust,
) -> Result<Vec<u8>, Problem> {
    let unsigned = ToSign::new(letter, id);
    let signature = root.sign(key, &unsigned.message())?;
    Ok(unsigned.finish(&signature).bytes().to_vec())
}

#[cfg(test)]
mod tests;
