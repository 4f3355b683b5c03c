//! `throughput-64x4` and `throughput-1000x1`: what a call costs where many are under way.
//!
//! Calls a second depend on who else is running, the generator before all. Processor time per call hardly does.

use std::time::Duration;

use anyhow::{Context as _, Result};

use super::{Measures, Target};
use crate::load::{COUNTER, Caller, measure};
use crate::statistics::micros;

/// How wide the load is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    connections: usize,
    quick_connections: usize,
    /// On each connection.
    in_flight: usize,
}

/// Several messages of a connection are read at once.
pub(super) const FEW: Load = Load {
    connections: 64,
    quick_connections: 8,
    in_flight: 4,
};

/// Nearly every message wakes another task, and finds little of what it needs in the processor's cache.
pub(super) const MANY: Load = Load {
    connections: 1_000,
    quick_connections: 20,
    in_flight: 1,
};

pub(super) async fn run(target: &Target, load: Load) -> Result<Measures> {
    let connections = target.choose(load.connections, load.quick_connections);
    let warm_up = target.choose(Duration::from_secs(1), Duration::from_millis(50));
    let measured = target.choose(Duration::from_secs(3), Duration::from_millis(200));
    let callers = Caller::several(target, &COUNTER, connections).await?;
    let (callers, mut figures) =
        measure(target, callers, load.in_flight, warm_up, measured).await?;
    let p50 = figures.latencies.percentile(50.0).context("no call")?;
    let p99 = figures.latencies.percentile(99.0).context("no call")?;
    let calls = figures.calls();
    let (requests, received) = callers.iter().fold((0, 0), |(requests, received), caller| {
        let connection = &caller.connection;
        (
            requests + connection.requests(),
            received + connection.received(),
        )
    });
    Ok(Measures::of([
        // Greetings and mounts are in it, which are few.
        ("bytes_per_call", received as f64 / requests as f64),
        ("calls_per_s", calls / figures.seconds),
        ("cpu_us_per_call", micros(figures.cpu) / calls),
        ("p50_us", micros(p50)),
        ("p99_us", micros(p99)),
    ]))
}
