//! How many connections one address may have, and how many new ones in a minute.
//!
//! Counted are addresses that are known to be somebody's: not this machine's own, and not a proxy's that does not say
//! for whom it asks, which would be everybody at once.

use std::net::IpAddr;
use std::num::NonZeroU32;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{DefaultDirectRateLimiter, RateLimiter};

use super::front::{Front, counted_as};
use crate::config::Limits;
use crate::connection::{self, Quota};

/// Addresses whose pace is remembered. Those of more than this in a minute are not held to it: the limit of all
/// connections is, and is reached first.
const PACED_ADDRESSES: usize = 200_000;

/// All addresses that have connections, or had in the last minute.
pub(super) struct Visitors {
    open: Quota,
    pace: RateLimiter<String, HashMapStateStore<String>, DefaultClock>,
    /// So that somebody who is refused all the time does not fill the log.
    told: DefaultDirectRateLimiter,
}

/// Why an address gets no further connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Crowded {
    #[error("Too many connections from your address, close some first")]
    Open,
    #[error("Too many new connections from your address, try again in {seconds} s")]
    New { seconds: u64 },
}

impl Crowded {
    /// The setting that says so, for the log.
    fn limit(self) -> &'static str {
        match self {
            Self::Open => "limits.connections-per-address",
            Self::New { .. } => "limits.new-connections-per-address",
        }
    }
}

impl IntoResponse for Crowded {
    fn into_response(self) -> Response {
        let text = format!("{self}\n");
        match self {
            Self::Open => (StatusCode::TOO_MANY_REQUESTS, text).into_response(),
            Self::New { seconds } => (
                StatusCode::TOO_MANY_REQUESTS,
                [(header::RETRY_AFTER, seconds.to_string())],
                text,
            )
                .into_response(),
        }
    }
}

impl Visitors {
    pub(super) fn new(limits: &Limits) -> Self {
        // Zero is refused with the configuration.
        let per_minute =
            NonZeroU32::new(limits.new_connections_per_address).unwrap_or(NonZeroU32::MIN);
        Self {
            open: Quota::new(limits.connections_per_address),
            pace: RateLimiter::hashmap(governor::Quota::per_minute(per_minute)),
            told: RateLimiter::direct(governor::Quota::per_minute(NonZeroU32::MIN)),
        }
    }

    /// A place for one more connection of whoever asks; none is needed where nobody is counted.
    pub(super) fn admit(
        &self,
        front: &Front,
        peer: IpAddr,
        headers: &HeaderMap,
    ) -> Result<Option<connection::quota::Guard>, Crowded> {
        let Some(client) = front.client(peer, headers) else {
            return Ok(None);
        };
        let key = counted_as(client);
        let admitted = self.open.take(&key).ok_or(Crowded::Open);
        let admitted = admitted.and_then(|place| self.check_pace(key).map(|()| place));
        if let Err(crowded) = admitted
            && self.told.check().is_ok()
        {
            tracing::warn!(address = %client, limit = crowded.limit(), "an upgrade was refused");
        }
        admitted.map(Some)
    }

    fn check_pace(&self, key: String) -> Result<(), Crowded> {
        if self.pace.len() >= PACED_ADDRESSES {
            self.pace.retain_recent();
            if self.pace.len() >= PACED_ADDRESSES {
                return Ok(());
            }
        }
        self.pace.check_key(&key).map_err(|early| {
            let wait = early.wait_time_from(DefaultClock::default().now());
            Crowded::New {
                seconds: wait.as_secs() + 1,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn visitors(open: usize, new: u32) -> Visitors {
        Visitors::new(&Limits {
            connections_per_address: open,
            new_connections_per_address: new,
            ..Limits::default()
        })
    }

    fn ask(
        visitors: &Visitors,
        client: &'static str,
    ) -> Result<Option<connection::quota::Guard>, Crowded> {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static(client));
        let here = IpAddr::from([127, 0, 0, 1]);
        visitors.admit(&Front::default(), here, &headers)
    }

    #[test]
    fn an_address_has_so_many_connections_and_another_its_own() {
        let visitors = visitors(2, 1000);
        let one = ask(&visitors, "203.0.113.7").unwrap();
        let _two = ask(&visitors, "203.0.113.7").unwrap().unwrap();
        assert_eq!(ask(&visitors, "203.0.113.7").unwrap_err(), Crowded::Open);
        assert!(ask(&visitors, "203.0.113.8").unwrap().is_some());
        drop(one);
        assert!(ask(&visitors, "203.0.113.7").unwrap().is_some());
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one() {
        let visitors = visitors(1, 1000);
        let _one = ask(&visitors, "2001:db8::1").unwrap().unwrap();
        assert_eq!(ask(&visitors, "2001:db8::2").unwrap_err(), Crowded::Open);
        assert!(ask(&visitors, "2001:db8:0:1::1").is_ok());
    }

    #[test]
    fn new_connections_are_counted_also_when_they_are_closed_at_once() {
        let visitors = visitors(1000, 3);
        for _ in 0..3 {
            ask(&visitors, "203.0.113.7").unwrap();
        }
        let refused = ask(&visitors, "203.0.113.7").unwrap_err();
        assert!(
            matches!(refused, Crowded::New { seconds: 1..=21 }),
            "{refused:?}"
        );
        assert!(ask(&visitors, "203.0.113.8").is_ok());
    }

    #[test]
    fn this_machine_is_not_counted() {
        let visitors = visitors(1, 1);
        for _ in 0..10 {
            assert!(ask(&visitors, "127.0.0.1").unwrap().is_none());
        }
        assert_eq!(visitors.open.keys(), 0);
    }
}
