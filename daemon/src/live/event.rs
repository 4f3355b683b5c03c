//! What happens to an instance, and what it does then: the guest calls that an event is made of, and the replies.

use std::sync::Arc;
use std::time::Duration;

use compact_str::CompactString;

use super::admission::Behalf;
use super::backend::AppCall;
use super::client::Client;
use super::inspect::Inspection;
use super::instance::{Instance, Resident};
use super::recovery::{Attach, GRACE, Revival};
use super::refusal::Refusal;
use super::room_logic::{MemberChange, RoomRequest};
use super::set_value::set_value_payload;
use super::signed::SETTLE;
use super::singleton::LINGER;
use super::transaction::{Tell, before_action};
use super::uploads::UploadEvent;
use crate::protocol::{Code, Mounted, RoomOperation, ServerMessage};
use crate::state::Json;
use crate::telemetry::EventKind;
use crate::wasm::definition::{SET_VALUE, is_hook_name};
use crate::wasm::{GuestEvent, RoomEvent};

/// Something that happens to an instance.
#[derive(Debug)]
pub enum Event {
    /// The first one.
    Mount(Box<MountRequest>),
    /// The first one of a component that was another before: a browser has kept its state.
    Revive(Box<Revival>),
    /// The browser is back, on another connection.
    Attach(Box<Attach>),
    /// A browser joins a shared instance that is there already.
    Join(Box<MountRequest>),
    /// A browser calls an action.
    Action(ActionCall),
    /// A browser sets a key.
    Property(PropertyUpdate),
    /// A browser wants something of a room.
    Room(Box<RoomCommand>),
    /// What others emitted in rooms.
    RoomEvents(Vec<Arc<RoomEvent>>),
    /// The component has joined a room of its own accord, or left one.
    RoomHook {
        /// Whether it joined.
        joined: bool,
        /// The room.
        room: Box<str>,
    },
    /// A timer is due: its number.
    Timer(u64),
    /// The first event of a room's logic.
    Open,
    /// The app's back end calls an action.
    AppCall(Box<AppCall>),
    /// The inspector changes the state.
    Inspect(Box<Inspection>),
    /// Something happens to an upload.
    Upload(Box<UploadEvent>),
    /// To a room's logic: a component calls an action.
    Call(Box<RoomRequest>),
    /// To a room's logic: somebody comes or goes.
    Member(Box<MemberChange>),
    /// A new version of the component is there.
    Refresh,
    /// The browser is done with it.
    Unmount {
        /// `requestId` as JSON text; `None` wants no reply.
        request: Option<CompactString>,
    },
    /// The connection is gone.
    Disconnect {
        /// How long it may take to come back.
        grace: Duration,
    },
    /// Too many wait for their connection: this one does no longer.
    Forget,
    /// The daemon is about to end: the browser gets what it needs to come back.
    Sign,
}

/// What a mount's reply needs.
#[derive(Debug, Default)]
pub struct MountRequest {
    /// The client's own reference.
    pub reference: Option<CompactString>,
    /// The default room.
    pub room: Option<CompactString>,
    /// A name for logs.
    pub debug_label: Option<CompactString>,
    /// `requestId` as JSON text.
    pub request: Option<CompactString>,
}

/// A call of an action.
#[derive(Debug)]
pub struct ActionCall {
    /// `CALL_ACTION` or `COMPONENT_ACTION`.
    pub original_type: &'static str,
    /// The action.
    pub name: CompactString,
    /// Its payload.
    pub payload: Option<Json>,
    /// `requestId` as JSON text.
    pub request: Option<CompactString>,
    /// Whether the client waits for a reply.
    pub wants_reply: bool,
}

/// A key to set.
#[derive(Debug)]
pub struct PropertyUpdate {
    /// The key.
    pub name: CompactString,
    /// Its value.
    pub value: Json,
    /// `requestId` as JSON text.
    pub request: Option<CompactString>,
}

