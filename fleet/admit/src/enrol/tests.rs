use crypto::refusal::Refusal as Unproved;
use vocab::{Label, Nonce};

use super::*;
use crate::{
    pki::{Spiffe, Usage},
    standing::{Cause, Reason, Revocation},
    testing::{
        self, ADA, Book, Chip, DEV, DRAW, Machine, NOW, SECRET, asked, enrolled, fleet, label, later, site,
        token,
    },
    token::{Binding, LIFE},
};

const SERIAL: [u8; 16] = [3; 16];

fn ask(machine: &Machine, token: Option<Token>, book: &Book, now: Wall) -> Result<Joined, Refusal> {
    join(machine.device.seal(&machine.join()), asked(now), token, book, &fleet(), DRAW, now)
}

fn revoke(identity: &mut Identity) {
    identity.standing_mut().revoke(Revocation { reason: Reason::KeyCompromised, by: ADA, at: NOW });
}

fn bound(label: Option<Label>, key: Option<PublicKey<Device>>) -> Token {
    Token::issue(&SECRET, site(), LIFE, Binding { label, key }, ADA, NOW).unwrap()
}

#[test]
fn a_new_device_gets_an_id_an_identity_and_a_certificate_and_uses_the_token_up() {
    let machine = Machine::of(1);
    let joined = ask(&machine, Some(token()), &Book::default(), NOW);
    let Ok(Joined::New(newcomer)) = joined else { panic!("{joined:?}") };
    let Newcomer { token, identity, profile } = *newcomer;
    assert_eq!(token.device(), Some(DEV));
    assert_eq!(identity.device(), DEV);
    assert_eq!(*identity.label(), label("dev-07"));
    assert_eq!(*identity.device_key(), machine.device.public());
    assert_eq!(*identity.attestation_key(), machine.attestation.public());
    assert_eq!(identity.standing().state(), State::Active);
    assert_eq!(profile.name, Spiffe::Device { fleet: fleet(), device: DEV });
    assert_eq!((profile.usage, profile.not_after), (Usage::Client, later(86_400)));
    assert_eq!(token_of(&machine.device.seal(&machine.join())), Ok(token.hash()));
}

