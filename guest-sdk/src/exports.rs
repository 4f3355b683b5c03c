//! What the module exports: the WIT interface `component`, answered from the registry.

use crate::bindings::Module;
use crate::bindings::exports::liveside::component::component as wit;
use crate::context::Context;
use crate::definition::{Access, Definition, Isolation, Props, RateLimit};
use crate::error::{Error, FailureCode};
use crate::event::{Call, Client, Event, Membership, Mount, RoomEvent, Timer, Upload, UploadStage};
use crate::host::{Active, Host, Level};
use crate::registry::{self, Entry};

impl wit::Guest for Module {
    fn describe() -> Vec<wit::Definition> {
        crate::panic::report();
        registry::all().map(describe).collect()
    }

    fn handle(target: wit::Target, event: wit::Event) -> Result<Option<String>, wit::Failure> {
        crate::panic::report();
        let entry = entry(&target.component)?;
        let cx = Context::new(Active, target.component, target.instance);
        Ok((entry.handle)(&cx, &event.into())?)
    }

    fn migrate(
        component: String,
        from_version: String,
        state: String,
    ) -> Result<String, wit::Failure> {
        crate::panic::report();
        Ok((entry(&component)?.migrate)(&from_version, &state)?)
    }
}

fn entry(name: &str) -> Result<&'static Entry, Error> {
    registry::find(name).ok_or_else(|| Error::new(format!("This module has no component {name}")))
}

fn describe(entry: &Entry) -> wit::Definition {
    let definition = entry.definition;
    wit::Definition {
        name: definition.name.to_owned(),
        version: definition.version.to_owned(),
        default_state: text((entry.default_state)(), definition),
        persistent_defaults: text((entry.persistent_defaults)(), definition),
        actions: definition
            .actions
            .iter()
            .map(|action| wit::ActionDefinition {
                name: action.name.to_owned(),
                access: action.access.as_ref().map(access),
                rate_limit: action.rate_limit.as_ref().map(rate_limit),
                payload_schema: action.payload_schema.map(|schema| schema()),
            })
            .collect(),
        hidden_actions: definition
            .hidden_actions
            .iter()
            .map(|hidden| wit::HiddenAction {
                name: hidden.name.to_owned(),
                advice: hidden.advice.to_owned(),
            })
            .collect(),
        hooks: wit::Hooks::from_bits_retain(definition.hooks),
        room_subscriptions: definition
            .room_subscriptions
            .iter()
            .map(|subscription| wit::RoomSubscription {
                room: subscription.room.map(str::to_owned),
                event: subscription.event.to_owned(),
            })
            .collect(),
        props: match definition.props {
            Props::Known => wit::Props::Known,
            Props::None => wit::Props::None,
            Props::Any => wit::Props::Any,
        },
        access: definition.access.as_ref().map(access),
        rate_limit: definition.rate_limit.as_ref().map(rate_limit),
        singleton: definition
            .singleton
            .as_ref()
            .map(|singleton| wit::Singleton {
                linger_ms: singleton.linger_ms,
            }),
        room: definition.room.map(|name| wit::RoomDefinition {
            name: name.to_owned(),
        }),
        durable: definition.durable,
        isolation: match definition.isolation {
            Isolation::Shared => wit::Isolation::Shared,
            Isolation::Fresh => wit::Isolation::Fresh,
        },
        state_schema: (entry.state_schema)(),
        logging: wit::Logging::from_bits_retain(definition.logging),
    }
}

/// `describe` has no way to fail: what cannot be written is logged and left out, and the daemon refuses the definition.
fn text(written: Result<String, Error>, definition: &Definition) -> String {
    written.unwrap_or_else(|error| {
        Active.log(Level::Error, &format!("{}: {error}", definition.name));
        String::new()
    })
}

fn access(access: &Access) -> wit::Access {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    wit::Access {
        authenticated: true,
        roles: owned(access.roles),
        permissions: owned(access.permissions),
    }
}

fn rate_limit(limit: &RateLimit) -> wit::RateLimit {
    wit::RateLimit {
        burst: limit.burst,
        per_minute: limit.per_minute,
    }
}

impl From<Error> for wit::Failure {
    fn from(error: Error) -> Self {
        let code = match error.code() {
            FailureCode::Failed => wit::FailureCode::Failed,
            FailureCode::NotCallable => wit::FailureCode::NotCallable,
            FailureCode::InvalidPayload => wit::FailureCode::InvalidPayload,
            FailureCode::Denied => wit::FailureCode::Denied,
            FailureCode::Limit => wit::FailureCode::Limit,
        };
        Self {
            code,
            message: error.into_message(),
        }
    }
}

impl From<wit::Event> for Event {
    fn from(event: wit::Event) -> Self {
        match event {
            wit::Event::Connect => Self::Connect,
            wit::Event::Mount(mount) => Self::Mount(Mount {
                room: mount.room,
                debug_label: mount.debug_label,
            }),
            wit::Event::Rehydrate(rehydrate) => Self::Rehydrate(rehydrate.from_version),
            wit::Event::BeforeAction(call) => Self::BeforeAction(Call {
                name: call.name,
                payload: call.payload,
            }),
            wit::Event::Action(call) => Self::Action(Call {
                name: call.name,
                payload: call.payload,
            }),
            wit::Event::StateChange(keys) => Self::StateChange(keys),
            wit::Event::RoomEvents(events) => Self::RoomEvents(
                events
                    .into_iter()
                    .map(|event| {
                        Self::RoomEvent(RoomEvent {
                            room: event.room,
                            event: event.event,
                            data: event.data,
                        })
                    })
                    .collect(),
            ),
            wit::Event::RoomJoin(room) => Self::RoomJoin(room),
            wit::Event::RoomLeave(room) => Self::RoomLeave(room),
            wit::Event::Timer(timer) => Self::Timer(Timer {
                id: timer.id,
                name: timer.name,
                payload: timer.payload,
            }),
            wit::Event::Upload(upload) => Self::Upload(upload.into()),
            wit::Event::ClientJoin(client) => Self::ClientJoin(client.into()),
            wit::Event::ClientLeave(client) => Self::ClientLeave(client.into()),
            wit::Event::Reload(reload) => Self::Reload(reload.from_version),
            wit::Event::Disconnect => Self::Disconnect,
            wit::Event::Destroy => Self::Destroy,
            wit::Event::MemberJoin(member) => Self::MemberJoin(member.into()),
            wit::Event::MemberLeave(member) => Self::MemberLeave(member.into()),
            wit::Event::Empty => Self::Empty,
        }
    }
}

impl From<wit::Client> for Client {
    fn from(client: wit::Client) -> Self {
        Self {
            connection_id: client.connection_id,
            count: client.count,
        }
    }
}

impl From<wit::Member> for Membership {
    fn from(member: wit::Member) -> Self {
        Self {
            instance: member.instance,
            count: member.count,
        }
    }
}

impl From<wit::Upload> for Upload {
    fn from(upload: wit::Upload) -> Self {
        Self {
            id: upload.id,
            stage: match upload.stage {
                wit::UploadStage::Start => UploadStage::Start,
                wit::UploadStage::Progress(bytes) => UploadStage::Progress(bytes),
                wit::UploadStage::Complete(url) => UploadStage::Complete(url),
                wit::UploadStage::Failed(reason) => UploadStage::Failed(reason),
            },
            filename: upload.filename,
            content_type: upload.content_type,
            size: upload.size,
        }
    }
}
