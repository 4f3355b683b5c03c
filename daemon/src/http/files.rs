//! Serving finished uploads.
//!
//! A name is made by the daemon and not to be guessed: who has it may have the file, and a file never changes. What
//! could do something in a browser is never shown in place.

use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_range_header::parse_range_header;

use super::Http;
use crate::uploads::media;
use crate::uploads::storage::{FileName, Found, Storage};

/// It never changes, and nobody else needs to have it.
const CACHE: &str = "private, max-age=31536000, immutable";
/// If it is opened as a page all the same, it can do nothing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// `GET /api/uploads/NAME`: a finished upload, or a part of it.
pub(super) async fn file(
    State(http): State<Arc<Http>>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let uploads = http.hub.live.uploads().service();
    let (Some(uploads), Some(name)) = (uploads, FileName::parse(&name)) else {
        return not_found();
    };
    let storage = uploads.storage();
    let served = serve(storage.as_ref(), name, request.method(), request.headers()).await;
    served.unwrap_or_else(|error| {
        tracing::error!(%error, "an uploaded file cannot be read");
        (StatusCode::BAD_GATEWAY, "The file cannot be read\n").into_response()
    })
}

/// Serves finished uploads under the path that their URLs have, before anything else does. Whatever else is there, an
/// app's own files, is left alone: only a name that the daemon has made counts.
pub(super) async fn at_their_url(
    State(http): State<Arc<Http>>,
    request: Request,
    next: Next,
) -> Response {
    let prefix = http.uploads_path.as_deref();
    let name = prefix.and_then(|prefix| request.uri().path().strip_prefix(prefix));
    match name.filter(|name| FileName::parse(name).is_some()) {
        Some(name) if matches!(*request.method(), Method::GET | Method::HEAD) => {
            let name = name.to_owned();
            file(State(http), Path(name), request).await
        }
        _ => next.run(request).await,
    }
}

async fn serve(
    storage: &dyn Storage,
    name: FileName,
    method: &Method,
    asked: &HeaderMap,
) -> std::io::Result<Response> {
    let Some(found) = storage.find(name.clone()).await? else {
        return Ok(not_found());
    };
    let etag = format!("\"{}\"", name.as_str());
    let mut headers = headers(&name, found, &etag);
    if is_known(asked, &etag, found.modified) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let (status, range) = match wanted(asked, &etag, found) {
        Wanted::All => (StatusCode::OK, 0..found.size),
        Wanted::Part(range) => {
            let part = format!("bytes {}-{}/{}", range.start, range.end - 1, found.size);
            put(&mut headers, header::CONTENT_RANGE, &part);
            (StatusCode::PARTIAL_CONTENT, range)
        }
        Wanted::Nothing => {
            let none = format!("bytes */{}", found.size);
            put(&mut headers, header::CONTENT_RANGE, &none);
            headers.remove(header::CONTENT_DISPOSITION);
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response());
        }
    };
    let length = range.end - range.start;
    put(&mut headers, header::CONTENT_LENGTH, &length.to_string());
    let body = if method == Method::HEAD || length == 0 {
        Body::empty()
    } else {
        Body::from_stream(storage.read(name, range).await?)
    };
    Ok((status, headers, body).into_response())
}

/// What of a file is sent.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    All,
    Part(Range<u64>),
    /// Beyond its end.
    Nothing,
}

/// Several parts at once are not served: the whole is, as RFC 9110 allows.
fn wanted(asked: &HeaderMap, etag: &str, found: Found) -> Wanted {
    let Some(range) = asked
        .get(header::RANGE)
        .and_then(|range| range.to_str().ok())
    else {
        return Wanted::All;
    };
    let is_of_another = asked.get(header::IF_RANGE).is_some_and(|version| {
        version.as_bytes() != etag.as_bytes()
            && version.to_str().ok().and_then(date) != Some(in_seconds(found.modified))
    });
    if is_of_another {
        return Wanted::All;
    }
    // What is no range of bytes is as if it were not there.
    let Ok(parsed) = parse_range_header(range) else {
        return Wanted::All;
    };
    match parsed.validate(found.size) {
        Ok(parts) => match parts.as_slice() {
            [part] => Wanted::Part(*part.start()..part.end() + 1),
            _ => Wanted::All,
        },
        Err(_) => Wanted::Nothing,
    }
}

