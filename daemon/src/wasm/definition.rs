//! What a module says of its components, checked.
//!
//! A definition comes from a guest: it may say anything. What leaves this file obeys the rules of the WIT.

mod rules;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use super::bindings::exports::liveside::component::component as wit;
use crate::config::{LogTopic, LogTopics};
use crate::identity::Access;
use crate::schema::{Schema, SchemaError};
use crate::state::Document;
use rules::{access_rule, check_action, check_rate_limit, checked_schema};

/// The longest name of a component or an action, and the longest version.
const MAX_NAME_BYTES: usize = 64;
/// The longest name of a kind of rooms.
const MAX_ROOM_KIND_BYTES: usize = 32;
/// The one action that the daemon itself runs, where it is public.
pub const SET_VALUE: &str = "setValue";

/// One component of a module.
#[derive(Debug, Clone)]
pub struct Definition {
    /// As browsers name it.
    pub name: Arc<str>,
    /// Version of the state's shape.
    pub version: Arc<str>,
    /// The state of a new mount.
    pub default_state: Document,
    /// What the persistent map starts with.
    pub persistent_defaults: Document,
    /// What browsers may call.
    pub actions: Vec<ActionDefinition>,
    /// What they might want to call, with advice for the author.
    pub hidden_actions: Vec<HiddenAction>,
    /// Which hooks there are.
    pub hooks: Hooks,
    /// Room events that its logic wants to hear.
    pub room_subscriptions: Vec<RoomSubscription>,
    /// What a browser may set of the initial state.
    pub props: Props,
    /// Who may mount it.
    pub access: Option<Access>,
    /// How often its actions may be called, all together.
    pub rate_limit: Option<RateLimit>,
    /// What single keys of the state look like, where a browser sets them.
    pub state_schema: Option<Arc<Schema>>,
    /// Whether all mounts are one instance.
    pub singleton: Option<Singleton>,
    /// The kind of rooms that it is the logic of; `None` for a component.
    pub room: Option<Box<str>>,
    /// Whether the state of the singleton or room is kept in the store.
    pub durable: bool,
    /// Whether every event gets a new instance of the module.
    pub fresh: bool,
    /// What the daemon logs of it, unless its settings say otherwise.
    pub logs: LogTopics,
}

/// An action that browsers may call.
#[derive(Debug, Clone)]
pub struct ActionDefinition {
    /// Its name.
    pub name: Box<str>,
    /// Who may call it.
    pub access: Option<Access>,
    /// How often it may be called.
    pub rate_limit: Option<RateLimit>,
    /// What its payload looks like.
    pub payload_schema: Option<Arc<Schema>>,
}

/// How often something may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Calls that may come at once.
    pub burst: NonZeroU32,
    /// Calls that become free again in a minute.
    pub per_minute: NonZeroU32,
}

/// A function that is no public action.
#[derive(Debug, Clone)]
pub struct HiddenAction {
    /// Its name.
    pub name: Box<str>,
    /// What to add, and where.
    pub advice: Box<str>,
}

/// Which hooks a component has.
#[derive(Debug, Clone, Copy, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "one flag a hook is what this is"
)]
pub struct Hooks {
    /// Before `mount`.
    pub connect: bool,
    /// After the mount is set up.
    pub mount: bool,
    /// Before every action.
    pub before_action: bool,
    /// After an event that changed the state.
    pub state_change: bool,
    /// The mount became a member of a room.
    pub room_join: bool,
    /// The mount is a member no longer.
    pub room_leave: bool,
    /// Something happens to an upload.
    pub upload: bool,
    /// A browser joined the singleton.
    pub client_join: bool,
    /// A browser left the singleton.
    pub client_leave: bool,
    /// To a room: somebody wants to become a member.
    pub member_join: bool,
    /// To a room: somebody is a member no longer.
    pub member_leave: bool,
    /// To a room: the last member has left.
    pub empty: bool,
    /// After a new version took over.
    pub reload: bool,
    /// After the state came back from a browser.
    pub rehydrate: bool,
    /// When the connection is gone.
    pub disconnect: bool,
    /// Last of all.
    pub destroy: bool,
}

/// A room event that the component's logic wants to hear.
#[derive(Debug, Clone)]
pub struct RoomSubscription {
    /// A name, or a beginning with `*` behind it. `None`: the default room of the mount.
    pub room: Option<Box<str>>,
    /// The event.
    pub event: Box<str>,
}

