//! Whatever happens, and wherever the power is cut.

use alloc::{vec, vec::Vec};
use core::time::Duration;

use proptest::prelude::*;
use vocab::{Action, EventId, InterlockReading, Millis, Posture, Value, unit::MilliVolts};
use wire::v1::{
    Body, OrderKind,
    body::{Adoption, Change, Direction},
};

use super::reboot;
use crate::{
    Input,
    kit::{
        Rig, closed,
        fleet::release,
        interlock, open,
        rig::{Disk, Written},
    },
};

/// What these entries leave latched, counted by hand.
fn latched(written: &[Written]) -> Vec<EventId> {
    let mut latched = Vec::new();
    for one in written {
        let Written::Append(entry) = one else { continue };
        match Body::decode(entry).unwrap() {
            Body::Change(Change::Latched { event, .. }) if !latched.contains(&event) => latched.push(event),
            Body::Change(Change::Released { event, .. }) => latched.retain(|known| *known != event),
            _ => {}
        }
    }
    latched
}

/// One thing that happens to a device.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Adopt(Posture),
    Boot,
    Close(&'static str),
    Interlock(InterlockReading),
    Open(&'static str),
    Order,
    Pass(u64),
    Rail(i32),
    Reset,
    Stuck,
    Unstuck,
    Work,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        prop_oneof![
            Just(Posture::Normal),
            Just(Posture::Guarded),
            Just(Posture::Isolated),
            Just(Posture::Sealed)
        ]
        .prop_map(Step::Adopt),
        Just(Step::Boot),
        prop_oneof![Just("lid"), Just("rear")].prop_map(Step::Close),
        prop_oneof![Just(InterlockReading::Clear), Just(InterlockReading::Engaged)].prop_map(Step::Interlock),
        prop_oneof![Just("lid"), Just("rear")].prop_map(Step::Open),
        Just(Step::Order),
        (1u64..10_000).prop_map(Step::Pass),
        (4_000i32..5_500).prop_map(Step::Rail),
        Just(Step::Reset),
        Just(Step::Stuck),
        Just(Step::Unstuck),
        Just(Step::Work),
    ]
}

pub(super) fn take(rig: &mut Rig, step: Step, number: u8) {
    match step {
        Step::Adopt(posture) => {
            rig.tell_time();
            rig.adopt(|state| state.posture = posture);
        }
        Step::Boot => {
            rig.disk = Disk::Prompt;
            reboot(rig);
        }
        Step::Close(sensor) => rig.say(sensor, closed()),
        Step::Interlock(reading) => rig.say("pump", interlock(reading)),
        Step::Open(sensor) => rig.say(sensor, open()),
        Step::Order => {
            let Some(basis) = rig.guard().durable_position() else { return };
            let order = rig.fleet.order(number, OrderKind::Run(Action::LockUsb), basis, &[]);
            rig.adopt(|state| state.orders = [order].into());
        }
        Step::Pass(millis) => rig.pass(Duration::from_millis(millis)),
        Step::Rail(volts) => rig.say("rail", Value::Rail(MilliVolts(volts))),
        Step::Reset => {
            let (Some(latch), Some(basis)) =
                (rig.guard().latches().first().cloned(), rig.guard().durable_position())
            else {
                return;
            };
            let order = rig.fleet.order(number, release(latch.event, latch.severity), basis, &[0, 1]);
            rig.tell_time();
            rig.adopt(|state| state.orders = [order].into());
        }
        Step::Stuck => rig.disk = Disk::Stuck,
        Step::Unstuck => {
            rig.disk = Disk::Prompt;
            rig.sync();
        }
        Step::Work => {
            rig.give(Input::WorkAsked);
            let order = rig.fleet.work(number, 2, &["lid"], Millis(5_000));
            let presence = rig.fleet.presence(&order, 2, *rig.challenges.last().unwrap());
            let order = rig.fleet.sign_work(&order);
            rig.give(Input::WorkPresented { order, presence });
        }
    }
}

fn told(steps: &[Step]) -> Rig {
    let mut rig = Rig::armed();
    for (number, step) in (100..).zip(steps) {
        take(&mut rig, *step, number);
    }
    rig.disk = Disk::Prompt;
    rig.sync();
    rig
}

/// Whether every loosening of the posture follows an adoption that relaxes, and nothing else loosens.
fn loosens_only_by_adoption(bodies: &[Body]) -> bool {
    let (mut posture, mut relaxed) = (Posture::Normal, false);
    for body in bodies {
        match body {
            Body::Adopted(Adoption::Adopted { direction, .. }) => relaxed = *direction == Direction::Relaxes,
            Body::Change(Change::Posture(next)) => {
                if *next < posture && !relaxed {
                    return false;
                }
                posture = *next;
                relaxed = false;
            }
            _ => {}
        }
    }
    true
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_power_cut_after_any_effect_ends_in_the_same_latches(
        steps in prop::collection::vec(any_step(), 1..14),
        cuts in prop::collection::vec(0usize..1_000, 1..6),
    ) {
        let story = told(&steps);
        for cut in cuts {
            let written = &story.written[..cut * story.written.len() / 1_000];
            let mut rig = Rig::bare();
            rig.boots = story.boots;
            rig.world = story.world;
            rig.written = written.to_vec();
            rig.take_vault(&story);
            rig.boot();
            let expected = latched(written);
            let found: Vec<_> = rig.guard().latches().iter().map(|latch| latch.event).take(expected.len()).collect();
            prop_assert_eq!(found, expected);
            let posture = rig.posture();
            reboot(&mut rig);
            prop_assert!(rig.posture() >= posture, "a second boot loosens nothing");
        }
    }

    #[test]
    fn the_posture_never_loosens_without_an_adopted_state_that_relaxes(
        steps in prop::collection::vec(any_step(), 1..20),
    ) {
        let rig = told(&steps);
        prop_assert!(loosens_only_by_adoption(&rig.bodies()), "{:?}", rig.changes());
    }

    #[test]
    fn what_the_journal_says_is_what_the_guard_remembers(steps in prop::collection::vec(any_step(), 1..20)) {
        let rig = told(&steps);
        let mut memory = crate::memory::Memory::empty();
        for written in &rig.written {
            if let Written::Append(entry) = written {
                memory.replay(entry).unwrap();
            }
        }
        prop_assert_eq!(&memory.standing, &rig.guard().record.memory.standing);
    }
}
