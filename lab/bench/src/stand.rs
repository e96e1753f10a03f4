//! A real fleet: fleetd in a process of its own, with people, keys and listeners, on this machine's loopback.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, ensure};
use cli::{Client, KeyFile, Proof, Server, ceremony};
use crypto::hex;
use metald::Fleet;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use vocab::Label;
use wire::v1::roster::Right;

use crate::{
    clock::{monotonic, now},
    ground::{self, draw},
    process::Process,
};

/// The word by which this program is fleetd.
pub(crate) const WORD: &str = "--fleetd";

/// Its configuration, in the stand's folder.
const FILE: &str = "fleetd.yaml";

/// How long the daemon may take to open its ports.
const PATIENCE: Duration = Duration::from_secs(30);

/// The fleet, while its process runs.
pub(crate) struct Stand {
    pub(crate) process: Process,
    pub(crate) fleet: Arc<Fleet>,
    /// The fleet's root key, in hexadecimal.
    pub(crate) root: String,
    pub(crate) config: fleetd::Config,
    pub(crate) folder: TempDir,
    pub(crate) runtime: Arc<Runtime>,
    key: KeyFile,
}

impl Stand {
    /// Makes keys and letters as people would, and starts the daemon.
    pub(crate) fn open() -> Result<Self> {
        let folder = ground::folder()?;
        let config = configure(folder.path())?;
        fleetd::init(&config, fleetd::Keys::First).map_err(|failure| anyhow!("{failure}"))?;
        let (root, key) = sign(&config)?;
        let process = start(folder.path(), &config)?;
        let bundle = fs::read(config.folder.join("fleet.bundle"))?;
        let public = root.secret().public().clone();
        let fleet = Arc::new(Fleet::read(&bundle, &public).map_err(|mistake| anyhow!("{mistake}"))?);
        let runtime =
            Arc::new(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?);
        let root = hex::encode(public.as_bytes());
        Ok(Self { process, fleet, root, config, folder, runtime, key })
    }

    /// Kills the daemon, and starts it anew on what it left; it listens when this returns.
    pub(crate) fn restart(&mut self) -> Result<()> {
        self.process.end();
        // What the last one said about its ports is no word of the next.
        fs::remove_file(self.config.folder.join("listening.json"))?;
        self.process = start(self.folder.path(), &self.config)?;
        Ok(())
    }

    /// A person who has signed in.
    pub(crate) fn client(&self) -> Result<Client> {
        let url = format!("http://{}", self.listens("external")?);
        let server = Server::new(&url, &Proof::default()).map_err(|mistake| anyhow!("{mistake}"))?;
        let signed_in = self.runtime.block_on(Client::sign_in(&server, &self.key));
        signed_in.map_err(|problem| anyhow!("{problem}"))
    }

    /// Where one of its listeners is.
    pub(crate) fn listens(&self, name: &str) -> Result<SocketAddr> {
        let text = fs::read_to_string(self.config.folder.join("listening.json"))?;
        let all: serde_json::Value = serde_json::from_str(&text)?;
        Ok(all[name].as_str().context("it names each listener")?.parse()?)
    }

    /// The bundle that devices are given.
    pub(crate) fn bundle(&self) -> PathBuf {
        self.config.folder.join("fleet.bundle")
    }
}

fn start(folder: &Path, config: &fleetd::Config) -> Result<Process> {
    let log = File::create(folder.join("fleetd.log"))?;
    let mut command = Command::new(std::env::current_exe()?);
    let child = command.args([WORD, "--config"]).arg(folder.join(FILE)).stderr(log).spawn();
    let process = Process(child.context("fleetd does not start")?);
    let listening = config.folder.join("listening.json");
    let end = monotonic() + PATIENCE;
    while !listening.exists() {
        ensure!(monotonic() < end, "fleetd does not listen: {}", said(folder));
        thread::sleep(Duration::from_millis(20));
    }
    Ok(process)
}

/// The last that the daemon said.
fn said(folder: &Path) -> String {
    let log = fs::read_to_string(folder.join("fleetd.log")).unwrap_or_default();
    log.lines().rev().take(3).collect::<Vec<_>>().join(" | ")
}

fn configure(folder: &Path) -> Result<fleetd::Config> {
    let here = folder.display();
    let [external, internal, hardware, enrolment] = free_ports()?;
    let text = format!(
        "fleet: bench\nfolder: {here}/fleet\nkek: {here}/fleet.kek\n\
         listen: {{ external: \"{external}\", internal: \"{internal}\", hardware: \"{hardware}\", enrolment: \"{enrolment}\" }}\n\
         people: [ {{ name: ada, roles: [admin, operator, security] }} ]\n"
    );
    let file = folder.join(FILE);
    fs::write(&file, text)?;
    settings::load(&file).map_err(|mistake| anyhow!("{mistake}"))
}

/// Ports that nobody uses: devices come back to the same ones after a restart.
fn free_ports<const N: usize>() -> Result<[SocketAddr; N]> {
    let held = (0..N).map(|_| TcpListener::bind("127.0.0.1:0")).collect::<Result<Vec<_>, _>>()?;
    let ports = held.iter().map(TcpListener::local_addr).collect::<Result<Vec<_>, _>>()?;
    ports.try_into().map_err(|_| anyhow!("as many as were bound"))
}

/// Plays the machine of the offline root, and one person.
fn sign(config: &fleetd::Config) -> Result<(cli::RootFile, KeyFile)> {
    let root = ceremony::new_root(draw());
    let id = draw();
    let ada = ceremony::new_person(Label::new("ada")?, now().wall, std::array::from_fn(|at| id[at]), draw());
    let request = fs::read(config.folder.join("keyset.request"))?;
    let keyset = ceremony::read_keyset(&request)?;
    let entry = ceremony::Entry { person: ada.public(), may: vec![Right::Release] };
    let roster = ceremony::roster(&keyset.fleet, 1, vec![entry])?;
    let public = hex::encode(root.secret().public().as_bytes());
    fs::write(config.folder.join("root.pub"), public)?;
    fs::write(config.folder.join("keyset.letter"), ceremony::sign_keyset(&root, &keyset).bytes())?;
    fs::write(config.folder.join("roster.letter"), ceremony::sign_roster(&root, &roster).bytes())?;
    Ok((root, ada))
}
