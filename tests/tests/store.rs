//! What components keep: in the store, in the persistent map, in durable singletons and rooms. And what an operator is
//! told whose data directory cannot be used.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::{Daemon, DaemonBuilder, Desk};
use serde_json::json;

fn refused(code: &str, message: &str) -> (String, String) {
    (code.to_owned(), message.to_owned())
}

#[tokio::test]
async fn values_are_kept_listed_and_removed() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let mut keeper = Desk::open(&daemon, "LiveKeeper").await;
    assert_eq!(keeper.ok("get", json!("a:1")).await, json!(null));
    for (key, value) in [("a:1", 1), ("a:2", 2), ("a:3", 3), ("a:é", 4), ("b:1", 5)] {
        keeper.ok("set", json!({"key": key, "value": value})).await;
    }
    keeper
        .ok("set", json!({"key": "a:2", "value": {"x": [null]}}))
        .await;
    // Another connection's mount has the same map.
    let mut other = Desk::open(&daemon, "LiveKeeper").await;
    assert_eq!(other.ok("get", json!("a:2")).await, json!({"x": [null]}));
    let list =
        |limit: u32, after: Option<&str>| json!({"prefix": "a:", "limit": limit, "after": after});
    assert_eq!(
        other.ok("list", list(2, None)).await,
        json!({"entries": [["a:1", 1], ["a:2", {"x": [null]}]], "more": true})
    );
    assert_eq!(
        other.ok("list", list(2, Some("a:2"))).await,
        json!({"entries": [["a:3", 3], ["a:é", 4]], "more": false})
    );
    assert_eq!(
        other.ok("list", list(9, Some("a:é"))).await,
        json!({"entries": [], "more": false})
    );
    other.ok("delete", json!("a:1")).await;
    other.ok("delete", json!("a:1")).await;
    assert_eq!(keeper.ok("get", json!("a:1")).await, json!(null));
    // In memory there is nothing to wait for.
    keeper.ok("flush", json!({})).await;
}

#[tokio::test]
async fn what_expires_is_there_until_then_and_gone_afterwards() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let mut keeper = Desk::open(&daemon, "LiveKeeper").await;
    let long = json!({"ms": 3_600_000, "key": "long", "value": 1});
    keeper.ok("setFor", long).await;
    let never = json!({"ms": u64::MAX, "key": "never", "value": 1});
    keeper.ok("setFor", never).await;
    let gone = json!({"ms": 0, "key": "gone", "value": 1});
    keeper.ok("setFor", gone).await;
    assert_eq!(keeper.ok("get", json!("gone")).await, json!(null));
    keeper
        .ok("setFor", json!({"ms": 50, "key": "soon", "value": 1}))
        .await;
    // Waits for the thing itself, not for a time.
    while keeper.ok("get", json!("soon")).await != json!(null) {}
    for key in ["long", "never"] {
        assert_eq!(keeper.ok("get", json!(key)).await, 1, "{key}");
    }
    // A new value without a time stays.
    keeper.ok("set", json!({"key": "soon", "value": 2})).await;
    assert_eq!(keeper.ok("get", json!("soon")).await, 2);
    let all = json!({"prefix": "", "limit": 9, "after": null});
    assert_eq!(
        keeper.ok("list", all).await["entries"],
        json!([["long", 1], ["never", 1], ["soon", 2]])
    );
}

#[tokio::test]
async fn counts_of_several_connections_are_not_lost() {
    const CONNECTIONS: usize = 6;
    const TIMES: usize = 100;
    let daemon = Daemon::with(&["recorder"]).start().await;
    let mut tasks = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut keeper = Desk::open(&daemon, "LiveKeeper").await;
        tasks.push(tokio::spawn(async move {
            for _ in 0..TIMES {
                keeper.ok("update", json!({"key": "count", "by": 1})).await;
                keeper
                    .ok("persistMore", json!({"key": "count", "by": 2}))
                    .await;
            }
            keeper
        }));
    }
    let mut keeper = None;
    for task in tasks {
        keeper = Some(task.await.unwrap());
    }
    let mut keeper = keeper.unwrap();
    let all = CONNECTIONS * TIMES;
    assert_eq!(keeper.ok("get", json!("count")).await, all);
    assert_eq!(keeper.ok("persisted", json!("count")).await, 2 * all);
}

