//! From a message to what it does.

use std::collections::HashSet;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use compact_str::CompactString;
use governor::clock::DefaultClock;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use super::hub::Hub;
use super::inspector::Inspector;
use super::outbox::Outbox;
use super::uploads::Uploads;
use super::user::{Due, Refused, User};
use crate::config::RateLimit;
use crate::live::{
    ActionCall, By, ById, Caller, Client, Event, Instance, MountRequest, PropertyUpdate, Refusal,
    RehydrateRequest, RoomCommand, Turn,
};
use crate::protocol::incoming::{Action, Auth, Mount, Property, Rehydrate};
use crate::protocol::msgpack::UnpackError;
use crate::protocol::{
    ClientMessage, Code, Encoding, ParseError, Request, RoomMessage, ServerMessage, names,
};
use crate::state::Json;
use crate::wasm::Session;

type Bucket = RateLimiter<NotKeyed, InMemoryState, DefaultClock>;

/// Handles the messages of one connection.
pub(super) struct Dispatcher {
    pub(super) hub: Arc<Hub>,
    pub(super) outbox: Arc<Outbox>,
    /// What the frames of the connection carry.
    pub(super) encoding: Encoding,
    session: Arc<Session>,
    pub(super) user: User,
    /// What this connection has mounted. Nothing else can be reached from it.
    pub(super) mounted: HashSet<ById, foldhash::fast::RandomState>,
    pub(super) uploads: Uploads,
    /// The inspector, where one is mounted.
    pub(super) inspector: Option<Box<Inspector>>,
    /// Whether it may be mounted without a key.
    pub(super) is_developer: bool,
    pub(super) bucket: Option<Box<Bucket>>,
}

impl Dispatcher {
    pub(super) fn new(hub: Arc<Hub>, outbox: Arc<Outbox>, encoding: Encoding, user: User) -> Self {
        let bucket = bucket(hub.config.rate_limit).map(Box::new);
        let session = Arc::new(Session {
            connection: outbox.connection().clone(),
            user: user.cell().clone(),
            label: None,
        });
        Self {
            hub,
            outbox,
            encoding,
            session,
            user,
            mounted: HashSet::default(),
            uploads: Uploads::default(),
            inspector: None,
            is_developer: false,
            bucket,
        }
    }

    /// The connection is gone: what it has mounted is told so, and ends unless the browser comes back in time.
    pub(super) async fn end(&mut self, grace: Duration) {
        for ById(instance) in std::mem::take(&mut self.mounted) {
            let turn = self.submit(&instance, Event::Disconnect { grace });
            self.hub.live.run(turn).await;
        }
    }

    /// Hands an event in; a shared instance is told who is behind it.
    pub(super) fn submit(&self, instance: &Arc<Instance>, event: Event) -> Turn {
        if !instance.is_shared() {
            return instance.submit_by(event, By::Owner(&*self.outbox));
        }
        let caller = Caller {
            client: self.outbox.clone(),
            session: self.session.clone(),
        };
        instance.submit_by(event, By::Caller(Box::new(caller)))
    }

    /// `bytes`: those that came beside the message, which only a chunk may have.
    pub(super) async fn request(&mut self, request: Request<'_>, bytes: Option<Bytes>) {
        let id = request.id;
        let component = request.component.as_deref();
        if bytes.is_some() && !request.message.may_have_bytes() {
            return self.refuse(&ParseError {
                code: UnpackError::Bytes.code(),
                error: UnpackError::Bytes.to_string(),
                request_id: id,
                component: request.component_json,
                original_type: None,
            });
        }
        match request.message {
            ClientMessage::Mount(mount) => self.mount(mount, component, id).await,
            ClientMessage::Auth(auth) => self.auth(auth, id).await,
            ClientMessage::Rehydrate(kept) => {
                self.rehydrate(kept, component.unwrap_or_default(), id)
                    .await
            }
            ClientMessage::Unmount => self.unmount(component.unwrap_or_default(), id).await,
            ClientMessage::Action(action) => {
                self.action(action, component.unwrap_or_default(), id).await
            }
            ClientMessage::Property(property) => {
                self.property(property, component.unwrap_or_default(), id)
                    .await
            }
            ClientMessage::Room(message) => {
                self.room(message, component.unwrap_or_default(), id).await
            }
            ClientMessage::Upload(message) => {
                // Boxed: in place it would make the task of every connection larger by what few need.
                Box::pin(self.upload(message, bytes, component, id)).await;
            }
            ClientMessage::Ping => {
                let component = component.unwrap_or_default();
                let alive = self.mounted.contains(component);
                self.outbox.send(&ServerMessage::Pong {
                    component,
                    alive,
                    request: id,
                });
            }
        }
    }

