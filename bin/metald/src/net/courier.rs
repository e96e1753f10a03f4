//! Runs between the agent and the fleet: dials, and asks for another certificate where the door is shut.

use std::{future::pending, mem, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use agent::Signal;
use board::ChipKey;
use crypto::key::{Device, PublicKey};
use link::Conn;
use tls::{Call, Dialer, Ended, Line, Patience, Signal as Wire, Subprotocol};
use tokio::{select, sync::mpsc, task::spawn_blocking, time::timeout};
use vocab::Nonce;
use wire::v1::enrol::{Ask, Joined};

use super::{Certified, Heard, Inbox, Setup, carried};
use crate::{door::Verdict, enrol, enrol::Talk, problem::Problem};

/// What the agent wants.
pub(super) enum Command {
    Certify(Vec<Vec<u8>>),
    Close(Conn),
    Connect(Conn),
    Prove(Option<Vec<u8>>),
    Send(Conn, Vec<u8>),
}

/// What is being done about a shut door.
enum Proof {
    /// Nothing: the door is open, or nobody wants to go through.
    None,
    /// The enrolment listener is called.
    Calling(Conn, ChipKey, Underway<(Talk, Nonce)>),
    /// The agent signs the answer.
    Signing(Conn, ChipKey, Talk),
    /// The answer is judged.
    Judged(Conn, ChipKey, Underway<Joined>),
    /// The agent has the certificate, and puts it in.
    Certifying(Conn),
}

type Underway<T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send>>;

/// What came of an underway thing.
enum Step {
    Asked(Result<(Talk, Nonce), Problem>),
    Judged(Result<Joined, Problem>),
}

pub(super) struct Courier {
    dialer: Dialer,
    wire: mpsc::Receiver<Wire>,
    hardware: Call,
    setup: Setup,
    inbox: Inbox,
    /// None: nothing that would open a door.
    certified: Option<Certified>,
    /// The connection, or the attempt at one.
    line: Option<(Conn, Line)>,
    proof: Proof,
    /// The attempt for which a proof was made already: one is enough.
    proved_for: Option<Conn>,
    /// Attempts in a row that reached nobody.
    failures: usize,
}

/// How long the last words may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// The fleet's word for a key that the device had replaced, as the fleet remembers and the device does not.
const REPLACED: &str = "admit/key-replaced";

impl Courier {
    pub(super) fn new(setup: Setup, key: &PublicKey<Device>, inbox: Inbox) -> Self {
        let (signals, wire) = mpsc::channel(16);
        let hardware = setup.hardware.clone();
        let dialer = Dialer::new(hardware.clone(), Subprotocol::LINK, Patience::default(), signals);
        let mut courier = Self {
            dialer,
            wire,
            hardware,
            inbox,
            certified: None,
            line: None,
            proof: Proof::None,
            proved_for: None,
            failures: 0,
            setup,
        };
        // A chain for another key than the board's is the trace of a renewal that a power cut interrupted.
        let chain = courier.setup.keeper.kept().chain();
        if tls::key::Own::read(&chain).is_ok_and(|own| own.point == key.as_bytes()) {
            courier.show(&chain);
        }
        courier
    }

    /// Until the agent is gone and the last words are said.
    pub(super) async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Command>) {
        loop {
            select! {
                order = orders.recv() => match order {
                    Some(order) => self.obey(order),
                    None => break,
                },
                Some(signal) = self.wire.recv() => self.hear(signal),
                step = next(&mut self.proof) => self.step(step),
            }
        }
        let Self { dialer, mut wire, line, .. } = self;
        if let Some((_, line)) = line {
            line.close();
        }
        drop(dialer);
        let said = async { while wire.recv().await.is_some() {} };
        let _ = timeout(GOODBYE, said).await;
    }

    fn obey(&mut self, order: Command) {
        match order {
            Command::Certify(chain) => self.certify(&chain),
            Command::Close(conn) => self.close(conn),
            Command::Connect(conn) => self.connect(conn),
            Command::Prove(letter) => self.say(letter),
            Command::Send(conn, message) => {
                if let Some((_, line)) = self.line.as_ref().filter(|(of, _)| *of == conn) {
                    line.send(message);
                }
            }
        }
    }

    fn connect(&mut self, conn: Conn) {
        if let Some((_, line)) = self.line.take() {
            line.close();
        }
        self.proof = Proof::None;
        match self.setup.clock.now() {
            // Whoever knows that its own certificate has run out need not be told.
            Some(now) if self.certified.as_ref().is_some_and(|one| now >= one.own.not_after) => {
                self.ask(conn);
            }
            _ if self.certified.is_none() => self.ask(conn),
            _ => self.dial(conn),
        }
    }

    fn dial(&mut self, conn: Conn) {
        self.dialer.swap(self.call());
        self.line = Some((conn, self.dialer.connect(conn)));
    }

    /// How the hardware listener is called now: what is shown there, and by which way.
    fn call(&self) -> Call {
        let credential = self.certified.as_ref().map(|certified| certified.credential.clone());
        let address = self.setup.reached.way(&self.hardware.address, self.failures);
        Call { address, credential, ..self.hardware.clone() }
    }

    /// A listener answered there.
    fn saw(&mut self, listener: &str, at: SocketAddr) {
        self.failures = 0;
        let (reached, listener) = (Arc::clone(&self.setup.reached), listener.to_owned());
        spawn_blocking(move || reached.saw(&listener, at));
    }

    fn close(&mut self, conn: Conn) {
        if self.proof.conn() == Some(conn) {
            self.proof = Proof::None;
        }
        if let Some((_, line)) = self.line.take_if(|(of, _)| *of == conn) {
            line.close();
        }
    }

    fn hear(&mut self, signal: Wire) {
        match signal {
            Wire::Connected(conn, opened) => {
                tracing::info!(verb = "accept", peer = %opened.peer, "the fleet's door is open");
                self.saw(&self.hardware.address.clone(), opened.peer);
                self.tell(Signal::Connected(conn));
            }
            Wire::Flushed(conn) => self.tell(Signal::Flushed(conn)),
            Wire::Received(conn, message) => self.inbox.put(Heard::Received(conn, message)),
            Wire::Lost(conn, ended) => self.lost(conn, &ended),
            // A caller lets nobody in.
            Wire::Refused(..) => {}
        }
    }

    fn lost(&mut self, conn: Conn, ended: &Ended) {
        if self.line.take_if(|(of, _)| *of == conn).is_none() {
            // An earlier one, which nobody waits for.
            return self.tell(Signal::Lost(conn));
        }
        tracing::info!(verb = "accept", code = ended.code(), "the connection ended: {}", said(ended));
        let verdict = Verdict::of(ended);
        let never_stood = matches!(ended, Ended::Failed(_));
        self.failures += usize::from(never_stood);
        match verdict {
            Verdict::TurnedAway if never_stood && self.proved_for != Some(conn) => self.ask(conn),
            Verdict::TurnedAway => {
                self.certified = None;
                self.tell(Signal::Lost(conn));
            }
            Verdict::None => self.tell(Signal::Lost(conn)),
        }
    }

    /// The certificate opens no door: another way in is asked for.
    fn ask(&mut self, conn: Conn) {
        self.proved_for = Some(conn);
        self.ask_with(conn, ChipKey::Device);
    }

    fn ask_with(&mut self, conn: Conn, key: ChipKey) {
        tracing::info!(
            verb = "appraise",
            ?key,
            "the certificate opens no door; the fleet is asked for another"
        );
        let mut enrolment = self.setup.enrolment.clone();
        enrolment.address = self.setup.reached.way(&enrolment.address, self.failures);
        self.proof = Proof::Calling(conn, key, Box::pin(Talk::open(enrolment)));
    }

    fn step(&mut self, step: Step) {
        match (step, mem::replace(&mut self.proof, Proof::None)) {
            (Step::Asked(Ok((talk, nonce))), Proof::Calling(conn, key, _)) => {
                if let Some(at) = talk.peer() {
                    self.saw(&self.setup.enrolment.address.clone(), at);
                }
                self.proof = Proof::Signing(conn, key, talk);
                self.tell(Signal::Asked(key, nonce));
            }
            (Step::Judged(Ok(joined)), Proof::Judged(conn, key, _)) => self.believed(conn, key, joined),
            (Step::Asked(Err(problem)), Proof::Calling(conn, key, _))
            | (Step::Judged(Err(problem)), Proof::Judged(conn, key, _)) => self.refused(conn, key, &problem),
            // Nothing else is underway.
            (_, proof) => self.proof = proof,
        }
    }

    /// The agent's answer to the question.
    fn say(&mut self, letter: Option<Vec<u8>>) {
        match (letter, mem::replace(&mut self.proof, Proof::None)) {
            (Some(letter), Proof::Signing(conn, key, talk)) => {
                let judged = async move { talk.say(&Ask::Reprove(letter.into())).await };
                self.proof = Proof::Judged(conn, key, Box::pin(judged));
            }
            (None, Proof::Signing(conn, ..)) => self.tell(Signal::Lost(conn)),
            // An answer to a question of an attempt that was given up.
            (_, proof) => self.proof = proof,
        }
    }

    fn believed(&mut self, conn: Conn, key: ChipKey, joined: Joined) {
        let Setup { keeper, root, device, .. } = &self.setup;
        let followed = keeper.follow(&joined.keyset, &joined.roster, root);
        match followed.and_then(|()| enrol::chain_of(joined, *device)) {
            Ok(chain) => {
                tracing::info!(
                    verb = "appraise",
                    "the fleet knows this device and lets it into the quarantine room"
                );
                self.proof = Proof::Certifying(conn);
                self.tell(Signal::Reproved(key, carried(&chain)));
            }
            Err(problem) => self.refused(conn, key, &problem),
        }
    }

    fn refused(&mut self, conn: Conn, key: ChipKey, problem: &Problem) {
        if problem.code() == REPLACED && key == ChipKey::Device {
            // The answer to a renewal was lost: to the fleet, the key that was prepared for it is the device's.
            return self.ask_with(conn, ChipKey::NextDevice);
        }
        tracing::warn!(verb = "appraise", code = problem.code(), "{problem}");
        self.failures += usize::from(matches!(problem, Problem::Call(_)));
        self.tell(Signal::Lost(conn));
    }

    fn certify(&mut self, chain: &[Vec<u8>]) {
        self.show(chain);
        self.setup.keeper.certify(chain);
        let keeper = Arc::clone(&self.setup.keeper);
        spawn_blocking(move || {
            if let Err(fault) = keeper.write() {
                tracing::warn!(
                    verb = "append",
                    code = fault.code(),
                    "the new certificate is not kept: {fault}"
                );
            }
        });
        if let Proof::Certifying(conn) = mem::replace(&mut self.proof, Proof::None) {
            match self.certified {
                Some(_) => self.dial(conn),
                None => self.tell(Signal::Lost(conn)),
            }
        }
    }

    /// From the next connection on this is shown.
    fn show(&mut self, chain: &[Vec<u8>]) {
        self.certified = match Certified::new(chain, &self.setup.sign) {
            Ok(certified) => Some(certified),
            Err(mistake) => {
                tracing::warn!(
                    verb = "accept",
                    code = mistake.code(),
                    "the certificate cannot be used: {mistake}"
                );
                None
            }
        };
        self.inbox.renew_at(self.certified.as_ref().map(|one| one.renew_at(self.setup.rotation)));
        self.dialer.swap(self.call());
    }

    fn tell(&self, signal: Signal) {
        self.inbox.put(Heard::Signal(signal));
    }
}

impl Proof {
    const fn conn(&self) -> Option<Conn> {
        match self {
            Self::None => None,
            Self::Calling(conn, ..)
            | Self::Certifying(conn)
            | Self::Judged(conn, ..)
            | Self::Signing(conn, ..) => Some(*conn),
        }
    }
}

/// Ready when something that is underway is done.
async fn next(proof: &mut Proof) -> Step {
    match proof {
        Proof::Calling(_, _, underway) => Step::Asked(underway.await),
        Proof::Judged(_, _, underway) => Step::Judged(underway.await),
        Proof::Certifying(_) | Proof::None | Proof::Signing(..) => pending().await,
    }
}

fn said(ended: &Ended) -> String {
    match ended {
        Ended::Closed { number, reason } => {
            let reason: String = reason.chars().filter(|c| !c.is_control()).collect();
            format!("the fleet closed it with {number} {reason}")
        }
        Ended::Closing(closing) => closing.to_string(),
        Ended::Cut => "it was cut; the device connects again".into(),
        Ended::Failed(problem) => problem.to_string(),
    }
}
