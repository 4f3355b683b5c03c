//! What the daemon logs of a component where its settings ask for it. Where they do not, it costs a look at a bit.

use std::time::Duration;

use super::event::Event;
use super::instance::{Instance, Resident};
use crate::config::LogTopic;
use crate::state::Delta;
use crate::telemetry::EventKind;

impl Resident {
    pub(super) fn logs(&self, topic: LogTopic) -> bool {
        self.version.logs.has(topic)
    }
}

impl Instance {
    pub(super) fn log_lifecycle(&self, resident: &Resident, what: &str) {
        if resident.logs(LogTopic::Lifecycle) {
            tracing::info!(component = self.slot.name(), instance = %self.id(), request = resident.request(), "{what}");
        }
    }

    /// An event is over. `action`: where it was a call.
    pub(super) fn log_event(
        &self,
        resident: &Resident,
        kind: EventKind,
        action: Option<&str>,
        took: Duration,
    ) {
        let (kind, outcome) = (kind.as_str(), resident.outcome.as_str());
        // Empty where it is not asked for.
        let took = resident.logs(LogTopic::Performance).then_some(took);
        tracing::info!(component = self.slot.name(), instance = %self.id(), request = resident.request(), kind, action, outcome, took = took.map(tracing::field::debug), "event");
    }

    pub(super) fn log_change(&self, resident: &Resident, delta: &Delta) {
        if resident.logs(LogTopic::State) {
            let keys: Vec<&str> = delta.iter().map(|(key, _)| &**key).collect();
            tracing::info!(component = self.slot.name(), instance = %self.id(), request = resident.request(), ?keys, "state changed");
        }
    }

    pub(super) fn log_room(&self, resident: &Resident, room: &str, what: &str) {
        if resident.logs(LogTopic::Rooms) {
            tracing::info!(component = self.slot.name(), instance = %self.id(), request = resident.request(), room, "{what}");
        }
    }

    pub(super) fn log_connection(&self, resident: &Resident, what: &str) {
        if resident.logs(LogTopic::Websocket) {
            let connection = resident.client.connection();
            tracing::info!(component = self.slot.name(), instance = %self.id(), request = resident.request(), %connection, "{what}");
        }
    }
}

impl Event {
    /// The action that it calls, for the log.
    pub(super) fn action_name(&self) -> Option<&str> {
        match self {
            Self::Action(call) => Some(&call.name),
            _ => None,
        }
    }
}
