//! What is measured: one file for each scenario, or for two that differ in their counts only.
//!
//! A new one is a file here, a variant of [`Scenario`], and its rows in `xtask/src/bench/rows.rs`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::ValueEnum;

use crate::encoding::Encoding;
use crate::server::Server;

mod big_state;
mod idle;
mod mount;
mod rtt;
mod swap;
mod throughput;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// One connection, one call at a time
    Rtt,
    /// 64 connections with 4 calls in flight on each
    #[value(name = "throughput-64x4")]
    Throughput64x4,
    /// 1,000 connections with one call in flight on each
    #[value(name = "throughput-1000x1")]
    Throughput1000x1,
    /// 20,000 mounts over 64 connections
    Mount,
    /// 10,000 connections with one mount each: the server's memory
    Idle,
    /// 100 connections with 100 mounts each: the server's memory
    #[value(name = "idle-100x100")]
    Idle100x100,
    /// An action that leaves a large key of its state alone
    BigState,
    /// A module is replaced while a thousand of its instances are busy
    Swap,
}

/// The server to measure, and how.
#[derive(Debug)]
pub struct Target {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its process.
    pub server: Server,
    /// What the frames carry.
    pub encoding: Encoding,
    /// Small counts and short times, which show that all works.
    pub quick: bool,
    /// How long the last replies may take before they count as lost.
    pub patience: Duration,
    /// What `swap` replaces.
    pub replacement: Option<Replacement>,
}

/// A module file that is replaced by its two versions in turn.
#[derive(Debug)]
pub struct Replacement {
    /// The file in the directory that the server watches.
    pub file: PathBuf,
    /// The first is the one that is served at the beginning.
    pub versions: [PathBuf; 2],
}

/// Figures by their names, which end with their unit where they have one.
#[derive(Debug, Default)]
pub struct Measures(BTreeMap<&'static str, f64>);

impl Scenario {
    /// Runs it once.
    ///
    /// # Errors
    /// If a reply is wrong or lost, a connection ends, or this machine does not allow what is asked for.
    pub async fn run(self, target: &Target) -> Result<Measures> {
        match self {
            Self::Rtt => rtt::run(target).await,
            Self::Throughput64x4 => throughput::run(target, throughput::FEW).await,
            Self::Throughput1000x1 => throughput::run(target, throughput::MANY).await,
            Self::Mount => mount::run(target).await,
            Self::Idle => idle::run(target, idle::WIDE).await,
            Self::Idle100x100 => idle::run(target, idle::DEEP).await,
            Self::BigState => big_state::run(target).await,
            Self::Swap => swap::run(target).await,
        }
    }
}

impl Target {
    /// `full`, or `quick` where it was asked for.
    pub(crate) fn choose<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}

impl Measures {
    /// The figure of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }

    /// One line of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::json!(self.0).to_string()
    }

    fn of<const N: usize>(figures: [(&'static str, f64); N]) -> Self {
        Self(figures.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_one_line_of_json() {
        let measures = Measures::of([("p50_us", 17.5), ("calls_per_s", 100.0)]);
        assert_eq!(measures.to_json(), r#"{"calls_per_s":100.0,"p50_us":17.5}"#);
        assert_eq!(measures.get("p50_us"), Some(17.5));
        assert_eq!(measures.get("p99_us"), None);
    }
}
