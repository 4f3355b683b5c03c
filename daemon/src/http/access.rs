//! Who may open a socket, and who may see what the daemon knows of itself.

use std::net::IpAddr;

use axum::http::{HeaderMap, StatusCode, header};
use subtle::ConstantTimeEq;

use super::front::Scheme;
use super::{Http, Peer};

/// Why an upgrade or a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Denied {
    #[error("The origin {0} may not connect: add it to `allowed-origins` if it should")]
    Origin(String),
    #[error("The host {0} is not this machine: development mode serves loopback names only")]
    Host(String),
    #[error("This needs the daemon's API key: send `Authorization: Bearer KEY`")]
    Key,
    #[error("This needs the daemon's API key, and none is configured: set `api-key`")]
    NoKey,
}

impl Denied {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Key => StatusCode::UNAUTHORIZED,
            Self::Origin(_) | Self::Host(_) | Self::NoKey => StatusCode::FORBIDDEN,
        }
    }
}

/// Who passes a request on for somebody else says so in one of these.
const FORWARDED: [&str; 3] = ["forwarded", "x-forwarded-for", "x-real-ip"];

impl Http {
    /// Browsers send the page's origin with an upgrade and pages cannot change it. Without this check any page that a
    /// user visits could open a socket with the user's cookies. Other programs send none and are let in.
    ///
    /// The page's own origin is known by `Host`, and by the scheme where that is known: a page that somebody on the way
    /// put in by plain HTTP is not the page that came by TLS.
    pub(super) fn check_origin(
        &self,
        headers: &HeaderMap,
        peer: Option<Peer>,
    ) -> Result<(), Denied> {
        let host = text(headers, header::HOST);
        if self.development && !host.is_none_or(is_loopback_host) {
            // A name of somebody else's that resolves to this machine is the way around the check below.
            return Err(Denied::Host(host.unwrap_or_default().to_owned()));
        }
        let Some(origin) = headers.get(header::ORIGIN) else {
            return Ok(());
        };
        let origin = origin.to_str().unwrap_or("(unreadable)");
        let page = parse_origin(origin);
        let scheme = self.front.scheme(peer.map(|peer| peer.0.ip()), headers);
        let same = page.is_some_and(|(page_scheme, authority)| {
            (scheme, page_scheme) != (Some(Scheme::Https), Scheme::Http)
                && host.is_some_and(|host| is_same_host(host, authority, page_scheme))
        });
        let allowed = same
            || self
                .allowed_origins
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(origin))
            || (self.development && page.is_some_and(|(_, authority)| is_loopback_host(authority)));
        if allowed {
            Ok(())
        } else {
            Err(Denied::Origin(origin.to_owned()))
        }
    }

    /// Whether the caller may see counts and names: by the API key, or, where none is set, from this machine itself.
    pub(super) fn check_key(&self, headers: &HeaderMap, peer: Peer) -> Result<(), Denied> {
        let allowed = match &self.api_key {
            Some(key) => text(headers, header::AUTHORIZATION)
                .and_then(|value| value.strip_prefix("Bearer "))
                .is_some_and(|given| given.as_bytes().ct_eq(key.as_bytes()).into()),
            // A reverse proxy on this machine passes on other people's requests; a page whose host's name was made to
            // mean this machine sends its own.
            None => {
                let forwarded = FORWARDED.iter().any(|name| headers.contains_key(*name));
                let named = text(headers, header::HOST).is_none_or(is_loopback_host);
                peer.0.ip().to_canonical().is_loopback() && !forwarded && named
            }
        };
        if allowed { Ok(()) } else { Err(Denied::Key) }
    }

    /// Whether the caller may change something: by the API key. Without one nobody may, but in development from this
    /// machine itself, and then no page of another site, which a developer may have open.
    pub(super) fn check_change(
        &self,
        headers: &HeaderMap,
        peer: Option<Peer>,
    ) -> Result<(), Denied> {
        if self.api_key.is_none() {
            if !self.development {
                return Err(Denied::NoKey);
            }
            self.check_origin(headers, peer)?;
        }
        // Without a peer nobody knows where it comes from: a test, and no server.
        self.check_key(headers, peer.ok_or(Denied::Key)?)
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The scheme and the host, with its port, of a web page's origin. Extensions and files have others.
fn parse_origin(origin: &str) -> Option<(Scheme, &str)> {
    let (scheme, authority) = origin.split_once("://")?;
    let scheme = [Scheme::Http, Scheme::Https]
        .into_iter()
        .find(|known| scheme.eq_ignore_ascii_case(known.as_str()))?;
    Some((scheme, authority))
}

/// Whether `Host` names what an origin does, which leaves the port of its scheme out. A proxy may write it.
fn is_same_host(host: &str, authority: &str, scheme: Scheme) -> bool {
    let bare = host
        .strip_suffix(scheme.default_port())
        .and_then(|rest| rest.strip_suffix(':'))
        .unwrap_or(host);
    !authority.is_empty()
        && (host.eq_ignore_ascii_case(authority) || bare.eq_ignore_ascii_case(authority))
}

/// Whether `host`, with or without a port, names this machine.
fn is_loopback_host(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').unwrap_or_default(),
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    // A user before an `@` looks like a name and a port.
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
        return false;
    }
    name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_this_machine() {
        for host in [
            "localhost",
            "localhost:4000",
            "127.0.0.1:1",
            "[::1]:80",
            "app.localhost:3000",
        ] {
            assert!(is_loopback_host(host), "{host}");
        }
        for host in [
            "example.org",
            "localhost.example.org",
            "192.168.0.1",
            "",
            "[::2]",
            "localhost:1@example.org",
            "127.0.0.1@example.org",
            "[::1]:1@example.org",
            "[::1",
        ] {
            assert!(!is_loopback_host(host), "{host}");
        }
    }
}
