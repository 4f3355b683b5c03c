//! `[recovery]`: how long a component waits for a connection that was lost.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// `[recovery]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct RecoveryConfig {
    /// After a connection was lost. 0: components end with their connection.
    #[serde(with = "humantime_serde")]
    pub grace: Duration,
    /// After a page said that it goes away (close code 1001), to be loaded again, maybe.
    #[serde(with = "humantime_serde")]
    pub reload_grace: Duration,
    /// Most components that wait at once; the oldest end first.
    pub instances: usize,
    /// Most bytes of their state.
    pub bytes: usize,
}

impl Default for RecoveryConfig {
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(60),
            reload_grace: Duration::from_secs(5),
            instances: 10_000,
            bytes: 64 << 20,
        }
    }
}
