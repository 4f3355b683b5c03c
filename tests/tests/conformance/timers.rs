//! Timers. Names are `tick` and `tock`.

use serde_json::{Value, json};

use super::language::Language;
use super::stage::Stage;

pub(crate) async fn after(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    let payload = json!({"n": [1, null], "text": "é"});
    let first = probe
        .ask(
            "after",
            json!({"ms": 10, "name": "tick", "payload": payload}),
        )
        .await;
    assert!(first.is_u64(), "an id: {first}");
    // Keys come in any order: the payload is compared as what it says.
    probe.until(|state| timer(state, "tick").is_some()).await;
    assert_eq!(timer(&probe.state, "tick"), Some(payload));
    let second = probe.ask("after", json!({"ms": 10, "name": "tock"})).await;
    assert_ne!(first, second);
    probe.logs("timer tock null").await;
}

/// The payload of the first line of a timer, which is compact.
fn timer(state: &Value, name: &str) -> Option<Value> {
    let begin = format!("timer {name} ");
    let lines = state["log"].as_array().unwrap();
    let mut lines = lines.iter().filter_map(Value::as_str);
    let text = lines.find_map(|line| line.strip_prefix(&begin))?;
    assert!(!text.contains(' '), "not compact: {text}");
    Some(serde_json::from_str(text).unwrap())
}

pub(crate) async fn every(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    let timer = probe
        .ask("every", json!({"ms": 20, "name": "tick", "payload": 7}))
        .await;
    probe.logs_times("timer tick 7", 3).await;
    probe.ask("cancel", json!({"timer": timer})).await;
    // Nothing more comes in the time of several.
    let ticks = probe.count("timer tick 7");
    probe.ask("after", json!({"ms": 100, "name": "tock"})).await;
    probe.logs("timer tock null").await;
    assert_eq!(probe.count("timer tick 7"), ticks);
}

pub(crate) async fn cancel(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    let timer = probe.ask("after", json!({"ms": 500, "name": "tick"})).await;
    probe.ask("cancel", json!({"timer": timer})).await;
    probe.ask("after", json!({"ms": 600, "name": "tock"})).await;
    probe.logs("timer tock null").await;
    assert_eq!(probe.count("timer tick null"), 0);
    // One that is not there is no error.
    probe.ask("cancel", json!({"timer": timer})).await;
}
