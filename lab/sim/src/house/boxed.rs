//! One box of a house.

use agent::{
    Agent, Notice,
    disk::{Replay, replay},
};
use board::Clock;
use crypto::signed::Signed;
use guard::Pins;
use link::Conn;
use vocab::{Action, DeviceId, Mono, Outcome, Value, reading::Contact};
use wire::v1::{Body, Presence, WorkOrder};

use crate::{Cable, Heard, Hq, SimBoard};

/// One box: its hardware, its cable, and its software while it has power.
pub struct Boxed {
    /// The id.
    pub device: DeviceId,
    /// The hardware; it survives power cuts.
    pub board: SimBoard,
    /// The cable.
    pub cable: Cable,
    /// What people call it.
    pub label: String,
    /// What was worth noticing since the box was made.
    pub notices: Vec<Notice>,
    /// As which device the fleet knows whoever is at this cable.
    pub shown: Option<DeviceId>,
    /// Its connections, as it numbers them and as the fleet's listener does.
    pub(super) conns: Vec<(Conn, Conn)>,
    /// Why doors stayed shut.
    pub turned_away: Vec<admit::Refusal>,
    /// What enrolment fixed; none before it.
    pub(super) pins: Option<Pins>,
    pub(super) fleet: vocab::FleetName,
    pub(super) agent: Option<Agent<SimBoard, Cable>>,
    pub(super) due: Option<Mono>,
}

impl Boxed {
    /// The connection as the fleet's listener numbers it: each is new there, whatever a box calls it.
    pub(super) fn at_hq(&mut self, heard: Heard, hq: &mut Hq) -> (Conn, Heard) {
        let (Heard::Opened(conn, _) | Heard::Message(conn, _) | Heard::Flushed(conn) | Heard::Closed(conn)) =
            &heard;
        let conn = *conn;
        if matches!(heard, Heard::Opened(..)) {
            self.conns.push((conn, hq.number()));
        }
        let known = self.conns.iter().rev().find(|(at_box, _)| *at_box == conn);
        let number = known.map_or(Conn(0), |(_, at_hq)| *at_hq);
        let heard = match heard {
            Heard::Opened(_, chain) => Heard::Opened(number, chain),
            Heard::Message(_, message) => Heard::Message(number, message),
            Heard::Flushed(_) => Heard::Flushed(number),
            Heard::Closed(_) => Heard::Closed(number),
        };
        (conn, heard)
    }

    pub(super) fn at_box(&self, at_hq: Conn) -> Option<Conn> {
        let (at_box, _) = self.conns.iter().rev().find(|(_, number)| *number == at_hq)?;
        // An older connection may have had the same number at the box.
        let newest = self.conns.iter().rev().find(|(conn, _)| conn == at_box)?;
        (newest.1 == at_hq).then_some(*at_box)
    }

    pub(super) fn next(&self) -> Option<Mono> {
        self.agent.as_ref()?;
        if self.board.disk.power().is_gone() {
            return None;
        }
        let senses = board::Sensors::deadline(&self.board.senses).map(|at| self.board.clock.in_world(at));
        [self.due, self.board.disk.deadline(), self.cable.deadline(), senses].into_iter().flatten().min()
    }

    pub(super) fn step(&mut self) {
        let Some(agent) = &mut self.agent else { return };
        // The power went with the last operation; the software does not get to know.
        if self.board.disk.power().is_gone() {
            return;
        }
        let due = agent.step();
        self.notices.extend(agent.notices());
        self.due = due.map(|at| self.board.clock.in_world(at));
    }

    /// The software, while it has power.
    ///
    /// # Panics
    /// If the box has none.
    pub const fn agent(&self) -> &Agent<SimBoard, Cable> {
        self.agent.as_ref().expect("the box has power")
    }

    /// Gives the guard what a person at the box does.
    ///
    /// # Panics
    /// If the box has no power.
    pub fn hear(&mut self, input: guard::Input) {
        self.agent.as_mut().expect("the box has power").hear(input);
        self.due = Some(self.board.clock.in_world(self.board.clock.mono()));
    }

    /// Somebody shows a work order, and says that it is theirs.
    ///
    /// # Panics
    /// If the box has no power.
    pub fn show_work(&mut self, order: &Signed<WorkOrder>, presence: &Signed<Presence>) {
        let (order, presence) = (order.bytes().to_vec(), presence.bytes().to_vec());
        self.hear(guard::Input::WorkPresented { order, presence });
    }

    /// Whether the box has power.
    pub const fn is_on(&self) -> bool {
        self.agent.is_some()
    }

    /// The lid is opened.
    pub fn open_lid(&self) {
        self.board.senses.set("lid", Value::Contact(Contact::Open));
    }

    /// The lid is closed.
    pub fn close_lid(&self) {
        self.board.senses.set("lid", Value::Contact(Contact::Closed));
    }

    /// Every act asked of the hands, in order.
    pub fn acts(&self) -> Vec<(Action, Outcome)> {
        self.board.hands.acts()
    }

    /// What lies on the disk now.
    ///
    /// # Panics
    /// If the disk cannot be read.
    pub fn on_disk(&self) -> Replay {
        replay(&self.device, &mut self.board.disk.image()).expect("the simulated disk reads")
    }

    /// What the journal on the disk says, oldest first.
    ///
    /// # Panics
    /// If an entry of the device's own cannot be read.
    pub fn journal(&self) -> Vec<Body> {
        let bodies = self.on_disk().chain.into_iter();
        bodies.map(|entry| Body::decode(&entry).expect("the device reads its own record")).collect()
    }

    /// What the fleet's end of the cable hears, where no fleet is.
    pub fn drain(&self) -> Vec<(Conn, Vec<u8>)> {
        let heard = self.cable.heard().into_iter();
        heard
            .filter_map(|heard| match heard {
                Heard::Message(conn, message) => Some((conn, message)),
                Heard::Closed(_) | Heard::Flushed(_) | Heard::Opened(..) => None,
            })
            .collect()
    }
}
