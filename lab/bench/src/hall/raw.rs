//! A bare handler that gives the same bytes from memory.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use anyhow::Result;
use axum::{
    Router,
    body::Bytes,
    extract::Request,
    http::{StatusCode, header},
    response::IntoResponse,
};

use super::visitor::{Answer, Visitor};

/// Where it listens.
pub(crate) struct Raw(pub(super) SocketAddr);

impl Raw {
    pub(crate) async fn visit(&self) -> Result<Visitor> {
        Visitor::at(self.0).await
    }
}

/// Answers each address with what was answered there.
pub(super) fn router(answers: BTreeMap<String, Answer>) -> Router {
    let kept = |(path, answer): (String, Answer)| {
        let coding = answer.header("content-encoding").map(str::to_owned);
        (path, (Bytes::from(answer.body), coding))
    };
    let kept: Arc<BTreeMap<_, _>> = Arc::new(answers.into_iter().map(kept).collect());
    Router::new().fallback(move |request: Request| {
        let kept = kept.clone();
        async move {
            let address = request.uri().path_and_query().map_or("", |address| address.as_str());
            let Some((body, coding)) = kept.get(address) else {
                return StatusCode::NOT_FOUND.into_response();
            };
            let mut answer = body.clone().into_response();
            if let Some(coding) = coding.as_ref().and_then(|coding| coding.parse().ok()) {
                answer.headers_mut().insert(header::CONTENT_ENCODING, coding);
            }
            answer
        }
    })
}
