//! What is there before a component is mounted.

use std::marker::PhantomData;

use serde::Serialize;
use serde_json::Value;

use super::{Harness, World};
use crate::component::Component;
use crate::context::{Request, Response};
use crate::definition::{Props, hooks};
use crate::error::{HostError, Result};
use crate::event::{Event, Mount};

/// A mount being prepared. Made by [`Harness::setup`].
#[must_use = "nothing is mounted before `mount`"]
pub struct Setup<C> {
    world: World,
    mount: Mount,
    props: Value,
    component: PhantomData<C>,
}

impl<C: Component> Setup<C> {
    pub(super) fn new() -> Self {
        Self {
            world: World::default(),
            mount: Mount::default(),
            props: Value::Null,
            component: PhantomData,
        }
    }

    /// What the browser sets of the initial state.
    pub fn props(mut self, props: Value) -> Self {
        self.props = props;
        self
    }

    /// The id of the mount. For tests with several of them: each has the same otherwise.
    pub fn instance(self, id: &str) -> Self {
        self.world
            .change(|inner| inner.instance = Some(id.to_owned()));
        self
    }

    /// The default room.
    pub fn room(mut self, room: &str) -> Self {
        self.world.set_room(room);
        self.mount.room = Some(room.to_owned());
        self
    }

    /// The browser's name for the mount in logs.
    pub fn debug_label(mut self, label: &str) -> Self {
        self.mount.debug_label = Some(label.to_owned());
        self
    }

    /// Who is behind the events. An anonymous visitor by default.
    pub fn user(self, user: User) -> Self {
        self.world.sign_in(user);
        self
    }

    /// What the browser calls its user.
    pub fn label(self, label: &str) -> Self {
        self.world
            .change(|inner| inner.label = Some(label.to_owned()));
        self
    }

    /// A value that the daemon's configuration grants the component.
    pub fn config(self, key: &str, value: &str) -> Self {
        self.world
            .change(|inner| inner.config.insert(key.to_owned(), value.to_owned()));
        self
    }

    /// A value that `cx.persistent()` already has.
    ///
    /// # Panics
    /// Where the value has no JSON form.
    pub fn persistent(self, key: &str, value: impl Serialize) -> Self {
        self.world.set_persistent(key, &value);
        self
    }

    /// The time on the clock, in milliseconds since the Unix epoch.
    pub fn now_ms(self, now_ms: u64) -> Self {
        self.world.set_now(now_ms);
        self
    }

    /// Answers the calls of rooms with logic of their own: room, action, payload. Often by another harness:
    /// `.room_logic(move |_, action, payload| room.call(action, payload))`.
    pub fn room_logic(
        self,
        answer: impl FnMut(&str, &str, Value) -> Result<Value> + 'static,
    ) -> Self {
        self.world
            .change(|inner| inner.room_logic = Some(Box::new(answer)));
        self
    }

    /// The bytes of a finished upload.
    pub fn uploaded(self, id: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.world
            .change(|inner| inner.uploads.insert(id.to_owned(), bytes.into()));
        self
    }

    /// Answers the component's HTTP requests. Without it they are denied.
    pub fn http(
        self,
        answer: impl FnMut(&Request) -> Result<Response, HostError> + 'static,
    ) -> Self {
        self.world
            .change(|inner| inner.http = Some(Box::new(answer)));
        self
    }

    /// Mounts the component: access rule, default state, props, `on_connect`, `on_mount`.
    ///
    /// # Panics
    /// Where the user may not mount it, or the default state has no JSON form.
    #[must_use]
    pub fn mount(self) -> Harness<C> {
        match self.try_mount() {
            Ok(harness) => harness,
            Err(error) => panic!("not mounted: {error}"),
        }
    }

    /// As [`mount`](Self::mount).
    ///
    /// # Errors
    /// Where the user may not mount it, or the default state has no JSON form.
    pub fn try_mount(self) -> Result<Harness<C>> {
        let definition = &C::DEFINITION;
        self.world
            .allow(definition.access.as_ref(), definition.name)?;
        self.world.lay_out::<C>()?;
        let known = self.world.state();
        if let Value::Object(props) = self.props {
            for (key, value) in props {
                let allowed = match definition.props {
                    Props::None => false,
                    Props::Known => known.get(&key).is_some(),
                    Props::Any => true,
                };
                if allowed {
                    self.world.change(|inner| inner.state.insert(key, value));
                }
            }
        }
        let mut harness = Harness::mounted(self.world);
        harness.world.begin();
        for (flag, event) in [
            (hooks::CONNECT, Event::Connect),
            (hooks::MOUNT, Event::Mount(self.mount)),
        ] {
            if definition.hooks & flag != 0 {
                harness.hook(&event);
            }
        }
        harness.state_change();
        Ok(harness)
    }
}

/// A user whose identity the daemon has verified.
#[derive(Clone, Debug)]
pub struct User {
    pub(super) id: String,
    pub(super) roles: Vec<String>,
    pub(super) permissions: Vec<String>,
    pub(super) claims: Value,
}

impl User {
    /// A user without roles and permissions.
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            roles: Vec::new(),
            permissions: Vec::new(),
            claims: serde_json::json!({}),
        }
    }

    /// Adds a role.
    #[must_use]
    pub fn role(mut self, role: &str) -> Self {
        self.roles.push(role.to_owned());
        self
    }

    /// Adds a permission.
    #[must_use]
    pub fn permission(mut self, permission: &str) -> Self {
        self.permissions.push(permission.to_owned());
        self
    }

    /// Sets the further claims, a JSON object.
    #[must_use]
    pub fn claims(mut self, claims: Value) -> Self {
        self.claims = claims;
        self
    }

    pub(super) fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|has| has == role)
    }

    pub(super) fn has_permission(&self, permission: &str) -> bool {
        self.permissions.iter().any(|has| has == permission)
    }
}

/// The refusal of a request that nothing answers.
pub(super) fn no_http() -> HostError {
    HostError {
        code: crate::error::HostErrorCode::Denied,
        message: "No host is allowed: answer requests with `Harness::setup().http(..)`".into(),
    }
}

/// The refusal of a room's call that nothing answers.
pub(super) fn no_room_logic(room: &str) -> HostError {
    HostError::invalid(format!(
        "No logic for {room}: answer its calls with `Harness::setup().room_logic(..)`"
    ))
}
