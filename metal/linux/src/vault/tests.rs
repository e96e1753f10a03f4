use std::io;

use super::*;
use crate::{
    keys::{
        Steps,
        tests::{Cut, Platter, sweep},
    },
    provision,
};

fn boot(platter: &Platter) -> KeyFileVault {
    provision::keys(KeyFiles::new(platter.clone())).unwrap().1
}

fn provisioned() -> Platter {
    let platter = Platter::default();
    boot(&platter);
    platter
}

fn sealed_to(key: &OpeningPublic) -> Sealed {
    seal::seal_to(key, b"info", &[], [7; 32], b"secret")
}

fn unseal(vault: &mut KeyFileVault, info: &[u8], sealed: &Sealed) -> Result<Vec<u8>, VaultFault> {
    vault.unseal(&Reconciled::assertion(), info, sealed).map(|secret| secret.to_vec())
}

#[test]
fn what_is_sealed_to_the_vault_opens_there_and_for_its_purpose_alone() {
    let mut vault = boot(&Platter::default());
    let sealed = sealed_to(&vault.opening_key().unwrap());
    assert_eq!(unseal(&mut vault, b"info", &sealed).unwrap(), b"secret");
    assert_eq!(unseal(&mut vault, b"another purpose", &sealed), Err(VaultFault::NotForUs));
    assert_eq!(unseal(&mut boot(&Platter::default()), b"info", &sealed), Err(VaultFault::NotForUs));
}

#[test]
fn the_opening_key_outlives_the_process() {
    let platter = provisioned();
    let sealed = sealed_to(&boot(&platter).opening_key().unwrap());
    assert_eq!(unseal(&mut boot(&platter), b"info", &sealed).unwrap(), b"secret");
}

#[test]
fn a_latched_vault_opens_nothing_and_stays_latched() {
    let platter = provisioned();
    let seed = platter.bytes("vault/opening").unwrap();
    let mut vault = boot(&platter);
    let sealed = sealed_to(&vault.opening_key().unwrap());
    vault.latch().unwrap();
    vault.latch().unwrap();
    for mut vault in [vault, boot(&platter)] {
        assert_eq!((vault.state(), vault.opening_key()), (VaultState::Latched, None));
        assert_eq!(unseal(&mut vault, b"info", &sealed), Err(VaultFault::Latched));
    }
    assert!(!platter.holds(&seed), "the latch left the key behind");
}

#[test]
fn a_rearmed_vault_opens_nothing_old() {
    let platter = provisioned();
    let mut vault = boot(&platter);
    let before = vault.opening_key().unwrap();
    vault.latch().unwrap();
    let after = vault.rearm().unwrap();
    assert_eq!((vault.state(), vault.opening_key()), (VaultState::Open, Some(after)));
    assert_eq!(unseal(&mut vault, b"info", &sealed_to(&before)), Err(VaultFault::NotForUs));
    assert_eq!(boot(&platter).opening_key(), Some(after));
}

#[test]
fn the_power_may_go_at_every_step_of_latching_and_none_leaves_a_key_that_others_know() {
    let (platter, old) = (provisioned(), KeyFile::Opening.path());
    let seed = platter.bytes(old).unwrap();
    let key = boot(&platter).opening_key().unwrap();
    let image = || {
        let copy = Platter::default();
        for key in [KeyFile::Opening, KeyFile::Device, KeyFile::Attestation] {
            let bytes = platter.bytes(key.path()).unwrap();
            KeyFiles::new(copy.clone()).replace(key, &bytes).unwrap();
        }
        copy
    };
    sweep(
        image,
        |platter| boot(platter).latch().is_ok(),
        |platter, finished| {
            let vault = boot(platter);
            if finished {
                assert!(!platter.holds(&seed));
            }
            assert!(vault.opening_key().is_none() || (!finished && vault.opening_key() == Some(key)));
        },
    );
}

#[test]
fn the_power_may_go_at_every_step_of_rearming() {
    let latched = || {
        let platter = provisioned();
        boot(&platter).latch().unwrap();
        platter
    };
    sweep(
        latched,
        |platter| boot(platter).rearm().is_ok(),
        |platter, finished| assert!(!finished || boot(platter).state() == VaultState::Open),
    );
}

#[test]
fn a_latch_that_the_disk_refuses_opens_nothing_all_the_same_and_says_so() {
    let platter = provisioned();
    let mut vault = boot(&platter);
    let sealed = sealed_to(&vault.opening_key().unwrap());
    platter.cut_after(0);
    assert_eq!(vault.latch(), Err(VaultFault::Unavailable));
    assert_eq!(unseal(&mut vault, b"info", &sealed), Err(VaultFault::Latched));
    platter.mend();
    vault.latch().unwrap();
    platter.restart(Cut::Lost);
    assert_eq!(boot(&platter).state(), VaultState::Latched);
}

#[test]
fn a_rearming_that_the_disk_refuses_leaves_the_vault_latched() {
    let platter = provisioned();
    let mut vault = boot(&platter);
    vault.latch().unwrap();
    platter.cut_after(0);
    assert_eq!(vault.rearm(), Err(VaultFault::Unavailable));
    assert_eq!(vault.state(), VaultState::Latched);
}

/// A file system during whose writing the latch falls.
struct Interrupted(Platter, Arc<Mutex<Option<KeyFileVault>>>);

impl Steps for Interrupted {
    fn read(&mut self, path: &str) -> io::Result<Option<Vec<u8>>> {
        self.0.read(path)
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        self.0.remove(path)
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn scrub(&mut self, path: &str) -> io::Result<()> {
        self.0.scrub(path)
    }

    fn sync(&mut self, path: &str) -> io::Result<()> {
        self.0.sync(path)
    }

    fn sync_folder(&mut self, folder: &str) -> io::Result<()> {
        self.0.sync_folder(folder)
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        if let Some(vault) = &*lock(&self.1) {
            vault.shut();
        }
        self.0.write(path, bytes)
    }
}

#[test]
fn a_latch_that_falls_while_the_vault_is_rearmed_wins() {
    let hook = Arc::default();
    let steps = Interrupted(provisioned(), Arc::clone(&hook));
    let (_, mut vault) = provision::keys(KeyFiles::new(steps)).unwrap();
    vault.latch().unwrap();
    *lock(&hook) = Some(vault.clone());
    assert_eq!(vault.rearm(), Err(VaultFault::Latched));
    assert_eq!((vault.state(), vault.opening_key()), (VaultState::Latched, None));
    *lock(&hook) = None;
    assert!(vault.rearm().is_ok());
}

#[test]
fn an_opening_key_file_of_any_other_content_is_a_latched_vault() {
    for garbage in [&[][..], &[0; 40], b"garbage", &[7; 4096]] {
        let platter = provisioned();
        KeyFiles::new(platter.clone()).replace(KeyFile::Opening, garbage).unwrap();
        assert_eq!(boot(&platter).state(), VaultState::Latched);
        assert_eq!(platter.bytes("vault/opening"), None);
    }
}
