//! Every body of a journal entry, and every form of it.

use alloc::{boxed::Box, string::ToString, vec, vec::Vec};

use crypto::signed::ToSign;
use journal::{Branch, Entry, Header, Kind};
use vocab::{
    Action, Arming, Cause, ClockQuality, Generation, Interlock, InterlockReading, MachineBoot, Millis, Mono,
    OrderId, Posture, Reading, Receipt, ReceiptId, Severity, TamperEvent, TamperKind, TamperState, Value,
    Wall,
    reading::{Component, ComponentKind, Contact, Flag, Interface, InterfaceKind, SensorFault, Supply},
    receipt::Outcome,
    tamper::{Authority, Verification},
    unit::{Lux, MicroG, MilliAmps, MilliCelsius, MilliVolts, Ohms, Permille},
};
use wire::v1::{
    Body, Standing,
    body::{Adoption, Change, Closing, Direction, Gap, GapReason, Half, Seen, Trace, Work},
    standing::{Granted, Latch, Obeyed, Soak, Stretch, Tripped, UsedWork},
};

use super::{
    cast::{
        AT, BOOT, DEVICE_KEY, EVENT, GENERATION, NOW, ada, cursor, digest, later, position, sensor, unit,
        zone,
    },
    letters,
};

/// Name and body; the name begins with the word of its kind.
pub(super) fn samples() -> Vec<(&'static str, Body)> {
    [adopted(), said_once(), changes(), receipts(), standings(), works()].concat()
}

fn adopted() -> Vec<(&'static str, Body)> {
    let state = digest("state 8");
    let generation = GENERATION.next();
    let adopted = |direction| Adoption::Adopted { generation, state, direction, roster: 2, keyset: 3 };
    vec![
        ("adopted", Body::Adopted(adopted(Direction::Tightens))),
        ("adopted-relaxing", Body::Adopted(adopted(Direction::Relaxes))),
        (
            "adopted-not",
            Body::Adopted(Adoption::Refused { generation, state, code: "guard/beyond-basis".to_string() }),
        ),
        (
            "adopted-and-proved",
            Body::Adopted(Adoption::Proved {
                generation,
                checkpoint: Seen { size: 60, root: digest("root") },
            }),
        ),
    ]
}

fn said_once() -> Vec<(&'static str, Body)> {
    let gap = |reason, records| Body::Gap(Gap { reason, records });
    let branch = Branch { resumes: position(37), lost_from: 38, lost_to: 40 };
    vec![
        ("boot", Body::Boot(boot_letter())),
        ("branch", Body::Branch(branch)),
        ("event", Body::Event(event())),
        ("gap-disk-full", gap(GapReason::DiskFull, 12)),
        ("gap-torn-tail", gap(GapReason::TornTail, 1)),
        ("gap-damaged", gap(GapReason::Damaged, 3)),
        ("gap-disk-stuck", gap(GapReason::DiskStuck, 0)),
        ("trace-before", Body::Trace(Trace { event: EVENT, half: Half::Before, readings: readings() })),
        ("trace-after", Body::Trace(Trace { event: EVENT, half: Half::After, readings: vec![] })),
    ]
}

pub(super) fn boot_letter() -> crypto::signed::Signed<wire::v1::Boot> {
    let unsigned = ToSign::new(&letters::boot(), DEVICE_KEY.public::<crypto::key::Device>().id());
    let signature = DEVICE_KEY.sign(&unsigned.message());
    unsigned.finish(&signature)
}

pub(super) fn event() -> TamperEvent {
    TamperEvent {
        id: EVENT,
        at: AT,
        kind: TamperKind::LidOpened,
        location: zone("lid"),
        confidence: Permille(950),
        severity: Severity::High,
        verification: Verification::Verified,
        authority: Authority::Unauthorised,
        readings: readings(),
    }
}

