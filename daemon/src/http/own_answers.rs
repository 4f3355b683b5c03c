//! What browsers are told of every answer of the daemon's own: not to guess its type, not to show it in other sites'
//! frames, and not to tell other sites the whole address of a page.
//!
//! The app's answers are passed on as they are: they are marked ([`FromApp`]), and what it says or leaves out is its own
//! to decide. Scripts and other files stay loadable from any origin.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use url::Url;

/// A mark in the extensions of an answer: the app has made it.
#[derive(Debug, Clone, Copy)]
pub(super) struct FromApp;

/// The headers that are put where an answer has none of that name. Shared by all answers.
pub(super) type OwnHeaders = Arc<[(HeaderName, HeaderValue)]>;

/// The headers of a daemon whose pages may be framed by itself and by those that may open a socket.
pub(super) fn headers(allowed_origins: &[String], development: bool) -> OwnHeaders {
    let mut ancestors = "frame-ancestors 'self'".to_owned();
    let mut others = allowed_origins
        .iter()
        .filter_map(|origin| frame_source(origin));
    // As with sockets.
    let loopback = ["http://localhost:*", "http://127.0.0.1:*"].map(str::to_owned);
    for source in others
        .by_ref()
        .chain(loopback.into_iter().filter(|_| development))
    {
        ancestors.push(' ');
        ancestors.push_str(&source);
    }
    let is_self_only = ancestors.ends_with("'self'");
    let mut headers = vec![
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("strict-origin-when-cross-origin"),
        ),
    ];
    // Sources are written by a URL's parser: they are always a value.
    if let Ok(ancestors) = HeaderValue::from_str(&ancestors) {
        headers.push((header::CONTENT_SECURITY_POLICY, ancestors));
    }
    if is_self_only {
        // The same for browsers that do not know the one above. It cannot name others.
        headers.push((
            header::X_FRAME_OPTIONS,
            HeaderValue::from_static("SAMEORIGIN"),
        ));
    }
    headers.into()
}

/// An allowed origin as a policy writes it. What is no web origin, and could mean something else there, is left out.
fn frame_source(origin: &str) -> Option<String> {
    let url = Url::parse(origin).ok()?;
    matches!(url.scheme(), "http" | "https")
        .then(|| url.origin().ascii_serialization())
        .filter(|source| !source.contains([';', ',', ' ', '*', '\'']))
}

/// Puts the headers into an answer, unless the app made it or it is the beginning of a WebSocket.
pub(super) async fn complete(State(own): State<OwnHeaders>, mut response: Response) -> Response {
    let is_own = response.extensions().get::<FromApp>().is_none();
    if is_own && response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let headers = response.headers_mut();
        for (name, value) in &*own {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &HeaderName, allowed: &[&str], development: bool) -> Option<String> {
        let allowed: Vec<_> = allowed.iter().map(|&origin| origin.to_owned()).collect();
        let headers = headers(&allowed, development);
        let found = headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn pages_are_framed_by_themselves_and_by_allowed_origins() {
        let policy = |allowed: &[&str], development| {
            value(&header::CONTENT_SECURITY_POLICY, allowed, development).unwrap()
        };
        assert_eq!(policy(&[], false), "frame-ancestors 'self'");
        assert_eq!(
            policy(&["https://app.example.org", "http://b:8080"], false),
            "frame-ancestors 'self' https://app.example.org http://b:8080"
        );
        assert_eq!(
            policy(&[], true),
            "frame-ancestors 'self' http://localhost:* http://127.0.0.1:*"
        );
    }

    #[test]
    fn the_older_header_is_there_where_it_says_the_same() {
        let older = |allowed: &[&str]| value(&header::X_FRAME_OPTIONS, allowed, false);
        assert_eq!(older(&[]).as_deref(), Some("SAMEORIGIN"));
        assert_eq!(older(&["https://app.example.org"]), None);
    }

    #[test]
    fn nothing_but_an_origin_gets_into_the_policy() {
        for origin in [
            "*",
            "null",
            "https://*",
            "https://a; script-src *",
            "chrome-extension://abc",
            "https:",
            "data:text/html,x",
        ] {
            assert_eq!(frame_source(origin), None, "{origin}");
        }
    }
}
