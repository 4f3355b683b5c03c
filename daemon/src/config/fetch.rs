//! `[fetch]`: how large, how long and how many a component's outgoing requests may be.
//!
//! Apart from `allowed-hosts`, which belongs to single components: these bounds are the same for all of them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// `[fetch]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct FetchConfig {
    /// Largest body of a request.
    pub request_body_bytes: usize,
    /// Largest body of a response. What is longer is cut off and the connection dropped.
    pub response_body_bytes: usize,
    /// Names and values of all headers of a request together with its URL, and of all headers of a response.
    pub header_bytes: usize,
    /// Time of one request with its redirects, waiting for its turn included. A request may ask for less.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// Requests of one component at a time; further ones wait.
    pub concurrent: usize,
}

impl Default for FetchConfig {
    fn default() -> Self {
        const MIB: usize = 1 << 20;
        Self {
            request_body_bytes: MIB,
            response_body_bytes: MIB,
            header_bytes: 64 << 10,
            timeout: Duration::from_secs(10),
            concurrent: 16,
        }
    }
}
