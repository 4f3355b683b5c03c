//! Messages to browsers, written as JSON text.
//!
//! It is long because it is one list: every message with its fields, and how each is written.
//!
//! Values of states and results are text already and go in as they are; nothing is built up only to be written out.

use super::PROTOCOL_VERSION;
use super::code::Code;
use super::incoming::{RoomOperation, reply_type};
use super::object::{Object, itoa};
use crate::ids::{ConnectionId, InstanceId};
use crate::state::{Delta, Document, Json};

mod upload;

pub use upload::{Completed, Started, UploadReply};

/// What a request came to.
pub type Outcome<'a, T> = Result<T, (Code, &'a str)>;

/// A message to a browser.
#[derive(Debug, Clone)]
pub enum ServerMessage<'a> {
    /// First of all.
    Established {
        /// The connection's id.
        connection: &'a ConnectionId,
        /// Who is signed in, by what came with the upgrade.
        user: Option<&'a str>,
        /// What this daemon can do.
        features: Features,
    },
    /// Reply to credentials.
    AuthResponse {
        /// Whether they count.
        outcome: Outcome<'a, ()>,
        /// Who is signed in now: who was before, where they do not.
        user: Option<&'a str>,
        /// `requestId`, as JSON text.
        request: Option<&'a str>,
    },
    /// Pushed: the identity is worth nothing any more.
    AuthExpired {
        /// Until what needs a user is unmounted, in milliseconds.
        grace_ms: u64,
    },
    /// Reply to a mount.
    Mounted {
        /// The client's own reference.
        reference: Option<&'a str>,
        /// The new instance and its state.
        outcome: Outcome<'a, Mounted<'a>>,
        /// `requestId`, as JSON text.
        request: Option<&'a str>,
    },
    /// Reply to a rehydration.
    Rehydrated {
        /// The instance that it was.
        component: &'a str,
        /// The instance that it is now.
        outcome: Outcome<'a, Rehydrated<'a>>,
        /// `requestId`, as JSON text.
        request: Option<&'a str>,
    },
    /// Pushed after it: the same, for clients that listen for it.
    StateRehydrated {
        /// The instance that it was.
        old: &'a str,
        /// The instance that it is now.
        mounted: Mounted<'a>,
    },
    /// Pushed: the daemon has ended a component on this connection.
    Ended {
        /// Which.
        component: &'a InstanceId,
        /// Why, for programs.
        code: Code,
        /// Why, for people.
        error: &'a str,
    },
    /// Reply to an unmount.
    Unmounted {
        /// The instance that was asked for.
        component: &'a str,
        /// Whether it was there.
        outcome: Outcome<'a, ()>,
        /// `requestId`, as JSON text.
        request: Option<&'a str>,
    },
    /// Reply to an action.
    ActionResponse {
        /// The request's type.
        original_type: &'a str,
        /// The instance that was asked for.
        component: &'a str,
        /// The action's result; `None` is written as `null`.
        outcome: Outcome<'a, Option<&'a Json>>,
        /// `requestId`, as JSON text.
        request: Option<&'a str>,
    },
    /// Reply to a property update.
    PropertyUpdated {
        /// The instance that was asked for.
        component: &'a str,
        /// The key.
        property: &'a str,
        /// Whether it was set.
        outcome: Outcome<'a, ()>,
        /// `requestId`, as JSON text.
        request: Option<&'a str>,
    },
    /// Reply to a ping.
    Pong {
        /// The instance that was asked for.
        component: &'a str,
        /// Whether it is there.
        alive: bool,
        /// `requestId`, as JSON text.
        request: Option<&'a str>,
    },
    /// Reply to a message about a room.
    Room {
        /// What was asked for.
        operation: RoomOperation,
        /// The member, or who wants to be one.
        component: &'a str,
        /// `roomId`.
        room: &'a str,
        /// What came of it.
        outcome: Outcome<'a, RoomAnswer<'a>>,
        /// `requestId`, as JSON text.
        request: Option<&'a str>,
    },
    /// Reply to a message about an upload, or news of one.
    Upload {
        /// The instance that it belongs to.
        component: &'a str,
        /// `uploadId`.
        upload: &'a str,
        /// What came of it.
        reply: UploadReply<'a>,
        /// `requestId`, as JSON text.
        request: Option<&'a str>,
    },
    /// Reply to what is no message, or is one message too many.
    Refused {
        /// What kind of mistake.
        code: Code,
        /// A sentence for people.
        error: &'a str,
        /// `requestId`, as JSON text.
        request: Option<&'a str>,
        /// `componentId`, as JSON text.
        component: Option<&'a str>,
        /// The message's type, where it is one that has a reply of its own.
        original_type: Option<&'a str>,
    },
    /// Pushed: the whole state.
    State {
        /// Whose.
        component: &'a InstanceId,
        /// All of it.
        state: &'a Document,
        /// What brings it back to another connection.
        signed: Option<&'a Json>,
    },
    /// Pushed: an error of the component that is no reply.
    ComponentError {
        /// Whose.
        component: &'a InstanceId,
        /// The action or the hook that failed.
        action: &'a str,
        /// What kind of error.
        code: Code,
        /// A sentence for people.
        error: &'a str,
    },
    /// Pushed, to development clients: a new version of a module, or why there is none.
    DevReload {
        /// The component's name, where the failure has one.
        component: Option<&'a str>,
        /// The new version, or the error.
        outcome: Result<&'a str, &'a str>,
    },
}

