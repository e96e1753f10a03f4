use access::account::Password;
use vocab::{Label, PersonId};

use super::*;

const NOW: Wall = Wall(1_790_000_000_000_000);
const NOBODY: &str = "of no password";

fn browsers(seed: u8) -> Browsers {
    Browsers::new(&[seed; 32], NOBODY)
}

fn account(person: u8, hash: Option<&str>) -> Account {
    let mut account = Account::new(PersonId([person; 16]), Label::new("ada").unwrap(), vec![], NOW);
    account.password = hash.map(|hash| Password { hash: hash.into(), alone: true });
    account
}

#[test]
fn a_browser_is_known_for_its_account_its_password_and_its_time() {
    let (ours, ada) = (browsers(1), account(1, Some("a hash")));
    let word = ours.word(&ada, NOW, [9; 32]).unwrap();
    let last = Wall((NOW + LIFE).0 - 1);
    assert!(ours.known(&word, Some(&ada), NOW).is_some());
    assert_eq!(
        browsers(1).known(&word, Some(&ada), last),
        ours.known(&word, Some(&ada), NOW),
        "after a restart"
    );
    assert_eq!(ours.known(&word, Some(&ada), NOW + LIFE), None, "too old");
    for (why, account) in [
        ("another person", account(2, Some("a hash"))),
        ("another password", account(1, Some("another"))),
        ("no password any more", account(1, None)),
    ] {
        assert_eq!(ours.known(&word, Some(&account), NOW), None, "{why}");
    }
    assert_eq!(ours.known(&word, None, NOW), None, "nobody of that name");
    assert_eq!(browsers(2).known(&word, Some(&ada), NOW), None, "another fleet");
    assert_eq!(ours.word(&account(1, None), NOW, [9; 32]), None, "nothing is guessed there");
    let other = ours.word(&ada, NOW, [8; 32]).unwrap();
    assert_ne!(ours.known(&other, Some(&ada), NOW), ours.known(&word, Some(&ada), NOW), "each by itself");
}

#[test]
fn no_bit_of_a_word_can_be_another() {
    let (ours, ada) = (browsers(1), account(1, Some("a hash")));
    let word = ours.word(&ada, NOW, [9; 32]).unwrap();
    for bit in 0..256 {
        let mut other = word;
        other[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(ours.known(&other, Some(&ada), NOW), None, "bit {bit}");
    }
}

/// What stands in for an account that nobody has opens nothing, whoever signs in as nobody.
#[test]
fn the_hash_of_nobody_is_nobody_s() {
    let (ours, nobody) = (browsers(1), Account::new(ANYBODY, Label::new("x").unwrap(), vec![], NOW));
    let word = ours.word(
        &Account { password: Some(Password { hash: NOBODY.into(), alone: true }), ..nobody.clone() },
        NOW,
        [9; 32],
    );
    assert_eq!(ours.known(&word.unwrap(), None, NOW), None);
}
