use std::{fs, os::unix::fs::PermissionsExt};

use super::*;
use crate::{
    folder::Folder,
    keys::tests::{Cut, Platter, sweep},
    provision,
};

fn boot(platter: &Platter) -> KeyFileRoot {
    provision::keys(KeyFiles::new(platter.clone())).unwrap().0
}

fn provisioned() -> Platter {
    let platter = Platter::default();
    boot(&platter);
    platter
}

fn prepared() -> Platter {
    let platter = provisioned();
    boot(&platter).prepare().unwrap();
    platter
}

fn restored(platter: &Platter) -> Platter {
    platter.restart(Cut::Kept);
    platter.clone()
}

/// Signs with a key and lets the public half say whether it is its own.
fn speaks_for(root: &mut KeyFileRoot, key: ChipKey, public: &PublicKey<Device>) -> bool {
    root.sign(key, b"message").is_ok_and(|signature| public.verify(b"message", &signature).is_ok())
}

#[test]
fn each_key_signs_in_its_own_role_and_in_no_other() {
    let mut root = boot(&Platter::default());
    let (attestation, device) = (root.attestation_key(), root.device_key());
    let vouched = root.sign(ChipKey::Attestation, b"evidence").unwrap();
    assert!(attestation.verify(b"evidence", &vouched).is_ok());
    assert!(attestation.verify(b"evidencf", &vouched).is_err());
    assert!(device.verify(b"evidence", &vouched).is_err());
    assert!(speaks_for(&mut root, ChipKey::Device, &device));
}

#[test]
fn a_key_that_was_not_prepared_neither_signs_nor_is_promoted() {
    let mut root = boot(&Platter::default());
    let missing = RootFault::Missing(ChipKey::NextDevice);
    assert_eq!(root.sign(ChipKey::NextDevice, b"message"), Err(missing));
    assert_eq!(root.promote(), Err(missing));
}

#[test]
fn keys_outlive_the_process_and_preparing_twice_is_preparing_once() {
    let platter = provisioned();
    let (mut first, mut second) = (boot(&platter), boot(&platter));
    assert_eq!(first.device_key(), second.device_key());
    assert_eq!(first.attestation_key(), second.attestation_key());
    let next = second.prepare().unwrap();
    assert_eq!(second.prepare().unwrap(), next);
    first = boot(&platter);
    assert_eq!(first.prepare().unwrap(), next);
    assert_ne!(next, first.device_key());
}

#[test]
fn a_promoted_key_takes_the_place_of_the_old_one() {
    let mut root = boot(&prepared());
    let (old, next) = (root.device_key(), root.prepare().unwrap());
    root.promote().unwrap();
    assert_eq!(root.device_key(), next);
    assert!(speaks_for(&mut root, ChipKey::Device, &next));
    assert!(!speaks_for(&mut root, ChipKey::Device, &old));
    assert_eq!(root.promote(), Err(RootFault::Missing(ChipKey::NextDevice)));
}

#[test]
fn the_power_may_go_at_every_step_of_making_a_devices_keys() {
    sweep(
        Platter::default,
        |platter| provision::keys(KeyFiles::new(platter.clone())).is_ok(),
        |platter, _| {
            let mut root = boot(platter);
            let device = root.device_key();
            assert!(speaks_for(&mut root, ChipKey::Device, &device));
            assert_eq!(boot(platter).device_key(), device);
        },
    );
}

#[test]
fn the_power_may_go_at_every_step_of_preparing() {
    sweep(
        provisioned,
        |platter| boot(platter).prepare().is_ok(),
        |platter, _| {
            let mut root = boot(platter);
            let (device, next) = (root.device_key(), root.prepare().unwrap());
            assert_ne!(device, next);
            assert!(speaks_for(&mut root, ChipKey::NextDevice, &next));
        },
    );
}

