//! A fleet in a folder of its own, its offline root, its people and its devices, for the tests of this crate.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use crypto::{
    cbor, hex,
    key::{self, PublicKey, SecretKey},
    seal::OpeningPublic,
    signed::{Letter, Signed, ToSign},
};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use link::Conn;
use store::{Lock, Sealing, Sqlite};
use tempfile::TempDir;
use tls::{Call, Credential, Dialer, Ended, Line, Patience, Signal, Subprotocol, Suites, Trust};
use tokio::{
    runtime::Runtime,
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};
use vocab::{FleetName, Label, Nonce, PersonId};
use wire::v1::{
    Keyset, Roster, SignIn,
    enrol::{self, Answer, Ask, Join, Joined, Reproof},
    keyset::TrustZone,
    roster::{Person, Right},
};

use crate::{
    Config, Failure, Keys, Listening,
    authority::{Renewal, Zones},
    init, kek,
    letters::{KEYSET, ROOT, ROSTER},
    moment,
    ring::Ring,
    threads,
};

/// Nothing here takes as long.
pub(crate) const PATIENT: Duration = Duration::from_secs(30);

pub(crate) fn fleet() -> FleetName {
    FleetName::new("nord").unwrap()
}

/// Two folders, as an operator has them: the fleet's, and one for the key-encryption key.
pub(crate) struct Home {
    _temp: TempDir,
    pub(crate) folder: PathBuf,
    pub(crate) kek: PathBuf,
}

impl Home {
    /// Nothing is in it yet.
    pub(crate) fn empty() -> Self {
        let temp = tempfile::tempdir().unwrap();
        let (folder, kek) = (temp.path().join("fleet"), temp.path().join("etc/fleet.kek"));
        Self { _temp: temp, folder, kek }
    }

    /// With keys, and with what the root signed.
    pub(crate) fn ready() -> Self {
        let home = Self::empty();
        init(&home.config(""), Keys::First).unwrap();
        home.signed();
        home
    }

    /// The offline root signs the request as it is, and a roster of Ada and Grace.
    pub(crate) fn signed(&self) {
        let request = fs::read(self.folder.join("keyset.request")).unwrap();
        let keyset: Keyset = cbor::decode(&request, &Keyset::LIMITS).unwrap();
        self.put(ROOT, hex::encode(root().public().as_bytes()).as_bytes());
        self.put(KEYSET, Signed::seal(&keyset, &root()).bytes());
        self.roster(1, &[(1, "ada"), (2, "grace")]);
    }

    /// The root signs another roster: of these people alone.
    pub(crate) fn roster(&self, version: u64, people: &[(u8, &str)]) {
        let people = people.iter().map(|(number, name)| entry(*number, name)).collect();
        self.put(ROSTER, Signed::seal(&Roster { fleet: fleet(), version, people }, &root()).bytes());
    }

    /// What the audit log says by now, oldest first: the kind, how it ended, and why. Nobody may be at work.
    pub(crate) fn log(&self) -> Vec<(String, String, Option<String>)> {
        let kek = kek::read(&self.kek).unwrap();
        let store = Sqlite::open_under(Lock::take(&self.folder).unwrap()).unwrap();
        let store = Sealing::new(store, fleet(), kek, moment::draw);
        let all = control::ledger::records(&store, 0, usize::MAX).unwrap().into_iter();
        let decisions = all.filter_map(|(_, record)| {
            let reason = record.personal().unwrap().and_then(|personal| personal.reason);
            let outcome = format!("{:?}", record.body().unwrap()?.outcome);
            Some((record.kind().to_owned(), outcome, reason.map(|reason| reason.to_string())))
        });
        decisions.collect()
    }

    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.folder.join(name), bytes).unwrap();
    }

    /// A configuration with free ports, and these lines.
    pub(crate) fn config(&self, lines: &str) -> Config {
        settings::parse(&self.text(lines)).unwrap()
    }

    pub(crate) fn text(&self, lines: &str) -> String {
        let (folder, kek) = (self.folder.display(), self.kek.display());
        let any = "\"127.0.0.1:0\"";
        format!(
            "fleet: nord\nfolder: {folder}\nkek: {kek}\n\
             listen: {{ external: {any}, internal: {any}, hardware: {any}, enrolment: {any} }}\n\
             people: [ {{ name: ada, roles: [operator, security, auditor] }} ]\n{lines}\n"
        )
    }

    /// The zones as the folder holds them: whoever has the keys could issue anything.
    pub(crate) fn zones(&self) -> Zones {
        let ring = Ring::new(&self.folder, fleet(), kek::read(&self.kek).unwrap());
        Zones::open(&ring, &fleet(), Renewal::Due).unwrap()
    }

    /// What it takes to call a listener and to know it.
    pub(crate) fn trust(&self) -> Trust {
        let root = self.zones().root(TrustZone::Service).to_vec();
        Trust::of_server(&[root], "spiffe://service.nord/fleetd", || Some(moment::wall())).unwrap()
    }
}

