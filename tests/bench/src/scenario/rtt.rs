//! `rtt`: how long a call takes where nothing else is under way.
//!
//! `cargo xtask bench` runs both sides on one processor. On two, the time depends on whether the other is asleep when
//! the frame comes, and falls into two groups that say more of the machine than of the server.

use std::time::Duration;

use anyhow::{Context as _, Result};

use super::{Measures, Target};
use crate::load::{COUNTER, Caller, measure};
use crate::statistics::micros;

pub(super) async fn run(target: &Target) -> Result<Measures> {
    let caller = Caller::new(target, &COUNTER).await?;
    let warm_up = target.choose(Duration::from_secs(1), Duration::from_millis(50));
    let measured = target.choose(Duration::from_secs(2), Duration::from_millis(200));
    let (_, mut figures) = measure(target, vec![caller], 1, warm_up, measured).await?;
    let mut at = |percent| {
        let time = figures.latencies.percentile(percent).context("no call")?;
        Ok::<_, anyhow::Error>(micros(time))
    };
    let (p50, p99) = (at(50.0)?, at(99.0)?);
    Ok(Measures::of([("p50_us", p50), ("p99_us", p99)]))
}