/// One of each value.
fn readings() -> Vec<Reading> {
    let component = |kind, identity: &str| Component { kind, identity: identity.to_string() };
    let interface = |kind, name: &str| Interface { kind, name: name.to_string() };
    let values = [
        ("shock", Value::Acceleration(MicroG(-12_000), MicroG(3_500), MicroG(998_000))),
        (
            "inventory",
            Value::Components(vec![
                component(ComponentKind::Board, "dmi:ACME/7"),
                component(ComponentKind::Network, "02:00:00:00:00:07"),
            ]),
        ),
        ("lid", Value::Contact(Contact::Open)),
        ("psu/current", Value::Current(MilliAmps(812))),
        ("psu/12v", Value::Fault(SensorFault::Declared)),
        (
            "ports",
            Value::Interfaces(vec![
                interface(InterfaceKind::Network, "eth0"),
                interface(InterfaceKind::UsbInput, "1-1.4"),
            ]),
        ),
        ("charging", Value::Interlock(Interlock::Energised, InterlockReading::Unknown)),
        ("chassis", Value::Intrusion(Flag::Raised)),
        ("inside", Value::Light(Lux(41))),
        ("loop", Value::Loop(Ohms(3_300))),
        ("psu/5v", Value::Rail(MilliVolts(4_610))),
        ("mains", Value::Supply(Supply::Lost)),
        ("board/temp", Value::Temperature(MilliCelsius(-5_250))),
    ];
    let reading = |(at, (name, value)): (u64, (&str, Value))| Reading {
        sensor: sensor(name),
        at: Mono(61_000_000_000 + at * 10_000_000),
        value,
    };
    (0..).zip(values).map(reading).collect()
}

fn changes() -> Vec<(&'static str, Body)> {
    let (lid, order) = (zone("lid"), letters::release().id);
    let all = [
        ("change-arming", Change::Arming(Arming::Service)),
        (
            "change-latched",
            Change::Latched {
                zone: lid.clone(),
                state: TamperState::Tampered,
                event: EVENT,
                posture: Posture::Sealed,
                holds: vec![Action::LockUsb, Action::DropKeys],
            },
        ),
        ("change-posture", Change::Posture(Posture::Isolated)),
        ("change-tripped", Change::Tripped(sensor("lid"))),
        ("change-learnt", Change::Learnt(digest("baselines"))),
        (
            "change-released",
            Change::Released {
                zone: lid.clone(),
                event: EVENT,
                order: Some(order),
                state: TamperState::Normal,
            },
        ),
        (
            "change-released-by-work",
            Change::Released { zone: lid.clone(), event: EVENT, order: None, state: TamperState::Suspect },
        ),
        ("change-acknowledged", Change::Acknowledged { zone: lid, event: EVENT, order }),
        ("change-repeated", Change::Repeated { event: EVENT, times: 300 }),
        ("change-soaking", Change::Soaking(later(24))),
        ("change-soaked", Change::Soaked),
        ("change-clock", Change::Clock(ClockQuality::Carried)),
    ];
    all.map(|(name, change)| (name, Body::Change(change))).into()
}

pub(super) fn receipt(action: Action, cause: Cause, outcome: Outcome) -> Receipt {
    Receipt { id: ReceiptId(*b"one act, twice.."), at: AT, action, cause, outcome }
}

fn receipts() -> Vec<(&'static str, Body)> {
    let order = OrderId(*b"stop the kiosk..");
    let stop = || Action::StopUnit(unit("kiosk.service"));
    let all = [
        ("receipt-intended", receipt(Action::LatchVault, Cause::Reflex(EVENT), Outcome::Intended)),
        ("receipt-done", receipt(Action::LatchVault, Cause::Reflex(EVENT), Outcome::Done)),
        ("receipt-unverified", receipt(stop(), Cause::Order(order), Outcome::Unverified)),
        ("receipt-failed", receipt(Action::Isolate, Cause::State(GENERATION), Outcome::Failed)),
        ("receipt-timed-out", receipt(Action::Rejoin, Cause::State(GENERATION), Outcome::TimedOut)),
        (
            "receipt-withheld",
            receipt(Action::PowerOff, Cause::Order(order), Outcome::Withheld(Interlock::Energised)),
        ),
        ("receipt-log-only", receipt(Action::DropKeys, Cause::Reflex(EVENT), Outcome::LogOnly)),
        ("receipt-unsupported", receipt(Action::LockUsb, Cause::Lease, Outcome::Unsupported)),
    ];
    all.map(|(name, receipt)| (name, Body::Receipt(receipt))).into()
}

