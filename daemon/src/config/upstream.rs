//! `upstream`: where the app is that the daemon stands before.
//!
//! Apart from the routes that use it because a wrong address is the operator's fault and must end the program before
//! it binds a port.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::Url;

/// The app's address: `http://`, a host and perhaps a port. Paths go to the app as they come, so it has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UpstreamUrl {
    /// Host and port as a URL has them; without the port where it is 80.
    authority: String,
}

/// An address that no app can be reached at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamUrlError {
    /// No absolute URL.
    #[error("`{0}` is no address of an app: write http://HOST:PORT, such as http://127.0.0.1:3000")]
    NotAUrl(String),
    /// TLS, or something that is not HTTP.
    #[error("`{0}` does not start with http://: the app must be reachable without TLS")]
    Scheme(String),
    /// A path, a query, a fragment, a user or a password.
    #[error("`{0}` holds more than a host and a port: write http://HOST:PORT")]
    MoreThanAnAuthority(String),
}

impl UpstreamUrl {
    /// Host and port as they stand in a URL.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

impl FromStr for UpstreamUrl {
    type Err = UpstreamUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| UpstreamUrlError::NotAUrl(text.to_owned()))?;
        if url.scheme() != "http" {
            return Err(UpstreamUrlError::Scheme(text.to_owned()));
        }
        // What is left when a host, a port and the slash are taken away.
        if url.authority().contains('@') || url[url::Position::BeforePath..] != *"/" {
            return Err(UpstreamUrlError::MoreThanAnAuthority(text.to_owned()));
        }
        Ok(Self {
            authority: url.authority().to_owned(),
        })
    }
}

impl TryFrom<String> for UpstreamUrl {
    type Error = UpstreamUrlError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<UpstreamUrl> for String {
    fn from(url: UpstreamUrl) -> Self {
        url.to_string()
    }
}

impl fmt::Display for UpstreamUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_a_port() {
        for (text, authority) in [
            ("http://127.0.0.1:3000", "127.0.0.1:3000"),
            ("http://localhost:80/", "localhost"),
            ("HTTP://App.internal", "app.internal"),
            ("http://[::1]:3000", "[::1]:3000"),
        ] {
            let url: UpstreamUrl = text.parse().unwrap();
            assert_eq!(url.authority(), authority);
            assert_eq!(url.to_string().parse::<UpstreamUrl>().unwrap(), url);
        }
    }

    #[test]
    fn a_wrong_address_is_told_with_what_is_wrong() {
        use UpstreamUrlError as Error;
        type Wrong = fn(String) -> Error;
        for (text, wrong) in [
            ("127.0.0.1:3000", Error::NotAUrl as Wrong),
            ("http://", Error::NotAUrl),
            ("localhost:3000", Error::Scheme),
            ("https://app", Error::Scheme),
            ("http://app/base", Error::MoreThanAnAuthority),
            ("http://app?x", Error::MoreThanAnAuthority),
            ("http://app/#x", Error::MoreThanAnAuthority),
            ("http://user@app", Error::MoreThanAnAuthority),
        ] {
            assert_eq!(
                text.parse::<UpstreamUrl>().unwrap_err(),
                wrong(text.to_owned())
            );
        }
    }
}
