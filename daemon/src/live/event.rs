//! What an event does: the guest calls it is made of, the transaction around them, and what is sent.
//!
//! An event ends in one of three ways. *Done*: its changes are applied and sent, then the reply. *Failed* (the
//! component returned an error): the changes made before are applied and sent all the same, then the failed reply.
//! *Broken* (a trap, a time-out, a limit): nothing is applied.

use std::sync::Arc;

use compact_str::CompactString;

use super::audience::Caller;
use super::backend::AppCall;
use super::instance::{Instance, Resident};
use super::refusal::Refusal;
use super::room_logic::{MemberChange, RoomRequest};
use super::singleton::LINGER;
use crate::protocol::{Code, RoomOperation, ServerMessage};
use crate::state::{Delta, Json, Key, PatchError};
use crate::wasm::definition::{SET_VALUE, is_hook_name};
use crate::wasm::{CallError, Fault, GuestEvent, Lease, RoomEvent, Subject};

/// Something that happens to an instance.
#[derive(Debug)]
pub enum Event {
    /// The first one.
    Mount(Box<MountRequest>),
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
    Disconnect,
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
    /// Whether it may be refused when too many wait. The end of an instance may not.
    pub(super) fn is_droppable(&self) -> bool {
        matches!(
            self,
            Self::Action(_) | Self::Property(_) | Self::Room(_) | Self::AppCall(_) | Self::Call(_)
        )
    }
}

/// Whether what an event changed is told to the browser.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tell {
    /// As a delta.
    Delta,
    /// Not: the whole state is sent anyway, or nobody is there.
    Nothing,
}

