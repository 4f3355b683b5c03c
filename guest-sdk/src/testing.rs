//! Testing a component on one's own machine, with plain `cargo test` and without a daemon.
//!
//! ```
//! # use liveside_guest::prelude::*;
//! # #[derive(State)]
//! # struct Counter { count: i64 }
//! # #[component]
//! # impl Counter {
//! #     #[action]
//! #     fn increment(&mut self, by: Option<i64>) { self.count += by.unwrap_or(1); }
//! # }
//! use liveside_guest::testing::Harness;
//!
//! let mut counter = Harness::<Counter>::mount();
//! counter.call("increment", json!({"by": 2})).unwrap();
//! assert_eq!(counter.delta(), json!({"count": 2}));
//! ```
//!
//! The [`Harness`] takes the daemon's place: it keeps the state as JSON, calls hooks and actions through the same code
//! as in a module, and records what the component asked for. Rooms, timers and HTTP work as the interface promises,
//! whether or not the daemon at hand offers them yet. A panic of the component is a panic of the test.
//!
//! Access rules are enforced, rate limits and schemas are not: those are the daemon's alone.

use std::marker::PhantomData;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::component::{self, Component};
use crate::context::Context;
use crate::definition::hooks;
use crate::error::{Error, Result};
use crate::event::{Call, Client, Event, Membership, RoomEvent, Timer, Upload};
use crate::host::Host;

mod access;
mod authenticator;
mod effects;
mod setup;
mod world;

pub use crate::host::Level;
pub use authenticator::AuthenticatorHarness;
pub use effects::{Effect, LogLine};
pub use setup::{Setup, User};
pub(crate) use world::World;

/// A mounted component.
pub struct Harness<C> {
    world: World,
    hook_errors: Vec<Error>,
    component: PhantomData<C>,
}

/// The instance id that a component sees in a test that gives it no other.
const INSTANCE: &str = "test-1";

impl<C: Component> Harness<C> {
    /// Mounts the component with nothing but its defaults.
    ///
    /// # Panics
    /// Where it may not be mounted by an anonymous visitor: use [`setup`](Self::setup).
    #[must_use]
    pub fn mount() -> Self {
        Self::setup().mount()
    }

    /// Begins a mount with props, a room, a user and so on.
    pub fn setup() -> Setup<C> {
        Setup::new()
    }

    fn mounted(world: World) -> Self {
        Self {
            world,
            hook_errors: Vec::new(),
            component: PhantomData,
        }
    }

    /// Calls an action as a browser does: access rules first, then `on_action`, the action, `on_state_change`. The
    /// payload is anything that has a JSON form; `()` sends none.
    ///
    /// # Errors
    /// What the browser would be told.
    pub fn call(&mut self, action: &str, payload: impl Serialize) -> Result<Value> {
        let payload = serde_json::to_value(payload)?;
        self.world.begin();
        let definition = &C::DEFINITION;
        if let Some(found) = definition.actions.iter().find(|found| found.name == action) {
            self.world
                .allow(definition.access.as_ref(), definition.name)?;
            let what = format!("`{action}` of {}", definition.name);
            self.world.allow(found.access.as_ref(), &what)?;
        }
        let call = Call {
            name: action.to_owned(),
            payload: (!payload.is_null()).then(|| payload.to_string()),
        };
        let known = action == "setValue" || C::find(&Event::Action(call.clone())).is_some();
        if known
            && definition.hooks & hooks::BEFORE_ACTION != 0
            && self.run(&Event::BeforeAction(call.clone()))? == Value::Bool(false)
        {
            return Err(Error::new(format!(
                "`{action}` was cancelled by `on_action`"
            )));
        }
        let result = match action {
            "setValue" => self.world.set_value::<C>(&payload),
            _ => self.run(&Event::Action(call)),
        };
        self.state_change();
        result
    }

    /// Calls an action and reads its result as a type.
    ///
    /// # Errors
    /// What the browser would be told; and where the result is not an `R`.
    pub fn call_as<R: DeserializeOwned>(
        &mut self,
        action: &str,
        payload: impl Serialize,
    ) -> Result<R> {
        Ok(serde_json::from_value(self.call(action, payload)?)?)
    }

