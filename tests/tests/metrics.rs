//! `GET /metrics`: what it tells, to whom, and what never stands in it.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::BTreeSet;
use std::path::Path;

use liveside_tests::{Client, Daemon, Outgoing};
use serde_json::{Value, json};

async fn metrics(daemon: &Daemon) -> String {
    let answer = daemon.http("GET", "/metrics").send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(
        answer.header("content-type"),
        ["application/openmetrics-text; version=1.0.0; charset=utf-8"]
    );
    answer.body
}

/// The value of a series; `None` if there is none.
fn value(metrics: &str, series: &str) -> Option<f64> {
    let line = metrics
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.map(|value| value.parse().unwrap())
}

/// The names of all series, as a query has them.
fn names(metrics: &str) -> BTreeSet<String> {
    let series = metrics.lines().filter(|line| !line.starts_with('#'));
    series
        .map(|line| line.split(['{', ' ']).next().unwrap())
        .map(|name| name.strip_suffix("_bucket").unwrap_or(name))
        .map(|name| {
            let of_histogram = name.strip_suffix("_sum").or(name.strip_suffix("_count"));
            of_histogram.unwrap_or(name).to_owned()
        })
        .collect()
}

/// A daemon to which everything has happened that is counted.
async fn busy() -> (Daemon, Client) {
    let daemon = Daemon::with(&["local-counter", "recorder", "faulty"])
        .data_dir()
        .start()
        .await;
    let mut client = daemon.connect().await;
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    for _ in 0..3 {
        client.call(&counter.id, "increment", json!({})).await;
    }
    client.call(&counter.id, "fly", json!({})).await;
    let faulty = client.mount("LiveFaulty", json!({})).await;
    client.call(&faulty.id, "panic", json!({})).await;
    let taker = client.mount("LiveTaker", json!({})).await;
    let file = Outgoing::text(&taker, "hidden-name.txt", "hello");
    file.send(&mut client).await;
    Outgoing::text(&taker, "a.exe", "a")
        .start(&mut client)
        .await;
    client.mount_in("hidden-room", "LiveMember").await;
    (daemon, client)
}

