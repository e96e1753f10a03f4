//! Browsers in which somebody came in: a cookie that keeps whoever guesses elsewhere from slowing them.
//!
//! It is no session and proves nothing: whoever shows one is counted by themselves (`access::throttle`), and must know
//! the password like anybody else. It is for one account, ends after so long, and with the password of its day.

use std::time::Duration;

use access::{Account, throttle::Browser};
use aws_lc_rs::{constant_time, hmac};
use vocab::Wall;

use crate::session::ANYBODY;

/// How long a browser is known after somebody came in there.
pub(crate) const LIFE: Duration = Duration::from_hours(90 * 24);

/// Makes words and knows them again: end (8 bytes) ‖ random (8) ‖ mark (16).
pub(crate) struct Browsers {
    key: hmac::Key,
    /// The hash of a password that nobody has: a name that nobody has takes the same work.
    nobody: String,
}

impl Browsers {
    pub(crate) fn new(seed: &[u8; 32], nobody: &str) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, seed), nobody: nobody.to_owned() }
    }

    /// A word for a browser in which somebody came in by this account; none without a password, where nothing is guessed.
    pub(crate) fn word(&self, account: &Account, now: Wall, random: [u8; 32]) -> Option<[u8; 32]> {
        account.password.as_ref()?;
        let mut word = [0; 32];
        word[..8].copy_from_slice(&(now + LIFE).0.to_be_bytes());
        word[8..16].copy_from_slice(&random[..8]);
        let mark = self.mark(Some(account), &word);
        word[16..].copy_from_slice(&mark);
        Some(word)
    }

    /// By what this browser is counted, if somebody came in there by this account and with this password.
    pub(crate) fn known(&self, word: &[u8; 32], account: Option<&Account>, now: Wall) -> Option<Browser> {
        let [a, b, c, d, e, f, g, h, ..] = *word;
        let until = Wall(i64::from_be_bytes([a, b, c, d, e, f, g, h]));
        let mark = self.mark(account, word);
        let ours = constant_time::verify_slices_are_equal(&mark, &word[16..]).is_ok();
        (ours && account.is_some() && now < until).then_some(mark)
    }

    fn mark(&self, account: Option<&Account>, word: &[u8; 32]) -> [u8; 16] {
        let person = account.map_or(ANYBODY, |account| account.person);
        let password = account.and_then(|account| account.password.as_ref());
        let mut context = hmac::Context::with_key(&self.key);
        context.update(b"wrale.browser.v1");
        context.update(person.as_bytes());
        context.update(&word[..16]);
        context.update(password.map_or(&self.nobody, |password| &password.hash).as_bytes());
        let tag = context.sign();
        std::array::from_fn(|at| tag.as_ref()[at])
    }
}

#[cfg(test)]
mod tests;
