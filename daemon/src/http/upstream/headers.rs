//! Headers on their way through: which belong to one connection only, and what is said of who asked.
//!
//! Apart because it is pure, and because it is where requests are smuggled: what the app believes of a request must not
//! be what a browser could have written.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, Version};

use crate::http::front::{FORWARDED_FOR, FORWARDED_PROTO, Front};

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Headers of one connection, also where `Connection` does not name them.
const HOP_BY_HOP: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Takes out what belongs to the connection: the fixed list and what `Connection` names.
pub(super) fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = tokens(headers, &header::CONNECTION)
        .filter_map(|name| HeaderName::from_bytes(name.as_bytes()).ok())
        .collect();
    for name in named.into_iter().chain(HOP_BY_HOP) {
        headers.remove(name);
    }
}

/// Whether this is a WebSocket's upgrade. Others (`h2c`) do not go through: what follows one is another protocol, which
/// nobody here would check.
pub(super) fn asks_for_websocket(request: &Request) -> bool {
    let headers = request.headers();
    request.method() == Method::GET
        && request.version() == Version::HTTP_11
        && tokens(headers, &header::CONNECTION).any(|token| token.eq_ignore_ascii_case("upgrade"))
        && tokens(headers, &header::UPGRADE).any(|token| token.eq_ignore_ascii_case("websocket"))
}

/// Puts back what makes a request or an answer a WebSocket's upgrade, after [`strip`].
pub(super) fn keep_upgrade(headers: &mut HeaderMap) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
}

/// Says who asked. A trusted proxy's own account is kept and `peer` put behind it; anybody else's is replaced.
/// `Forwarded` is left as it is.
pub(super) fn forward(
    headers: &mut HeaderMap,
    peer: IpAddr,
    front: &Front,
    host: Option<&HeaderValue>,
) {
    let mut chain = Vec::new();
    if front.trusts(peer) {
        for value in headers.get_all(&FORWARDED_FOR) {
            chain.extend_from_slice(value.as_bytes());
            chain.extend_from_slice(b", ");
        }
    } else {
        headers.remove(&FORWARDED_PROTO);
        headers.remove(&FORWARDED_HOST);
    }
    chain.extend_from_slice(peer.to_string().as_bytes());
    // Joined from values that are valid: it cannot fail. If it did, nothing would be claimed.
    match HeaderValue::from_bytes(&chain) {
        Ok(chain) => headers.insert(FORWARDED_FOR, chain),
        Err(_) => headers.remove(FORWARDED_FOR),
    };
    if !headers.contains_key(&FORWARDED_PROTO) {
        let scheme = front.own_scheme().as_str();
        headers.insert(FORWARDED_PROTO, HeaderValue::from_static(scheme));
    }
    if let (false, Some(host)) = (headers.contains_key(&FORWARDED_HOST), host) {
        headers.insert(FORWARDED_HOST, host.clone());
    }
}

/// Whether the body is server-sent events, which end with the connection and not by themselves.
pub(super) fn is_event_stream(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    kind.and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream"))
}

/// The comma-separated parts of all values of a header.
fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = headers.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        pairs.collect()
    }

    /// What `forward` makes of `headers` for a peer at 10.0.0.9 that asked for `app.org`.
    fn forwarded(
        headers: &[(&'static str, &'static str)],
        is_trusted: bool,
    ) -> Vec<(String, String)> {
        let mut headers = map(headers);
        let proxies = is_trusted.then(|| "10.0.0.0/24".parse().unwrap());
        let front = Front::new(proxies.into_iter().collect(), false);
        let host = HeaderValue::from_static("app.org");
        forward(
            &mut headers,
            IpAddr::from([10, 0, 0, 9]),
            &front,
            Some(&host),
        );
        let mut headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        headers.sort();
        headers
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = pairs
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        owned.collect()
    }

    #[test]
    fn headers_of_the_connection_are_taken_out_with_those_it_names() {
        let mut headers = map(&[
            ("connection", "close, X-Once"),
            ("x-once", "1"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("proxy-authorization", "secret"),
            ("upgrade", "h2c"),
            ("cookie", "stays"),
        ]);
        strip(&mut headers);
        assert_eq!(headers, map(&[("cookie", "stays")]));
    }

    #[test]
    fn nobody_but_a_trusted_proxy_says_who_asked() {
        let own = [
            ("x-forwarded-for", "10.0.0.9"),
            ("x-forwarded-host", "app.org"),
            ("x-forwarded-proto", "http"),
        ];
        assert_eq!(forwarded(&[], false), pairs(&own));
        assert_eq!(forwarded(&[], true), pairs(&own));
        let claimed = [
            ("x-forwarded-for", "1.1.1.1, 2.2.2.2"),
            ("x-forwarded-host", "outside.org"),
            ("x-forwarded-proto", "https"),
        ];
        assert_eq!(forwarded(&claimed, false), pairs(&own));
        assert_eq!(
            forwarded(&claimed, true),
            pairs(&[
                ("x-forwarded-for", "1.1.1.1, 2.2.2.2, 10.0.0.9"),
                ("x-forwarded-host", "outside.org"),
                ("x-forwarded-proto", "https"),
            ])
        );
    }

    #[test]
    fn event_streams_are_told_by_their_type() {
        assert!(is_event_stream(&map(&[(
            "content-type",
            "Text/Event-Stream; charset=utf-8"
        )])));
        assert!(!is_event_stream(&map(&[("content-type", "text/html")])));
        assert!(!is_event_stream(&map(&[])));
    }
}
