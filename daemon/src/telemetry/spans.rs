//! Spans: what happened within what, from a browser's frame to the reply, for a collector that speaks OTLP.
//!
//! Spans are made only while somebody takes them: without a collector a span costs a look at a flag. They hold names and
//! ids, never payloads, states or what somebody wrote.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::field::Empty;
use tracing::{Level, Span, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use super::{EventKind, Outcome};
use crate::config::TracingConfig;
use crate::ids::{ConnectionId, InstanceId, shown};

/// What all spans have as their target: by it they are told apart from the log.
pub const TARGET: &str = "liveside::span";
/// How long one batch may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The span that is open here, to be the parent of what is done elsewhere; none while nobody takes spans.
#[must_use]
pub fn current() -> Span {
    if tracing::enabled!(target: TARGET, Level::DEBUG) {
        Span::current()
    } else {
        Span::none()
    }
}

/// A message of a browser, from its frame to its reply.
#[must_use]
pub fn message(
    kind: &str,
    connection: &ConnectionId,
    component: Option<&str>,
    request: Option<&str>,
) -> Span {
    let (component, request) = (component.map(shown), request.map(shown));
    tracing::debug_span!(target: TARGET, "message", otel.name = kind, otel.kind = "server", %connection, component, request)
}

/// An event of an instance, within what caused it.
#[must_use]
pub fn event(
    parent: &Span,
    component: &str,
    instance: &InstanceId,
    kind: EventKind,
    action: Option<&str>,
) -> Span {
    let action = action.map(shown);
    tracing::debug_span!(
        target: TARGET, parent: parent, "event",
        component, %instance, kind = kind.as_str(), action,
        outcome = Empty, otel.status_code = Empty,
    )
}

/// An event is over.
pub fn ended(event: &Span, outcome: Outcome) {
    event.record("outcome", outcome.as_str());
    if matches!(outcome, Outcome::Crashed | Outcome::Timeout) {
        event.record("otel.status_code", "ERROR");
    }
}

/// The component's logic at work.
#[must_use]
pub fn guest(component: &str, event: &str) -> Span {
    tracing::debug_span!(target: TARGET, "guest", component, event)
}

/// A request of a component to another host.
#[must_use]
pub fn fetch(method: &str, host: Option<&str>) -> Span {
    tracing::debug_span!(target: TARGET, "fetch", otel.kind = "client", http.request.method = method, server.address = host)
}

/// A request over HTTP. The path alone: a query may hold a token.
#[must_use]
pub fn http(method: &str, path: &str, request: &str) -> Span {
    tracing::debug_span!(
        target: TARGET, "http", otel.kind = "server",
        http.request.method = method, url.path = path, request, http.response.status_code = Empty,
    )
}

/// Where spans go. What waits is sent when this ends.
pub struct Exporter {
    provider: SdkTracerProvider,
}

impl Exporter {
    /// Sends spans where the configuration says. `None`: nowhere.
    ///
    /// # Errors
    /// If the HTTP client cannot be made.
    pub fn new(config: &TracingConfig, runtime: Handle) -> anyhow::Result<Option<Self>> {
        let Some(collector) = &config.otlp else {
            return Ok(None);
        };
        let mut endpoint = collector.clone();
        if endpoint.path() == "/" {
            endpoint.set_path("/v1/traces");
        }
        let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client {
                client,
                runtime,
                is_failing: AtomicBool::new(false),
            })
            .with_endpoint(endpoint.as_str())
            .build()
            .context("the exporter of spans cannot be made")?;
        let resource = Resource::builder()
            .with_service_name(config.service_name.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        // A trace is taken as a whole or not at all.
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.sample)));
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(sampler)
            .with_resource(resource)
            .build();
        Ok(Some(Self { provider }))
    }

    /// The layer that takes the spans.
    pub fn layer<S: Subscriber + for<'s> LookupSpan<'s> + Send + Sync>(
        &self,
    ) -> impl Layer<S> + Send + Sync + use<S> {
        let tracer = self.provider.tracer("liveside");
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_filter(Targets::new().with_target(TARGET, tracing::Level::DEBUG))
    }

    /// Sends what waits, and ends. It blocks.
    pub fn finish(&self) {
        if let Err(error) = self.provider.shutdown() {
            tracing::warn!(%error, "the last spans could not be sent");
        }
    }
}

impl fmt::Debug for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exporter").finish_non_exhaustive()
    }
}

/// The daemon's HTTP client for the exporter, whose thread is none of the runtime's.
#[derive(Debug)]
struct Client {
    client: reqwest::Client,
    runtime: Handle,
    /// Whether the last batch was lost: it is told once, and once when it is over.
    is_failing: AtomicBool,
}

impl HttpClient for Client {
    fn send_bytes<'life0, 'async_trait>(
        &'life0 self,
        request: Request<Bytes>,
    ) -> std::pin::Pin<
        Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'async_trait>,
    >
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        let sent = self.runtime.spawn({
            let client = self.client.clone();
            async move {
                let request = reqwest::Request::try_from(request)?;
                let answer = client.execute(request).await?.error_for_status()?;
                let mut response = Response::builder().status(answer.status());
                if let Some(headers) = response.headers_mut() {
                    headers.clone_from(answer.headers());
                }
                Ok::<_, HttpError>(response.body(answer.bytes().await?)?)
            }
        });
        Box::pin(async move {
            let outcome = sent.await.map_err(HttpError::from).flatten();
            let was_failing = self.is_failing.swap(outcome.is_err(), Ordering::Relaxed);
            match &outcome {
                Err(error) if !was_failing => {
                    tracing::warn!(%error, "spans cannot be sent and are dropped: is the collector of `tracing.otlp` there?");
                }
                Ok(_) if was_failing => tracing::info!("spans are sent again"),
                _ => {}
            }
            outcome
        })
    }
}
