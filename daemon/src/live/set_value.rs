//! Keys of the state that browsers set themselves: the action `setValue`, which the daemon runs, and properties.

use std::sync::Arc;

use compact_str::CompactString;

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
        let outcome = match self.check_callable(resident, SET_VALUE) {
            Ok(()) => {
                self.set_value(resident, &update.name, update.value.clone(), None)
                    .await
            }
            Err(refusal) => Err(refusal),
        };
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
        let hooks = resident.version.definition.hooks;
        if !hooks.before_action && !hooks.state_change {
            let Some(subject) = &mut resident.subject else {
                return Ok(());
            };
            set_key(subject, key, value)?;
            self.commit(resident, Tell::Delta);
            return Ok(());
        }
        let as_call = Json::parse(&format!(
            r#"{{"key":{},"value":{}}}"#,
            Json::string(key).as_str(),
            value.as_str()
        ));
        let payload = payload.cloned().or(as_call.ok());
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