    /// Sets a key of the state as a browser does, by `setValue`.
    ///
    /// # Errors
    /// Where the component does not list `setValue` or does not have the key.
    pub fn set_value(&mut self, key: &str, value: impl Serialize) -> Result<()> {
        let value = serde_json::to_value(value)?;
        self.call(
            "setValue",
            serde_json::json!({ "key": key, "value": value }),
        )
        .map(drop)
    }

    /// Another member's event in a room.
    ///
    /// # Errors
    /// The component's.
    pub fn room_event(&mut self, room: &str, event: &str, data: impl Serialize) -> Result<()> {
        let data = serde_json::to_string(&data)?;
        self.event(&Event::RoomEvent(RoomEvent {
            room: room.to_owned(),
            event: event.to_owned(),
            data,
        }))
    }

    /// Says how many members a room has. One without it: the component itself.
    pub fn set_room_count(&mut self, room: &str, count: u32) {
        self.world
            .change(|inner| inner.room_counts.insert(room.to_owned(), count));
    }

    /// Lets time pass, and calls the timers that become due, in the order of their time.
    ///
    /// # Errors
    /// The first that a timer's method returned. The others were called all the same.
    pub fn advance(&mut self, time: Duration) -> Result<()> {
        let mut outcome = Ok(());
        let end = self
            .world
            .now_ms()
            .saturating_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        while let Some((id, name, payload)) = self.world.next_timer(end) {
            outcome = outcome.and(self.event(&Event::Timer(Timer { id, name, payload })));
        }
        self.world.set_now(end);
        outcome
    }

    /// The browser made progress with an upload.
    ///
    /// # Errors
    /// The component's, which refuses the upload where it is about to begin.
    pub fn upload(&mut self, upload: Upload) -> Result<()> {
        self.event(&Event::Upload(upload))
    }

    /// The mount joined a room.
    ///
    /// # Errors
    /// The component's.
    pub fn room_join(&mut self, room: &str) -> Result<()> {
        self.event(&Event::RoomJoin(room.to_owned()))
    }

    /// The mount left a room.
    ///
    /// # Errors
    /// The component's.
    pub fn room_leave(&mut self, room: &str) -> Result<()> {
        self.event(&Event::RoomLeave(room.to_owned()))
    }

    /// A browser joined the singleton. Its connection is the one behind this event and those to come.
    ///
    /// # Errors
    /// The component's.
    pub fn client_join(&mut self, client: Client) -> Result<()> {
        self.speak_from(&client.connection_id);
        self.event(&Event::ClientJoin(client))
    }

    /// A browser left the singleton. Its connection is the one behind this event.
    ///
    /// # Errors
    /// The component's.
    pub fn client_leave(&mut self, client: Client) -> Result<()> {
        self.speak_from(&client.connection_id);
        self.event(&Event::ClientLeave(client))
    }

    /// To a room: somebody wants to become a member.
    ///
    /// # Errors
    /// The room's, which refuses it.
    pub fn member_join(&mut self, instance: &str, count: u32) -> Result<()> {
        let instance = instance.to_owned();
        self.event(&Event::MemberJoin(Membership { instance, count }))
    }

    /// To a room: somebody has left; with a count of 0 it is empty as well.
    ///
    /// # Errors
    /// The first that the room returns.
    pub fn member_leave(&mut self, instance: &str, count: u32) -> Result<()> {
        let instance = instance.to_owned();
        let left = self.event(&Event::MemberLeave(Membership { instance, count }));
        match count {
            0 => left.and(self.event(&Event::Empty)),
            _ => left,
        }
    }

    /// The state came back from a browser that had kept it.
    ///
    /// # Errors
    /// The component's.
    pub fn rehydrate(&mut self, from_version: &str) -> Result<()> {
        self.event(&Event::Rehydrate(from_version.to_owned()))
    }

    /// New code has taken over.
    ///
    /// # Errors
    /// The component's.
    pub fn reload(&mut self, from_version: &str) -> Result<()> {
        self.event(&Event::Reload(from_version.to_owned()))
    }

    /// The connection is gone.
    ///
    /// # Errors
    /// The component's.
    pub fn disconnect(&mut self) -> Result<()> {
        self.event(&Event::Disconnect)
    }

