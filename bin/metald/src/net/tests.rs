use agent::Signal;
use board::{ChipKey, RootOfTrust};
use crypto::{
    key,
    signed::{Letter, Signed, ToSign},
};
use tls::{Suite, Suites};
use tokio::sync::Notify;
use vocab::{ClockQuality, Mono, Nonce, Time};
use wire::v1::{Roster, enrol::Reproof};

use super::*;
use crate::{
    Bell, Kept,
    testing::{DEVICE, HOUR, Machine, Post, before, name, now, root, soon},
};

/// A device whose agent is the test.
struct Device {
    machine: Machine,
    net: TlsNet,
    woken: Arc<Notify>,
    keeper: Arc<Keeper>,
    clock: Trusted,
    conn: u64,
    gone: JoinHandle<()>,
    waiting: VecDeque<Signal>,
}

/// What differs from one test to the next.
struct How {
    until: Wall,
    suites: Suites,
    rotation: Option<Duration>,
    /// The kept certificate is for the key that is to come.
    next: bool,
    /// The hardware listener is called so.
    name: Option<&'static str>,
}

impl Default for How {
    fn default() -> Self {
        Self { until: now() + 24 * HOUR, suites: Suites::default(), rotation: None, next: false, name: None }
    }
}

impl Device {
    fn new(post: &Post, how: How) -> Self {
        let mut machine = Machine::new(&Bell::default());
        let key = machine.keys.device_key();
        let certified = if how.next { machine.keys.prepare().unwrap() } else { key.clone() };
        post.book.lock().unwrap().key = Some(certified.clone());
        let kept = Kept::accept(post.joined(&certified, how.until), &post.fleet, &certified).unwrap();
        let keeper = Arc::new(Keeper::new(machine.folder.path().join("joined"), kept));
        let (woken, clock) = (Arc::new(Notify::new()), Trusted::default());
        let mut hardware = post.fleet.hardware(None, &how.suites, &clock).unwrap();
        let enrolment = post.fleet.enrolment(&how.suites, &clock).unwrap();
        let file = machine.folder.path().join("reached");
        if let Some(name) = how.name {
            // Where it led before the device could ask no more.
            std::fs::write(&file, format!("{name} {}\n", hardware.address)).unwrap();
            hardware.address = name.into();
        }
        let listeners = [hardware.address.as_str(), enrolment.address.as_str()];
        let reached = Arc::new(Reached::load(file, &listeners, None));
        let setup = Setup {
            hardware: hardware.clone(),
            enrolment,
            device: DEVICE,
            root: post.fleet.root().clone(),
            sign: machine.sign(),
            keeper: Arc::clone(&keeper),
            reached,
            clock: clock.clone(),
            rotation: how.rotation,
        };
        let bell = Arc::clone(&woken);
        let wake: linux::Wake = Arc::new(move || bell.notify_one());
        let (net, gone) = TlsNet::new(setup, &key, wake, &Handle::current());
        Self { machine, net, woken, keeper, clock, conn: 0, gone, waiting: VecDeque::new() }
    }

    /// The fleet tells the time.
    fn told(&self, wall: Wall) {
        self.clock.set(Time { mono: Mono(0), wall, quality: ClockQuality::Fleet });
    }

    fn connect(&mut self) -> Conn {
        self.conn += 1;
        self.net.connect(Conn(self.conn));
        Conn(self.conn)
    }

    async fn next(&mut self) -> Signal {
        soon(async {
            loop {
                if let Some(signal) = self.waiting.pop_front() {
                    return signal;
                }
                self.waiting.extend(self.net.signals());
                if self.waiting.is_empty() {
                    self.woken.notified().await;
                }
            }
        })
        .await
    }

    /// The next signal that is not about what was sent.
    async fn heard(&mut self) -> Signal {
        loop {
            match self.next().await {
                Signal::Flushed(_) => {}
                signal => return signal,
            }
        }
    }

    /// Answers as the agent does, until the connection stands or is lost; gives the keys that were asked for.
    async fn through(&mut self) -> (Vec<ChipKey>, Signal) {
        let mut asked = vec![];
        loop {
            match self.heard().await {
                Signal::Asked(key, nonce) => {
                    asked.push(key);
                    let letter = self.reproof(key, nonce);
                    self.net.prove(Some(letter));
                }
                Signal::Reproved(key, chain) => {
                    if key == ChipKey::NextDevice {
                        self.machine.keys.promote().unwrap();
                    }
                    self.net.certify(chain);
                }
                // Said to the link, which asks when it may.
                Signal::Renew => {}
                signal => return (asked, signal),
            }
        }
    }