/// A component on a connection.
#[derive(Debug, Clone, Copy)]
pub struct Mounted<'a> {
    /// The instance.
    pub component: &'a InstanceId,
    /// All of its state.
    pub state: &'a Document,
    /// What brings it back to another connection, as a JSON object.
    pub signed: Option<&'a Json>,
}

/// A component that is back.
#[derive(Debug, Clone, Copy)]
pub struct Rehydrated<'a> {
    /// The instance.
    pub mounted: Mounted<'a>,
    /// Whether it is the living one, with all that belongs to it; else it has the state only.
    pub recovered: bool,
}

/// What this daemon can do, for clients that ask before they try.
#[derive(Debug, Clone, Copy, Default)]
pub struct Features {
    /// Signed states cannot be read by who keeps them.
    pub encryption: bool,
    /// Components come back after their connection was lost.
    pub recovery: bool,
    /// Files are taken.
    pub uploads: bool,
}

/// What a reply about a room tells.
#[derive(Debug, Clone, Copy)]
pub enum RoomAnswer<'a> {
    /// Nothing but that it is done.
    Done,
    /// The room's state, a JSON object as text.
    State(&'a str),
    /// How many members it went to.
    Count(usize),
}

impl ServerMessage<'_> {
    /// Whether it answers a request: replies have a frame of their own.
    #[must_use]
    pub fn is_reply(&self) -> bool {
        !matches!(
            self,
            Self::State { .. }
                | Self::StateRehydrated { .. }
                | Self::AuthExpired { .. }
                | Self::Ended { .. }
                | Self::ComponentError { .. }
                | Self::DevReload { .. }
        )
    }

    /// Appends the message as JSON text.
    pub fn write(&self, out: &mut Vec<u8>, now_ms: u64) {
        let mut object = Object::begin(out);
        match self {
            Self::Established {
                connection,
                user,
                features,
            } => {
                object.kind("CONNECTION_ESTABLISHED");
                object.string("connectionId", connection.as_str());
                object.timestamp(now_ms);
                object.raw(
                    "protocolVersion",
                    itoa(u64::from(PROTOCOL_VERSION)).as_str(),
                );
                object.flag("authenticated", user.is_some());
                object.optional_string("userId", *user);
                object.features(*features);
            }
            Self::AuthResponse {
                outcome,
                user,
                request,
            } => {
                object.kind("AUTH_RESPONSE");
                object.kind_of("originalType", "AUTH");
                object.outcome(outcome, |_, ()| {});
                object.flag("authenticated", user.is_some());
                object.key("payload");
                let mut payload = Object::begin(object.out);
                payload.optional_string("userId", *user);
                if let Err((_, error)) = outcome {
                    payload.string("error", error);
                }
                payload.end();
                object.reply_end(*request, now_ms);
            }
            Self::AuthExpired { grace_ms } => {
                object.kind("AUTH_EXPIRED");
                object.string("error", "The identity has expired: authenticate again");
                object.string("code", Code::AuthDenied.as_str());
                object.key("payload");
                let mut payload = Object::begin(object.out);
                payload.raw("graceMs", itoa(*grace_ms).as_str());
                payload.end();
                object.timestamp(now_ms);
            }
            Self::Mounted {
                reference,
                outcome,
                request,
            } => {
                object.kind("COMPONENT_MOUNTED");
                object.kind_of("originalType", "COMPONENT_MOUNT");
                object.optional_string("componentId", *reference);
                object.outcome(outcome, |object, mounted| {
                    object.key("result");
                    let mut result = Object::begin(object.out);
                    result.string("componentId", mounted.component.as_str());
                    result.state("initialState", mounted.state, mounted.signed);
                    result.end();
                });
                object.reply_end(*request, now_ms);
            }
            Self::Rehydrated {
                component,
                outcome,
                request,
            } => {
                object.kind("COMPONENT_REHYDRATED");
                object.kind_of("originalType", "COMPONENT_REHYDRATE");
                object.string("componentId", component);
                object.outcome(outcome, |object, Rehydrated { mounted, recovered }| {
                    object.key("result");
                    let mut result = Object::begin(object.out);
                    result.string("newComponentId", mounted.component.as_str());
                    result.state("state", mounted.state, mounted.signed);
                    result.flag("recovered", recovered);
                    result.end();
                });
                object.reply_end(*request, now_ms);
            }
            Self::StateRehydrated { old, mounted } => {
                object.kind("STATE_REHYDRATED");
                object.string("componentId", mounted.component.as_str());
                object.key("payload");
                let mut payload = Object::begin(object.out);
                payload.state("state", mounted.state, mounted.signed);
                payload.string("oldComponentId", old);
                payload.string("newComponentId", mounted.component.as_str());
                payload.end();
                object.timestamp(now_ms);
            }
            Self::Ended {
                component,
                code,
                error,
            } => {
                object.kind("COMPONENT_UNMOUNTED");
                object.string("componentId", component.as_str());
                object.flag("success", true);
                object.string("error", error);
                object.string("code", code.as_str());
                object.timestamp(now_ms);
            }
            Self::Unmounted {
                component,
                outcome,
                request,
            } => {
                object.kind("COMPONENT_UNMOUNTED");
                object.kind_of("originalType", "COMPONENT_UNMOUNT");
                object.string("componentId", component);
                object.outcome(outcome, |_, ()| {});
                object.reply_end(*request, now_ms);
            }
            Self::ActionResponse {
                original_type,
                component,
                outcome,
                request,
            } => {
                object.kind("ACTION_RESPONSE");
                object.kind_of("originalType", original_type);
                object.string("componentId", component);
                object.outcome(outcome, |object, result| {
                    object.raw("result", result.map_or("null", Json::as_str))
                });
                object.reply_end(*request, now_ms);
            }
            Self::PropertyUpdated {
                component,
                property,
                outcome,
                request,
            } => {
                object.kind("PROPERTY_UPDATED");
                object.kind_of("originalType", "PROPERTY_UPDATE");
                object.string("componentId", component);
                object.string("property", property);
                object.outcome(outcome, |_, ()| {});
                object.reply_end(*request, now_ms);
            }
            Self::Pong {
                component,
                alive,
                request,
            } => {
                object.kind("COMPONENT_PONG");
                object.string("componentId", component);
                object.flag("success", *alive);
                object.reply_end(*request, now_ms);
            }
            Self::Refused {
                code,
                error,
                request,
                component,
                original_type,
            } => {
                match original_type {
                    Some(original_type) => {
                        object.kind(reply_type(original_type));
                        object.kind_of("originalType", original_type);
                    }
                    None => object.kind("ERROR"),
                }
                if let Some(component) = component {
                    object.raw("componentId", component);
                }
                object.raw("success", "false");
                object.string("error", error);
                object.string("code", code.as_str());
                object.reply_end(*request, now_ms);
            }
            Self::Room {
                operation,
                component,
                room,
                outcome,
                request,
            } => {
                object.kind(operation.reply_type());
                object.kind_of("originalType", operation.message_type());
                object.string("componentId", component);
                object.string("roomId", room);
                object.outcome(outcome, |object, answer| {
                    object.room_answer(*operation, room, answer);
                });
                object.reply_end(*request, now_ms);
            }
            Self::Upload {
                component,
                upload,
                reply,
                request,
            } => reply.write(&mut object, component, upload, *request, now_ms),
            Self::State {
                component,
                state,
                signed,
            } => {
                object.kind("STATE_UPDATE");
                object.string("componentId", component.as_str());
                object.key("payload");
                let mut payload = Object::begin(object.out);
                payload.state("state", state, *signed);
                payload.end();
                object.timestamp(now_ms);
            }
            Self::ComponentError {
                component,
                action,
                code,
                error,
            } => {
                object.kind("ERROR");
                object.string("componentId", component.as_str());
                object.string("error", error);
                object.string("code", code.as_str());
                object.key("payload");
                let mut payload = Object::begin(object.out);
                payload.string("action", action);
                payload.string("error", error);
                payload.end();
                object.timestamp(now_ms);
            }
            Self::DevReload { component, outcome } => {
                object.kind("DEV_RELOAD");
                object.flag("ok", outcome.is_ok());
                match component {
                    Some(component) => object.string("component", component),
                    None => object.raw("component", "null"),
                }
                match outcome {
                    Ok(version) => object.string("version", version),
                    Err(error) => object.string("error", error),
                }
                object.timestamp(now_ms);
            }
        }
        object.end();
    }
}

/// Appends a `STATE_DELTA`. Keys that are gone are written as `null`.
pub fn write_delta(out: &mut Vec<u8>, component: &InstanceId, delta: &Delta, now_ms: u64) {
    let mut object = Object::begin(out);
    object.kind("STATE_DELTA");
    object.string("componentId", component.as_str());
    object.key("payload");
    let mut payload = Object::begin(object.out);
    payload.key("delta");
    let mut changes = Object::begin(payload.out);
    for (key, value) in delta {
        changes.raw(key, value.as_ref().map_or("null", Json::as_str));
    }
    changes.end();
    payload.end();
    object.timestamp(now_ms);
    object.end();
}

#[cfg(test)]
mod tests;
