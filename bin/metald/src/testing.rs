//! A small fleet at the other end of real sockets, and a machine in a folder, for the tests of this crate.

use std::{
    future::Future,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use board::{ChipKey, RootOfTrust};
use crypto::{
    cbor,
    key::{self, Device, KeyId, PublicKey, SecretKey},
    merkle::Frontier,
    note::{Checkpoint, Note, SignatureType, Verifier},
    signed::{Audience, Signed},
};
use linux::{KeyFileRoot, LinuxBoard, PowerOff, Systemd};
use minicbor::bytes::ByteVec;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, SanType, SignatureAlgorithm,
    date_time_ymd,
};
use tempfile::TempDir;
use tls::{
    Code, Credential, Doors, Frames, Limits, Listener, Patience, Presented, Serving, Setup, Signal,
    Subprotocol, Suites, Trust, Usage,
};
use tokio::{sync::mpsc, time::timeout};
use vocab::{DeviceId, FleetName, Label, Nonce, Wall};
use wire::v1::{
    Bundle, Keyset, Roster,
    enrol::{self, Answer, Ask, Joined},
    keyset::{TrustZone, Valid, ZoneAuthority},
    proof::origin,
};

use crate::{Bell, Fleet};

pub(crate) const DEVICE: DeviceId = DeviceId([7; 16]);
pub(crate) const TOKEN: [u8; 32] = [9; 32];
pub(crate) const HOUR: Duration = Duration::from_hours(1);
pub(crate) const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
const QUARANTINE: [u64; 3] = [2, 25, 10_537_885_272_197_535_527];
const SERVER: &str = "spiffe://service.nord/fleetd";

pub(crate) fn name() -> FleetName {
    FleetName::new("nord").unwrap()
}

pub(crate) fn label() -> Label {
    Label::new("gate-7").unwrap()
}

pub(crate) fn now() -> Wall {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Wall(i64::try_from(since.as_micros()).unwrap())
}

pub(crate) fn before(wall: Wall, span: Duration) -> Wall {
    Wall(wall.0 - i64::try_from(span.as_micros()).unwrap())
}

/// What never comes fails a test instead of hanging it.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(30), what).await.expect("it never came")
}

/// A zone's authority.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, format!("root {:?}", &key.der_bytes()[1..5]));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    pub(crate) fn root(&self) -> Vec<u8> {
        self.0.der().to_vec()
    }

    /// A chain for this key, from an hour ago until then.
    pub(crate) fn certify(
        &self,
        key: &impl PublicKeyData,
        uri: &str,
        usage: ExtendedKeyUsagePurpose,
        until: Wall,
    ) -> Vec<Vec<u8>> {
        let at = |wall: Wall| date_time_ymd(1970, 1, 1) + Duration::from_micros(wall.0.unsigned_abs());
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.subject_alt_names = vec![SanType::URI(uri.try_into().unwrap())];
        params.extended_key_usages = vec![usage];
        params.not_before = at(before(now().min(until), HOUR));
        params.not_after = at(until);
        params.is_ca = IsCa::ExplicitNoCa;
        vec![params.signed_by(key, &self.0).unwrap().der().to_vec()]
    }

    pub(crate) fn server(&self) -> Credential {
        let key = KeyPair::generate().unwrap();
        let chain = self.certify(&key, SERVER, ExtendedKeyUsagePurpose::ServerAuth, now() + HOUR);
        Credential::from_pkcs8(&chain, key.serialized_der()).unwrap()
    }
}

/// A device's public key, as the certificate library wants it.
pub(crate) struct Point(Vec<u8>);

impl Point {
    pub(crate) fn of(key: &PublicKey<Device>) -> Self {
        Self(key.as_bytes().to_vec())
    }
}

