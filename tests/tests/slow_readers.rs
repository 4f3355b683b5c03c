//! Members that do not read: they are let go, and nobody else notices.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::{Client, Daemon};
use serde_json::json;
use tokio::task::JoinSet;

const MEMBERS: usize = 100;
/// One of so many does not read.
const SLOW: usize = 20;
const EVENTS: usize = 1_000;
/// So many are sent at once; then the readers are waited for.
const ROUND: usize = 20;
/// What a browser may leave unread, bytes.
const OUTBOX: usize = 1024 * 1024;

/// 1,000 events of 16 KiB: sixteen times what one may leave unread, and more than the sockets of both sides hold, which
/// is some 10 MiB.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_of_a_hundred_that_stop_reading_are_closed_with_1013_and_cost_the_others_nothing() {
    let config = format!("[limits]\noutbox-bytes = {OUTBOX}\n");
    let daemon = Daemon::with(&["recorder"]).config(&config).start().await;
    let mut slow: Vec<Client> = Vec::new();
    let mut readers = JoinSet::new();
    let (round_read, mut rounds_read) = tokio::sync::mpsc::channel(MEMBERS);
    for at in 0..MEMBERS {
        let mut client = daemon.connect().await;
        client.mount_in("hall", "LiveBlob").await;
        if at % SLOW == 0 {
            slow.push(client);
            continue;
        }
        let round_read = round_read.clone();
        readers.spawn(async move {
            for expected in 0..EVENTS {
                let event = client.next_of("ROOM_EVENT").await;
                assert_eq!(event["data"]["n"], expected);
                if expected % ROUND == ROUND - 1 {
                    round_read.send(()).await.unwrap();
                }
            }
        });
    }
    drop(round_read);
    let before = daemon.memory();
    let mut publisher = daemon.connect().await;
    let member = publisher.mount_in("hall", "LiveBlob").await;
    let text = "x".repeat(16 * 1024);
    let mut highest = before;
    for n in 0..EVENTS {
        let emit = json!({
            "type": "ROOM_EMIT", "componentId": member.id, "roomId": "hall",
            "event": "TEXT", "data": {"n": n, "text": text},
        });
        let reply = publisher.request(emit).await.1;
        assert_eq!(reply["success"], true, "{reply}");
        let members = reply["count"].as_u64().unwrap();
        if !slow.is_empty() && members <= (MEMBERS - slow.len()) as u64 {
            // At once: the daemon waits some seconds only for what they have left unread.
            for mut client in slow.drain(..) {
                let (code, reason) = client.closed().await;
                assert_eq!(code, 1013, "{reason}");
                assert!(reason.contains("slow"), "{reason}");
            }
        }
        if n % ROUND == ROUND - 1 {
            highest = highest.max(daemon.memory());
            for _ in 0..readers.len() {
                rounds_read.recv().await.expect("a reader is gone");
            }
        }
    }
    while let Some(reader) = readers.join_next().await {
        reader.unwrap();
    }
    assert!(slow.is_empty(), "{} are members still", slow.len());
    // What the slow may hold, what the fast are behind for a moment, and some room for the allocator.
    let most = MEMBERS / SLOW * OUTBOX + 24 * 1024 * 1024;
    assert!(highest - before < most, "{} bytes more", highest - before);
    println!("{} MiB more at the highest", (highest - before) >> 20);
    // The room goes on without them.
    let emit = json!({"type": "ROOM_EMIT", "componentId": member.id, "roomId": "hall", "event": "END", "data": 0});
    let count = publisher.request(emit).await.1["count"].as_u64().unwrap();
    assert!(count <= (MEMBERS - MEMBERS / SLOW) as u64, "{count}");
}
