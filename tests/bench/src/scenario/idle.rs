//! `idle` and `idle-100x100`: what a connection and a mount take of the server's memory while nothing happens.

use std::time::Duration;

use anyhow::Result;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::time::sleep;

use super::{Measures, Target};
use crate::connection::Connection;
use crate::load::{AT_A_TIME, COUNTER, Caller};

/// Who is there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crowd {
    connections: usize,
    /// On each connection.
    mounts: usize,
}

/// Many browsers with one component each.
pub(super) const WIDE: Crowd = Crowd {
    connections: 10_000,
    mounts: 1,
};

/// Few browsers with many components each: what a mount takes without what its connection takes.
pub(super) const DEEP: Crowd = Crowd {
    connections: 100,
    mounts: 100,
};

/// In a quick run.
const FEW: Crowd = Crowd {
    connections: 20,
    mounts: 2,
};

pub(super) async fn run(target: &Target, crowd: Crowd) -> Result<Measures> {
    let Crowd {
        connections,
        mounts,
    } = target.choose(crowd, FEW);
    target.server.has_room_for(connections + 1)?;

    // One first, so that what is made once is not charged to the crowd.
    let _first = Caller::new(target, &COUNTER).await?;
    let before = settled(target).await?;

    let opened: Vec<Connection> = stream::iter(0..connections)
        .map(|_| Connection::open(target))
        .buffer_unordered(AT_A_TIME)
        .try_collect()
        .await?;
    let connected = settled(target).await?;

    let _held: Vec<Connection> = stream::iter(opened)
        .map(|connection| mount(connection, mounts))
        .buffer_unordered(AT_A_TIME)
        .try_collect()
        .await?;
    let mounted = settled(target).await?;

    let each = |more: f64, count: usize| more / count as f64;
    Ok(Measures::of([
        (
            "bytes_per_connection",
            each(connected - before, connections),
        ),
        (
            "bytes_per_mount",
            each(mounted - connected, connections * mounts),
        ),
    ]))
}

async fn mount(mut connection: Connection, mounts: usize) -> Result<Connection> {
    for _ in 0..mounts {
        connection.mount(COUNTER.component).await?;
    }
    Ok(connection)
}

/// The server's memory when it has come to rest: buffers that go after use are gone by then.
async fn settled(target: &Target) -> Result<f64> {
    sleep(target.choose(Duration::from_millis(1_500), Duration::from_millis(50))).await;
    Ok(target.server.memory()? as f64)
}
