//! `[tracing]`: where spans go.

use serde::{Deserialize, Serialize};
use url::Url;

/// `[tracing]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct TracingConfig {
    /// A collector that takes OTLP over HTTP: `http://127.0.0.1:4318`. Without it no span is made.
    pub otlp: Option<Url>,
    /// The share of traces that are taken, from 0 to 1.
    pub sample: f64,
    /// What the daemon is called there.
    pub service_name: String,
}

impl Default for TracingConfig {
    fn default() -> Self {
        Self {
            otlp: None,
            sample: 1.0,
            service_name: "liveside".to_owned(),
        }
    }
}
