//! The state that a page is rendered with, before a browser has mounted anything.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::Daemon;
use serde_json::json;

const KEY: &str = "api-key = \"k\"\n";

#[tokio::test]
async fn a_page_is_rendered_with_what_a_mount_would_begin_with() {
    let daemon = Daemon::with(&["counter", "dashboard", "admin-panel"])
        .config(KEY)
        .start()
        .await;
    let mut browser = daemon.connect().await;
    let counter = browser.mount_in("lobby", "LiveCounter").await;
    browser
        .call(&counter.id, "increment", json!({"by": 3}))
        .await;
    let get = async |path: &str| {
        let path = format!("/api/live/render-state/{path}");
        daemon
            .http("GET", &path)
            .header("Authorization", "Bearer k")
            .send()
            .await
    };
    let rendered = get("liveCounter?room=lobby").await.json();
    assert_eq!(rendered["component"], "LiveCounter", "{rendered}");
    // The room's number, though nobody has mounted anything for the page.
    assert_eq!(rendered["state"]["count"], 3, "{rendered}");
    let stats = daemon
        .http("GET", "/api/live/stats")
        .header("Authorization", "Bearer k")
        .send()
        .await
        .json();
    assert_eq!(stats["instances"], 1);

    let dashboard = browser.mount("LiveDashboard", json!({})).await;
    browser
        .call(
            &dashboard.id,
            "addAlert",
            json!({"message": "m", "text": "m"}),
        )
        .await;
    let rendered = get("LiveDashboard").await.json();
    assert!(rendered["state"].is_object());

    for (path, status) in [
        ("Nothing", 404),
        // It needs a role.
        ("LiveAdminPanel", 403),
        ("LiveCounter?room=a%20b", 400),
        ("LiveCounter?props=%7B", 400),
    ] {
        assert_eq!(get(path).await.status, status, "{path}");
    }
    let answer = daemon
        .http("GET", "/api/live/render-state/LiveCounter")
        .send()
        .await;
    assert_eq!(answer.status, 401);
    let keyless = Daemon::with(&["counter"]).start().await;
    let answer = keyless
        .http("GET", "/api/live/render-state/LiveCounter")
        .send()
        .await;
    assert_eq!(answer.status, 403);
}
