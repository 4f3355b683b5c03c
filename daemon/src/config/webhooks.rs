//! `[webhooks]`: where events are told, which, and how patiently.
//!
//! Apart from the delivery because a wrong pattern is the operator's fault and must end the program before it binds a
//! port: one that never matches would go unnoticed.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

/// Events without a name of their own.
const PLAIN: [&str; 2] = ["mount", "unmount"];
/// Kinds of events that are named behind a colon.
const NAMED: [&str; 1] = ["room"];
/// Shortest secret. Shorter ones can be guessed from a single signature.
const SECRET_BYTES: usize = 16;

/// `[webhooks]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WebhooksConfig {
    /// What is told with a POST. Any address: it is the operator's own.
    pub url: WebhookUrl,
    /// Signs what is sent; the receiver knows it too.
    #[serde(skip_serializing)]
    pub secret: Secret,
    /// Which events are told: `mount`, `unmount`, `room:EVENT`, `room:*`, `*`.
    pub events: Vec<EventPattern>,
    /// Time of one attempt.
    #[serde(with = "humantime_serde", default = "default_timeout")]
    pub timeout: Duration,
    /// Attempts for one event, the first included. With 8 the last one is made about a minute after the first.
    #[serde(default = "default_max_attempts")]
    pub max_attempts: u32,
    /// Events that may wait. Further ones are dropped.
    #[serde(default = "default_queue")]
    pub queue: usize,
    /// Bodies of the events that may wait. Further ones are dropped.
    #[serde(default = "default_queue_bytes")]
    pub queue_bytes: usize,
}

fn default_timeout() -> Duration {
    Duration::from_secs(10)
}

fn default_max_attempts() -> u32 {
    8
}

fn default_queue() -> usize {
    1024
}

fn default_queue_bytes() -> usize {
    16 << 20
}

/// An `http://` or `https://` URL without a user or a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Url", into = "Url")]
pub struct WebhookUrl(Url);

impl WebhookUrl {
    /// The URL itself.
    #[must_use]
    pub fn as_url(&self) -> &Url {
        &self.0
    }
}

impl TryFrom<Url> for WebhookUrl {
    type Error = WebhooksConfigError;

    fn try_from(url: Url) -> Result<Self, Self::Error> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(WebhooksConfigError::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WebhooksConfigError::Userinfo);
        }
        Ok(Self(url))
    }
}

impl From<WebhookUrl> for Url {
    fn from(url: WebhookUrl) -> Self {
        url.0
    }
}

/// What signs webhooks. Never shown, not even to a debugger's eye.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Secret(String);

impl Secret {
    /// The bytes that sign.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl TryFrom<String> for Secret {
    type Error = WebhooksConfigError;

    fn try_from(secret: String) -> Result<Self, Self::Error> {
        if secret.len() < SECRET_BYTES {
            return Err(WebhooksConfigError::ShortSecret);
        }
        Ok(Self(secret))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Which events are meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum EventPattern {
    /// `*`: every event.
    All,
    /// `room:*`: every event of a kind. Holds the kind without the colon.
    Kind(String),
    /// `mount`, `room:joined`: one event.
    One(String),
}

impl EventPattern {
    /// Whether the event of this name is meant.
    #[must_use]
    pub fn matches(&self, event: &str) -> bool {
        match self {
            Self::All => true,
            Self::Kind(kind) => event.split_once(':').is_some_and(|(of, _)| of == kind),
            Self::One(name) => name == event,
        }
    }
}

impl FromStr for EventPattern {
    type Err = WebhooksConfigError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "*" => Ok(Self::All),
            None if PLAIN.contains(&text) => Ok(Self::One(text.to_owned())),
            Some((kind, "*")) if NAMED.contains(&kind) => Ok(Self::Kind(kind.to_owned())),
            Some((kind, name)) if NAMED.contains(&kind) && !name.is_empty() => {
                Ok(Self::One(text.to_owned()))
            }
            _ => Err(WebhooksConfigError::Event(text.to_owned())),
        }
    }
}

impl TryFrom<String> for EventPattern {
    type Error = WebhooksConfigError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EventPattern> for String {
    fn from(pattern: EventPattern) -> Self {
        match pattern {
            EventPattern::All => "*".to_owned(),
            EventPattern::Kind(kind) => format!("{kind}:*"),
            EventPattern::One(name) => name,
        }
    }
}

/// A value under `[webhooks]` that cannot be used. The configuration's reader puts the key before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhooksConfigError {
    /// An event that there is not.
    #[error("`{0}` is no event: write mount, unmount, room:EVENT, room:* or *")]
    Event(String),
    /// A URL that cannot be posted to.
    #[error("the URL's scheme is `{0}`: it must be http or https")]
    Scheme(String),
    /// A user or a password in the URL.
    #[error("the URL holds a user or a password: leave them out, the signature says who sends")]
    Userinfo,
    /// A secret that is too short.
    #[error(
        "the secret is shorter than {SECRET_BYTES} bytes: take a random one, such as of `openssl rand -hex 32`"
    )]
    ShortSecret,
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        url = "https://app.example/hooks"
        secret = "0123456789abcdef"
        events = ["mount", "room:joined", "room:*", "*"]
    "#;

    #[test]
    fn three_keys_are_enough() {
        let config: WebhooksConfig = toml::from_str(GOOD).unwrap();
        assert_eq!(config.timeout, Duration::from_secs(10));
        assert_eq!((config.max_attempts, config.queue), (8, 1024));
    }

    #[test]
    fn the_secret_is_not_shown() {
        let config: WebhooksConfig = toml::from_str(GOOD).unwrap();
        let shown = format!("{config:?}{}", toml::to_string(&config).unwrap());
        assert!(!shown.contains("0123456789abcdef"), "{shown}");
        assert!(shown.contains("\"room:*\""), "{shown}");
    }

    #[test]
    fn patterns_mean_one_event_or_a_kind() {
        for (pattern, event, meant) in [
            ("*", "mount", true),
            ("*", "room:x", true),
            ("mount", "mount", true),
            ("mount", "unmount", false),
            ("room:*", "room:x:y", true),
            ("room:*", "mount", false),
            ("room:*", "rooms:x", false),
            ("room:x", "room:x", true),
            ("room:x", "room:xy", false),
        ] {
            let pattern: EventPattern = pattern.parse().unwrap();
            assert_eq!(pattern.matches(event), meant, "{pattern:?} {event}");
        }
    }

    #[test]
    fn what_could_never_work_is_refused_with_a_sentence() {
        for (change, sentence) in [
            (("\"mount\"", "\"mout\""), "`mout` is no event"),
            (("room:joined", "room:"), "`room:` is no event"),
            (("room:joined", "chat:x"), "`chat:x` is no event"),
            (("https://", "ftp://"), "scheme is `ftp`"),
            (("https://", "https://me:pw@"), "holds a user or a password"),
            (("0123456789abcdef", "short"), "shorter than 16 bytes"),
            (("events", "evnts"), "unknown field `evnts`"),
        ] {
            let text = GOOD.replacen(change.0, change.1, 1);
            let error = toml::from_str::<WebhooksConfig>(&text)
                .unwrap_err()
                .to_string();
            assert!(error.contains(sentence), "{error}");
        }
    }
}
