//! A fleet of a few boxes with its incidents, for this crate's tests: what comes in is judged and kept.

use alloc::{collections::BTreeMap, format, vec::Vec};

use admit::{
    Attested, Challenge, Identity, Reference, Token,
    appraise::{Adopted, Appraisal, Facts, appraise},
    enrol::{self, Draw, Joined, Registry},
    token::{Binding, LIFE},
};
use crypto::{
    key::{Attestation, Device, PublicKey},
    seal::{OpeningKey, SoftwareOpening},
};
use journal::{Cursor, Head, Position};
use minicbor::bytes::ByteVec;
use policy::document::Document;
use vocab::{
    Action, Cause, DeviceId, EventId, Generation, Label, Nonce, OrderId, PersonId, Posture, Reading, Receipt,
    ReceiptId, Severity, SiteName, TamperEvent, TamperKind, TamperState, Value, Wall,
    reading::Contact,
    receipt::Outcome,
    tamper::{Authority, Verification},
    unit::Permille,
};
use wire::v1::{Body, Evidence, body::Change, enrol::Join, evidence::Claims};

use super::{Chip, Ledger, Machine, NOW, fleet, label, later, state};
use crate::{
    correlate::{Correlated, Demand, News, Scene, correlate},
    history::History,
    incident::Incident,
    ingest::{Ingested, Offer},
    place::{Place, Topology},
    settle::{Settlement, settle},
};

/// Twelve boxes: six at `north`, six at `south`, two to a cabinet. The first byte of an id is its number.
pub(crate) struct Town;

impl Topology for Town {
    fn place(&self, device: DeviceId) -> Option<Place> {
        let number = device.0[0];
        let site = match number {
            1..=6 => "north",
            7..=12 => "south",
            _ => return None,
        };
        Some(Place {
            label: label(&format!("dev-{number:02}")),
            site: SiteName::new(site).unwrap(),
            cabinet: Some(label(&format!("cabinet {}", number.div_ceil(2)))),
        })
    }

    fn population(&self, _: &SiteName) -> usize {
        6
    }
}

/// The fleet.
pub(crate) struct House {
    pub(crate) now: Wall,
    pub(crate) incidents: Vec<Incident>,
    pub(crate) ledgers: BTreeMap<DeviceId, Ledger>,
    pub(crate) documents: Vec<Document>,
    draws: u8,
}

pub(crate) fn id(number: u8) -> DeviceId {
    DeviceId([number; 16])
}

impl House {
    pub(crate) fn new() -> Self {
        Self { now: NOW, incidents: Vec::new(), ledgers: BTreeMap::new(), documents: Vec::new(), draws: 0 }
    }

    /// A box of the house that is up and known to the fleet.
    pub(crate) fn machine(&mut self, number: u8) -> Machine {
        let mut machine = Machine::of(id(number), number);
        let offer = machine.rest(1);
        self.ledgers.entry(machine.device).or_default().chained(&machine, offer);
        machine
    }

    /// So many seconds pass for the fleet and for these boxes.
    pub(crate) fn wait(&mut self, seconds: u64, machines: &mut [&mut Machine]) {
        self.now = Wall(self.now.0 + i64::try_from(seconds).unwrap() * super::SECOND);
        for machine in machines {
            machine.wait(seconds);
        }
    }

    pub(crate) fn hears(&mut self, news: News<'_>) -> Correlated {
        self.draws = self.draws.wrapping_add(1);
        let open: Vec<&Incident> = self.incidents.iter().collect();
        let scene = Scene {
            open: &open,
            town: &Town,
            documents: &self.documents,
            now: self.now,
            random: [self.draws; 32],
        };
        let correlated = correlate(news, &scene);
        for changed in &correlated.incidents {
            match self.incidents.iter_mut().find(|known| known.id() == changed.id()) {
                Some(known) => *known = changed.clone(),
                None => self.incidents.push(changed.clone()),
            }
        }
        correlated
    }

    /// The box offers all that the fleet does not have.
    pub(crate) fn takes(&mut self, machine: &mut Machine) -> Correlated {
        let ledger = self.ledgers.entry(machine.device).or_default();
        let from = ledger.accepted().map_or(1, |accepted| accepted.seq + 1);
        let offer = machine.rest(from);
        let chained = ledger.chained(machine, offer);
        self.hears(News::Run(&chained))
    }

    /// As `takes`, with the run itself.
    pub(crate) fn takes_offer(&mut self, machine: &Machine, offer: Offer) -> Correlated {
        let ledger = self.ledgers.entry(machine.device).or_default();
        match ledger.taken(machine, offer) {
            Ok(Ingested::Chained(chained)) => self.hears(News::Run(&chained)),
            Ok(Ingested::Fork(fork)) => self.hears(News::Fork(&fork)),
            other => panic!("the offer should have said something: {other:?}"),
        }
    }

    /// The only incident.
    pub(crate) fn incident(&self) -> &Incident {
        match self.incidents.as_slice() {
            [one] => one,
            several => panic!("{} incidents: {several:#?}", several.len()),
        }
    }

    /// The box is asked, answers, and the only incident is settled by its proof.
    pub(crate) fn settles(&mut self, machine: &Machine) -> Settlement {
        let proof = self.proof(machine, machine.head());
        settle(&mut self.incidents[0], &proof, self.now)
    }

    /// The proof of a box over this entry, asked and given now.
    pub(crate) fn proof(&self, machine: &Machine, position: Position) -> Attested {
        proof_asked(machine, position, self.now)
    }
}

