//! Outgoing HTTP, to the hosts that the daemon's configuration allows for this component. None by default.

use std::borrow::Cow;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Context, decode, encode};
use crate::host::{Host, HostResult, Request, Response};

/// Makes requests. While one waits for its answer, the further events of this mount wait; other mounts go on.
#[derive(Clone, Copy)]
pub struct Http<'a> {
    cx: &'a Context,
}

impl<'a> Http<'a> {
    pub(super) fn new(cx: &'a Context) -> Self {
        Self { cx }
    }

    /// A `GET` request for an absolute URL.
    pub fn get(&self, url: impl Into<String>) -> RequestBuilder<'a> {
        self.request("GET", url)
    }

    /// A `POST` request to an absolute URL.
    pub fn post(&self, url: impl Into<String>) -> RequestBuilder<'a> {
        self.request("POST", url)
    }

    /// A request with any method.
    pub fn request(&self, method: impl Into<String>, url: impl Into<String>) -> RequestBuilder<'a> {
        let request = Request {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: None,
            timeout_ms: None,
        };
        RequestBuilder {
            cx: self.cx,
            request: Ok(request),
        }
    }
}

/// A request being put together.
#[must_use = "nothing is sent before `send`"]
pub struct RequestBuilder<'a> {
    cx: &'a Context,
    /// The refusal of a body that has no JSON form waits for `send`.
    request: HostResult<Request>,
}

impl RequestBuilder<'_> {
    /// Adds a header.
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(|request| request.headers.push((name.into(), value.into())))
    }

    /// Sends these bytes.
    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        self.with(|request| request.body = Some(body.into()))
    }

    /// Sends a value as JSON, with the `content-type` for it.
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        match encode(body) {
            Ok(text) => self.header("content-type", "application/json").body(text),
            Err(error) => Self {
                cx: self.cx,
                request: self.request.and(Err(error)),
            },
        }
    }

    /// Waits no longer than this. The daemon's own limit is the longest.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|request| {
            request.timeout_ms = Some(u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX))
        })
    }

    /// Sends the request and waits for the whole answer. Any status is an answer, also 404 and 500.
    ///
    /// # Errors
    /// `denied`: the host is not allowed. `timeout`, `limit` (the body is too large), `failed` (no answer).
    pub fn send(self) -> HostResult<Response> {
        self.cx.host.fetch(&self.request?)
    }

    fn with(mut self, change: impl FnOnce(&mut Request)) -> Self {
        if let Ok(request) = &mut self.request {
            change(request);
        }
        self
    }
}

impl Response {
    /// Whether the status is one of 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The body as text. Bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    /// Where it is not a `T`.
    pub fn json<T: DeserializeOwned>(&self) -> HostResult<T> {
        decode(&self.text(), "The answer")
    }
}
