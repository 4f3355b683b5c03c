//! An id for each request over HTTP, for the log and for whoever asks what became of it: the caller's own, if it is one
//! that can stand in a log, else a new one. The app behind the daemon gets it too, and the answer carries it.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::telemetry::spans;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// The longest that a caller may bring.
const LONGEST: usize = 64;

/// The id, in the extensions of a request.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub(super) HeaderValue);

impl RequestId {
    pub(super) fn as_str(&self) -> &str {
        // It is made of what can be read.
        self.0.to_str().unwrap_or_default()
    }
}

/// Gives a request its id, and a span.
pub(super) async fn identify(mut request: Request, next: Next) -> Response {
    let brought = request.headers().get(&HEADER).filter(|id| is_id(id));
    let id = RequestId(brought.cloned().unwrap_or_else(make));
    request.headers_mut().insert(HEADER, id.0.clone());
    request.extensions_mut().insert(id.clone());
    let span = spans::http(request.method().as_str(), request.uri().path(), id.as_str());
    let mut response = next.run(request).instrument(span.clone()).await;
    span.record("http.response.status_code", response.status().as_u16());
    // The app may have its own.
    response.headers_mut().entry(HEADER).or_insert(id.0);
    response
}

fn is_id(id: &HeaderValue) -> bool {
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(byte);
    !id.is_empty() && id.len() <= LONGEST && id.as_bytes().iter().all(fits)
}

fn make() -> HeaderValue {
    let mut text = Uuid::encode_buffer();
    let text = Uuid::now_v7().as_hyphenated().encode_lower(&mut text);
    // Letters, digits and hyphens are always a value.
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_taken_over_if_it_can_stand_in_a_log() {
        for (id, fits) in [
            ("req-1", true),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736", true),
            ("", false),
            ("a b", false),
            ("a\"b", false),
            (&"x".repeat(65), false),
        ] {
            assert_eq!(is_id(&HeaderValue::from_str(id).unwrap()), fits, "{id}");
        }
        assert!(is_id(&make()));
    }
}
