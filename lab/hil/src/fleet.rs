//! A fleet of its own for each guest: `fleetd` as a process on this machine, and people who ask it.

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, ensure};
use cli::{
    KeyFile, RootFile,
    ceremony::{self, Entry},
    order::{Asked, review},
};
use serde_json::Value;
use tempfile::TempDir;
use vocab::{FleetName, Label, Wall};
use wire::v1::roster::Right;

use crate::{
    people::Person,
    qemu::{ENROLMENT, HARDWARE},
};

/// Its name.
const NAME: &str = "nord";

/// However slow the machine is: what has not come by then does not come.
const SOON: Duration = Duration::from_secs(60);

/// One fleet.
pub(crate) struct Fleet {
    home: TempDir,
    root: RootFile,
    people: [KeyFile; 2],
    daemon: Daemon,
    external: String,
}

impl Fleet {
    /// Makes its keys, signs its letters, starts it with this policy, and writes into `road` where its listeners are.
    pub(crate) fn start(road: &Path, policy: Option<&str>) -> Result<Self> {
        let home = TempDir::new()?;
        let person = |name: &str, number: u8| -> Result<KeyFile> {
            Ok(ceremony::new_person(Label::new(name)?, now(), [number; 10], random()?))
        };
        let people = [person("ada", 1)?, person("grace", 2)?];
        let root = ceremony::new_root(random()?);
        let mut text = yaml(home.path());
        if let Some(policy) = policy {
            let file = home.path().join("policy.yaml");
            fs::write(&file, policy)?;
            text += &format!("policies: [ {} ]\n", file.display());
        }
        fs::write(config(home.path()), text)?;
        let made = fleetd(home.path(), &["init"]).output()?;
        ensure!(made.status.success(), "fleetd init: {}", String::from_utf8_lossy(&made.stderr));
        sign(&home.path().join("fleet"), &root, &people)?;
        let daemon = Daemon::start(home.path())?;
        let listening = fs::read(home.path().join("fleet/listening.json"))?;
        let listening: Value = serde_json::from_slice(&listening)?;
        let port =
            |name: &str| listening[name].as_str().map(str::to_owned).context("a listener has no address");
        // Complete or not there: somebody may be reading it.
        let new = road.with_extension("new");
        fs::write(&new, format!("hardware {}\nenrolment {}\n", port("hardware")?, port("enrolment")?))?;
        fs::rename(new, road)?;
        Ok(Self { external: port("external")?, home, root, people, daemon })
    }

    /// Signs in as one of its people.
    pub(crate) fn ada(&self) -> Result<Person> {
        Person::sign_in(&format!("http://{}", self.external), &self.people[0])
    }

    /// Both of its people ask for the release of what latches a device, and consent to it.
    pub(crate) fn release(&self, label: &str) -> Result<()> {
        let url = format!("http://{}", self.external);
        let [ada, grace] = &self.people;
        let both = [(Person::sign_in(&url, ada)?, ada), (Person::sign_in(&url, grace)?, grace)];
        let latches = both[0].0.ask(|client| client.device(label))?.latches;
        for latch in latches {
            let proposal =
                both[0].0.ask(|client| client.reset(label, Some(&latch.event), "it was us, at work"))?;
            for (person, key) in &both {
                let reviewed = review(&proposal, &Self::name(), &Asked::default(), now())
                    .map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
                let consent = reviewed.consent(key);
                person.ask(|client| client.consent(&proposal.order, &consent))?;
            }
        }
        Ok(())
    }

    /// What devices are given.
    pub(crate) fn bundle(&self) -> Result<Vec<u8>> {
        Ok(fs::read(self.home.path().join("fleet/fleet.bundle"))?)
    }

    /// The key that devices are given another way.
    pub(crate) fn root(&self) -> String {
        self.root.public_text().trim().to_owned()
    }

