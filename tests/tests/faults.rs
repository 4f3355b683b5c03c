//! Components that break down: what the caller is told, what is kept, and that nobody else notices.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::time::{Duration, Instant};

use liveside_tests::Daemon;
use serde_json::{Value, json};

/// Every state key that the deltas have told.
fn laid_over(mut state: Value, pushed: &[Value]) -> Value {
    for delta in pushed
        .iter()
        .filter(|message| message["type"] == "STATE_DELTA")
    {
        for (key, value) in delta["payload"]["delta"].as_object().unwrap() {
            state[key] = value.clone();
        }
    }
    state
}

#[tokio::test]
async fn a_fault_undoes_its_event_and_the_next_call_works() {
    let daemon = Daemon::with(&["faulty"])
        .config("[limits]\ncpu-time = \"1s\"")
        .start()
        .await;
    let mut client = daemon.connect().await;
    let faulty = client.mount("LiveFaulty", json!({})).await;
    let mut state = faulty.state.clone();
    for (action, code) in [
        ("panic", "COMPONENT_CRASHED"),
        ("recurse", "COMPONENT_CRASHED"),
        ("allocate", "COMPONENT_CRASHED"),
        ("loopForever", "ACTION_TIMEOUT"),
        ("logForever", "ACTION_TIMEOUT"),
        ("hugeResult", "LIMIT_EXCEEDED"),
    ] {
        let (pushed, reply) = client.call_with_pushes(&faulty.id, action, json!({})).await;
        assert_eq!(
            (&reply["success"], &reply["code"]),
            (&json!(false), &json!(code)),
            "{action}: {reply}"
        );
        assert!(
            reply["error"].as_str().unwrap().contains("state is as"),
            "{reply}"
        );
        assert_eq!(
            pushed
                .iter()
                .map(|message| message["type"].clone())
                .collect::<Vec<_>>(),
            ["ERROR"],
            "{action}"
        );
        let (pushed, reply) = client
            .call_with_pushes(&faulty.id, "increment", json!({}))
            .await;
        assert_eq!(reply["success"], true);
        state = laid_over(state, &pushed);
    }
    // Six increments and nothing else: no faulty event has left a trace.
    assert_eq!(state["count"], 6);
    assert_eq!(state["note"], "increment");
}

#[tokio::test]
async fn an_error_that_is_returned_keeps_what_was_changed_before() {
    let daemon = Daemon::with(&["faulty"]).start().await;
    let mut client = daemon.connect().await;
    let faulty = client.mount("LiveFaulty", json!({})).await;
    let (pushed, reply) = client
        .call_with_pushes(&faulty.id, "failAfterChange", json!({}))
        .await;
    assert_eq!(
        (&reply["success"], &reply["code"]),
        (&json!(false), &json!("ACTION_FAILED"))
    );
    assert_eq!(pushed[0]["payload"]["delta"]["count"], 1);
    assert_eq!(pushed[1]["error"], reply["error"]);
    let (pushed, reply) = client
        .call_with_pushes(&faulty.id, "hugeState", json!({}))
        .await;
    assert_eq!(
        (&reply["success"], &reply["code"]),
        (&json!(false), &json!("LIMIT_EXCEEDED"))
    );
    assert!(
        reply["error"].as_str().unwrap().contains("are allowed"),
        "{reply}"
    );
    assert!(
        !pushed
            .iter()
            .any(|message| message["payload"]["delta"].get("blob").is_some())
    );
}

#[tokio::test]
async fn a_guest_cannot_send_text_that_is_no_json() {
    let daemon = Daemon::with(&["faulty"]).start().await;
    let mut client = daemon.connect().await;
    let faulty = client.mount("LiveFaulty", json!({})).await;
    let reply = client.call(&faulty.id, "badJson", json!({})).await;
    assert!(
        reply["result"]
            .as_str()
            .unwrap()
            .starts_with("changes must be a JSON object"),
        "{reply}"
    );
}

#[tokio::test]
async fn an_event_logs_no_more_lines_than_it_may() {
    let config = "[limits]\ncpu-time = \"1s\"\nlog-lines = 7";
    let daemon = Daemon::with(&["faulty"]).config(config).start().await;
    let mut client = daemon.connect().await;
    let faulty = client.mount("LiveFaulty", json!({})).await;
    client.call(&faulty.id, "logForever", json!({})).await;
    daemon.logged("limits.log-lines").await;
    let lines = daemon
        .log()
        .lines()
        .filter(|line| line.contains(r#""target":"guest""#))
        .count();
    assert_eq!(lines, 7);
}

#[tokio::test]
async fn while_one_component_breaks_down_a_thousand_others_answer() {
    let daemon = Daemon::with(&["faulty", "local-counter"]).start().await;
    let mut counters = Vec::new();
    for _ in 0..20 {
        let mut client = daemon.connect().await;
        let mut ids = Vec::new();
        for _ in 0..50 {
            ids.push(client.mount("LiveLocalCounter", json!({})).await.id);
        }
        counters.push((client, ids));
    }
    let before = daemon.memory();
    let mut breaking = daemon.connect().await;
    let faulty = breaking.mount("LiveFaulty", json!({})).await;
    let faults = tokio::spawn(async move {
        for action in [
            "loopForever",
            "allocate",
            "logForever",
            "panic",
            "recurse",
            "hugeState",
        ] {
            let reply = breaking.call(&faulty.id, action, json!({})).await;
            assert_eq!(reply["success"], false);
        }
    });
    let mut waits = Vec::new();
    let mut rounds = 0;
    while !faults.is_finished() {
        rounds += 1;
        for (client, ids) in &mut counters {
            for id in ids.iter() {
                let asked = Instant::now();
                assert_eq!(
                    client.call(id, "increment", json!({})).await["result"]["count"],
                    rounds
                );
                waits.push(asked.elapsed());
            }
        }
    }
    faults.await.unwrap();
    waits.sort_unstable();
    let p99 = waits[waits.len() * 99 / 100];
    println!(
        "{} calls during the faults: p50 {:?}, p99 {p99:?}",
        waits.len(),
        waits[waits.len() / 2]
    );
    assert!(p99 < Duration::from_secs(1));
    assert!(
        daemon.memory() < before + (200 << 20),
        "{} bytes more",
        daemon.memory() - before
    );
}

#[tokio::test]
async fn a_component_that_computes_holds_up_no_other_of_its_connection() {
    let daemon = Daemon::with(&["faulty", "local-counter"]).start().await;
    let mut client = daemon.connect().await;
    let faulty = client.mount("LiveFaulty", json!({})).await;
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    client.send(&json!({"type": "CALL_ACTION", "componentId": faulty.id, "action": "loopForever", "requestId": "loop"}).to_string()).await;
    // The reply to the counter comes first: `request` would have seen the other's reply as pushed.
    let (pushed, reply) = client
        .call_with_pushes(&counter.id, "increment", json!({}))
        .await;
    assert_eq!(reply["result"]["count"], 1);
    assert!(
        !pushed.iter().any(|message| message["requestId"] == "loop"),
        "{pushed:?}"
    );
}
