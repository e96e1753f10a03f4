//! One question over HTTP/1.1, and its answer: bounded in size and in time.

use core::{fmt, time::Duration};

use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, Response,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, timeout_at};
use zeroize::Zeroizing;

use super::server::Server;
use crate::{fault::Fault, mistake::Mistake, problem::Problem, refusal::Refusal};

/// How long a client waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For the connection to stand.
    pub connect: Duration,
    /// For the whole answer, beside the time that the question itself asks the fleet to wait.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), answer: Duration::from_secs(30) }
    }
}

/// What is asked.
pub(super) struct Question<'a> {
    pub(super) method: Method,
    /// Path and query.
    pub(super) path: &'a str,
    /// JSON.
    pub(super) body: Option<Zeroizing<Vec<u8>>>,
    pub(super) token: Option<&'a Token>,
    /// Most bytes of a good answer; a problem is bounded by [`PROBLEM`].
    pub(super) limit: usize,
    /// How long the fleet is asked to wait.
    pub(super) wait: Duration,
}

/// Most bytes of a problem.
const PROBLEM: usize = 64 * 1024;
/// Most bytes of the head of an answer.
const HEAD: usize = 64 * 1024;

/// What a session is known by; wiped when it is dropped, and never printed.
pub(super) struct Token(pub(super) Zeroizing<String>);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Asks, and gives the body of a good answer to `sink` as it comes.
pub(super) async fn ask(
    server: &Server,
    patience: Patience,
    question: Question<'_>,
    sink: &mut (dyn FnMut(&[u8]) -> Result<(), Problem> + Send),
) -> Result<(), Problem> {
    let stream = server.connect(patience.connect).await?;
    let deadline = Instant::now() + patience.answer + question.wait;
    let limit = question.limit;
    let request = request(server, question)?;
    let whole = async {
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(HEAD)
            .handshake::<_, Full<Bytes>>(TokioIo::new(stream))
            .await
            .map_err(|error| broken(&error))?;
        // It ends by itself when sender and answer are dropped.
        tokio::spawn(connection);
        let answer = sender.send_request(request).await.map_err(|error| broken(&error))?;
        if !answer.status().is_success() {
            return Err(problem(answer).await);
        }
        drain(answer, limit, sink).await
    };
    timeout_at(deadline, whole).await.unwrap_or(Err(Fault::Timeout.into()))
}

fn request(server: &Server, question: Question<'_>) -> Result<Request<Full<Bytes>>, Problem> {
    let mut request = Request::builder()
        .method(question.method)
        .uri(question.path)
        .header(HOST, server.host())
        .header(ACCEPT, "application/json, application/problem+json, text/plain")
        .header(USER_AGENT, concat!("wrale/", env!("CARGO_PKG_VERSION")));
    if let Some(Token(token)) = question.token {
        let bearer = Zeroizing::new(format!("Bearer {}", **token));
        let mut value =
            HeaderValue::from_str(&bearer).map_err(|_| Refusal::Answer("its token cannot be sent".into()))?;
        value.set_sensitive(true);
        request = request.header(AUTHORIZATION, value);
    }
    let body = match question.body {
        None => Bytes::new(),
        Some(json) => {
            request = request.header(CONTENT_TYPE, "application/json");
            Bytes::copy_from_slice(&json)
        }
    };
    let address = |_| Mistake::Address(server.host().to_owned());
    Ok(request.body(Full::new(body)).map_err(address)?)
}

async fn drain(
    answer: Response<Incoming>,
    limit: usize,
    sink: &mut (dyn FnMut(&[u8]) -> Result<(), Problem> + Send),
) -> Result<(), Problem> {
    let (mut body, mut length) = (answer.into_body(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken(&error))?;
        let Some(bytes) = frame.data_ref() else { continue };
        length += bytes.len();
        if length > limit {
            return Err(Refusal::TooLong(limit).into());
        }
        sink(bytes)?;
    }
    Ok(())
}

/// RFC 9457, where the answer is one.
async fn problem(answer: Response<Incoming>) -> Problem {
    let status = answer.status().as_u16();
    let media = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_problem = media.split(';').next().is_some_and(|media| media.trim() == api::problem::MEDIA_TYPE);
    let mut text = Vec::new();
    let read = drain(answer, PROBLEM, &mut |bytes| {
        text.extend_from_slice(bytes);
        Ok(())
    })
    .await;
    match (read, serde_json::from_slice::<api::Problem>(&text)) {
        (Err(problem), _) => problem,
        // The status that counts is HTTP's.
        (Ok(()), Ok(problem)) if is_problem => api::Problem { status, ..problem }.into(),
        _ => Refusal::Status(status).into(),
    }
}

fn broken(error: &hyper::Error) -> Problem {
    Fault::Http(error.to_string()).into()
}