    fn reproof(&mut self, key: ChipKey, nonce: Nonce) -> Vec<u8> {
        let id = match key {
            ChipKey::NextDevice => self.machine.keys.prepare().unwrap().id(),
            _ => self.machine.keys.device_key().id(),
        };
        sealed(&Reproof { fleet: name(), device: DEVICE, nonce }, id, key, &mut self.machine.keys)
    }
}

fn sealed<T: Letter<Role = key::Device>>(
    letter: &T,
    id: key::KeyId,
    key: ChipKey,
    root: &mut dyn RootOfTrust,
) -> Vec<u8> {
    let unsigned = ToSign::new(letter, id);
    let signature = root.sign(key, &unsigned.message()).unwrap();
    unsigned.finish(&signature).bytes().to_vec()
}

const NONE: [ChipKey; 0] = [];

#[tokio::test]
async fn messages_travel_both_ways_in_order() {
    let mut post = Post::open().await;
    let mut device = Device::new(&post, How::default());
    let conn = device.connect();
    let line = post.connected().await.line;
    assert_eq!(device.heard().await, Signal::Connected(conn));
    for number in 0..50_u8 {
        device.net.send(conn, vec![number; 2_000]);
        line.send(vec![number; 3_000]);
    }
    for number in 0..50_u8 {
        assert_eq!(post.received().await, [number; 2_000]);
        assert_eq!(device.heard().await, Signal::Received(conn, vec![number; 3_000]));
    }
    device.net.close(conn);
    assert!(matches!(post.lost().await, tls::Ended::Closed { number: 1000, .. }));
}

#[tokio::test]
async fn what_is_for_an_earlier_connection_goes_nowhere() {
    let mut post = Post::open().await;
    let mut device = Device::new(&post, How::default());
    let first = device.connect();
    post.connected().await;
    assert_eq!(device.heard().await, Signal::Connected(first));
    let second = device.connect();
    let _line = post.connected().await.line;
    device.net.send(first, b"too late".to_vec());
    device.net.close(first);
    device.net.send(second, b"in time".to_vec());
    assert_eq!(post.received().await, b"in time");
}

#[tokio::test]
async fn an_agent_that_is_gone_says_goodbye() {
    let mut post = Post::open().await;
    let mut device = Device::new(&post, How::default());
    let conn = device.connect();
    post.connected().await;
    device.net.send(conn, b"last words".to_vec());
    let Device { net, gone, .. } = device;
    drop(net);
    assert_eq!(post.received().await, b"last words");
    assert!(matches!(post.lost().await, tls::Ended::Closed { number: 1000, .. }));
    soon(gone).await.unwrap();
}

#[tokio::test]
async fn a_fleet_that_is_not_there_is_a_lost_connection_and_no_question_about_us() {
    let mut post = Post::open().await;
    let mut bundle = post.bundle.clone();
    bundle.hardware = "127.0.0.1:1".into();
    post.fleet = crate::Fleet::believe(bundle, post.fleet.root()).unwrap();
    let mut device = Device::new(&post, How::default());
    let conn = device.connect();
    assert_eq!(device.through().await, (NONE.to_vec(), Signal::Lost(conn)));
    assert_eq!(post.asked(), []);
}

#[tokio::test]
async fn an_expired_certificate_leads_to_the_quarantine_room_within_one_attempt() {
    let mut post = Post::open().await;
    let mut device = Device::new(&post, How { until: before(now(), HOUR), ..How::default() });
    let conn = device.connect();
    assert_eq!(device.through().await, (vec![ChipKey::Device], Signal::Connected(conn)));
    let presented = post.connected().await.presented.unwrap();
    assert!(matches!(presented.usage, tls::Usage::Other(_)), "{:?}", presented.usage);
    assert_eq!(post.hardware.tally().get("tls/expired"), Some(&1), "the door was asked first");
    let shown = tls::key::Own::read(&device.keeper.kept().chain()).unwrap();
    assert_eq!((shown.point, shown.not_after), (presented.point.clone(), presented.not_after));
}

#[tokio::test]
async fn a_way_back_in_that_comes_with_older_letters_of_the_root_is_not_taken() {
    let post = Post::open().await;
    let mut device = Device::new(&post, How { until: before(now(), HOUR), ..How::default() });
    let roster = Roster { fleet: name(), version: 2, people: vec![] };
    let roster = Signed::seal(&roster, &root());
    device.keeper.follow(&post.bundle.keyset, &roster, post.fleet.root()).unwrap();
    let conn = device.connect();
    // The fleet answers with the roster of version 1.
    assert_eq!(device.through().await, (vec![ChipKey::Device], Signal::Lost(conn)));
    assert_eq!(post.hardware.tally().get("tls/expired"), Some(&1), "and nothing else was shown there");
    assert_eq!(device.keeper.kept().roster(), &roster);
}

