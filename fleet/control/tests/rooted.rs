//! What the root took away stays away: an older letter put back on disk opens no fleet.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use audit::Outcome;
use control::{
    Fault, Fleet, Setup,
    fleet::Offered,
    ledger::records,
    rooted::{Letter, Mistake},
    sign_in::{Gate, Refusal},
};
use crypto::signed::{Audience, Signed};
use sim::{CommitFault, House, SimStore};
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
    let said = said(fleet).into_iter().filter(|(outcome, _)| *outcome == Outcome::Done);
    said.map(|(_, reason)| reason).collect()
}

/// What became of each letter of the root, as the log has it.
fn said(fleet: &Fleet<SimStore>) -> Vec<(Outcome, String)> {
    let all = records(fleet.store(), 0, usize::MAX).unwrap().into_iter().map(|(_, record)| record);
    let policies = all.filter(|record| record.kind() == "policy");
    let reason = |record: &audit::Record| record.personal().unwrap().unwrap().reason.unwrap().to_string();
    policies.map(|record| (record.body().unwrap().unwrap().outcome.clone(), reason(&record))).collect()
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

/// A commit that fails says nothing of the roster: it is obeyed once it is stored, by doors no sooner and no later.
#[test]
fn a_roster_that_could_not_be_stored_is_obeyed_as_soon_as_it_is() {
    for fault in [CommitFault::Lost, CommitFault::Kept] {
        let mut house = House::new(11);
        house.open_fleet(vec![]);
        let (gate, now) = (house.fleet().gate(), house.now());
        let ada = house.ceremony.believed(house.ceremony.roster_of(2, &[0]));
        let hq = house.hq.as_mut().unwrap();
        hq.store.fail_next(fault);
        assert_eq!(hq.fleet.take_roster(ada.clone(), now), Ok(Offered::Taken));
        assert!(hq.fleet.contain(now).is_err(), "{fault:?}");
        let stored = fault == CommitFault::Kept;
        assert_eq!(gate.version(), if stored { 2 } else { 1 }, "{fault:?}: doors know what is stored");
        hq.fleet.contain(now).unwrap();
        assert_eq!((gate.version(), hq.fleet.take_roster(ada, now)), (2, Ok(Offered::Known)), "{fault:?}");
        let told = said(house.fleet());
        assert_eq!(told[2..], [(Outcome::Done, "roster of the root, version 2".into())], "{fault:?}: once");
    }
}

/// A fleet at work: the root signs a roster without Grace, and then somebody puts back the one with her.
#[test]
fn a_roster_that_comes_while_the_fleet_is_at_work_is_obeyed_at_once_and_never_an_older_one() {
    let mut house = House::new(11);
    house.open_fleet(vec![]);
    let number = house.join("dev-07", "harbour");
    house.commission(number);
    let ceremony = &house.ceremony;
    let letter = ceremony.sign_in(1, Nonce([5; 32])).bytes().to_vec();
    let gate = house.fleet().gate();
    assert!(gate.believe(letter.clone()).is_ok(), "Grace is one of the people");
    let audience = Audience::fleet(ceremony.fleet().clone());
    let offer = |house: &mut House, letter: Signed<Roster>| {
        let now = house.now();
        let roster = letter.verify(&house.ceremony.root(), &audience).unwrap();
        house.hq.as_mut().unwrap().fleet.take_roster(roster, now)
    };
    let (both, ada) = (ceremony.roster().clone(), ceremony.roster_of(2, &[0]));
    let fork = ceremony.roster_of(2, &[0, 2]);
    assert_eq!(offer(&mut house, both.clone()), Ok(Offered::Known));
    assert_eq!(offer(&mut house, ada.clone()), Ok(Offered::Taken));
    assert!(gate.believe(letter.clone()).is_ok(), "doors hear of it when it is stored, and not before");
    house.run(Duration::from_secs(20));
    assert_eq!((gate.believe(letter), gate.version()), (Err(Refusal::Stranger), 2));
    assert!(gate.knows(house.ceremony.person(0)) && !gate.knows(house.ceremony.person(1)));
    let older = Mistake::Older { letter: Letter::Roster, obeyed: 2, offered: 1 };
    assert_eq!(offer(&mut house, both), Err(older));
    assert_eq!(offer(&mut house, fork), Err(Mistake::Forked(Letter::Roster, 2)));
    assert_eq!(offer(&mut house, ada), Ok(Offered::Known));
    house.run(Duration::from_secs(1));
    let refused = |code: &str, version: u64| {
        (Outcome::Refused(code.into()), format!("roster of the root, version {version}"))
    };
    let told = said(house.fleet());
    assert_eq!(told[2], (Outcome::Done, "roster of the root, version 2".into()));
    assert_eq!(told[3..], [refused("control/roster-older", 1), refused("control/roster-forked", 2)]);
    let state = house.boxes[number].agent().guard().state().unwrap();
    assert_eq!(state.roster.claimed().unwrap().version, 2, "and the box obeys it too");
}
