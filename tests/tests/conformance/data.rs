//! What is kept beside the state: private data, the persistent map, the store.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::language::Language;
use super::page::Page;
use super::stage::Stage;

pub(crate) async fn private(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    let value = json!({"list": [1, null, "é"], "text": "sesame-1"});
    probe
        .ask("remember", json!({"key": "word", "value": value}))
        .await;
    let told = String::from_utf8_lossy(&probe.client.received).into_owned();
    assert!(!told.contains("sesame-1"), "{told}");
    assert_eq!(probe.ask("recall", json!({"key": "word"})).await, value);
    assert_eq!(
        probe.ask("recall", json!({"key": "other"})).await,
        Value::Null
    );
    // It is the mount's own.
    let mut other = stage.probe().await;
    assert_eq!(
        other.ask("recall", json!({"key": "word"})).await,
        Value::Null
    );
}

pub(crate) async fn persistent(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut one = stage.probe().await;
    let mut two = stage.probe().await;
    // The default, which was laid in once.
    assert_eq!(one.ask("kept", json!({"key": "kept"})).await, 0);
    assert_eq!(one.ask("kept", json!({"key": "none"})).await, Value::Null);
    let value = json!({"list": [1, {"a": "é"}]});
    one.ask("keep", json!({"key": "shared", "value": value}))
        .await;
    assert_eq!(two.ask("kept", json!({"key": "shared"})).await, value);
}

/// Two who add at once lose nothing: every number is given once.
pub(crate) async fn bump(language: &'static Language) {
    const TIMES: u64 = 30;
    async fn bumps(mut probe: Page) -> Vec<u64> {
        let mut given = Vec::new();
        for _ in 0..TIMES {
            let number = probe.ask("bump", json!({"key": "together"})).await;
            given.push(number.as_u64().unwrap());
        }
        given
    }
    let stage = Stage::of_probe(language).await;
    let (one, two) = (stage.probe().await, stage.probe().await);
    let (one, two) = tokio::join!(bumps(one), bumps(two));
    let given: BTreeSet<u64> = one.into_iter().chain(two).collect();
    assert_eq!(given, (1..=2 * TIMES).collect());
}

pub(crate) async fn store(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut one = stage.probe().await;
    let mut two = stage.probe().await;
    let stored = |key: &str| json!({"key": key});
    assert_eq!(one.ask("stored", stored("letter")).await, Value::Null);
    let text = "Dear é \u{1F600},\nyours\u{0}";
    one.ask("store", json!({"key": "letter", "text": text}))
        .await;
    assert_eq!(two.ask("stored", stored("letter")).await, text);
    one.ask("store", json!({"key": "letter", "text": ""})).await;
    assert_eq!(two.ask("stored", stored("letter")).await, "");
    // What the daemon refuses is an action that fails, with its sentence.
    let (code, error) = one.refusal("store", json!({"key": "", "text": "x"})).await;
    assert_eq!(code, "ACTION_FAILED", "{error}");
}
