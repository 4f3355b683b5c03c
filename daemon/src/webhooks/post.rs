//! The POST itself: headers, signature, and what its answer means.
//!
//! The signature is `HMAC-SHA256(secret, TIMESTAMP "." BODY)` over the header's timestamp and the body's bytes. The
//! timestamp is the attempt's: a receiver can refuse what is old and still take an event that was long in coming.

use std::time::{Duration, SystemTime};

use hmac::{Hmac, Mac as _};
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Client, StatusCode};
use sha2::Sha256;
use url::Url;

use super::Delivery;
use super::attempt::{Answer, Post};
use crate::clock::now_ms;
use crate::config::WebhooksConfig;

const EVENT: &str = "liveside-event";
const DELIVERY: &str = "liveside-delivery";
const TIMESTAMP: &str = "liveside-timestamp";
const SIGNATURE: &str = "liveside-signature";

/// What is read of an answer's body, only so that the connection can be used again.
const READ_BYTES: usize = 64 << 10;
const USER_AGENT: &str = concat!("liveside/", env!("CARGO_PKG_VERSION"));

/// Webhooks cannot be sent at all.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// TLS, for example.
    #[error("the HTTP client for webhooks cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
    /// The secret is no key.
    #[error("webhooks.secret: it cannot be used as a key")]
    Secret,
}

/// The app's back end.
pub(super) struct Receiver {
    client: Client,
    url: Url,
    /// Keyed; cloned for each signature.
    mac: Hmac<Sha256>,
    timeout: Duration,
}

impl Receiver {
    pub(super) fn new(config: &WebhooksConfig) -> Result<Self, SetupError> {
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .no_proxy()
            // A redirect would be told what was signed for somebody else.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let mac = Hmac::new_from_slice(config.secret.as_bytes()).map_err(|_| SetupError::Secret)?;
        Ok(Self {
            client,
            url: config.url.as_url().clone(),
            mac,
            timeout: config.timeout,
        })
    }

    fn headers(&self, delivery: &Delivery, timestamp_ms: u64) -> HeaderMap {
        let signature = self.signature(timestamp_ms, &delivery.body);
        let mut headers = HeaderMap::new();
        let mut insert = |name, value: &str| {
            // Visible ASCII, each of them: the conversion cannot fail.
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        insert(header::CONTENT_TYPE.as_str(), "application/json");
        insert(EVENT, &visible(&delivery.event));
        insert(DELIVERY, &delivery.id);
        insert(TIMESTAMP, &timestamp_ms.to_string());
        insert(SIGNATURE, &format!("v1={signature}"));
        headers
    }

    /// In hexadecimal digits.
    fn signature(&self, timestamp_ms: u64, body: &[u8]) -> String {
        let mut mac = self.mac.clone();
        mac.update(timestamp_ms.to_string().as_bytes());
        mac.update(b".");
        mac.update(body);
        format!("{:x}", mac.finalize().into_bytes())
    }
}

impl Post for Receiver {
    async fn post(&self, delivery: &Delivery) -> Answer {
        let request = self
            .client
            .post(self.url.clone())
            .headers(self.headers(delivery, now_ms()))
            .body(delivery.body.clone());
        let answered = tokio::time::timeout(self.timeout, async {
            let mut response = request.send().await?;
            let mut read = 0;
            // A body that breaks off says nothing of the event, which has been taken or not.
            while let Ok(Some(chunk)) = response.chunk().await {
                read += chunk.len();
                if read > READ_BYTES {
                    break;
                }
            }
            Ok::<_, reqwest::Error>((response.status(), retry_after(response.headers())))
        });
        match answered.await {
            Ok(Ok((status, after))) => judge(status, after),
            Ok(Err(error)) => Answer::NotNow {
                reason: innermost(&error),
                after: None,
            },
            Err(_) => Answer::NotNow {
                reason: format!("no answer within {:?}", self.timeout),
                after: None,
            },
        }
    }
}

fn judge(status: StatusCode, after: Option<Duration>) -> Answer {
    let again = status.is_server_error()
        || status == StatusCode::REQUEST_TIMEOUT
        || status == StatusCode::TOO_MANY_REQUESTS;
    if status.is_success() {
        Answer::Accepted
    } else if again {
        let reason = format!("the answer was {status}");
        Answer::NotNow { reason, after }
    } else if status.is_redirection() {
        Answer::Refused(format!(
            "the answer was {status}, and redirects are not followed"
        ))
    } else {
        Answer::Refused(format!("the answer was {status}"))
    }
}

/// `Retry-After`, as seconds or as a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

/// A name as a header can hold it; the body has it whole.
fn visible(name: &str) -> String {
    let replace = |char: char| if char.is_ascii_graphic() { char } else { '?' };
    name.chars().map(replace).collect()
}

/// The cause itself. What is around it names the URL, whose query may be secret.
fn innermost(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_mean_yes_no_or_later() {
        let later = |status| matches!(judge(status, None), Answer::NotNow { .. });
        for status in [200, 201, 204, 299] {
            assert_eq!(
                judge(StatusCode::from_u16(status).unwrap(), None),
                Answer::Accepted
            );
        }
        for status in [408, 429, 500, 502, 503, 599] {
            assert!(later(StatusCode::from_u16(status).unwrap()), "{status}");
        }
        for status in [301, 307, 400, 401, 404, 410, 422] {
            let answer = judge(StatusCode::from_u16(status).unwrap(), None);
            assert!(matches!(answer, Answer::Refused(_)), "{status}");
        }
    }

    #[test]
    fn a_pause_may_be_asked_for_in_seconds_or_by_a_date() {
        let asked = |value: &str| {
            retry_after(&HeaderMap::from_iter([(
                header::RETRY_AFTER,
                value.parse().unwrap(),
            )]))
        };
        assert_eq!(asked("17"), Some(Duration::from_secs(17)));
        assert_eq!(asked("Thu, 01 Jan 1970 00:00:00 GMT"), Some(Duration::ZERO));
        let soon = SystemTime::now() + Duration::from_secs(100);
        let asked_for = asked(&httpdate::fmt_http_date(soon)).unwrap();
        assert!((90..=100).contains(&asked_for.as_secs()), "{asked_for:?}");
        assert_eq!(asked("soon"), None);
        assert_eq!(asked("-1"), None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }

    #[test]
    fn names_are_made_fit_for_a_header() {
        assert_eq!(visible("room:x\r\nä y"), "room:x???".to_owned() + "?y");
    }

    #[test]
    fn the_signature_is_as_it_is_documented() {
        let receiver =
            Receiver::new(&crate::webhooks::tests::config("http://unused.example")).unwrap();
        let delivery = Delivery {
            id: "an id".to_owned(),
            event: "mount".to_owned(),
            key: "a".into(),
            body: bytes::Bytes::from_static(b"{}"),
        };
        let headers = receiver.headers(&delivery, 1_700_000_000_000);
        // printf '1700000000000.{}' | openssl dgst -sha256 -hmac 'a secret of the test'
        assert_eq!(
            headers["liveside-signature"],
            "v1=f0bd7ea1c65b70ab08fb853c1ba5bca8d5e6141f7c214805a38d1402884771b2"
        );
        assert_eq!(headers["liveside-timestamp"], "1700000000000");
    }
}
