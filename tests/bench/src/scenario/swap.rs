//! `swap`: how soon a new version of a module is there, and whether anybody who is busy notices.
//!
//! Every counter is called all the while, and its count must go on over all versions. One more connection asks which
//! version answers, from the moment when the file is replaced until it is the new one.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{Measures, Target};
use crate::connection::Connection;
use crate::messages;
use crate::statistics::Latencies;

const COMPONENT: &str = "LiveSwap";
/// Both actions of it answer with a number.
const ANSWER: &str = r#""result":"#;
/// A new version that is not there by then does not come any more.
const LONGEST: Duration = Duration::from_secs(20);
/// Between one version and the next: nobody saves faster.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) async fn run(target: &Target) -> Result<Measures> {
    let replacement = target
        .replacement
        .as_ref()
        .context("`swap` needs --replace and --with")?;
    let connections = target.choose(50, 5);
    let counters = target.choose(20, 4);
    let swaps = target.choose(20, 4);
    // Two that are the same would be swapped in no time at all.
    let contents = [&replacement.versions[0], &replacement.versions[1]]
        .map(|file| fs::read(file).with_context(|| format!("cannot read {}", file.display())));
    let [first, second] = contents;
    let contents = [first?, second?];

    let stop = Arc::new(AtomicBool::new(false));
    let mut busy = JoinSet::new();
    for _ in 0..connections {
        let mut connection = Connection::open(target).await?;
        let mut ids = Vec::with_capacity(counters);
        for _ in 0..counters {
            ids.push(connection.mount(COMPONENT).await?);
        }
        busy.spawn(keep_busy(connection, ids, stop.clone()));
    }

    let mut observer = Connection::open(target).await?;
    let id = observer.mount(COMPONENT).await?;
    ensure!(
        version(&mut observer, &id).await? == 1,
        "the first version is not served at the beginning"
    );
    let mut times = Latencies::default();
    for swap in 0..swaps {
        let next = (swap + 1) % 2;
        let replaced = replace(&replacement.file, &contents[next])?;
        while version(&mut observer, &id).await? != next as u64 + 1 {
            ensure!(
                replaced.elapsed() < LONGEST,
                "version {} was not there after {LONGEST:?}",
                next + 1
            );
        }
        times.push(replaced.elapsed());
        if let Some(ended) = busy.try_join_next() {
            ended??;
            bail!("a caller ended before it was told to");
        }
        sleep(PAUSE).await;
    }

    stop.store(true, Ordering::Relaxed);
    let mut calls = 0;
    let all = async {
        while let Some(ended) = busy.join_next().await {
            calls += ended??;
        }
        Ok::<_, anyhow::Error>(())
    };
    match timeout(target.patience, all).await {
        Ok(ended) => ended?,
        Err(_) => bail!("calls were not answered within {:?}", target.patience),
    }
    let p50 = times.percentile(50.0).context("no swap")?;
    let worst = times.percentile(100.0).context("no swap")?;
    Ok(Measures::of([
        ("p50_ms", p50.as_secs_f64() * 1e3),
        ("worst_ms", worst.as_secs_f64() * 1e3),
        ("calls", calls as f64),
    ]))
}

/// Calls each counter in turn until told to stop; gives how many calls that were.
async fn keep_busy(
    mut connection: Connection,
    ids: Vec<String>,
    stop: Arc<AtomicBool>,
) -> Result<u64> {
    let mut rounds = 0;
    while !stop.load(Ordering::Relaxed) {
        rounds += 1;
        for id in &ids {
            let reply = connection.call(id, "increment", "{}").await?;
            ensure!(
                messages::last_number(&reply, ANSWER) == Some(rounds),
                "the count must be {rounds}: {reply}"
            );
        }
    }
    Ok(rounds * ids.len() as u64)
}

async fn version(connection: &mut Connection, id: &str) -> Result<u64> {
    let reply = connection.call(id, "version", "{}").await?;
    messages::last_number(&reply, ANSWER).with_context(|| format!("no version: {reply}"))
}

/// Puts a module in place in one step, and gives the moment before that step.
fn replace(file: &Path, content: &[u8]) -> Result<Instant> {
    // The server does not take a file for a module whose name begins with a dot.
    let name = file.file_name().context("--replace names no file")?;
    let beside = file.with_file_name(format!(".{}.new", name.to_string_lossy()));
    fs::write(&beside, content).with_context(|| format!("cannot write {}", beside.display()))?;
    let replaced = Instant::now();
    fs::rename(&beside, file).with_context(|| format!("cannot replace {}", file.display()))?;
    Ok(replaced)
}