impl PublicKeyData for Point {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

/// What the fleet knows and decides.
#[derive(Default)]
pub(crate) struct Book {
    /// The one device's key.
    pub(crate) key: Option<PublicKey<Device>>,
    pub(crate) replaced: Vec<KeyId>,
    /// Instead of an answer.
    pub(crate) refuse: Option<(&'static str, &'static str)>,
    /// Instead of the true one.
    pub(crate) answers: Vec<Answer>,
    /// Which kind of letter each one brought, and the key that signed it.
    pub(crate) asked: Vec<(&'static str, KeyId)>,
}

/// The fleet at the other end.
pub(crate) struct Post {
    pub(crate) fleet: Fleet,
    pub(crate) bundle: Bundle,
    pub(crate) book: Arc<Mutex<Book>>,
    pub(crate) devices: Arc<Authority>,
    pub(crate) hardware: Serving,
    pub(crate) heard: mpsc::Receiver<Signal>,
    _enrolment: Serving,
}

pub(crate) fn root() -> SecretKey<key::Root> {
    SecretKey::from_seed([1; 32])
}

fn keyset(devices: &Authority, services: &Authority) -> Keyset {
    let valid = |key: PublicKey<key::Log>| Valid { key, from: Wall(0), until: now() + 30 * 24 * HOUR };
    let zone = |zone, authority: &Authority| ZoneAuthority { zone, root: authority.root().into() };
    Keyset {
        fleet: name(),
        version: 3,
        state: vec![],
        work_order: vec![],
        log: vec![valid(SecretKey::<key::Log>::from_seed([4; 32]).public().clone())],
        authorities: vec![zone(TrustZone::Device, devices), zone(TrustZone::Service, services)],
    }
}

fn checkpoint() -> String {
    let log = SecretKey::<key::Log>::from_seed([4; 32]);
    let (name, tree) = (origin(&name()), Frontier::new());
    let checkpoint = Checkpoint::new(&name, tree.size(), tree.root()).unwrap();
    let verifier = Verifier::new(&name, SignatureType::Note, log.public().as_bytes()).unwrap();
    Note::signed(checkpoint.to_string(), &verifier, &log).unwrap().to_string()
}

/// Doors that open for the key in the book.
struct Porter(Arc<Mutex<Book>>);

impl Doors for Porter {
    fn enter(&self, presented: &Presented) -> Result<(), Code> {
        let book = self.0.lock().unwrap();
        match &book.key {
            Some(key) if key.as_bytes() == presented.point => Ok(()),
            _ => Err(Code("admit/key-replaced")),
        }
    }
}

impl Post {
    pub(crate) async fn open() -> Self {
        Self::with(&Suites::default()).await
    }

    pub(crate) async fn with(suites: &Suites) -> Self {
        let (devices, services, book) =
            (Arc::new(Authority::new()), Authority::new(), Arc::<Mutex<Book>>::default());
        let patience = Patience::default();
        let (signals, heard) = mpsc::channel(64);
        let usages = vec![Usage::Client, Usage::Other(QUARANTINE.to_vec())];
        let guard = tls::Guard::Mutual {
            credential: services.server(),
            trust: Trust::of_zone(&[devices.root()], "device.nord", usages, now).unwrap(),
            doors: Arc::new(Porter(Arc::clone(&book))),
        };
        let setup = Setup { guard, suites: suites.clone(), limits: Limits::DEVICES };
        let hardware = Listener::bind(LOOPBACK, setup).await.unwrap();
        let hardware = hardware.serve(Frames::new(Subprotocol::LINK, patience, signals));
        let (signals, asking) = mpsc::channel(64);
        let guard = tls::Guard::Server(services.server());
        let setup = Setup { guard, suites: suites.clone(), limits: Limits::ENROLMENT };
        let enrolment = Listener::bind(LOOPBACK, setup).await.unwrap();
        let enrolment = enrolment.serve(Frames::new(Subprotocol::ENROL, patience, signals));
        let keyset = Signed::seal(&keyset(&devices, &services), &root());
        let clerk = Clerk { book: Arc::clone(&book), devices: Arc::clone(&devices), keyset: keyset.clone() };
        tokio::spawn(clerk.work(asking));
        let bundle = Bundle {
            fleet: name(),
            keyset,
            hardware: hardware.address().to_string(),
            enrolment: enrolment.address().to_string(),
        };
        let fleet = Fleet::believe(bundle.clone(), root().public()).unwrap();
        Self { fleet, bundle, book, devices, hardware, heard, _enrolment: enrolment }
    }

    pub(crate) async fn connected(&mut self) -> tls::Opened {
        let opened = async {
            loop {
                if let Some(Signal::Connected(_, opened)) = self.heard.recv().await {
                    return opened;
                }
            }
        };
        soon(opened).await
    }

    pub(crate) async fn received(&mut self) -> Vec<u8> {
        let message = async {
            loop {
                if let Some(Signal::Received(_, message)) = self.heard.recv().await {
                    return message.into_bytes();
                }
            }
        };
        soon(message).await
    }

    pub(crate) async fn lost(&mut self) -> tls::Ended {
        let ended = async {
            loop {
                if let Some(Signal::Lost(_, ended)) = self.heard.recv().await {
                    return ended;
                }
            }
        };
        soon(ended).await
    }

    /// The kinds of letters that the enrolment listener had, in their order.
    pub(crate) fn asked(&self) -> Vec<(&'static str, KeyId)> {
        self.book.lock().unwrap().asked.clone()
    }

