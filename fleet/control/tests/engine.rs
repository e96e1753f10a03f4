//! The fleet's thread, asked and told.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
    mpsc,
};

use admit::{
    Identity,
    door::{Certificate, Presented},
    token::Binding,
};
use control::{Engine, Facade, Fault, Hands, House, Knock, Now, Stopped, fleet::Line, view::LOOKS};
use link::Conn;
use sim::{Ceremony, Hq};
use store::{Batch, Memory, Order, Row, Store, Table};
use vocab::{DeviceId, Mono, PersonId, SiteName, Wall};

/// A store in memory that can be told to fail, and counts.
#[derive(Clone, Default)]
struct Shelf {
    rows: Arc<Mutex<Memory>>,
    fails: Arc<AtomicBool>,
    unreadable: Arc<AtomicBool>,
    commits: Arc<AtomicUsize>,
}

impl Store for Shelf {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, store::Fault> {
        if self.unreadable.load(Ordering::SeqCst) {
            return Err(store::Fault::Database("a bad block".into()));
        }
        self.rows.lock().unwrap().get(table, key)
    }

    fn scan(
        &self,
        table: Table,
        prefix: &[u8],
        after: Option<&[u8]>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Row>, store::Fault> {
        self.rows.lock().unwrap().scan(table, prefix, after, order, limit)
    }

    fn commit(&mut self, batch: Batch) -> Result<(), store::Fault> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(store::Fault::Full);
        }
        self.commits.fetch_add(1, Ordering::SeqCst);
        self.rows.lock().unwrap().commit(batch)
    }
}