/// What a browser wants of a room.
#[derive(Debug)]
pub struct RoomCommand {
    /// What.
    pub operation: RoomOperation,
    /// The room.
    pub room: CompactString,
    /// The event of an emit.
    pub event: Option<CompactString>,
    /// Its data, the changes of the state, or the state that a new room begins with.
    pub data: Option<Json>,
    /// Whether the sender is told as well.
    pub include_self: bool,
    /// Whether the client waits for a reply.
    pub wants_reply: bool,
    /// `requestId` as JSON text.
    pub request: Option<CompactString>,
}

impl Event {
    /// What it is counted as.
    pub(super) fn kind(&self) -> EventKind {
        match self {
            Self::Mount(_) | Self::Open => EventKind::Mount,
            Self::Revive(_) | Self::Attach(_) => EventKind::Rehydrate,
            Self::Join(_) => EventKind::Join,
            Self::Action(_) => EventKind::Action,
            Self::Property(_) => EventKind::Property,
            Self::Room(_) => EventKind::Room,
            Self::RoomEvents(_) => EventKind::RoomEvents,
            Self::RoomHook { .. } => EventKind::RoomHook,
            Self::Timer(LINGER | GRACE | SETTLE) | Self::Forget | Self::Sign => EventKind::Daemon,
            Self::Timer(_) => EventKind::Timer,
            Self::Upload(_) => EventKind::Upload,
            Self::Inspect(_) => EventKind::Inspector,
            Self::AppCall(_) => EventKind::AppCall,
            Self::Call(_) => EventKind::RoomCall,
            Self::Member(_) => EventKind::Member,
            Self::Refresh => EventKind::Reload,
            Self::Unmount { .. } => EventKind::Unmount,
            Self::Disconnect { .. } => EventKind::Disconnect,
        }
    }

    /// What whoever asked for it calls its request.
    pub(super) fn request(&self) -> Option<&CompactString> {
        match self {
            Self::Mount(request) | Self::Join(request) => request.request.as_ref(),
            Self::Action(call) => call.request.as_ref(),
            Self::AppCall(app) => app.call.request.as_ref(),
            Self::Property(update) => update.request.as_ref(),
            Self::Room(command) => command.request.as_ref(),
            Self::Unmount { request } => request.as_ref(),
            Self::Revive(revival) => revival.request.request.as_ref(),
            Self::Attach(attach) => attach.request.request.as_ref(),
            Self::Upload(upload) => upload.request(),
            Self::Call(request) => request.call.request.as_ref(),
            _ => None,
        }
    }

    /// Whether it may be refused when too many wait. The end of an instance may not.
    pub(super) fn is_droppable(&self) -> bool {
        match self {
            Self::Action(_)
            | Self::Property(_)
            | Self::Room(_)
            | Self::AppCall(_)
            | Self::Call(_) => true,
            Self::Upload(event) => event.is_droppable(),
            _ => false,
        }
    }
}

impl Instance {
    /// Runs one event. `false`: the instance has ended.
    pub(super) async fn run(self: &Arc<Self>, resident: &mut Resident, event: Event) -> bool {
        self.take_current_version(resident).await;
        match event {
            Event::Mount(request) => return self.mount(resident, &request).await,
            Event::Revive(revival) => return self.revive(resident, *revival).await,
            Event::Attach(attach) => self.attach(resident, *attach).await,
            Event::Join(request) => self.join_audience(resident, &request).await,
            Event::Action(call) => self.action(resident, &call).await,
            Event::Property(update) => self.property(resident, &update).await,
            Event::Room(command) => self.room_command(resident, &command).await,
            Event::RoomEvents(events) => self.room_events(resident, &events).await,
            Event::RoomHook { joined, room } => self.room_hook(resident, joined, &room).await,
            Event::Timer(LINGER) => return !self.ends_when_empty(resident).await,
            Event::Timer(GRACE) => return !self.is_given_up(resident).await,
            Event::Timer(SETTLE) => self.settled(resident),
            Event::Timer(timer) => self.timer(resident, timer).await,
            Event::AppCall(call) => self.app_call(resident, &call).await,
            Event::Upload(event) => self.upload(resident, *event).await,
            Event::Inspect(inspection) => self.inspect(resident, *inspection),
            Event::Open => self.open(resident).await,
            Event::Call(request) => self.room_request(resident, *request).await,
            Event::Member(change) => self.member_change(resident, *change).await,
            Event::Refresh => {}
            Event::Unmount { request } => {
                let goes_on = match &self.audience {
                    Some(audience) => self.leave_audience(audience, resident).await,
                    None => {
                        self.end(resident).await;
                        false
                    }
                };
                if request.is_some() {
                    resident.client.send(&ServerMessage::Unmounted {
                        component: self.id().as_str(),
                        outcome: Ok(()),
                        request: request.as_deref(),
                    });
                }
                return goes_on;
            }
            Event::Disconnect { grace } => return self.disconnected(resident, grace).await,
            Event::Forget => return !self.give_up(resident).await,
            Event::Sign => self.refresh_signed(resident),
        }
        true
    }

