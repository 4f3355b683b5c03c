//! What a mount and a call must pass before the logic runs: rate limit, authorisation, schema, in this order.
//!
//! The identity is asked for anew each time: a browser may have signed in or out since. Calls by the app's back end are
//! the app's own: they obey the schema, which the logic relies on, and nothing else of this.

use std::time::Duration;

use tokio::time::Instant;

use super::instance::{Instance, Resident};
use super::refusal::Refusal;
use crate::identity::{Access, Identity};
use crate::ids::ConnectionId;
use crate::protocol::Code;
use crate::schema::{Mismatch, Schema};
use crate::state::Json;
use crate::wasm::definition::ActionDefinition;
use crate::wasm::{Definition, Session};

/// On whose behalf an action is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behalf {
    /// The browser's whose session the event has.
    Browser,
    /// The app's.
    App,
}

/// Whether whoever is behind the session may mount the component, or join a room of which this is the logic.
///
/// # Errors
/// With what is missing.
pub(super) fn check_mount(definition: &Definition, session: &Session) -> Result<(), Refusal> {
    check_access(
        definition.access.as_ref(),
        session.identity().as_deref(),
        || definition.name.to_string(),
    )
}

impl Instance {
    /// Whether somebody may have it mounted.
    ///
    /// # Errors
    /// With what is missing.
    pub fn admits(&self, identity: Option<&Identity>) -> Result<(), Refusal> {
        let version = self.slot.current();
        let access = version.definition.access.as_ref();
        check_access(access, identity, || self.slot.name().to_owned())
    }

    /// Whether a browser, or the app, may call an action with this payload now.
    ///
    /// # Errors
    /// With the first rule that the call breaks.
    pub(super) async fn check_call(
        &self,
        resident: &mut Resident,
        name: &str,
        payload: Option<&Json>,
        behalf: Behalf,
    ) -> Result<(), Refusal> {
        self.check_callable(resident, name)?;
        let version = resident.version.clone();
        let Some(action) = version.definition.action(name) else {
            return Ok(());
        };
        if behalf == Behalf::Browser {
            self.check_caller(resident, &version.definition, action)?;
            let auth = &self.slot.services.auth;
            if auth.asks_actions() {
                let identity = resident.session().identity();
                auth.authorize_action(identity.as_deref(), self.slot.name(), name)
                    .await
                    .map_err(|sentence| Refusal::new(Code::AuthDenied, sentence))?;
            }
        }
        check_payload(action, payload)
    }

    /// Whether the providers let whoever is behind the event join a room. The room's own rule is asked by the room.
    ///
    /// # Errors
    /// With a provider's sentence.
    pub(super) async fn check_room(&self, resident: &Resident, room: &str) -> Result<(), Refusal> {
        let auth = &self.slot.services.auth;
        if !auth.asks_rooms() {
            return Ok(());
        }
        let identity = resident.session().identity();
        auth.authorize_room(identity.as_deref(), room)
            .await
            .map_err(|sentence| Refusal::new(Code::RoomDenied, sentence))
    }

    /// The rules about who calls, of the component and of the action. In a room's logic that is whoever is behind the
    /// component that calls it.
    ///
    /// # Errors
    /// If the caller has called too often, or may not call it.
    pub(super) fn check_caller(
        &self,
        resident: &mut Resident,
        definition: &Definition,
        action: &ActionDefinition,
    ) -> Result<(), Refusal> {
        if definition.rate_limit.is_some() || action.rate_limit.is_some() {
            let session = resident.session();
            let caller = self.caller(definition, &session);
            let (together, own) = (definition.rate_limit, action.rate_limit);
            let quota = resident.quota.get_or_insert_default();
            quota
                .take(&caller, &action.name, together, own, Instant::now())
                .map_err(|wait| too_often(&action.name, self.slot.name(), wait))?;
        }
        if definition.access.is_none() && action.access.is_none() {
            return Ok(());
        }
        let identity = resident.session().identity();
        let component = self.slot.name();
        check_access(definition.access.as_ref(), identity.as_deref(), || {
            component.to_owned()
        })?;
        check_access(action.access.as_ref(), identity.as_deref(), || {
            format!("`{}` of {component}", action.name)
        })
    }

    /// Whose calls are counted together: all of a mount's, in a shared instance those of each connection.
    fn caller(&self, definition: &Definition, session: &Session) -> ConnectionId {
        if self.is_shared() || definition.room.is_some() {
            session.connection.clone()
        } else {
            String::new().into()
        }
    }
}

/// Whether a payload is what the action takes. Where there is none, the logic gets `null`, so that is what is checked.
///
/// # Errors
/// With the fields that do not fit.
pub(super) fn check_payload(
    action: &ActionDefinition,
    payload: Option<&Json>,
) -> Result<(), Refusal> {
    let Some(schema) = &action.payload_schema else {
        return Ok(());
    };
    let text = payload.map_or("null", Json::as_str);
    schema.check("payload", text).map_err(invalid)
}

/// Whether a key of the state may have this value.
///
/// # Errors
/// With what of it does not fit.
pub(super) fn check_key(schema: &Schema, key: &str, value: &Json) -> Result<(), Refusal> {
    let key = Json::string(key);
    let object = format!("{{{}:{}}}", key.as_str(), value.as_str());
    schema.check("", &object).map_err(invalid)
}

pub(super) fn invalid(mismatch: Mismatch) -> Refusal {
    Refusal::new(Code::InvalidPayload, mismatch.to_string())
}

fn check_access(
    rule: Option<&Access>,
    identity: Option<&Identity>,
    what: impl FnOnce() -> String,
) -> Result<(), Refusal> {
    let Some(rule) = rule else { return Ok(()) };
    rule.check(identity)
        .map_err(|missing| Refusal::new(Code::AuthDenied, format!("{} {missing}", what())))
}

fn too_often(action: &str, component: &str, wait: Duration) -> Refusal {
    // Rounded up: who comes back then is let in.
    let seconds = wait.as_millis().div_ceil(1_000).max(1);
    let message =
        format!("`{action}` of {component} is called too often; try again in {seconds} s");
    Refusal::new(Code::RateLimited, message)
}
