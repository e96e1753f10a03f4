use vocab::{Generation, TamperState};

use super::*;
use crate::testing::{
    Machine, NOW,
    house::{House, id, reason},
    later,
};

fn said(machine: &Machine) -> Vec<Said> {
    machine.disk.iter().map(|entry| Said::read(machine.device, entry, Arrival::Live)).collect()
}

fn texts(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn what_the_box_wrote_and_what_the_fleet_did_stand_in_one_order() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    machine.wait(1);
    machine.opened(1);
    house.wait(2, &mut []);
    house.takes(&mut machine);
    machine.wait(10);
    machine.adopt(2);
    machine.releases(1, "lid", TamperState::Normal);
    house.wait(12, &mut []);
    house.takes(&mut machine);
    house.settles(&machine);
    house.incidents[0].lifted(id(7), house.now);
    house.incidents[0].close(Outcome::True, vocab::PersonId([1; 16]), reason("forced"), later(100)).unwrap();

    let lines = timeline(house.incident(), &said(&machine));
    let device = id(7);
    let expected = [
        "Booted".to_string(),
        "Somebody opened it (lid), 95 % sure".into(),
        "Latched lid as tampered".into(),
        "Locked USB (begun)".into(),
        "Dropped its keys (begun)".into(),
        "Sealed itself".into(),
        "Locked USB".into(),
        "Dropped its keys".into(),
        "The incident is open".into(),
        format!("The identity of {device} is suspended at every door"),
        "The incident is contained".into(),
        "Adopted state 2, which relaxes".into(),
        format!("Released lid, as {} says", crate::testing::house::order_id(1)),
        "The incident is recovering".into(),
        format!("{device} proved that it obeys state 2"),
        "The incident is verified".into(),
        format!("The suspension of {device} is lifted; it renews with a new key"),
        "The incident is closed".into(),
        "Closed as a true alarm: forced".into(),
    ];
    assert_eq!(texts(&lines), expected);
    assert!(lines.iter().all(|line| line.worth == Worth::Fleet));
    assert_eq!(lines[1].from, Source::Device { device, seq: 2, arrival: Arrival::Live });
    assert_eq!(lines[8].from, Source::Fleet);
}

#[test]
fn a_journal_keeps_its_order_when_its_clock_goes_back() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    machine.opened(1);
    house.takes(&mut machine);
    let mut said = said(&machine);
    said[2].at.wall = later(500);
    said[3].at.wall = later(-500);
    said[3].at.quality = ClockQuality::Floor;
    said[4].at.quality = ClockQuality::Carried;
    let lines = timeline(house.incident(), &said);
    let numbers: Vec<_> = lines
        .iter()
        .filter_map(|line| match line.from {
            Source::Device { seq, .. } => Some(seq),
            Source::Fleet => None,
        })
        .collect();
    assert!(numbers.is_sorted(), "{numbers:?}");
    let of = |seq| {
        lines.iter().find(|line| matches!(line.from, Source::Device { seq: found, .. } if found == seq))
    };
    let (back, carried) = (of(4).unwrap(), of(5).unwrap());
    assert_eq!((back.at, back.worth), (later(-500), Worth::AtOrAfter), "its own time is shown as it is");
    assert_eq!(carried.worth, Worth::Carried);
}

#[test]
fn entries_of_boxes_that_have_no_part_are_left_out() {
    let mut house = House::new();
    let (mut machine, other) = (house.machine(7), house.machine(8));
    machine.opened(1);
    house.takes(&mut machine);
    let mut all = said(&other);
    all.extend(said(&machine));
    let lines = timeline(house.incident(), &all);
    assert!(lines.iter().all(|line| !matches!(line.from, Source::Device { device, .. } if device == id(8))));
}

#[test]
fn every_entry_and_every_step_has_its_words() {
    use vocab::{Arming, OrderId, Posture, SensorName, WorkOrderId};
    use wire::v1::body::{Gap, Seen, Trace};
    let order = OrderId([1; 16]);
    let work = WorkOrderId([2; 16]);
    let event = vocab::EventId([3; 16]);
    let digest = crypto::digest::Digest([0; 32]);
    let zone = crate::testing::house::zone("lid");
    let sensor = SensorName::new("lid-1").unwrap();
    let proved = Seen { size: 1, root: digest };
    let code = alloc::string::String::from("guard/x");
    let refused = Adoption::Refused { generation: Generation(3), state: digest, code: code.clone() };
    let released = Change::Released { zone: zone.clone(), event, order: None, state: TamperState::Normal };
    let bodies = [
        (Body::Adopted(refused), "Refused state 3 (guard/x)".to_string()),
        (
            Body::Adopted(Adoption::Proved { generation: Generation(3), checkpoint: proved }),
            "Found state 3 in the fleet's log".into(),
        ),
        (Body::Change(Change::Arming(Arming::Service)), "Is in service".into()),
        (Body::Change(Change::Posture(Posture::Normal)), "Works as usual".into()),
        (Body::Change(Change::Posture(Posture::Wiped)), "Wiped itself".into()),
        (Body::Change(Change::Tripped(sensor)), "lid-1 proved that it can trip".into()),
        (Body::Change(Change::Learnt(digest)), "Learnt what is normal".into()),
        (Body::Change(released), "Released lid: a work order came in time".into()),
        (
            Body::Change(Change::Acknowledged { zone, event, order }),
            format!("{order} says that people know of lid"),
        ),
        (Body::Change(Change::Repeated { event, times: 3 }), "The same happened 3 times more".into()),
        (Body::Change(Change::Soaking(NOW)), format!("Tries new tuning until {NOW} at the latest")),
        (Body::Change(Change::Soaked), "Its tuning has proved itself".into()),
        (Body::Change(Change::Clock(ClockQuality::Fleet)), "Knows the time".into()),
        (
            Body::Gap(Gap { reason: GapReason::DiskFull, records: 4 }),
            "Did not record 4 entries: its disk is full".into(),
        ),
        (
            Body::Trace(Trace { event, half: Half::After, readings: Vec::new() }),
            "Recorded 0 readings from after it".into(),
        ),
        (
            Body::Work(Work::Closed(work, Closing::InOrder)),
            format!("{work} is closed, and everything is shut"),
        ),
        (Body::Work(Work::Closed(work, Closing::Expired)), format!("The time of {work} is over")),
        (Body::Work(Work::Closed(work, Closing::LeftOpen)), format!("{work} ended and something stood open")),
        (Body::Work(Work::Refused(work, code)), format!("Refused {work} (guard/x)")),
    ];
    for (body, text) in bodies {
        assert_eq!(entry(Some(&body)), text);
    }
    assert_eq!(entry(None), "Said something that this fleet cannot read");

    let device = id(7);
    let why = Failure::LatchHeld(event);
    let steps = [
        (What::Joined(device), format!("{device} is part of it")),
        (
            What::Planned { device, generation: Generation(4) },
            format!("State 4 is published for {device}, to bring it back"),
        ),
        (What::Failed { device, why }, format!("{device} is not back: {event} still latches it")),
        (What::Silent(device), format!("{device} says nothing any longer")),
        (What::Back(device), format!("{device} speaks again")),
        (What::Revoked(device), format!("The identity of {device} is revoked")),
    ];
    for (step, text) in steps {
        assert_eq!(fleet(&step, NOW).text, text);
    }
}
