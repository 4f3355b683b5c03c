//! One dashboard for everybody: a singleton. Whatever anybody does to it, every browser has with the same delta, which
//! the daemon encodes once however many they are.

use liveside_guest::prelude::*;
use serde::Serialize;

/// Older ones make room: the state is sent whole to every newcomer.
const MOST_ALERTS: usize = 50;

/// In characters. An alert is a line, not a page.
const LONGEST_MESSAGE: usize = 200;

/// What every browser sees.
#[derive(State)]
pub struct Dashboard {
    /// How many browsers look at it now.
    visitors: u32,
    /// The newest last.
    alerts: Vec<String>,
    /// Milliseconds since the Unix epoch.
    last_refresh: Option<u64>,
    refreshes: u64,
}

/// What `refresh` answers.
#[derive(Serialize)]
struct Refreshed {
    success: bool,
    refreshes: u64,
}

/// What `addAlert` answers.
#[derive(Serialize)]
struct Added {
    success: bool,
    /// How many are kept.
    alerts: usize,
}

// No props: who comes first must not choose what all others see.
#[component(name = "LiveDashboard", version = "1.0.0", singleton, props = "none")]
impl Dashboard {
    /// The daemon counts, here it is only passed on: a count of one's own would be off after the first lost event.
    fn on_client_join(&mut self, client: &Client) {
        self.visitors = client.count;
    }

    fn on_client_leave(&mut self, client: &Client) {
        self.visitors = client.count;
    }

    #[action]
    fn refresh(&mut self, cx: &Context) -> Refreshed {
        self.last_refresh = Some(cx.clock().now_ms());
        self.refreshes += 1;
        Refreshed {
            success: true,
            refreshes: self.refreshes,
        }
    }

    #[action]
    fn add_alert(&mut self, message: &str) -> Result<Added> {
        let message = message.trim();
        ensure!(!message.is_empty(), "An alert needs a message.");
        ensure!(
            message.chars().count() <= LONGEST_MESSAGE,
            "Please use at most {LONGEST_MESSAGE} characters."
        );
        let surplus = (self.alerts.len() + 1).saturating_sub(MOST_ALERTS);
        self.alerts.drain(..surplus);
        self.alerts.push(message.to_owned());
        Ok(Added {
            success: true,
            alerts: self.alerts.len(),
        })
    }
}

#[cfg(test)]
mod tests;
