//! One fleet: its folder, its offline root and its people, and `fleetd` as a process.

use std::{
    fs,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use cli::{
    KeyFile, Proof, RootFile, Server,
    ceremony::{self, Entry},
    order::{Asked, review},
};
use crypto::key::{PublicKey, Root};
use serde_json::Value;
use tempfile::TempDir;
use vocab::{FleetName, Label};
use wire::v1::roster::Right;

use crate::{Ended, Person, Process};

/// Its name.
pub const NAME: &str = "nord";

/// Where its devices stand.
pub const SITE: &str = "harbour";

/// A fleet on a loopback address of its own, so that nobody else takes its ports while it is down.
pub struct Fleet {
    node: PathBuf,
    home: Home,
    root: RootFile,
    people: Vec<KeyFile>,
    address: Ipv4Addr,
    ports: Option<Ports>,
    /// What people's listener speaks.
    pub external: String,
    /// What Ada is to it.
    pub roles: &'static str,
    /// Further keys of its configuration.
    pub more: String,
}

/// Where everything of it lies.
enum Home {
    Given(PathBuf),
    Own(TempDir),
}

/// Where `fleetd` listens, as it says itself.
#[derive(Clone, Debug)]
pub struct Ports {
    /// People.
    pub external: String,
    /// Services.
    pub internal: String,
    /// Devices.
    pub hardware: String,
    /// Newcomers.
    pub enrolment: String,
}

impl Fleet {
    /// A fleet whose keys are made and whose letters are signed; nothing runs yet.
    pub fn new(node: impl Into<PathBuf>) -> Self {
        Self::signed(node, Home::Own(TempDir::new().unwrap()))
    }

    /// The same in a folder that somebody else looks after.
    pub fn at(node: impl Into<PathBuf>, home: &Path) -> Self {
        Self::signed(node, Home::Given(home.to_owned()))
    }

    /// A fleet in such a folder that has a configuration and nothing else yet.
    pub fn planned(node: impl Into<PathBuf>, home: &Path) -> Self {
        Self::bare(node, Home::Given(home.to_owned()))
    }

    fn signed(node: impl Into<PathBuf>, home: Home) -> Self {
        let fleet = Self::bare(node, home);
        let made = fleet.init();
        assert!(made.status.success(), "{:#?}", made.said);
        fleet.sign();
        fleet
    }

    fn bare(node: impl Into<PathBuf>, home: Home) -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        // 127.64.0.0/10: apart from what other programs use, and from other tests that run now.
        let [_, low, high] =
            [0, 8, 16].map(|shift| u8::try_from(std::process::id() >> shift & 0xff).unwrap());
        let number = u8::try_from(LAST.fetch_add(1, Ordering::Relaxed) + 1).unwrap();
        let address = Ipv4Addr::new(127, 64 | high & 0x3f, low, number);
        let person = |name: &str, number: u8| {
            ceremony::new_person(Label::new(name).unwrap(), crate::now(), [number; 10], crate::random())
        };
        let people = vec![person("ada", 1), person("grace", 2)];
        let root = ceremony::new_root(crate::random());
        let (external, more) = ("plain".into(), String::new());
        let roles = "operator, security";
        let fleet =
            Self { node: node.into(), home, root, people, address, ports: None, external, roles, more };
        fleet.configure();
        fleet
    }

    /// Where everything of it lies.
    pub fn home(&self) -> &Path {
        match &self.home {
            Home::Given(home) => home,
            Home::Own(home) => home.path(),
        }
    }

    /// Where `fleetd` keeps what it knows.
    pub fn folder(&self) -> PathBuf {
        self.home().join("fleet")
    }

    /// Its configuration.
    pub fn config(&self) -> PathBuf {
        self.home().join("fleetd.yaml")
    }

    /// What devices are given.
    pub fn bundle(&self) -> PathBuf {
        self.folder().join("fleet.bundle")
    }

    /// The key that devices are given another way.
    pub fn root(&self) -> String {
        self.root.public_text().trim().to_owned()
    }

    /// The same as a key.
    pub fn root_key(&self) -> PublicKey<Root> {
        self.root.public()
    }

    /// Its name, as letters have it.
    pub fn name() -> FleetName {
        FleetName::new(NAME).unwrap()
    }

    /// Writes the configuration anew.
    pub fn configure(&self) {
        fs::write(self.config(), self.yaml()).unwrap();
    }

    /// Its configuration: free ports at first, and then always the same.
    pub fn yaml(&self) -> String {
        let free = format!("{}:0", self.address);
        let port = |of: fn(&Ports) -> &String| self.ports.as_ref().map_or(&free, of).clone();
        let home = self.home().display();
        format!(
            "fleet: {NAME}
folder: {home}/fleet
kek: {home}/fleet.kek
listen:
  external: \"{}\"
  internal: \"{}\"
  hardware: \"{}\"
  enrolment: \"{}\"
external: {}
people:
  - {{ name: ada, roles: [{}] }}
  - {{ name: grace, roles: [operator, security] }}
software: [ \"metald {}\" ]
{}",
            port(|ports| &ports.external),
            port(|ports| &ports.internal),
            port(|ports| &ports.hardware),
            port(|ports| &ports.enrolment),
            self.external,
            self.roles,
            env!("CARGO_PKG_VERSION"),
            self.more,
        )
    }

    /// Lets `fleetd` make its keys and what is to be signed.
    pub fn init(&self) -> Ended {
        Process::start(&self.node, "fleetd", &["init"], &self.config()).ended()
    }

    /// What happens on the offline machine: the root reads what it is asked to sign, and signs.
    pub fn sign(&self) {
        let request = fs::read(self.folder().join("keyset.request")).unwrap();
        let keyset = ceremony::read_keyset(&request).unwrap();
        let may = vec![Right::Release, Right::Destroy];
        let entry = |person: &KeyFile| Entry { person: person.public(), may: may.clone() };
        let roster = ceremony::roster(&Self::name(), 1, self.people.iter().map(entry).collect()).unwrap();
        let put = |name: &str, bytes: &[u8]| fs::write(self.folder().join(name), bytes).unwrap();
        put("root.pub", self.root.public_text().as_bytes());
        put("keyset.letter", ceremony::sign_keyset(&self.root, &keyset).bytes());
        put("roster.letter", ceremony::sign_roster(&self.root, &roster).bytes());
    }

    /// Starts it, without waiting for anything.
    pub fn spawn(&self) -> Process {
        Process::start(&self.node, "fleetd", &[], &self.config())
    }

    /// Starts it, and waits until it listens; the ports that it took are its own from then on.
    pub fn start(&mut self) -> Process {
        let process = self.spawn();
        self.listens(&process);
        self.configure();
        process
    }

    /// Waits until it listens, and learns where.
    pub fn listens(&mut self, process: &Process) {
        process.says(&["is ready"]);
        let listening = fs::read(self.folder().join("listening.json")).unwrap();
        let listening: Value = serde_json::from_slice(&listening).unwrap();
        let port = |name: &str| listening[name].as_str().unwrap().to_owned();
        self.ports = Some(Ports {
            external: port("external"),
            internal: port("internal"),
            hardware: port("hardware"),
            enrolment: port("enrolment"),
        });
    }

    /// Where it listens; after the first start.
    pub fn ports(&self) -> &Ports {
        self.ports.as_ref().unwrap()
    }

    /// Signs in as one of its people.
    #[track_caller]
    pub fn ada(&self) -> Person {
        let url = format!("http://{}", self.ports().external);
        self.ada_at(&Server::new(&url, &Proof::default()).unwrap())
    }

    /// The same, where people's listener speaks TLS.
    #[track_caller]
    pub fn ada_at(&self, server: &Server) -> Person {
        Person::sign_in(server, &self.people[0])
    }

    /// Ada's key, in a file as the terminal takes it.
    #[track_caller]
    pub fn key_file(&self) -> PathBuf {
        let file = self.home().join("ada.key");
        cli::files::write_secret(&file, self.people[0].text().as_bytes()).unwrap();
        file
    }

    /// Ada and Grace ask for the release of all that latches a device, and consent to it.
    #[track_caller]
    pub fn release(&self, label: &str) {
        let url = format!("http://{}", self.ports().external);
        let server = Server::new(&url, &Proof::default()).unwrap();
        let both: Vec<_> = self.people.iter().map(|key| (Person::sign_in(&server, key), key)).collect();
        let ada = &both[0].0;
        for latch in ada.ask(|client| client.device(label)).latches {
            let proposal = ada.ask(|client| client.reset(label, Some(&latch.event), "it was us, at work"));
            for (person, key) in &both {
                let reviewed = review(&proposal, &Self::name(), &Asked::default(), crate::now());
                let consent = reviewed.unwrap_or_else(|refusal| panic!("{refusal}")).consent(key);
                person.ask(|client| client.consent(&proposal.order, &consent));
            }
        }
    }
}
