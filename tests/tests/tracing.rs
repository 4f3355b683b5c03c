//! Spans for a collector, and the ids of requests in the log.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use liveside_tests::{App, Daemon};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use parking_lot::Mutex;
use prost::Message as _;
use serde_json::json;
use tokio::sync::watch;

/// A collector that keeps what it is sent.
struct Collector {
    app: App,
    spans: Arc<Mutex<Vec<Span>>>,
    /// What the sender calls itself.
    service: Arc<Mutex<String>>,
    came: watch::Receiver<usize>,
}

#[derive(Clone)]
struct Kept {
    spans: Arc<Mutex<Vec<Span>>>,
    service: Arc<Mutex<String>>,
    came: Arc<watch::Sender<usize>>,
}

async fn take(State(kept): State<Kept>, body: Bytes) {
    let batch = ExportTraceServiceRequest::decode(body).unwrap();
    for resource in batch.resource_spans {
        let attributes = resource.resource.unwrap().attributes;
        let name = attributes.iter().find(|pair| pair.key == "service.name");
        *kept.service.lock() = format!("{:?}", name.unwrap().value);
        let spans = resource
            .scope_spans
            .into_iter()
            .flat_map(|scope| scope.spans);
        kept.spans.lock().extend(spans);
    }
    let count = kept.spans.lock().len();
    kept.came.send_replace(count);
}

impl Collector {
    async fn start() -> Self {
        let (sender, came) = watch::channel(0);
        let kept = Kept {
            spans: Arc::default(),
            service: Arc::default(),
            came: Arc::new(sender),
        };
        let (spans, service) = (kept.spans.clone(), kept.service.clone());
        let router = Router::new()
            .route("/v1/traces", post(take))
            .with_state(kept);
        Self {
            app: App::start(router).await,
            spans,
            service,
            came,
        }
    }

    /// The first span that fits, once it is there.
    async fn span(&mut self, fits: impl Fn(&Span) -> bool) -> Span {
        loop {
            if let Some(span) = self.spans.lock().iter().find(|span| fits(span)) {
                return span.clone();
            }
            self.came.changed().await.unwrap();
        }
    }
}

fn attribute(span: &Span, key: &str) -> Option<String> {
    let pair = span.attributes.iter().find(|pair| pair.key == key)?;
    Some(format!("{:?}", pair.value.as_ref()?))
}

fn has(span: &Span, key: &str, value: &str) -> bool {
    attribute(span, key).is_some_and(|found| found.contains(&format!("\"{value}\"")))
}

#[tokio::test]
async fn a_message_is_followed_from_its_frame_through_its_event_to_the_logic() {
    let mut collector = Collector::start().await;
    let config = format!(
        "[tracing]\notlp = \"http://{}\"\nservice-name = \"shop\"\n",
        collector.app.address
    );
    let daemon = Daemon::with(&["vault"])
        .config(&config)
        .env("OTEL_BSP_SCHEDULE_DELAY", "20")
        .start()
        .await;
    let mut client = daemon.connect().await;
    let vault = client.mount("LiveVault", json!({})).await;
    let payload = json!({"token": "nobody's business"});
    client.call(&vault.id, "unlock", payload).await;

    let message = collector.span(|span| span.name == "CALL_ACTION").await;
    assert!(attribute(&message, "request").is_some(), "{message:?}");
    let event = collector
        .span(|span| span.name == "event" && has(span, "action", "unlock"))
        .await;
    assert_eq!(event.parent_span_id, message.span_id);
    assert_eq!(event.trace_id, message.trace_id);
    assert!(
        has(&event, "outcome", "ok") && has(&event, "instance", &vault.id),
        "{event:?}"
    );
    let guest = collector
        .span(|span| span.name == "guest" && span.trace_id == message.trace_id)
        .await;
    assert_eq!(guest.parent_span_id, event.span_id);
    let all = format!("{:?}", collector.spans.lock());
    assert!(!all.contains("nobody's business"), "{all}");
    assert!(collector.service.lock().contains("shop"));
}

#[tokio::test]
async fn what_waits_is_sent_when_the_daemon_ends() {
    let mut collector = Collector::start().await;
    let config = format!(
        "[tracing]\notlp = \"http://{}/v1/traces\"\n",
        collector.app.address
    );
    let daemon = Daemon::with(&["local-counter"])
        .config(&config)
        // Never by itself.
        .env("OTEL_BSP_SCHEDULE_DELAY", "3600000")
        .start()
        .await;
    let mut client = daemon.connect().await;
    client.mount("LiveLocalCounter", json!({})).await;
    daemon.terminate().await;
    collector.span(|span| span.name == "COMPONENT_MOUNT").await;
}

#[tokio::test]
async fn a_collector_that_is_gone_stops_nothing() {
    let daemon = Daemon::with(&["local-counter"])
        .config("[tracing]\notlp = \"http://127.0.0.1:9\"\n")
        .env("OTEL_BSP_SCHEDULE_DELAY", "20")
        .start()
        .await;
    let mut client = daemon.connect().await;
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    for _ in 0..100 {
        let answer = client.call(&counter.id, "increment", json!({})).await;
        assert_eq!(answer["success"], true);
    }
    daemon.logged("spans cannot be sent").await;
}

#[tokio::test]
async fn lines_of_the_log_name_the_request() {
    let daemon = Daemon::with(&["faulty"]).start().await;
    let mut client = daemon.connect().await;
    let faulty = client.mount("LiveFaulty", json!({})).await;
    let call = json!({"type": "CALL_ACTION", "componentId": faulty.id, "action": "panic", "requestId": "the-request-7"});
    client.send(&call.to_string()).await;
    daemon.logged("an event broke down").await;
    let log = daemon.log();
    let broken = log
        .lines()
        .find(|line| line.contains("an event broke down"));
    assert!(
        broken.unwrap().contains(r#""request":"the-request-7""#),
        "{log}"
    );
    let said = log
        .lines()
        .find(|line| line.contains(r#""target":"guest""#));
    assert!(
        said.unwrap().contains(r#""request":"the-request-7""#),
        "{log}"
    );
}

#[tokio::test]
async fn requests_over_http_have_an_id_that_the_log_and_the_answer_name() {
    let daemon = Daemon::with(&["faulty"]).development().start().await;
    let mut client = daemon.connect().await;
    let faulty = client.mount("LiveFaulty", json!({})).await;
    let path = format!(
        "/api/live/components/LiveFaulty/actions/panic?instance={}",
        faulty.id
    );
    let answer = daemon
        .http("POST", &path)
        .header("X-Request-Id", "from-the-app.1")
        .json(&json!({}))
        .send()
        .await;
    assert_eq!(
        (answer.status, answer.header("x-request-id")),
        (500, vec!["from-the-app.1"])
    );
    daemon.logged(r#""request":"from-the-app.1""#).await;

    let made = daemon.http("GET", "/api/live/health").send().await;
    assert_eq!(made.header("x-request-id")[0].len(), 36);
    let odd = daemon
        .http("GET", "/api/live/health")
        .header("X-Request-Id", "a b\"c")
        .send()
        .await;
    assert_eq!(odd.header("x-request-id")[0].len(), 36);
}
