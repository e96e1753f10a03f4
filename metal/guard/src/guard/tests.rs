use core::time::Duration;

use vocab::{Action, Posture, TamperKind};

use crate::kit::{Rig, open};

#[test]
fn an_opened_lid_is_recorded_latched_and_answered() {
    let mut rig = Rig::armed();
    rig.say("lid", open());
    rig.pass(Duration::from_millis(300));
    assert_eq!(rig.events().last().map(|event| event.kind), Some(TamperKind::LidOpened));
    assert_eq!(rig.posture(), Posture::Sealed);
    assert!(rig.did(&Action::LatchVault));
}
