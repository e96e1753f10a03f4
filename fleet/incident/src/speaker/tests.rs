use crypto::refusal::Refusal as Unproved;

use super::*;
use crate::testing::{Chip, DEV, Ledger, Machine, audience, device_keys};

#[test]
fn a_boot_letter_of_the_device_speaks_for_it() {
    let machine = Machine::new(1);
    let speaker = machine.speaker(&Ledger::default());
    assert_eq!((speaker.device(), speaker.boot()), (DEV, BootId([1; 16])));
    assert_eq!(speaker.letter().journal_key, *machine.secret().public());
    assert_eq!(speaker.known().journal_key, *machine.secret().public());
}

#[test]
fn a_boot_outlives_the_renewal_of_the_device_key() {
    let machine = Machine::new(1);
    let keys = [Chip::of(9).public(), machine.chip.public()].into();
    let met = Speaker::meet(machine.letter(), DEV, audience(DEV), keys, &Ledger::default());
    assert!(matches!(met, Ok(Hello::Speaker(_))));
}

#[test]
fn a_letter_of_another_key_or_for_another_device_is_refused() {
    let machine = Machine::new(1);
    let meet =
        |device, keys| Speaker::meet(machine.letter(), device, audience(device), keys, &Ledger::default());
    let strange = meet(DEV, [Chip::of(9).public()].into()).unwrap_err();
    assert!(matches!(strange, Refusal::BootLetter(Unproved::Signer { .. })), "{strange:?}");
    let nobody = meet(DEV, Vec::new()).unwrap_err();
    assert!(matches!(nobody, Refusal::BootLetter(Unproved::Key { .. })), "{nobody:?}");
    let other = meet(DeviceId([8; 16]), device_keys(&machine)).unwrap_err();
    assert_eq!(other, Refusal::BootLetter(Unproved::Audience));
}

#[test]
fn one_boot_with_two_journal_keys_is_a_fork() {
    let mut machine = Machine::new(1);
    let mut ledger = Ledger::default();
    let offer = machine.rest(1);
    ledger.chained(&machine, offer);
    let letter =
        Boot { journal_key: Machine::new(2).letter().claimed().unwrap().journal_key, ..claimed(&machine) };
    let letter = machine.chip.seal(&letter);
    let met = Speaker::meet(letter, DEV, audience(DEV), device_keys(&machine), &ledger);
    let Ok(Hello::Fork(fork)) = met else { panic!("{met:?}") };
    assert_eq!(fork, Fork { device: DEV, boot: BootId([1; 16]), split: Split::JournalKey });
}

fn claimed(machine: &Machine) -> Boot {
    machine.letter().claimed().unwrap()
}