fn entry(number: u8, name: &str) -> Person {
    Person {
        id: PersonId([number; 16]),
        name: Label::new(name).unwrap(),
        keys: vec![person(number).public().clone()],
        may: vec![Right::Release],
        passkeys: vec![],
    }
}

pub(crate) fn root() -> SecretKey<key::Root> {
    SecretKey::from_seed([9; 32])
}

pub(crate) fn person(number: u8) -> SecretKey<key::Person> {
    SecretKey::from_seed([number; 32])
}

/// A daemon at work in this process.
pub(crate) struct Daemon {
    pub(crate) listening: Listening,
    again: mpsc::Sender<()>,
    stop: Option<oneshot::Sender<()>>,
    done: JoinHandle<Result<(), Failure>>,
    readers: Readers,
}

/// The threads that answer people. What ends among the tasks of others does not wait for its own.
struct Readers(Option<Runtime>);

impl Drop for Readers {
    fn drop(&mut self) {
        self.0.take().expect("it ends once").shutdown_background();
    }
}

impl Daemon {
    pub(crate) async fn start(config: Config) -> Result<Self, Failure> {
        let (tell, told) = oneshot::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let (again, read_again) = mpsc::channel(1);
        let threads = threads::people().unwrap();
        let people = threads.handle().clone();
        let readers = Readers(Some(threads));
        let done = tokio::spawn(async move {
            let ready = |listening: &Listening| tell.send(*listening).expect("somebody waits");
            crate::serve(&config, &people, ready, read_again, async { drop(stopped.await) }).await
        });
        match timeout(PATIENT, told).await.expect("it starts or says why not") {
            Ok(listening) => Ok(Self { listening, again, stop: Some(stop), done, readers }),
            Err(_) => Err(done.await.unwrap().unwrap_err()),
        }
    }

    /// How much goes on among the threads that answer people.
    pub(crate) fn reads(&self) -> usize {
        self.readers.0.as_ref().unwrap().metrics().num_alive_tasks()
    }

    /// The operator says that there is a newer roster.
    pub(crate) async fn read_again(&self) {
        self.again.send(()).await.unwrap();
    }

    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        timeout(PATIENT, &mut self.done).await.expect("it stops").unwrap().unwrap();
    }
}

/// A machine with a device key of its own.
#[derive(Clone)]
pub(crate) struct Machine {
    pkcs8: Vec<u8>,
    device: Arc<EcdsaKeyPair>,
    attestation: Arc<EcdsaKeyPair>,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let pkcs8 = document.unwrap().as_ref().to_vec();
        let device = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8).unwrap();
        let attestation = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self { pkcs8, device: Arc::new(device), attestation: Arc::new(attestation) }
    }

    pub(crate) fn device_key<R: key::Role>(&self) -> PublicKey<R> {
        PublicKey::from_bytes(self.device.public_key().as_ref()).unwrap()
    }

    pub(crate) fn join(&self, token: &[u8], nonce: Nonce) -> Ask {
        let point = self.attestation.public_key().as_ref();
        let join = Join {
            token: token.to_vec().into(),
            label: Label::new("dev-07").unwrap(),
            attestation_key: PublicKey::from_bytes(point).unwrap(),
            device_key: self.device_key(),
            opening_key: OpeningPublic::from_sec1(point).unwrap(),
            fleet: fleet(),
            nonce,
        };
        Ask::Join(self.signed(&join).into())
    }

    pub(crate) fn reproof(&self, joined: &Joined, nonce: Nonce) -> Ask {
        Ask::Reprove(self.signed(&Reproof { fleet: fleet(), device: joined.device, nonce }).into())
    }

    /// Its key with a certificate.
    pub(crate) fn credential(&self, chain: &[Vec<u8>]) -> Credential {
        Credential::from_pkcs8(chain, &self.pkcs8).unwrap()
    }

    fn signed<T: Letter<Role = key::Device>>(&self, letter: &T) -> Vec<u8> {
        let unsigned = ToSign::new(letter, self.device_key::<key::Device>().id());
        let signature = self.device.sign(&SystemRandom::new(), &unsigned.message()).unwrap();
        unsigned.finish(signature.as_ref().try_into().unwrap()).bytes().to_vec()
    }
}

