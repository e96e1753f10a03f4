//! Answers and problems as HTTP has them, and the headers that every one of them carries.

use api::{Problem, problem::MEDIA_TYPE};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::refusal::Refusal;

/// What every answer says to a browser that comes across it: this is data of the moment, run nothing of it. Pages
/// and what they are made of say otherwise themselves.
const HEADERS: [(header::HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

pub(crate) fn guarded(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
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
        let problem = Problem {
            status: status.as_u16(),
            code: self.code().into(),
            title: self.title().into(),
            detail: self.to_string(),
        };
        let text = serde_json::to_vec(&problem).expect("a problem is JSON");
        let mut response = typed(status, MEDIA_TYPE, text);
        let wait = match self {
            Self::Crowded => Some(1),
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
