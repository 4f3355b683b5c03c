//! Single values of `[auth]` that are more than text.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use super::check::AuthProblem;

/// What a token is signed by, as RFC 7518 and RFC 8037 name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum JwtAlgorithm {
    /// HMAC with SHA-256.
    HS256,
    /// HMAC with SHA-384.
    HS384,
    /// HMAC with SHA-512.
    HS512,
    /// RSA, PKCS #1 v1.5 with SHA-256.
    RS256,
    /// RSA, PKCS #1 v1.5 with SHA-384.
    RS384,
    /// RSA, PKCS #1 v1.5 with SHA-512.
    RS512,
    /// RSA, PSS with SHA-256.
    PS256,
    /// RSA, PSS with SHA-384.
    PS384,
    /// RSA, PSS with SHA-512.
    PS512,
    /// ECDSA on P-256.
    ES256,
    /// ECDSA on P-384.
    ES384,
    /// Ed25519.
    EdDSA,
}

/// The kind of key that an algorithm needs. A key is of one family only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFamily {
    /// A shared secret.
    Secret,
    /// RSA.
    Rsa,
    /// The curve P-256.
    P256,
    /// The curve P-384.
    P384,
    /// Ed25519.
    Ed25519,
}

impl JwtAlgorithm {
    /// The kind of key that it needs.
    #[must_use]
    pub fn family(self) -> KeyFamily {
        match self {
            Self::HS256 | Self::HS384 | Self::HS512 => KeyFamily::Secret,
            Self::RS256 | Self::RS384 | Self::RS512 | Self::PS256 | Self::PS384 | Self::PS512 => {
                KeyFamily::Rsa
            }
            Self::ES256 => KeyFamily::P256,
            Self::ES384 => KeyFamily::P384,
            Self::EdDSA => KeyFamily::Ed25519,
        }
    }
}

impl fmt::Display for JwtAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// An `http://` or `https://` URL of the operator's own, without a user or a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Url", into = "Url")]
pub struct ProviderUrl(Url);

impl ProviderUrl {
    /// The URL itself.
    #[must_use]
    pub fn as_url(&self) -> &Url {
        &self.0
    }
}

impl TryFrom<Url> for ProviderUrl {
    type Error = AuthProblem;

    fn try_from(url: Url) -> Result<Self, Self::Error> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(AuthProblem::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AuthProblem::Userinfo);
        }
        Ok(Self(url))
    }
}

impl From<ProviderUrl> for Url {
    fn from(url: ProviderUrl) -> Self {
        url.0
    }
}

/// Names of headers, in lower case. None of them belongs to the connection itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct HeaderNames(Vec<String>);

/// Headers that say something of the upgrade's own connection or body. Passed on, they would be wrong, or let a browser
/// write the daemon's request.
const OF_THE_CONNECTION: [&str; 13] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl HeaderNames {
    /// The names.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// Whether the header of this name (in lower case) is among them.
    #[must_use]
    pub fn contain(&self, name: &str) -> bool {
        self.0.iter().any(|one| one == name)
    }
}

impl Default for HeaderNames {
    /// Where credentials are by custom.
    fn default() -> Self {
        Self(vec!["cookie".to_owned(), "authorization".to_owned()])
    }
}

impl TryFrom<Vec<String>> for HeaderNames {
    type Error = AuthProblem;

    fn try_from(names: Vec<String>) -> Result<Self, Self::Error> {
        let is_token = |name: &str| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
        };
        let mut checked: Vec<String> = Vec::with_capacity(names.len());
        for name in names {
            if !is_token(&name) {
                return Err(AuthProblem::HeaderName(name));
            }
            let name = name.to_ascii_lowercase();
            if OF_THE_CONNECTION.contains(&&*name) || name.starts_with("sec-websocket-") {
                return Err(AuthProblem::ConnectionHeader(name));
            }
            if !checked.contains(&name) {
                checked.push(name);
            }
        }
        Ok(Self(checked))
    }
}

impl From<HeaderNames> for Vec<String> {
    fn from(names: HeaderNames) -> Self {
        names.0
    }
}
