//! Two hundred people with the live page open, and one whose telephone lies in a tunnel: how soon the last of them
//! hears what changed, and what that costs.
//!
//! Each round a few boxes change at once, and everybody's frame names them. The watcher gathers for a quarter of a
//! second, so a round begins when it has rested. Whoever does not read is to be dropped, and nothing kept for them: what
//! the process grows by is taken once its memory has settled, and stands beside as many rounds in which all read.

use std::{collections::BTreeSet, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use futures_util::StreamExt as _;
use rustix::net::sockopt::set_socket_recv_buffer_size;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{broadcast, mpsc},
    time::{sleep, timeout},
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

use crate::{
    clock::monotonic,
    figure::{Better, Spread},
    hall::{Hall, Visitor, Waits},
    line::{Budget, Line, Part, Unit},
    process::resident,
};

pub(crate) const WHAT: &str = "a change in a fleet of 10,000 → the frame of the last of 200 viewers";

const VIEWERS: usize = 200;
/// Sockets of one session.
const EACH: usize = 8;
const ROUNDS: usize = 60;
/// Boxes that change in one round.
const CHANGED: usize = 16;
const RESTED: Duration = Duration::from_millis(600);
const PATIENCE: Duration = Duration::from_secs(20);

/// Half a second is felt as soon; the watcher gathers for half of it when much goes on.
const SOON: f64 = 0.5;
/// Half of what two hundred idle devices may weigh.
const GROWN: f64 = 2.0 * 1024.0 * 1024.0;
/// When all pages read again what changed, no map is older than a second.
const FRESH: f64 = 1.0;

pub(crate) fn run() -> Result<Vec<Line>> {
    let hall = Hall::open(Waits::Little)?;
    let people: Vec<Visitor> =
        (0..=VIEWERS / EACH).map(|number| hall.sign_in(number)).collect::<Result<_>>()?;
    let (heard, mut news) = mpsc::unbounded_channel();
    for number in 0..VIEWERS {
        let socket = hall.visitors.block_on(open(&hall, &people[number / EACH], None))?;
        hall.visitors.spawn(listen(socket, heard.clone()));
    }
    rounds(&hall, &mut news)?;
    let (usual, _) = rounds(&hall, &mut news)?;
    let deaf = hall.visitors.block_on(open(&hall, &people[VIEWERS / EACH], Some(2048)))?;
    let (grown, times) = rounds(&hall, &mut news)?;
    let open = viewers(&hall, &people[0])?;
    ensure!(open == VIEWERS, "{open} sockets are open, and one of {} does not read", VIEWERS + 1);
    drop(deaf);
    let told = Spread::of_times(&times).context("there were rounds")?;
    let fresh = Spread::of_times(&again(&hall, &people)?).context("there were rounds")?;
    let bare = hall.visitors.block_on(bare())?;
    let grown = Spread::of(Better::Less, vec![grown]).context("one sample")?;
    Ok(vec![
        Line::new("the last of 200 is told", told, Unit::Seconds, Budget::AtMost(Part::P99, SOON))
            .against("200 bare sockets", bare.p50),
        Line::new("and all 200 have read it again", fresh, Unit::Seconds, Budget::AtMost(Part::P99, FRESH)),
        Line::new("grown by, while one does not read", grown, Unit::Bytes, Budget::AtMost(Part::P50, GROWN))
            .against("while all read", usual),
    ])
}

/// By how many bytes this process grows in so many rounds, and how long each takes.
fn rounds(
    hall: &Hall,
    news: &mut mpsc::UnboundedReceiver<(Duration, BTreeSet<String>)>,
) -> Result<(f64, Vec<Duration>)> {
    let before = resident(std::process::id())?;
    let times = (0..ROUNDS).map(|_| round(hall, news)).collect::<Result<_>>()?;
    let grown = resident(std::process::id())?.saturating_sub(before);
    Ok((f64::from(u32::try_from(grown).unwrap_or(u32::MAX)), times))
}

/// The live link of somebody; its own end holds so much, where that is said.
async fn open(hall: &Hall, who: &Visitor, holds: Option<usize>) -> Result<WebSocketStream<TcpStream>> {
    let socket = TcpSocket::new_v4()?;
    if let Some(holds) = holds {
        set_socket_recv_buffer_size(&socket, holds)?;
    }
    let stream = socket.connect(hall.at).await?;
    let mut request = format!("ws://{}{}", hall.at, api::path::LIVE).into_client_request()?;
    let headers = request.headers_mut();
    headers.insert("authorization", format!("Bearer {}", who.token).parse()?);
    headers.insert("sec-websocket-protocol", api::live::PROTOCOL.parse()?);
    let (mut socket, _) = client_async(request, stream).await?;
    // The first message says that the link stands.
    if holds.is_none() {
        socket.next().await.context("a first message")??;
    }
    Ok(socket)
}

/// Says of each frame that names boxes when it was heard, and which boxes.
async fn listen(
    mut socket: WebSocketStream<TcpStream>,
    heard: mpsc::UnboundedSender<(Duration, BTreeSet<String>)>,
) {
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let at = monotonic();
        let Ok(news) = serde_json::from_str::<api::News>(&text) else { return };
        if !news.devices.is_empty() && heard.send((at, news.devices.into_iter().collect())).is_err() {
            return;
        }
    }
}

