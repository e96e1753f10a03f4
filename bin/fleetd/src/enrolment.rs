//! The enrolment listener, `wrale.enrol.v1`: the fleet asks one question, hears one thing, answers it and closes.
//!
//! Nobody is known here yet, so a stranger gets one nonce, one message and one minute. An answer is given when what
//! it says is committed.

use std::collections::BTreeMap;

use control::{Enrolled, Facade, House, Now, Stopped};
use crypto::{
    cbor::{self, Limits},
    signed::Signed,
};
use link::Conn;
use minicbor::bytes::ByteVec;
use tls::{Line, Message, Opened, Signal};
use tokio::sync::mpsc;
use vocab::{FleetName, Nonce};
use wire::v1::{
    Keyset, Roster,
    enrol::{self, Answer, Ask, Joined},
};

use crate::{ask::ask, turned_away::TurnedAway};

/// Most signals between the connections and their conversations.
pub(crate) const WAITING: usize = 256;

/// What every device that enrols is given.
#[derive(Clone)]
pub(crate) struct Welcome {
    pub(crate) fleet: FleetName,
    pub(crate) keyset: Signed<Keyset>,
}

/// Holds the conversations of one listener until it is gone.
pub(crate) async fn serve(mut signals: mpsc::Receiver<Signal>, facade: Facade, welcome: Welcome) {
    let mut guests: BTreeMap<Conn, mpsc::Sender<Message>> = BTreeMap::new();
    let turned_away = TurnedAway::new("enrolment", facade.clone());
    while let Some(signal) = signals.recv().await {
        match signal {
            Signal::Connected(conn, Opened { line, .. }) => {
                let (said, heard) = mpsc::channel(1);
                guests.insert(conn, said);
                tokio::spawn(converse(line, heard, facade.clone(), welcome.clone()));
            }
            Signal::Received(conn, message) => {
                // More than one thing is more than may be said; the conversation ends when its channel does.
                if guests.get(&conn).is_some_and(|guest| guest.try_send(message).is_err()) {
                    guests.remove(&conn);
                }
            }
            Signal::Lost(conn, _) => drop(guests.remove(&conn)),
            Signal::Refused(peer, problem) => turned_away.say(peer, &problem),
            Signal::Flushed(_) => {}
        }
    }
}

async fn converse(line: Line, mut heard: mpsc::Receiver<Message>, facade: Facade, welcome: Welcome) {
    let asked = ask(&facade, House::enrolment_nonce).await;
    let answer = match asked {
        Ok(nonce) => {
            line.send(cbor::encode(&Answer::Question(nonce)));
            // Whoever leaves without a word gets no answer.
            let Some(message) = heard.recv().await else { return line.close() };
            match cbor::decode::<Ask>(&message, &enrol::LIMITS) {
                Ok(said) => judged(&facade, said, nonce, welcome).await,
                Err(why) => Answer::refused(MALFORMED, &format!("what was said cannot be read: {why}")),
            }
        }
        Err(stopped) => stalled(stopped),
    };
    line.send(cbor::encode(&answer));
    line.close();
}

/// The code for what is no message of this protocol.
const MALFORMED: &str = "fleetd/enrolment-malformed";

async fn judged(facade: &Facade, said: Ask, nonce: Nonce, welcome: Welcome) -> Answer {
    let job = move |fleet: &mut House, now: Now| {
        let enrolled = match said {
            Ask::Join(letter) => fleet.join(letter.into(), nonce, now),
            Ask::Reprove(letter) => fleet.reprove(letter.into(), nonce, now),
        };
        // As it is obeyed by now: the root may have signed a newer one since this process began.
        enrolled.map(|enrolled| (enrolled, fleet.setup().roster.signed().clone()))
    };
    match ask(facade, job).await {
        Ok(Ok((enrolled, roster))) => joined(enrolled, roster, welcome),
        Ok(Err(refusal)) => Answer::refused(refusal.code(), &refusal.to_string()),
        Err(stopped) => stalled(stopped),
    }
}

fn joined(
    Enrolled { device, chain, checkpoint }: Enrolled,
    roster: Signed<Roster>,
    welcome: Welcome,
) -> Answer {
    let Welcome { fleet, keyset } = welcome;
    let chain: Vec<ByteVec> = cbor::decode(&chain, &CHAIN).expect("a chain of our own");
    Answer::Joined(Joined { fleet, device, chain, keyset, roster, checkpoint })
}

const CHAIN: Limits = Limits { bytes: 16 * 1024, depth: 2, items: 8 };

fn stalled(stopped: Stopped) -> Answer {
    Answer::refused(stopped.code(), &stopped.to_string())
}
