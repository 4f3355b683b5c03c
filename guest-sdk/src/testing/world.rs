//! The daemon's place in a test: it holds the state and what else there is; `host` answers the component's calls.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::effects::{Effect, LogLine};
use super::setup::User;
use crate::component::{self, Component};
use crate::definition::Access;
use crate::error::{Error, FailureCode, Result};
use crate::host::{Host, HostResult, Request, Response};

mod host;

/// What answers HTTP requests in a test.
type Answer = Box<dyn FnMut(&Request) -> HostResult<Response>>;

/// What answers the calls of rooms in a test: room, action, payload.
type RoomLogic = Box<dyn FnMut(&str, &str, Value) -> Result<Value>>;

/// A handle on the one world of a test: the harness and the component's context share it.
#[derive(Clone, Default)]
pub(crate) struct World {
    inner: Rc<RefCell<Inner>>,
}

#[derive(Default)]
pub(super) struct Inner {
    /// Its id, where the test gives it one.
    pub(super) instance: Option<String>,
    pub(super) state: Map<String, Value>,
    /// The state when the last event began.
    before: Map<String, Value>,
    loaded: BTreeSet<String>,
    private: BTreeMap<String, String>,
    persistent: BTreeMap<String, String>,
    user: Option<User>,
    /// Where it is `None`, a name that all tests have in common.
    pub(super) connection: Option<String>,
    pub(super) label: Option<String>,
    room: Option<String>,
    /// The rooms that the component is in.
    joined: BTreeSet<String>,
    /// How many members a test says that there are.
    pub(super) room_counts: BTreeMap<String, u32>,
    room_states: BTreeMap<String, Map<String, Value>>,
    timers: Vec<Pending>,
    last_timer: u64,
    effects: Vec<Effect>,
    logs: Vec<LogLine>,
    pub(super) config: BTreeMap<String, String>,
    pub(super) uploads: BTreeMap<String, Vec<u8>>,
    pub(super) http: Option<Answer>,
    pub(super) room_logic: Option<RoomLogic>,
    /// Values, and the time in milliseconds at which they are gone.
    store: BTreeMap<String, (Vec<u8>, Option<u64>)>,
    now_ms: u64,
    random: u64,
}

struct Pending {
    id: u64,
    due_ms: u64,
    every_ms: Option<u64>,
    name: String,
    payload: Option<String>,
}

impl World {
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        change(&mut self.inner.borrow_mut())
    }

    /// Starts recording what an event does.
    pub(super) fn begin(&self) {
        self.change(|inner| {
            inner.before = inner.state.clone();
            inner.loaded.clear();
            inner.effects.clear();
            inner.logs.clear();
        });
    }

    pub(super) fn lay_out<C: Component>(&self) -> Result<()> {
        let state = serde_json::from_str(&component::default_state::<C>()?)?;
        let persistent: Map<String, Value> =
            serde_json::from_str(&component::persistent_defaults::<C>()?)?;
        self.change(|inner| {
            inner.state = state;
            for (key, value) in persistent {
                inner
                    .persistent
                    .entry(key)
                    .or_insert_with(|| value.to_string());
            }
        });
        Ok(())
    }

    pub(super) fn allow(&self, access: Option<&Access>, what: &str) -> Result<()> {
        access.map_or(Ok(()), |access| {
            super::access::check(access, self.inner.borrow().user.as_ref(), what)
        })
    }

    /// What the daemon does for the action `setValue`.
    pub(super) fn set_value<C: Component>(&self, payload: &Value) -> Result<Value> {
        if !C::DEFINITION
            .actions
            .iter()
            .any(|action| action.name == "setValue")
        {
            return Err(Error::with_code(
                FailureCode::NotCallable,
                format!(
                    "{} has no public action `setValue`: write `#[component(set_value)]`",
                    C::DEFINITION.name
                ),
            ));
        }
        let key = payload
            .get("key")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !C::FIELDS.iter().any(|field| field.key == key) {
            return Err(Error::invalid_payload(format!(
                "The state has no key `{key}`"
            )));
        }
        let value = payload.get("value").cloned().unwrap_or_default();
        self.change(|inner| inner.state.insert(key.to_owned(), value));
        Ok(Value::Null)
    }

    pub(super) fn sign_in(&self, user: User) {
        self.change(|inner| inner.user = Some(user));
    }

    pub(super) fn sign_out(&self) {
        self.change(|inner| inner.user = None);
    }

    pub(super) fn instance(&self) -> String {
        let inner = self.inner.borrow();
        inner
            .instance
            .clone()
            .unwrap_or_else(|| super::INSTANCE.to_owned())
    }

    pub(super) fn set_room(&self, room: &str) {
        self.change(|inner| {
            inner.room = Some(room.to_owned());
            inner.joined.insert(room.to_owned());
        });
    }

    pub(super) fn set_persistent(&self, key: &str, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(text) => self.change(|inner| inner.persistent.insert(key.to_owned(), text)),
            Err(error) => panic!("`{key}` has no JSON form: {error}"),
        };
    }

    pub(super) fn set_now(&self, now_ms: u64) {
        self.change(|inner| inner.now_ms = now_ms);
    }

    /// Takes the next timer that is due by `end_ms`, and puts the clock to its time.
    pub(super) fn next_timer(&self, end_ms: u64) -> Option<(u64, String, Option<String>)> {
        self.change(|inner| {
            let (at, _) = inner
                .timers
                .iter()
                .enumerate()
                .min_by_key(|(_, timer)| (timer.due_ms, timer.id))?;
            let timer = &mut inner.timers[at];
            if timer.due_ms > end_ms {
                return None;
            }
            inner.now_ms = inner.now_ms.max(timer.due_ms);
            let due = (timer.id, timer.name.clone(), timer.payload.clone());
            match timer.every_ms {
                Some(interval) => timer.due_ms += interval.max(1),
                None => drop(inner.timers.remove(at)),
            }
            Some(due)
        })
    }

    pub(super) fn state(&self) -> Value {
        Value::Object(self.inner.borrow().state.clone())
    }

    pub(super) fn changed(&self) -> Vec<String> {
        match self.delta() {
            Value::Object(delta) => delta.into_iter().map(|(key, _)| key).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn delta(&self) -> Value {
        let inner = self.inner.borrow();
        let changed = inner
            .state
            .iter()
            .filter(|(key, value)| inner.before.get(*key) != Some(value));
        let gone = inner
            .before
            .keys()
            .filter(|key| !inner.state.contains_key(*key));
        let changed = changed.map(|(key, value)| (key.clone(), value.clone()));
        Value::Object(
            changed
                .chain(gone.map(|key| (key.clone(), Value::Null)))
                .collect(),
        )
    }

    pub(super) fn loaded(&self) -> Vec<String> {
        self.inner.borrow().loaded.iter().cloned().collect()
    }

    pub(super) fn private_value(&self, key: &str) -> Option<Value> {
        self.private_get(key).map(|text| read(&text))
    }

    pub(super) fn persistent_value(&self, key: &str) -> Option<Value> {
        self.persistent_get(key).map(|text| read(&text))
    }

    pub(super) fn effects(&self) -> Vec<Effect> {
        self.inner.borrow().effects.clone()
    }

    pub(super) fn logs(&self) -> Vec<LogLine> {
        self.inner.borrow().logs.clone()
    }
}

/// What the SDK wrote is JSON; what is not would show in the test that looks at it.
pub(super) fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(format!("not JSON: {text}")))
}
