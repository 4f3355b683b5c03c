//! Singletons: one instance for everybody who mounts the component.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::HashSet;

use liveside_tests::{Client, Daemon, plain};
use serde_json::{Value, json};

/// How many there are in the module.
const COMPONENTS: usize = 5;

async fn unmount(client: &mut Client, id: &str) -> Value {
    let message = json!({"type": "COMPONENT_UNMOUNT", "componentId": id});
    client.request(message).await.1
}

/// The next change that a member is told, as one object.
async fn delta(client: &mut Client) -> Value {
    client.next_of("STATE_DELTA").await["payload"]["delta"].clone()
}

#[tokio::test]
async fn everybody_gets_the_one_instance_with_its_state_and_every_change() {
    let daemon = Daemon::with(&["gathering"]).start().await;
    let mut one = daemon.connect().await;
    let a = one.mount("LiveKept", json!({"count": 40})).await;
    assert_eq!(a.state, json!({"count": 40, "heard": ["mount", "join 1"]}));
    let mut two = daemon.connect().await;
    // The props of those who come later change nothing.
    let b = two.mount("LiveKept", json!({"count": 7})).await;
    assert_eq!(b.id, a.id);
    assert_eq!(
        b.state,
        json!({"count": 40, "heard": ["mount", "join 1", "join 2"]})
    );
    assert_eq!(
        plain(&one.next_of("STATE_DELTA").await, &a.id),
        r#"{"componentId":"ID","payload":{"delta":{"heard":["mount","join 1","join 2"]}},"timestamp":0,"type":"STATE_DELTA"}"#
    );
    // Any member may act; the reply is the caller's alone, the change is everybody's, and it comes before the reply.
    let (pushed, reply) = two.call_with_pushes(&b.id, "add", json!({"by": 2})).await;
    assert_eq!(reply["result"], 42);
    assert!(
        pushed
            .iter()
            .any(|message| message["payload"]["delta"] == json!({"count": 42})),
        "{pushed:?}"
    );
    assert_eq!(delta(&mut one).await, json!({"count": 42}));
    // A member that leaves is no member: what it says is refused, the others go on.
    assert_eq!(unmount(&mut two, &b.id).await["success"], true);
    assert_eq!(delta(&mut one).await["heard"][3], "leave 1");
    let refused = two.call(&b.id, "add", json!({"by": 1})).await;
    assert_eq!(refused["success"], false, "{refused}");
    assert_eq!(one.call(&a.id, "add", json!({"by": 1})).await["result"], 43);
}

#[tokio::test]
async fn a_connection_that_mounts_it_twice_is_one_member() {
    let daemon = Daemon::with(&["gathering"]).start().await;
    let mut one = daemon.connect().await;
    let a = one.mount("LiveKept", json!({})).await;
    let again = one.mount("LiveKept", json!({})).await;
    assert_eq!(again.id, a.id);
    assert_eq!(again.state["heard"], json!(["mount", "join 1"]));
    let (pushed, reply) = one.call_with_pushes(&a.id, "add", json!({"by": 1})).await;
    assert_eq!(reply["result"], 1);
    let deltas = pushed
        .iter()
        .filter(|message| message["type"] == "STATE_DELTA");
    assert_eq!(deltas.count(), 1, "{pushed:?}");
}

#[tokio::test]
async fn a_lost_connection_is_a_member_that_left() {
    let daemon = Daemon::with(&["gathering"]).start().await;
    let mut one = daemon.connect().await;
    one.mount("LiveKept", json!({})).await;
    let mut two = daemon.connect().await;
    two.mount("LiveKept", json!({})).await;
    assert_eq!(delta(&mut one).await["heard"][2], "join 2");
    drop(two);
    assert_eq!(delta(&mut one).await["heard"][3], "leave 1");
}

#[tokio::test]
async fn how_long_it_lives_after_its_last_member_is_the_components_choice() {
    let daemon = Daemon::with(&["gathering"]).start().await;
    let mut client = daemon.connect().await;
    for (component, lives_on) in [
        ("LiveBrief", false),
        ("LiveShared", true),
        ("LiveKept", true),
    ] {
        let first = client.mount(component, json!({})).await;
        client.call(&first.id, "add", json!({"by": 1})).await;
        unmount(&mut client, &first.id).await;
        let second = client.mount(component, json!({})).await;
        assert_eq!(second.id == first.id, lives_on, "{component}");
        assert_eq!(second.state["count"], i64::from(lives_on), "{component}");
    }
    // And in the end it ends: `LiveShared` is told to wait 400 ms.
    let ids = async |client: &mut Client| {
        let mounted = client.mount("LiveShared", json!({})).await;
        unmount(client, &mounted.id).await;
        mounted.id
    };
    let first = ids(&mut client).await;
    tokio::time::sleep(std::time::Duration::from_millis(900)).await;
    assert_ne!(ids(&mut client).await, first);
}

