//! The app is asked who somebody is.
//!
//! 1. A question is a POST of the credentials. 200 with an identity is a yes, 401 and 403 are a no. Anything else is no
//!    answer: a no that is logged and not remembered.
//! 2. A yes or a no is believed for a short time. It is remembered by a hash of the credentials, which are kept nowhere.
//! 3. Those who ask the same at the same time share one question. No more than so many questions are under way.
//! 4. Nobody waits longer than the configured time, whatever the app does.

mod answer;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use moka::Expiry;
use moka::future::Cache;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, StatusCode};
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use url::Url;

use super::credentials::Credentials;
use super::warning::Seldom;
use super::{AuthError, Problem};
use crate::clock::now_ms;
use crate::config::CallbackConfig;
use crate::identity::Identity;

/// Largest answer.
const MAX_ANSWER_BYTES: usize = 64 << 10;
/// Answers that are remembered.
const MAX_REMEMBERED: u64 = 10_000;
const USER_AGENT: &str = concat!("liveside/", env!("CARGO_PKG_VERSION"));

/// Asks one URL.
pub(super) struct Callback {
    name: Box<str>,
    client: Client,
    url: Url,
    forwarded: Vec<String>,
    timeout: Duration,
    /// Questions at a time.
    turns: Semaphore,
    remembered: Cache<Key, Verdict>,
    failures: Seldom,
}

/// A hash of credentials.
type Key = [u8; 32];

/// What the app says.
#[derive(Debug, Clone)]
enum Verdict {
    Yes(Arc<Identity>),
    No,
}

/// Why the app has not said anything.
#[derive(Debug, thiserror::Error)]
enum NoAnswer {
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    #[error("the answer was {0}, and only 200, 401 and 403 mean something")]
    Status(StatusCode),
    #[error("the answer is longer than {MAX_ANSWER_BYTES} bytes")]
    TooLong,
    #[error("the answer holds no identity: {0}")]
    Unreadable(#[from] answer::Unreadable),
    #[error("{0}")]
    Http(String),
}

/// What is asked.
#[derive(Serialize)]
struct Question<'a> {
    payload: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    headers: BTreeMap<&'a str, String>,
}

impl Callback {
    pub(super) fn new(config: &CallbackConfig) -> Result<Self, Problem> {
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .no_proxy()
            // A redirect would tell the credentials to somebody else.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let remembered = Cache::builder()
            .max_capacity(MAX_REMEMBERED)
            .expire_after(Believed(config.cache))
            .build();
        Ok(Self {
            name: config.name.as_str().into(),
            client,
            url: config.url.as_url().clone(),
            forwarded: config.forward_headers.as_slice().to_vec(),
            timeout: config.timeout,
            turns: Semaphore::new(config.concurrency.min(Semaphore::MAX_PERMITS)),
            remembered,
            failures: Seldom::default(),
        })
    }

    pub(super) fn wanted_headers(&self) -> &[String] {
        &self.forwarded
    }

    /// What the app says of these credentials. Without a payload, a token or a header to forward, nobody is asked.
    pub(super) async fn authenticate(
        &self,
        credentials: &Credentials,
    ) -> Result<Option<Arc<Identity>>, AuthError> {
        if !credentials.are_shown() && credentials.headers_of(&self.forwarded).next().is_none() {
            return Ok(None);
        }
        let key = self.key(credentials);
        let asked = self
            .remembered
            .try_get_with(key, self.ask_in_time(credentials));
        // Whoever shares a question may have to ask it after all, when the one who asked has gone.
        let verdict = match tokio::time::timeout(self.timeout, asked).await {
            Ok(Ok(verdict)) => verdict,
            Ok(Err(reason)) => return Err(self.failed(&reason)),
            Err(_) => return Err(self.failed(&NoAnswer::Timeout(self.timeout))),
        };
        match verdict {
            Verdict::Yes(identity) => Ok(Some(identity)),
            Verdict::No => Err(AuthError::Refused),
        }
    }

