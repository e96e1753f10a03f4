//! Whether an answer is what the contract says: every answer of every test is asked.

use api::operation::{Gives, of};
use axum::http::{StatusCode, header};
use serde_json::Value;

use super::world::Answer;
use crate::{Route, TABLE, contract::refused};

/// The route of the contract at this address.
pub(super) fn route(method: &str, path: &str) -> Option<&'static Route> {
    let fits = |template: &str| {
        let (template, path) = (template.split('/'), path.split('/'));
        template.clone().count() == path.clone().count()
            && template
                .zip(path)
                .all(|(want, have)| want == have || (want.starts_with('{') && !have.is_empty()))
    };
    let mut fitting: Vec<&Route> =
        TABLE.iter().filter(|route| route.method == method && fits(route.path)).collect();
    // What stands there word for word goes before what stands for anything.
    fitting.sort_by_key(|route| route.path.contains('{'));
    fitting.first().copied()
}

/// Panics where an answer is none that the contract knows: another status, another media type, another shape.
pub(super) fn conforms(method: &str, path: &str, answer: &Answer) {
    let Some(route) = route(method, path) else { return };
    let operation = of(method, route.path).expect("every route is described");
    let case = format!("{method} {path} answers {}: {}", answer.status, answer.text);
    let media = answer.headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap());
    if answer.status == StatusCode::METHOD_NOT_ALLOWED {
        return;
    }
    if answer.status.is_client_error() || answer.status.is_server_error() {
        assert!(refused(route, operation).contains(&answer.status.as_u16()), "{case}");
        assert_eq!(media, Some(api::problem::MEDIA_TYPE), "{case}");
        return;
    }
    match &operation.gives {
        Gives::Json(status, shape) => {
            assert_eq!((answer.status.as_u16(), media), (*status, Some("application/json")), "{case}");
            let again = (shape.again)(&answer.text).unwrap_or_else(|why| panic!("{why}: {case}"));
            let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            assert_eq!(read(&again), read(&answer.text), "{case}");
        }
        Gives::Nothing => assert_eq!((answer.status, media), (StatusCode::NO_CONTENT, None), "{case}"),
        Gives::Text(want) => assert_eq!((answer.status, media), (StatusCode::OK, Some(*want)), "{case}"),
        Gives::Socket(_) => assert_eq!(answer.status, StatusCode::SWITCHING_PROTOCOLS, "{case}"),
    }
}
