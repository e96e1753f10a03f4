//! Authorities, certificates, doors and sockets for the tests of this crate.

use core::{future::Future, time::Duration};
use std::{
    collections::BTreeMap,
    fs::File,
    io::Read,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use flate2::read::GzDecoder;
use link::Conn;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, CustomExtension,
    DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose,
    RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use tokio::sync::mpsc;
use vocab::Wall;

use crate::{
    Call, Code, Credential, Dialer, Doors, Ended, Frames, Guard, Limits, Line, Listener, Message, Opened,
    Patience, Presented, Problem, Refusal, Serving, Setup, Signal, Subprotocol, Suites, Trust, Usage,
};

/// 2026-11-22T00:00:00Z.
pub(crate) const NOW: Wall = Wall(1_795_305_600_000_000);

pub(crate) const HOUR: Duration = Duration::from_hours(1);
pub(crate) const DAY: Duration = Duration::from_hours(24);

pub(crate) const DEVICE: &str = "spiffe://device.acme/dev_aaaaaaaaaaaaaaaaaaaaaaaaaa";
pub(crate) const SERVER: &str = "spiffe://service.acme/fleetd";

/// The fleet's own usage, as `admit` numbers it.
pub(crate) const QUARANTINE: [u64; 3] = [2, 25, 10_537_885_272_197_535_527];

pub(crate) fn before(wall: Wall, span: Duration) -> Wall {
    Wall(wall.0 - i64::try_from(span.as_micros()).expect("spans of tests are short"))
}

/// A clock that stands where it is put.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    pub(crate) fn at(wall: Wall) -> Self {
        Self(Arc::new(AtomicI64::new(wall.0)))
    }

    pub(crate) fn set(&self, wall: Wall) {
        self.0.store(wall.0, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Wall {
        Wall(self.0.load(Ordering::SeqCst))
    }
}

/// A zone's authority: a root, and the issuing authority below it.
pub(crate) struct Authority {
    root: CertifiedIssuer<'static, KeyPair>,
    issuing: CertifiedIssuer<'static, KeyPair>,
}

/// What a certificate says; the good one unless something is changed.
pub(crate) struct Paper {
    pub(crate) uris: Vec<&'static str>,
    pub(crate) usages: Vec<ExtendedKeyUsagePurpose>,
    pub(crate) from: Wall,
    pub(crate) until: Wall,
    pub(crate) is_ca: IsCa,
    pub(crate) serial: u8,
    pub(crate) critical: Option<bool>,
    pub(crate) key: KeyPair,
}

impl Paper {
    pub(crate) fn device() -> Self {
        Self {
            uris: vec![DEVICE],
            usages: vec![ExtendedKeyUsagePurpose::ClientAuth],
            from: before(NOW, HOUR),
            until: NOW + DAY,
            is_ca: IsCa::ExplicitNoCa,
            serial: 7,
            critical: None,
            key: KeyPair::generate().unwrap(),
        }
    }

    pub(crate) fn server() -> Self {
        Self { uris: vec![SERVER], usages: vec![ExtendedKeyUsagePurpose::ServerAuth], ..Self::device() }
    }

    pub(crate) fn named(uri: &'static str) -> Self {
        Self { uris: vec![uri], ..Self::device() }
    }

    pub(crate) fn point(&self) -> Vec<u8> {
        use rcgen::PublicKeyData;
        self.key.der_bytes().to_vec()
    }
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let root = CertifiedIssuer::self_signed(ca(&format!("{name} root")), KeyPair::generate().unwrap());
        let root = root.unwrap();
        let issuing = ca(&format!("{name} issuing"));
        let issuing = CertifiedIssuer::signed_by(issuing, KeyPair::generate().unwrap(), &root).unwrap();
        Self { root, issuing }
    }

    pub(crate) fn root(&self) -> Vec<u8> {
        self.root.der().to_vec()
    }

    pub(crate) fn issuing(&self) -> Vec<u8> {
        self.issuing.der().to_vec()
    }

    /// The chain, leaf first.
    pub(crate) fn certify(&self, paper: &Paper) -> Vec<Vec<u8>> {
        let at = |wall: Wall| date_time_ymd(1970, 1, 1) + Duration::from_micros(wall.0.unsigned_abs());
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.subject_alt_names =
            paper.uris.iter().map(|uri| SanType::URI((*uri).try_into().unwrap())).collect();
        params.extended_key_usages.clone_from(&paper.usages);
        params.not_before = at(paper.from);
        params.not_after = at(paper.until);
        params.is_ca = paper.is_ca;
        params.serial_number = Some(SerialNumber::from_slice(&[paper.serial]));
        if let Some(critical) = paper.critical {
            let mut unknown = CustomExtension::from_oid_content(&[2, 25, 4711], vec![5, 0]);
            unknown.set_criticality(critical);
            params.custom_extensions.push(unknown);
        }
        let leaf = params.signed_by(&paper.key, &self.issuing).unwrap();
        vec![leaf.der().to_vec(), self.issuing()]
    }

    pub(crate) fn credential(&self, paper: &Paper) -> Credential {
        Credential::from_pkcs8(&self.certify(paper), paper.key.serialized_der()).unwrap()
    }

    /// A revocation list of the issuing authority, of an hour ago, that revokes these numbers.
    pub(crate) fn revoke(&self, number: u64, serials: &[u8], next: Wall) -> Vec<u8> {
        let at = |wall: Wall| date_time_ymd(1970, 1, 1) + Duration::from_micros(wall.0.unsigned_abs());
        let revoked = |serial: &u8| RevokedCertParams {
            serial_number: SerialNumber::from_slice(&[*serial]),
            revocation_time: at(before(NOW, HOUR)),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: at(before(NOW, HOUR)),
            next_update: at(next),
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(&self.issuing).unwrap().der().to_vec()
    }
}

fn ca(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// Judges a chain as the TLS library would hand it over.
pub(crate) fn judge(trust: &Trust, chain: &[Vec<u8>]) -> Result<Presented, Refusal> {
    let chain: Vec<_> = chain.iter().map(|der| CertificateDer::from(der.clone())).collect();
    trust.judge(&chain[0], &chain[1..])
}

/// Doors that refuse whom a test names, and remember who asked.
#[derive(Default)]
pub(crate) struct Porter {
    refused: Mutex<Vec<(String, Code)>>,
    pub(crate) seen: Mutex<Vec<Presented>>,
}

impl Porter {
    pub(crate) fn refuse(&self, uri: &str, code: &'static str) {
        self.refused.lock().unwrap().push((uri.to_owned(), Code(code)));
    }

    pub(crate) fn asked(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

impl Doors for Porter {
    fn enter(&self, presented: &Presented) -> Result<(), Code> {
        self.seen.lock().unwrap().push(presented.clone());
        let refused = self.refused.lock().unwrap();
        refused.iter().find(|(uri, _)| *uri == presented.uri).map_or(Ok(()), |(_, code)| Err(*code))
    }
}

/// A hardware listener on loopback with everything that its tests turn.
pub(crate) struct Zone {
    pub(crate) authority: Authority,
    pub(crate) clock: Clock,
    pub(crate) porter: Arc<Porter>,
    pub(crate) limits: Limits,
    pub(crate) patience: Patience,
}

impl Zone {
    pub(crate) fn new() -> Self {
        Self {
            authority: Authority::new("acme"),
            clock: Clock::at(NOW),
            porter: Arc::default(),
            limits: Limits::DEVICES,
            patience: Patience::default(),
        }
    }

    /// Whom the listener believes.
    pub(crate) fn trust(&self) -> Trust {
        let clock = self.clock.clone();
        let usages = vec![Usage::Client, Usage::Other(QUARANTINE.to_vec())];
        Trust::of_zone(&[self.authority.root()], "device.acme", usages, move || clock.now()).unwrap()
    }

    pub(crate) fn guard(&self, trust: Trust) -> Guard {
        let credential = self.authority.credential(&Paper::server());
        Guard::Mutual { credential, trust, doors: Arc::<Porter>::clone(&self.porter) }
    }

    pub(crate) fn setup(&self, guard: Guard) -> Setup {
        Setup { guard, suites: Suites::default(), limits: self.limits }
    }

    pub(crate) async fn open(&self) -> Post {
        self.open_with(self.guard(self.trust()), Subprotocol::LINK).await
    }

    pub(crate) async fn open_with(&self, guard: Guard, subprotocol: Subprotocol) -> Post {
        let (signals, heard) = mpsc::channel(64);
        let listener = Listener::bind(LOOPBACK, self.setup(guard)).await.unwrap();
        let serving = listener.serve(Frames::new(subprotocol, self.patience, signals));
        Post { serving, heard }
    }

    /// How a device calls that listener, with this paper.
    pub(crate) fn call(&self, to: SocketAddr, paper: &Paper) -> Call {
        self.call_with(to, Some(self.authority.credential(paper)))
    }

    pub(crate) fn call_with(&self, to: SocketAddr, credential: Option<Credential>) -> Call {
        let clock = self.clock.clone();
        let trust = Trust::of_server(&[self.authority.root()], SERVER, move || Some(clock.now())).unwrap();
        Call {
            address: to.to_string(),
            trust,
            credential,
            suites: Suites::default(),
            within: Duration::from_secs(15),
        }
    }

    /// A device that calls, and what it hears.
    pub(crate) fn dial(&self, to: SocketAddr, paper: &Paper) -> Caller {
        Caller::new(self.call(to, paper))
    }
}

pub(crate) const LOOPBACK: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// The listener's side of a test.
pub(crate) struct Post {
    pub(crate) serving: Serving,
    pub(crate) heard: mpsc::Receiver<Signal>,
}

impl Post {
    pub(crate) async fn connected(&mut self) -> (Conn, Opened) {
        connected(&mut self.heard).await
    }

    pub(crate) async fn received(&mut self) -> Message {
        received(&mut self.heard).await
    }

    pub(crate) async fn lost(&mut self) -> Ended {
        lost(&mut self.heard).await
    }

    pub(crate) async fn refused(&mut self) -> Problem {
        soon(async {
            loop {
                if let Signal::Refused(_, problem) = self.heard.recv().await.unwrap() {
                    return problem;
                }
            }
        })
        .await
    }
}

/// A device's side of a test.
pub(crate) struct Caller {
    pub(crate) line: Line,
    pub(crate) heard: mpsc::Receiver<Signal>,
}

impl Caller {
    pub(crate) fn new(call: Call) -> Self {
        Self::speaking(call, Subprotocol::LINK, Patience::default())
    }

    pub(crate) fn speaking(call: Call, subprotocol: Subprotocol, patience: Patience) -> Self {
        let (signals, heard) = mpsc::channel(64);
        let line = Dialer::new(call, subprotocol, patience, signals).connect(Conn(1));
        Self { line, heard }
    }

    pub(crate) async fn connected(&mut self) -> Opened {
        connected(&mut self.heard).await.1
    }

    pub(crate) async fn received(&mut self) -> Message {
        received(&mut self.heard).await
    }

    pub(crate) async fn lost(&mut self) -> Ended {
        lost(&mut self.heard).await
    }
}

pub(crate) async fn connected(heard: &mut mpsc::Receiver<Signal>) -> (Conn, Opened) {
    soon(async {
        loop {
            match heard.recv().await.unwrap() {
                Signal::Connected(conn, opened) => return (conn, opened),
                Signal::Flushed(_) => {}
                other => panic!("{}", name(&other)),
            }
        }
    })
    .await
}

pub(crate) async fn received(heard: &mut mpsc::Receiver<Signal>) -> Message {
    soon(async {
        loop {
            match heard.recv().await.unwrap() {
                Signal::Received(_, message) => return message,
                Signal::Flushed(_) => {}
                other => panic!("{}", name(&other)),
            }
        }
    })
    .await
}

pub(crate) async fn lost(heard: &mut mpsc::Receiver<Signal>) -> Ended {
    soon(async {
        loop {
            if let Signal::Lost(_, ended) = heard.recv().await.unwrap() {
                return ended;
            }
        }
    })
    .await
}

pub(crate) fn name(signal: &Signal) -> String {
    match signal {
        Signal::Connected(..) => "connected".into(),
        Signal::Flushed(_) => "flushed".into(),
        Signal::Lost(_, ended) => format!("lost: {ended:?}"),
        Signal::Received(..) => "received".into(),
        Signal::Refused(_, problem) => format!("refused: {problem:?}"),
    }
}

/// What never comes fails a test instead of hanging it.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what).await.expect("it never came")
}

/// Gives every task of the runtime a chance to do what it can, many times over.
pub(crate) async fn settle() {
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
}

/// What rustls/webpki publishes, by its path below `tests/`.
pub(crate) fn published() -> Option<BTreeMap<String, Vec<u8>>> {
    let archive = data::find("x509")?.join("webpki-crl-eku.tar.gz");
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(archive).unwrap()));
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().trim_start_matches("tests/").to_owned();
        let mut bytes = vec![];
        entry.read_to_end(&mut bytes).unwrap();
        files.insert(path, bytes);
    }
    Some(files)
}
