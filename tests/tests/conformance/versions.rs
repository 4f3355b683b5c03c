//! Going on: under new code, on another connection, and from what a browser has kept.

use liveside_tests::Daemon;
use serde_json::{Value, json};

use super::language::Language;
use super::page::Page;
use super::stage::{Stage, start};

/// A daemon with the first version. The other one has been compiled before, so that taking over is quick.
async fn with_both(language: &'static Language) -> Daemon {
    drop(start(language.daemon(&["probe-v2"], &[])).await);
    start(language.daemon(&["probe"], &[])).await
}

/// The module changes its version there and back: state is moved, private data and the timer stay.
pub(crate) async fn migration(language: &'static Language) {
    let daemon = with_both(language).await;
    let mut probe = Page::open(&daemon, &language.component("Probe")).await;
    probe.ask("set", json!({"value": 5})).await;
    probe
        .ask("remember", json!({"key": "word", "value": "sesame"}))
        .await;
    let every = json!({"ms": 30, "name": "tick"});
    let timer = probe.ask("every", every).await;
    let file = format!("{}.wasm", language.module("probe"));

    daemon.replace(&file, &language.module("probe-v2"));
    goes_on(&mut probe, "reload 1.0.0", "amount", 5).await;
    // What was is told to be gone.
    assert_eq!(probe.state.get("value"), Some(&Value::Null));
    probe.ask("set", json!({"amount": 6})).await;
    let (code, _) = probe.refusal("set", json!({"value": 7})).await;
    assert_eq!(code, "INVALID_PAYLOAD");

    daemon.replace(&file, &language.module("probe"));
    goes_on(&mut probe, "reload 2.0.0", "value", 6).await;
    probe.ask("cancel", json!({"timer": timer})).await;
}

/// Waits for the new code, and for the timer under it.
async fn goes_on(probe: &mut Page, line: &str, key: &str, number: i64) {
    probe.logs(line).await;
    assert_eq!(probe.state[key], number, "{}", probe.state);
    let ticks = probe.count("timer tick null");
    probe.logs_times("timer tick null", ticks + 2).await;
    assert_eq!(probe.ask("recall", json!({"key": "word"})).await, "sesame");
}

/// What a browser has kept begins a new component: with its state, and nothing else of the old one.
pub(crate) async fn rehydration(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let (mut probe, kept) = kept(&stage.daemon, language).await;
    let ended = probe.send("COMPONENT_UNMOUNT", json!({})).await;
    assert_eq!(ended["success"], true, "{ended}");
    let (mut again, reply) = Page::bring_back(&stage.daemon, &kept).await;
    assert_eq!(reply["result"]["recovered"], false, "{reply}");
    assert_eq!(
        again.state,
        json!({"value": 3, "log": ["connect", "mount -", "connect", "rehydrate 1.0.0"], "changed": []})
    );
    assert_eq!(
        again.ask("recall", json!({"key": "word"})).await,
        Value::Null
    );
}

/// The same, by a later version.
pub(crate) async fn rehydration_of_an_older_version(language: &'static Language) {
    let daemon = with_both(language).await;
    let (mut probe, kept) = kept(&daemon, language).await;
    probe.send("COMPONENT_UNMOUNT", json!({})).await;
    let file = format!("{}.wasm", language.module("probe"));
    daemon.replace(&file, &language.module("probe-v2"));
    daemon.logged("swapped").await;
    let (again, _) = Page::bring_back(&daemon, &kept).await;
    assert_eq!(
        again.state,
        json!({"amount": 3, "log": ["connect", "mount -", "connect", "rehydrate 1.0.0"], "changed": []})
    );
}

/// Who has lost the connection gets the living component back.
pub(crate) async fn recovery(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let (probe, kept) = kept(&stage.daemon, language).await;
    drop(probe);
    let (mut again, reply) = Page::bring_back(&stage.daemon, &kept).await;
    assert_eq!(reply["result"]["recovered"], true, "{reply}");
    assert_eq!(again.state["log"], json!(["connect", "mount -", "connect"]));
    assert_eq!(again.ask("recall", json!({"key": "word"})).await, "sesame");
}

/// A probe with private data, and what the browser keeps of it.
async fn kept(daemon: &Daemon, language: &Language) -> (Page, liveside_tests::Kept) {
    let payload = json!({"component": language.component("Probe"), "props": {"value": 3}});
    let mut probe = Page::mount(daemon.connect().await, payload).await;
    let kept = probe.kept();
    probe
        .ask("remember", json!({"key": "word", "value": "sesame"}))
        .await;
    (probe, kept)
}
