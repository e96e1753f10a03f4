//! What the root took away stays away: an older letter put back on disk opens no fleet.
#![allow(clippy::unwrap_used, reason = "tests")]

use control::{
    Fault, Fleet, Setup,
    ledger::records,
    rooted::{Letter, Mistake},
    sign_in::{Gate, Refusal},
};
use crypto::signed::{Audience, Signed};
use sim::{House, SimStore};
use vocab::Nonce;
use wire::v1::Roster;

/// A fleet that dies and starts again, with the letters that lie on its disk by then.
struct Disk {
    house: House,
    store: SimStore,
}

impl Disk {
    fn new() -> Self {
        let mut house = House::new(11);
        house.open_fleet(vec![]);
        let store = house.hq.take().unwrap().store;
        Self { house, store }
    }

    fn start(&self, roster: &Signed<Roster>) -> Result<Fleet<SimStore>, Fault> {
        let ceremony = &self.house.ceremony;
        let mut setup: Setup = sim::hq::setup(7, ceremony, vec![]);
        let everybody = Audience::fleet(ceremony.fleet().clone());
        setup.roster = roster.clone().verify(&ceremony.root(), &everybody).unwrap();
        Fleet::open(setup, self.store.clone(), self.house.now())
    }

    fn refused(&self, roster: &Signed<Roster>) -> Fault {
        self.start(roster).err().expect("it does not start")
    }
}

fn taken(fleet: &Fleet<SimStore>) -> Vec<String> {
    let all = records(fleet.store(), 0, usize::MAX).unwrap().into_iter().map(|(_, record)| record);
    let policies = all.filter(|record| record.kind() == "policy");
    policies.map(|record| record.personal().unwrap().unwrap().reason.unwrap().to_string()).collect()
}

#[test]
fn an_old_roster_that_is_put_back_lets_nobody_back_in() {
    let disk = Disk::new();
    let ceremony = &disk.house.ceremony;
    let (both, ada) = (ceremony.roster().clone(), ceremony.roster_of(2, &[0]));
    let letter = ceremony.sign_in(1, Nonce([5; 32])).bytes().to_vec();
    let known = |fleet: &Fleet<SimStore>| Gate::of(fleet.setup()).believe(letter.clone());
    assert!(known(&disk.start(&both).unwrap()).is_ok(), "Grace is one of the people");

    // The root signs a roster without her, and nothing else happens before the process is killed.
    assert_eq!(known(&disk.start(&ada).unwrap()), Err(Refusal::Stranger));
    let fault = disk.refused(&both);
    assert_eq!(fault, Fault::Rooted(Mistake::Older { letter: Letter::Roster, obeyed: 2, offered: 1 }));
    assert_eq!(fault.code(), "control/roster-older");
    assert!(fault.to_string().contains("bring the one that the root signed last"), "{fault}");
    assert!(disk.start(&ada).is_ok(), "and the right one opens it");
}

#[test]
fn two_rosters_of_one_version_are_one_too_many() {
    let disk = Disk::new();
    let ceremony = &disk.house.ceremony;
    let fault = disk.refused(&ceremony.roster_of(1, &[0, 2]));
    assert_eq!(fault, Fault::Rooted(Mistake::Forked(Letter::Roster, 1)));
    assert!(fault.to_string().contains("have the root sign a version above it"), "{fault}");
    assert!(disk.start(&ceremony.roster_of(2, &[0, 2])).is_ok(), "as the sentence says");
}

#[test]
fn a_letter_that_is_obeyed_stands_in_the_log_once_however_often_the_fleet_starts() {
    let disk = Disk::new();
    let (first, next) = (disk.house.ceremony.roster().clone(), disk.house.ceremony.roster_of(5, &[0]));
    for _ in 0..3 {
        let fleet = disk.start(&first).unwrap();
        assert_eq!(taken(&fleet), ["keyset of the root, version 1", "roster of the root, version 1"]);
    }
    for _ in 0..2 {
        assert_eq!(taken(&disk.start(&next).unwrap())[2..], ["roster of the root, version 5"]);
    }
}