impl RoomSubscription {
    /// Whether it is for this event.
    #[must_use]
    pub fn hears(&self, room: &str, is_default: bool, event: &str) -> bool {
        *self.event == *event
            && match self.room.as_deref() {
                None => is_default,
                Some(wanted) => match wanted.strip_suffix('*') {
                    Some(beginning) => room.starts_with(beginning),
                    None => wanted == room,
                },
            }
    }
}

/// One instance for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Singleton {
    /// How long it lives on after its last member left; `None`: for ever.
    pub linger: Option<Duration>,
}

/// What a browser may set of the initial state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Props {
    /// Known keys.
    Known,
    /// Nothing.
    None,
    /// Any key.
    Any,
}

/// A definition breaks a rule.
#[derive(Debug, thiserror::Error)]
pub enum DefinitionError {
    /// The module has no component at all.
    #[error("the module defines no component")]
    Empty,
    /// Two components of one module have the same name.
    #[error("the module defines `{0}` twice")]
    Duplicate(String),
    /// A name is empty, too long or has other characters.
    #[error("`{name}` is no name for {what}: {rule}")]
    Name {
        /// What it should name.
        what: &'static str,
        /// What it is.
        name: String,
        /// What it must be.
        rule: &'static str,
    },
    /// A text that must be a JSON object is none.
    #[error("{component}: {what} is not a JSON object: {reason}")]
    NotAnObject {
        /// Whose.
        component: String,
        /// Which text.
        what: &'static str,
        /// What the parser says.
        reason: String,
    },
    /// A rate limit that would let nothing through.
    #[error(
        "{component}: the rate limit of {of} lets nothing through: burst and per-minute are at least 1"
    )]
    NoCalls {
        /// Whose.
        component: String,
        /// Of what.
        of: String,
    },
    /// A schema cannot be checked by.
    #[error("{component}: {what} is no schema that can be checked: {error}")]
    Schema {
        /// Whose.
        component: String,
        /// Which one.
        what: String,
        /// Why not.
        error: SchemaError,
    },
}

impl Definition {
    /// The action of that name, if browsers may call it.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&ActionDefinition> {
        self.actions.iter().find(|action| &*action.name == name)
    }

    /// What the author can do to make `name` callable.
    #[must_use]
    pub fn advice(&self, name: &str) -> Option<&str> {
        self.hidden_actions
            .iter()
            .find(|hidden| &*hidden.name == name)
            .map(|hidden| &*hidden.advice)
    }

    /// Whether browsers may set state keys directly.
    #[must_use]
    pub fn allows_set_value(&self) -> bool {
        self.action(SET_VALUE).is_some()
    }
}

/// Checks all that `describe` gave.
pub(super) fn check_all(given: Vec<wit::Definition>) -> Result<Vec<Definition>, DefinitionError> {
    if given.is_empty() {
        return Err(DefinitionError::Empty);
    }
    let mut checked: Vec<Definition> = Vec::with_capacity(given.len());
    for definition in given {
        let definition = check(definition)?;
        if checked.iter().any(|other| other.name == definition.name) {
            return Err(DefinitionError::Duplicate(definition.name.to_string()));
        }
        checked.push(definition);
    }
    Ok(checked)
}

