//! Public keys that an issuer publishes under a URL.
//!
//! One task fetches them: every so often, and when a token names a key that is not known. It is the only one that does,
//! so that a flood of tokens with invented keys is no flood of requests. Who waits for it waits for one attempt at most.
//! What was good last stays while the URL is down.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use url::Url;

use super::keys::PublicKey;
use crate::auth::callback::{innermost, read_body};
use crate::config::JwtAlgorithm;

/// Largest answer.
const MAX_BYTES: usize = 256 << 10;
/// Most keys that are kept: each may be tried for a token that names none.
const MAX_KEYS: usize = 64;
/// Time of one attempt.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Shortest time between attempts that tokens ask for.
const GAP: Duration = Duration::from_secs(10);
/// Until the next attempt after one that failed.
const RETRY: Duration = Duration::from_secs(30);

/// When attempts are made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub(super) refresh: Duration,
    pub(super) retry: Duration,
    pub(super) gap: Duration,
    pub(super) timeout: Duration,
}

impl Pace {
    pub(super) fn new(refresh: Duration) -> Self {
        Self {
            refresh,
            retry: RETRY.min(refresh),
            gap: GAP,
            timeout: TIMEOUT,
        }
    }
}

/// The keys of a URL. Dropping it ends the task that keeps them fresh.
pub(super) struct Jwks {
    shared: Arc<Shared>,
    _task: AbortOnDropHandle<()>,
}

struct Shared {
    provider: Box<str>,
    client: Client,
    url: Url,
    pace: Pace,
    /// Read for each token, without a lock.
    keys: ArcSwap<Vec<Arc<PublicKey>>>,
    /// A token names a key that is not known.
    wanted: Notify,
    /// What came of the last attempt. A `watch`, because many wait for the same one.
    tried: watch::Sender<Tried>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tried {
    attempts: u64,
    /// When the last one ended.
    at: Option<Instant>,
    succeeded: bool,
}

/// Why there are no new keys.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    #[error("the answer was {0}")]
    Status(StatusCode),
    #[error("the answer is longer than {MAX_BYTES} bytes")]
    TooLong,
    #[error("the answer is no JSON with a list `keys`")]
    Garbage,
    #[error("there is no key in it that can verify a signature")]
    NoKey,
    #[error("{0}")]
    Http(String),
}

impl Jwks {
    /// Begins to fetch. Needs a tokio runtime.
    pub(super) fn start(provider: &str, url: Url, pace: Pace) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .no_proxy()
            // The operator vouches for this address, and for no other.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let shared = Arc::new(Shared {
            provider: provider.into(),
            client,
            url,
            pace,
            keys: ArcSwap::default(),
            wanted: Notify::new(),
            tried: watch::Sender::new(Tried::default()),
        });
        let task = tokio::spawn(keep_fresh(shared.clone()));
        Ok(Self {
            shared,
            _task: AbortOnDropHandle::new(task),
        })
    }

    /// The keys that a token with this `kid` and algorithm may be signed by.
    pub(super) fn fitting(
        &self,
        kid: Option<&str>,
        algorithm: JwtAlgorithm,
    ) -> Vec<Arc<PublicKey>> {
        let keys = self.shared.keys.load();
        let fitting = keys.iter().filter(|key| key.fits(kid, algorithm));
        fitting.cloned().collect()
    }

    /// Whether there were never any keys.
    pub(super) fn is_empty(&self) -> bool {
        self.shared.keys.load().is_empty()
    }

    /// Has the keys fetched again and waits for it, unless that was done just now. Tells whether there is something new
    /// to look at.
    pub(super) async fn refreshed(&self) -> bool {
        let pace = &self.shared.pace;
        let mut tried = self.shared.tried.subscribe();
        let before = *tried.borrow_and_update();
        if before.at.is_some_and(|at| at.elapsed() < pace.gap) {
            return false;
        }
        self.shared.wanted.notify_one();
        // An attempt may have been under way already: that one is waited for.
        let attempt = tried.wait_for(|now| now.attempts > before.attempts);
        let waited = tokio::time::timeout(pace.timeout + Duration::from_secs(1), attempt).await;
        matches!(waited, Ok(Ok(now)) if now.succeeded)
    }
}

/// Fetches for ever. Ends by being aborted.
async fn keep_fresh(shared: Arc<Shared>) {
    let pace = shared.pace;
    loop {
        let fetched = tokio::time::timeout(pace.timeout, fetch(&shared)).await;
        let fetched = fetched.unwrap_or(Err(FetchError::Timeout(pace.timeout)));
        let succeeded = fetched.is_ok();
        match fetched {
            Ok(keys) => shared.take(keys),
            Err(reason) => {
                let origin = shared.url.origin().ascii_serialization();
                let kept = shared.keys.load().len();
                tracing::warn!(provider = %shared.provider, %origin, kept, %reason, "the keys could not be fetched");
            }
        }
        shared.tried.send_modify(|tried| {
            *tried = Tried {
                attempts: tried.attempts + 1,
                at: Some(Instant::now()),
                succeeded,
            };
        });
        let ended = Instant::now();
        let next = ended + if succeeded { pace.refresh } else { pace.retry };
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(next) => break,
                () = shared.wanted.notified() => {
                    // Somebody may have asked while the attempt was under way, and has been answered by it.
                    if ended.elapsed() >= pace.gap {
                        break;
                    }
                }
            }
        }
    }
}

impl Shared {
    fn take(&self, keys: Vec<Arc<PublicKey>>) {
        let shown = |keys: &[Arc<PublicKey>]| -> HashSet<String> {
            keys.iter().map(|key| format!("{key:?}")).collect()
        };
        let before = self.keys.swap(Arc::new(keys));
        let now = self.keys.load();
        if shown(&before) != shown(&now) {
            tracing::info!(provider = %self.provider, keys = now.len(), "the issuer's keys are new");
        }
    }
}

async fn fetch(shared: &Shared) -> Result<Vec<Arc<PublicKey>>, FetchError> {
    let answer = shared.client.get(shared.url.clone()).send().await;
    let answer = answer.map_err(|error| FetchError::Http(innermost(&error)))?;
    if answer.status() != StatusCode::OK {
        return Err(FetchError::Status(answer.status()));
    }
    let body = read_body(answer, MAX_BYTES).await;
    let body = body.map_err(|error| FetchError::Http(innermost(&error)))?;
    let body = body.ok_or(FetchError::TooLong)?;
    let set: Value = serde_json::from_slice(&body).map_err(|_| FetchError::Garbage)?;
    let entries = set.get("keys").and_then(Value::as_array);
    let keys = entries.ok_or(FetchError::Garbage)?.iter();
    let keys: Vec<_> = keys
        .filter_map(PublicKey::of_set)
        .take(MAX_KEYS)
        .map(Arc::new)
        .collect();
    if keys.is_empty() {
        return Err(FetchError::NoKey);
    }
    Ok(keys)
}