#[tokio::test]
async fn a_device_that_knows_that_its_certificate_is_over_does_not_knock_with_it() {
    let mut post = Post::open().await;
    let mut device = Device::new(&post, How { until: before(now(), HOUR), ..How::default() });
    device.told(now());
    let conn = device.connect();
    assert_eq!(device.through().await, (vec![ChipKey::Device], Signal::Connected(conn)));
    post.connected().await;
    assert_eq!(post.hardware.tally().get("tls/expired"), None);
}

#[tokio::test]
async fn a_renewal_whose_answer_was_lost_is_no_dead_end() {
    let mut post = Post::open().await;
    let mut device = Device::new(&post, How::default());
    let old = device.machine.keys.device_key();
    // The fleet took the next key, and its answer never came.
    let next = device.machine.keys.prepare().unwrap();
    {
        let mut book = post.book.lock().unwrap();
        book.key = Some(next.clone());
        book.replaced.push(old.id());
    }
    let conn = device.connect();
    let both = vec![ChipKey::Device, ChipKey::NextDevice];
    assert_eq!(device.through().await, (both, Signal::Connected(conn)));
    assert_eq!(post.connected().await.presented.unwrap().point, next.as_bytes());
    assert_eq!(device.machine.keys.device_key(), next);
    assert_eq!(post.asked(), [("reprove", old.id()), ("reprove", next.id())]);
}

#[tokio::test]
async fn a_certificate_for_another_key_than_the_boards_is_not_shown() {
    // The power was cut after the certificate was kept, and before its key was in place.
    let mut post = Post::open().await;
    let mut device = Device::new(&post, How { next: true, ..How::default() });
    let old = device.machine.keys.device_key();
    post.book.lock().unwrap().replaced.push(old.id());
    let conn = device.connect();
    let both = vec![ChipKey::Device, ChipKey::NextDevice];
    assert_eq!(device.through().await, (both, Signal::Connected(conn)));
    post.connected().await;
    assert!(post.hardware.tally().is_empty(), "the door was not asked: {:?}", post.hardware.tally());
}

#[tokio::test]
async fn a_revoked_identity_is_told_so_and_comes_back_at_the_pace_of_the_link() {
    let post = Post::open().await;
    let mut device = Device::new(&post, How::default());
    let stranger = device.machine.keys.prepare().unwrap();
    {
        let mut book = post.book.lock().unwrap();
        book.key = Some(stranger);
        book.refuse = Some(("admit/revoked", "the identity is revoked"));
    }
    for attempt in 1..=3 {
        let conn = device.connect();
        assert_eq!(device.through().await, (vec![ChipKey::Device], Signal::Lost(conn)));
        assert_eq!(post.asked().len(), attempt, "one question for each attempt");
    }
}

#[tokio::test]
async fn a_session_that_the_fleet_ends_because_of_the_certificate_is_followed_by_a_proof() {
    let mut post = Post::open().await;
    let mut device = Device::new(&post, How::default());
    let first = device.connect();
    post.connected().await;
    assert_eq!(device.heard().await, Signal::Connected(first));
    let uri = format!("spiffe://device.nord/{DEVICE}");
    assert_eq!(post.hardware.close(&uri, tls::Code("admit/certificate-expired")), 1);
    assert_eq!(device.heard().await, Signal::Lost(first));
    assert_eq!(post.asked(), [], "the link decides when to try again");
    let second = device.connect();
    assert_eq!(device.through().await, (vec![ChipKey::Device], Signal::Connected(second)));
}

#[tokio::test]
async fn a_key_that_does_not_sign_the_proof_loses_the_connection() {
    let post = Post::open().await;
    let mut device = Device::new(&post, How { until: before(now(), HOUR), ..How::default() });
    let conn = device.connect();
    assert!(matches!(device.heard().await, Signal::Asked(ChipKey::Device, _)));
    device.net.prove(None);
    assert_eq!(device.heard().await, Signal::Lost(conn));
    assert_eq!(post.asked(), []);
}

