//! Who is behind an event.

use serde::de::DeserializeOwned;

use super::decode;
use crate::host::{HostResult, SessionRecord};

/// Who is behind the current event.
pub struct Session {
    record: SessionRecord,
}

impl Session {
    pub(super) fn new(record: SessionRecord) -> Self {
        Self { record }
    }

    /// The identity that the daemon has verified; `None` for an anonymous visitor. An owned value, because it is
    /// mostly kept.
    pub fn user_id(&self) -> Option<String> {
        self.record.user_id.clone()
    }

    /// `false` for an anonymous visitor.
    pub fn is_authenticated(&self) -> bool {
        self.record.authenticated
    }

    /// The roles that the identity has.
    pub fn roles(&self) -> &[String] {
        &self.record.roles
    }

    /// Whether the identity has this role.
    pub fn has_role(&self, role: &str) -> bool {
        self.record.roles.iter().any(|has| has == role)
    }

    /// The permissions that the identity has.
    pub fn permissions(&self) -> &[String] {
        &self.record.permissions
    }

    /// Whether the identity has this permission.
    pub fn has_permission(&self, permission: &str) -> bool {
        self.record.permissions.iter().any(|has| has == permission)
    }

    /// Further claims of the identity, a JSON object.
    ///
    /// # Errors
    /// Where the claims are not a `T`.
    pub fn claims<T: DeserializeOwned>(&self) -> HostResult<T> {
        decode(&self.record.claims, "The claims of the session")
    }

    /// The connection whose message is being handled; `None` where no single one is behind the event.
    pub fn connection_id(&self) -> Option<&str> {
        self.record.connection_id.as_deref()
    }

    /// What the browser calls its user. A label, not an identity: anybody may send anything.
    pub fn label(&self) -> Option<&str> {
        self.record.label.as_deref()
    }
}
