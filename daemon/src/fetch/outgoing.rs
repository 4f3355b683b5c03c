//! A request that has been checked, and what a redirect makes of it.
//!
//! Apart from sending because it needs no network. Guests are not trusted: a request that could confuse a server or
//! the client (a second `Host`, a length of the guest's own, a line break in a value) does not become an [`Outgoing`].

use bytes::Bytes;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use url::Url;

use super::Request;
use super::error::{FetchError, InvalidRequest, Part};
use crate::config::FetchConfig;

/// Headers of the connection and of its framing. They are refused rather than dropped, so that an author learns why one
/// has no effect. All that begin with `proxy-` belong here too.
const FORBIDDEN: [&str; 11] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// Methods that open tunnels or show a request to whoever asks.
const FORBIDDEN_METHODS: [&str; 3] = ["CONNECT", "TRACE", "TRACK"];

/// Methods that are meant whatever their case (Fetch standard, "normalize").
const NORMALISED: [&str; 6] = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];

/// A request that may be sent, the policy's hosts aside.
#[derive(Debug, Clone)]
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
}

impl Outgoing {
    /// Checks everything about `request` but the host.
    ///
    /// # Errors
    /// [`FetchError::Invalid`] or [`FetchError::TooLarge`].
    pub(super) fn check(request: Request, bounds: &FetchConfig) -> Result<Self, FetchError> {
        let Request {
            method,
            url,
            headers,
            body,
            timeout: _,
        } = request;
        let head_bytes = headers.iter().fold(url.len(), |sum, (name, value)| {
            sum.saturating_add(name.len()).saturating_add(value.len())
        });
        if head_bytes > bounds.header_bytes {
            return Err(FetchError::TooLarge {
                part: Part::RequestHead,
                limit_bytes: bounds.header_bytes,
            });
        }
        if body.as_ref().map_or(0, Vec::len) > bounds.request_body_bytes {
            return Err(FetchError::TooLarge {
                part: Part::RequestBody,
                limit_bytes: bounds.request_body_bytes,
            });
        }
        Ok(Self {
            method: check_method(&method)?,
            url: check_url(&url)?,
            headers: check_headers(headers)?,
            body: body.map(Bytes::from),
        })
    }

    /// Turns this into the request that follows a redirect, as the Fetch standard has it: 303, and 301 or 302 after a
    /// POST, become a GET without a body. To another origin it goes without credentials.
    ///
    /// # Errors
    /// [`FetchError::Failed`] if `location` is no URL that could be fetched.
    pub(super) fn redirect(
        &mut self,
        status: StatusCode,
        location: &HeaderValue,
    ) -> Result<(), FetchError> {
        let next = std::str::from_utf8(location.as_bytes())
            .ok()
            .and_then(|location| self.url.join(location).ok())
            .and_then(|url| check_url(url.as_str()).ok())
            .ok_or_else(|| {
                FetchError::failed(&self.url, "it redirects to a URL that cannot be fetched")
            })?;
        let becomes_get = match status {
            StatusCode::SEE_OTHER => self.method != Method::GET && self.method != Method::HEAD,
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => self.method == Method::POST,
            _ => false,
        };
        if becomes_get {
            self.method = Method::GET;
            self.body = None;
            for name in [
                header::CONTENT_ENCODING,
                header::CONTENT_LANGUAGE,
                header::CONTENT_LOCATION,
                header::CONTENT_TYPE,
            ] {
                self.headers.remove(name);
            }
        }
        if next.origin() != self.url.origin() {
            for name in [header::AUTHORIZATION, header::COOKIE] {
                self.headers.remove(name);
            }
        }
        self.url = next;
        Ok(())
    }
}

fn check_method(method: &str) -> Result<Method, InvalidRequest> {
    let upper = method.to_ascii_uppercase();
    let name = if NORMALISED.contains(&upper.as_str()) {
        upper.as_str()
    } else {
        method
    };
    match Method::from_bytes(name.as_bytes()) {
        Ok(method) if !FORBIDDEN_METHODS.contains(&upper.as_str()) => Ok(method),
        _ => Err(InvalidRequest::Method(shorten(method))),
    }
}

fn check_url(url: &str) -> Result<Url, InvalidRequest> {
    let mut url = Url::parse(url).map_err(|_| InvalidRequest::Url)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(InvalidRequest::Scheme(shorten(url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidRequest::Userinfo);
    }
    url.set_fragment(None);
    Ok(url)
}

fn check_headers(headers: Vec<(String, String)>) -> Result<HeaderMap, InvalidRequest> {
    let mut checked = HeaderMap::new();
    for (name, value) in headers {
        let parsed = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| InvalidRequest::HeaderName(shorten(&name)))?;
        if FORBIDDEN.contains(&parsed.as_str()) || parsed.as_str().starts_with("proxy-") {
            return Err(InvalidRequest::ForbiddenHeader(parsed.to_string()));
        }
        let value = HeaderValue::from_str(&value)
            .map_err(|_| InvalidRequest::HeaderValue(parsed.to_string()))?;
        checked.append(parsed, value);
    }
    Ok(checked)
}

/// What a message shows of a guest's text: not more than fits a line, and no line break.
fn shorten(text: &str) -> String {
    const SHOWN_CHARS: usize = 40;
    text.chars()
        .take(SHOWN_CHARS)
        .collect::<String>()
        .escape_debug()
        .to_string()
}

#[cfg(test)]
mod tests;