/// What the thread did, in order.
#[derive(Debug, PartialEq, Eq)]
enum Did {
    Asked,
    Committed,
    Failed(&'static str),
    TurnedAway(Conn, &'static str),
}

struct Recorder(mpsc::Sender<Did>);

impl Hands for Recorder {
    fn send(&mut self, _: DeviceId, _: Conn, _: Vec<u8>) {}
    fn close(&mut self, _: DeviceId, _: Conn) {}
    fn turn_away(&mut self, conn: Conn, code: &'static str) {
        let _ = self.0.send(Did::TurnedAway(conn, code));
    }
    fn doors(&mut self, _: DeviceId, _: Option<&Identity>) {}
    fn said(&mut self, _: Line) {}
    fn committed(&mut self) {
        let _ = self.0.send(Did::Committed);
    }
    fn failed(&mut self, fault: &Fault) {
        let _ = self.0.send(Did::Failed(fault.code()));
    }
}

fn now() -> Now {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    Now { mono: Mono(0), wall: Wall(i64::try_from(since.as_micros()).unwrap()) }
}

/// A fleet that nobody has joined.
fn fleet(shelf: &Shelf) -> House {
    let now = self::now();
    let ceremony = Ceremony::new(1, "nord", 2, now.wall);
    let (setup, _) = Hq::open(1, &ceremony, vec![], now).fleet.close();
    House::open(setup, Box::new(shelf.clone()), now).unwrap()
}

/// The same, at work on a shelf.
fn at_work(shelf: &Shelf) -> (Engine, Facade, mpsc::Receiver<Did>) {
    let (did, done) = mpsc::channel();
    let (engine, facade) = Engine::start(fleet(shelf), Recorder(did)).unwrap();
    (engine, facade, done)
}

/// A question that decides something: a join token.
fn token(fleet: &mut House, now: Now) -> [u8; 32] {
    let site = SiteName::new("harbour").unwrap();
    let life = std::time::Duration::from_mins(1);
    fleet.issue_token(Binding::default(), site, life, PersonId([1; 16]), now).unwrap()
}

fn asked<R: Send + 'static>(
    facade: &Facade,
    job: impl FnOnce(&mut House, Now) -> R + Send + 'static,
) -> Result<R, Stopped> {
    let (answer, answered) = mpsc::channel();
    facade.ask(job, move |told| answer.send(told).unwrap());
    answered.recv().unwrap()
}

#[test]
fn an_answer_comes_after_its_commit() {
    let shelf = Shelf::default();
    let (engine, facade, _done) = at_work(&shelf);
    let before = shelf.commits.load(Ordering::SeqCst);
    let (answer, answered) = mpsc::channel();
    let commits = Arc::clone(&shelf.commits);
    facade.ask(token, move |told| answer.send((told.is_ok(), commits.load(Ordering::SeqCst))).unwrap());
    let (good, commits) = answered.recv().unwrap();
    assert!(good && commits > before, "{commits} after {before}");
    engine.stop();
}

#[test]
fn a_decision_that_was_not_stored_is_told_to_nobody_and_does_not_stand() {
    let shelf = Shelf::default();
    let (engine, facade, done) = at_work(&shelf);
    let leaves = asked(&facade, |fleet, _| fleet.ledger().size()).unwrap();
    shelf.fails.store(true, Ordering::SeqCst);
    assert_eq!(asked(&facade, token), Err(Stopped::Faulted));
    shelf.fails.store(false, Ordering::SeqCst);
    assert_eq!(asked(&facade, |fleet, _| fleet.ledger().size()), Ok(leaves));
    asked(&facade, token).unwrap();
    engine.stop();
    let did: Vec<Did> = done.iter().collect();
    assert_eq!(did.iter().filter(|did| matches!(did, Did::Failed("store/full"))).count(), 1, "{did:?}");
    assert_eq!(did.last(), Some(&Did::Committed));
}

#[test]
fn questions_that_wait_together_share_a_commit() {
    let shelf = Shelf::default();
    let (engine, facade, _done) = at_work(&shelf);
    let (release, released) = mpsc::channel::<()>();
    // While this one holds the thread, the others gather.
    facade.ask(move |_, _| released.recv().unwrap(), |_| {});
    let (answer, answered) = mpsc::channel();
    let before = shelf.commits.load(Ordering::SeqCst);
    for _ in 0..50 {
        let answer = answer.clone();
        facade.ask(token, move |told| answer.send(told).unwrap());
    }
    release.send(()).unwrap();
    assert!((0..50).all(|_| answered.recv().unwrap().is_ok()));
    engine.stop();
    // One for the tokens, and perhaps one for the checkpoint over them.
    assert!(shelf.commits.load(Ordering::SeqCst) - before <= 2);
}

/// Stops the thread until the sender is dropped or says something.
fn held(facade: &Facade) -> mpsc::Sender<()> {
    let ((release, released), (stands, standing)) = (mpsc::channel::<()>(), mpsc::channel());
    let hold = move |_: &mut House, _| {
        stands.send(()).unwrap();
        let _ = released.recv();
    };
    facade.ask(hold, |_| {});
    standing.recv().unwrap();
    release
}

#[test]
fn what_a_device_says_waits_for_a_share_of_the_questions_and_no_more() {
    let (did, done) = mpsc::channel();
    let (engine, facade) = Engine::start(fleet(&Shelf::default()), Recorder(did.clone())).unwrap();
    let release = held(&facade);
    let knocks = facade.clone();
    facade.question(LOOKS, move |_, _| knocks.hear(Conn(9), Knock::Opened(nobody())), |_| {});
    for _ in 0..100 {
        let did = did.clone();
        facade.question(LOOKS, move |_, _| did.send(Did::Asked).unwrap(), |_| {});
    }
    release.send(()).unwrap();
    let mut asked = done.iter().filter(|did| matches!(did, Did::Asked | Did::TurnedAway(..)));
    let before = asked.by_ref().take_while(|did| *did == Did::Asked).count();
    assert!(before <= 4, "{before} were asked while somebody knocked");
    assert_eq!(asked.take(100 - before).count(), 100 - before, "all are asked in the end");
    engine.stop();
}

#[test]
fn questions_of_people_are_refused_beyond_what_is_held_and_the_house_goes_on() {
    let (engine, facade, _done) = at_work(&Shelf::default());
    let release = held(&facade);
    let (answer, answered) = mpsc::channel();
    for _ in 0..1_500 {
        let answer = answer.clone();
        facade.question(1, |_, _| (), move |told| answer.send(told).unwrap());
    }
    // Nobody waits to hear that there is no room.
    let refused: Vec<_> = (0..476).map(|_| answered.recv().unwrap()).collect();
    assert!(refused.iter().all(|told| *told == Err(Stopped::Crowded)), "{refused:?}");
    let waiting = facade.waiting();
    assert_eq!((waiting.people, waiting.asked, waiting.refused), (1_024, 1_024, 476));
    // Whoever knocks at the fleet's other doors waits in a lane of their own.
    let (own, theirs) = mpsc::channel();
    facade.ask(token, move |told| own.send(told).unwrap());
    assert_eq!(facade.waiting().house, 1);
    release.send(()).unwrap();
    assert!(theirs.recv().unwrap().is_ok());
    assert!((0..1_024).all(|_| answered.recv().unwrap() == Ok(())));
    let (answer, answered) = mpsc::channel();
    facade.question(1, |_, _| (), move |told| answer.send(told).unwrap());
    assert_eq!(answered.recv().unwrap(), Ok(()), "there is room again");
    engine.stop();
}

#[test]
fn what_was_only_counted_is_written_before_the_thread_ends() {
    let shelf = Shelf::default();
    let (engine, facade, _done) = at_work(&shelf);
    asked(&facade, |fleet, now| fleet.turned_away("external", "tls/handshake", 5, now)).unwrap();
    engine.stop();
    let records = control::ledger::records(&shelf, 0, usize::MAX).unwrap().into_iter();
    let reasons = records.filter_map(|(_, record)| record.personal().unwrap()?.reason);
    let reasons = reasons.map(|reason| reason.to_string());
    let reasons: Vec<String> = reasons.filter(|reason| reason.starts_with("external")).collect();
    assert_eq!(reasons, ["external", "external: 4 more since"]);
}

#[test]
fn whoever_asks_a_fleet_that_has_stopped_is_told_so() {
    let (engine, facade, _done) = at_work(&Shelf::default());
    engine.stop();
    assert_eq!(asked(&facade, token), Err(Stopped::Gone));
    facade.hear(Conn(1), Knock::Flushed);
}

/// The certificate of a device that the fleet does not know.
fn nobody() -> Presented {
    Presented {
        uris: vec![format!("spiffe://device.nord/{}", DeviceId([7; 16]))],
        point: vec![4; 65],
        certificate: Certificate::Full,
        not_before: Wall(0),
        not_after: now().wall + std::time::Duration::from_hours(1),
    }
}

#[test]
fn a_stranger_is_turned_away_and_what_he_sends_is_nobodys() {
    let (engine, facade, done) = at_work(&Shelf::default());
    facade.hear(Conn(9), Knock::Opened(nobody()));
    facade.hear(Conn(9), Knock::Message(vec![0]));
    facade.hear(Conn(9), Knock::Closed);
    asked(&facade, |_, _| ()).unwrap();
    engine.stop();
    let did: Vec<Did> = done.iter().filter(|did| *did != Did::Committed).collect();
    assert_eq!(did, [Did::TurnedAway(Conn(9), "admit/unenrolled")]);
}

#[test]
fn whoever_comes_while_the_store_cannot_be_read_is_turned_away_and_not_forgotten() {
    let shelf = Shelf::default();
    let (engine, facade, done) = at_work(&shelf);
    asked(&facade, |_, _| ()).unwrap();
    shelf.fails.store(true, Ordering::SeqCst);
    shelf.unreadable.store(true, Ordering::SeqCst);
    assert_eq!(asked(&facade, token), Err(Stopped::Faulted));
    facade.hear(Conn(7), Knock::Opened(nobody()));
    assert_eq!(asked(&facade, |_, _| ()), Err(Stopped::Faulted));
    engine.stop();
    let did: Vec<Did> = done.iter().collect();
    assert!(did.contains(&Did::TurnedAway(Conn(7), "store/database")), "{did:?}");
}
