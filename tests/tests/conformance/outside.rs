//! What a component gets of the world outside, and that it gets nothing else.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use liveside_tests::Server;
use serde_json::{Value, json};

use super::language::Language;
use super::page::Page;
use super::stage::{Stage, start};

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

/// What the configuration grants, by the means of the language, and to the component that it is granted to alone.
pub(crate) async fn granted(language: &'static Language) {
    if !language.has_files {
        return;
    }
    let here = tempfile::tempdir().unwrap();
    let at = |name: &str| here.path().join(name);
    for directory in ["in", "out"] {
        fs::create_dir(at(directory)).unwrap();
    }
    fs::write(at("in/note.txt"), "read me, é").unwrap();
    fs::write(at("secret.txt"), "a secret").unwrap();
    std::os::unix::fs::symlink(at("secret.txt"), at("in/link.txt")).unwrap();
    let name = language.component("Probe");
    let config = format!(
        "[component.{name}.wasi]\nvariables = {{ GREETING = \"hello\" }}\n\
         [component.{name}.wasi.directories]\n\"/in\" = {:?}\n\"/out\" = {{ path = {:?}, write = true }}\n",
        at("in"),
        at("out"),
    );
    let daemon = start(language.daemon(&["probe"], &[]).config(&config)).await;
    let mut probe = Page::open(&daemon, &name).await;

    let note = json!({"path": "/in/note.txt"});
    assert_eq!(probe.ask("readFile", note.clone()).await, "read me, é");
    for path in [
        "/secret.txt",
        "/in/../secret.txt",
        "/in/link.txt",
        "/etc/passwd",
    ] {
        let (code, _) = probe.refusal("readFile", json!({"path": path})).await;
        assert_eq!(code, "ACTION_FAILED", "{path}");
    }
    for path in ["/in/note.txt", "/in/new.txt", "/out/../in/new.txt"] {
        let payload = json!({"path": path, "text": "overwritten"});
        let (code, _) = probe.refusal("writeFile", payload).await;
        assert_eq!(code, "ACTION_FAILED", "{path}");
    }
    assert_eq!(fs::read_to_string(at("in/note.txt")).unwrap(), "read me, é");
    assert!(!at("in/new.txt").exists());

    let payload = json!({"path": "/out/new.txt", "text": "written"});
    probe.ask("writeFile", payload).await;
    assert_eq!(fs::read_to_string(at("out/new.txt")).unwrap(), "written");
    assert_eq!(
        probe.ask("readFile", json!({"path": "/out/new.txt"})).await,
        "written"
    );
    assert_eq!(
        probe.ask("variable", json!({"name": "GREETING"})).await,
        "hello"
    );
    // Of the daemon's own environment nothing is passed on.
    assert_eq!(
        probe.ask("variable", json!({"name": "CONFORMANCE"})).await,
        Value::Null
    );

    // The same module, another component.
    let mut hall = Page::open(&daemon, &language.component("Hall")).await;
    let (code, _) = hall.refusal("readFile", note).await;
    assert_eq!(code, "ACTION_FAILED");
    assert_eq!(
        hall.ask("variable", json!({"name": "GREETING"})).await,
        Value::Null
    );
}

/// What is printed is a line of the log, with whose event it was.
pub(crate) async fn prints(language: &'static Language) {
    if !language.has_files {
        return;
    }
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    for turn in 0..2 {
        let message = format!("printed by {} {turn}, é", probe.id);
        probe.ask("print", json!({"message": message})).await;
        stage.daemon.logged(&message).await;
        let log = stage.daemon.log();
        let line = log.lines().find(|line| line.contains(&message)).unwrap();
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["fields"]["message"], message, "{line}");
        assert_eq!(
            line["fields"]["component"],
            language.component("Probe"),
            "{line}"
        );
        assert_eq!(line["fields"]["instance"], probe.id, "{line}");
        assert!(line["fields"]["request"].is_string(), "{line}");
    }
}
