//! Outgoing HTTP for guests: requests to the hosts that the configuration allows their component.
//!
//! Apart from the engine, which only passes requests on and waits, so that the rules can be read and tested without a
//! guest. What a guest sends is hostile, and so is what a server answers:
//!
//! 1. Every hop is checked: the first URL and each redirect against the policy, each connection's address as it is made
//!    (`resolver`).
//! 2. A host that only a wildcard covers never leads to a private address, also not over a connection that is already
//!    open. Hence two clients, each with a pool of its own: one for hosts that are named, one for the rest.
//! 3. Everything is bounded: time from the call to the last byte, bodies, headers, redirects, requests at a time.
//! 4. Errors name origins, never paths or queries.

mod address;
mod error;
mod outgoing;
mod policy;
mod resolver;

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{self, HeaderMap};
use reqwest::{Client, StatusCode};
use tracing::Instrument as _;
use url::Url;

pub use error::{Denial, FetchError, InvalidRequest, Part};
pub use policy::Policy;
pub use resolver::Lookup;

use crate::config::{FetchConfig, Naming};
use crate::telemetry::spans;
use outgoing::Outgoing;
use resolver::{GuardedResolver, SystemLookup};

/// Redirects that are followed for one request.
const REDIRECTS: usize = 5;
/// Connections that are kept for one origin while nobody uses them, and how long.
const IDLE_CONNECTIONS: usize = 8;
const IDLE_TIME: Duration = Duration::from_secs(30);
/// Sent where the guest sends none of its own.
const USER_AGENT: &str = concat!("liveside/", env!("CARGO_PKG_VERSION"));

/// A guest's request.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// A token: `GET`, `POST`, ...
    pub method: String,
    /// Absolute, `http://` or `https://`.
    pub url: String,
    /// Names and values, in order. Those of the connection (`host`, `content-length`, ...) are refused.
    pub headers: Vec<(String, String)>,
    /// Sent whole.
    pub body: Option<Vec<u8>>,
    /// Time until the last byte of the answer. Longer than the policy's has no effect; `None` is the policy's.
    pub timeout: Option<Duration>,
}

/// A server's answer, of any status. Redirects have been followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// 200 to 599; never 1xx.
    pub status: u16,
    /// Names in lower case and values; bytes that are no UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// The whole body as it was sent: compressed, if the guest asked for that.
    pub body: Vec<u8>,
}

/// The client cannot be set up: a fault of the machine or the build, not of a request.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client for outgoing requests cannot be set up: {0}")]
pub struct SetupError(#[from] reqwest::Error);

/// Sends guests' requests. Clones are cheap and share their connections; one serves all components.
#[derive(Debug, Clone)]
pub struct Fetcher {
    /// For hosts that a policy names: connects to any address.
    named: Client,
    /// For hosts that a wildcard covers: connects to public addresses only.
    public: Client,
}

impl Fetcher {
    /// A fetcher that asks the system for addresses.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new() -> Result<Self, SetupError> {
        Self::with_lookup(Arc::new(SystemLookup::new()))
    }

    /// A fetcher that asks `lookup` for addresses. What it answers is checked all the same.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn with_lookup(lookup: Arc<dyn Lookup>) -> Result<Self, SetupError> {
        Ok(Self {
            named: client(GuardedResolver::new(lookup.clone(), false))?,
            public: client(GuardedResolver::new(lookup, true))?,
        })
    }

    /// Sends `request` and waits for the whole answer, redirects followed.
    ///
    /// Waits for one of the policy's turns first. Cancelling drops the connection that is in use. No body is held but
    /// the request's and as much of the answer as is allowed.
    ///
    /// # Errors
    /// Each kind of [`FetchError`]. An answer with an error status is an answer.
    pub async fn fetch(&self, policy: &Policy, request: Request) -> Result<Response, FetchError> {
        let most = policy.bounds.timeout;
        let limit = request.timeout.map_or(most, |asked| asked.min(most));
        let outgoing = Outgoing::check(request, &policy.bounds)?;
        let naming = policy.check(&outgoing.url)?;
        let span = spans::fetch(outgoing.method.as_str(), outgoing.url.host_str());
        let answered = tokio::time::timeout(limit, async {
            let _turn = policy.turn().await;
            self.follow(policy, outgoing, naming).await
        });
        answered
            .instrument(span)
            .await
            .unwrap_or(Err(FetchError::Timeout { limit }))
    }

    async fn follow(
        &self,
        policy: &Policy,
        mut outgoing: Outgoing,
        mut naming: Naming,
    ) -> Result<Response, FetchError> {
        for _ in 0..=REDIRECTS {
            let response = self.send(&outgoing, naming).await?;
            let location = response.headers().get(header::LOCATION);
            match location.filter(|_| is_redirect(response.status())) {
                Some(location) => outgoing.redirect(response.status(), location)?,
                None => return read(&outgoing.url, response, &policy.bounds).await,
            }
            naming = policy.check(&outgoing.url)?;
        }
        let reason = format!("there were more than {REDIRECTS} redirects");
        Err(FetchError::failed(&outgoing.url, reason))
    }

    async fn send(
        &self,
        outgoing: &Outgoing,
        naming: Naming,
    ) -> Result<reqwest::Response, FetchError> {
        let client = match naming {
            Naming::Named => &self.named,
            Naming::Wildcard => &self.public,
        };
        let mut request = reqwest::Request::new(outgoing.method.clone(), outgoing.url.clone());
        *request.headers_mut() = outgoing.headers.clone();
        *request.body_mut() = outgoing.body.clone().map(Into::into);
        let sent = client.execute(request).await;
        sent.map_err(|error| FetchError::from_client(&outgoing.url, error))
    }
}

fn client(resolver: GuardedResolver) -> Result<Client, SetupError> {
    let client = Client::builder()
        .user_agent(USER_AGENT)
        .dns_resolver(Arc::new(resolver))
        // A proxy of the environment would connect in our place, to addresses that we do not see.
        .no_proxy()
        // Followed here, so that each hop is checked.
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .pool_idle_timeout(IDLE_TIME)
        .build()?;
    Ok(client)
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    )
}

/// Reads the answer as far as it is allowed to go. On the way out the connection of an answer that was not read to its
/// end is dropped.
async fn read(
    url: &Url,
    mut response: reqwest::Response,
    bounds: &FetchConfig,
) -> Result<Response, FetchError> {
    let too_large = |part, limit_bytes| Err(FetchError::TooLarge { part, limit_bytes });
    // The client itself reads at most 100 headers and 400 KiB of them.
    if header_bytes(response.headers()) > bounds.header_bytes {
        return too_large(Part::ResponseHeaders, bounds.header_bytes);
    }
    let limit = bounds.response_body_bytes;
    let announced = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
    if announced > limit {
        return too_large(Part::ResponseBody, limit);
    }
    let mut body = Vec::with_capacity(announced);
    loop {
        let chunk = response.chunk().await;
        match chunk.map_err(|error| FetchError::from_client(url, error))? {
            None => break,
            Some(chunk) if chunk.len() > limit - body.len() => {
                return too_large(Part::ResponseBody, limit);
            }
            Some(chunk) => body.extend_from_slice(&chunk),
        }
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Response {
        status: response.status().as_u16(),
        headers: response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
            .collect(),
        body,
    })
}

fn header_bytes(headers: &HeaderMap) -> usize {
    let lengths = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len());
    lengths.sum()
}

#[cfg(test)]
mod tests;