/// Some boxes change; how long until the last viewer has heard of the last of them.
fn round(hall: &Hall, news: &mut mpsc::UnboundedReceiver<(Duration, BTreeSet<String>)>) -> Result<Duration> {
    std::thread::sleep(RESTED);
    let start = monotonic();
    let changed: BTreeSet<String> = hall.change(CHANGED)?.iter().map(ToString::to_string).collect();
    hall.visitors.block_on(async {
        let (mut missing, mut last) = (VIEWERS * CHANGED, start);
        while missing > 0 {
            let heard = timeout(PATIENCE, news.recv()).await.context("not everybody was told")?;
            let (at, named) = heard.context("a viewer is there")?;
            missing = missing.saturating_sub(named.intersection(&changed).count());
            last = last.max(at);
        }
        Ok(last.saturating_sub(start))
    })
}

/// How many sockets the server holds, by its own numbers.
fn viewers(hall: &Hall, who: &Visitor) -> Result<usize> {
    let page = hall.visitors.block_on(async { who.again().await?.get_plain("/metrics").await })?.text();
    let line = page.lines().find_map(|line| line.strip_prefix("wrale_live_pages "));
    Ok(line.context("it counts them")?.parse()?)
}

/// What a page does when it is told: everybody reads again what changed; until the last has it.
fn again(hall: &Hall, people: &[Visitor]) -> Result<Vec<Duration>> {
    let connect = async {
        let mut all = vec![];
        for number in 0..VIEWERS {
            all.push(people[number / EACH].again().await?);
        }
        anyhow::Ok(all)
    };
    let mut pages = hall.visitors.block_on(connect)?;
    let mut times = vec![];
    for _ in 0..10 {
        std::thread::sleep(RESTED);
        hall.change(1)?;
        let start = monotonic();
        pages = hall.visitors.block_on(async {
            let read = |mut page: Visitor| async move {
                let answer = page.get("/fragments/now").await?;
                ensure!(answer.status == 200, "{}", answer.text());
                Ok(page)
            };
            let all: Vec<_> = pages.into_iter().map(|page| tokio::spawn(read(page))).collect();
            let mut pages = vec![];
            for one in all {
                pages.push(one.await??);
            }
            anyhow::Ok(pages)
        })?;
        times.push(monotonic().saturating_sub(start));
    }
    Ok(times)
}

/// The same frames to as many bare sockets.
async fn bare() -> Result<Spread> {
    const FRAME: usize = 700;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let at = listener.local_addr()?;
    let (tell, _) = broadcast::channel::<()>(32);
    let (heard, mut news) = mpsc::unbounded_channel();
    for _ in 0..VIEWERS {
        let mut theirs = TcpStream::connect(at).await?;
        let (mut ours, _) = listener.accept().await?;
        ours.set_nodelay(true)?;
        let (mut told, heard) = (tell.subscribe(), heard.clone());
        tokio::spawn(async move {
            while told.recv().await.is_ok() && ours.write_all(&[0; FRAME]).await.is_ok() {}
        });
        tokio::spawn(async move {
            let mut frame = [0; FRAME];
            while theirs.read_exact(&mut frame).await.is_ok() && heard.send(monotonic()).is_ok() {}
        });
    }
    let mut times = vec![];
    for _ in 0..ROUNDS {
        sleep(Duration::from_millis(20)).await;
        let start = monotonic();
        tell.send(()).ok().context("somebody listens")?;
        let mut last = start;
        for _ in 0..VIEWERS {
            let Some(at) = news.recv().await else { bail!("a viewer is there") };
            last = last.max(at);
        }
        times.push(last.saturating_sub(start));
    }
    Spread::of_times(&times).context("there were rounds")
}