#[tokio::test]
async fn a_proof_for_an_attempt_that_was_given_up_is_not_said() {
    let mut post = Post::open().await;
    let mut device = Device::new(&post, How { until: before(now(), HOUR), ..How::default() });
    let first = device.connect();
    let Signal::Asked(key, nonce) = device.heard().await else { panic!("the door is shut") };
    device.net.close(first);
    let letter = device.reproof(key, nonce);
    device.net.prove(Some(letter));
    let second = device.connect();
    assert_eq!(device.through().await, (vec![ChipKey::Device], Signal::Connected(second)));
    post.connected().await;
    assert_eq!(post.asked().len(), 1);
}

#[tokio::test]
async fn a_new_certificate_is_shown_from_the_next_connection_on_and_kept() {
    let mut post = Post::open().await;
    let mut device = Device::new(&post, How::default());
    device.connect();
    let before = post.connected().await.presented.unwrap();
    let next = device.machine.keys.prepare().unwrap();
    let chain = post.joined(&next, now() + 48 * HOUR).chain;
    post.book.lock().unwrap().key = Some(next.clone());
    device.machine.keys.promote().unwrap();
    device.net.certify(cbor::encode(&chain));
    device.connect();
    let after = post.connected().await.presented.unwrap();
    assert_eq!((&after.point[..], before.point != after.point), (next.as_bytes(), true));
    let path = device.machine.folder.path().join("joined");
    let kept = || Kept::load(&path).unwrap().map(|kept| kept.chain());
    let newest: Vec<Vec<u8>> = chain.into_iter().map(Into::into).collect();
    soon(async {
        while kept().as_ref() != Some(&newest) {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_certificate_that_cannot_be_read_changes_nothing() {
    let mut post = Post::open().await;
    let mut device = Device::new(&post, How::default());
    for garbage in [&b""[..], b"\x9f", &[0xff; 100], &cbor::encode(&vec![0_u8; 5])] {
        device.net.certify(garbage.to_vec());
    }
    let conn = device.connect();
    assert_eq!(device.through().await, (NONE.to_vec(), Signal::Connected(conn)));
    post.connected().await;
}

#[tokio::test]
async fn the_next_certificate_is_asked_for_once_when_half_its_life_is_over() {
    let post = Post::open().await;
    // From an hour ago until in three hours.
    let mut device = Device::new(&post, How { until: now() + 3 * HOUR, ..How::default() });
    assert_eq!(device.net.signals(), [], "the time is not known");
    device.told(now());
    assert_eq!(device.net.signals(), []);
    device.told(now() + HOUR + Duration::from_mins(1));
    assert_eq!(device.net.signals(), [Signal::Renew]);
    assert_eq!(device.net.signals(), [], "once for each certificate");
}

#[tokio::test]
async fn a_shorter_rotation_asks_sooner_and_a_longer_one_not_later() {
    let post = Post::open().await;
    let due = |rotation, after: Duration| {
        let mut device = Device::new(&post, How { rotation, ..How::default() });
        device.told(before(now(), HOUR) + after);
        device.net.signals() == [Signal::Renew]
    };
    let (short, long) = (Some(2 * HOUR), Some(30 * 24 * HOUR));
    assert!(due(short, 2 * HOUR + Duration::from_mins(1)), "key_rotation: 2h");
    assert!(!due(short, Duration::from_mins(119)));
    assert!(!due(long, 12 * HOUR), "a certificate of 25 hours is renewed after half of them");
    assert!(due(long, 13 * HOUR));
    assert!(!due(None, 2 * HOUR + Duration::from_mins(1)));
}

#[tokio::test]
async fn the_suites_of_the_configuration_are_those_that_are_spoken() {
    let one = |suite| Suites::new(&[suite]).unwrap();
    let mut post = Post::with(&one(Suite::ChaCha20Poly1305Sha256)).await;
    let mut other = Device::new(&post, How { suites: one(Suite::Aes256GcmSha384), ..How::default() });
    let conn = other.connect();
    assert_eq!(other.through().await, (NONE.to_vec(), Signal::Lost(conn)));
    let mut same = Device::new(&post, How { suites: one(Suite::ChaCha20Poly1305Sha256), ..How::default() });
    let conn = same.connect();
    assert_eq!(same.through().await, (NONE.to_vec(), Signal::Connected(conn)));
    post.connected().await;
}

#[tokio::test]
async fn a_fleet_whose_name_leads_nowhere_is_reached_where_it_was_before() {
    let mut post = Post::open().await;
    let how = How { name: Some("no name at all:8442"), ..How::default() };
    let mut device = Device::new(&post, how);
    let conn = device.connect();
    assert_eq!(device.heard().await, Signal::Lost(conn), "nobody knows the name");
    let conn = device.connect();
    assert_eq!(device.heard().await, Signal::Connected(conn));
    post.connected().await;
}
