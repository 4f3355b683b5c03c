//! What is logged of a component where its settings ask for it.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::Daemon;
use serde_json::json;

#[tokio::test]
async fn a_component_is_logged_as_its_settings_say_and_another_is_not() {
    let all = r#"["lifecycle", "messages", "state", "performance", "rooms", "websocket"]"#;
    let daemon = Daemon::with(&["recorder", "local-counter"])
        .config(&format!("[component.LiveMember]\nlogging = {all}\n"))
        .start()
        .await;
    let mut client = daemon.connect().await;
    let member = client.mount_in("lobby", "LiveMember").await;
    client.call(&member.id, "join", json!("chat:1")).await;
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    client.call(&counter.id, "increment", json!({})).await;
    drop(client);
    daemon.logged("lost its connection").await;
    let log = daemon.log();
    for (line, parts) in [
        ("mounted", vec![r#""component":"LiveMember""#]),
        ("joined", vec![r#""room":"chat:1""#]),
        ("state changed", vec!["heard"]),
        (
            "event",
            vec![r#""kind":"action","action":"join","outcome":"ok","took":"#],
        ),
    ] {
        let found = log
            .lines()
            .any(|text| text.contains(line) && parts.iter().all(|part| text.contains(part)));
        assert!(found, "{line} {parts:?}\n{log}");
    }
    let of_another = log.lines().filter(|text| text.contains("LiveLocalCounter"));
    assert_eq!(
        of_another.count(),
        1,
        "that it is loaded, and nothing else: {log}"
    );
}