    /// `false`: the mount was refused, and is none.
    async fn mount(self: &Arc<Self>, resident: &mut Resident, request: &MountRequest) -> bool {
        if let Some(room) = &request.room
            && let Err(refusal) = self.join(resident, room, None, true).await
        {
            resident.client.send(&ServerMessage::Mounted {
                reference: request.reference.as_deref(),
                outcome: Err(refusal.as_error()),
                request: request.request.as_deref(),
            });
            return false;
        }
        self.restore(resident).await;
        self.begin(resident);
        let hooks = resident.version.definition.hooks;
        if hooks.connect {
            self.hook(resident, "connect", GuestEvent::Connect, Tell::Nothing)
                .await;
        }
        if hooks.mount {
            let event = GuestEvent::Mount {
                room: request.room.as_deref(),
                debug_label: request.debug_label.as_deref(),
            };
            self.hook(resident, "mount", event, Tell::Nothing).await;
        }
        self.log_lifecycle(resident, "mounted");
        match &self.audience {
            Some(_) => self.join_audience(resident, request).await,
            None => self.tell_mounted(resident, request),
        }
        true
    }

    /// What it begins with is final, and the app is told of it.
    pub(super) fn begin(&self, resident: &mut Resident) {
        self.commit(resident, Tell::Nothing);
        let client = &resident.client;
        self.slot
            .services
            .tell_app("mount", self.id().as_str(), || self.for_app(&**client));
    }

    /// Answers a mount, with the state as it is now.
    pub(super) fn tell_mounted(&self, resident: &mut Resident, request: &MountRequest) {
        let signed = self.sign(resident);
        let Some(subject) = &resident.subject else {
            return;
        };
        let mounted = Mounted {
            component: self.id(),
            state: &subject.state,
            signed: signed.as_ref(),
        };
        resident.client.send(&ServerMessage::State {
            component: self.id(),
            state: mounted.state,
            signed: mounted.signed,
        });
        resident.client.send(&ServerMessage::Mounted {
            reference: request.reference.as_deref(),
            outcome: Ok(mounted),
            request: request.request.as_deref(),
        });
    }

    pub(super) async fn end(self: &Arc<Self>, resident: &mut Resident) {
        resident.is_ending = true;
        if resident.version.definition.hooks.destroy {
            self.hook(resident, "destroy", GuestEvent::Destroy, Tell::Nothing)
                .await;
        }
        self.leave_all(resident);
        let client = &resident.client;
        self.slot
            .services
            .tell_app("unmount", self.id().as_str(), || self.for_app(&**client));
        self.log_lifecycle(resident, "unmounted");
    }

    async fn action(self: &Arc<Self>, resident: &mut Resident, call: &ActionCall) {
        let outcome = self.try_action(resident, call, Behalf::Browser).await;
        if let Err(refusal) = &outcome {
            resident.refused_by(refusal);
            self.report(&call.name, refusal);
        }
        if call.wants_reply {
            resident.client.send(&ServerMessage::ActionResponse {
                original_type: call.original_type,
                component: self.id().as_str(),
                outcome: outcome
                    .as_ref()
                    .map(Option::as_ref)
                    .map_err(Refusal::as_error),
                request: call.request.as_deref(),
            });
        }
    }

