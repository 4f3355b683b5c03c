//! Components whose connection is lost, and how a browser gets them back.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::{Client, Daemon, Kept};
use serde_json::{Value, json};

/// The next signed state that is pushed for a component.
async fn next_signed(client: &mut Client, id: &str) -> Value {
    loop {
        let message = client.next_of("STATE_UPDATE").await;
        let signed = &message["payload"]["signedState"];
        if message["componentId"] == id && signed.is_object() {
            return signed.clone();
        }
    }
}

/// Waits until nothing waits for its connection, or so many do.
async fn waiting(daemon: &Daemon, count: usize) {
    loop {
        let stats: Value = daemon.http("GET", "/api/live/stats").send().await.json();
        if stats["recovery"]["waiting"] == count {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_lost_connection_gets_its_living_component_back() {
    let daemon = Daemon::with(&["recorder"]).recovering().start().await;
    let mut client = daemon.connect().await;
    let kept = client.mount_kept("LiveRecorder", None).await;
    // What happened after the state was signed is not lost either.
    client.call(&kept.id, "record", json!({})).await;
    drop(client);
    waiting(&daemon, 1).await;

    let mut client = daemon.connect().await;
    let (_, reply) = client.rehydrate(&kept).await;
    assert_eq!(reply["type"], "COMPONENT_REHYDRATED");
    assert_eq!(reply["originalType"], "COMPONENT_REHYDRATE");
    assert_eq!(reply["componentId"], kept.id);
    let result = &reply["result"];
    assert_eq!(result["recovered"], true, "{reply}");
    assert_eq!(result["newComponentId"], kept.id);
    assert_eq!(
        result["state"]["events"],
        json!([
            "connect",
            "mount",
            "before-action",
            "action",
            "disconnect",
            "connect"
        ])
    );
    let told = client.pushed().await;
    assert_eq!(told["type"], "STATE_REHYDRATED");
    assert_eq!(told["componentId"], kept.id);
    assert_eq!(told["payload"]["oldComponentId"], kept.id);
    assert_eq!(told["payload"]["newComponentId"], kept.id);
    assert_eq!(told["payload"]["signedState"], result["signedState"]);
    let told = client.pushed().await;
    assert_eq!(told["type"], "STATE_UPDATE");
    assert_eq!(told["payload"]["state"], result["state"]);
    waiting(&daemon, 0).await;

    let reply = client.call(&kept.id, "record", json!({})).await;
    assert_eq!(reply["success"], true, "{reply}");
}

#[tokio::test]
async fn past_the_grace_time_the_signed_state_begins_a_new_component() {
    let daemon = Daemon::with(&["recorder"])
        .recovering()
        .config("[recovery]\ngrace = \"1ms\"\n")
        .start()
        .await;
    let mut watcher = daemon.connect().await;
    let watching = watcher.mount("LiveRecorder", json!({})).await;
    let mut client = daemon.connect().await;
    let mut kept = client.mount_kept("LiveRecorder", None).await;
    client.call(&kept.id, "record", json!({})).await;
    kept.signed = next_signed(&mut client, &kept.id).await;
    drop(client);
    loop {
        let reply = watcher.call(&watching.id, "persisted", json!({})).await;
        if reply["result"]["destroys"].get(&kept.id).is_some() {
            break;
        }
    }

    let mut client = daemon.connect().await;
    let (_, reply) = client.rehydrate(&kept).await;
    assert_eq!(reply["result"]["recovered"], false, "{reply}");
    let id = reply["result"]["newComponentId"].as_str().unwrap();
    assert_ne!(id, kept.id);
    assert_eq!(
        reply["result"]["state"]["events"],
        json!([
            "connect",
            "mount",
            "before-action",
            "action",
            "connect",
            "rehydrate"
        ])
    );
    let reply = client.call(id, "record", json!({})).await;
    assert_eq!(reply["success"], true, "{reply}");
}

#[tokio::test]
async fn who_closes_the_connection_is_gone_and_who_goes_away_may_be_loaded_again() {
    let daemon = Daemon::with(&["recorder"]).recovering().start().await;
    let mut client = daemon.connect().await;
    let closed = client.mount_kept("LiveRecorder", None).await;
    client.close().await;
    let mut client = daemon.connect().await;
    let away = client.mount_kept("LiveRecorder", None).await;
    client.go_away().await;
    waiting(&daemon, 1).await;

    let mut client = daemon.connect().await;
    let (_, reply) = client.rehydrate(&closed).await;
    assert_eq!(reply["result"]["recovered"], false, "{reply}");
    let (_, reply) = client.rehydrate(&away).await;
    assert_eq!(reply["result"]["recovered"], true, "{reply}");
}

#[tokio::test]
async fn private_data_rooms_and_timers_go_on_while_nobody_is_there() {
    let daemon = Daemon::with(&["recorder", "swap-two", "swap-one"])
        .recovering()
        .start()
        .await;
    let mut other = daemon.connect().await;
    let speaker = other.mount_in("den", "LiveMember").await;
    let mut client = daemon.connect().await;
    let kept = client.mount_kept("LiveMember", Some("den")).await;
    client.call(&kept.id, "join", json!("chat:one")).await;
    drop(client);
    waiting(&daemon, 1).await;

    let news = json!({"room": "den", "event": "NEWS", "data": "while away"});
    let reply = other.call(&speaker.id, "emit", news).await;
    assert_eq!(reply["success"], true, "{reply}");
    let mut client = daemon.connect().await;
    let (_, reply) = client.rehydrate(&kept).await;
    assert_eq!(reply["result"]["recovered"], true, "{reply}");
    let emit = json!({"type": "ROOM_EMIT", "componentId": speaker.id, "roomId": "den", "event": "NEWS", "data": "back"});
    let (_, reply) = other.request(emit).await;
    // It is one of two members, as before: the other hears it.
    assert_eq!(reply["count"], 1, "{reply}");
    let event = client.next_of("ROOM_EVENT").await;
    assert_eq!(event["componentId"], kept.id);
    assert_eq!(event["data"], "back");
    loop {
        let reply = client.call(&kept.id, "heard", json!({})).await;
        let heard = reply["result"].to_string();
        if heard.contains("NEWS \\\"back\\\"") {
            assert!(heard.contains("NEWS \\\"while away\\\""), "{heard}");
            assert!(heard.contains("join chat:one"), "{heard}");
            break;
        }
    }
}

#[tokio::test]
async fn a_component_that_is_taken_over_is_the_other_connection_s_no_longer() {
    let daemon = Daemon::with(&["recorder"]).recovering().start().await;
    let mut first = daemon.connect().await;
    let kept = first.mount_kept("LiveRecorder", None).await;
    let mut second = daemon.connect().await;
    let (_, reply) = second.rehydrate(&kept).await;
    assert_eq!(reply["result"]["recovered"], true, "{reply}");

    let told = first.next_of("COMPONENT_UNMOUNTED").await;
    assert_eq!(told["componentId"], kept.id);
    assert_eq!(told["code"], "REPLAYED");
    let reply = first.call(&kept.id, "record", json!({})).await;
    assert_eq!(
        reply["error"],
        format!("COMPONENT_REHYDRATION_REQUIRED:{}", kept.id)
    );
    // Its end is none of the component's any more.
    first.close().await;
    let reply = second.call(&kept.id, "record", json!({})).await;
    assert_eq!(reply["success"], true, "{reply}");
}

#[tokio::test]
async fn a_state_is_given_back_once() {
    let daemon = Daemon::with(&["recorder"]).recovering().start().await;
    let mut client = daemon.connect().await;
    let kept = client.mount_kept("LiveRecorder", None).await;
    drop(client);
    let mut client = daemon.connect().await;
    let (_, reply) = client.rehydrate(&kept).await;
    assert_eq!(reply["success"], true, "{reply}");
    let mut thief = daemon.connect().await;
    let (_, reply) = thief.rehydrate(&kept).await;
    assert_eq!(reply["success"], false, "{reply}");
    assert_eq!(reply["code"], "REPLAYED");
    // The one who has it keeps it.
    let reply = client.call(&kept.id, "record", json!({})).await;
    assert_eq!(reply["success"], true, "{reply}");
}

#[tokio::test]
async fn a_reply_that_was_lost_with_its_connection_loses_nothing() {
    let daemon = Daemon::with(&["recorder"]).recovering().start().await;
    let mut client = daemon.connect().await;
    let kept = client.mount_kept("LiveRecorder", None).await;
    drop(client);
    // The same signed state, as long as the browser has not shown that it knows of another.
    for _ in 0..3 {
        waiting(&daemon, 1).await;
        let mut client = daemon.connect().await;
        let (_, reply) = client.rehydrate(&kept).await;
        assert_eq!(reply["result"]["recovered"], true, "{reply}");
    }
    waiting(&daemon, 1).await;
    let mut client = daemon.connect().await;
    client.rehydrate(&kept).await;
    client.call(&kept.id, "record", json!({})).await;
    drop(client);
    waiting(&daemon, 1).await;
    let mut client = daemon.connect().await;
    let (_, reply) = client.rehydrate(&kept).await;
    assert_eq!(reply["code"], "REPLAYED", "{reply}");
}

#[tokio::test]
async fn what_is_not_as_it_was_signed_is_refused() {
    let daemon = Daemon::with(&["recorder", "local-counter"])
        .recovering()
        .start()
        .await;
    let mut client = daemon.connect().await;
    let kept = client.mount_kept("LiveLocalCounter", None).await;
    let changed = |change: &dyn Fn(&mut Kept)| {
        let mut changed = kept.clone();
        change(&mut changed);
        changed
    };
    let data = kept.signed["data"].as_str().unwrap();
    assert!(data.contains(r#""count":0"#), "{data}");
    let more = data.replace(r#""count":0"#, r#""count":7"#);
    let attacks = [
        (
            "INVALID_SIGNATURE",
            changed(&|kept| kept.signed["data"] = json!(more)),
        ),
        (
            "INVALID_PAYLOAD",
            changed(&|kept| kept.component = "LiveRecorder".into()),
        ),
        (
            "INVALID_SIGNATURE",
            changed(&|kept| kept.signed["componentId"] = json!("other")),
        ),
        (
            "INVALID_SIGNATURE",
            changed(&|kept| kept.signed["nonce"] = json!("0".repeat(32))),
        ),
        (
            "INVALID_SIGNATURE",
            changed(&|kept| kept.signed["timestamp"] = json!(1)),
        ),
        (
            "INVALID_SIGNATURE",
            changed(&|kept| kept.signed["version"] = json!("9")),
        ),
        (
            "INVALID_SIGNATURE",
            changed(&|kept| kept.signed["signature"] = json!("00")),
        ),
        (
            "COMPONENT_NOT_FOUND",
            changed(&|kept| kept.component = "LiveNothing".into()),
        ),
    ];
    for (code, attack) in &attacks {
        let (_, reply) = client.rehydrate(attack).await;
        assert_eq!(reply["type"], "COMPONENT_REHYDRATED", "{reply}");
        assert_eq!(reply["success"], false, "{attack:?}");
        assert_eq!(reply["code"], *code, "{attack:?}: {reply}");
    }
    let shapeless = json!({"type": "COMPONENT_REHYDRATE", "componentId": "x", "payload": {"component": "LiveLocalCounter", "signedState": "text"}});
    let (_, reply) = client.request(shapeless).await;
    assert_eq!(reply["code"], "INVALID_MESSAGE", "{reply}");
    // None of it has used the state up, and nothing has happened to the component.
    let mut client = daemon.connect().await;
    let (_, reply) = client.rehydrate(&kept).await;
    assert_eq!(reply["result"]["recovered"], true, "{reply}");
    assert_eq!(reply["result"]["state"]["count"], 0);
}

#[tokio::test]
async fn changes_that_settle_are_signed_once() {
    let daemon = Daemon::with(&["local-counter"])
        .recovering()
        .config("[signed-state]\nsettle = \"200ms\"\n")
        .start()
        .await;
    let mut client = daemon.connect().await;
    let kept = client.mount_kept("LiveLocalCounter", None).await;
    for _ in 0..20 {
        client.call(&kept.id, "increment", json!({})).await;
    }
    let signed = next_signed(&mut client, &kept.id).await;
    assert!(
        signed["data"].as_str().unwrap().contains(r#""count":20"#),
        "{signed}"
    );
    assert_ne!(signed["nonce"], kept.signed["nonce"]);
    // Nothing changes, nothing is signed: what comes next is what is asked for.
    let (pushed, reply) = client
        .request(json!({"type": "COMPONENT_PING", "componentId": kept.id}))
        .await;
    assert_eq!(
        (pushed.len(), &reply["type"]),
        (0, &json!("COMPONENT_PONG"))
    );
}

#[tokio::test]
async fn a_restart_gives_everything_back_where_the_key_is_kept() {
    let daemon = Daemon::with(&["local-counter"])
        .recovering()
        .data_dir()
        .start()
        .await;
    let mut client = daemon.connect().await;
    let mut kept = client.mount_kept("LiveLocalCounter", None).await;
    client.call(&kept.id, "increment", json!({"by": 5})).await;
    daemon.terminate().await;
    // Before the end, without waiting for anything to settle.
    kept.signed = next_signed(&mut client, &kept.id).await;
    assert_eq!(client.closed().await.0, 1012);

    let daemon = daemon.restart().await;
    let mut client = daemon.connect().await;
    let (_, reply) = client.rehydrate(&kept).await;
    assert_eq!(reply["result"]["recovered"], false, "{reply}");
    assert_eq!(reply["result"]["state"]["count"], 5);
    // Used up, also for the process after.
    daemon.terminate().await;
    client.closed().await;
    let daemon = daemon.restart().await;
    let mut client = daemon.connect().await;
    let (_, reply) = client.rehydrate(&kept).await;
    assert_eq!(reply["code"], "REPLAYED", "{reply}");
}

#[tokio::test]
async fn without_a_key_that_is_kept_a_restart_gives_nothing_back_and_says_so_at_the_start() {
    let daemon = Daemon::with(&["local-counter"]).recovering().start().await;
    daemon.logged("signed-state").await;
    let mut client = daemon.connect().await;
    let kept = client.mount_kept("LiveLocalCounter", None).await;
    daemon.terminate().await;
    client.closed().await;
    let daemon = daemon.restart().await;
    let mut client = daemon.connect().await;
    let (_, reply) = client.rehydrate(&kept).await;
    assert_eq!(reply["code"], "INVALID_SIGNATURE", "{reply}");
}

#[tokio::test]
async fn of_too_many_that_wait_the_oldest_go() {
    let daemon = Daemon::with(&["local-counter"])
        .recovering()
        .config("[recovery]\ninstances = 2\n")
        .start()
        .await;
    let mut all = Vec::new();
    for waits in [1, 2, 2] {
        let mut client = daemon.connect().await;
        all.push(client.mount_kept("LiveLocalCounter", None).await);
        drop(client);
        waiting(&daemon, waits).await;
    }
    let mut client = daemon.connect().await;
    let mut recovered = Vec::new();
    for kept in &all {
        let (_, reply) = client.rehydrate(kept).await;
        recovered.push(reply["result"]["recovered"].clone());
    }
    assert_eq!(json!(recovered), json!([false, true, true]));
}

#[tokio::test]
async fn a_state_of_an_older_version_is_migrated_and_one_that_cannot_be_is_refused() {
    let daemon = Daemon::with(&["swap-one"])
        .recovering()
        .config("[recovery]\ngrace = \"0s\"\n")
        .start()
        .await;
    let mut client = daemon.connect().await;
    let mut kept = client.mount_kept("LiveSwap", None).await;
    let broken = client.mount_kept("LiveSwap", None).await;
    client.call(&kept.id, "increment", json!({})).await;
    kept.signed = next_signed(&mut client, &kept.id).await;
    client.close().await;
    daemon.replace("swap-one.wasm", "swap-two");
    daemon.logged("2.0.0").await;

    let mut client = daemon.connect().await;
    let (_, reply) = client.rehydrate(&kept).await;
    assert_eq!(
        reply["result"]["state"],
        // Nobody knows any more that `legacy` was of the older default state: keys are kept rather than lost.
        json!({"count": 1, "doubled": 2, "legacy": "", "reloads": []}),
        "{reply}"
    );
    client.close().await;
    daemon.replace("swap-one.wasm", "swap-broken");
    daemon.logged("3.0.0").await;
    let mut client = daemon.connect().await;
    let (_, reply) = client.rehydrate(&broken).await;
    assert_eq!(reply["code"], "INVALID_PAYLOAD", "{reply}");
    assert_eq!(
        reply["error"],
        "The state is of version 1.0.0, which LiveSwap 3.0.0 cannot take over"
    );
    client.mount("LiveSwap", json!({})).await;
}

#[tokio::test]
async fn what_is_shared_by_all_has_nothing_to_be_kept() {
    let daemon = Daemon::with(&["dashboard"]).recovering().start().await;
    let mut client = daemon.connect().await;
    let kept = client.mount_kept("LiveDashboard", None).await;
    assert_eq!(kept.signed, Value::Null);
    let mut forged = kept.clone();
    forged.signed = json!({"data": "{}"});
    let (_, reply) = client.rehydrate(&forged).await;
    assert_eq!(reply["error"], "LiveDashboard is shared by all: mount it");
}
