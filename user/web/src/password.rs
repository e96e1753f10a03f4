//! Passwords: how strong one must be, and how it is hashed.
//!
//! Argon2id (RFC 9106) with what OWASP asks for: 19 MiB, two passes, one lane. No more than two are at work at once and
//! few wait, so that strangers who guess take neither all memory nor every core. A name that nobody has is compared
//! with a hash that nobody knows the password of: the work is the same, and so is the answer.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use access::account::Password;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;
use zxcvbn::{Score, zxcvbn};

use crate::refusal::Refusal;

/// Most bytes of a password.
pub(crate) const BYTES_LIMIT: usize = 1024;

/// Fewest characters of a password that stands alone (NIST SP 800-63B-4 §3.1.1.2).
const ALONE: usize = 15;

/// What must be left of a password without what everybody knows of its person and fleet.
const LEFT: usize = 8;

/// Most that are at work at once, and most that wait for them.
const AT_WORK: usize = 2;
const WAITING: usize = 32;

/// What is asked of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Fewest characters beside a second factor.
    pub min_length: usize,
    /// How hard it must be to guess.
    pub complexity: Complexity,
}

/// How hard a password must be to guess: by an estimate, never by classes of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Complexity {
    /// Very hard.
    High,
    /// Somewhat hard.
    Medium,
    /// Not among the first that anybody would try.
    Low,
}

impl Default for Policy {
    fn default() -> Self {
        Self { min_length: 12, complexity: Complexity::High }
    }
}

/// A password that somebody may have, and whether it suffices alone.
pub(crate) struct Chosen {
    pub(crate) password: Zeroizing<String>,
    pub(crate) alone: bool,
}

impl Policy {
    /// Judges a password, given what everybody knows of its person and fleet. Estimating takes a while: not for a
    /// thread that others wait for.
    fn judge(self, password: Zeroizing<String>, known: &[&str], beside: Beside) -> Result<Chosen, Refusal> {
        let bad = |what: String| Err(Refusal::Value { field: "password", what });
        let length = password.chars().count();
        let fewest = if beside == Beside::Factor { self.min_length } else { self.min_length.max(ALONE) };
        if password.len() > BYTES_LIMIT {
            return bad(format!("it is longer than {BYTES_LIMIT} bytes; take a shorter one"));
        }
        if length < fewest {
            return bad(format!(
                "it has {length} characters and needs {fewest}; a few words make a good one"
            ));
        }
        if left(&password, known) < LEFT {
            return bad("little is left of it without your name and the fleet's; take other words".into());
        }
        if zxcvbn(&password, known).score() < self.complexity.score() {
            return bad("it is too easy to guess; take a few words that do not belong together".into());
        }
        let alone = length >= self.min_length.max(ALONE);
        Ok(Chosen { password, alone })
    }
}

/// What a password stands beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// A second factor.
    Factor,
    /// Nothing.
    Nothing,
}

impl Complexity {
    const fn score(self) -> Score {
        match self {
            Self::High => Score::Three,
            Self::Medium => Score::Two,
            Self::Low => Score::One,
        }
    }
}

/// How many characters are left without the words that everybody knows, however they are joined.
fn left(password: &str, known: &[&str]) -> usize {
    let plain = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let words = known.iter().map(|word| plain(word)).filter(|word| word.chars().count() >= 3);
    let all = plain(password);
    let rest = words.fold(all.clone(), |rest, word| rest.replace(&word, ""));
    (password.chars().count() + rest.chars().count()).saturating_sub(all.chars().count())
}

/// What one hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// KiB of memory.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Self { memory: 19 * 1024, passes: 2 }
    }
}

/// A place among those that wait to be compared; it is free again when this is dropped.
pub(crate) struct Place(#[expect(dead_code, reason = "it is held, not read")] OwnedSemaphorePermit);

/// Hashes passwords, a few at a time.
pub struct Hasher {
    params: Params,
    /// Of no password that anybody knows.
    nobody: String,
    at_work: Semaphore,
    room: Arc<Semaphore>,
    evaluated: AtomicU64,
}

impl Hasher {
    /// With these costs; `random` is drawn for this process.
    ///
    /// # Panics
    /// If Argon2 knows no such cost.
    pub fn new(cost: Cost, random: [u8; 32]) -> Arc<Self> {
        let params = Params::new(cost.memory, cost.passes, 1, None).expect("a cost that Argon2 knows");
        let (password, salt) = random.split_at(16);
        let nobody = hashed(&params, password, salt).expect("a salt of sixteen bytes");
        let (at_work, room) = (Semaphore::new(AT_WORK), Arc::new(Semaphore::new(AT_WORK + WAITING)));
        Arc::new(Self { params, nobody, at_work, room, evaluated: AtomicU64::new(0) })
    }

    /// How many passwords were compared with a hash.
    pub fn evaluated(&self) -> u64 {
        self.evaluated.load(Ordering::Relaxed)
    }

    /// A hash of no password that anybody knows, as long as any other.
    pub(crate) fn nobody(&self) -> &str {
        &self.nobody
    }

    /// A place among those that wait, if there is one.
    pub(crate) fn place(&self) -> Result<Place, Refusal> {
        self.room.clone().try_acquire_owned().map(Place).map_err(|_| Refusal::Crowded)
    }

    /// Whether this is the password of this hash; without a hash it never is, and takes as long.
    pub(crate) async fn is(
        self: &Arc<Self>,
        place: Place,
        password: Zeroizing<String>,
        hash: Option<String>,
    ) -> Result<bool, Refusal> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        self.evaluated.fetch_add(1, Ordering::Relaxed);
        let same = move || Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok();
        Ok(self.work(place, same).await? && known)
    }

    /// Judges a password, and hashes it if somebody may have it.
    pub(crate) async fn hash(
        self: &Arc<Self>,
        policy: Policy,
        password: Zeroizing<String>,
        known: Vec<String>,
        beside: Beside,
        salt: [u8; 32],
    ) -> Result<Password, Refusal> {
        let params = self.params.clone();
        let work = move || {
            let known: Vec<&str> = known.iter().map(String::as_str).chain(["wrale"]).collect();
            let Chosen { password, alone } = policy.judge(password, &known, beside)?;
            let hash = hashed(&params, password.as_bytes(), &salt[..16]).ok_or(Refusal::Crowded)?;
            Ok(Password { hash, alone })
        };
        self.work(self.place()?, work).await?
    }

    async fn work<R: Send + 'static>(
        &self,
        _place: Place,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, Refusal> {
        let _turn = self.at_work.acquire().await.map_err(|_| Refusal::Crowded)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| Refusal::Crowded)
    }
}

fn hashed(params: &Params, password: &[u8], salt: &[u8]) -> Option<String> {
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let hash: PasswordHash = argon.hash_password_with_salt(password, salt).ok()?;
    Some(hash.to_string())
}

#[cfg(test)]
mod tests;
