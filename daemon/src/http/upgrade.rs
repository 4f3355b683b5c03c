//! From an HTTP request to a WebSocket.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, UnixStream};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use url::form_urlencoded;

use super::{Http, Peer};
use crate::auth::{Auth, Credentials, Token};
use crate::connection::{self, Arrival, Stream};
use crate::protocol::Encoding;

/// Answers the upgrade request and serves the connection that comes of it.
pub(super) async fn upgrade(State(http): State<Arc<Http>>, mut request: Request) -> Response {
    let key = match check(request.headers()) {
        Ok(key) => key,
        Err(refused) => return *refused,
    };
    let peer = request.extensions().get::<Peer>().copied();
    if let Err(denied) = http.check_origin(request.headers(), peer) {
        tracing::warn!(%denied, "an upgrade was refused");
        return denied.into_response();
    }
    if !http.hub.has_room() {
        tracing::warn!("an upgrade was refused: limits.connections is reached");
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "Too many connections, try again later\n",
        )
            .into_response();
    }
    let admitted = match peer {
        Some(Peer(peer)) => http
            .visitors
            .admit(&http.front, peer.ip(), request.headers()),
        None => Ok(None),
    };
    let place = match admitted {
        Ok(place) => place,
        Err(crowded) => return crowded.into_response(),
    };
    let asked_for = Encoding::choose(offered(request.headers()));
    let credentials = http
        .hub
        .auth
        .is_on()
        .then(|| credentials(&http.hub.auth, &request));
    let is_developer = http.api_key.is_none()
        && http.development
        && http.check_change(request.headers(), peer).is_ok();
    let upgraded = hyper::upgrade::on(&mut request);
    let hub = http.hub.clone();
    http.hub.tasks.spawn(async move {
        let upgraded = match upgraded.await {
            Ok(upgraded) => upgraded,
            Err(error) => return tracing::debug!(%error, "an upgrade did not happen"),
        };
        let Some((stream, already_read)) = socket(upgraded) else {
            return tracing::error!("an upgraded connection is no socket");
        };
        let arrival = Arrival {
            encoding: asked_for.unwrap_or_default(),
            credentials,
            already_read,
            address: place.as_ref().map(|place| place.key().clone()),
            is_developer,
        };
        connection::serve(hub, stream, arrival).await;
        drop(place);
    });
    let mut response = (
        StatusCode::SWITCHING_PROTOCOLS,
        [
            (header::UPGRADE, "websocket".to_owned()),
            (header::CONNECTION, "Upgrade".to_owned()),
            (
                header::SEC_WEBSOCKET_ACCEPT,
                derive_accept_key(key.as_bytes()),
            ),
        ],
    )
        .into_response();
    // A browser gives up a socket that selects what it did not offer.
    if let Some(encoding) = asked_for {
        response.headers_mut().insert(
            header::SEC_WEBSOCKET_PROTOCOL,
            header::HeaderValue::from_static(encoding.subprotocol()),
        );
    }
    response
}

/// What the request shows of who sends it.
fn credentials(auth: &Auth, request: &Request) -> Credentials {
    let query = request.uri().query().unwrap_or_default();
    let token = form_urlencoded::parse(query.as_bytes())
        .find(|(name, value)| name == "token" && !value.is_empty())
        .map(|(_, token)| Token::new(token.into_owned()));
    let headers = auth.wanted_headers().iter().flat_map(|name| {
        let values = request.headers().get_all(name.as_str()).iter();
        let values = values.filter_map(|value| value.to_str().ok());
        values.map(|value| (name.clone(), value.to_owned()))
    });
    Credentials::at_upgrade(token, headers.collect())
}

/// The socket below, and what came with the request.
fn socket(upgraded: Upgraded) -> Option<(Stream, Vec<u8>)> {
    // Copied: the bytes that came early are few or none, and their buffer is hyper's, of 8 KiB. It must not live as long
    // as the connection.
    match upgraded.downcast::<TokioIo<TcpStream>>() {
        Ok(parts) => Some((parts.io.into_inner().into(), parts.read_buf.to_vec())),
        Err(upgraded) => {
            let parts = upgraded.downcast::<TokioIo<UnixStream>>().ok()?;
            Some((parts.io.into_inner().into(), parts.read_buf.to_vec()))
        }
    }
}

/// The key of a proper upgrade request (RFC 6455, 4.2.1), or the answer to one that is not.
fn check(headers: &HeaderMap) -> Result<String, Box<Response>> {
    let refuse =
        |status: StatusCode, text: &'static str| Err(Box::new((status, text).into_response()));
    let has = |name, token: &str| {
        headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| {
                value
                    .split(',')
                    .any(|part| part.trim().eq_ignore_ascii_case(token))
            })
    };
    if !has(header::UPGRADE, "websocket") || !has(header::CONNECTION, "upgrade") {
        return refuse(
            StatusCode::UPGRADE_REQUIRED,
            "This is a WebSocket endpoint: send an upgrade request\n",
        );
    }
    if headers
        .get(header::SEC_WEBSOCKET_VERSION)
        .is_none_or(|version| version != "13")
    {
        let refused = (
            StatusCode::UPGRADE_REQUIRED,
            [(header::SEC_WEBSOCKET_VERSION, "13")],
            "WebSocket version 13 is needed\n",
        );
        return Err(Box::new(refused.into_response()));
    }
    match headers
        .get(header::SEC_WEBSOCKET_KEY)
        .and_then(|key| key.to_str().ok())
    {
        Some(key) => Ok(key.to_owned()),
        None => refuse(StatusCode::BAD_REQUEST, "Sec-WebSocket-Key is missing\n"),
    }
}

/// The subprotocols that a client offers, in its order.
fn offered(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(',').map(str::trim))
}