    /// The last lines of its log.
    pub(crate) fn said(&mut self) -> String {
        self.daemon.said()
    }

    /// Ends it, and gives the folder with all that it knew.
    pub(crate) fn stop(self) -> TempDir {
        drop(self.daemon);
        self.home
    }

    pub(crate) fn name() -> FleetName {
        FleetName::new(NAME).expect("the name is short")
    }
}

/// A `fleetd` that was started; it ends when this is dropped.
struct Daemon {
    child: Child,
    heard: Receiver<String>,
    lines: Vec<String>,
}

impl Daemon {
    fn start(home: &Path) -> Result<Self> {
        let mut command = fleetd(home, &[]);
        let mut child = command.stderr(Stdio::piped()).spawn().context("fleetd cannot be started")?;
        let stderr = BufReader::new(child.stderr.take().context("fleetd has no log")?);
        let (says, heard) = channel();
        thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| says.send(line)));
        let mut daemon = Self { child, heard, lines: vec![] };
        while !daemon.lines.last().is_some_and(|line| line.contains("is ready")) {
            match daemon.heard.recv_timeout(SOON) {
                Ok(line) => daemon.lines.push(line),
                Err(_) => anyhow::bail!("fleetd is not ready:\n{}", daemon.said()),
            }
        }
        Ok(daemon)
    }

    fn said(&mut self) -> String {
        const LAST: usize = 20;
        self.lines.extend(self.heard.try_iter());
        self.lines[self.lines.len().saturating_sub(LAST)..].join("\n")
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // One that has ended cannot be killed any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// This program is `fleetd` too.
fn fleetd(home: &Path, words: &[&str]) -> Command {
    let ourselves = env::current_exe().unwrap_or_else(|_| "hil".into());
    let mut command = Command::new(ourselves);
    command.arg("fleetd").args(words).arg("--config").arg(config(home));
    // What the machine's own daemon is told is not for this one.
    command.env_remove("WRALE_CONFIG").env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::null());
    command
}

fn config(home: &Path) -> PathBuf {
    home.join("fleetd.yaml")
}

fn yaml(home: &Path) -> String {
    let home = home.display();
    format!(
        "fleet: {NAME}
folder: {home}/fleet
kek: {home}/fleet.kek
listen:
  external: \"127.0.0.1:0\"
  internal: \"127.0.0.1:0\"
  hardware: \"127.0.0.1:0\"
  enrolment: \"127.0.0.1:0\"
public:
  hardware: \"{HARDWARE}\"
  enrolment: \"{ENROLMENT}\"
external: plain
people:
  - {{ name: ada, roles: [operator, security] }}
  - {{ name: grace, roles: [operator, security] }}
software: [ \"metald {}\" ]
",
        env!("CARGO_PKG_VERSION")
    )
}

/// What happens on the offline machine: the root reads what it is asked to sign, and signs.
fn sign(folder: &Path, root: &RootFile, people: &[KeyFile]) -> Result<()> {
    let keyset = ceremony::read_keyset(&fs::read(folder.join("keyset.request"))?)?;
    let may = vec![Right::Release, Right::Destroy];
    let entry = |person: &KeyFile| Entry { person: person.public(), may: may.clone() };
    let roster = ceremony::roster(&Fleet::name(), 1, people.iter().map(entry).collect())?;
    fs::write(folder.join("root.pub"), root.public_text().as_bytes())?;
    fs::write(folder.join("keyset.letter"), ceremony::sign_keyset(root, &keyset).bytes())?;
    fs::write(folder.join("roster.letter"), ceremony::sign_roster(root, &roster).bytes())?;
    Ok(())
}

/// This machine's time.
pub(crate) fn now() -> Wall {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Wall(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Thirty-two bytes that nobody foresees.
pub(crate) fn random() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    std::io::Read::read_exact(&mut fs::File::open("/dev/urandom")?, &mut bytes)?;
    Ok(bytes)
}
