//! Timers: events in the future, gone with the mount.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::{Client, Daemon, Mounted};
use serde_json::{Value, json};

/// Waits until the member has heard so many things, by its deltas.
async fn heard(client: &mut Client, member: &Mounted, length: usize) -> Value {
    loop {
        let delta = client.next_of("STATE_DELTA").await;
        let heard = &delta["payload"]["delta"]["heard"];
        if delta["componentId"] == member.id && heard.as_array().unwrap().len() >= length {
            return heard.clone();
        }
    }
}

#[tokio::test]
async fn timers_are_due_in_their_order_with_what_they_were_started_with() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let mut client = daemon.connect().await;
    let member = client.mount("LiveMember", json!({})).await;
    for (ms, payload) in [(120, json!({"n": 3})), (60, json!([2])), (0, json!(1))] {
        let reply = client
            .call(&member.id, "after", json!({"ms": ms, "payload": payload}))
            .await;
        assert_eq!(reply["success"], true, "{reply}");
    }
    assert_eq!(
        heard(&mut client, &member, 3).await,
        json!(["due 1", "due [2]", "due {\"n\":3}"])
    );
}

#[tokio::test]
async fn a_timer_repeats_until_it_is_cancelled_and_across_swaps() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let mut client = daemon.connect().await;
    let member = client.mount("LiveMember", json!({})).await;
    let timer = client.call(&member.id, "every", json!({"ms": 20})).await["result"].clone();
    heard(&mut client, &member, 3).await;
    // The same module again, with other bytes: a swap.
    let file = daemon.components().join("recorder.wasm");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.extend_from_slice(b"\0\x02\x01x");
    std::fs::write(daemon.components().join(".new"), bytes).unwrap();
    std::fs::rename(daemon.components().join(".new"), file).unwrap();
    daemon.logged("swapped").await;
    let before = heard(&mut client, &member, 4)
        .await
        .as_array()
        .unwrap()
        .len();
    heard(&mut client, &member, before + 2).await;
    client
        .call(&member.id, "cancel", json!({"timer": timer}))
        .await;
    let count = client.call(&member.id, "heard", json!({})).await["result"].clone();
    // A timer that was started later is due, and the cancelled one was not meanwhile.
    client
        .call(&member.id, "after", json!({"ms": 100, "payload": "last"}))
        .await;
    let all = heard(&mut client, &member, count.as_array().unwrap().len() + 1).await;
    assert_eq!(all.as_array().unwrap().last().unwrap(), "due \"last\"");
    assert_eq!(
        all.as_array().unwrap().len(),
        count.as_array().unwrap().len() + 1
    );
}

#[tokio::test]
async fn timers_have_limits_and_end_with_the_mount() {
    let daemon = Daemon::with(&["recorder"])
        .config("[limits]\ntimers = 2\ntimer-interval = \"50ms\"")
        .start()
        .await;
    let mut client = daemon.connect().await;
    let member = client.mount("LiveMember", json!({})).await;
    let reply = client.call(&member.id, "every", json!({"ms": 20})).await;
    assert_eq!(
        (&reply["code"], &reply["error"]),
        (
            &json!("LIMIT_EXCEEDED"),
            &json!("a timer may repeat every 50ms at most (limits.timer-interval)")
        )
    );
    for _ in 0..2 {
        client
            .call(&member.id, "every", json!({"ms": 60_000}))
            .await;
    }
    let reply = client
        .call(&member.id, "after", json!({"ms": 1, "payload": 0}))
        .await;
    assert_eq!(
        reply["error"],
        "2 timers run already, no more may (limits.timers)"
    );
    // One that is cancelled makes room for another.
    client.call(&member.id, "cancel", json!({"timer": 1})).await;
    let reply = client
        .call(&member.id, "after", json!({"ms": 1, "payload": 0}))
        .await;
    assert_eq!(reply["success"], true, "{reply}");
    heard(&mut client, &member, 1).await;
}
