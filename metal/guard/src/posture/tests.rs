use alloc::collections::BTreeSet;

use vocab::{
    Action::{DropKeys, Isolate, LatchVault, LockUsb, RearmVault, Rejoin, UnlockUsb},
    Posture,
};

use super::{acts, steps};

#[test]
fn a_stricter_posture_keeps_no_less_in_force() {
    let postures = [Posture::Normal, Posture::Guarded, Posture::Isolated, Posture::Sealed, Posture::Wiped];
    for pair in postures.windows(2) {
        assert!(acts(pair[0]).iter().all(|action| acts(pair[1]).contains(action)), "{pair:?}");
    }
    assert_eq!(acts(Posture::Sealed), [LatchVault, Isolate]);
}

#[test]
fn secrets_go_first_and_what_undoes_goes_last() {
    let demanded = BTreeSet::from([Isolate, LatchVault]);
    assert_eq!(steps(&demanded, &BTreeSet::from([LockUsb])), [LatchVault, Isolate, UnlockUsb]);
}

#[test]
fn what_is_in_force_already_is_not_done_again() {
    let demanded = BTreeSet::from([Isolate, LatchVault]);
    assert_eq!(steps(&demanded, &demanded), []);
}

#[test]
fn what_nothing_demands_is_undone() {
    let in_force = BTreeSet::from([Isolate, LatchVault, LockUsb]);
    assert_eq!(steps(&BTreeSet::new(), &in_force), [Rejoin, UnlockUsb, RearmVault]);
    assert_eq!(steps(&BTreeSet::new(), &BTreeSet::from([DropKeys])), [], "that has no inverse");
}
