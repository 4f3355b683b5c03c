//! Actions: what they answer, and every way in which they fail.

use serde_json::{Value, json};

use super::language::Language;
use super::stage::Stage;

/// The sentence that stands for a bug, whose own words are for the log alone.
fn is_told_nothing(error: &str) -> bool {
    ["bug", "null", "None", "TypeError", "unreachable", "pointer"]
        .iter()
        .all(|word| !error.contains(word))
}

pub(crate) async fn results(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    for value in [
        json!(null),
        json!(true),
        json!(0),
        json!(-7),
        json!(1.5),
        json!(0.1),
        json!(-2.5e-7),
        json!(1e300),
        json!(9_007_199_254_740_991_i64),
        json!(""),
        json!("é \u{1F600} \"\\\n\u{1}\u{2028}"),
        json!([]),
        json!({}),
        json!([1, [null, {"a": {"b": [true, false]}}], "x"]),
        json!({"text": "é", "": 1, "a b": {"c": null}}),
        json!("long é ".repeat(20_000)),
        (0..20).fold(json!({}), |inner, _| json!({"list": [inner]})),
    ] {
        assert_eq!(probe.ask("echo", value.clone()).await, value);
    }
    let without_payload = probe.send("CALL_ACTION", json!({"action": "echo"})).await;
    assert_eq!(without_payload["success"], true, "{without_payload}");
    assert_eq!(without_payload["result"], Value::Null);
    assert_eq!(probe.ask("nothing", json!({})).await, Value::Null);
}

pub(crate) async fn failure(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    let refusal = probe
        .refusal("fail", json!({"message": "Not today, é."}))
        .await;
    assert_eq!(refusal, ("ACTION_FAILED".into(), "Not today, é.".into()));
    // What it changed before stays, and came before the reply.
    assert_eq!(probe.state["value"], 1);
    let error = probe.next_of("ERROR").await;
    assert_eq!(
        (&error["error"], &error["payload"]["action"]),
        (&json!("Not today, é."), &json!("fail"))
    );
}

pub(crate) async fn denial(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    let refusal = probe.refusal("deny", json!({})).await;
    assert_eq!(refusal, ("AUTH_DENIED".into(), "Not you.".into()));
}

pub(crate) async fn crash(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    probe.ask("set", json!({"value": 3})).await;
    let (code, error) = probe.refusal("crash", json!({})).await;
    assert_eq!(code, "COMPONENT_CRASHED");
    assert!(is_told_nothing(&error), "{error}");
    if language.has_files {
        // What it printed last is there, though the line never ended.
        stage.daemon.logged("about to crash").await;
        let log = stage.daemon.log();
        let line = log.lines().find(|line| line.contains("about to crash"));
        let line: Value = serde_json::from_str(line.unwrap()).unwrap();
        assert_eq!(line["fields"]["instance"], probe.id, "{line}");
    }
    // Its change is dropped, and the component goes on.
    assert_eq!(probe.state["value"], 3);
    probe.refusal("fail", json!({"message": "x"})).await;
    assert_eq!(probe.state["value"], 4);
}

pub(crate) async fn timeout(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    let (code, _) = probe.refusal("spin", json!({})).await;
    assert_eq!(code, "ACTION_TIMEOUT");
    assert_eq!(probe.ask("echo", json!(1)).await, 1);
}

pub(crate) async fn not_callable(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    for name in ["missing", "onMount", "on_mount", "news", "_hidden", ""] {
        let (code, _) = probe.refusal(name, json!({})).await;
        assert_eq!(code, "ACTION_NOT_CALLABLE", "{name}");
    }
    let (code, error) = probe.refusal("secretly", json!({})).await;
    assert_eq!(code, "ACTION_NOT_CALLABLE");
    assert!(error.contains("`secretly`"), "{error}");
    assert!(error.contains(language.advice), "{error}");
}
