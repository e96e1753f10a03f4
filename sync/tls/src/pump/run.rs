//! The loop of one connection.

use core::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use link::Conn;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    pin, select,
    sync::mpsc,
    time::{Sleep, sleep, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Bytes,
        error::ProtocolError,
        protocol::{
            CloseFrame, Message as Frame,
            frame::{
                Frame as Piece,
                coding::{Data, OpCode},
            },
        },
    },
};

use super::{Ended, FRAGMENT, Line, Message, Outlet, Signal, Socket, line::Asked};
use crate::{closing::Closing, problem::Problem, refusal::Refusal};

type Both = WebSocketStream<Outlet>;

/// How long the last words of a connection may take.
const LINGER: Duration = Duration::from_secs(1);

/// Most bytes that are read away behind them, so that the peer can read them.
const DRAINED: usize = 256 * 1024;

/// One connection's.
pub(crate) struct Pump {
    conn: Conn,
    line: Line,
    signals: mpsc::Sender<Signal>,
}

impl Pump {
    pub(crate) fn new(conn: Conn, line: Line, signals: mpsc::Sender<Signal>) -> Self {
        Self { conn, line, signals }
    }

    /// Until the peer, the owner, the network or `ending` ends it; the owner hears why.
    pub(crate) async fn run(self, socket: Socket, ending: impl Future<Output = Closing>) {
        pin!(ending);
        let (sink, stream) = halves(socket);
        let mut writer = Writer { sink, line: self.line.clone(), rest: None, dirty: false, stall: None };
        let mut reader = Reader { stream, line: self.line.clone() };
        let mut news = News::default();
        let ended = loop {
            // Nothing that the peer sent is delivered once this end has ended it.
            let step = select! {
                biased;
                closing = &mut ending => break Ended::Closing(closing),
                step = self.step(&mut writer, &mut reader, &mut news) => step,
            };
            if let Err(ended) = step {
                break ended;
            }
        };
        self.line.end();
        let _ = timeout(LINGER, Box::pin(part(writer.sink, reader.stream, &ended))).await;
        // An owner that is gone needs to hear nothing.
        if let Ok(room) = self.signals.reserve().await {
            room.send(Signal::Lost(self.conn, ended));
        }
    }

    /// Whatever can be done first: write, tell the owner, or read. Dropped half-way, it has lost nothing.
    async fn step(&self, writer: &mut Writer, reader: &mut Reader, news: &mut News) -> Result<(), Ended> {
        select! {
            written = poll_fn(|cx| writer.poll(cx)) => written.map(|()| news.flushed = true),
            room = self.signals.reserve(), if news.any() => {
                // The owner left: so do we.
                let room = room.map_err(|_| Ended::Closing(Closing::Stopping))?;
                if let Some(signal) = news.next(self.conn) {
                    room.send(signal);
                }
                Ok(())
            },
            message = poll_fn(|cx| reader.poll(cx)), if news.message.is_none() => {
                news.message = Some(message?);
                Ok(())
            },
        }
    }
}

/// The box in which the socket came ends here, and not with the connection.
fn halves(socket: Socket) -> (SplitSink<Both, Frame>, SplitStream<Both>) {
    (*socket).split()
}

/// What the owner is to hear.
#[derive(Default)]
struct News {
    flushed: bool,
    message: Option<Message>,
}

impl News {
    const fn any(&self) -> bool {
        self.flushed || self.message.is_some()
    }

    fn next(&mut self, conn: Conn) -> Option<Signal> {
        if std::mem::take(&mut self.flushed) {
            return Some(Signal::Flushed(conn));
        }
        self.message.take().map(|message| Signal::Received(conn, message))
    }
}

/// Feeds the socket all that waits, then flushes once.
struct Writer {
    sink: SplitSink<Both, Frame>,
    line: Line,
    /// What follows of a message that goes in fragments.
    rest: Option<Bytes>,
    /// Something was fed and not flushed.
    dirty: bool,
    stall: Option<Pin<Box<Sleep>>>,
}