/// The proof of a box over this entry, asked and given then.
pub(crate) fn proof_asked(machine: &Machine, position: Position, asked: Wall) -> Attested {
    let generation = machine.generation;
    let evidence = Evidence {
        fleet: fleet(),
        device: machine.device,
        nonce: NONCE,
        position,
        generation,
        state: (generation > Generation::NONE).then(|| state(generation.0)),
        opening_key: None,
        device_key: machine.chip.public(),
        claims: Claims::Software { version: label("metald 0.1.0") },
    };
    let identity = identity(machine);
    let reference = Reference { software: [label("metald 0.1.0")].into() };
    let facts = Facts { identity: &identity, reference: &reference, history: &Shelf(position, generation) };
    match appraise(attester(machine).seal(&evidence), Challenge::new(NONCE, asked), &facts, asked) {
        Ok(Appraisal::Attested(attested)) => attested,
        other => panic!("the evidence is good: {other:?}"),
    }
}

const NONCE: Nonce = Nonce([0x40; 32]);

fn attester(machine: &Machine) -> Chip {
    Chip::of(machine.device.0[0] + 100)
}

/// The identity under which a box enrolled.
fn identity(machine: &Machine) -> Identity {
    struct Empty;
    impl Registry for Empty {
        fn holder(&self, _: &PublicKey<Device>) -> Option<DeviceId> {
            None
        }
        fn attester(&self, _: &PublicKey<Attestation>) -> Option<DeviceId> {
            None
        }
        fn identity(&self, _: DeviceId) -> Option<Identity> {
            None
        }
    }
    let token = Token::issue(
        &[1; 32],
        SiteName::new("harbour").unwrap(),
        LIFE,
        Binding::default(),
        PersonId([1; 16]),
        NOW,
    )
    .unwrap();
    let join = Join {
        token: ByteVec::from([1; 32].to_vec()),
        label: label("box"),
        attestation_key: attester(machine).public(),
        device_key: machine.chip.public(),
        opening_key: *SoftwareOpening::from_seed([1; 32]).public(),
        fleet: fleet(),
        nonce: NONCE,
    };
    let draw = Draw { device: machine.device.0, serial: [1; 16] };
    let challenge = Challenge::new(NONCE, NOW);
    match enrol::join(machine.chip.seal(&join), challenge, Some(token), &Empty, &fleet(), draw, NOW) {
        Ok(Joined::New(newcomer)) => newcomer.identity,
        other => panic!("the box should have joined: {other:?}"),
    }
}

/// A journal of which the fleet has everything, obeying one generation throughout.
struct Shelf(Position, Generation);

impl admit::appraise::History for Shelf {
    fn accepted(&self) -> Option<Position> {
        Some(self.0)
    }

    fn head_at(&self, _: &Cursor) -> Option<Head> {
        Some(self.0.head)
    }

    fn adopted_at(&self, _: u64) -> Option<Adopted> {
        (self.1 > Generation::NONE).then(|| Adopted { generation: self.1, state: state(self.1.0) })
    }

    fn published(&self, _: Generation) -> Option<Wall> {
        Some(later(-1_000_000))
    }
}

pub(crate) fn event_id(number: u8) -> EventId {
    EventId([number; 16])
}

pub(crate) fn order_id(number: u8) -> OrderId {
    OrderId([number; 16])
}

pub(crate) fn zone(name: &str) -> vocab::ZoneName {
    vocab::ZoneName::new(name).unwrap()
}

/// What happens to a box, as its guard writes it.
impl Machine {
    /// An event of no particular importance but its severity.
    pub(crate) fn event(&self, number: u8, kind: TamperKind, place: &str, severity: Severity) -> TamperEvent {
        let at = self.now();
        let sensor = vocab::SensorName::new("lid-1").unwrap();
        TamperEvent {
            id: event_id(number),
            at,
            kind,
            location: zone(place),
            confidence: Permille(950),
            severity,
            verification: Verification::Single,
            authority: Authority::Unauthorised,
            readings: [Reading { sensor, at: at.mono, value: Value::Contact(Contact::Open) }].into(),
        }
    }

    /// Somebody opens the lid: the event, its latch, and the reflex with its receipts.
    pub(crate) fn opened(&mut self, number: u8) -> EventId {
        let event = self.event(number, TamperKind::LidOpened, "lid", Severity::High);
        self.say(&Body::Event(event));
        self.latches(number, "lid", TamperState::Tampered);
        let cause = Cause::Reflex(event_id(number));
        self.receipt(1, Action::LockUsb, cause, Outcome::Intended);
        self.receipt(2, Action::DropKeys, cause, Outcome::Intended);
        self.say(&Body::Change(Change::Posture(Posture::Sealed)));
        self.receipt(1, Action::LockUsb, cause, Outcome::Done);
        self.receipt(2, Action::DropKeys, cause, Outcome::Done);
        event_id(number)
    }

    pub(crate) fn latches(&mut self, number: u8, place: &str, state: TamperState) {
        let (event, posture) = (event_id(number), Posture::Sealed);
        let latched = Change::Latched { zone: zone(place), state, event, posture, holds: Vec::new() };
        self.say(&Body::Change(latched));
    }

    pub(crate) fn receipt(&mut self, number: u8, action: Action, cause: Cause, outcome: Outcome) {
        let at = self.now();
        self.say(&Body::Receipt(Receipt { id: ReceiptId([number; 16]), at, action, cause, outcome }));
    }

    pub(crate) fn releases(&mut self, number: u8, place: &str, state: TamperState) -> Position {
        let released = Change::Released {
            zone: zone(place),
            event: event_id(number),
            order: Some(order_id(number)),
            state,
        };
        self.say(&Body::Change(released))
    }
}

pub(crate) fn suspensions(correlated: &Correlated) -> usize {
    correlated.demands.iter().filter(|demand| matches!(demand, Demand::Suspend(..))).count()
}

pub(crate) fn reason(text: &str) -> Label {
    label(text)
}
