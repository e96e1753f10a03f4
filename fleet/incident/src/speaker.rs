//! The boot that speaks in a session, as its letter shows it.

use alloc::{boxed::Box, vec::Vec};

use crypto::{
    key::{Device, PublicKey},
    signed::{Audience, Signed, Verified},
};
use journal::Position;
use vocab::{BootId, DeviceId};
use wire::v1::{Beat, Boot};

use crate::{
    finding::{Fork, Split},
    history::{History, KnownBoot},
    refusal::Refusal,
};

/// A boot whose letter verified: it speaks for the device, with the journal key that the letter names.
#[derive(Clone, Debug)]
pub struct Speaker {
    letter: Verified<Boot>,
    device: DeviceId,
    audience: Audience,
    keys: Vec<PublicKey<Device>>,
}

/// Who said hello.
#[derive(Clone, Debug)]
pub enum Hello {
    /// A boot of the device.
    Speaker(Box<Speaker>),
    /// A second machine.
    Fork(Fork),
}

impl Speaker {
    /// Judges the letter that a device shows when it connects.
    ///
    /// `keys` are the device keys that it has had, any order: a boot outlives a renewal, so its letter may be signed
    /// by a key that was replaced since. Who connects is the door's business and not decided here.
    pub fn meet(
        letter: Signed<Boot>,
        device: DeviceId,
        audience: Audience,
        keys: Vec<PublicKey<Device>>,
        history: &dyn History,
    ) -> Result<Hello, Refusal> {
        let letter = verified(letter, &keys, &audience)?;
        let known = history.boot(&letter.boot);
        if known.is_some_and(|known| known.journal_key != letter.journal_key) {
            return Ok(Hello::Fork(Fork { device, boot: letter.boot, split: Split::JournalKey }));
        }
        Ok(Hello::Speaker(Box::new(Self { letter, device, audience, keys })))
    }

    /// The device.
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// The boot.
    pub fn boot(&self) -> BootId {
        self.letter.boot
    }

    /// What it says of itself.
    pub fn letter(&self) -> &Boot {
        &self.letter
    }

    /// What to keep of it from now on.
    pub fn known(&self) -> KnownBoot {
        KnownBoot { journal_key: self.letter.journal_key.clone(), began: None, heard: None }
    }

    /// Believes a beat of this boot.
    pub(crate) fn believe(&self, beat: Signed<Beat>) -> Result<Verified<Beat>, Refusal> {
        let beat = beat.verify(&self.letter.journal_key, &self.audience).map_err(Refusal::Seal)?;
        if beat.boot == self.boot() { Ok(beat) } else { Err(Refusal::SealBoot) }
    }

    /// Believes the letter of a boot entry at this place: after this entry of the journal.
    pub(crate) fn began(
        &self,
        letter: Signed<Boot>,
        at: Position,
        after: Option<Position>,
    ) -> Result<Verified<Boot>, Refusal> {
        let greeted = letter.digest() == self.letter.digest();
        let letter =
            if greeted { self.letter.clone() } else { verified(letter, &self.keys, &self.audience)? };
        let here = letter.boot == at.boot && letter.after == after;
        if here { Ok(letter) } else { Err(Refusal::BootOther(at.seq)) }
    }

    pub(crate) const fn fork(&self, boot: BootId, split: Split) -> Fork {
        Fork { device: self.device, boot, split }
    }
}

/// With whichever of the device's keys the header names; none of them: with the first, to say so.
fn verified(
    letter: Signed<Boot>,
    keys: &[PublicKey<Device>],
    audience: &Audience,
) -> Result<Verified<Boot>, Refusal> {
    let named = keys.iter().find(|key| key.id() == letter.key_id()).or_else(|| keys.first());
    let key = named.ok_or(Refusal::BootLetter(crypto::refusal::Refusal::Key { role: "device" }))?;
    letter.verify(key, audience).map_err(Refusal::BootLetter)
}

#[cfg(test)]
mod tests;
