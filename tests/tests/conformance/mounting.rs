//! What a mount gives.

use serde_json::json;

use super::language::Language;
use super::page::Page;
use super::stage::Stage;

pub(crate) async fn defaults(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let probe = stage.probe().await;
    let expected = json!({"value": 0, "log": ["connect", "mount -"], "changed": []});
    assert_eq!(probe.state, expected);
}

pub(crate) async fn props(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    // Known keys are taken, others are left out.
    let payload =
        json!({"component": language.component("Probe"), "props": {"value": 7, "other": 1}});
    let probe = Page::mount(stage.daemon.connect().await, payload).await;
    let expected = json!({"value": 7, "log": ["connect", "mount -"], "changed": []});
    assert_eq!(probe.state, expected);
}

/// The daemon joins the mount's room first and runs `connect` then, although the WIT says that `connect` is first of
/// all. This is what happens; should it change, it changes for all languages.
pub(crate) async fn hooks(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let probe = stage.probe_in("mounting").await;
    assert_eq!(
        probe.state["log"],
        json!(["join mounting", "connect", "mount mounting"])
    );
}