#[tokio::test]
async fn over_a_limit_nothing_is_written_and_the_component_is_told() {
    let daemon = Daemon::with(&["recorder"])
        .config("[store]\nvalue-bytes = 1000\ncomponent-bytes = 2200\n[limits]\nstate-bytes = 5000")
        .start()
        .await;
    let mut keeper = Desk::open(&daemon, "LiveKeeper").await;
    keeper.ok("fill", json!({"key": "a", "bytes": 1000})).await;
    assert_eq!(
        keeper
            .refusal("fill", json!({"key": "a", "bytes": 1001}))
            .await,
        refused(
            "Limit",
            "a value has at most 1000 bytes, that of `a` has 1001"
        )
    );
    assert_eq!(keeper.ok("size", json!("a")).await, 1000);
    keeper.ok("fill", json!({"key": "b", "bytes": 1000})).await;
    assert_eq!(
        keeper
            .refusal("fill", json!({"key": "c", "bytes": 200}))
            .await,
        refused(
            "Limit",
            "`store/LiveKeeper` would hold 2299 bytes, 2200 are allowed"
        )
    );
    assert_eq!(keeper.ok("size", json!("c")).await, json!(null));
    // Space that is given free can be used again.
    keeper.ok("delete", json!("a")).await;
    keeper.ok("fill", json!({"key": "c", "bytes": 200})).await;

    for (key, bytes) in [(String::new(), 0), ("k".repeat(513), 513)] {
        let told = refused(
            "Invalid",
            &format!("a key has 1 to 512 bytes, this one has {bytes}"),
        );
        for (action, payload) in [
            ("set", json!({"key": key, "value": 1})),
            ("get", json!(key)),
            ("delete", json!(key)),
            ("update", json!({"key": key, "by": 1})),
            ("persist", json!({"key": key, "value": 1})),
        ] {
            assert_eq!(keeper.refusal(action, payload).await, told, "{action}");
        }
    }
    keeper
        .ok("set", json!({"key": "k".repeat(512), "value": 1}))
        .await;
    keeper.ok("set", json!({"key": "n", "value": "text"})).await;
    let (code, message) = keeper.refusal("update", json!({"key": "n", "by": 1})).await;
    assert_eq!(code, "Failed");
    assert!(
        message.starts_with("The stored `n` cannot be read: "),
        "{message}"
    );
}

#[tokio::test]
async fn the_persistent_map_has_the_limit_of_state_and_not_that_of_the_store() {
    let daemon = Daemon::with(&["recorder"])
        .config("[store]\nvalue-bytes = 10\ncomponent-bytes = 100\n[limits]\nstate-bytes = 5000")
        .start()
        .await;
    let mut keeper = Desk::open(&daemon, "LiveKeeper").await;
    let value = "x".repeat(3000);
    keeper
        .ok("persist", json!({"key": "a", "value": value}))
        .await;
    assert_eq!(
        keeper
            .refusal("persist", json!({"key": "b", "value": value}))
            .await,
        refused(
            "Limit",
            "`persistent/LiveKeeper` would hold 6070 bytes, 5000 are allowed"
        )
    );
    assert_eq!(keeper.ok("persisted", json!("b")).await, json!(null));
    keeper.ask("forget", json!("a")).await;
    keeper
        .ok("persist", json!({"key": "b", "value": value}))
        .await;
    assert_eq!(keeper.ok("persisted", json!("b")).await, value);
}