#[test]
fn the_power_may_go_at_every_step_of_promoting_and_leaves_before_or_after() {
    let platter = prepared();
    let mut first = boot(&platter);
    let (old, next) = (first.device_key(), first.prepare().unwrap());
    let image = || {
        // The same two keys each time: the sweep compares with them.
        let copy = Platter::default();
        let mut files = KeyFiles::new(copy.clone());
        for key in [KeyFile::Opening, KeyFile::Device, KeyFile::Next, KeyFile::Attestation] {
            files.replace(key, &platter.bytes(key.path()).unwrap()).unwrap();
        }
        restored(&copy)
    };
    sweep(
        image,
        |platter| {
            let mut root = boot(platter);
            let promoted = root.promote().is_ok();
            // The promotion stands before its last step is done; only then has the sweep come to its end.
            promoted && platter.bytes(KeyFile::Next.path()).is_none()
        },
        |platter, finished| {
            let mut root = boot(platter);
            let device = root.device_key();
            assert!(device == next || (!finished && device == old));
            assert!(speaks_for(&mut root, ChipKey::Device, &device));
            if device == old {
                assert_eq!(root.prepare().unwrap(), next);
            } else {
                assert_eq!(root.promote(), Err(RootFault::Missing(ChipKey::NextDevice)));
            }
        },
    );
}

#[test]
fn a_promotion_that_failed_changed_nothing_and_can_be_tried_again() {
    for steps in 0..4 {
        let platter = prepared();
        let mut root = boot(&platter);
        let (old, next) = (root.device_key(), root.prepare().unwrap());
        platter.cut_after(steps);
        assert_eq!(root.promote(), Err(RootFault::Unavailable));
        assert!(speaks_for(&mut root, ChipKey::Device, &old));
        assert!(speaks_for(&mut root, ChipKey::NextDevice, &next));
        platter.mend();
        root.promote().unwrap();
        assert_eq!(boot(&platter).device_key(), next);
    }
}

#[test]
fn a_damaged_key_file_is_a_fault_and_never_a_new_key() {
    for key in [KeyFile::Attestation, KeyFile::Device, KeyFile::Next] {
        let platter = prepared();
        KeyFiles::new(platter.clone()).replace(key, b"garbage").unwrap();
        let opened = provision::keys(KeyFiles::new(platter));
        assert!(matches!(opened.err(), Some(Fault::KeyDamaged(file)) if file == key.path()));
    }
    let platter = prepared();
    KeyFiles::new(platter.clone()).destroy(KeyFile::Device).unwrap();
    assert_eq!(provision::keys(KeyFiles::new(platter)).err().unwrap().code(), "linux/key-damaged");
}

#[test]
fn a_disk_that_refuses_the_first_keys_is_named_and_not_the_keys() {
    let platter = Platter::default();
    platter.cut_after(0);
    let refused = provision::keys(KeyFiles::new(platter)).err().unwrap();
    assert_eq!(refused.code(), "linux/key-file");
    assert_eq!(refused.to_string(), "the key file `vault/opening` cannot be read or written: no power");
}

#[test]
fn key_files_are_their_owners_alone() {
    let place = tempfile::tempdir().unwrap();
    let folder = Arc::new(Folder::open(place.path()).unwrap());
    let (mut root, _) = provision::keys(KeyFiles::new(Arc::clone(&folder))).unwrap();
    root.prepare().unwrap();
    let mode = |path: &str| fs::metadata(place.path().join(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode("vault"), 0o700);
    for key in [KeyFile::Attestation, KeyFile::Device, KeyFile::Next, KeyFile::Opening] {
        assert_eq!(mode(key.path()), 0o600);
    }
    let next = root.prepare().unwrap();
    root.promote().unwrap();
    drop(root);
    let (again, _) = provision::keys(KeyFiles::new(folder)).unwrap();
    assert_eq!(again.device_key(), next);
    assert!(!place.path().join(KeyFile::Next.path()).exists());
}

#[test]
fn random_bytes_are_never_the_same_twice() {
    assert_ne!(random(), random());
    let mut root = boot(&Platter::default());
    assert_ne!(root.random(), [0; 32]);
}