pub(crate) fn chain(joined: &Joined) -> Vec<Vec<u8>> {
    joined.chain.iter().map(|der| der.to_vec()).collect()
}

/// A connection of frames.
pub(crate) struct Talk {
    pub(crate) line: Line,
    heard: mpsc::Receiver<Signal>,
}

impl Talk {
    pub(crate) fn open(call: Call, subprotocol: Subprotocol) -> Self {
        let (signals, heard) = mpsc::channel(64);
        let dialer = Dialer::new(call, subprotocol, Patience::default(), signals);
        Self { line: dialer.connect(Conn(1)), heard }
    }

    /// The next message, or how it ended.
    pub(crate) async fn next(&mut self) -> Result<Vec<u8>, Ended> {
        loop {
            match timeout(PATIENT, self.heard.recv()).await.expect("something happens") {
                Some(Signal::Received(_, message)) => return Ok(message.into_bytes()),
                Some(Signal::Lost(_, ended)) => return Err(ended),
                Some(_) => {}
                None => return Err(Ended::Cut),
            }
        }
    }

    /// Waits until it stands.
    pub(crate) async fn stands(&mut self) {
        match timeout(PATIENT, self.heard.recv()).await.expect("something happens") {
            Some(Signal::Connected(..)) => {}
            Some(Signal::Lost(_, ended)) => panic!("it is gone: {ended:?}"),
            _ => panic!("it neither stands nor is gone"),
        }
    }

    /// How it ended, after whatever else was said.
    pub(crate) async fn ended(&mut self) -> Ended {
        loop {
            if let Err(ended) = self.next().await {
                return ended;
            }
        }
    }

    pub(crate) async fn answer(&mut self) -> Answer {
        cbor::decode(&self.next().await.unwrap(), &enrol::LIMITS).unwrap()
    }
}

impl Home {
    pub(crate) fn call(&self, at: std::net::SocketAddr, credential: Option<Credential>) -> Call {
        let trust = self.trust();
        Call { address: at.to_string(), trust, credential, suites: Suites::default(), within: PATIENT }
    }

    /// One conversation with the enrolment listener.
    pub(crate) async fn enrol(&self, daemon: &Daemon, ask: impl FnOnce(Nonce) -> Ask) -> Answer {
        let mut talk = Talk::open(self.call(daemon.listening.enrolment, None), Subprotocol::ENROL);
        let Answer::Question(nonce) = talk.answer().await else { panic!("the fleet asks first") };
        talk.line.send(cbor::encode(&ask(nonce)));
        let answer = talk.answer().await;
        assert!(matches!(talk.ended().await, Ended::Closed { number: 1000, .. }), "and closes");
        answer
    }

    /// A machine that joins with a new token.
    pub(crate) async fn enrolled(&self, daemon: &Daemon, ada: &Guest) -> (Machine, Joined) {
        let (machine, token) = (Machine::new(), ada.token(daemon).await);
        let answer = self.enrol(daemon, |nonce| machine.join(&token, nonce)).await;
        let Answer::Joined(joined) = answer else { panic!("{answer:?}") };
        (machine, joined)
    }
}

/// Somebody who is signed in.
pub(crate) struct Guest(pub(crate) String);

