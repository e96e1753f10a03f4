//! Answers and problems as HTTP has them, and the headers that every one of them carries.

use std::sync::atomic::{AtomicU64, Ordering};

use api::{Problem, problem::MEDIA_TYPE};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{origin::Front, refusal::Refusal};

/// What every answer says to a browser that comes across it: this is data of the moment, run nothing of it. Pages
/// and what they are made of say otherwise themselves.
const HEADERS: [(header::HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// What is said where browsers come by TLS: they never ask without it again (RFC 6797).
const STRICT: HeaderValue = HeaderValue::from_static("max-age=31536000");

pub(crate) fn guarded(front: &Front, mut response: Response) -> Response {
    if front.is_secure() {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, STRICT);
    }
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// How often each class of answers was given.
#[derive(Debug, Default)]
pub(crate) struct Answered([AtomicU64; CLASSES.len()]);

/// The classes of RFC 9110 §15 that are given here.
const CLASSES: [(&str, u16); 5] = [("1xx", 1), ("2xx", 2), ("3xx", 3), ("4xx", 4), ("5xx", 5)];

impl Answered {
    pub(crate) fn count(&self, status: StatusCode) {
        let class = CLASSES.iter().position(|(_, class)| status.as_u16() / 100 == *class);
        if let Some(count) = class.and_then(|at| self.0.get(at)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn read(&self) -> Vec<(&'static str, u64)> {
        let counts = self.0.iter().map(|count| count.load(Ordering::Relaxed));
        CLASSES.iter().map(|(word, _)| *word).zip(counts).collect()
    }
}

/// An answer in JSON.
pub(crate) fn json<T: Serialize>(status: StatusCode, answer: &T) -> Response {
    let text = serde_json::to_vec(answer).expect("types of the contract are JSON");
    typed(status, "application/json", text)
}

/// An answer in plain text.
pub(crate) fn text(body: Body) -> Response {
    typed(StatusCode::OK, "text/plain; charset=utf-8", body)
}

/// An answer without a body.
pub(crate) fn nothing() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

pub(crate) fn typed(status: StatusCode, media_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status();
        let problem = Problem::new(status.as_u16(), self.code(), self.title(), &self.to_string());
        let text = serde_json::to_vec(&problem).expect("a problem is JSON");
        let mut response = typed(status, MEDIA_TYPE, text);
        let wait = match self {
            Self::Crowded | Self::Overasked => Some(1),
            Self::Wait(seconds) => Some(seconds),
            _ => None,
        };
        if let Some(seconds) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if matches!(self, Self::SignedOut) {
            let challenge = HeaderValue::from_static("Bearer realm=\"wrale\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
