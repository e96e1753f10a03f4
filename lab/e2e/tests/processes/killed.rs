//! `kill -9` of either daemon at any moment: nothing acknowledged is lost, nothing is stored twice, and both come back
//! without a hand. What the machine's memory holds survives here; what a power cut takes is the stories' matter.

use std::env;

use api::word::{Connection, IncidentKind, Standing};
use audit::{Body, Outcome, record::Party};
use crypto::note::Checkpoint;
use host::{Dice, Fleet, Journal, Process, Shelf};

use crate::machine::{Lid, Machine};

/// Rounds of a full run, and of a quick one.
const ROUNDS: (usize, usize) = (200, 20);

/// After so many rounds both must stand again, and people ask something that the fleet acknowledges.
const CALM: usize = 10;

/// Longest life of a daemon before the next round, in milliseconds: enough to be killed in any part of its start and
/// of its work.
const LONGEST: u64 = 400;

#[test]
fn nothing_acknowledged_is_lost_or_stored_twice_however_often_either_daemon_is_killed() {
    let rounds = if env::var_os("WRALE_QUICK").is_some() { ROUNDS.1 } else { ROUNDS.0 };
    let mut dice = Dice::thrown();
    println!("{rounds} rounds, seed {}", dice.seed());
    let mut fleet = crate::fleet();
    let mut machine = Machine::new("gate-7");
    let monitor = machine.monitor();
    machine.more = "senses:
  - { name: lid, zone: case, read: hwmon, chip: nct6798, input: intrusion0 }
"
    .into();
    let mut fleetd = fleet.start();
    machine.prepare(&fleet, &fleet.ada().token());
    // The first rounds fall into its enrolment.
    let mut metald = machine.spawn();
    let mut witness = Witness { tokens: 1, kept: vec![] };
    let mut killed = (0, 0);
    for round in 0..rounds {
        monitor.lid(if round % 2 == 0 { Lid::Open } else { Lid::Closed });
        let span = dice.millis(LONGEST);
        if dice.below(2) == 0 {
            assert!(fleetd.listen(span), "fleetd ended by itself:\n{}", fleetd.transcript());
            fleetd.kill();
            fleetd = fleet.spawn();
            killed.0 += 1;
        } else {
            assert!(metald.listen(span), "metald ended by itself:\n{}", metald.transcript());
            metald.kill();
            metald = machine.spawn();
            killed.1 += 1;
        }
        if round % CALM == CALM - 1 {
            witness.look(&fleet, &fleetd);
        }
    }
    assert!(killed.0 > 0 && killed.1 > 0, "{killed:?}");
    println!("killed fleetd {} and metald {} times", killed.0, killed.1);
    witness.look(&fleet, &fleetd);
    let log = fleet.ada().log(&witness.kept);
    assert!(metald.stop().status.success());
    assert!(fleetd.stop().status.success());
    compare(&fleet, &machine, &log.verified.records, witness.tokens);
}

/// What people were told, and must find again.
struct Witness {
    tokens: usize,
    kept: Vec<Checkpoint>,
}

impl Witness {
    /// Waits until both stand again by themselves, asks for something, and keeps the checkpoint that covers it.
    fn look(&mut self, fleet: &Fleet, fleetd: &Process) {
        fleetd.says(&["is ready"]);
        let ada = fleet.ada();
        let device = ada.sees_device("gate-7", "the session of a device that came back", |device| {
            device.connection.value == Connection::Live
        });
        assert_eq!(device.standing.state, Standing::Active, "{device:#?}");
        ada.token();
        self.tokens += 1;
        self.kept.push(ada.checkpoint());
        let incidents = ada.ask(|client| client.incidents(None, 200)).incidents;
        let unheard_of =
            [IncidentKind::Fork, IncidentKind::Forgery, IncidentKind::Rollback, IncidentKind::TailLost];
        for incident in incidents {
            assert!(!unheard_of.contains(&incident.kind), "{incident:#?}");
        }
    }
}

/// The device's journal, the fleet's chain and the exported log tell one story.
fn compare(fleet: &Fleet, machine: &Machine, log: &[Option<audit::Record>], tokens: usize) {
    let shelf = Shelf::open(fleet);
    let record = shelf.record(&machine.label);
    let journal = Journal::of(record.device(), &machine.folder());
    let (runs, chain) = (shelf.runs(&record), shelf.chain(&record, &journal));
    let bodies: Vec<_> =
        log.iter().flatten().filter_map(|record| Some((record.kind(), record.body().unwrap()?))).collect();
    let done = bodies.iter().filter(|(_, body)| body.outcome == Outcome::Done);
    let of_runs = done.clone().filter(|(kind, _)| *kind == "ingest");
    let ingested: Vec<_> = of_runs.map(|(_, body)| body.inputs.clone()).collect();
    let stored: Vec<_> = runs.iter().map(|run| vec![run.stands_on().0, run.ends_at().head.0]).collect();
    assert!(stored.starts_with(&ingested), "each run has one leaf, in its order, up to the export");
    assert!(stored.len() - ingested.len() <= 8, "only what came after the export has none in it");
    let by_people = |(kind, body): &&(&str, Body)| *kind == "enrol" && body.actor == Party::Person;
    let issued = done.filter(by_people).count();
    assert!(issued >= tokens, "{tokens} tokens were told and {issued} are in the log");
    println!("{} entries in {} runs, {} records, {issued} tokens", chain.len(), runs.len(), log.len());
}