/// Puts something everywhere that a component can keep it.
async fn fill(daemon: &Daemon) {
    let mut keeper = Desk::open(daemon, "LiveKeeper").await;
    keeper
        .ok("set", json!({"key": "a", "value": {"deep": [1, 2]}}))
        .await;
    keeper
        .ok(
            "setFor",
            json!({"ms": 3_600_000, "key": "hour", "value": 1}),
        )
        .await;
    keeper
        .ok("setFor", json!({"ms": 1, "key": "instant", "value": 1}))
        .await;
    keeper
        .ok("persist", json!({"key": "p", "value": [true]}))
        .await;
    let mut ledger = Desk::open(daemon, "LiveLedger").await;
    let mut teller = Desk::open(daemon, "LiveTeller").await;
    for amount in [5, 6] {
        ledger.ask("transfer", json!(amount)).await;
        teller
            .ask("transfer", json!({"room": "one", "amount": 10 * amount}))
            .await;
    }
    teller
        .ask("transfer", json!({"room": "two", "amount": 1}))
        .await;
    let crash = ledger
        .client
        .call(&ledger.mounted.id, "breakDown", json!({}))
        .await;
    assert_eq!(crash["code"], "COMPONENT_CRASHED", "{crash}");
    let mut slate = Desk::open(daemon, "LiveSlate").await;
    assert_eq!(slate.ask("add", json!(7)).await, 7);
    keeper.ok("flush", json!({})).await;
}

/// Looks for it after a restart.
async fn find(daemon: &Daemon) {
    let mut keeper = Desk::open(daemon, "LiveKeeper").await;
    assert_eq!(keeper.ok("get", json!("a")).await, json!({"deep": [1, 2]}));
    assert_eq!(keeper.ok("get", json!("hour")).await, 1);
    assert_eq!(keeper.ok("get", json!("instant")).await, json!(null));
    assert_eq!(keeper.ok("persisted", json!("p")).await, json!([true]));
    let mut ledger = Desk::open(daemon, "LiveLedger").await;
    assert_eq!(
        ledger.ask("look", json!({})).await,
        json!({"left": -11, "right": 11, "moved": 11, "begun": 2})
    );
    assert_eq!(ledger.mounted.state["right"], 11);
    let mut teller = Desk::open(daemon, "LiveTeller").await;
    for (room, sum) in [("one", 110), ("two", 1)] {
        assert_eq!(
            teller.ask("look", json!(room)).await,
            json!({"left": -sum, "right": sum, "moved": sum}),
            "{room}"
        );
    }
    let mut slate = Desk::open(daemon, "LiveSlate").await;
    assert_eq!(slate.mounted.state["sum"], 0);
    assert_eq!(slate.ask("add", json!(1)).await, 1);
}

#[tokio::test]
async fn what_is_durable_survives_a_stop_and_the_rest_starts_afresh() {
    let daemon = Daemon::with(&["recorder"]).data_dir().start().await;
    fill(&daemon).await;
    daemon.terminate().await;
    find(&daemon.restart().await).await;
}

#[tokio::test]
async fn what_is_durable_survives_a_kill() {
    let mut daemon = Daemon::with(&["recorder"]).data_dir().start().await;
    fill(&daemon).await;
    daemon.kill().await;
    find(&daemon.restart().await).await;
}

/// The interval is far longer than the test: what is there after the stop was saved by the stop.
#[tokio::test]
async fn a_stop_saves_what_no_interval_has() {
    let daemon = Daemon::with(&["recorder"])
        .config("[store]\nsync-interval = \"1h\"")
        .data_dir()
        .start()
        .await;
    let mut keeper = Desk::open(&daemon, "LiveKeeper").await;
    keeper.ok("set", json!({"key": "a", "value": 1})).await;
    let mut ledger = Desk::open(&daemon, "LiveLedger").await;
    ledger.ask("transfer", json!(3)).await;
    daemon.terminate().await;
    let daemon = daemon.restart().await;
    let mut keeper = Desk::open(&daemon, "LiveKeeper").await;
    assert_eq!(keeper.ok("get", json!("a")).await, 1);
    let mut ledger = Desk::open(&daemon, "LiveLedger").await;
    assert_eq!(ledger.ask("look", json!({})).await["right"], 3);
}

#[tokio::test]
async fn without_a_data_directory_everything_starts_afresh() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    fill(&daemon).await;
    daemon.terminate().await;
    let daemon = daemon.restart().await;
    let mut keeper = Desk::open(&daemon, "LiveKeeper").await;
    assert_eq!(keeper.ok("get", json!("a")).await, json!(null));
    assert_eq!(keeper.ok("persisted", json!("p")).await, json!(null));
    let ledger = Desk::open(&daemon, "LiveLedger").await;
    assert_eq!(
        ledger.mounted.state,
        json!({"left": 0, "right": 0, "begun": 1})
    );
}

