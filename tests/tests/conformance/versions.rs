//! Going on: under new code, on another connection, and from what a browser has kept.

use liveside_tests::{Daemon, Kept};
use serde_json::{Value, json};

use super::language::Language;
use super::page::Page;
use super::stage::{Stage, start};

/// A daemon with the first version. The other one has been compiled before, so that taking over is quick.
async fn with_both(language: &'static Language) -> Daemon {
    drop(start(language.daemon(&["probe-v2"], &[])).await);
    start(language.daemon(&["probe"], &[])).await
}

/// The next version takes over: state is moved, private data and the timer stay.
pub(crate) async fn migration(language: &'static Language) {
    let daemon = with_both(language).await;
    let mut probe = running(&daemon, language).await;
    swap(&daemon, language, "probe-v2");
    goes_on(&mut probe, "reload 1.0.0", "amount", 5).await;
    // What was is told to be gone.
    assert_eq!(probe.state.get("value"), Some(&Value::Null));
    probe.ask("set", json!({"amount": 6})).await;
    assert_eq!(probe.state["amount"], 6);
    let (code, _) = probe.refusal("set", json!({"value": 7})).await;
    assert_eq!(code, "INVALID_PAYLOAD");
}

/// And back to the first.
pub(crate) async fn migration_back(language: &'static Language) {
    let daemon = with_both(language).await;
    let mut probe = running(&daemon, language).await;
    swap(&daemon, language, "probe-v2");
    goes_on(&mut probe, "reload 1.0.0", "amount", 5).await;
    swap(&daemon, language, "probe");
    goes_on(&mut probe, "reload 2.0.0", "value", 5).await;
    assert_eq!(probe.state.get("amount"), Some(&Value::Null));
}

/// A probe whose number is 5, with private data and a timer that runs.
async fn running(daemon: &Daemon, language: &Language) -> Page {
    let mut probe = Page::open(daemon, &language.component("Probe")).await;
    probe.ask("set", json!({"value": 5})).await;
    probe
        .ask("remember", json!({"key": "word", "value": "sesame"}))
        .await;
    probe.ask("every", json!({"ms": 30, "name": "tick"})).await;
    probe
}

/// Puts another version of the probe in the place of the one that runs.
fn swap(daemon: &Daemon, language: &Language, what: &str) {
    let file = format!("{}.wasm", language.module("probe"));
    daemon.replace(&file, &language.module(what));
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
    swap(&daemon, language, "probe-v2");
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
async fn kept(daemon: &Daemon, language: &Language) -> (Page, Kept) {
    let payload = json!({"component": language.component("Probe"), "props": {"value": 3}});
    let mut probe = Page::mount(daemon.connect().await, payload).await;
    let kept = probe.kept();
    probe
        .ask("remember", json!({"key": "word", "value": "sesame"}))
        .await;
    (probe, kept)
}
