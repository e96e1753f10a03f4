//! Whoever holds the disk can write the small files: they are read or refused, and never loosen anything.

use alloc::vec::Vec;

use proptest::{collection::vec, prelude::*};
use vocab::{Action, Generation, Posture, TamperKind};

use super::{kinds, reboot, sealed};
use crate::{
    Kept, Remains, demanded,
    kit::{Rig, record::remains},
};

/// A sealed device wakes with these in place of its files.
fn wakes_with(mut rig: Rig, change: impl FnOnce(&mut [(Kept, Vec<u8>)])) -> Rig {
    rig.cut();
    let (chain, mut kept) = remains(&rig.written);
    change(&mut kept);
    rig.boot_with(Remains { chain, ..Remains::default() }, kept);
    rig.settle();
    rig
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_for_files_leave_the_device_sealed_and_are_a_finding(
        noise in vec(vec(any::<u8>(), 0..300), 3)
    ) {
        let rig = wakes_with(sealed(), |kept| {
            for ((_, bytes), noise) in kept.iter_mut().zip(noise) {
                *bytes = noise;
            }
        });
        prop_assert_eq!((rig.posture(), rig.guard().obeys().generation), (Posture::Sealed, Generation(1)));
        prop_assert!(rig.guard().state().is_none());
        prop_assert!(kinds(&rig).contains(&TamperKind::RecordDamaged));
    }

    #[test]
    fn no_changed_byte_of_a_file_opens_a_sealed_device(
        which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte: u8
    ) {
        let rig = wakes_with(sealed(), |kept| {
            let (_, bytes) = which.get_mut(kept);
            let at = at.index(bytes.len());
            bytes[at] = byte;
        });
        prop_assert_eq!((rig.posture(), rig.guard().obeys().generation), (Posture::Sealed, Generation(1)));
        prop_assert!(rig.guard().latches().iter().any(|latch| latch.kind == TamperKind::LidOpened));
    }
}

#[test]
fn what_an_earlier_run_left_in_force_is_done_anew_or_undone() {
    let left = [Action::Isolate];
    let mut rig = Rig::armed();
    rig.left_standing = left.to_vec();
    reboot(&mut rig);
    assert!(rig.did(&Action::Rejoin) && !rig.did(&Action::Isolate), "nothing demands it");

    let mut rig = sealed();
    rig.left_standing = left.to_vec();
    reboot(&mut rig);
    assert!(rig.did(&Action::Isolate) && !rig.did(&Action::Rejoin), "the fleet may be elsewhere by now");

    let mut rig = Rig::bare();
    rig.left_standing = left.to_vec();
    rig.boot();
    rig.settle();
    assert!(!rig.did(&Action::Rejoin), "a device that obeys nobody yet undoes nothing");
}

#[test]
fn what_is_to_be_held_before_a_guard_is_awake_is_what_it_holds_then() {
    let held = |rig: &Rig, change: fn(&mut Remains)| {
        let (chain, kept) = remains(&rig.written);
        let mut remains = Remains { chain, ..Remains::default() };
        change(&mut remains);
        demanded(&remains, &kept).contains(&Action::Isolate)
    };
    assert!(!held(&Rig::armed(), |_| {}) && held(&sealed(), |_| {}));
    assert!(!held(&Rig::bare(), |_| {}), "a device that has never said anything");
    // Whoever tears the record up does not open the network.
    let torn = |remains: &mut Remains| (remains.chain, remains.damaged) = (Vec::new(), 1);
    assert!(held(&Rig::armed(), torn) && held(&sealed(), torn));
}