    /// Signs in, or out. Who cannot sign in stays who it was.
    async fn auth(&mut self, auth: Auth<'_>, request: Option<&str>) {
        let outcome = if auth.anonymous {
            self.user.sign_out();
            Ok(())
        } else {
            // A provider may take its time: what is to be told goes out meanwhile.
            self.outbox.release();
            let payload = auth.payload.into();
            let mounted = self.mounted.len();
            let provider = auth.provider.as_deref();
            let outcome = self.user.sign_in(payload, provider, mounted).await;
            self.outbox.hold();
            outcome
        };
        let identity = self.user.identity();
        let error = outcome.err().map(|refused| refused.to_string());
        self.outbox.send(&ServerMessage::AuthResponse {
            outcome: error
                .as_deref()
                .map_or(Ok(()), |error| Err((Code::AuthDenied, error))),
            user: identity.as_deref().map(|identity| &*identity.user_id),
            request,
        });
        if error.is_none() {
            self.end_forbidden().await;
        }
    }

    /// Waits for what the identity's time brings.
    pub(super) fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<Due> {
        self.user.poll_due(cx, self.hub.config.renewal_grace)
    }

    /// The identity's time is over.
    pub(super) async fn due(&mut self, due: Due) {
        match due {
            Due::Expired => {
                let grace = self.hub.config.renewal_grace.as_millis();
                self.outbox.send(&ServerMessage::AuthExpired {
                    grace_ms: u64::try_from(grace).unwrap_or(u64::MAX),
                });
            }
            Due::GivenUp => self.end_forbidden().await,
        }
    }

    /// Ends what the user, as of now, may not have mounted.
    async fn end_forbidden(&mut self) {
        let identity = self.user.identity();
        let mut forbidden = Vec::new();
        for ById(instance) in &self.mounted {
            if let Err(refusal) = instance.admits(identity.as_deref()) {
                forbidden.push((instance.clone(), refusal));
            }
        }
        for (instance, refusal) in forbidden {
            self.mounted.remove(instance.id().as_str());
            self.user.give_mount_back();
            let turn = self.submit(&instance, Event::Unmount { request: None });
            self.hub.live.run(turn).await;
            self.outbox.send(&ServerMessage::Ended {
                component: instance.id(),
                code: refusal.code,
                error: &refusal.message,
            });
        }
    }

    async fn mount(&mut self, mount: Mount<'_>, reference: Option<&str>, request: Option<&str>) {
        match self.try_mount(&mount, reference, request) {
            Ok((instance, turn)) => self.start(instance, turn).await,
            Err(refusal) => self.outbox.send(&ServerMessage::Mounted {
                reference,
                outcome: Err(refusal.as_error()),
                request,
            }),
        }
    }

    fn try_mount(
        &mut self,
        mount: &Mount<'_>,
        reference: Option<&str>,
        request: Option<&str>,
    ) -> Result<(Arc<Instance>, Turn), Refusal> {
        self.take_place(mount.room.as_deref())?;
        let session = self.session(mount.user_id.as_deref());
        let mounted = MountRequest {
            reference: reference.map(Into::into),
            room: mount.room.as_deref().map(Into::into),
            debug_label: mount.debug_label.as_deref().map(Into::into),
            request: request.map(Into::into),
        };
        let (live, client) = (&self.hub.live, self.outbox.clone());
        let got = live.mount(client, session, &mount.name, mount.props, mounted);
        got.inspect_err(|_| self.user.give_mount_back())
    }

    /// Takes a place for one more component, in this room.
    fn take_place(&mut self, room: Option<&str>) -> Result<(), Refusal> {
        room.map_or(Ok(()), names::check_room)
            .map_err(|rule| Refusal::new(Code::InvalidMessage, rule))?;
        self.try_take_place().or_else(|_| {
            self.forget_ended();
            self.try_take_place()
        })
    }

    fn try_take_place(&mut self) -> Result<(), Refusal> {
        let limit = self.hub.config.components_per_connection;
        if self.mounted.len() >= limit {
            let message =
                format!("This connection has {limit} components mounted, and no more are allowed");
            return Err(Refusal::new(Code::LimitExceeded, message));
        }
        let refuse = |refused: Refused| Refusal::new(Code::LimitExceeded, refused.to_string());
        self.user.take_mount().map_err(refuse)
    }

    /// Gives back the places of components that have ended of themselves: their rooms refused them, or their first
    /// event failed after it had waited.
    fn forget_ended(&mut self) {
        for ById(_) in self
            .mounted
            .extract_if(|ById(instance)| instance.has_ended())
        {
            self.user.give_mount_back();
        }
    }

