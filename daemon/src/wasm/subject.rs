//! What one event may see and change.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::ids::{ConnectionId, InstanceId};
use crate::state::{Document, Json};

/// The state of one mounted component and who is behind the event.
///
/// It is moved into a worker for the time of an event and back afterwards, so that host functions reach it without a
/// lock. Whoever drives the event commits or rolls back.
#[derive(Debug)]
pub struct Subject {
    /// The mounted component.
    pub instance: InstanceId,
    /// Synced state.
    pub state: Document,
    /// Private data; most components have none.
    pub private: Option<Box<Document>>,
    /// The room of the mount.
    pub room: Option<Box<str>>,
    /// Who is behind the event.
    pub session: Arc<Session>,
    /// What is the same for every mount of the component.
    pub shared: Arc<Shared>,
}

/// What is the same for every mount of one version of a component.
#[derive(Debug)]
pub struct Shared {
    /// The component's name.
    pub component: Arc<str>,
    /// Its persistent map.
    pub persistent: Arc<dyn KeyValue>,
    /// What the configuration grants it.
    pub config: HashMap<String, String>,
    /// The default state: its keys are the known keys.
    pub default_state: Document,
    /// Most bytes of state and private data together.
    pub max_state_bytes: usize,
    /// Most log lines of one event.
    pub max_log_lines: usize,
}

impl Subject {
    /// Private data, made when it is first needed.
    pub fn private_mut(&mut self) -> &mut Document {
        self.private.get_or_insert_default()
    }

    /// Bytes of private data.
    #[must_use]
    pub fn private_bytes(&self) -> usize {
        self.private.as_ref().map_or(0, |private| private.bytes())
    }

    /// Takes everything that the event wrote back.
    pub fn rollback(&mut self) {
        self.state.rollback();
        if let Some(private) = &mut self.private {
            private.rollback();
        }
    }
}

/// A map that several components write to at the same time.
pub trait KeyValue: Send + Sync + fmt::Debug {
    /// The value of a key.
    fn get(&self, key: &str) -> Option<Json>;

    /// Writes (`None`: removes) a key.
    ///
    /// # Errors
    /// With a sentence if the map would be larger than it may.
    fn set(&self, key: &str, value: Option<Json>) -> Result<(), String>;

    /// Writes (`None`: removes) a key if it still holds `expected` (`None`: is not there). Tells whether it did.
    ///
    /// # Errors
    /// With a sentence if the map would be larger than it may.
    fn compare_and_set(
        &self,
        key: &str,
        expected: Option<&Json>,
        value: Option<Json>,
    ) -> Result<bool, String>;
}

/// Who is behind an event.
#[derive(Debug, Clone)]
pub struct Session {
    /// The connection.
    pub connection: ConnectionId,
    /// What the browser calls its user. Not an identity.
    pub label: Option<Box<str>>,
}
