//! Wakes the guard: by replay of its own journal, and by comparing what the senses say with what they said last.

use alloc::vec::Vec;

use crypto::{
    key::{Attestation, Device, PublicKey},
    seal::OpeningPublic,
};
use journal::{Durable, Entry};
use vocab::{Label, Reading, Sensor, Wall};

use crate::{effect::Kept, pins::Pins};

/// All that a guard wakes with.
pub struct Start {
    /// Who it is.
    pub pins: Pins,
    /// Thirty-two fresh random bytes: the boot id, the journal key, ids and nonces of this boot come from them.
    pub seed: [u8; 32],
    /// When this software was built: time was never before that.
    pub built: Wall,
    /// What the machine believes the wall says.
    pub wall: Wall,
    /// The software that runs.
    pub software: Label,
    /// Every sensor of the board.
    pub sensors: Vec<Sensor>,
    /// Signs evidence.
    pub attestation_key: PublicKey<Attestation>,
    /// Signs boots.
    pub device_key: PublicKey<Device>,
    /// To whom secrets are sealed; none while the vault is latched.
    pub opening_key: Option<OpeningPublic>,
    /// What the disk still has of the journal.
    pub remains: Remains,
    /// What the disk still has of the small files.
    pub kept: Vec<(Kept, Vec<u8>)>,
    /// What every sensor said first.
    pub readings: Vec<Reading>,
}

/// What the disk still has of the journal.
#[derive(Clone, Debug, Default)]
pub struct Remains {
    /// Every entry that stands on the ones before it, oldest first.
    pub chain: Vec<Durable<Entry>>,
    /// Whole entries behind a damage: they no longer continue the chain, but what they say still counts.
    pub beyond: Vec<Entry>,
    /// Records that were torn by a power cut and dropped.
    pub torn: u64,
    /// Records in the middle that are not what was written.
    pub damaged: u64,
}