    /// Has a component run that was mounted or brought back.
    async fn start(&mut self, instance: Arc<Instance>, turn: Turn) {
        if !self.mounted.insert(ById(instance)) {
            // A singleton that this connection has mounted already, or its own that it brings back.
            self.user.give_mount_back();
        }
        self.hub.live.run(turn).await;
    }

    /// The connection's session, with what the browser calls its user.
    fn session(&self, label: Option<&str>) -> Arc<Session> {
        let Some(label) = label else {
            return self.session.clone();
        };
        Arc::new(Session {
            label: Some(label.into()),
            ..Session::clone(&self.session)
        })
    }

    async fn rehydrate(&mut self, kept: Rehydrate<'_>, component: &str, request: Option<&str>) {
        let back = self.take_place(kept.room.as_deref()).and_then(|()| {
            let rehydrate = RehydrateRequest {
                component: component.into(),
                room: kept.room.as_deref().map(Into::into),
                request: request.map(Into::into),
            };
            let session = self.session(kept.user_id.as_deref());
            let (live, client) = (&self.hub.live, self.outbox.clone());
            let got = live.rehydrate(client, session, &kept.name, kept.signed, rehydrate);
            got.inspect_err(|_| self.user.give_mount_back())
        });
        match back {
            Ok((instance, turn)) => self.start(instance, turn).await,
            Err(refusal) => self.outbox.send(&ServerMessage::Rehydrated {
                component,
                outcome: Err(refusal.as_error()),
                request,
            }),
        }
    }

    async fn unmount(&mut self, component: &str, request: Option<&str>) {
        match self.mounted.take(component) {
            Some(ById(instance)) => {
                self.user.give_mount_back();
                let turn = self.submit(
                    &instance,
                    Event::Unmount {
                        request: request.map(Into::into),
                    },
                );
                self.hub.live.run(turn).await;
            }
            None if request.is_some() => self.outbox.send(&ServerMessage::Unmounted {
                component,
                outcome: Err((
                    Code::ComponentNotFound,
                    "The component is not mounted on this connection",
                )),
                request,
            }),
            None => {}
        }
    }

    async fn action(&mut self, action: Action<'_>, component: &str, request: Option<&str>) {
        let Some(ById(instance)) = self.mounted.get(component) else {
            if action.wants_reply {
                let refusal = Refusal::rehydration_required(component);
                self.outbox.send(&ServerMessage::ActionResponse {
                    original_type: action.original_type,
                    component,
                    outcome: Err(refusal.as_error()),
                    request,
                });
            }
            return;
        };
        let call = ActionCall {
            original_type: action.original_type,
            name: CompactString::from(action.name),
            payload: action.payload.map(Json::from),
            request: request.map(Into::into),
            wants_reply: action.wants_reply,
        };
        let turn = self.submit(instance, Event::Action(call));
        self.hub.live.run(turn).await;
    }

    async fn property(&mut self, property: Property<'_>, component: &str, request: Option<&str>) {
        let Some(ById(instance)) = self.mounted.get(component) else {
            let refusal = Refusal::rehydration_required(component);
            return self.outbox.send(&ServerMessage::PropertyUpdated {
                component,
                property: &property.name,
                outcome: Err(refusal.as_error()),
                request,
            });
        };
        let update = PropertyUpdate {
            name: CompactString::from(property.name),
            value: property.value.into(),
            request: request.map(Into::into),
        };
        let turn = self.submit(instance, Event::Property(update));
        self.hub.live.run(turn).await;
    }

    async fn room(&mut self, message: RoomMessage<'_>, component: &str, request: Option<&str>) {
        let Some(ById(instance)) = self.mounted.get(component) else {
            if message.wants_reply {
                let refusal = Refusal::rehydration_required(component);
                self.outbox.send(&ServerMessage::Room {
                    operation: message.operation,
                    component,
                    room: &message.room,
                    outcome: Err(refusal.as_error()),
                    request,
                });
            }
            return;
        };
        let command = RoomCommand {
            operation: message.operation,
            room: message.room.into(),
            event: message.event.map(Into::into),
            data: message.data.map(Json::from),
            include_self: message.include_self,
            wants_reply: message.wants_reply,
            request: request.map(Into::into),
        };
        let turn = self.submit(instance, Event::Room(Box::new(command)));
        self.hub.live.run(turn).await;
    }
}

fn bucket(limit: RateLimit) -> Option<Bucket> {
    let RateLimit::Limited { burst, per_second } = limit else {
        return None;
    };
    // Both are checked to be more than zero when the configuration is read.
    let (burst, per_second) = (burst.try_into().ok()?, per_second.try_into().ok()?);
    Some(RateLimiter::direct(
        Quota::per_second(per_second).allow_burst(burst),
    ))
}
