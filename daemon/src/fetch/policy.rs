//! What one component may fetch: its hosts, its bounds, and its turns.
//!
//! Apart from the fetcher, which is one for all components: a policy belongs to one of them and is replaced with its
//! settings.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::{Host, Url};

use super::address::is_public;
use super::error::{Denial, FetchError};
use crate::config::{AllowedHost, FetchConfig, Naming};

/// The rules for one component's requests. Clones are the same policy: they share its turns.
#[derive(Debug, Clone)]
pub struct Policy {
    hosts: Arc<[AllowedHost]>,
    pub(super) bounds: FetchConfig,
    /// One permit for each request at a time. Those that wait are bounded by their callers: a mounted component waits
    /// for one request.
    turns: Arc<Semaphore>,
}

impl Policy {
    /// Lets requests through to `hosts` within `bounds`. Without hosts it lets nothing through.
    #[must_use]
    pub fn new(hosts: impl Into<Arc<[AllowedHost]>>, bounds: FetchConfig) -> Self {
        let concurrent = bounds.concurrent.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            hosts: hosts.into(),
            bounds,
            turns: Arc::new(Semaphore::new(concurrent)),
        }
    }

    /// Whether `url` may be fetched, and how it is named. The first entry that names the host itself wins over
    /// wildcards.
    ///
    /// # Errors
    /// [`FetchError::Denied`] if no entry covers the URL, or if the URL holds an address in place of a name that is not
    /// public and not named.
    pub(super) fn check(&self, url: &Url) -> Result<Naming, FetchError> {
        let mut found = None;
        for naming in self.hosts.iter().filter_map(|host| host.covers(url)) {
            if naming == Naming::Named {
                return Ok(naming);
            }
            found = Some(naming);
        }
        let naming = found.ok_or_else(|| FetchError::denied(url, Denial::NotAllowed))?;
        // No wildcard covers an address today. Should one ever, the resolver would not see it.
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(_)) | None => None,
        };
        if address.is_some_and(|address| !is_public(address)) {
            return Err(FetchError::denied(url, Denial::PrivateAddress));
        }
        Ok(naming)
    }

    /// Waits until one of the component's requests may start. Cancelling gives the place in the queue up.
    pub(super) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed; were it, nobody would have to wait.
        self.turns.clone().acquire_owned().await.ok()
    }
}
