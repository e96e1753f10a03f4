//! Where the fleet was reached: names may lead nowhere while the device is isolated, and addresses still do.
//!
//! An address is believed no more than a name is: whoever answers must show a certificate of the fleet.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use linux::Lifeline;
use vocab::Outcome;

/// Addresses that are remembered of one listener.
const SEEN: usize = 4;

/// The file is never longer.
const FILE: u64 = 16 * 1024;

/// The addresses of the fleet's listeners.
pub struct Reached {
    file: PathBuf,
    /// Held only to read or to change what is in memory.
    seen: Mutex<BTreeMap<String, Seen>>,
    /// Held over memory, file and packet filter, so that the last word about an address is the last in all three.
    saying: Mutex<()>,
    lifeline: Option<Lifeline>,
}

/// Where one listener has answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Seen {
    /// Where it answered first, or where the bundle says that it is: never forgotten. Whoever passes the fleet's own
    /// words on from elsewhere comes later, and cannot push it out.
    first: Option<SocketAddr>,
    /// Everywhere, the newest first.
    newest: Vec<SocketAddr>,
}

impl Seen {
    /// True where that is news.
    fn add(&mut self, at: SocketAddr) -> bool {
        if self.newest.first() == Some(&at) {
            return false;
        }
        self.newest.retain(|known| *known != at);
        self.newest.insert(0, at);
        let first = *self.first.get_or_insert(at);
        if self.newest.len() > SEEN
            && let Some(oldest) = self.newest.iter().rposition(|known| *known != first)
        {
            self.newest.remove(oldest);
        }
        true
    }
}

impl Reached {
    /// What this file remembers of these listeners; what it says of others is forgotten.
    pub fn load(file: PathBuf, listeners: &[&str], lifeline: Option<Lifeline>) -> Self {
        let mut known = remembered(&file).unwrap_or_default();
        let seen = listeners.iter().map(|name| {
            let seen = match name.parse() {
                Ok(literal) => Seen { first: Some(literal), newest: vec![literal] },
                Err(_) => known.remove(*name).unwrap_or_default(),
            };
            ((*name).to_owned(), seen)
        });
        Self { file, seen: Mutex::new(seen.collect()), saying: Mutex::new(()), lifeline }
    }

    /// How a listener is called at this attempt: first by its name, and where that failed by what is remembered.
    pub fn way(&self, listener: &str, failures: usize) -> String {
        let seen = lock(&self.seen).get(listener).cloned().unwrap_or_default().newest;
        match failures % (seen.len() + 1) {
            0 => listener.to_owned(),
            attempt => seen[attempt - 1].to_string(),
        }
    }

    /// The fleet answered there; may wait for the disk and for the packet filter.
    pub fn saw(&self, listener: &str, at: SocketAddr) {
        let _one_at_a_time = lock(&self.saying);
        if !lock(&self.seen).get_mut(listener).is_some_and(|seen| seen.add(at)) {
            return;
        }
        if let Err(why) = self.write() {
            let file = self.file.display();
            tracing::warn!(
                verb = "append",
                "{file} is not kept ({why}); isolated, the device may not find its fleet"
            );
        }
        self.follow();
    }

    /// Tells the packet filter where the fleet is.
    pub fn open(&self) {
        let _one_at_a_time = lock(&self.saying);
        self.follow();
    }

    fn follow(&self) {
        let Some(lifeline) = &self.lifeline else { return };
        match lifeline.follow(self.addresses()) {
            Outcome::Done => {}
            outcome => tracing::warn!(verb = "act", ?outcome, "the packet filter does not follow the fleet"),
        }
    }

    /// Every listener at every address of its host: who isolates a device must not shut the door for a way back in.
    fn addresses(&self) -> BTreeSet<SocketAddr> {
        let all = lock(&self.seen).clone();
        let mut addresses: BTreeSet<SocketAddr> =
            all.values().flat_map(|seen| &seen.newest).copied().collect();
        for (one, seen) in &all {
            for other in all.keys().filter(|other| host(other) == host(one)) {
                let port = other.rsplit(':').next().and_then(|port| port.parse().ok());
                addresses.extend(seen.newest.iter().filter_map(|at| Some(SocketAddr::new(at.ip(), port?))));
            }
        }
        addresses
    }

    /// One line for each address, replaced as a whole; a mark at the first.
    fn write(&self) -> io::Result<()> {
        let mut text = String::new();
        for (listener, seen) in lock(&self.seen).iter() {
            if listener.parse::<SocketAddr>().is_ok() {
                continue;
            }
            for at in &seen.newest {
                let mark = if seen.first == Some(*at) { FIRST } else { "" };
                text.push_str(&format!("{listener} {at}{mark}\n"));
            }
        }
        let next = self.file.with_extension("next");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&next)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(next, &self.file)?;
        File::open(self.file.parent().unwrap_or(Path::new(".")))?.sync_all()
    }
}

const FIRST: &str = " first";

/// None of what is not written as we write it.
fn remembered(file: &Path) -> io::Result<BTreeMap<String, Seen>> {
    let mut text = String::new();
    File::open(file)?.take(FILE).read_to_string(&mut text)?;
    let mut known: BTreeMap<String, Seen> = BTreeMap::new();
    for line in text.lines() {
        let (line, is_first) = line.strip_suffix(FIRST).map_or((line, false), |line| (line, true));
        if let Some((listener, at)) = line.rsplit_once(' ')
            && let Ok(at) = at.parse()
        {
            let seen = known.entry(listener.to_owned()).or_default();
            if seen.newest.len() < SEEN && !seen.newest.contains(&at) {
                seen.newest.push(at);
                seen.first = seen.first.or(is_first.then_some(at));
            }
        }
    }
    for seen in known.values_mut() {
        // Where nobody wrote down which it was, the oldest that is known counts.
        seen.first = seen.first.or(seen.newest.last().copied());
    }
    Ok(known)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn host(listener: &str) -> &str {
    listener.rsplit_once(':').map_or(listener, |(host, _)| host)
}

#[cfg(test)]
mod tests;
