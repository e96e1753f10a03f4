//! Turns a stream into a WebSocket of one subprotocol (RFC 6455 §4).

use tokio_tungstenite::{
    accept_hdr_async_with_config, client_async_with_config,
    tungstenite::{
        self,
        client::IntoClientRequest,
        handshake::server::{Callback, ErrorResponse, Request, Response},
        http::{HeaderMap, HeaderValue, StatusCode, header},
    },
};

use super::{Outlet, Socket, Subprotocol, config};
use crate::{fault::Fault, problem::Problem, refusal::Refusal, stream::Stream};

/// Answers the peer's wish for a WebSocket.
pub(crate) async fn grant(stream: Stream, subprotocol: Subprotocol) -> Result<Socket, Refusal> {
    let stream = Outlet::new(stream);
    let granted = accept_hdr_async_with_config(stream, subprotocol, Some(config())).await;
    granted.map(Box::new).map_err(|error| match error {
        tungstenite::Error::Http(answered) if answered.status() == StatusCode::FORBIDDEN => {
            Refusal::Upgrade("it comes from a web page".into())
        }
        tungstenite::Error::Http(_) => Refusal::Subprotocol,
        tungstenite::Error::Io(error) => match Problem::of(&error) {
            Problem::Refusal(refusal) => refusal,
            _ => Refusal::Left,
        },
        other => Refusal::Upgrade(other.to_string()),
    })
}

/// Asks the server for one.
pub(crate) async fn ask(stream: Stream, host: &str, subprotocol: Subprotocol) -> Result<Socket, Problem> {
    let mut request = format!("ws://{host}/")
        .into_client_request()
        .map_err(|error| Problem::Fault(Fault::Tls(error.to_string())))?;
    let value = HeaderValue::from_static(subprotocol.0);
    request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, value);
    match client_async_with_config(request, Outlet::new(stream), Some(config())).await {
        Ok((socket, _)) => Ok(Box::new(socket)),
        // In TLS 1.3 the server judges our certificate after our handshake is over, so its refusal is read here.
        Err(tungstenite::Error::Io(error)) => Err(Problem::of(&error)),
        Err(tungstenite::Error::Http(answer)) => Err(Refusal::Upgrade(answer.status().to_string()).into()),
        Err(error) => Err(Refusal::Upgrade(error.to_string()).into()),
    }
}

impl Callback for Subprotocol {
    fn on_request(self, request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
        if let Err(status) = judge(request.headers(), self) {
            let mut refusal = ErrorResponse::new(None);
            *refusal.status_mut() = status;
            return Err(refusal);
        }
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(self.0));
        Ok(response)
    }
}

/// Whoever comes from a web page is not one of ours, and whoever speaks something else is at the wrong door.
fn judge(headers: &HeaderMap, subprotocol: Subprotocol) -> Result<(), StatusCode> {
    if headers.contains_key(header::ORIGIN) {
        return Err(StatusCode::FORBIDDEN);
    }
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let mut names = offered.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    if names.any(|name| name.trim() == subprotocol.0) { Ok(()) } else { Err(StatusCode::BAD_REQUEST) }
}
