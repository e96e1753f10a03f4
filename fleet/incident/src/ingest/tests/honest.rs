//! Whatever the road does to an honest device's runs, it is never a fork and nothing is stored twice.

use proptest::{collection::vec as some, prelude::*};

use super::*;
use crate::hear::Heard;

/// What happens to an honest box.
#[derive(Clone, Copy, Debug)]
enum Day {
    /// It writes an entry.
    Writes,
    /// It offers what was not acknowledged, so many entries at a time, and this share of the offers arrives.
    Offers(u64, u8),
    /// An offer of this boot that arrived before arrives again.
    Again(usize),
    /// Somebody plays a session of an earlier boot again, hello and all.
    Haunts(usize),
    /// It loses power; so many of the entries that were never acknowledged go with it.
    Reboots(usize),
    /// Its disk lied: so many acknowledged entries go with the power.
    Lies(usize),
}

fn day() -> impl Strategy<Value = Day> {
    prop_oneof![
        4 => Just(Day::Writes),
        4 => (1_u64..6, any::<u8>()).prop_map(|(size, share)| Day::Offers(size, share)),
        2 => any::<usize>().prop_map(Day::Again),
        1 => any::<usize>().prop_map(Day::Haunts),
        1 => (0_usize..4).prop_map(Day::Reboots),
        1 => (1_usize..4).prop_map(Day::Lies),
    ]
}

/// The box, the fleet, and what the road may send again.
struct Life {
    machine: Machine,
    ledger: Ledger,
    arrived: Vec<Offer>,
    /// What arrived from earlier boots, each with the box as it was.
    ghosts: Vec<(Machine, Offer)>,
    boots: u8,
}

impl Life {
    fn live(&mut self, day: Day) {
        match day {
            Day::Writes => self.machine.mutters(),
            Day::Offers(size, share) => self.offers(size, share),
            Day::Again(which) if !self.arrived.is_empty() => {
                let offer = self.arrived[which % self.arrived.len()].clone();
                assert_eq!(self.ledger.take(&self.machine, offer), Verdict::Known);
            }
            Day::Haunts(which) if !self.ghosts.is_empty() => {
                let (machine, offer) = self.ghosts[which % self.ghosts.len()].clone();
                let verdict = self.ledger.take(&machine, offer);
                assert!(
                    matches!(verdict, Verdict::Known | Verdict::Refused(Refusal::StaleBeat)),
                    "{verdict:?}"
                );
            }
            Day::Again(_) | Day::Haunts(_) => {}
            Day::Reboots(unwritten) => {
                let kept = self.machine.disk.len().saturating_sub(unwritten).max(self.acknowledged());
                self.boots_from(kept);
            }
            Day::Lies(lost) => {
                let kept = self.acknowledged().saturating_sub(lost);
                self.boots_from(kept);
            }
        }
    }

    /// How many entries of its own line the fleet has.
    fn acknowledged(&self) -> usize {
        let has = |entry: &&Entry| self.ledger.place(&entry.head()).is_some();
        self.machine.disk.iter().take_while(has).count()
    }

    fn boots_from(&mut self, kept: usize) {
        self.boots += 1;
        let ghosts = self.arrived.drain(..).map(|offer| (self.machine.clone(), offer));
        self.ghosts.extend(ghosts);
        self.machine.lose(kept, self.boots);
    }

    /// Connects, announces a branch if the fleet has what the box has not, and offers run after run.
    fn offers(&mut self, size: u64, share: u8) {
        let announced = self.announces();
        let mut next = u64::try_from(self.acknowledged()).unwrap() + 1;
        let mut luck = share;
        while next <= self.machine.head().seq {
            let offer = Offer { branch: announced, ..self.machine.offer(next, next + size - 1) };
            next += size;
            if luck & 1 == 1 {
                // The session ends here: what was not acknowledged is offered again in the next one.
                return;
            }
            luck >>= 1;
            let verdict = self.ledger.take(&self.machine, offer.clone());
            assert!(matches!(verdict, Verdict::Chained(_)), "{verdict:?}");
            self.arrived.push(offer);
        }
        let beat = self.machine.beat();
        let heard = self.ledger.hear(&self.machine, beat);
        assert!(matches!(heard, Ok(Heard::Pulse(_))), "{heard:?}");
    }

    /// The branch entry that says what the box has no longer: an old one that says the same, or a new one.
    fn announces(&mut self) -> Option<Branch> {
        let resumes = self.ledger.accepted()?;
        if self.machine.disk.iter().any(|entry| entry.position() == resumes) {
            return None;
        }
        let says = |entry: &Entry| match Body::decode(entry) {
            Ok(Body::Branch(branch)) if branch.resumes == resumes => Some(branch),
            _ => None,
        };
        if !self.machine.disk.iter().any(|entry| says(entry).is_some()) {
            self.machine.branch(resumes);
        }
        self.machine.disk.iter().find_map(says)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_honest_device_is_never_a_fork_and_nothing_is_stored_twice(days in some(day(), 1..40)) {
        let mut life = Life {
            machine: Machine::new(1),
            ledger: Ledger::default(),
            arrived: Vec::new(),
            ghosts: Vec::new(),
            boots: 1,
        };
        for day in days {
            life.live(day);
        }
        life.offers(3, 0);
        let has: Vec<_> = life.machine.disk.iter().map(|entry| entry.header().seq).collect();
        prop_assert_eq!(life.ledger.numbers(), has);
        let mut heads: Vec<_> = life.ledger.entries.iter().map(|(entry, _)| entry.head()).collect();
        let all = heads.len();
        heads.sort();
        heads.dedup();
        prop_assert_eq!(heads.len(), all);
    }
}
