//! A wire that loses, repeats, delays and is cut, all by a seed; and that counts what it did.

use alloc::{
    collections::{BTreeMap, VecDeque},
    vec::Vec,
};

use crate::Conn;

/// SplitMix64.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// One of so many.
    pub(crate) fn pick(&mut self, sides: usize) -> usize {
        usize::try_from(self.roll(sides as u64)).unwrap()
    }

    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}

/// What happens to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    Delivered,
    /// Arrives twice.
    Doubled,
    /// Never arrives, and what follows does.
    Dropped,
    /// The connection ends before it.
    CutBefore,
    /// The connection ends after it.
    CutAfter,
}

/// When which fate strikes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Weather {
    Fair,
    /// One in so many messages meets a fate, so many times in all.
    Foul {
        one_in: u64,
        times: u32,
    },
    /// This message of all meets this fate.
    At(u64, Fate),
}

/// Two queues for each connection.
pub(crate) struct Wire {
    pub(crate) up: BTreeMap<Conn, VecDeque<Vec<u8>>>,
    pub(crate) down: BTreeMap<Conn, VecDeque<Vec<u8>>>,
    pub(crate) weather: Weather,
    /// Messages that left, in all.
    pub(crate) messages: u64,
    pub(crate) fates: BTreeMap<Fate, u32>,
}

impl Wire {
    pub(crate) fn new(weather: Weather) -> Self {
        Self { up: BTreeMap::new(), down: BTreeMap::new(), weather, messages: 0, fates: BTreeMap::new() }
    }

    pub(crate) fn fate(&mut self, dice: &mut Dice) -> Fate {
        self.messages += 1;
        let fate = match &mut self.weather {
            Weather::At(message, fate) if *message == self.messages => *fate,
            Weather::Foul { one_in, times } if *times > 0 && dice.roll(*one_in) == 0 => {
                *times -= 1;
                [Fate::Doubled, Fate::Dropped, Fate::CutBefore, Fate::CutAfter][dice.pick(4)]
            }
            _ => Fate::Delivered,
        };
        *self.fates.entry(fate).or_default() += 1;
        fate
    }
}