#[test]
fn fifty_racing_joins_with_one_token_make_one_device() {
    // The store serialises: each decision sees what the one before it stored.
    let (mut token, mut book, mut new) = (token(), Book::default(), 0);
    for seed in 1..=50 {
        match ask(&Machine::of(seed), Some(token.clone()), &book, NOW) {
            Ok(Joined::New(newcomer)) => {
                new += 1;
                token = newcomer.token;
                book = Book::with(&newcomer.identity);
            }
            Err(Refusal::TokenUsed) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(new, 1);
    assert_eq!(Refusal::TokenUsed.weight(), crate::refusal::Weight::Alert);
}

#[test]
fn the_same_key_asking_again_gets_the_same_answer() {
    let (machine, identity, token) = enrolled();
    let book = Book::with(&identity);
    // Even after the token's hour: the key proves itself, and the first answer may have been lost.
    for seconds in [0, 1, 7200, 86_399] {
        let again = ask(&machine, Some(token.clone()), &book, later(seconds));
        let Ok(Joined::Again { device, profile }) = again else { panic!("{again:?}") };
        assert_eq!((device, profile.serial), (DEV, Serial::from_random(DRAW.serial)));
        assert_eq!(profile.not_after, later(86_400));
    }
    assert_eq!(ask(&machine, Some(token), &book, later(86_400)), Err(Refusal::JoinOver(DEV)));
}

#[test]
fn asking_again_gives_nothing_that_has_been_taken_away_since() {
    let (machine, identity, token) = enrolled();
    let again = |identity: &Identity| ask(&machine, Some(token.clone()), &Book::with(identity), NOW);
    let mut suspended = identity.clone();
    suspended.standing_mut().suspend(Cause::Flood, NOW);
    assert_eq!(again(&suspended), Err(Refusal::Suspended));
    let mut revoked = identity.clone();
    revoke(&mut revoked);
    assert_eq!(again(&revoked), Err(Refusal::Revoked(Reason::KeyCompromised)));
    let mut renewed = identity.clone();
    renewed.rekey(Chip::of(2).public(), NOW);
    let old = machine.device.public::<Device>();
    assert_eq!(again(&renewed), Err(Refusal::KeyReplaced(old.id())));
    assert_eq!(ask(&machine, Some(token.clone()), &Book::default(), NOW), Err(Refusal::Unenrolled(DEV)));

    let other_attester = Machine { attestation: Chip::of(99), device: Chip::of(1) };
    assert_eq!(ask(&other_attester, Some(token), &Book::with(&identity), NOW), Err(Refusal::TokenUsed));
}

#[test]
fn a_token_is_refused_when_it_is_unknown_late_or_for_another() {
    let machine = Machine::of(1);
    let key = |seed| Some(Chip::of(seed).public());
    let cases = [
        (None, NOW, Err(Refusal::TokenUnknown)),
        (
            Some(Token::issue(&[1; 32], site(), LIFE, Binding::default(), ADA, NOW).unwrap()),
            NOW,
            Err(Refusal::TokenUnknown),
        ),
        (Some(token()), later(3600), Err(Refusal::TokenExpired)),
        (Some(bound(Some(label("dev-08")), None)), NOW, Err(Refusal::TokenBound)),
        (Some(bound(None, key(2))), NOW, Err(Refusal::TokenBound)),
        (Some(bound(Some(label("dev-07")), key(1))), later(3599), Ok(())),
    ];
    for (token, now, expected) in cases {
        assert_eq!(ask(&machine, token, &Book::default(), now).map(|_| ()), expected);
    }
}

#[test]
fn a_key_that_a_device_has_or_had_does_not_join_again() {
    let (machine, mut identity, _) = enrolled();
    let fresh = || Some(Token::issue(&SECRET, site(), LIFE, Binding::default(), ADA, NOW).unwrap());
    let taken = Err(Refusal::KeyTaken(DEV));
    assert_eq!(ask(&machine, fresh(), &Book::with(&identity), NOW), taken);
    let same_attester = Machine { device: Chip::of(50), attestation: Chip::of(101) };
    assert_eq!(ask(&same_attester, fresh(), &Book::with(&identity), NOW), taken);
    identity.rekey(Chip::of(2).public(), NOW);
    let old_key = Machine { device: Chip::of(1), attestation: Chip::of(51) };
    assert_eq!(ask(&old_key, fresh(), &Book::with(&identity), NOW), taken);
}

#[test]
fn a_join_is_believed_only_from_the_key_that_it_brings_for_this_fleet_and_this_question() {
    let machine = Machine::of(1);
    let judge = |letter, challenge, now| {
        join(letter, challenge, Some(token()), &Book::default(), &fleet(), DRAW, now)
    };
    let forged = Chip::of(2).seal(&machine.join());
    assert!(matches!(judge(forged, asked(NOW), NOW), Err(Refusal::Letter(Unproved::Signer { .. }))));
    let other = machine.device.seal(&Join { fleet: FleetName::new("west").unwrap(), ..machine.join() });
    assert_eq!(judge(other, asked(NOW), NOW), Err(Refusal::Letter(Unproved::Audience)));
    let good = || machine.device.seal(&machine.join());
    assert_eq!(judge(good(), Challenge::new(Nonce([1; 32]), NOW), NOW), Err(Refusal::NonceOther));
    assert_eq!(judge(good(), asked(NOW), later(61)), Err(Refusal::NonceStale));
}

#[test]
fn a_reproof_leads_to_the_quarantine_room_for_an_hour_suspended_or_not() {
    let (machine, mut identity, _) = enrolled();
    for _ in 0..2 {
        let letter = machine.device.seal(&testing::reproof());
        let profile = reproof(letter, asked(NOW), Some(&identity), SERIAL, NOW).unwrap();
        assert_eq!((profile.usage, profile.not_after), (Usage::Quarantine, later(3600)));
        assert_eq!(profile.key.point(), machine.device.public::<Device>().as_bytes());
        identity.standing_mut().suspend(Cause::Flood, NOW);
    }
}

#[test]
fn a_reproof_is_refused_to_strangers_to_replaced_keys_and_to_the_revoked() {
    let (machine, mut identity, _) = enrolled();
    let letter = || machine.device.seal(&testing::reproof());
    let judge =
        |letter, challenge, identity: Option<&Identity>| reproof(letter, challenge, identity, SERIAL, NOW);
    assert_eq!(judge(letter(), asked(NOW), None), Err(Refusal::Unenrolled(DEV)));
    let stranger = Chip::of(9).seal(&testing::reproof());
    assert!(matches!(judge(stranger, asked(NOW), Some(&identity)), Err(Refusal::Letter(_))));
    let elsewhere = machine.device.seal(&Reproof { device: DeviceId([1; 16]), ..testing::reproof() });
    assert_eq!(judge(elsewhere, asked(NOW), Some(&identity)), Err(Refusal::Unenrolled(DeviceId([1; 16]))));
    assert_eq!(
        judge(letter(), Challenge::new(Nonce([1; 32]), NOW), Some(&identity)),
        Err(Refusal::NonceOther)
    );
    assert_eq!(judge(letter(), asked(later(-61)), Some(&identity)), Err(Refusal::NonceStale));

    let mut renewed = identity.clone();
    renewed.rekey(Chip::of(2).public(), NOW);
    let old = machine.device.public::<Device>();
    assert_eq!(judge(letter(), asked(NOW), Some(&renewed)), Err(Refusal::KeyReplaced(old.id())));
    revoke(&mut identity);
    assert_eq!(judge(letter(), asked(NOW), Some(&identity)), Err(Refusal::Revoked(Reason::KeyCompromised)));
}

/// The signer's renewal to the next key, judged against this identity.
fn renew(signer: &Chip, next: &Chip, identity: &Identity, now: Wall) -> Result<Renewed, Refusal> {
    let letter = signer.seal(&testing::renewal(next));
    renewal(letter, asked(now), Some(identity.clone()), &Book::with(identity), SERIAL, now)
}

#[test]
fn a_renewal_puts_the_next_key_in_place_and_revokes_the_old_one() {
    let (machine, identity, _) = enrolled();
    let next = Chip::of(2);
    let Renewed { identity, profile } = renew(&machine.device, &next, &identity, NOW).unwrap();
    assert_eq!(*identity.device_key(), next.public());
    assert_eq!(profile.key.point(), next.public::<Device>().as_bytes());
    assert_eq!(profile.usage, Usage::Client);
    let old = machine.device.public::<Device>();
    assert_eq!(identity.certified(old.as_bytes()), Err(Refusal::KeyReplaced(old.id())));
    assert_eq!(renew(&machine.device, &Chip::of(3), &identity, NOW), Err(Refusal::KeyReplaced(old.id())));
    assert_eq!(renew(&next, &machine.device, &identity, NOW), Err(Refusal::KeyReplaced(old.id())));
}

#[test]
fn a_renewal_whose_answer_was_lost_is_answered_again() {
    let (machine, identity, _) = enrolled();
    let next = Chip::of(2);
    let Renewed { identity, .. } = renew(&machine.device, &next, &identity, NOW).unwrap();
    let again = renew(&machine.device, &next, &identity, later(30)).unwrap();
    assert_eq!(again.identity, identity);
    assert_eq!(again.profile.key.point(), next.public::<Device>().as_bytes());

    // Suspended in between: no key changes, but the device is not shut out either.
    let mut suspended = identity;
    suspended.standing_mut().suspend(Cause::Flood, NOW);
    let again = renew(&machine.device, &next, &suspended, later(30)).unwrap();
    assert_eq!((again.identity, again.profile.usage), (suspended, Usage::Quarantine));
}

#[test]
fn the_key_before_the_last_is_not_answered_again() {
    let (machine, identity, _) = enrolled();
    let identity = renew(&machine.device, &Chip::of(2), &identity, NOW).unwrap().identity;
    let identity = renew(&Chip::of(2), &Chip::of(3), &identity, NOW).unwrap().identity;
    let old = machine.device.public::<Device>();
    assert_eq!(renew(&machine.device, &Chip::of(3), &identity, NOW), Err(Refusal::KeyReplaced(old.id())));
}

#[test]
fn a_key_may_be_certified_again_for_thirty_days() {
    let (machine, identity, _) = enrolled();
    let month = 30 * 24 * 3600;
    let same = |now| renew(&machine.device, &machine.device, &identity, now);
    assert_eq!(same(later(month)).map(|renewed| renewed.identity), Ok(identity.clone()));
    let key = machine.device.public::<Device>().id();
    assert_eq!(same(later(month + 1)), Err(Refusal::KeyMustChange(key)));
}

#[test]
fn after_a_suspension_only_a_new_key_renews() {
    let (machine, mut identity, _) = enrolled();
    identity.standing_mut().suspend(Cause::Flood, NOW);
    assert_eq!(renew(&machine.device, &Chip::of(2), &identity, NOW), Err(Refusal::Suspended));

    let (machine, owing) = lifted();
    assert_eq!(owing.standing().state(), State::RenewalOwed);
    let key = machine.device.public::<Device>().id();
    assert_eq!(renew(&machine.device, &machine.device, &owing, NOW), Err(Refusal::KeyMustChange(key)));
    let renewed = renew(&machine.device, &Chip::of(2), &owing, NOW).unwrap();
    assert_eq!(renewed.identity.standing().state(), State::Active);
}

/// A device whose suspension was lifted by its proof.
fn lifted() -> (Machine, Identity) {
    use crate::{
        appraise::{Appraisal, appraise},
        standing::{Lift, Release},
        testing::{Shelf, facts, reference},
    };
    let (machine, mut identity, _) = enrolled();
    identity.standing_mut().suspend(Cause::Flood, NOW);
    identity.standing_mut().release(Cause::Flood, Release { generation: vocab::Generation(1), seq: 5 });
    let letter = machine.attestation.seal(&machine.evidence(Shelf::position(10), 1));
    let appraised = appraise(letter, asked(NOW), &facts(&identity, &reference(), &Shelf::new()), NOW);
    let Ok(Appraisal::Attested(proof)) = appraised else { panic!("{appraised:?}") };
    assert_eq!(identity.standing_mut().lift(&proof, NOW), Lift::Lifted);
    (machine, identity)
}

#[test]
fn a_join_answered_again_after_a_suspension_was_lifted_asks_for_a_renewal_first() {
    let (machine, owing) = lifted();
    let (.., token) = enrolled();
    assert_eq!(ask(&machine, Some(token), &Book::with(&owing), NOW), Err(Refusal::RenewalOwed));
}

#[test]
fn a_renewal_is_refused_without_possession_to_strangers_and_to_the_revoked() {
    let (machine, identity, _) = enrolled();
    let next = Chip::of(2);
    let judge = |letter, challenge, identity: Option<&Identity>| {
        let book = identity.map_or_else(Book::default, Book::with);
        renewal(letter, challenge, identity.cloned(), &book, SERIAL, NOW)
    };
    let good = || machine.device.seal(&testing::renewal(&next));
    assert!(judge(good(), asked(NOW), Some(&identity)).is_ok());
    assert_eq!(judge(good(), asked(NOW), None), Err(Refusal::Unenrolled(DEV)));
    assert_eq!(judge(good(), Challenge::new(Nonce([1; 32]), NOW), Some(&identity)), Err(Refusal::NonceOther));
    assert_eq!(judge(good(), asked(later(-61)), Some(&identity)), Err(Refusal::NonceStale));

    let stranger = Chip::of(9).seal(&testing::renewal(&next));
    assert_eq!(judge(stranger, asked(NOW), Some(&identity)), Err(Refusal::KeyOther));
    let unheld = Renewal { possession: Chip::of(9).seal(&testing::reproof()), ..testing::renewal(&next) };
    let unheld = judge(machine.device.seal(&unheld), asked(NOW), Some(&identity));
    assert!(matches!(unheld, Err(Refusal::Letter(Unproved::Signer { .. }))));
    let older = Reproof { nonce: Nonce([1; 32]), ..testing::reproof() };
    let older = Renewal { possession: next.seal(&older), ..testing::renewal(&next) };
    assert_eq!(judge(machine.device.seal(&older), asked(NOW), Some(&identity)), Err(Refusal::NonceOther));

    let mut revoked = identity.clone();
    revoke(&mut revoked);
    assert_eq!(judge(good(), asked(NOW), Some(&revoked)), Err(Refusal::Revoked(Reason::KeyCompromised)));
}

#[test]
fn a_renewal_to_the_key_of_another_device_is_refused() {
    let (machine, identity, _) = enrolled();
    let neighbour = Machine::of(2);
    let draw = Draw { device: [8; 16], ..DRAW };
    let letter = neighbour.device.seal(&neighbour.join());
    let joined = join(letter, asked(NOW), Some(token()), &Book::default(), &fleet(), draw, NOW);
    let Ok(Joined::New(newcomer)) = joined else { panic!("{joined:?}") };
    let theirs = newcomer.identity;
    let book = Book([(DEV, identity.clone()), (theirs.device(), theirs.clone())].into());
    let letter = machine.device.seal(&testing::renewal(&neighbour.device));
    let refused = renewal(letter, asked(NOW), Some(identity), &book, SERIAL, NOW);
    assert_eq!(refused, Err(Refusal::KeyTaken(theirs.device())));
}