#[tokio::test]
async fn a_crash_drops_the_event_and_keeps_the_members() {
    let daemon = Daemon::with(&["gathering"]).start().await;
    let mut one = daemon.connect().await;
    let a = one.mount("LiveKept", json!({})).await;
    let mut two = daemon.connect().await;
    two.mount("LiveKept", json!({})).await;
    assert_eq!(delta(&mut one).await["heard"][2], "join 2");
    one.call(&a.id, "add", json!({"by": 1})).await;
    assert_eq!(delta(&mut two).await, json!({"count": 1}));
    let crashed = one.call(&a.id, "crash", json!({})).await;
    assert_eq!(crashed["code"], "COMPONENT_CRASHED", "{crashed}");
    assert_eq!(one.call(&a.id, "add", json!({"by": 1})).await["result"], 2);
    assert_eq!(delta(&mut two).await, json!({"count": 2}));
}

#[tokio::test]
async fn bytes_go_to_every_member_beside_the_state() {
    let daemon = Daemon::with(&["gathering"]).start().await;
    let mut one = daemon.connect().await;
    let a = one.mount("LiveKept", json!({})).await;
    let mut two = daemon.connect().await;
    two.mount("LiveKept", json!({})).await;
    one.call(&a.id, "push", json!({"name": "pixels", "length": 3}))
        .await;
    assert_eq!(
        plain(&two.next_of("STATE_BINARY").await, &a.id),
        r#"{"componentId":"ID","data":"BwcH","name":"pixels","timestamp":0,"type":"STATE_BINARY"}"#
    );
    let refused = one
        .call(&a.id, "push", json!({"name": "", "length": 3}))
        .await;
    assert_eq!(refused["success"], false, "{refused}");
}

/// 100 members act, mount and unmount while the module is swapped and the component crashes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_swaps_under_a_busy_singleton_lose_nothing() {
    let daemon = Daemon::with(&["gathering"]).start().await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut watcher = daemon.connect().await;
    let watched = watcher.mount("LiveKept", json!({})).await;
    let stopped_too = stopped.clone();
    // Somebody who reads what comes, as browsers do.
    let watcher = tokio::spawn(async move {
        while !*stopped_too.borrow() {
            watcher.call(&watched.id, "add", json!({"by": 0})).await;
        }
        (watcher, watched)
    });
    let mut busy = Vec::new();
    for _ in 0..20 {
        let mut client = daemon.connect().await;
        let stopped = stopped.clone();
        busy.push(tokio::spawn(async move {
            let mut results = Vec::new();
            while !*stopped.borrow() {
                let member = client.mount("LiveKept", json!({})).await;
                for _ in 0..20 {
                    let reply = client.call(&member.id, "add", json!({"by": 1})).await;
                    results.push(
                        reply["result"]
                            .as_i64()
                            .unwrap_or_else(|| panic!("{reply}")),
                    );
                }
                let crashed = client.call(&member.id, "crash", json!({})).await;
                assert_eq!(crashed["code"], "COMPONENT_CRASHED", "{crashed}");
                unmount(&mut client, &member.id).await;
            }
            results
        }));
    }
    for round in 1..=20 {
        daemon.renew("gathering.wasm", round);
        daemon.logged_times("swapped", round * COMPONENTS).await;
    }
    stop.send(true).unwrap();
    let mut seen = HashSet::new();
    let mut calls = 0;
    for client in busy {
        let results = client.await.unwrap();
        calls += i64::try_from(results.len()).unwrap();
        seen.extend(results);
    }
    // Every call counted once: no number was given twice, none is missing.
    assert_eq!(i64::try_from(seen.len()).unwrap(), calls);
    let (mut watcher, watched) = watcher.await.unwrap();
    let last = watcher.call(&watched.id, "add", json!({"by": 0})).await;
    assert_eq!(last["result"], calls);
    println!("{calls} calls of one singleton, none lost, through 20 swaps");
}
