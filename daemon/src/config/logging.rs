//! What the daemon logs of a component of its own accord.

use serde::{Deserialize, Serialize};

/// One thing that can be logged. All are off unless the component or its settings say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogTopic {
    /// Mounts and unmounts.
    Lifecycle,
    /// Each event, with what came of it.
    Messages,
    /// The keys that an event changed. Never their values.
    State,
    /// How long each event took.
    Performance,
    /// Rooms that it joins and leaves, and events that it emits in them.
    Rooms,
    /// Connections that it loses and gets.
    Websocket,
}

/// What is logged of one component.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogTopics(u8);

impl LogTopics {
    /// Whether this is logged.
    #[must_use]
    pub fn has(self, topic: LogTopic) -> bool {
        self.0 & (1 << topic as u8) != 0
    }
}

impl FromIterator<LogTopic> for LogTopics {
    fn from_iter<I: IntoIterator<Item = LogTopic>>(topics: I) -> Self {
        Self(
            topics
                .into_iter()
                .fold(0, |bits, topic| bits | 1 << topic as u8),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_in_and_nothing_else() {
        let topics: LogTopics = [LogTopic::Rooms, LogTopic::Lifecycle].into_iter().collect();
        assert!(topics.has(LogTopic::Rooms) && topics.has(LogTopic::Lifecycle));
        for topic in [LogTopic::Messages, LogTopic::State, LogTopic::Websocket] {
            assert!(!topics.has(topic), "{topic:?}");
            assert!(!LogTopics::default().has(topic));
        }
    }
}
