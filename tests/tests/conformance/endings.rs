//! How mounts end, and who is left.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::language::Language;
use super::page::Page;
use super::stage::{Stage, start};

/// An unmount destroys; a lost connection disconnects first.
pub(crate) async fn hooks(language: &'static Language) {
    let daemon = start(language.daemon(&["probe"], &[])).await;
    let component = language.component("Probe");
    let mut watcher = Page::open(&daemon, &component).await;
    let mut unmounted = Page::open(&daemon, &component).await;
    unmounted.send("COMPONENT_UNMOUNT", json!({})).await;
    becomes(&mut watcher, "destroyed", 1).await;
    assert_eq!(
        watcher.ask("kept", json!({"key": "disconnected"})).await,
        Value::Null
    );
    Page::open(&daemon, &component).await.close().await;
    becomes(&mut watcher, "destroyed", 2).await;
    assert_eq!(watcher.ask("kept", json!({"key": "disconnected"})).await, 1);
}

/// Asks for a persistent key until it is this.
async fn becomes(probe: &mut Page, key: &str, number: u64) {
    let begun = Instant::now();
    loop {
        let now = probe.ask("kept", json!({"key": key})).await;
        if now == number {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{key} is {now}");
    }
}

/// One for everybody, which counts its members.
pub(crate) async fn singleton(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let component = language.component("Hall");
    let mut one = Page::open(&stage.daemon, &component).await;
    one.until(|state| state["members"] == 1).await;
    let mut two = Page::open(&stage.daemon, &component).await;
    assert_eq!(one.id, two.id);
    for page in [&mut one, &mut two] {
        page.until(|state| state["members"] == 2).await;
    }
    two.send("COMPONENT_UNMOUNT", json!({})).await;
    one.until(|state| state["members"] == 1).await;
}
