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

/// The addresses of the fleet's listeners; the newest first.
pub struct Reached {
    file: PathBuf,
    seen: Mutex<BTreeMap<String, Vec<SocketAddr>>>,
    lifeline: Option<Lifeline>,
}

impl Reached {
    /// What this file remembers of these listeners; what it says of others is forgotten.
    pub fn load(file: PathBuf, listeners: &[&str], lifeline: Option<Lifeline>) -> Self {
        let known = remembered(&file).unwrap_or_default();
        let seen = listeners.iter().map(|name| {
            let literal: Option<SocketAddr> = name.parse().ok();
            let seen = literal.map_or_else(|| known.get(*name).cloned().unwrap_or_default(), |at| vec![at]);
            ((*name).to_owned(), seen)
        });
        Self { file, seen: Mutex::new(seen.collect()), lifeline }
    }

    /// How a listener is called at this attempt: first by its name, and where that failed by what is remembered.
    pub fn way(&self, listener: &str, failures: usize) -> String {
        let seen = self.lock().get(listener).cloned().unwrap_or_default();
        match failures % (seen.len() + 1) {
            0 => listener.to_owned(),
            attempt => seen[attempt - 1].to_string(),
        }
    }

    /// The fleet answered there; may wait for the disk and for the packet filter.
    pub fn saw(&self, listener: &str, at: SocketAddr) {
        {
            let mut all = self.lock();
            let Some(seen) = all.get_mut(listener) else { return };
            if seen.first() == Some(&at) {
                return;
            }
            seen.retain(|known| *known != at);
            seen.insert(0, at);
            seen.truncate(SEEN);
        }
        if let Err(why) = self.write() {
            let file = self.file.display();
            tracing::warn!(
                verb = "append",
                "{file} is not kept ({why}); isolated, the device may not find its fleet"
            );
        }
        self.open();
    }

    /// Tells the packet filter where the fleet is.
    pub fn open(&self) {
        let Some(lifeline) = &self.lifeline else { return };
        match lifeline.follow(self.addresses()) {
            Outcome::Done => {}
            outcome => tracing::warn!(verb = "act", ?outcome, "the packet filter does not follow the fleet"),
        }
    }

    /// Every listener at every address of its host: who isolates a device must not shut the door for a way back in.
    fn addresses(&self) -> BTreeSet<SocketAddr> {
        let all = self.lock();
        let mut addresses: BTreeSet<SocketAddr> = all.values().flatten().copied().collect();
        for (one, seen) in all.iter() {
            for other in all.keys().filter(|other| host(other) == host(one)) {
                let port = other.rsplit(':').next().and_then(|port| port.parse().ok());
                addresses.extend(seen.iter().filter_map(|at| Some(SocketAddr::new(at.ip(), port?))));
            }
        }
        addresses
    }

    /// One line for each address, replaced as a whole.
    fn write(&self) -> io::Result<()> {
        let mut text = String::new();
        for (listener, seen) in self.lock().iter().filter(|(name, _)| name.parse::<SocketAddr>().is_err()) {
            for at in seen {
                text.push_str(&format!("{listener} {at}\n"));
            }
        }
        let next = self.file.with_extension("next");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&next)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(next, &self.file)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Vec<SocketAddr>>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// None of what is not written as we write it.
fn remembered(file: &Path) -> io::Result<BTreeMap<String, Vec<SocketAddr>>> {
    let mut text = String::new();
    File::open(file)?.take(FILE).read_to_string(&mut text)?;
    let mut known: BTreeMap<String, Vec<SocketAddr>> = BTreeMap::new();
    for line in text.lines() {
        if let Some((listener, at)) = line.rsplit_once(' ')
            && let Ok(at) = at.parse()
        {
            let seen = known.entry(listener.to_owned()).or_default();
            if seen.len() < SEEN {
                seen.push(at);
            }
        }
    }
    Ok(known)
}

fn host(listener: &str) -> &str {
    listener.rsplit_once(':').map_or(listener, |(host, _)| host)
}

#[cfg(test)]
mod tests;
