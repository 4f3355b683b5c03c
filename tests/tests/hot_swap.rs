//! A new version of a module takes over while everything stays mounted.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::time::{Duration, Instant};

use liveside_tests::{Client, Daemon, module};
use serde_json::{Value, json};

/// The next delta of an instance.
async fn delta(client: &mut Client) -> Value {
    loop {
        let messages = match client.json().await {
            Value::Array(list) => list,
            one => vec![one],
        };
        let mut all = json!({});
        for message in messages
            .iter()
            .filter(|message| message["type"] == "STATE_DELTA")
        {
            all.as_object_mut()
                .unwrap()
                .extend(message["payload"]["delta"].as_object().unwrap().clone());
        }
        if all != json!({}) {
            return all;
        }
    }
}

#[tokio::test]
async fn state_goes_through_the_migration_and_browsers_get_the_difference_at_once() {
    let daemon = Daemon::with(&["swap-one"]).start().await;
    let mut client = daemon.connect().await;
    let swap = client.mount("LiveSwap", json!({"count": 20})).await;
    assert_eq!(swap.state, json!({"count": 20, "legacy": ""}));
    client.call(&swap.id, "increment", json!({})).await;
    client.call(&swap.id, "keep", json!({"text": "t"})).await;
    daemon.replace("swap-one.wasm", "swap-two");
    // The migration, the key that is gone, and the reload hook: told without being asked.
    let mut told = json!({});
    while told.get("reloads").is_none() {
        told.as_object_mut()
            .unwrap()
            .extend(delta(&mut client).await.as_object().unwrap().clone());
    }
    assert_eq!(
        told,
        json!({"doubled": 42, "reloads": ["1.0.0"], "legacy": null})
    );
    assert_eq!(
        client.call(&swap.id, "version", json!({})).await["result"],
        2
    );
    assert_eq!(
        client.call(&swap.id, "increment", json!({})).await["result"],
        22
    );
    // Private and persistent data are as they were.
    assert_eq!(
        client.call(&swap.id, "kept", json!({})).await["result"],
        json!(["t", "t"])
    );
    // A serving daemon says nothing of development.
    assert!(!String::from_utf8_lossy(&client.received).contains("DEV_RELOAD"));
}

#[tokio::test]
async fn a_module_that_cannot_take_over_leaves_the_old_one_running() {
    let daemon = Daemon::with(&["swap-one"]).start().await;
    let mut client = daemon.connect().await;
    let swap = client.mount("LiveSwap", json!({})).await;
    daemon.replace("swap-one.wasm", "swap-broken");
    daemon.logged("nothing can be made of 1.0.0").await;
    assert_eq!(
        client.call(&swap.id, "version", json!({})).await["result"],
        1
    );
    // Something that is no module at all, half a module, a module of a component that another file has.
    let file = daemon.components().join("swap-one.wasm");
    std::fs::write(&file, b"not a module").unwrap();
    daemon.logged("not a WebAssembly file").await;
    let whole = std::fs::read(module("swap-two")).unwrap();
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(
        client.call(&swap.id, "version", json!({})).await["result"],
        1
    );
    std::fs::copy(module("swap-two"), daemon.components().join("other.wasm")).unwrap();
    daemon.logged("is defined by swap-one.wasm already").await;
    assert_eq!(
        client.call(&swap.id, "version", json!({})).await["result"],
        1
    );
    // The other half comes: now it is one.
    std::fs::write(&file, &whole).unwrap();
    while client.call(&swap.id, "version", json!({})).await["result"] != 2 {}
}

#[tokio::test]
async fn a_file_that_is_gone_takes_nothing_from_what_is_mounted() {
    let daemon = Daemon::with(&["swap-one", "local-counter"]).start().await;
    let mut client = daemon.connect().await;
    let swap = client.mount("LiveSwap", json!({})).await;
    std::fs::remove_file(daemon.components().join("swap-one.wasm")).unwrap();
    daemon.logged("withdrawn").await;
    assert_eq!(
        client.call(&swap.id, "increment", json!({})).await["result"],
        1
    );
    let mount = json!({"type": "COMPONENT_MOUNT", "payload": {"component": "LiveSwap"}});
    assert_eq!(client.request(mount).await.1["code"], "COMPONENT_NOT_FOUND");
    // Under another name, and as another version: it takes over again.
    daemon.replace("renamed.wasm", "swap-two");
    while client.call(&swap.id, "version", json!({})).await["result"] != 2 {}
    assert_eq!(
        client.call(&swap.id, "increment", json!({})).await["result"],
        2
    );
}

#[tokio::test]
async fn temporary_files_are_no_modules() {
    let daemon = Daemon::with(&[]).start().await;
    for name in [".swap.wasm", "swap.wasm~", "swap.wasm.tmp", "#swap.wasm"] {
        std::fs::copy(module("swap-one"), daemon.components().join(name)).unwrap();
    }
    daemon.replace("counter.wasm", "local-counter");
    daemon.logged("LiveLocalCounter").await;
    assert!(!daemon.log().contains("LiveSwap"));
}

/// 1,000 counters on 50 connections act all the while: no reply is lost, no count is wrong, no connection closes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_swaps_under_a_thousand_busy_counters_lose_nothing() {
    let daemon = Daemon::with(&["swap-one"]).start().await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut busy = Vec::new();
    for _ in 0..50 {
        let mut client = daemon.connect().await;
        let mut ids = Vec::new();
        for _ in 0..20 {
            ids.push(client.mount("LiveSwap", json!({})).await.id);
        }
        let stopped = stopped.clone();
        busy.push(tokio::spawn(async move {
            let mut rounds = 0;
            while !*stopped.borrow() {
                rounds += 1;
                for id in &ids {
                    let reply = client.call(id, "increment", json!({})).await;
                    assert_eq!(reply["result"], rounds, "{reply}");
                }
                // Leaves the daemon time: what is tested is not how much it can do.
                tokio::task::yield_now().await;
            }
            rounds * ids.len()
        }));
    }
    let mut observer = daemon.connect().await;
    let observed = observer.mount("LiveSwap", json!({})).await;
    let mut times = Vec::new();
    for swap in 0..20 {
        let (file, version) = if swap % 2 == 0 {
            ("swap-two", 2)
        } else {
            ("swap-one", 1)
        };
        let changed = Instant::now();
        daemon.replace("swap-one.wasm", file);
        while observer.call(&observed.id, "version", json!({})).await["result"] != version {
            assert!(
                changed.elapsed() < Duration::from_secs(20),
                "never swapped\n{}",
                daemon.log()
            );
        }
        times.push(changed.elapsed());
    }
    stop.send(true).unwrap();
    let mut calls = 0;
    for task in busy {
        calls += task.await.unwrap();
    }
    times.sort_unstable();
    println!(
        "{calls} calls during 20 swaps; from the file to the first event: p50 {:?}, worst {:?}",
        times[10], times[19]
    );
    let log = daemon.log();
    assert!(!log.contains("ERROR"), "{log}");
}
