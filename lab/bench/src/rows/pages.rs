//! What people read of ten thousand boxes: how long it takes to the last byte, how much is sent, and how long a word to
//! the fleet's thread waits meanwhile.
//!
//! No box of this town was ever walked past, so each is `unproved` and stands on the map with a mark, a link and a
//! reason: no map is larger but one on which as many boxes burn. A page is read *anew* when something was committed
//! since the last: then every box is looked at again.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Result, ensure};
use tokio::task::JoinHandle;

use crate::{
    clock::monotonic,
    figure::{Better, Spread},
    hall::{Hall, Visitor, Waits},
    line::{Budget, Line, Part, Unit},
};

pub(crate) const WHAT: &str = "people read the map, the list and the numbers of 10,000 boxes, over HTTP";

/// What answers within a tenth of a second is felt to answer at once.
const AT_ONCE: f64 = 0.1;
/// What a telephone loads in half a second at 4 Mbit/s.
const LIGHT: f64 = 256.0 * 1024.0;
/// A tenth of what an alarm has from the reading to the incident.
const UNHINDERED: f64 = 0.01;

const ANEW: usize = 40;
const AGAIN: usize = 200;
/// People who read at once, for as long as this.
const CROWD: usize = 32;
const CROWDED: Duration = Duration::from_secs(10);
/// What was read is shared for so long whatever was committed.
const SHARED: Duration = Duration::from_millis(220);

const READ: [(&str, &str); 5] = [
    ("the map", "/"),
    ("the list", "/?view=list"),
    ("500 boxes as JSON", "/v1/devices?limit=500"),
    ("sites as JSON", "/v1/sites"),
    ("the numbers", "/metrics"),
];

pub(crate) fn run() -> Result<Vec<Line>> {
    let hall = Hall::open(Waits::AsEver)?;
    let mut visitor = hall.sign_in(0)?;
    let mut answers = BTreeMap::new();
    for (_, path) in READ {
        let answer = hall.visitors.block_on(visitor.get(path))?;
        ensure!(answer.status == 200, "{path}: {}", answer.text());
        answers.insert(path.to_owned(), answer);
    }
    let raw = hall.raw(answers.clone())?;
    let mut lines = vec![];
    for (what, path) in READ {
        let bare = read_again(&hall, &mut hall.visitors.block_on(raw.visit())?, path)?.p50;
        let against = |line: Line| line.against("the same bytes from memory", bare);
        let soon = Budget::AtMost(Part::P99, AT_ONCE);
        let anew = read_anew(&hall, &mut visitor, path)?;
        lines.push(against(Line::new(format!("{what}, anew"), anew, Unit::Seconds, soon)));
        let again = read_again(&hall, &mut visitor, path)?;
        lines.push(against(Line::new(format!("{what}, again"), again, Unit::Seconds, soon)));
        let plain = hall.visitors.block_on(visitor.get_plain(path))?.body.len();
        let sent = size(answers[path].body.len());
        let budget = Budget::AtMost(Part::P50, LIGHT);
        lines.push(
            Line::new(format!("{what}, as sent"), sent, Unit::Bytes, budget)
                .against("plain", size(plain).p50),
        );
    }
    let alone = words(&hall)?;
    let over = Arc::new(AtomicBool::new(false));
    let readers = crowd(&hall, &visitor, &over)?;
    let crowded = words(&hall)?;
    over.store(true, Ordering::Relaxed);
    let mut reads = 0;
    for reader in readers {
        reads += hall.visitors.block_on(reader)??;
    }
    let what = format!("a word to the fleet's thread while {CROWD} read the map and the list");
    lines.push(
        Line::new(what, crowded, Unit::Seconds, Budget::AtMost(Part::P99, UNHINDERED))
            .against("while nobody reads", alone.p50),
    );
    let reads = f64::from(u32::try_from(reads)?) / CROWDED.as_secs_f64();
    let reads = Spread::of(Better::More, vec![reads]).expect("one sample");
    lines.push(Line::new("pages that they read", reads, Unit::PerSecond, Budget::Beside));
    Ok(lines)
}

/// Each after something was committed.
fn read_anew(hall: &Hall, visitor: &mut Visitor, path: &str) -> Result<Spread> {
    let mut times = vec![];
    for _ in 0..ANEW {
        std::thread::sleep(SHARED);
        hall.change(1)?;
        times.push(hall.visitors.block_on(timed(visitor, path))?);
    }
    Ok(Spread::of_times(&times).expect("there were some"))
}

/// One after the other.
fn read_again(hall: &Hall, visitor: &mut Visitor, path: &str) -> Result<Spread> {
    let times = hall.visitors.block_on(async {
        let mut times = vec![];
        for _ in 0..AGAIN {
            times.push(timed(visitor, path).await?);
        }
        anyhow::Ok(times)
    })?;
    Ok(Spread::of_times(&times).expect("there were some"))
}

async fn timed(visitor: &mut Visitor, path: &str) -> Result<Duration> {
    let start = monotonic();
    let answer = visitor.get(path).await?;
    let took = monotonic().saturating_sub(start);
    ensure!(answer.status == 200, "{path}: {}", answer.text());
    Ok(took)
}

/// People who read what is largest, until this is over; how often they did.
fn crowd(hall: &Hall, one: &Visitor, over: &Arc<AtomicBool>) -> Result<Vec<JoinHandle<Result<usize>>>> {
    let paths = ["/", "/?view=list", "/v1/devices?health=alarm&limit=1", "/v1/devices?limit=500"];
    let reader = |number: usize| {
        let (mut visitor, over) = (hall.visitors.block_on(one.again())?, over.clone());
        Ok(hall.visitors.spawn(async move {
            let mut reads = 0;
            while !over.load(Ordering::Relaxed) {
                timed(&mut visitor, paths[number % paths.len()]).await?;
                reads += 1;
            }
            Ok(reads)
        }))
    };
    (0..CROWD).map(reader).collect()
}

/// How long a word to the fleet's thread waits for its answer, a few hundred times.
fn words(hall: &Hall) -> Result<Spread> {
    let (mut times, end) = (vec![], monotonic() + CROWDED);
    while monotonic() < end {
        let start = monotonic();
        hall.ask(|_, _| ())?;
        times.push(monotonic().saturating_sub(start));
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(Spread::of_times(&times).expect("there were some"))
}

fn size(bytes: usize) -> Spread {
    let bytes = u32::try_from(bytes).map_or(f64::INFINITY, f64::from);
    Spread::of(Better::Less, vec![bytes]).expect("one sample")
}
