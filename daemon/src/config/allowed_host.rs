//! One entry of `allowed-hosts`: an origin that a component may send requests to.
//!
//! Apart from the fetcher because a wrong entry is the operator's fault and must end the program before it binds a
//! port. An entry is a scheme, a host and perhaps a port; nothing else, so that nobody believes that a path is
//! checked.
//!
//! 1. What is not written does not match: no port means the scheme's own port, `https` never covers `http`.
//! 2. `*.` stands for one or more labels, never for none. It covers names only, never addresses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// An origin, or the sub-domains of one: `https://api.example.org`, `http://localhost:3000`, `https://*.example.com`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AllowedHost {
    scheme: Scheme,
    host: HostRule,
    port: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum HostRule {
    Named(Host<String>),
    /// Without the `*.`.
    SubdomainsOf(String),
}

/// How an entry covers a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// The operator wrote the host itself, and vouches for where it leads.
    Named,
    /// The operator wrote a wildcard: whoever owns the domain can point its sub-domains anywhere.
    Wildcard,
}

/// An entry of `allowed-hosts` that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{entry}` cannot be allowed: {problem}")]
pub struct AllowedHostError {
    /// The entry as it was written.
    pub entry: String,
    /// What is wrong with it.
    pub problem: AllowedHostProblem,
}

/// What can be wrong with an entry of `allowed-hosts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AllowedHostProblem {
    /// Not an absolute URL with a host.
    #[error("write a scheme and a host, such as https://api.example.org")]
    NotAnOrigin,
    /// A scheme that is not fetched.
    #[error("its scheme must be http or https")]
    Scheme,
    /// A user name or a password.
    #[error("leave the user and the password out, a component sends them in a header")]
    Userinfo,
    /// A path, a query or a fragment.
    #[error("leave out what follows the host and the port, only whole hosts can be allowed")]
    MoreThanAnOrigin,
    /// A `*` that is not the whole first label.
    #[error("a `*` can only be the first part of a host, such as https://*.example.com")]
    Wildcard,
    /// A `*` before an address or a single label.
    #[error("a `*` needs a domain of at least two parts after it, such as https://*.example.com")]
    WildcardTooWide,
}

impl Scheme {
    fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

impl AllowedHost {
    /// How this entry covers the scheme, host and port of `url`, if it does.
    #[must_use]
    pub fn covers(&self, url: &Url) -> Option<Naming> {
        if url.scheme() != self.scheme.as_str() || url.port_or_known_default() != Some(self.port) {
            return None;
        }
        match (&self.host, url.host()?) {
            (HostRule::Named(own), host) => (*own == host).then_some(Naming::Named),
            (HostRule::SubdomainsOf(domain), Host::Domain(name)) => name
                .strip_suffix(domain.as_str())
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|labels| !labels.is_empty())
                .then_some(Naming::Wildcard),
            (HostRule::SubdomainsOf(_), Host::Ipv4(_) | Host::Ipv6(_)) => None,
        }
    }
}

fn parse(entry: &str) -> Result<AllowedHost, AllowedHostProblem> {
    use AllowedHostProblem as Problem;
    let (scheme, rest) = entry.split_once("://").ok_or(Problem::NotAnOrigin)?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        _ => return Err(Problem::Scheme),
    };
    let (wildcard, rest) = match rest.strip_prefix("*.") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    if rest.contains('*') {
        return Err(Problem::Wildcard);
    }
    let url =
        Url::parse(&format!("{}://{rest}", scheme.as_str())).map_err(|_| Problem::NotAnOrigin)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Problem::Userinfo);
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(Problem::MoreThanAnOrigin);
    }
    let port = url.port_or_known_default().ok_or(Problem::NotAnOrigin)?;
    let host = url.host().ok_or(Problem::NotAnOrigin)?.to_owned();
    let host = match (wildcard, host) {
        (false, host) => HostRule::Named(host),
        (true, Host::Domain(domain)) if domain.trim_end_matches('.').contains('.') => {
            HostRule::SubdomainsOf(domain)
        }
        (true, _) => return Err(Problem::WildcardTooWide),
    };
    Ok(AllowedHost { scheme, host, port })
}

impl FromStr for AllowedHost {
    type Err = AllowedHostError;

    fn from_str(entry: &str) -> Result<Self, Self::Err> {
        parse(entry).map_err(|problem| AllowedHostError {
            entry: entry.to_owned(),
            problem,
        })
    }
}

impl TryFrom<String> for AllowedHost {
    type Error = AllowedHostError;

    fn try_from(entry: String) -> Result<Self, Self::Error> {
        entry.parse()
    }
}

impl From<AllowedHost> for String {
    fn from(host: AllowedHost) -> Self {
        host.to_string()
    }
}

impl fmt::Display for AllowedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, host, port } = self;
        let name = scheme.as_str();
        match host {
            HostRule::Named(host) => write!(f, "{name}://{host}")?,
            HostRule::SubdomainsOf(domain) => write!(f, "{name}://*.{domain}")?,
        }
        match (scheme, port) {
            (Scheme::Http, 80) | (Scheme::Https, 443) => Ok(()),
            _ => write!(f, ":{port}"),
        }
    }
}

#[cfg(test)]
mod tests;