/// A daemon with its store, as it is built for the tests of what can be wrong with it.
fn kept() -> DaemonBuilder {
    Daemon::with(&["recorder"]).data_dir()
}

#[tokio::test]
async fn a_data_directory_in_use_is_refused_with_what_to_do() {
    let first = kept().start().await;
    let file = first.data_dir().join("liveside.redb");
    let second = Daemon::with(&[])
        .arg(&format!("--data-dir={}", first.data_dir().display()))
        .refused()
        .await;
    let told = format!(
        "liveside: `{}` is in use by another process: stop that one, or give each its own --data-dir\n",
        file.display()
    );
    assert_eq!(second, told);
    // The first goes on.
    let mut keeper = Desk::open(&first, "LiveKeeper").await;
    keeper.ok("set", json!({"key": "a", "value": 1})).await;
    keeper.ok("flush", json!({})).await;
}

#[tokio::test]
async fn a_data_directory_that_cannot_be_used_is_refused_with_what_to_do() {
    // A file where the directory should be.
    let daemon = kept();
    let directory = daemon.path("data");
    std::fs::write(&directory, "x").unwrap();
    assert_eq!(
        daemon.refused().await,
        format!(
            "liveside: `{}` is no directory: give another as --data-dir\n",
            directory.display()
        )
    );
    // The parent is missing.
    let daemon = Daemon::with(&[]);
    let directory = daemon.path("no/data");
    let daemon = daemon.arg(&format!("--data-dir={}", directory.display()));
    assert_eq!(
        daemon.refused().await,
        format!(
            "liveside: the data directory `{}` cannot be made because its parent is missing: make it, or give another \
             as --data-dir\n",
            directory.display()
        )
    );
    // A place where not even root may write.
    let daemon = Daemon::with(&[]).arg("--data-dir=/sys/data");
    let told = daemon.refused().await;
    assert!(
        told.starts_with("liveside: `/sys/data` may not be read and written: "),
        "{told}"
    );
    // A file that may not be written, if this user can be kept from it.
    let daemon = kept();
    let directory = daemon.path("data");
    std::fs::create_dir(&directory).unwrap();
    let mut rights = std::fs::metadata(&directory).unwrap().permissions();
    rights.set_readonly(true);
    std::fs::set_permissions(&directory, rights).unwrap();
    if std::fs::write(directory.join("probe"), "").is_err() {
        assert_eq!(
            daemon.refused().await,
            format!(
                "liveside: `{}` may not be read and written: give this user the right to, or give another --data-dir\n",
                directory.join("liveside.redb").display()
            )
        );
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    for content in [b"this is not a database".to_vec(), vec![0x5a; 100_000]] {
        let daemon = kept();
        let file = daemon.path("data/liveside.redb");
        std::fs::create_dir(daemon.path("data")).unwrap();
        std::fs::write(&file, &content).unwrap();
        // The builder's directory goes with it: looked at through a hard link.
        let link = tempfile::tempdir().unwrap();
        let same = link.path().join("same");
        let linked = std::fs::hard_link(&file, &same).is_ok();
        let told = daemon.refused().await;
        let begin = format!(
            "liveside: `{}` is damaged or no database of Liveside (",
            file.display()
        );
        assert!(told.starts_with(&begin), "{told}");
        let end = "): restore a copy, or move the file away to begin empty\n";
        assert!(told.ends_with(end), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
        if linked {
            assert!(std::fs::read(&same).unwrap() == content, "it was changed");
        }
    }
}

#[tokio::test]
async fn a_database_with_damaged_pages_is_refused_with_what_to_do() {
    let mut daemon = kept().start().await;
    fill(&daemon).await;
    daemon.kill().await;
    let file = daemon.data_dir().join("liveside.redb");
    let mut bytes = std::fs::read(&file).unwrap();
    // All but the first page, which says that this is a database.
    for byte in &mut bytes[4096..] {
        *byte ^= 0xa5;
    }
    std::fs::write(&file, bytes).unwrap();
    let told = daemon.into_builder().await.refused().await;
    assert_eq!(
        told,
        format!(
            "liveside: `{}` is damaged or no database of Liveside (a page of it is damaged): restore a copy, or move \
             the file away to begin empty\n",
            file.display()
        )
    );
}
