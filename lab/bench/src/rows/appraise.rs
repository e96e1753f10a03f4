//! What it costs the fleet to believe one quote: the judge alone, and the whole way from the frame to the commit.

use std::{collections::BTreeMap, time::Duration};

use admit::{
    Identity,
    appraise::{Adopted, Appraisal, Facts, History, Reference, appraise},
    challenge::Challenge,
};
use anyhow::{Context, Result, ensure};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use board::{ChipKey, RootOfTrust};
use control::Effect;
use crypto::signed::Signed;
use journal::{Cursor, Head, Position};
use link::{Down, Frame, Up};
use sim::{Dice, SimRoot};
use vocab::{DeviceId, Generation, Label, Nonce, Wall};
use wire::v1::Evidence;

use crate::{
    clock::{computed, now},
    device::Device,
    figure::Spread,
    ground::{Ground, SOFTWARE, draw},
    line::{Budget, Line, Part, Unit},
};

pub(crate) const WHAT: &str =
    "the processor's time for one quote, alone and with everything that follows from it";

const DEVICES: usize = 512;
const GROUP: usize = 16;
const QUOTES: usize = 4000;
const LIMIT: Budget = Budget::AtMost(Part::P50, 0.15e-3);

pub(crate) fn run() -> Result<Vec<Line>> {
    let mut ground = Ground::open()?;
    let (mut devices, mut asked) = (vec![], BTreeMap::new());
    for number in 0..DEVICES {
        let mut device = Device::join(&mut ground, number as u64)?;
        listen(&device.begin(&mut ground)?, &mut asked);
        devices.push(device);
    }
    listen(&ground.step()?, &mut asked);
    let raw = raw()?;
    let whole = through(&mut ground, &mut devices, &asked)?;
    let alone = alone(&ground, &mut devices[0])?;
    Ok(vec![
        Line::new("parse, verify, judge", alone, Unit::Seconds, LIMIT).against("P-256 verify", raw.p50),
        Line::new("from the frame to the commit", whole, Unit::Seconds, Budget::Beside)
            .against("P-256 verify", raw.p50),
    ])
}

/// Notes what each device was asked.
fn listen(effects: &[Effect], asked: &mut BTreeMap<DeviceId, Nonce>) {
    for effect in effects {
        let Effect::Send(device, _, message) = effect else { continue };
        if let Ok(Down::Challenge { nonce, .. }) = Down::decode_message(message) {
            asked.insert(*device, nonce);
        }
    }
}

/// The judge alone, over a history that is at hand.
fn alone(ground: &Ground, device: &mut Device) -> Result<Spread> {
    let identity: &Identity = &ground.fleet.record(device.id).context("an enrolled device")?.identity;
    let reference = Reference { software: [Label::new(SOFTWARE)?].into() };
    let history = Held(device.end.context("it has booted")?);
    let at = now().wall;
    let mut spent = vec![];
    for _ in 0..QUOTES {
        let nonce = Nonce(draw());
        let bytes = device.evidence(nonce).bytes().to_vec();
        let challenge = Challenge::new(nonce, at);
        let facts = Facts { identity, reference: &reference, history: &history };
        let start = computed();
        let letter = Signed::<Evidence>::parse(bytes)?;
        let appraisal = appraise(letter, challenge, &facts, at)?;
        spent.push(computed().saturating_sub(start));
        ensure!(matches!(appraisal, Appraisal::Attested(_)), "the quote is good");
    }
    Spread::of_times(&spent).context("there were quotes")
}

/// Through the fleet: frame, judge, what is planned because of it, and the synced commit.
fn through(ground: &mut Ground, devices: &mut [Device], asked: &BTreeMap<DeviceId, Nonce>) -> Result<Spread> {
    let mut spent = vec![];
    for group in devices.chunks_mut(GROUP) {
        let mut messages = vec![];
        for device in group.iter_mut() {
            let nonce = *asked.get(&device.id).context("every device is asked when it comes")?;
            let letter = device.evidence(nonce).bytes().to_vec();
            messages.push(Up::Evidence { nonce, letter }.to_bytes());
        }
        let start = computed();
        for (device, message) in group.iter().zip(messages) {
            device.tell(ground, message);
        }
        ground.step()?;
        let share = u32::try_from(group.len())?;
        spent.push(computed().saturating_sub(start) / share);
        for device in group.iter() {
            let record = ground.fleet.record(device.id).context("an enrolled device")?;
            ensure!(record.attested.is_some(), "the quote is believed");
        }
    }
    Spread::of_times(&spent).context("there were quotes")
}

/// What the library alone takes for such a signature.
fn raw() -> Result<Spread> {
    let mut root = SimRoot::new(Dice::new(7, "raw"));
    let message = [5; 400];
    let signature = root.sign(ChipKey::Attestation, &message)?;
    let public = root.attestation_key();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public.as_bytes());
    let verify = |_| -> Result<Duration> {
        let start = computed();
        key.verify(&message, &signature).ok().context("the signature is good")?;
        Ok(computed().saturating_sub(start))
    };
    let spent = (0..QUOTES).map(verify).collect::<Result<Vec<_>>>()?;
    Spread::of_times(&spent).context("there were signatures")
}

/// A journal of one entry, accepted.
struct Held(Position);

impl History for Held {
    fn accepted(&self) -> Option<Position> {
        Some(self.0)
    }

    fn head_at(&self, cursor: &Cursor) -> Option<Head> {
        (*cursor == self.0.cursor()).then_some(self.0.head)
    }

    fn adopted_at(&self, _: u64) -> Option<Adopted> {
        None
    }

    fn published(&self, _: Generation) -> Option<Wall> {
        None
    }
}