    /// What enrolment leaves for this key, with a certificate until then.
    pub(crate) fn joined(&self, key: &PublicKey<Device>, until: Wall) -> Joined {
        let clerk = Clerk {
            book: Arc::clone(&self.book),
            devices: Arc::clone(&self.devices),
            keyset: self.bundle.keyset.clone(),
        };
        clerk.joined(key, ExtendedKeyUsagePurpose::ClientAuth, until)
    }
}

pub(crate) const NONCE: Nonce = Nonce([5; 32]);

/// Answers at the enrolment listener.
struct Clerk {
    book: Arc<Mutex<Book>>,
    devices: Arc<Authority>,
    keyset: Signed<Keyset>,
}

impl Clerk {
    async fn work(self, mut asking: mpsc::Receiver<Signal>) {
        let mut lines = std::collections::BTreeMap::new();
        while let Some(signal) = asking.recv().await {
            match signal {
                Signal::Connected(conn, opened) => {
                    opened.line.send(cbor::encode(&Answer::Question(NONCE)));
                    lines.insert(conn, opened.line);
                }
                Signal::Received(conn, message) => {
                    let ask = cbor::decode(&message, &enrol::LIMITS).unwrap();
                    let answer = self.judge(ask);
                    if let Some(line) = lines.remove(&conn) {
                        line.send(cbor::encode(&answer));
                        line.close();
                    }
                }
                _ => {}
            }
        }
    }

    fn judge(&self, ask: Ask) -> Answer {
        let mut book = self.book.lock().unwrap();
        match ask {
            Ask::Join(letter) => {
                let letter = Signed::<enrol::Join>::parse(letter.into()).unwrap();
                book.asked.push(("join", letter.key_id()));
                let brought = letter.claimed().unwrap().device_key;
                let join = letter.verify(&brought, &Audience::fleet(name())).unwrap();
                assert_eq!(join.nonce, NONCE);
                if let Some((code, text)) = book.refuse {
                    return Answer::refused(code, text);
                }
                if **join.token != TOKEN {
                    return Answer::refused("admit/token-unknown", "nobody issued this join token");
                }
                if book.key.as_ref().is_some_and(|known| *known != brought) {
                    return Answer::refused("admit/token-used", "the token was used");
                }
                book.key = Some(brought.clone());
                let until = now() + 24 * HOUR;
                let joined = self.joined(&brought, ExtendedKeyUsagePurpose::ClientAuth, until);
                book.answers.pop().unwrap_or(Answer::Joined(joined))
            }
            Ask::Reprove(letter) => {
                let letter = Signed::<enrol::Reproof>::parse(letter.into()).unwrap();
                book.asked.push(("reprove", letter.key_id()));
                if let Some((code, text)) = book.refuse {
                    return Answer::refused(code, text);
                }
                if book.replaced.contains(&letter.key_id()) {
                    return Answer::refused("admit/key-replaced", "that key was replaced");
                }
                let key = book.key.clone().unwrap();
                match letter.verify(&key, &Audience::device(name(), DEVICE)) {
                    Ok(proof) if proof.nonce == NONCE => {
                        let usage = ExtendedKeyUsagePurpose::Other(QUARANTINE.to_vec());
                        Answer::Joined(self.joined(&key, usage, now() + HOUR))
                    }
                    _ => Answer::refused("admit/letter", "the letter proves nothing"),
                }
            }
        }
    }

    fn joined(&self, key: &PublicKey<Device>, usage: ExtendedKeyUsagePurpose, until: Wall) -> Joined {
        let uri = format!("spiffe://device.nord/{DEVICE}");
        let chain = self.devices.certify(&Point::of(key), &uri, usage, until);
        let roster = Signed::seal(&Roster { fleet: name(), version: 1, people: vec![] }, &root());
        Joined {
            fleet: name(),
            device: DEVICE,
            chain: chain.into_iter().map(ByteVec::from).collect(),
            keyset: self.keyset.clone(),
            roster,
            checkpoint: checkpoint(),
        }
    }
}

/// A machine in a folder that is removed with it.
pub(crate) struct Machine {
    pub(crate) folder: TempDir,
    pub(crate) board: LinuxBoard,
    pub(crate) keys: KeyFileRoot,
}

impl Machine {
    pub(crate) fn new(bell: &Bell) -> Self {
        Self::over(TempDir::new().unwrap(), bell)
    }

    /// The machine that worked in this folder, at its next start.
    pub(crate) fn over(folder: TempDir, bell: &Bell) -> Self {
        let config = linux::Config {
            folder: folder.path().join("metal"),
            sysfs: folder.path().join("sys"),
            senses: vec![],
            systemd: Systemd::default(),
            isolation: None,
            power_off: PowerOff::Refused,
        };
        let board = LinuxBoard::open(&config, &bell.wake()).unwrap();
        Self { keys: board.keys(), board, folder }
    }

    pub(crate) fn sign(&self) -> Arc<tls::key::Sign> {
        let keys = Mutex::new(self.keys.clone());
        Arc::new(move |message| {
            keys.lock().unwrap().sign(ChipKey::Device, message).map_err(|_| tls::Fault::Key)
        })
    }
}
