//! Lets the network lead to the fleet alone, by a packet filter of our own.
//!
//! Source: nft(8). One table, `inet wrale_isolation`, is put in place and taken away as a whole; no other table is
//! touched. Everything is dropped, in, out and through, but for this machine itself, the fleet, what the configuration
//! keeps, the leases of addresses (DHCP, asked of everybody on the link and of nobody by name) and the neighbours
//! without which no packet finds its way (ICMPv6). What is accepted comes from and goes to one address and port each,
//! and only answers come in.

mod watch;

use std::{
    collections::BTreeSet,
    fmt::Write,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use vocab::Outcome;

use self::watch::Watch;
use crate::{
    Wake,
    effectors::program::{Ran, run},
    root::lock,
    vigil::Vigil,
};

/// How the packet filter is driven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PacketFilter {
    /// The program and what stands before its arguments.
    pub nft: Vec<String>,
    /// What stays reachable besides the fleet: a resolver, a time server.
    pub keep: BTreeSet<SocketAddr>,
}

impl Default for PacketFilter {
    fn default() -> Self {
        Self { nft: vec!["/usr/sbin/nft".into()], keep: BTreeSet::new() }
    }
}

/// The way to the fleet that isolation leaves open; a clone is the same.
#[derive(Clone)]
pub struct Lifeline {
    state: Arc<Mutex<Isolation>>,
    /// Somebody else has undone it, and nobody was told yet; apart from the rest, because the loop asks at each turn
    /// while a slow filter may hold that.
    undone: Arc<AtomicBool>,
}

struct Isolation {
    filter: Option<PacketFilter>,
    /// Where the fleet is.
    fleet: BTreeSet<SocketAddr>,
    stands: Stands,
    /// Whether it is to stand, as far as anybody asked.
    wanted: bool,
    /// How often we have touched the table: what was seen before that says nothing.
    touched: u64,
    /// What our table looks like, while it is ours to keep.
    kept: Option<Table>,
}

/// Whether our table is in place, as far as we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stands {
    No,
    Yes,
    /// We could not look, or did not hear what became of it: it may.
    Perhaps,
}

/// What a table looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Table {
    verdicts: (usize, usize),
    /// To the letter, once it was seen.
    listed: Option<String>,
}

/// A fleet with more addresses is none.
const ADDRESSES: usize = 64;

/// How long the table may take to be renewed.
const RENEWAL: Duration = Duration::from_secs(2);

const TABLE: &str = "inet wrale_isolation";
const LIST: [&str; 4] = ["list", "table", "inet", "wrale_isolation"];

impl Lifeline {
    /// By this filter; none where nobody ever isolates.
    pub fn new(filter: Option<PacketFilter>) -> Self {
        let (fleet, stands) = (BTreeSet::new(), Stands::Perhaps);
        let state = Isolation { filter, fleet, stands, wanted: false, touched: 0, kept: None };
        Self { state: Arc::new(Mutex::new(state)), undone: Arc::default() }
    }

    /// Looks from time to time, and whenever the kernel says that a rule has changed, whether our table is still what
    /// we made it; `wake` is called when it is not. None where nobody ever isolates.
    pub(crate) fn watch(&self, wake: Wake) -> io::Result<Option<Vigil>> {
        let wanted = lock(&self.state).filter.is_some();
        wanted.then(|| Vigil::start("wrale-filter", Watch::new(self, wake))).transpose()
    }

    /// Whether somebody else has undone it since the last call.
    pub(crate) fn is_undone(&self) -> bool {
        self.undone.swap(false, Ordering::AcqRel)
    }

    /// The fleet is at these addresses from now on; a table that stands is renewed. May take two seconds.
    pub fn follow(&self, fleet: impl IntoIterator<Item = SocketAddr>) -> Outcome {
        let fleet: BTreeSet<SocketAddr> = fleet.into_iter().take(ADDRESSES).collect();
        let mut isolation = lock(&self.state);
        if fleet.is_empty() || isolation.fleet == fleet {
            return Outcome::Done;
        }
        let before = std::mem::replace(&mut isolation.fleet, fleet);
        let outcome = if isolation.wanted || isolation.stands == Stands::Yes {
            isolation.put(Instant::now() + RENEWAL)
        } else {
            Outcome::Done
        };
        if outcome != Outcome::Done {
            // Whoever says the same again has the table put in place again.
            isolation.fleet = before;
        }
        outcome
    }

    /// Lets the network lead to the fleet alone, and looks.
    pub fn isolate(&self, limit: Duration) -> Outcome {
        let end = Instant::now() + limit;
        let mut isolation = lock(&self.state);
        isolation.wanted = true;
        isolation.put(end)
    }

    pub(crate) fn rejoin(&self, limit: Duration) -> Outcome {
        let end = Instant::now() + limit;
        let mut isolation = lock(&self.state);
        isolation.wanted = false;
        isolation.take(end)
    }

    /// Whether our table stands, from an earlier run too.
    pub(crate) fn stands(&self, limit: Duration) -> Stands {
        lock(&self.state).look(Instant::now() + limit)
    }
}

