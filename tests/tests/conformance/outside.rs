//! What a component gets of the world outside, and that it gets nothing else.

use std::time::{SystemTime, UNIX_EPOCH};

use liveside_tests::Server;
use serde_json::{Value, json};

use super::language::Language;
use super::stage::Stage;

pub(crate) async fn fetch(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    assert_eq!(
        probe
            .ask("fetch", json!({"url": stage.server.url("/teapot")}))
            .await,
        json!({"status": 418, "body": "short and stout"})
    );
    let elsewhere = Server::start().await;
    let (code, error) = probe
        .refusal("fetch", json!({"url": elsewhere.url("/")}))
        .await;
    assert_eq!(code, "ACTION_FAILED");
    assert!(error.contains("is not allowed"), "{error}");
    assert_eq!(elsewhere.connections(), 0);
}

pub(crate) async fn config(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    assert_eq!(
        probe.ask("config", json!({"key": "greeting"})).await,
        "hello"
    );
    assert_eq!(
        probe.ask("config", json!({"key": "other"})).await,
        Value::Null
    );
}

pub(crate) async fn log(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    let message = format!("said by {}, é", probe.id);
    probe.ask("say", json!({"message": message})).await;
    stage.daemon.logged(&message).await;
    let log = stage.daemon.log();
    let line = log.lines().find(|line| line.contains(&message)).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["level"], "INFO", "{line}");
    assert_eq!(line["fields"]["message"], message, "{line}");
    assert_eq!(
        line["fields"]["component"],
        language.component("Probe"),
        "{line}"
    );
}

pub(crate) async fn clock(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    let now = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_millis()
    };
    let before = now();
    let told = probe.ask("now", json!({})).await;
    let told = u128::from(told.as_u64().unwrap_or_else(|| panic!("{told}")));
    // Clocks are read in whole milliseconds.
    assert!((before - 1..=now() + 1).contains(&told), "{before} {told}");
}

pub(crate) async fn random(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let bytes = probe.ask("random", json!({})).await;
        let bytes = bytes.as_str().unwrap().to_owned();
        assert_eq!(bytes.len(), 32, "{bytes}");
        assert!(
            bytes.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{bytes}"
        );
        assert!(!seen.contains(&bytes), "{bytes}");
        seen.push(bytes);
    }
    // Another mount's are others.
    let other = stage.probe().await.ask("random", json!({})).await;
    assert!(!seen.contains(&other.as_str().unwrap().to_owned()));
}

/// No file, no socket, no environment: whoever tries is told so.
pub(crate) async fn nothing_else(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    let outside = probe.ask("outside", json!({})).await;
    for (what, tries) in [
        ("files", language.tries_files),
        ("network", language.tries_sockets),
    ] {
        let error = outside[what].as_str();
        let refused = error.is_some_and(|error| !error.is_empty());
        assert_eq!(refused, tries, "{what}: {outside}");
        assert!(tries || outside[what].is_null(), "{what}: {outside}");
    }
    assert_eq!(outside["environment"], 0, "{outside}");
}
