//! `big-state`: what an action costs beside a large key that it leaves alone.
//!
//! Two instances, one with a large key and one with a small one, are called in turn, so that a machine that gets slower
//! meanwhile does so for both.

use std::time::Duration;

use anyhow::Result;

use super::{Measures, Target};
use crate::load::{Caller, Subject, measure};
use crate::statistics::micros;

const BLOB: Subject = Subject {
    component: "LiveBlob",
    action: "touch",
    answer: r#""result":"#,
    pushed: r#""small":"#,
};

const SMALL_BYTES: usize = 1_000;
const LARGE_BYTES: usize = 1_000_000;
/// Enough that the server is never idle, so that waking it is not what is measured.
const IN_FLIGHT: usize = 8;
const TURNS: usize = 3;

pub(super) async fn run(target: &Target) -> Result<Measures> {
    let warm_up = target.choose(Duration::from_millis(200), Duration::from_millis(20));
    let measured = target.choose(Duration::from_millis(600), Duration::from_millis(60));
    let mut sides = [
        Side::new(target, SMALL_BYTES).await?,
        Side::new(target, LARGE_BYTES).await?,
    ];
    for _ in 0..TURNS {
        for side in &mut sides {
            let callers = std::mem::take(&mut side.callers);
            let (callers, figures) = measure(target, callers, IN_FLIGHT, warm_up, measured).await?;
            side.callers = callers;
            side.calls += figures.calls();
            side.cpu += figures.cpu;
        }
    }
    let [small, large] = sides.map(|side| micros(side.cpu) / side.calls);
    Ok(Measures::of([
        ("small_us_per_call", small),
        ("large_us_per_call", large),
    ]))
}

/// One of the two instances, and what its calls cost so far.
struct Side {
    /// One, whenever it is not under way.
    callers: Vec<Caller>,
    calls: f64,
    cpu: Duration,
}

impl Side {
    async fn new(target: &Target, bytes: usize) -> Result<Self> {
        let mut caller = Caller::new(target, &BLOB).await?;
        let payload = format!(r#"{{"bytes":{bytes}}}"#);
        caller.connection.call(&caller.id, "fill", &payload).await?;
        Ok(Self {
            callers: vec![caller],
            calls: 0.0,
            cpu: Duration::ZERO,
        })
    }
}
