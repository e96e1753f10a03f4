//! Composes the daemon of this machine: reads, opens, enrols, drives, stops.

mod hold;

use std::{
    fmt,
    fs::{self, File},
    io::Read,
    os::unix::fs::MetadataExt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use agent::Software;
use board::{ChipKey, RootOfTrust};
use crypto::hex;
use link::backoff::Backoff;
use linux::{LinuxBoard, Service, Watchdog};
use tokio::{
    runtime::{Builder, Handle},
    select,
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use vocab::{Label, Wall};
use zeroize::Zeroizing;

use crate::{
    Bell, Config, Driver, Fleet, Keeper, Kept, Life, Mistake, Parts, Problem, Reached, VERSION, bell::Rung,
    clock::Trusted, drive::Unready, enrol, obeyed, problem::Lasting,
};

pub use self::hold::hold;

/// Why the daemon ended by itself: a code and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    code: String,
    text: String,
}

impl Failure {
    /// The code of whichever room refused.
    pub fn code(&self) -> &str {
        &self.code
    }

    pub(crate) fn of_file(file: &Path, mistake: &settings::Mistake) -> Self {
        let (file, text) = (file.display().to_string(), mistake.to_string());
        // Some name the file themselves.
        let text = if text.contains(&file) { text } else { format!("{file}: {text}") };
        Self::new(mistake.code(), text)
    }

    fn new(code: &str, text: impl fmt::Display) -> Self {
        Self { code: code.to_owned(), text: text.to_string() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<Mistake> for Failure {
    fn from(mistake: Mistake) -> Self {
        Self::new(mistake.code(), mistake)
    }
}

impl From<linux::Unready> for Failure {
    fn from(unready: linux::Unready) -> Self {
        Self::new(unready.code(), unready)
    }
}

impl From<crate::keep::Fault> for Failure {
    fn from(fault: crate::keep::Fault) -> Self {
        Self::new(fault.code(), fault)
    }
}

impl From<Unready> for Failure {
    fn from(unready: Unready) -> Self {
        match unready {
            Unready::Agent(fault) => Self::new(fault.code(), fault),
            Unready::Kept(refusal) => Self::new(refusal.code(), refusal),
            Unready::Mistake(mistake) => mistake.into(),
        }
    }
}

/// When this version was made: no clock that we believe says less. Renewed with each release.
pub(crate) const BUILT: Wall = Wall(1_793_491_200_000_000);

/// Guards this machine until somebody stops the process.
pub fn run(config: Config) -> Result<(), Failure> {
    let (bell, stop) = (Bell::default(), watch::Sender::new(()));
    let sockets = Sockets::open()?;
    signalled(&sockets.handle, bell.clone(), stop.clone()).map_err(thread_fault)?;
    guard(&config, &sockets, &bell, stop.subscribe())
}

/// The same, until the bell says stop; what waits for the network hears `stopping`.
fn guard(
    config: &Config,
    sockets: &Sockets,
    bell: &Bell,
    stopping: watch::Receiver<()>,
) -> Result<(), Failure> {
    let wanted = config.wanted()?;
    for sentence in wanted.said.iter().chain(&settings::unmet(&config.written(), obeyed::obeyed)) {
        tracing::warn!(verb = "read", "{sentence}");
    }
    if let Some(filter) = &wanted.board.isolation
        && !filter.nft.first().is_some_and(|nft| Path::new(nft).exists())
    {
        tracing::warn!(
            verb = "act",
            "there is no {:?}: `isolate` will be reported as unsupported",
            filter.nft
        );
    }
    let fleet = Fleet::read(&read(&config.fleet.bundle, BUNDLE_LIMIT)?, &wanted.root)?;
    let mut board = LinuxBoard::open(&wanted.board, &bell.wake())?;
    let place = config.folder.join(KEPT);
    let kept = match Kept::load(&place)? {
        Some(kept) => kept,
        None => match enrolled(config, &wanted.label, &fleet, &mut board, sockets, stopping, bell)? {
            Some(kept) => kept,
            None => return Ok(()),
        },
    };
    tracing::info!(verb = "read", device = %kept.device(), fleet = %fleet.name(), "{VERSION} is awake");
    let keys = Mutex::new(board.keys());
    let sign = move |message: &[u8]| {
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.sign(ChipKey::Device, message).map_err(|_| tls::Fault::Key)
    };
    let file = place.with_file_name(REACHED);
    let reached = Arc::new(Reached::load(file, &fleet.listeners(), Some(board.lifeline())));
    // The first thing that the device does may be to isolate itself.
    reached.open();
    let parts = Parts {
        fleet: &fleet,
        keeper: Arc::new(Keeper::new(place, kept)),
        reached,
        sign: Arc::new(sign),
        suites: wanted.suites,
        rotation: wanted.rotation,
        software: Software { version: label(VERSION), built: BUILT },
        bell: bell.clone(),
        runtime: sockets.handle.clone(),
    };
    let mut driver = Driver::boot(board, parts)?;
    // From here on the loop turns, or somebody is started anew.
    let mut life = life(config);
    driver.run(&mut life);
    tracing::info!(verb = "read", "the daemon was told to stop");
    life.leave();
    let last_words = driver.stop();
    // Whether the fleet hears them or not, the process ends.
    let _ = sockets.handle.block_on(last_words);
    Ok(())
}

/// Whoever waits for signs of life.
///
/// A watchdog that somebody else holds is no reason to guard nothing.
fn life(config: &Config) -> Life {
    let service = std::env::var_os("NOTIFY_SOCKET").map(|socket| Service::at(&socket));
    let service = service.and_then(|service| {
        let unheard =
            |why| tracing::warn!(verb = "read", "the service manager cannot be told anything: {why}");
        service.map_err(unheard).ok()
    });
    let dog = config.watchdog.as_ref().and_then(|dog| {
        let asleep =
            |why| tracing::warn!(verb = "read", "{why}; nobody starts the machine anew if this hangs");
        Watchdog::open(&dog.device, dog.seconds).map_err(asleep).ok()
    });
    Life::new(dog, service)
}

/// In the device's folder.
pub(crate) const KEPT: &str = "identity/joined";

/// Beside it.
const REACHED: &str = "reached";

/// A bundle is never longer.
pub(crate) const BUNDLE_LIMIT: u64 = wire::v1::bundle::LIMITS.bytes as u64;

/// A token is 64 digits.
const TOKEN_LIMIT: u64 = 256;

/// Enrols; none where the process was stopped before it was done.
fn enrolled(
    config: &Config,
    label: &Label,
    fleet: &Fleet,
    board: &mut LinuxBoard,
    sockets: &Sockets,
    mut stopping: watch::Receiver<()>,
    bell: &Bell,
) -> Result<Option<Kept>, Failure> {
    let token = token(&config.fleet.token)?;
    let suites = config.suites()?;
    let seed = board.keys().random();
    let mut backoff = Backoff::new(u64::from_be_bytes(std::array::from_fn(|at| seed[at])));
    let kept = loop {
        let call = fleet.enrolment(&suites, &Trusted::default())?;
        let joined = sockets.handle.block_on(async {
            select! {
                joined = enrol::join(fleet, call, board, label, &*token) => Some(joined),
                _ = stopping.changed() => None,
            }
        });
        match joined {
            None => return Ok(None),
            Some(Ok(kept)) => break kept,
            Some(Err(problem)) if problem.lasting() == Lasting::ForGood => return Err(hopeless(&problem)),
            Some(Err(problem)) => {
                tracing::warn!(verb = "permit", code = problem.code(), "{problem}");
                let due = std::time::Instant::now() + backoff.after_failure();
                // The board's hands ring too.
                loop {
                    let left = due.saturating_duration_since(std::time::Instant::now());
                    match bell.wait(left) {
                        Rung::Stop => return Ok(None),
                        Rung::GoOn if left.is_zero() => break,
                        Rung::GoOn => {}
                    }
                }
            }
        }
    };
    kept.save(&config.folder.join(KEPT))?;
    // Durable from here on; a token that stays behind is used up and opens nothing.
    if let Err(error) = fs::remove_file(&config.fleet.token) {
        let file = config.fleet.token.display();
        tracing::warn!(verb = "permit", "{file} is used up and cannot be removed ({error}); remove it");
    }
    tracing::info!(verb = "permit", device = %kept.device(), "the fleet has enrolled this device");
    Ok(Some(kept))
}

fn hopeless(problem: &Problem) -> Failure {
    Failure::new(problem.code(), problem)
}

/// The token's bytes, out of a file of hexadecimal digits.
pub(crate) fn token(file: &Path) -> Result<Zeroizing<[u8; 32]>, Mistake> {
    let mode = fs::metadata(file).map_err(|error| Mistake::File(file.into(), error.kind()))?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(Mistake::TokenOpen(file.into(), mode));
    }
    let text = Zeroizing::new(read(file, TOKEN_LIMIT)?);
    hex::decode_secret(text.trim_ascii()).map_err(|_| Mistake::Token(file.into()))
}

/// A small file as a whole; of a larger one, enough to be refused.
pub(crate) fn read(file: &Path, limit: u64) -> Result<Vec<u8>, Mistake> {
    let unreadable = |error: std::io::Error| Mistake::File(file.into(), error.kind());
    let mut bytes = vec![];
    File::open(file).map_err(unreadable)?.take(limit + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

fn label(text: &str) -> Label {
    Label::new(text).expect("our own version is short and printable")
}

/// The thread that serves the sockets.
pub(crate) struct Sockets {
    pub(crate) handle: Handle,
    /// Dropped, it lets the thread end.
    _open: watch::Sender<()>,
}

/// Threads that may wait for a handshake or the disk; most of the time there is none.
const ASIDE: usize = 4;

impl Sockets {
    pub(crate) fn open() -> Result<Self, Failure> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .max_blocking_threads(ASIDE)
            .build()
            .map_err(thread_fault)?;
        let handle = runtime.handle().clone();
        let (open, mut closed) = watch::channel(());
        let serve = move || runtime.block_on(async { while closed.changed().await.is_ok() {} });
        thread::Builder::new().name("wrale-net".into()).spawn(serve).map_err(thread_fault)?;
        Ok(Self { handle, _open: open })
    }
}

fn thread_fault(error: std::io::Error) -> Failure {
    linux::Unready::from(linux::Fault::Thread(error)).into()
}

/// SIGTERM and SIGINT end the daemon in its own time. SIGUSR1 says that the device stands as it should: while it is
/// commissioned, it learns what its senses see.
fn signalled(runtime: &Handle, bell: Bell, stop: watch::Sender<()>) -> std::io::Result<()> {
    let _inside = runtime.enter();
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut lesson = signal(SignalKind::user_defined1())?;
    runtime.spawn(async move {
        loop {
            select! {
                _ = term.recv() => {}
                _ = int.recv() => {}
                _ = lesson.recv() => {
                    bell.teach();
                    continue;
                }
            }
            bell.stop();
            stop.send_replace(());
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests;