fn check(given: wit::Definition) -> Result<Definition, DefinitionError> {
    check_component_name(&given.name)?;
    check_version(&given.version)?;
    let object = |text: &str, what| {
        Document::parse(text).map_err(|error| DefinitionError::NotAnObject {
            component: given.name.clone(),
            what,
            reason: error.to_string(),
        })
    };
    let default_state = object(&given.default_state, "default-state")?;
    let persistent_defaults = object(&given.persistent_defaults, "persistent-defaults")?;
    if let Some(room) = &given.room {
        check_room_kind(&room.name)?;
    }
    let actions = given
        .actions
        .into_iter()
        .map(|action| check_action(&given.name, action))
        .collect::<Result<_, _>>()?;
    let rate_limit = check_rate_limit(&given.name, "the component", given.rate_limit)?;
    let state_schema = given.state_schema.as_deref().map(Schema::compile_for_keys);
    let state_schema = checked_schema(&given.name, "state-schema", state_schema)?;
    let has = |hook| given.hooks.contains(hook);
    Ok(Definition {
        name: given.name.into(),
        version: given.version.into(),
        default_state,
        persistent_defaults,
        actions,
        hidden_actions: given
            .hidden_actions
            .into_iter()
            .map(|hidden| HiddenAction {
                name: hidden.name.into(),
                advice: hidden.advice.into(),
            })
            .collect(),
        hooks: Hooks {
            connect: has(wit::Hooks::CONNECT),
            mount: has(wit::Hooks::MOUNT),
            before_action: has(wit::Hooks::BEFORE_ACTION),
            state_change: has(wit::Hooks::STATE_CHANGE),
            room_join: has(wit::Hooks::ROOM_JOIN),
            room_leave: has(wit::Hooks::ROOM_LEAVE),
            upload: has(wit::Hooks::UPLOAD),
            client_join: has(wit::Hooks::CLIENT_JOIN),
            client_leave: has(wit::Hooks::CLIENT_LEAVE),
            member_join: has(wit::Hooks::MEMBER_JOIN),
            member_leave: has(wit::Hooks::MEMBER_LEAVE),
            empty: has(wit::Hooks::EMPTY),
            reload: has(wit::Hooks::RELOAD),
            rehydrate: has(wit::Hooks::REHYDRATE),
            disconnect: has(wit::Hooks::DISCONNECT),
            destroy: has(wit::Hooks::DESTROY),
        },
        room_subscriptions: given
            .room_subscriptions
            .into_iter()
            .map(|subscription| RoomSubscription {
                room: subscription.room.map(Into::into),
                event: subscription.event.into(),
            })
            .collect(),
        props: match given.props {
            wit::Props::Known => Props::Known,
            wit::Props::None => Props::None,
            wit::Props::Any => Props::Any,
        },
        access: given.access.and_then(access_rule),
        rate_limit,
        state_schema,
        singleton: given.singleton.map(|singleton| Singleton {
            linger: singleton.linger_ms.map(Duration::from_millis),
        }),
        room: given.room.map(|room| room.name.into()),
        durable: given.durable,
        fresh: given.isolation == wit::Isolation::Fresh,
        logs: log_topics(given.logging),
    })
}

fn check_component_name(name: &str) -> Result<(), DefinitionError> {
    let fits = name.len() <= MAX_NAME_BYTES
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    fits.then_some(()).ok_or_else(|| DefinitionError::Name {
        what: "a component",
        name: name.to_owned(),
        rule: "1 to 64 characters of A-Z a-z 0-9 _ -, a letter first",
    })
}

fn check_room_kind(name: &str) -> Result<(), DefinitionError> {
    let fits = (1..=MAX_ROOM_KIND_BYTES).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    fits.then_some(()).ok_or_else(|| DefinitionError::Name {
        what: "a kind of rooms",
        name: name.to_owned(),
        rule: "1 to 32 characters of A-Z a-z 0-9 _ . -",
    })
}

fn log_topics(given: wit::Logging) -> LogTopics {
    [
        (wit::Logging::LIFECYCLE, LogTopic::Lifecycle),
        (wit::Logging::MESSAGES, LogTopic::Messages),
        (wit::Logging::STATE, LogTopic::State),
        (wit::Logging::PERFORMANCE, LogTopic::Performance),
        (wit::Logging::ROOMS, LogTopic::Rooms),
        (wit::Logging::WEBSOCKET, LogTopic::Websocket),
    ]
    .into_iter()
    .filter_map(|(flag, topic)| given.contains(flag).then_some(topic))
    .collect()
}

fn check_version(version: &str) -> Result<(), DefinitionError> {
    let fits = (1..=MAX_NAME_BYTES).contains(&version.len()) && !version.contains(char::is_control);
    fits.then_some(()).ok_or_else(|| DefinitionError::Name {
        what: "a version",
        name: version.to_owned(),
        rule: "1 to 64 bytes without control characters",
    })
}

fn check_action_name(name: &str) -> Result<(), DefinitionError> {
    let fits = (1..=MAX_NAME_BYTES).contains(&name.len())
        && !name.starts_with(['_', '#', '$'])
        && !name.contains(char::is_control)
        && !is_hook_name(name);
    fits.then_some(()).ok_or_else(|| DefinitionError::Name {
        what: "an action",
        name: name.to_owned(),
        rule: "1 to 64 bytes, not the name of a hook, not starting with _, # or $",
    })
}

/// Whether `name` is how a hook is spelled in one of the languages that components are written in.
#[must_use]
pub fn is_hook_name(name: &str) -> bool {
    const HOOKS: [&str; 15] = [
        "connect",
        "mount",
        "rehydrate",
        "action",
        "statechange",
        "roomevent",
        "roomjoin",
        "roomleave",
        "timer",
        "upload",
        "clientjoin",
        "clientleave",
        "reload",
        "disconnect",
        "destroy",
    ];
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    plain
        .strip_prefix("on")
        .is_some_and(|hook| HOOKS.contains(&hook))
}

#[cfg(test)]
mod tests;