#[tokio::test]
async fn what_happens_is_counted() {
    let (daemon, _open) = busy().await;
    let mut client = daemon.connect().await;
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    let metrics = metrics(&daemon).await;
    let event = |component: &str, kind: &str, outcome: &str| {
        let series = format!(
            r#"liveside_events_total{{component="{component}",kind="{kind}",outcome="{outcome}"}}"#
        );
        value(&metrics, &series)
    };
    assert_eq!(event("LiveLocalCounter", "mount", "ok"), Some(2.0));
    assert_eq!(event("LiveLocalCounter", "action", "ok"), Some(3.0));
    assert_eq!(event("LiveLocalCounter", "action", "refused"), Some(1.0));
    assert_eq!(event("LiveFaulty", "action", "crashed"), Some(1.0));
    for (series, expected) in [
        ("liveside_connections", 2.0),
        ("liveside_connections_accepted_total", 2.0),
        (r#"liveside_mounts{component="LiveLocalCounter"}"#, 2.0),
        (r#"liveside_workers_trapped{component="LiveFaulty"}"#, 1.0),
        ("liveside_rooms", 1.0),
        (r#"liveside_uploads_total{outcome="complete"}"#, 1.0),
        ("liveside_uploaded_bytes_total", 5.0),
        (r#"liveside_swaps_total{outcome="ok"}"#, 3.0),
        (
            r#"liveside_guest_duration_seconds_count{component="LiveFaulty"}"#,
            1.0,
        ),
    ] {
        assert_eq!(
            value(&metrics, series),
            Some(expected),
            "{series}\n{metrics}"
        );
    }
    for (series, least) in [
        ("liveside_memory_bytes", 1e6),
        ("liveside_messages_total", 8.0),
        (
            r#"liveside_deltas_bytes_total{component="LiveLocalCounter"}"#,
            6.0,
        ),
        (
            r#"liveside_event_duration_seconds_sum{component="LiveLocalCounter"}"#,
            1e-6,
        ),
    ] {
        assert!(value(&metrics, series).unwrap() >= least, "{series}");
    }
    // The series of one scrape are unique, and it ends as the format wants it.
    let series: Vec<_> = metrics
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit_once(' ').unwrap().0)
        .collect();
    assert_eq!(series.iter().collect::<BTreeSet<_>>().len(), series.len());
    assert!(metrics.ends_with("# EOF\n"));
    client.call(&counter.id, "increment", json!({})).await;
}

#[tokio::test]
async fn nothing_of_users_is_in_it() {
    let (daemon, _open) = busy().await;
    let mut client = daemon.connect().await;
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    let connection = client.greeting["connectionId"].as_str().unwrap().to_owned();
    let metrics = metrics(&daemon).await;
    for hidden in [
        "hidden-name",
        "hidden-room",
        "/uploads/",
        "fly",
        &counter.id,
        &connection,
    ] {
        assert!(!metrics.contains(hidden), "{hidden}\n{metrics}");
    }
}

#[tokio::test]
async fn it_needs_the_key_and_can_be_switched_off() {
    let daemon = Daemon::with(&[])
        .config("api-key = \"the key of the tests\"\n")
        .start()
        .await;
    assert_eq!(daemon.http("GET", "/metrics").send().await.status, 401);
    let asked = daemon
        .http("GET", "/metrics")
        .header("Authorization", "Bearer the key of the tests");
    assert_eq!(asked.send().await.status, 200);

    let daemon = Daemon::with(&["local-counter"])
        .config("metrics = false\n")
        .start()
        .await;
    let mut client = daemon.connect().await;
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    client.call(&counter.id, "increment", json!({})).await;
    assert_eq!(daemon.http("GET", "/metrics").send().await.status, 404);
}

#[tokio::test]
async fn health_is_the_worst_of_all_components_and_details_are_for_who_has_the_key() {
    let key = "api-key = \"the key of the tests\"\n";
    let daemon = Daemon::with(&["local-counter", "faulty"])
        .config(key)
        .start()
        .await;
    let mut client = daemon.connect().await;
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    for _ in 0..5 {
        client.call(&counter.id, "increment", json!({})).await;
        // Refusing is no fault.
        client.call(&counter.id, "fly", json!({})).await;
    }
    let health = async |key: bool| {
        let mut request = daemon.http("GET", "/api/live/health");
        if key {
            request = request.header("Authorization", "Bearer the key of the tests");
        }
        request.send().await.json()
    };
    let well = health(false).await;
    assert_eq!(well["status"], "healthy");
    assert_eq!(well["components"], Value::Null);

    let faulty = client.mount("LiveFaulty", json!({})).await;
    for _ in 0..5 {
        client.call(&faulty.id, "panic", json!({})).await;
    }
    let ill = health(true).await;
    assert_eq!(ill["status"], "unhealthy", "{ill}");
    let of = |name: &str| {
        let components = ill["components"].as_array().unwrap();
        components
            .iter()
            .find(|component| component["name"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(of("LiveLocalCounter")["status"], "healthy");
    let faulty = of("LiveFaulty");
    assert_eq!(
        (&faulty["status"], &faulty["broken"]),
        (&json!("unhealthy"), &json!(5))
    );
    assert!(faulty["lastEventMs"].as_u64().unwrap() < 60_000);
    for (path, status) in [("live", 200), ("ready", 200)] {
        let answer = daemon
            .http("GET", &format!("/api/live/health/{path}"))
            .send()
            .await;
        assert_eq!(answer.status, status, "{path}");
    }
}

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

/// Every `liveside_…` in a text.
fn mentioned(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("liveside_"))
        .map(|word| word.strip_suffix("_bucket").unwrap_or(word))
        .map(|word| {
            let of_histogram = word.strip_suffix("_sum").or(word.strip_suffix("_count"));
            of_histogram.unwrap_or(word).to_owned()
        })
        .collect()
}

#[tokio::test]
async fn the_page_names_all_there_is_and_the_dashboard_nothing_else() {
    let (daemon, _open) = busy().await;
    let there = names(&metrics(&daemon).await);
    let page = mentioned(&read("docs/metrics.md"));
    // Those of settings that this daemon does not have.
    let elsewhere = |name: &String| {
        name.starts_with("liveside_webhooks_")
            || [
                "liveside_authentications_total",
                "liveside_queue_wait_seconds",
            ]
            .contains(&&**name)
    };
    let unwritten: Vec<_> = there.difference(&page).collect();
    assert!(
        unwritten.is_empty(),
        "not in docs/metrics.md: {unwritten:?}"
    );
    let gone: Vec<_> = page
        .difference(&there)
        .filter(|name| !elsewhere(name))
        .collect();
    assert!(
        gone.is_empty(),
        "in docs/metrics.md, and nowhere else: {gone:?}"
    );

    let dashboard = read("docs/grafana/liveside.json");
    let parsed: Value = serde_json::from_str(&dashboard).unwrap();
    assert!(parsed["panels"].as_array().unwrap().len() > 5);
    let unknown: Vec<_> = mentioned(&dashboard).difference(&page).cloned().collect();
    assert!(unknown.is_empty(), "the dashboard asks for {unknown:?}");
}
