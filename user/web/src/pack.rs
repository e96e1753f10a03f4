//! Answers that hold no secret are packed for whoever can unpack them (gzip, RFC 1952).
//!
//! How long a packed answer is says something of what is in it. Whoever can have another's browser ask for pages with
//! words of their own in the address, and count what comes back, guesses a secret beside those words letter by letter
//! (BREACH). So a route says of itself that its answers hold no secret, what sets a cookie is never packed, and neither
//! is what another page asks for.

use std::io::{self, Write as _};

use axum::{
    body::{Body, Bytes, HttpBody as _, to_bytes},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use flate2::{Compression, write::GzEncoder};
use tokio::task::yield_now;

use crate::{
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
        let body = match gzip(&plain).await {
            Ok(packed) => {
                parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                Bytes::from(packed)
            }
            Err(_) => plain,
        };
        Response::from_parts(parts, body.into())
    }
}

async fn gzip(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::with_capacity(plain.len() / 8), Compression::fast());
    for piece in plain.chunks(PIECE) {
        packed.write_all(piece)?;
        yield_now().await;
    }
    packed.finish()
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
