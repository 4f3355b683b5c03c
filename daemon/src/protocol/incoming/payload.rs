//! What messages about one component, and about the user, carry in their payload.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{flag, kind_of, object, optional, required};

/// The payload of a mount.
#[derive(Debug)]
pub struct Mount<'a> {
    /// `component` or `componentName`.
    pub name: Cow<'a, str>,
    /// A JSON object, to be laid over the default state.
    pub props: Option<&'a RawValue>,
    /// The default room.
    pub room: Option<Cow<'a, str>>,
    /// A label, not an identity.
    pub user_id: Option<Cow<'a, str>>,
    /// A name for logs.
    pub debug_label: Option<Cow<'a, str>>,
}

/// Credentials.
pub struct Auth<'a> {
    /// All of them, a JSON object.
    pub payload: &'a RawValue,
    /// The provider that is to judge them; else each is asked.
    pub provider: Option<Cow<'a, str>>,
    /// Whether the browser signs out.
    pub anonymous: bool,
}

/// What a browser has kept of a component, to have it back.
#[derive(Debug)]
pub struct Rehydrate<'a> {
    /// `component` or `componentName`.
    pub name: Cow<'a, str>,
    /// What the daemon has signed, a JSON object.
    pub signed: &'a RawValue,
    /// The default room.
    pub room: Option<Cow<'a, str>>,
    /// A label, not an identity.
    pub user_id: Option<Cow<'a, str>>,
}

/// One key to set.
#[derive(Debug)]
pub struct Property<'a> {
    /// The key.
    pub name: Cow<'a, str>,
    /// The value; `null` if there was none.
    pub value: &'a RawValue,
}

/// Without the credentials: they belong in no log.
impl fmt::Debug for Auth<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth")
            .field("provider", &self.provider)
            .field("anonymous", &self.anonymous)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct MountPayload<'a> {
    #[serde(borrow)]
    component: Option<&'a RawValue>,
    #[serde(borrow)]
    component_name: Option<&'a RawValue>,
    #[serde(borrow)]
    props: Option<&'a RawValue>,
    #[serde(borrow)]
    room: Option<&'a RawValue>,
    #[serde(borrow)]
    user_id: Option<&'a RawValue>,
    #[serde(borrow)]
    debug_label: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct AuthPayload<'a> {
    #[serde(borrow)]
    provider: Option<&'a RawValue>,
    #[serde(borrow)]
    anonymous: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RehydratePayload<'a> {
    #[serde(borrow)]
    component: Option<&'a RawValue>,
    #[serde(borrow)]
    component_name: Option<&'a RawValue>,
    #[serde(borrow)]
    signed_state: Option<&'a RawValue>,
    #[serde(borrow)]
    room: Option<&'a RawValue>,
    #[serde(borrow)]
    user_id: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PropertyPayload<'a> {
    #[serde(borrow)]
    property: Option<&'a RawValue>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

pub(super) fn mount(payload: Option<&RawValue>) -> Result<Mount<'_>, String> {
    let payload: MountPayload<'_> = object(payload, "payload")?;
    if let Some(props) = payload
        .props
        .filter(|props| !props.get().starts_with('{') && props.get() != "null")
    {
        return Err(format!(
            "payload.props must be an object, not {}",
            kind_of(props)
        ));
    }
    Ok(Mount {
        name: required(
            payload.component.or(payload.component_name),
            "payload.component",
        )?,
        props: payload.props.filter(|props| props.get() != "null"),
        room: optional(payload.room, "payload.room")?,
        user_id: optional(payload.user_id, "payload.userId")?,
        debug_label: optional(payload.debug_label, "payload.debugLabel")?,
    })
}

pub(super) fn auth(payload: Option<&RawValue>) -> Result<Auth<'_>, String> {
    let fields: AuthPayload<'_> = object(payload, "payload")?;
    Ok(Auth {
        payload: payload.ok_or("payload is missing")?,
        provider: optional(fields.provider, "payload.provider")?,
        anonymous: flag(fields.anonymous, "payload.anonymous")?,
    })
}

pub(super) fn rehydrate(payload: Option<&RawValue>) -> Result<Rehydrate<'_>, String> {
    let payload: RehydratePayload<'_> = object(payload, "payload")?;
    let signed = payload
        .signed_state
        .filter(|signed| signed.get() != "null")
        .ok_or("payload.signedState is missing")?;
    if !signed.get().starts_with('{') {
        return Err(format!(
            "payload.signedState must be an object, not {}",
            kind_of(signed)
        ));
    }
    Ok(Rehydrate {
        name: required(
            payload.component.or(payload.component_name),
            "payload.component",
        )?,
        signed,
        room: optional(payload.room, "payload.room")?,
        user_id: optional(payload.user_id, "payload.userId")?,
    })
}

pub(super) fn property<'a>(
    name: Option<&'a RawValue>,
    payload: Option<&'a RawValue>,
) -> Result<Property<'a>, String> {
    let payload: PropertyPayload<'a> = object(payload, "payload")?;
    Ok(Property {
        name: required(name.or(payload.property), "property")?,
        value: payload.value.unwrap_or(RawValue::NULL),
    })
}