    pub(super) async fn try_action(
        self: &Arc<Self>,
        resident: &mut Resident,
        call: &ActionCall,
        behalf: Behalf,
    ) -> Result<Option<Json>, Refusal> {
        self.check_call(resident, &call.name, call.payload.as_ref(), behalf)
            .await?;
        if call.name == SET_VALUE {
            let (key, value) = set_value_payload(call.payload.as_ref())?;
            self.set_value(resident, &key, value.clone(), call.payload.as_ref())
                .await?;
            let reply = format!(
                r#"{{"success":true,"key":{},"value":{}}}"#,
                Json::string(&key).as_str(),
                value.as_str()
            );
            return Json::parse(&reply)
                .map(Some)
                .map_err(|error| Refusal::new(Code::InvalidPayload, error.to_string()));
        }
        let before = resident.version.definition.hooks.before_action;
        let (name, payload) = (call.name.as_str(), call.payload.as_ref());
        self.transact(resident, name, Tell::Delta, async |lease, component| {
            if before {
                before_action(lease, component, name, payload).await?;
            }
            Ok(lease
                .handle(component, GuestEvent::Action { name, payload })
                .await?)
        })
        .await
    }

    /// Whether a browser may call `name` at all.
    pub(super) fn check_callable(&self, resident: &Resident, name: &str) -> Result<(), Refusal> {
        let definition = &resident.version.definition;
        let component = self.slot.name();
        let refuse = |message: String| Err(Refusal::new(Code::ActionNotCallable, message));
        if definition.action(name).is_none() {
            if name.starts_with(['_', '#', '$']) || is_hook_name(name) {
                return refuse(format!(
                    "`{name}` of {component} is internal and cannot be called"
                ));
            }
            return match definition.advice(name) {
                Some(advice) => refuse(format!(
                    "`{name}` of {component} is not a public action: {advice}"
                )),
                None => refuse(format!("{component} has no action `{name}`")),
            };
        }
        Ok(())
    }

    /// What the app is told of a mount.
    fn for_app(&self, client: &dyn Client) -> serde_json::Value {
        serde_json::json!({
            "componentId": self.id().as_str(),
            "component": self.slot.name(),
            "connectionId": client.connection().as_str(),
        })
    }

    /// Pushes an error that is no reply.
    pub(super) fn report(&self, action: &str, refusal: &Refusal) {
        self.client().send(&ServerMessage::ComponentError {
            component: self.id(),
            action,
            code: refusal.code,
            error: &refusal.message,
        });
    }

    /// Answers an event that will not run.
    pub(super) fn refuse(&self, event: &Event, client: Option<&dyn Client>, refusal: &Refusal) {
        let component = self.id().as_str();
        if let Event::AppCall(call) = event {
            return call.answer.refuse(refusal);
        }
        if let Event::Upload(event) = event {
            return event.refuse(&self.slot.services.uploads, refusal);
        }
        let Some(client) = client else { return };
        match event {
            Event::Action(call) if call.wants_reply => {
                client.send(&ServerMessage::ActionResponse {
                    original_type: call.original_type,
                    component,
                    outcome: Err(refusal.as_error()),
                    request: call.request.as_deref(),
                })
            }
            Event::Property(update) => client.send(&ServerMessage::PropertyUpdated {
                component,
                property: &update.name,
                outcome: Err(refusal.as_error()),
                request: update.request.as_deref(),
            }),
            Event::Room(command) if command.wants_reply => client.send(&ServerMessage::Room {
                operation: command.operation,
                component,
                room: &command.room,
                outcome: Err(refusal.as_error()),
                request: command.request.as_deref(),
            }),
            _ => {}
        }
    }
}
