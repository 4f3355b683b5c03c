//! Why a request had no answer, in sentences for the author of a component.
//!
//! They name origins only: paths, queries, headers and bodies may hold secrets and stay out, as do the addresses that
//! a name leads to.

use std::time::Duration;

use url::Url;

use super::resolver::NoPublicAddress;

/// A request failed, or was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The policy does not let the request through, or one of its redirects.
    #[error("`{origin}` {denial}")]
    Denied {
        /// Scheme, host and port.
        origin: String,
        /// Why.
        denial: Denial,
    },
    /// The time was over before the whole answer was there.
    #[error("there was no whole answer within {limit:?}")]
    Timeout {
        /// The request's own time, or the policy's where that is shorter.
        limit: Duration,
    },
    /// Something is larger than the policy allows.
    #[error("{part} larger than {limit_bytes} bytes")]
    TooLarge {
        /// What is too large.
        part: Part,
        /// How large it may be.
        limit_bytes: usize,
    },
    /// The request cannot be sent as it is.
    #[error(transparent)]
    Invalid(#[from] InvalidRequest),
    /// There was no answer, or a broken one.
    #[error("the request to `{origin}` failed: {reason}")]
    Failed {
        /// Scheme, host and port.
        origin: String,
        /// A clause without a full stop.
        reason: String,
    },
}

/// Why the policy does not let a request through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// No entry covers the origin.
    #[error("is not allowed: the component's `allowed-hosts` has no entry for it")]
    NotAllowed,
    /// Only a wildcard covers the host, and it leads into a private network.
    #[error(
        "leads to this machine or a private network: only a host that `allowed-hosts` names without `*` may"
    )]
    PrivateAddress,
}

/// The part of an exchange that is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// URL and headers of the request.
    RequestHead,
    /// Body of the request.
    RequestBody,
    /// Headers of the response.
    ResponseHeaders,
    /// Body of the response.
    ResponseBody,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::RequestHead => "the URL and headers of the request are",
            Self::RequestBody => "the body of the request is",
            Self::ResponseHeaders => "the headers of the response are",
            Self::ResponseBody => "the body of the response is",
        })
    }
}

/// What a component can get wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRequest {
    /// Not a token, or one that is not for components.
    #[error("`{0}` is not a method that can be sent: CONNECT, TRACE and TRACK cannot")]
    Method(String),
    /// Not an absolute URL.
    #[error("the URL cannot be read: it must be absolute, such as https://api.example.org/path")]
    Url,
    /// Neither http nor https.
    #[error("the URL's scheme is `{0}`: it must be http or https")]
    Scheme(String),
    /// A user or a password in the URL.
    #[error("the URL holds a user or a password: send them in the `authorization` header")]
    Userinfo,
    /// Not a header's name.
    #[error("`{0}` is not a name of a header")]
    HeaderName(String),
    /// A line break, for example.
    #[error("the value of the header `{0}` holds characters that a header cannot hold")]
    HeaderValue(String),
    /// A header that belongs to the connection.
    #[error("the header `{0}` is the daemon's own: leave it out")]
    ForbiddenHeader(String),
}

impl FetchError {
    pub(super) fn failed(url: &Url, reason: impl Into<String>) -> Self {
        Self::Failed {
            origin: origin(url),
            reason: reason.into(),
        }
    }

    pub(super) fn denied(url: &Url, denial: Denial) -> Self {
        Self::Denied {
            origin: origin(url),
            denial,
        }
    }

    /// What the client's error means. Of its causes only the innermost is told: those around it name the URL.
    pub(super) fn from_client(url: &Url, error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut innermost: &dyn std::error::Error = &error;
        while let Some(source) = innermost.source() {
            innermost = source;
            if innermost.is::<NoPublicAddress>() {
                return Self::denied(url, Denial::PrivateAddress);
            }
        }
        let what = if error.is_connect() {
            "it cannot be connected to"
        } else if error.is_body() || error.is_decode() {
            "the answer broke off"
        } else {
            "there was no proper answer"
        };
        Self::failed(url, format!("{what} ({innermost})"))
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