/// Whether the browser has it.
fn is_known(asked: &HeaderMap, etag: &str, modified: SystemTime) -> bool {
    if let Some(known) = asked.get(header::IF_NONE_MATCH) {
        let known = known.to_str().unwrap_or_default();
        return known
            .split(',')
            .map(|tag| tag.trim().trim_start_matches("W/"))
            .any(|tag| tag == "*" || tag == etag);
    }
    asked
        .get(header::IF_MODIFIED_SINCE)
        .and_then(|since| date(since.to_str().ok()?))
        .is_some_and(|since| in_seconds(modified) <= since)
}

fn date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text).ok()
}

/// As exact as HTTP can say it.
fn in_seconds(time: SystemTime) -> SystemTime {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(since.as_secs())
}

fn headers(name: &FileName, found: Found, etag: &str) -> HeaderMap {
    let media_type = name.media_type();
    let disposition = if media::is_safe_inline(&media_type) {
        "inline".to_owned()
    } else {
        format!("attachment; filename=\"{}\"", name.as_str())
    };
    let shown = match &*media_type {
        // Of whatever encoding it is, it is not to be guessed.
        "text/plain" => "text/plain; charset=utf-8",
        other => other,
    };
    let mut headers = HeaderMap::new();
    let modified = httpdate::fmt_http_date(found.modified);
    for (key, value) in [
        (header::CONTENT_TYPE, shown),
        (header::CONTENT_DISPOSITION, &disposition),
        (header::ETAG, etag),
        (header::LAST_MODIFIED, &modified),
        (header::CACHE_CONTROL, CACHE),
        (header::ACCEPT_RANGES, "bytes"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        put(&mut headers, key, value);
    }
    headers
}

fn put(headers: &mut HeaderMap, key: header::HeaderName, value: &str) {
    // All of them are made here, of characters that a header may have.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(key, value);
    }
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "There is no such file\n").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(key, value)| (key.clone(), value.parse().unwrap()))
            .collect()
    }

    fn found() -> Found {
        Found {
            size: 100,
            modified: SystemTime::UNIX_EPOCH + std::time::Duration::from_millis(784_111_777_500),
        }
    }

    #[test]
    fn a_range_is_what_rfc_9110_says() {
        let range = |text| wanted(&asked(&[(header::RANGE, text)]), "\"a\"", found());
        for (text, expected) in [
            ("bytes=0-9", Wanted::Part(0..10)),
            ("bytes=90-", Wanted::Part(90..100)),
            ("bytes=-10", Wanted::Part(90..100)),
            ("bytes=50-1000", Wanted::Part(50..100)),
            ("bytes=100-", Wanted::Nothing),
            ("bytes=9-0", Wanted::Nothing),
            ("bytes=0-9,20-29", Wanted::All),
            ("lines=0-9", Wanted::All),
        ] {
            assert_eq!(range(text), expected, "{text}");
        }
        assert_eq!(wanted(&HeaderMap::new(), "\"a\"", found()), Wanted::All);
    }

    #[test]
    fn a_part_of_another_version_is_not_sent() {
        let of = |version| {
            let asked = asked(&[(header::RANGE, "bytes=0-9"), (header::IF_RANGE, version)]);
            wanted(&asked, "\"a\"", found())
        };
        assert_eq!(of("\"a\""), Wanted::Part(0..10));
        assert_eq!(of("Sun, 06 Nov 1994 08:49:37 GMT"), Wanted::Part(0..10));
        assert_eq!(of("\"b\""), Wanted::All);
        assert_eq!(of("Sun, 06 Nov 1994 08:49:36 GMT"), Wanted::All);
    }

    #[test]
    fn what_a_browser_has_it_is_not_sent_again() {
        let knows = |key, value| is_known(&asked(&[(key, value)]), "\"a\"", found().modified);
        assert!(knows(header::IF_NONE_MATCH, "\"b\", W/\"a\""));
        assert!(knows(header::IF_NONE_MATCH, "*"));
        assert!(!knows(header::IF_NONE_MATCH, "\"b\""));
        let since = header::IF_MODIFIED_SINCE;
        assert!(knows(since.clone(), "Sun, 06 Nov 1994 08:49:37 GMT"));
        assert!(!knows(since, "Sun, 06 Nov 1994 08:49:36 GMT"));
    }
}
