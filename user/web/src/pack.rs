//! Answers that hold no secret are packed for whoever can unpack them (gzip, RFC 1952).
//!
//! How long a packed answer is says something of what is in it. Whoever can have another's browser ask for pages with
//! words of their own in the address, and count what comes back, guesses a secret beside those words letter by letter
//! (BREACH). So a route says of itself that its answers hold no secret, what sets a cookie is never packed, and neither
//! is what another page asks for.

use std::io::{self, Write as _};

use axum::{
    body::{Body, Bytes, HttpBody as _, to_bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use flate2::{Compression, write::GzEncoder};
use tokio::{sync::OnceCell, task::yield_now};

use crate::{
    answer::typed,
    origin,
    route::{Holds, Route},
};

/// What is smaller is in one packet or two already.
const WORTH_IT: u64 = 1024;

/// So much is packed at a time: between two pieces the thread is free for others.
const PIECE: usize = 32 * 1024;

/// Whether and how an answer is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    /// It would be for somebody else.
    Plain,
    /// What it holds is not to be guessed from how long it is.
    Never,
}

impl Packing {
    /// Of an answer of this route to a request with these headers.
    pub(crate) fn of(route: &Route, asked: &HeaderMap) -> Self {
        match route.holds {
            Holds::Secrets => Self::Never,
            Holds::NoSecret if takes_gzip(asked) && !origin::is_from_elsewhere(asked) => Self::Gzip,
            Holds::NoSecret => Self::Plain,
        }
    }

    /// Packs it, where that is worth it.
    pub(crate) async fn apply(self, mut answer: Response) -> Response {
        if self == Self::Never || answer.headers().contains_key(header::SET_COOKIE) {
            return answer;
        }
        answer.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        let size = answer.body().size_hint().exact();
        if self == Self::Plain || size.is_none_or(|size| size < WORTH_IT) {
            return answer;
        }
        let (mut parts, body) = answer.into_parts();
        // Its size is known, so it is here as a whole.
        let Ok(plain) = to_bytes(body, usize::MAX).await else {
            return Response::from_parts(parts, Body::empty());
        };
        let packed = match parts.extensions.remove::<&Fixed>() {
            Some(fixed) => fixed.packed().await,
            None => gzip(&plain, Compression::fast()).await,
        };
        let body = match packed {
            Ok(packed) => {
                parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                packed
            }
            Err(_) => plain,
        };
        Response::from_parts(parts, body.into())
    }
}

/// A text that stays as it is for as long as this process runs: packed once, and then as small as it can be.
pub(crate) struct Fixed {
    plain: Bytes,
    packed: OnceCell<Bytes>,
}

impl Fixed {
    pub(crate) fn new(text: impl Into<Bytes>) -> Self {
        Self { plain: text.into(), packed: OnceCell::new() }
    }

    /// It as an answer.
    pub(crate) fn answer(&'static self, media_type: &'static str) -> Response {
        let mut answer = typed(StatusCode::OK, media_type, self.plain.clone());
        answer.extensions_mut().insert(self);
        answer
    }

    async fn packed(&self) -> io::Result<Bytes> {
        self.packed.get_or_try_init(|| gzip(&self.plain, Compression::best())).await.cloned()
    }
}

async fn gzip(plain: &[u8], how: Compression) -> io::Result<Bytes> {
    let mut packed = GzEncoder::new(Vec::with_capacity(plain.len() / 8), how);
    for piece in plain.chunks(PIECE) {
        packed.write_all(piece)?;
        yield_now().await;
    }
    packed.finish().map(Bytes::from)
}

/// Whether whoever asks says that they unpack it (RFC 9110 §12.5.3).
fn takes_gzip(asked: &HeaderMap) -> bool {
    let lines = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_ok_and(|weight| weight > 0.0)
    })
}

#[cfg(test)]
mod tests;
