//! What is in front of the daemon: proxies, whose word on who asked and how is believed, and TLS of its own.
//!
//! Apart because it is pure, and because every check that goes by an address or a scheme must believe the same ones.
//! A proxy is trusted if it is on this machine or in `trusted-proxies`; what anybody else claims is not looked at.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::HeaderMap;
use axum::http::header::HeaderName;
use ipnet::IpNet;

use crate::config::Config;

pub(super) const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
pub(super) const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Which proxies are believed, and whether the daemon itself speaks TLS.
#[derive(Debug, Clone, Default)]
pub struct Front {
    trusted: Vec<IpNet>,
    speaks_tls: bool,
}

/// How a browser reaches the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Http,
    Https,
}

impl From<&Config> for Front {
    fn from(config: &Config) -> Self {
        Self::new(config.trusted_proxies.clone(), config.tls.files().is_some())
    }
}

impl Front {
    /// Proxies at `trusted` addresses are believed, beside those of this machine.
    #[must_use]
    pub fn new(trusted: Vec<IpNet>, speaks_tls: bool) -> Self {
        Self {
            trusted,
            speaks_tls,
        }
    }

    /// The scheme of the daemon's own port.
    pub(super) fn own_scheme(&self) -> Scheme {
        if self.speaks_tls {
            Scheme::Https
        } else {
            Scheme::Http
        }
    }

    /// Whether what `peer` says of who asked is believed.
    pub(super) fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        peer.is_loopback() || self.trusted.iter().any(|trusted| trusted.contains(&peer))
    }

    /// The address that a request comes from: the last in the chain that no trusted proxy has. `None` is this machine
    /// itself, or a trusted proxy that does not say for whom it asks.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        let mut client = peer.to_canonical();
        let mut is_named = false;
        let said: Vec<&str> = headers
            .get_all(FORWARDED_FOR)
            .iter()
            // What is no text breaks the chain as an unknown name does.
            .flat_map(|value| value.to_str().unwrap_or("?").split(','))
            .map(str::trim)
            .collect();
        for name in said.into_iter().rev() {
            if !self.trusts(client) {
                break;
            }
            match address(name) {
                Some(address) => {
                    client = address;
                    is_named = true;
                }
                None => {
                    is_named = false;
                    break;
                }
            }
        }
        let is_known = is_named || !self.trusts(client);
        (is_known && !client.is_loopback()).then_some(client)
    }

    /// How the browser reaches us, if that is known: by our own TLS, or as a trusted proxy says.
    pub(super) fn scheme(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<Scheme> {
        if self.speaks_tls {
            return Some(Scheme::Https);
        }
        if !peer.is_some_and(|peer| self.trusts(peer)) {
            return None;
        }
        let said = headers.get(FORWARDED_PROTO)?.to_str().ok()?;
        // Each proxy of a chain may have added its own: the first is the browser's.
        let first = said.split(',').next()?.trim();
        [Scheme::Http, Scheme::Https]
            .into_iter()
            .find(|scheme| first.eq_ignore_ascii_case(scheme.as_str()))
    }
}

impl Scheme {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that an origin of this scheme leaves out.
    pub(super) fn default_port(self) -> &'static str {
        match self {
            Self::Http => "80",
            Self::Https => "443",
        }
    }
}

/// One name of the chain: an address, with a port or without.
fn address(name: &str) -> Option<IpAddr> {
    let bare = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(name);
    let address = bare
        .parse()
        .or_else(|_| name.parse().map(|socket: SocketAddr| socket.ip()))
        .ok()?;
    Some(IpAddr::to_canonical(&address))
}

/// What an address is counted by: an IPv6 network of 64 bits is one household, and has more addresses than can be
/// counted.
pub(super) fn counted_as(client: IpAddr) -> String {
    match client.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let network = Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64));
            format!("{network}/64")
        }
    }
}

#[cfg(test)]
mod tests;