impl Instance {
    /// Runs one event. `false`: the instance has ended.
    pub(super) async fn run(self: &Arc<Self>, resident: &mut Resident, event: Event) -> bool {
        self.take_current_version(resident).await;
        match event {
            Event::Mount(request) => return self.mount(resident, &request).await,
            Event::Join(request) => self.join_audience(resident, &request).await,
            Event::Action(call) => self.action(resident, &call).await,
            Event::Property(update) => self.property(resident, &update).await,
            Event::Room(command) => self.room_command(resident, &command).await,
            Event::RoomEvents(events) => self.room_events(resident, &events).await,
            Event::RoomHook { joined, room } => self.room_hook(resident, joined, &room).await,
            Event::Timer(LINGER) => return !self.ends_when_empty(resident).await,
            Event::Timer(timer) => self.timer(resident, timer).await,
            Event::AppCall(call) => self.app_call(resident, &call).await,
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
                    self.client.send(&ServerMessage::Unmounted {
                        component: self.id().as_str(),
                        outcome: Ok(()),
                        request: request.as_deref(),
                    });
                }
                return goes_on;
            }
            Event::Disconnect => {
                if let Some(audience) = &self.audience {
                    return self.leave_audience(audience, resident).await;
                }
                if resident.version.definition.hooks.disconnect {
                    self.hook(
                        resident,
                        "disconnect",
                        GuestEvent::Disconnect,
                        Tell::Nothing,
                    )
                    .await;
                }
                self.end(resident).await;
                return false;
            }
        }
        true
    }

    /// `false`: the mount was refused, and is none.
    async fn mount(self: &Arc<Self>, resident: &mut Resident, request: &MountRequest) -> bool {
        if let Some(room) = &request.room
            && let Err(refusal) = self.join(resident, room, None, true).await
        {
            self.client.send(&ServerMessage::Mounted {
                reference: request.reference.as_deref(),
                outcome: Err(refusal.as_error()),
                request: request.request.as_deref(),
            });
            return false;
        }
        self.restore(resident).await;
        if let Some(subject) = &mut resident.subject {
            self.commit(subject, &resident.version.definition.version, Tell::Nothing);
        }
        self.slot
            .services
            .tell_app("mount", self.id().as_str(), || self.for_app());
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

    /// Answers a mount, with the state as it is now.
    pub(super) fn tell_mounted(&self, resident: &Resident, request: &MountRequest) {
        if let Some(subject) = &resident.subject {
            let state = &subject.state;
            self.client.send(&ServerMessage::State {
                component: self.id(),
                state,
            });
            self.client.send(&ServerMessage::Mounted {
                reference: request.reference.as_deref(),
                outcome: Ok((self.id(), state)),
                request: request.request.as_deref(),
            });
        }
    }

    pub(super) async fn end(self: &Arc<Self>, resident: &mut Resident) {
        resident.is_ending = true;
        if resident.version.definition.hooks.destroy {
            self.hook(resident, "destroy", GuestEvent::Destroy, Tell::Nothing)
                .await;
        }
        self.leave_all(resident);
        self.slot
            .services
            .tell_app("unmount", self.id().as_str(), || self.for_app());
        self.log_lifecycle(resident, "unmounted");
    }

    async fn action(self: &Arc<Self>, resident: &mut Resident, call: &ActionCall) {
        let outcome = self.try_action(resident, call).await;
        if let Err(refusal) = &outcome {
            self.report(&call.name, refusal);
        }
        if call.wants_reply {
            self.client.send(&ServerMessage::ActionResponse {
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
    ) -> Result<Option<Json>, Refusal> {
        self.check_callable(resident, &call.name)?;
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

    async fn property(self: &Arc<Self>, resident: &mut Resident, update: &PropertyUpdate) {
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
        self.client.send(&ServerMessage::PropertyUpdated {
            component: self.id().as_str(),
            property: &update.name,
            outcome: outcome.as_ref().copied().map_err(Refusal::as_error),
            request: update.request.as_deref(),
        });
    }

    /// The daemon's own action: sets one key, for a browser, where the component allows it.
    async fn set_value(
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
            self.commit(subject, &resident.version.definition.version, Tell::Delta);
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

    /// Whether a browser may call `name` at all.
    fn check_callable(&self, resident: &Resident, name: &str) -> Result<(), Refusal> {
        let definition = &resident.version.definition;
        let component = self.slot.name();
        let refuse = |message: String| Err(Refusal::new(Code::ActionNotCallable, message));
        let Some(action) = definition.action(name) else {
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
        };
        if action.access.is_some() {
            let message = format!("`{name}` of {component} needs an authenticated user");
            return Err(Refusal::new(Code::AuthDenied, message));
        }
        Ok(())
    }

    /// Runs a lifecycle hook as an event of its own. Its errors are reported and break nothing.
    pub(super) async fn hook(
        self: &Arc<Self>,
        resident: &mut Resident,
        name: &'static str,
        event: GuestEvent<'_>,
        tell: Tell,
    ) {
        let outcome = self
            .transact(resident, name, tell, async |lease, component| {
                Ok(lease.handle(component, event).await?)
            })
            .await;
        if let Err(refusal) = outcome {
            tracing::warn!(component = self.slot.name(), instance = %self.id(), hook = name, error = %refusal, "a hook failed");
            self.report(name, &refusal);
        }
    }

    /// Tells a new version's `reload` hook that it has taken over.
    pub(super) async fn reload_hook(self: &Arc<Self>, resident: &mut Resident, from_version: &str) {
        if resident.version.definition.hooks.reload {
            self.hook(
                resident,
                "reload",
                GuestEvent::Reload { from_version },
                Tell::Delta,
            )
            .await;
        }
    }

    /// One event: guest calls on one worker, then everything or nothing.
    pub(super) async fn transact(
        self: &Arc<Self>,
        resident: &mut Resident,
        event: &str,
        tell: Tell,
        steps: impl AsyncFnOnce(&mut Lease<'_>, &str) -> Result<Option<Json>, Stop>,
    ) -> Result<Option<Json>, Refusal> {
        let version = resident.version.clone();
        let definition = &version.definition;
        let mut lease = match version
            .module
            .lease(resident.worker, definition.fresh, resident.depth())
            .await
        {
            Ok(lease) => lease,
            Err(fault) => return Err(self.broken(event, fault)),
        };
        resident.worker = Some(lease.worker_id());
        if let Some(subject) = resident.subject.take() {
            lease.enter(subject);
        }
        let mut outcome = steps(&mut lease, &definition.name).await;
        if definition.hooks.state_change
            && !matches!(outcome, Err(Stop::Broken(_)))
            && let Err(stop) = self.state_change(&mut lease, &definition.name).await
        {
            outcome = Err(stop);
        }
        resident.subject = lease.leave();
        drop(lease);
        let Some(subject) = &mut resident.subject else {
            return Err(self.broken(
                event,
                Fault::NoWorker {
                    reason: "the state was lost".into(),
                },
            ));
        };
        match outcome {
            Ok(result) => {
                self.commit(subject, &definition.version, tell);
                self.apply_effects(resident).await;
                Ok(result)
            }
            Err(Stop::Refused(refusal)) => {
                self.commit(subject, &definition.version, tell);
                self.apply_effects(resident).await;
                Err(refusal)
            }
            Err(Stop::Broken(fault)) => {
                subject.rollback();
                Err(self.broken(event, fault))
            }
        }
    }

    /// The `state-change` hook, if the event changed anything. Its own error breaks nothing; its crash undoes the event.
    async fn state_change(&self, lease: &mut Lease<'_>, component: &str) -> Result<(), Stop> {
        let changed: Vec<Key> = lease
            .subject()
            .map_or_else(Vec::new, |subject| subject.state.changed_keys());
        if changed.is_empty() {
            return Ok(());
        }
        match lease
            .handle(component, GuestEvent::StateChange(&changed))
            .await
        {
            Ok(_) => Ok(()),
            Err(CallError::Fault(fault)) => Err(Stop::Broken(fault)),
            Err(CallError::Failure(failure)) => {
                let refusal = Refusal::from(failure);
                tracing::warn!(%component, instance = %self.id(), hook = "state-change", error = %refusal, "a hook failed");
                self.report("state-change", &refusal);
                Ok(())
            }
        }
    }

    /// Makes the event's changes final and tells the browser.
    fn commit(&self, subject: &mut Subject, version: &str, tell: Tell) {
        let private = subject
            .private
            .as_mut()
            .map_or_else(Delta::new, |private| private.commit());
        let delta = subject.state.commit();
        if let Some(durable) = &self.durable {
            durable.save(version, &delta, &private);
        }
        if tell == Tell::Delta && !delta.is_empty() {
            self.client.delta(self.id(), delta);
        }
    }

    /// Commits what was written outside a guest call and tells the browser.
    pub(super) fn commit_and_tell(&self, subject: &mut Subject) {
        let version = self.slot.current();
        self.commit(subject, &version.definition.version, Tell::Delta);
    }

    /// What the app is told of a mount.
    fn for_app(&self) -> serde_json::Value {
        serde_json::json!({
            "componentId": self.id().as_str(),
            "component": self.slot.name(),
            "connectionId": self.client.connection().as_str(),
        })
    }

    /// Logs a fault, with what the browser is not told.
    pub(super) fn broken(&self, event: &str, fault: Fault) -> Refusal {
        tracing::error!(component = self.slot.name(), instance = %self.id(), event, error = %fault, "an event broke down");
        fault.into()
    }

    /// Pushes an error that is no reply.
    pub(super) fn report(&self, action: &str, refusal: &Refusal) {
        self.client.send(&ServerMessage::ComponentError {
            component: self.id(),
            action,
            code: refusal.code,
            error: &refusal.message,
        });
    }

    /// Answers an event that will not run.
    pub(super) fn refuse(&self, event: &Event, caller: Option<&Caller>, refusal: &Refusal) {
        let component = self.id().as_str();
        let client = caller.map_or(&self.client, |caller| &caller.client);
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
            Event::AppCall(call) => call.answer.refuse(refusal),
            _ => {}
        }
    }

    fn log_lifecycle(&self, resident: &Resident, what: &str) {
        if resident.version.definition.logs_lifecycle {
            tracing::info!(component = self.slot.name(), instance = %self.id(), "{what}");
        }
    }
}

/// Why the steps of an event ended early.
pub(super) enum Stop {
    /// The component, or a rule, said no. What was changed before stays.
    Refused(Refusal),
    /// The guest broke down. Nothing stays.
    Broken(Fault),
}

impl From<CallError> for Stop {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Failure(failure) => Self::Refused(failure.into()),
            CallError::Fault(fault) => Self::Broken(fault),
        }
    }
}

/// Asks the component whether an action may go ahead.
async fn before_action(
    lease: &mut Lease<'_>,
    component: &str,
    name: &str,
    payload: Option<&Json>,
) -> Result<(), Stop> {
    match lease
        .handle(component, GuestEvent::BeforeAction { name, payload })
        .await
    {
        Ok(Some(answer)) if answer.as_str() == "false" => Err(Stop::Refused(Refusal::new(
            Code::ActionCancelled,
            format!("{component} cancelled `{name}`"),
        ))),
        Ok(_) => Ok(()),
        Err(CallError::Failure(failure)) => Err(Stop::Refused(Refusal::new(
            Code::ActionCancelled,
            failure.message,
        ))),
        Err(CallError::Fault(fault)) => Err(Stop::Broken(fault)),
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
fn set_value_payload(payload: Option<&Json>) -> Result<(CompactString, Json), Refusal> {
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
