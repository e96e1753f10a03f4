use crypto::key::{self, SecretKey};
use vocab::{Action, Generation, Tuning};
use wire::v1::{Order, Roster, state::Lease};

use super::*;
use crate::{
    ceremony::tests::keyset,
    testing::{DEVICE, LATER, NOW, fleet_name, release},
};

/// A state that locks USB, as the fleet signed it and as it truly says it.
fn signed() -> EntryDetail {
    let root = SecretKey::<key::Root>::from_seed([1; 32]);
    let orders = vec![Order { kind: OrderKind::Run(Action::LockUsb), ..release() }];
    let state = DeviceState {
        fleet: fleet_name(),
        device: DEVICE,
        generation: Generation(7),
        previous: None,
        issued: NOW,
        basis: release().basis,
        arming: Arming::Armed,
        tuning: Tuning::default(),
        reflexes: vec![],
        interlocks: vec![],
        posture: Posture::Isolated,
        orders,
        secrets: vec![],
        lease: Some(Lease { until: LATER, powered: 60, afterwards: Posture::Guarded }),
        floor: Generation(1),
        roster: Signed::seal(&Roster { fleet: fleet_name(), version: 1, people: vec![] }, &root),
        keyset: Signed::seal(&keyset(), &root),
    };
    let letter = Signed::seal_whole(&state, &SecretKey::<key::State>::from_seed([2; 32])).unwrap();
    let record = Record::of_state(&letter, Digest([3; 32]));
    let wants = SignedState {
        generation: 7,
        basis: 12,
        arming: word::Arming::Armed,
        posture: word::Posture::Isolated,
        orders: vec!["lock-usb".into()],
        secrets: 0,
        until: Some(LATER.to_string()),
    };
    EntryDetail {
        entry: Entry {
            index: 4,
            kind: proof::STATE.into(),
            what: "tell a box what it is to obey".into(),
            at: Some(NOW.to_string()),
            by: Some("the fleet".into()),
            about: Some("dev-07".into()),
            about_id: Some(DEVICE.to_string()),
            refused: None,
            reason: None,
            inputs: vec![],
            erased: false,
            state: Some(wants),
        },
        salt: hex::encode(&record.salt().0),
        record: hex::encode(record.bytes()),
        leaf: hex::encode(&record.leaf().0),
    }
}

fn reviewed(detail: &EntryDetail) -> Result<Reviewed, Refusal> {
    review(4, detail, &record(detail)?)
}

#[test]
fn a_state_is_told_from_the_letter_that_the_device_obeys() {
    let Reviewed { subject, entry, .. } = reviewed(&signed()).unwrap();
    let wants = entry.state.expect("it is a state");
    assert_eq!((subject, wants.generation, wants.basis), (DEVICE.to_string(), 7, 12));
    assert_eq!((wants.arming, wants.posture), (word::Arming::Armed, word::Posture::Isolated));
    assert_eq!(wants.orders, ["refuse every USB device that is not there yet"], "not as the fleet calls it");
}

#[test]
fn a_state_of_which_the_fleet_tells_another_is_refused() {
    type Lie = fn(&mut SignedState);
    let lies: [Lie; 7] = [
        |state| state.generation = 8,
        |state| state.basis = 13,
        |state| state.arming = word::Arming::Service,
        |state| state.posture = word::Posture::Normal,
        |state| state.orders.clear(),
        |state| state.secrets = 1,
        |state| state.until = None,
    ];
    for lie in lies {
        let mut detail = signed();
        lie(detail.entry.state.as_mut().unwrap());
        let refused = reviewed(&detail).map(|_| ()).unwrap_err();
        assert!(matches!(refused, Refusal::RecordOther { what: "state", .. }), "{refused}");
    }
    let decision = EntryDetail { entry: Entry { kind: "suspend".into(), ..signed().entry }, ..signed() };
    assert_eq!(
        reviewed(&decision).map(|_| ()).unwrap_err().code(),
        "cli/record-other",
        "its leaf is another"
    );
}