impl Isolation {
    /// Puts the table in place, or in place of an older one, in one transaction, and looks at what the kernel tells of
    /// it when it is done: a second program would take as long again, and a list in the same transaction shows what was
    /// there before. One is run where the first tells it in other words than ours.
    fn put(&mut self, end: Instant) -> Outcome {
        let Some(filter) = &self.filter else { return Outcome::Unsupported };
        if self.fleet.is_empty() {
            // Nobody could ever say that it is over.
            return Outcome::Failed;
        }
        let script = script(&self.fleet, &filter.keep);
        self.touched += 1;
        let told = match run(&filter.nft, &["-e", "-f", "-"], Some(&script), end) {
            Ran::Absent => return Outcome::Unsupported,
            Ran::Ended(status, told) if status.success() => told,
            Ran::Ended(..) | Ran::Failed => return Outcome::Failed,
            Ran::TimedOut => {
                // The old table may stand, or the new one: neither is missed.
                (self.stands, self.kept) = (Stands::Perhaps, None);
                return Outcome::TimedOut;
            }
        };
        let mut table = Table { verdicts: verdicts(&script), listed: None };
        let outcome = if verdicts(&told) == table.verdicts {
            Outcome::Done
        } else {
            match run(&filter.nft, &LIST, None, end) {
                Ran::Ended(status, listing) if status.success() && table.is(&listing) => Outcome::Done,
                Ran::Ended(..) => Outcome::Failed,
                Ran::Absent | Ran::Failed | Ran::TimedOut => Outcome::Unverified,
            }
        };
        self.stands = Stands::Yes;
        // The watch looks too: it hears of this at once.
        self.kept = (outcome != Outcome::Failed).then_some(table);
        outcome
    }

    /// Takes the table away, if it is there, and looks.
    fn take(&mut self, end: Instant) -> Outcome {
        let Some(filter) = &self.filter else { return Outcome::Unsupported };
        // Whatever comes of it: it is nobody's any more.
        (self.touched, self.kept) = (self.touched + 1, None);
        match run(&filter.nft, &["-f", "-"], Some(&gone()), end) {
            Ran::Absent => return Outcome::Unsupported,
            Ran::Ended(status, _) if status.success() => {}
            Ran::Ended(..) | Ran::Failed => return Outcome::Failed,
            Ran::TimedOut => return Outcome::TimedOut,
        }
        match run(&filter.nft, &["list", "tables"], None, end) {
            Ran::Ended(status, tables) if status.success() => {
                if names_ours(&tables) {
                    return Outcome::Failed;
                }
                self.stands = Stands::No;
                Outcome::Done
            }
            Ran::Absent | Ran::Ended(..) | Ran::Failed | Ran::TimedOut => Outcome::Unverified,
        }
    }

    fn look(&mut self, end: Instant) -> Stands {
        let Some(filter) = &self.filter else { return Stands::No };
        self.stands = match run(&filter.nft, &["list", "tables"], None, end) {
            Ran::Ended(status, tables) if status.success() => {
                if names_ours(&tables) {
                    Stands::Yes
                } else {
                    Stands::No
                }
            }
            // Where there is no such program, none of ours was ever made.
            Ran::Absent => Stands::No,
            Ran::Ended(..) | Ran::Failed | Ran::TimedOut => Stands::Perhaps,
        };
        self.stands
    }
}

impl Table {
    /// Whether this listing is of it; what is seen for the first time is remembered to the letter.
    fn is(&mut self, listing: &str) -> bool {
        if verdicts(listing) != self.verdicts {
            return false;
        }
        self.listed.get_or_insert_with(|| listing.to_owned()) == listing
    }
}

fn names_ours(tables: &str) -> bool {
    tables.lines().any(|line| line.trim().strip_prefix("table ") == Some(TABLE))
}

/// How much a table drops and accepts: enough to tell ours from a part of it.
fn verdicts(table: &str) -> (usize, usize) {
    let rules = table.lines().filter(|line| line.trim_end().ends_with(" accept")).count();
    (table.matches("policy drop;").count(), rules)
}

/// Whether it is there or not, it is not there afterwards.
fn gone() -> String {
    format!("add table {TABLE}\ndelete table {TABLE}\n")
}

/// The whole table. Protocols stand by number (1 is ICMP, 58 is ICMPv6): not every machine has their names.
fn script(fleet: &BTreeSet<SocketAddr>, keep: &BTreeSet<SocketAddr>) -> String {
    let (mut answers, mut questions) = (String::new(), String::new());
    let fleet = fleet.iter().map(|peer| (peer, ["tcp"].as_slice()));
    let keep = keep.iter().map(|peer| (peer, ["tcp", "udp"].as_slice()));
    for (peer, protocols) in fleet.chain(keep) {
        for protocol in protocols {
            let (ip, port) = (peer.ip().to_canonical(), peer.port());
            let family = if ip.is_ipv4() { "ip" } else { "ip6" };
            // A String takes what is written into it.
            let _ = writeln!(
                answers,
                "    {family} saddr {ip} {protocol} sport {port} ct state established accept"
            );
            let _ = writeln!(questions, "    {family} daddr {ip} {protocol} dport {port} accept");
        }
    }
    format!(
        "{gone}table {TABLE} {{
  chain incoming {{
    type filter hook input priority filter; policy drop;
    iifname \"lo\" accept
{answers}    udp sport 67 udp dport 68 accept
    ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept
    meta l4proto {{ 1, 58 }} ct state related accept
    icmpv6 type {{ nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert }} ip6 hoplimit 255 accept
  }}
  chain outgoing {{
    type filter hook output priority filter; policy drop;
    oifname \"lo\" accept
{questions}    ip daddr 255.255.255.255 udp sport 68 udp dport 67 accept
    ip6 daddr ff02::1:2 udp sport 546 udp dport 547 accept
    icmpv6 type {{ nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert, mld2-listener-report }} accept
  }}
  chain passing {{
    type filter hook forward priority filter; policy drop;
  }}
}}
",
        gone = gone()
    )
}

#[cfg(test)]
mod tests;
