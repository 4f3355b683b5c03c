//! Keys of the state that browsers set themselves: the action `setValue`, which the daemon runs, and properties.

use std::sync::Arc;

use compact_str::CompactString;

use super::admission::{Behalf, check_key};
use super::event::PropertyUpdate;
use super::instance::{Instance, Resident};
use super::refusal::Refusal;
use super::transaction::{Stop, Tell, before_action};
use crate::protocol::{Code, ServerMessage};
use crate::state::{Json, PatchError};
use crate::wasm::Subject;
use crate::wasm::definition::SET_VALUE;

impl Instance {
    pub(super) async fn property(
        self: &Arc<Self>,
        resident: &mut Resident,
        update: &PropertyUpdate,
    ) {
        let outcome = self.try_property(resident, update).await;
        if let Err(refusal) = &outcome {
            self.report(SET_VALUE, refusal);
        }
        resident.client.send(&ServerMessage::PropertyUpdated {
            component: self.id().as_str(),
            property: &update.name,
            outcome: outcome.as_ref().copied().map_err(Refusal::as_error),
            request: update.request.as_deref(),
        });
    }

    async fn try_property(
        self: &Arc<Self>,
        resident: &mut Resident,
        update: &PropertyUpdate,
    ) -> Result<(), Refusal> {
        let action = resident.version.definition.action(SET_VALUE);
        let has_schema = action.is_some_and(|action| action.payload_schema.is_some());
        let as_call = has_schema
            .then(|| as_call(&update.name, &update.value))
            .flatten();
        self.check_call(resident, SET_VALUE, as_call.as_ref(), Behalf::Browser)
            .await?;
        self.set_value(resident, &update.name, update.value.clone(), None)
            .await
    }

    /// The daemon's own action: sets one key, for a browser, where the component allows it.
    pub(super) async fn set_value(
        self: &Arc<Self>,
        resident: &mut Resident,
        key: &str,
        value: Json,
        payload: Option<&Json>,
    ) -> Result<(), Refusal> {
        let known = resident.version.definition.default_state.contains(key);
        if !known {
            let message = format!("{} has no state key `{key}`", self.slot.name());
            return Err(Refusal::new(Code::InvalidPayload, message));
        }
        if let Some(schema) = &resident.version.definition.state_schema {
            check_key(schema, key, &value)?;
        }
        let hooks = resident.version.definition.hooks;
        if !hooks.before_action && !hooks.state_change {
            let Some(subject) = &mut resident.subject else {
                return Ok(());
            };
            set_key(subject, key, value)?;
            self.commit(resident, Tell::Delta);
            return Ok(());
        }
        let payload = payload.cloned().or_else(|| as_call(key, &value));
        self.transact(
            resident,
            SET_VALUE,
            Tell::Delta,
            async |lease, component| {
                if hooks.before_action {
                    before_action(lease, component, SET_VALUE, payload.as_ref()).await?;
                }
                if let Some(subject) = lease.subject_mut() {
                    set_key(subject, key, value).map_err(Stop::Refused)?;
                }
                Ok(None)
            },
        )
        .await
        .map(drop)
    }
}

/// What a call of `setValue` would say.
fn as_call(key: &str, value: &Json) -> Option<Json> {
    let key = Json::string(key);
    let call = format!(r#"{{"key":{},"value":{}}}"#, key.as_str(), value.as_str());
    Json::parse(&call).ok()
}

fn set_key(subject: &mut Subject, key: &str, value: Json) -> Result<(), Refusal> {
    let limit = subject
        .shared
        .max_state_bytes
        .saturating_sub(subject.private_bytes());
    subject
        .state
        .set_within(key, value, limit)
        .map_err(|error| {
            let code = if matches!(error, PatchError::TooLarge { .. }) {
                Code::LimitExceeded
            } else {
                Code::InvalidPayload
            };
            Refusal::new(code, format!("`{key}` was not set: {error}"))
        })
}

/// `key` and `value` of a call of `setValue`.
pub(super) fn set_value_payload(payload: Option<&Json>) -> Result<(CompactString, Json), Refusal> {
    let wrong = || {
        Refusal::new(
            Code::InvalidPayload,
            r#"setValue takes {"key": KEY, "value": VALUE}"#,
        )
    };
    let entries =
        crate::state::entries(payload.ok_or_else(wrong)?.as_str()).map_err(|_| wrong())?;
    let find = |name: &str| {
        entries
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| *value)
    };
    let key: String =
        serde_json::from_str(find("key").ok_or_else(wrong)?.get()).map_err(|_| wrong())?;
    Ok((key.into(), find("value").ok_or_else(wrong)?.into()))
}