impl Writer {
    /// Ready when a batch is with the network, or when the connection is to end.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        self.line.register(cx.waker());
        loop {
            if self.line.asked() == Asked::Overrun {
                return Poll::Ready(Err(Ended::Closing(Closing::Refused(Refusal::Stalled))));
            }
            let Poll::Ready(ready) = self.sink.poll_ready_unpin(cx) else { return self.stalled(cx) };
            ready.map_err(|error| ended(&error))?;
            if let Some(frame) = self.next() {
                self.sink.start_send_unpin(frame).map_err(|error| ended(&error))?;
                self.dirty = true;
                self.stall = None;
                continue;
            }
            if self.dirty {
                let Poll::Ready(flushed) = self.sink.poll_flush_unpin(cx) else { return self.stalled(cx) };
                flushed.map_err(|error| ended(&error))?;
                self.dirty = false;
                self.stall = None;
                return Poll::Ready(Ok(()));
            }
            return match self.line.asked() {
                Asked::Close => Poll::Ready(Err(Ended::Closing(Closing::Done))),
                Asked::Open | Asked::Overrun => Poll::Pending,
            };
        }
    }

    fn next(&mut self) -> Option<Frame> {
        let (mut bytes, code) = match self.rest.take() {
            Some(rest) => (rest, Data::Continue),
            None => (Bytes::from(self.line.next()?), Data::Binary),
        };
        let piece = bytes.split_to(bytes.len().min(FRAGMENT));
        let last = bytes.is_empty();
        if !last {
            self.rest = Some(bytes);
        }
        Some(Frame::Frame(Piece::message(piece, OpCode::Data(code), last)))
    }

    /// The network takes nothing at the moment.
    fn stalled(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        let patience = self.line.patience().stall;
        let stall = self.stall.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(stall.as_mut().poll(cx));
        Poll::Ready(Err(Ended::Closing(Closing::Refused(Refusal::Stalled))))
    }
}

/// Reads the socket, as long as the owner takes what it reads.
struct Reader {
    stream: SplitStream<Both>,
    line: Line,
}

impl Reader {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Message, Ended>> {
        loop {
            self.line.register(cx.waker());
            if !self.line.is_read() {
                return Poll::Pending;
            }
            let Some(frame) = ready!(self.stream.poll_next_unpin(cx)) else {
                return Poll::Ready(Err(Ended::Cut));
            };
            return Poll::Ready(match frame.map_err(|error| ended(&error))? {
                Frame::Binary(bytes) => Ok(self.line.deliver(Vec::from(bytes))),
                Frame::Close(frame) => Err(closed(frame)),
                Frame::Text(_) => Err(Ended::Closing(Closing::Refused(Refusal::Text))),
                // Pings are answered below, and are no sign of life to anybody.
                Frame::Ping(_) | Frame::Pong(_) | Frame::Frame(_) => continue,
            });
        }
    }
}

fn closed(frame: Option<CloseFrame>) -> Ended {
    let (number, reason) =
        frame.map_or((1005, String::new()), |frame| (frame.code.into(), frame.reason.to_string()));
    Ended::Closed { number, reason }
}

fn ended(error: &tungstenite::Error) -> Ended {
    let refused = |refusal| Ended::Closing(Closing::Refused(refusal));
    match error {
        tungstenite::Error::Capacity(_) => refused(Refusal::Oversized),
        tungstenite::Error::Utf8(_) => refused(Refusal::Text),
        tungstenite::Error::ConnectionClosed
        | tungstenite::Error::AlreadyClosed
        | tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Ended::Cut,
        tungstenite::Error::Protocol(error) => refused(Refusal::WebSocket(error.to_string())),
        tungstenite::Error::Io(error) => match Problem::of(error) {
            Problem::Refusal(Refusal::Left) => Ended::Cut,
            problem => Ended::Failed(problem),
        },
        other => refused(Refusal::WebSocket(other.to_string())),
    }
}

/// Says why, then reads away what the peer still sent: a socket that closes over unread bytes takes our last words
/// with it.
async fn part(mut sink: SplitSink<Both, Frame>, stream: SplitStream<Both>, why: &Ended) {
    match why {
        Ended::Cut | Ended::Failed(_) | Ended::Closing(Closing::Refused(Refusal::Stalled)) => return,
        Ended::Closed { .. } => {
            let _ = sink.flush().await;
        }
        Ended::Closing(closing) => {
            let frame = CloseFrame { code: closing.number().into(), reason: closing.code().into() };
            let _ = sink.send(Frame::Close(Some(frame))).await;
        }
    }
    let Ok(socket) = sink.reunite(stream) else { return };
    let mut stream = socket.into_inner();
    let _ = stream.shutdown().await;
    let mut left = DRAINED;
    let mut scratch = [0; 512];
    while let Ok(count @ 1..) = stream.read(&mut scratch).await {
        left = left.saturating_sub(count);
        if left == 0 {
            break;
        }
    }
}
