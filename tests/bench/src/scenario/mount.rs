//! `mount`: what it costs to make instances.

use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{Measures, Target};
use crate::connection::Connection;
use crate::load::{AT_A_TIME, COUNTER};
use crate::messages;
use crate::statistics::micros;

const CONNECTIONS: usize = 64;
/// On each connection.
const IN_FLIGHT: usize = 4;

pub(super) async fn run(target: &Target) -> Result<Measures> {
    let connections = target.choose(CONNECTIONS, 8);
    let mounts = target.choose(20_000, 400);
    let opened: Vec<Connection> = stream::iter(0..connections)
        .map(|_| Connection::open(target))
        .buffer_unordered(AT_A_TIME)
        .try_collect()
        .await?;

    let (begun, before) = (Instant::now(), target.server.cpu_time()?);
    let mut loops = JoinSet::new();
    for (index, connection) in opened.into_iter().enumerate() {
        let share = mounts / connections + usize::from(index < mounts % connections);
        loops.spawn(mount(connection, share));
    }
    // They stay open until all is measured: what their end costs is not the question.
    let mut held = Vec::with_capacity(connections);
    let all = async {
        while let Some(ended) = loops.join_next().await {
            held.push(ended??);
        }
        Ok::<_, anyhow::Error>(())
    };
    match timeout(target.patience, all).await {
        Ok(mounted) => mounted?,
        Err(_) => bail!(
            "{mounts} mounts were not answered within {:?}",
            target.patience
        ),
    }
    let seconds = begun.elapsed().as_secs_f64();
    let cpu = target.server.cpu_time()?.since(&before);
    Ok(Measures::of([
        ("mounts_per_s", mounts as f64 / seconds),
        ("cpu_us_per_mount", micros(cpu) / mounts as f64),
    ]))
}

/// Mounts so many, with several requests in flight. Different instances may be answered in any order.
async fn mount(mut connection: Connection, share: usize) -> Result<Connection> {
    let mut open: Vec<u64> = Vec::with_capacity(IN_FLIGHT);
    let mut asked = 0;
    while asked < share || !open.is_empty() {
        while asked < share && open.len() < IN_FLIGHT {
            let request = connection.next_request();
            open.push(request);
            asked += 1;
            connection
                .send(messages::mount(COUNTER.component, request))
                .await?;
        }
        let frame = connection.frame().await?;
        let Some(request) = messages::request_of(&frame) else {
            continue;
        };
        let at = open.iter().position(|waiting| *waiting == request);
        open.swap_remove(at.with_context(|| format!("nobody asked for this reply: {frame}"))?);
        ensure!(messages::succeeded(&frame), "a mount failed: {frame}");
        ensure!(
            messages::mounted_id(&frame).is_some_and(|id| !id.is_empty()),
            "a mount was answered without an id: {frame}"
        );
        ensure!(
            messages::last_number(&frame, COUNTER.pushed) == Some(0),
            "a new counter must be at 0: {frame}"
        );
    }
    Ok(connection)
}
