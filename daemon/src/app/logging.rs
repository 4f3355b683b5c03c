//! Where log lines go, and spans.

use std::io::IsTerminal as _;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use crate::telemetry::spans::Exporter;

/// Lines for people on a terminal, JSON for programs otherwise; always on stderr. `LIVESIDE_LOG` says which.
pub fn start(spans: Option<&Exporter>) {
    let filter = EnvFilter::try_from_env("LIVESIDE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = if std::io::stderr().is_terminal() {
        lines.with_target(false).compact().boxed()
    } else {
        lines.json().boxed()
    };
    tracing_subscriber::registry()
        .with(spans.map(Exporter::layer))
        .with(lines.with_filter(filter))
        .init();
    // The WebSocket library traces whole messages, and credentials are in some. Whatever the filter says, it must not;
    // nothing of ours logs by this facade.
    log::set_max_level(log::max_level().min(log::LevelFilter::Debug));
}
