//! What operators see of connections and components, and who may.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::{Daemon, HttpAnswer};
use serde_json::json;

async fn get(daemon: &Daemon, path: &str) -> HttpAnswer {
    daemon
        .http("GET", &format!("/api/live/{path}"))
        .send()
        .await
}

#[tokio::test]
async fn connections_are_listed_with_what_they_have_mounted() {
    let daemon = Daemon::with(&["local-counter"]).start().await;
    let mut first = daemon.connect().await;
    let second = daemon.connect().await;
    let counter = first.mount("LiveLocalCounter", json!({})).await;
    let id = |greeting: &serde_json::Value| greeting["connectionId"].as_str().unwrap().to_owned();
    let (a, b) = (id(&first.greeting), id(&second.greeting));

    let all = get(&daemon, "connections").await.json();
    assert_eq!((&all["count"], &all["more"]), (&json!(2), &json!(false)));
    assert_eq!(all["connections"][0]["id"], a);
    assert_eq!(all["connections"][0]["userId"], json!(null));
    let page = get(&daemon, "connections?limit=1").await.json();
    assert_eq!(
        (&page["connections"][0]["id"], &page["more"]),
        (&json!(a), &json!(true))
    );
    let rest = get(&daemon, &format!("connections?after={a}")).await.json();
    assert_eq!(rest["connections"][0]["id"], b);
    assert_eq!(rest["connections"].as_array().unwrap().len(), 1);

    let one = get(&daemon, &format!("connections/{a}")).await.json();
    let mounted = json!([{"componentId": counter.id, "component": "LiveLocalCounter"}]);
    assert_eq!(one["components"], mounted);
    assert_eq!(get(&daemon, "connections/nobody").await.status, 404);
}

#[tokio::test]
async fn performance_is_told_by_name_and_by_what_is_mounted() {
    let daemon = Daemon::with(&["faulty"]).start().await;
    let mut client = daemon.connect().await;
    let faulty = client.mount("LiveFaulty", json!({})).await;
    for _ in 0..5 {
        client.call(&faulty.id, "panic", json!({})).await;
    }
    for path in ["LiveFaulty", &faulty.id] {
        let told = get(&daemon, &format!("performance/components/{path}"))
            .await
            .json();
        assert_eq!(told["component"], "LiveFaulty");
        // The mount is an event, too.
        assert_eq!(
            (&told["status"], &told["totalUpdates"]),
            (&json!("unhealthy"), &json!(6))
        );
        assert!(told["errorRate"].as_f64().unwrap() > 0.8, "{told}");
        assert_eq!(told["alerts"].as_array().unwrap().len(), 1);
    }
    let dashboard = get(&daemon, "performance/dashboard").await.json();
    assert_eq!(dashboard["connections"], 1);
    assert_eq!(dashboard["components"][0]["component"], "LiveFaulty");
    assert_eq!(
        get(&daemon, "performance/components/none").await.status,
        404
    );
}

#[tokio::test]
async fn all_of_it_needs_the_key() {
    let daemon = Daemon::with(&[])
        .config("api-key = \"the key of the tests\"\n")
        .start()
        .await;
    for path in [
        "connections",
        "connections/a",
        "performance/dashboard",
        "performance/components/a",
    ] {
        assert_eq!(get(&daemon, path).await.status, 401, "{path}");
    }
}
