//! The inspector in a terminal: `liveside inspect --url` and `liveside tail`.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::Daemon;
use serde_json::{Value, json};

const KEY: &str = "the key of the tests";

async fn production(modules: &[&str]) -> Daemon {
    let key = format!("api-key = \"{KEY}\"\n");
    Daemon::with(modules).config(&key).start().await
}

/// The daemon's binary, run against a daemon.
fn terminal(daemon: &Daemon, arguments: &[&str]) -> tokio::process::Command {
    let mut command = tokio::process::Command::new(liveside_tests::binary());
    let url = format!("http://{}", daemon.address());
    command
        .args(arguments)
        .args(["--url", &url])
        .env_remove("LIVESIDE_API_KEY")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true);
    command
}

#[tokio::test]
async fn the_terminal_shows_what_there_is() {
    let daemon = production(&["local-counter"]).await;
    let mut browser = daemon.connect().await;
    let counter = browser.mount("LiveLocalCounter", json!({})).await;
    let refused = terminal(&daemon, &["inspect"]).output().await.unwrap();
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(
        !refused.status.success() && error.contains("LIVESIDE_API_KEY"),
        "{error}"
    );

    let all = terminal(&daemon, &["inspect", "--key", KEY])
        .output()
        .await
        .unwrap();
    let all = String::from_utf8(all.stdout).unwrap();
    for part in [
        "production",
        "instances (1)",
        &counter.id,
        "local-counter.wasm",
    ] {
        assert!(all.contains(part), "{part}\n{all}");
    }
    let mut one = terminal(&daemon, &["inspect", "--instance", &counter.id, "--json"]);
    let one = one.env("LIVESIDE_API_KEY", KEY).output().await.unwrap();
    let one: Value = serde_json::from_slice(&one.stdout).unwrap();
    assert_eq!(one["selected"]["state"], json!({"count": 0, "clicks": 0}));
}

#[tokio::test]
async fn the_terminal_follows_events() {
    use tokio::io::AsyncBufReadExt as _;

    let daemon = Daemon::with(&["local-counter"]).development().start().await;
    let mut browser = daemon.connect().await;
    let counter = browser.mount("LiveLocalCounter", json!({})).await;
    let mut tail = terminal(&daemon, &["tail", "--instance", &counter.id, "--json"])
        .spawn()
        .unwrap();
    let mut lines = tokio::io::BufReader::new(tail.stdout.take().unwrap()).lines();
    // It is told of what was only once: the selection answers with it.
    let connections = async || {
        let all = daemon.http("GET", "/api/live/connections").send().await;
        all.json()["count"].clone()
    };
    while connections().await != 2 {
        tokio::task::yield_now().await;
    }
    let line = async {
        loop {
            browser
                .call(&counter.id, "increment", json!({"by": 2}))
                .await;
            let waited =
                tokio::time::timeout(std::time::Duration::from_millis(500), lines.next_line());
            if let Ok(line) = waited.await {
                return line.unwrap().unwrap();
            }
        }
    };
    let event: Value = serde_json::from_str(&line.await).unwrap();
    assert_eq!(
        (&event["name"], &event["payload"]),
        (&json!("increment"), &json!({"by": 2}))
    );
    assert_eq!(event["instance"], counter.id);
}
