//! All randomness of one boot, drawn from one seed in the order of need.
//!
//! Draw `n` is SHA-256(`wrale.draw.v1` ‖ seed ‖ n as u64 big-endian); the same seed gives the same boot, always.

use crypto::{
    digest::{Digest, Hasher},
    key::{Journal, SecretKey},
};
use vocab::{BootId, EventId, Nonce, ReceiptId, Wall};
use zeroize::Zeroizing;

/// The seed and how often it was drawn from.
pub(crate) struct Draw {
    seed: Zeroizing<[u8; 32]>,
    drawn: u64,
}

impl Draw {
    /// From 32 bytes that nobody else has.
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self { seed: Zeroizing::new(seed), drawn: 0 }
    }

    /// The key that signs this boot's heads; it lives in memory alone.
    pub(crate) fn journal_key(&self) -> SecretKey<Journal> {
        SecretKey::from_seed(self.tagged("wrale.journal-key.v1").finish().0)
    }

    /// The id of this boot.
    pub(crate) fn boot(&self) -> BootId {
        let Digest(bytes) = self.tagged("wrale.boot-id.v1").finish();
        let mut id = [0; 16];
        id.copy_from_slice(&bytes[..16]);
        BootId(id)
    }

    /// A value that somebody must show again.
    pub(crate) fn nonce(&mut self) -> Nonce {
        Nonce(self.next())
    }

    /// The id of an event at that time.
    pub(crate) fn event(&mut self, at: Wall) -> EventId {
        EventId::v7(at, self.ten())
    }

    /// The id of an act at that time.
    pub(crate) fn receipt(&mut self, at: Wall) -> ReceiptId {
        ReceiptId::v7(at, self.ten())
    }

    fn ten(&mut self) -> [u8; 10] {
        let mut ten = [0; 10];
        ten.copy_from_slice(&self.next()[..10]);
        ten
    }

    fn next(&mut self) -> [u8; 32] {
        let drawn = self.tagged("wrale.draw.v1").u64(self.drawn).finish();
        self.drawn += 1;
        drawn.0
    }

    fn tagged(&self, tag: &str) -> Hasher {
        Hasher::tagged(tag).bytes(&*self.seed)
    }
}

#[cfg(test)]
mod tests;