    fn failed(&self, reason: &NoAnswer) -> AuthError {
        if let Some(kept_back) = self.failures.due() {
            let origin = self.url.origin().ascii_serialization();
            tracing::warn!(provider = %self.name, %origin, %reason, kept_back, "the app does not say who somebody is");
        }
        AuthError::Unavailable
    }

    async fn ask_in_time(&self, credentials: &Credentials) -> Result<Verdict, NoAnswer> {
        let asked = tokio::time::timeout(self.timeout, self.ask(credentials)).await;
        asked.unwrap_or(Err(NoAnswer::Timeout(self.timeout)))
    }

    async fn ask(&self, credentials: &Credentials) -> Result<Verdict, NoAnswer> {
        // It is never closed; were it, nobody would have to wait.
        let _turn = self.turns.acquire().await;
        let http = |error: reqwest::Error| NoAnswer::Http(innermost(&error));
        let question = Question {
            payload: serde_json::from_str(credentials.payload.as_str())
                .map_err(|_| NoAnswer::Http("the payload is not JSON".to_owned()))?,
            token: credentials.token.as_ref().map(|token| token.reveal()),
            headers: self.joined(credentials),
        };
        let answer = self
            .client
            .post(self.url.clone())
            .headers(self.headers(credentials))
            .json(&question)
            .send()
            .await
            .map_err(http)?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                // Read, so that the connection can be used again.
                let _ = read_body(answer, MAX_ANSWER_BYTES).await;
                return Ok(Verdict::No);
            }
            other => return Err(NoAnswer::Status(other)),
        }
        let body = read_body(answer, MAX_ANSWER_BYTES).await.map_err(http)?;
        let identity = answer::read(&body.ok_or(NoAnswer::TooLong)?)?;
        Ok(Verdict::Yes(Arc::new(identity)))
    }

    /// The headers as the app's own code would get them: several of one name in one value.
    fn joined<'a>(&'a self, credentials: &'a Credentials) -> BTreeMap<&'a str, String> {
        let mut joined = BTreeMap::<&str, String>::new();
        for (name, value) in credentials.headers_of(&self.forwarded) {
            let entry = joined.entry(name).or_default();
            if !entry.is_empty() {
                entry.push_str(if name == "cookie" { "; " } else { ", " });
            }
            entry.push_str(value);
        }
        joined
    }

    /// The same as real headers, for code of the app that looks for them there.
    fn headers(&self, credentials: &Credentials) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in credentials.headers_of(&self.forwarded) {
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(mut value)) = (name, HeaderValue::from_str(value)) {
                value.set_sensitive(true);
                headers.append(name, value);
            }
        }
        // A browser's own would be a lie about the question.
        headers.remove(header::ACCEPT_ENCODING);
        headers
    }

    fn key(&self, credentials: &Credentials) -> Key {
        let mut hash = Sha256::new();
        // Each with its length before it: no two credentials have the same bytes.
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        add(credentials.payload.as_str());
        match &credentials.token {
            Some(token) => {
                add("token");
                add(token.reveal());
            }
            None => add(""),
        }
        for (name, value) in credentials.headers_of(&self.forwarded) {
            add(name);
            add(value);
        }
        hash.finalize().into()
    }
}

/// How long an answer is remembered: as configured, and never longer than the identity lasts.
struct Believed(Duration);

impl Expiry<Key, Verdict> for Believed {
    fn expire_after_create(&self, _: &Key, verdict: &Verdict, _: Instant) -> Option<Duration> {
        let Verdict::Yes(identity) = verdict else {
            return Some(self.0);
        };
        let left = identity.expires_at.map(|at| at.saturating_sub(now_ms()));
        Some(left.map_or(self.0, |left| self.0.min(Duration::from_millis(left))))
    }
}

/// The body, or `None` where it is longer than it may be.
pub(super) async fn read_body(
    mut answer: reqwest::Response,
    limit: usize,
) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if chunk.len() > limit - body.len() {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

/// The cause itself. What is around it names the URL, whose query may be secret.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    // An error without a cause is its own, and names the URL.
    if innermost.is::<reqwest::Error>() {
        return "the request failed".to_owned();
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests;