fn standings() -> Vec<(&'static str, Body)> {
    let full = Standing {
        latches: vec![Latch {
            event: EVENT,
            zone: zone("lid"),
            kind: TamperKind::LidOpened,
            severity: Severity::High,
            at: AT,
            position: cursor(39),
            state: TamperState::Acknowledged,
            posture: Posture::Sealed,
            holds: vec![Action::LockUsb],
        }],
        arming: Arming::Armed,
        posture: Posture::Sealed,
        obeyed: Some(Obeyed { generation: GENERATION, state: digest("state 7"), roster: 2, keyset: 3 }),
        seen: Some(Seen { size: 60, root: digest("root") }),
        proved: GENERATION,
        orders: vec![letters::release().id],
        ordered: vec![Action::StopUnit(unit("kiosk.service"))],
        works: vec![UsedWork {
            order: letters::order_of_work().id,
            holder: ada().public().id(),
            zones: vec![zone("rear")],
            window: Millis(7_200_000),
            from: NOW,
            until: later(24),
            opened: AT,
            powered: 90_000_000,
            closed: Some(later(1)),
        }],
        acts: vec![receipt(Action::LatchVault, Cause::Reflex(EVENT), Outcome::Intended)],
        tripped: vec![Tripped { sensor: sensor("lid"), at: later(-2) }],
        learnt: Some(digest("baselines")),
        soak: Some(Soak { until: later(24), tripped: vec![sensor("lid")] }),
        floor: NOW,
        quality: ClockQuality::Fleet,
        powered: 91_000_000,
        lease: Some(Granted { powered: 90_500_000 }),
        boots: vec![Stretch { boot: BOOT, first: 30, last: 41 }],
        branch: Some(Branch { resumes: position(29), lost_from: 30, lost_to: 32 }),
        acknowledged: Some(cursor(40)),
        least: Posture::Wiped,
        loosening: Some(GENERATION.next()),
        held: vec![Action::StopUnit(unit("kiosk.service"))],
        machine: Some(MachineBoot(*b"the kernel's own")),
    };
    let new = Standing {
        latches: vec![],
        arming: Arming::Storage,
        posture: Posture::Normal,
        obeyed: None,
        seen: None,
        proved: Generation::NONE,
        orders: vec![],
        ordered: vec![],
        works: vec![],
        acts: vec![],
        tripped: vec![],
        learnt: None,
        soak: None,
        floor: Wall(0),
        quality: ClockQuality::Floor,
        powered: 0,
        lease: None,
        boots: vec![],
        branch: None,
        acknowledged: None,
        least: Posture::Normal,
        loosening: None,
        held: vec![],
        machine: None,
    };
    [("standing", full), ("standing-of-a-new-device", new)]
        .map(|(name, standing)| (name, Body::Standing(Box::new(standing))))
        .into()
}

fn works() -> Vec<(&'static str, Body)> {
    let order = letters::order_of_work();
    let opened = Work::Opened {
        order: order.id,
        holder: order.holder.id(),
        zones: order.zones.clone(),
        window: order.window,
        from: order.from,
        until: order.until,
    };
    let all = [
        ("work-opened", opened),
        ("work-closed", Work::Closed(order.id, Closing::InOrder)),
        ("work-expired", Work::Closed(order.id, Closing::Expired)),
        ("work-left-open", Work::Closed(order.id, Closing::LeftOpen)),
        ("work-refused", Work::Refused(order.id, "guard/work-other".to_string())),
    ];
    all.map(|(name, work)| (name, Body::Work(work))).into()
}

/// An entry of this kind with whatever stands in its body.
pub(super) fn entry(kind: Kind, body: &[u8]) -> Entry {
    let header = Header {
        boot: BOOT,
        seq: 41,
        prev: position(40).head,
        mono: AT.mono,
        wall: AT.wall,
        quality: AT.quality,
        kind,
    };
    Entry::new(header, body.to_vec()).unwrap()
}
