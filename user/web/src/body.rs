//! The one entrance for JSON: bounded, shallow, valid, and then of the right shape.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, header},
};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::refusal::Refusal;

/// Most bytes of a body.
pub(crate) const LIMIT: usize = 64 * 1024;

/// How long a body may take: whoever sends it slower holds a place that others wait for.
const WITHIN: Duration = Duration::from_secs(10);

/// How deep a body may be nested; ours are flat.
const DEPTH: usize = 32;

/// Takes a body in whole, and no more of it than may be.
pub(crate) async fn take(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Refusal> {
    if !is_json(headers) {
        return Err(Refusal::MediaType);
    }
    let promised = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if promised.is_some_and(|length: usize| length > LIMIT) {
        return Err(Refusal::BodyTooLarge);
    }
    // Whoever hangs up in the middle is told the same and does not hear it.
    let taken = timeout(WITHIN, to_bytes(body, LIMIT)).await.map_err(|_| Refusal::BodySlow)?;
    taken.map(Into::into).map_err(|_| Refusal::BodyTooLarge)
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// Reads a body. First whether it is JSON at all (RFC 8259), then whether it is what the route takes.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let text = std::str::from_utf8(body).map_err(|_| Refusal::Json("it is not UTF-8".into()))?;
    if depth(text) > DEPTH {
        return Err(Refusal::Json(format!("it is nested deeper than {DEPTH} levels")));
    }
    let says = |error: serde_json::Error| error.to_string().chars().take(200).collect();
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| Refusal::Json(says(error)))?;
    // A list would pass for an object whose names were left out.
    if !value.is_object() {
        return Err(Refusal::Shape("it is not an object".into()));
    }
    // Again from the text: a value would have swallowed a name that comes twice.
    serde_json::from_str(text).map_err(|error| Refusal::Shape(says(error)))
}

/// How deep brackets are nested outside strings, at most; for broken text a bound of what it could be.
fn depth(text: &str) -> usize {
    let (mut depth, mut most, mut in_string, mut escaped) = (0usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                most = most.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    most
}

#[cfg(test)]
mod tests;