impl Guest {
    pub(crate) async fn sign_in(daemon: &Daemon, number: u8) -> Self {
        let id = PersonId([number; 16]);
        let asked = format!("{{\"person\":\"{id}\"}}");
        let (_, body) = post(daemon, api::path::CHALLENGE, None, &asked).await;
        let challenge: api::session::Challenge = serde_json::from_str(&body).expect(&body);
        let challenge = Nonce(hex::decode_array(challenge.challenge).unwrap());
        let letter = SignIn { fleet: fleet(), person: id, challenge };
        let letter = hex::encode(Signed::seal(&letter, &person(number)).bytes());
        let (_, body) = post(daemon, api::path::SIGN_IN, None, &format!("{{\"letter\":\"{letter}\"}}")).await;
        let session: api::session::Session = serde_json::from_str(&body).expect(&body);
        Self(session.token)
    }

    pub(crate) async fn token(&self, daemon: &Daemon) -> Vec<u8> {
        let (status, body) = post(daemon, api::path::TOKENS, Some(&self.0), "{\"site\":\"harbour\"}").await;
        assert_eq!(status, 201, "{body}");
        let token: api::Token = serde_json::from_str(&body).unwrap();
        hex::decode(token.token).unwrap()
    }

    pub(crate) async fn revoke(&self, daemon: &Daemon, joined: &Joined) {
        self.decides(daemon, joined, api::path::REVOKE, "retired").await;
    }

    /// Ends the credential of a service.
    pub(crate) async fn ends_service(&self, daemon: &Daemon, service: &str) {
        let path = api::path::filled(api::path::SERVICE_REVOKE, service);
        let (status, body) =
            post(daemon, &path, Some(&self.0), "{\"reason\":\"its machine was sold\"}").await;
        assert_eq!(status, 200, "{body}");
    }

    /// Suspends, resumes or revokes, for this reason.
    pub(crate) async fn decides(&self, daemon: &Daemon, joined: &Joined, path: &str, reason: &str) {
        let path = api::path::filled(path, &joined.device.to_string());
        let (status, body) =
            post(daemon, &path, Some(&self.0), &format!("{{\"reason\":\"{reason}\"}}")).await;
        assert_eq!(status, 200, "{body}");
    }
}

pub(crate) async fn get(daemon: &Daemon, path: &str, token: Option<&str>) -> (u16, String) {
    ask(daemon, "GET", path, token, "").await
}

pub(crate) async fn post(daemon: &Daemon, path: &str, token: Option<&str>, body: &str) -> (u16, String) {
    ask(daemon, "POST", path, token, body).await
}

async fn ask(daemon: &Daemon, method: &str, path: &str, token: Option<&str>, body: &str) -> (u16, String) {
    let token = token.map(|token| ("authorization", format!("Bearer {token}")));
    let (status, text, _) = send(daemon, method, path, token, body).await;
    (status, text)
}

/// Signs in as a browser does that holds these cookies; what it holds afterwards, by name.
pub(crate) async fn browse(daemon: &Daemon, path: &str, held: &str, body: &str) -> (u16, Vec<String>) {
    let (status, _, held) = send(daemon, "POST", path, Some(("cookie", held.to_owned())), body).await;
    (status, held)
}

async fn send(
    daemon: &Daemon,
    method: &str,
    path: &str,
    header: Option<(&str, String)>,
    body: &str,
) -> (u16, String, Vec<String>) {
    let at = daemon.listening.external.to_string();
    let stream = tls::connect::local(&at, PATIENT).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut request = hyper::Request::builder().method(method).uri(path).header("host", &at);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    if method == "POST" {
        request = request.header("content-type", "application/json");
    }
    let request = request.body(Full::new(Bytes::from(body.to_owned()))).unwrap();
    let answer = timeout(PATIENT, sender.send_request(request)).await.unwrap().unwrap();
    let status = answer.status().as_u16();
    let cookies = answer.headers().get_all("set-cookie").iter();
    let cookies = cookies.map(|set| set.to_str().unwrap().split(';').next().unwrap().to_owned()).collect();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap(), cookies)
}

/// A file's permissions.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).unwrap().mode() & 0o777
}
