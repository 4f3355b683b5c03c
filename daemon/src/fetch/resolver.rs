//! From names to addresses, and which of them may be connected to.
//!
//! The check stands here, between the name service and the socket, and not before the request: a name may lead to
//! another address at each question (DNS rebinding), so only the answer that is connected to counts.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use super::address::is_public;

/// Questions to the system's resolver at a time. Each holds a thread that cannot be interrupted; without a bound a name
/// server that hangs would take all of them, those of files included.
const LOOKUPS: usize = 32;

/// Answers what addresses a name has.
pub trait Lookup: Send + Sync + 'static {
    /// The addresses of `host`, in the order in which they are to be tried. Called once for each new connection; it may
    /// wait, and is dropped when the request's time is over.
    fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// Asks the operating system: `/etc/hosts` and the name servers.
pub(super) struct SystemLookup {
    turns: Arc<Semaphore>,
}

impl SystemLookup {
    pub(super) fn new() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(LOOKUPS)),
        }
    }
}

impl Lookup for SystemLookup {
    fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let (turns, host) = (self.turns.clone(), host.to_owned());
        Box::pin(async move {
            let turn = turns.acquire_owned().await.map_err(io::Error::other)?;
            // The turn goes with the thread: it stays taken where nobody waits for the answer any more.
            let asked = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                let addresses = (host.as_str(), 0).to_socket_addrs()?;
                Ok(addresses.map(|address| address.ip()).collect())
            });
            asked.await.map_err(io::Error::other)?
        })
    }
}

/// The name leads to no address that may be connected to. Found again in the client's error by its type.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to no public address")]
pub(super) struct NoPublicAddress;

/// What the client resolves with.
pub(super) struct GuardedResolver {
    lookup: Arc<dyn Lookup>,
    /// Whether addresses that are not public are left out.
    public_only: bool,
}

impl GuardedResolver {
    pub(super) fn new(lookup: Arc<dyn Lookup>, public_only: bool) -> Self {
        Self {
            lookup,
            public_only,
        }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let asked = self.lookup.lookup(name.as_str());
        let public_only = self.public_only;
        Box::pin(async move {
            let mut addresses = asked.await?;
            if public_only {
                addresses.retain(|address| is_public(*address));
                if addresses.is_empty() {
                    return Err(NoPublicAddress.into());
                }
            }
            // Port 0: the client puts the URL's port in.
            let addresses = addresses.into_iter().map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}
