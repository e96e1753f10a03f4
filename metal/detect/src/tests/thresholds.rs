//! Every threshold of the tuning matters: at half and at double some recording is judged otherwise.
//!
//! The thresholds are found in the encoded tuning itself, so one that is added without a recording fails here.

use alloc::{vec, vec::Vec};

use minicbor::{Decoder, Encoder};
use vocab::Tuning;

use super::{Recording, recordings};

/// The groups that the guard judges by; it has recordings of its own for them.
const GUARDS: [u32; 4] = [5, 6, 7, 8];

/// For a threshold of nothing, half and double are nothing too: this much less and more instead.
const STEP: i64 = 5_000;

#[test]
fn every_threshold_matters_at_half_and_at_double() {
    let recordings = recordings();
    let usual: Vec<_> = recordings.iter().map(|recording| verdict(recording, &Tuning::default())).collect();
    let mut idle = vec![];
    for (group, key, value) in thresholds(&Tuning::default()) {
        let (half, double) = if value == 0 { (-STEP, STEP) } else { (value / 2, value * 2) };
        for (word, changed) in [("half", half), ("double", double)] {
            let tuning = with(&Tuning::default(), group, key, changed);
            let same = |(recording, usual): (&Recording, &Verdict)| verdict(recording, &tuning) == *usual;
            if recordings.iter().zip(&usual).all(same) {
                idle.push(alloc::format!("threshold {group}.{key} ({value}) at {word}"));
            }
        }
    }
    assert!(idle.is_empty(), "no recording is judged otherwise with: {idle:#?}");
}

#[test]
fn the_thresholds_of_the_encoded_tuning_are_all_found() {
    let tuning = Tuning::default();
    let found = thresholds(&tuning);
    assert!(found.contains(&(0, 1, 250)), "open_after is key 1 of group 0");
    assert!(found.contains(&(4, 3, 10_000)), "away_after is key 3 of group 4");
    assert_eq!(with(&tuning, 0, 1, 125).enclosure.open_after, vocab::Millis(125));
    assert_eq!(with(&tuning, 0, 1, 250), tuning);
}

type Verdict = (Vec<super::Seen>, crate::Condition);

fn verdict(recording: &Recording, tuning: &Tuning) -> Verdict {
    let played = recording.play(tuning);
    (played.seen, played.condition)
}

/// Group, key and value of each threshold of the senses, as they stand on the wire.
fn thresholds(tuning: &Tuning) -> Vec<(u32, u32, i64)> {
    let bytes = minicbor::to_vec(tuning).unwrap();
    let mut decoder = Decoder::new(&bytes);
    let mut found = vec![];
    for _ in 0..decoder.map().unwrap().unwrap() {
        let group = decoder.u32().unwrap();
        if GUARDS.contains(&group) {
            decoder.skip().unwrap();
            continue;
        }
        for _ in 0..decoder.map().unwrap().unwrap() {
            let (key, value) = (decoder.u32().unwrap(), decoder.i64().unwrap());
            found.push((group, key, value));
        }
    }
    found
}

/// The tuning with one threshold changed.
fn with(tuning: &Tuning, group: u32, key: u32, changed: i64) -> Tuning {
    let bytes = minicbor::to_vec(tuning).unwrap();
    let mut decoder = Decoder::new(&bytes);
    let mut encoder = Encoder::new(vec![]);
    let groups = decoder.map().unwrap().unwrap();
    encoder.map(groups).unwrap();
    for _ in 0..groups {
        let here = decoder.u32().unwrap();
        encoder.u32(here).unwrap();
        if here != group {
            let start = decoder.position();
            decoder.skip().unwrap();
            encoder.writer_mut().extend_from_slice(&bytes[start..decoder.position()]);
            continue;
        }
        let keys = decoder.map().unwrap().unwrap();
        encoder.map(keys).unwrap();
        for _ in 0..keys {
            let (name, value) = (decoder.u32().unwrap(), decoder.i64().unwrap());
            encoder.u32(name).unwrap().i64(if name == key { changed } else { value }).unwrap();
        }
    }
    minicbor::decode(&encoder.into_writer()).unwrap()
}