    /// The last event of the mount.
    ///
    /// # Errors
    /// The component's.
    pub fn destroy(&mut self) -> Result<()> {
        self.event(&Event::Destroy)
    }

    /// Asks for the migration of another version's state, and gives the state after it, with the defaults of new keys.
    ///
    /// # Errors
    /// The component's.
    pub fn migrate(from_version: &str, state: impl Serialize) -> Result<Value> {
        let migrated = C::migrated(from_version, &serde_json::to_string(&state)?)?;
        let mut whole: serde_json::Map<_, _> =
            serde_json::from_str(&component::default_state::<C>()?)?;
        whole.extend(serde_json::from_str::<serde_json::Map<_, _>>(&migrated)?);
        Ok(Value::Object(whole))
    }

    /// The JSON Schema by which the daemon checks the payload of an action; `None` if there is none.
    #[must_use]
    pub fn payload_schema(&self, action: &str) -> Option<Value> {
        let actions = C::DEFINITION.actions.iter();
        let found = actions.filter(|found| found.name == action);
        let make = found.filter_map(|found| found.payload_schema).next()?;
        Some(world::read(&make()))
    }

    /// The JSON Schema by which the daemon checks what browsers set of the state; `None` if there is none.
    #[must_use]
    pub fn state_schema(&self) -> Option<Value> {
        C::schema().map(|schema| world::read(&schema))
    }

    /// Makes this user the one behind the events to come.
    pub fn sign_in(&mut self, user: User) {
        self.world.sign_in(user);
    }

    /// Makes the visitor anonymous.
    pub fn sign_out(&mut self) {
        self.world.sign_out();
    }

    /// Makes this connection the one behind the events to come: another member of a singleton.
    pub fn speak_from(&mut self, connection: &str) {
        let connection = Some(connection.to_owned());
        self.world.change(|inner| inner.connection = connection);
    }

    /// The whole state, as the browser has it.
    #[must_use]
    pub fn state(&self) -> Value {
        self.world.state()
    }

    /// What the last event changed, as the browser is told.
    #[must_use]
    pub fn delta(&self) -> Value {
        self.world.delta()
    }

    /// The keys of the state that the last event loaded, in their order.
    #[must_use]
    pub fn loaded(&self) -> Vec<String> {
        self.world.loaded()
    }

    /// A private value, `None` if there is none.
    #[must_use]
    pub fn private(&self, key: &str) -> Option<Value> {
        self.world.private_value(key)
    }

    /// A persistent value, `None` if there is none.
    #[must_use]
    pub fn persistent(&self, key: &str) -> Option<Value> {
        self.world.persistent_value(key)
    }

    /// What the last event asked for, in its order.
    #[must_use]
    pub fn effects(&self) -> Vec<Effect> {
        self.world.effects()
    }

    /// The lines that the last event logged.
    #[must_use]
    pub fn logs(&self) -> Vec<LogLine> {
        self.world.logs()
    }

    /// The errors that hooks returned where no caller is told: while mounting, and from `on_state_change`.
    #[must_use]
    pub fn hook_errors(&self) -> &[Error] {
        &self.hook_errors
    }

    /// One event from outside, and `on_state_change` if it changed something.
    fn event(&mut self, event: &Event) -> Result<()> {
        self.world.begin();
        let result = self.run(event).map(drop);
        self.state_change();
        result
    }

    fn state_change(&mut self) {
        let changed = self.world.changed();
        if C::DEFINITION.hooks & hooks::STATE_CHANGE != 0 && !changed.is_empty() {
            self.hook(&Event::StateChange(changed));
        }
    }

    fn hook(&mut self, event: &Event) {
        if let Err(error) = self.run(event) {
            self.hook_errors.push(error);
        }
    }

    fn run(&self, event: &Event) -> Result<Value> {
        let cx = Context::new(
            self.world.clone(),
            C::DEFINITION.name.to_owned(),
            self.world.instance(),
        );
        match component::handle::<C>(&cx, event)? {
            Some(text) => Ok(serde_json::from_str(&text)?),
            None => Ok(Value::Null),
        }
    }
}
