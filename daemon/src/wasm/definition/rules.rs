//! What a definition says of who may call, how often, and with what.

use std::num::NonZeroU32;
use std::sync::Arc;

use super::{ActionDefinition, DefinitionError, RateLimit, check_action_name, wit};
use crate::identity::Access;
use crate::schema::{Schema, SchemaError};

pub(super) fn check_action(
    component: &str,
    action: wit::ActionDefinition,
) -> Result<ActionDefinition, DefinitionError> {
    check_action_name(&action.name)?;
    let what = format!("`{}`", action.name);
    let schema = action.payload_schema.as_deref().map(Schema::compile);
    Ok(ActionDefinition {
        rate_limit: check_rate_limit(component, &what, action.rate_limit)?,
        payload_schema: checked_schema(component, &format!("payload-schema of {what}"), schema)?,
        access: action.access.and_then(access_rule),
        name: action.name.into(),
    })
}

pub(super) fn check_rate_limit(
    component: &str,
    of: &str,
    given: Option<wit::RateLimit>,
) -> Result<Option<RateLimit>, DefinitionError> {
    let Some(given) = given else { return Ok(None) };
    let numbers = NonZeroU32::new(given.burst).zip(NonZeroU32::new(given.per_minute));
    let (burst, per_minute) = numbers.ok_or_else(|| DefinitionError::NoCalls {
        component: component.to_owned(),
        of: of.to_owned(),
    })?;
    Ok(Some(RateLimit { burst, per_minute }))
}

pub(super) fn checked_schema(
    component: &str,
    what: &str,
    compiled: Option<Result<Schema, SchemaError>>,
) -> Result<Option<Arc<Schema>>, DefinitionError> {
    let compiled = compiled
        .transpose()
        .map_err(|error| DefinitionError::Schema {
            component: component.to_owned(),
            what: what.to_owned(),
            error,
        })?;
    Ok(compiled.map(Arc::new))
}

/// A rule that asks for nothing is none.
pub(super) fn access_rule(given: wit::Access) -> Option<Access> {
    let asks = given.authenticated || !given.roles.is_empty() || !given.permissions.is_empty();
    asks.then_some(Access {
        roles: given.roles,
        permissions: given.permissions,
    })
}
