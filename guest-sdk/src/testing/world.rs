//! The daemon's place in a test: it holds the state and answers the component's calls.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use super::effects::{Effect, LogLine};
use super::setup::{User, no_http};
use crate::component::{self, Component};
use crate::definition::Access;
use crate::error::{Error, HostError, HostErrorCode, Result};
use crate::host::{Host, HostResult, Level, Member, Request, Response, SessionRecord};

/// What answers HTTP requests in a test.
type Answer = Box<dyn FnMut(&Request) -> HostResult<Response>>;

/// A handle on the one world of a test: the harness and the component's context share it.
#[derive(Clone, Default)]
pub(crate) struct World {
    inner: Rc<RefCell<Inner>>,
}

#[derive(Default)]
pub(super) struct Inner {
    pub(super) state: Map<String, Value>,
    /// The state when the last event began.
    before: Map<String, Value>,
    loaded: BTreeSet<String>,
    private: BTreeMap<String, String>,
    persistent: BTreeMap<String, String>,
    user: Option<User>,
    pub(super) label: Option<String>,
    room: Option<String>,
    /// The rooms that the component is in.
    joined: BTreeSet<String>,
    room_states: BTreeMap<String, Map<String, Value>>,
    timers: Vec<Pending>,
    last_timer: u64,
    effects: Vec<Effect>,
    logs: Vec<LogLine>,
    pub(super) config: BTreeMap<String, String>,
    pub(super) uploads: BTreeMap<String, Vec<u8>>,
    pub(super) http: Option<Answer>,
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
            super::check(access, self.inner.borrow().user.as_ref(), what)
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
                crate::error::FailureCode::NotCallable,
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

    fn effect(&self, effect: Effect) {
        self.change(|inner| inner.effects.push(effect));
    }

    fn member_of(&self, room: &str) -> HostResult<()> {
        valid_room(room)?;
        match self.inner.borrow().joined.contains(room) {
            true => Ok(()),
            false => Err(refusal(
                HostErrorCode::Denied,
                format!("Not a member of the room {room}"),
            )),
        }
    }

    fn timer(&self, time_ms: u64, repeats: bool, name: &str, payload: Option<&str>) -> u64 {
        let effect_payload = payload.map(read);
        let time = Duration::from_millis(time_ms);
        self.effect(Effect::Timer {
            name: name.to_owned(),
            time,
            repeats,
            payload: effect_payload,
        });
        self.change(|inner| {
            inner.last_timer += 1;
            let timer = Pending {
                id: inner.last_timer,
                due_ms: inner.now_ms.saturating_add(time_ms),
                every_ms: repeats.then_some(time_ms),
                name: name.to_owned(),
                payload: payload.map(str::to_owned),
            };
            inner.timers.push(timer);
            inner.last_timer
        })
    }
}

impl Host for World {
    fn load(&self, keys: Option<&[&str]>) -> String {
        self.change(|inner| {
            let wanted = |key: &str| keys.is_none_or(|keys| keys.contains(&key));
            let part: Map<_, _> = inner
                .state
                .iter()
                .filter(|(key, _)| wanted(key))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            inner.loaded.extend(part.keys().cloned());
            Value::Object(part).to_string()
        })
    }

    fn patch(&self, changes: &str) -> HostResult<()> {
        let changes = object(changes)?;
        self.change(|inner| inner.state.extend(changes));
        Ok(())
    }

    fn private_get(&self, key: &str) -> Option<String> {
        self.inner.borrow().private.get(key).cloned()
    }

    fn private_set(&self, key: &str, value: &str) -> HostResult<()> {
        self.change(|inner| inner.private.insert(key.to_owned(), value.to_owned()));
        Ok(())
    }

    fn private_delete(&self, key: &str) {
        self.change(|inner| inner.private.remove(key));
    }

    fn persistent_get(&self, key: &str) -> Option<String> {
        self.inner.borrow().persistent.get(key).cloned()
    }

    fn persistent_set(&self, key: &str, value: &str) -> HostResult<()> {
        self.change(|inner| inner.persistent.insert(key.to_owned(), value.to_owned()));
        Ok(())
    }

    fn persistent_delete(&self, key: &str) {
        self.change(|inner| inner.persistent.remove(key));
    }

    fn persistent_compare_and_set(
        &self,
        key: &str,
        expected: Option<&str>,
        value: Option<&str>,
    ) -> HostResult<bool> {
        let current = self.persistent_get(key);
        if current.as_deref() != expected {
            return Ok(false);
        }
        match value {
            Some(value) => self.persistent_set(key, value)?,
            None => self.persistent_delete(key),
        }
        Ok(true)
    }

    fn session(&self) -> SessionRecord {
        let inner = self.inner.borrow();
        let user = inner.user.as_ref();
        SessionRecord {
            connection_id: Some("test-connection".to_owned()),
            authenticated: user.is_some(),
            user_id: user.map(|user| user.id.clone()),
            roles: user.map(|user| user.roles.clone()).unwrap_or_default(),
            permissions: user
                .map(|user| user.permissions.clone())
                .unwrap_or_default(),
            claims: user.map_or_else(|| "{}".to_owned(), |user| user.claims.to_string()),
            label: inner.label.clone(),
        }
    }

    fn default_room(&self) -> Option<String> {
        self.inner.borrow().room.clone()
    }

    fn room_join(&self, room: &str) -> HostResult<()> {
        valid_room(room)?;
        self.change(|inner| inner.joined.insert(room.to_owned()));
        self.effect(Effect::Join {
            room: room.to_owned(),
        });
        Ok(())
    }

    fn room_leave(&self, room: &str) -> HostResult<()> {
        valid_room(room)?;
        self.change(|inner| inner.joined.remove(room));
        self.effect(Effect::Leave {
            room: room.to_owned(),
        });
        Ok(())
    }

    fn room_emit(&self, room: &str, event: &str, data: &str) -> HostResult<u32> {
        self.member_of(room)?;
        self.effect(Effect::Emit {
            room: room.to_owned(),
            event: event.to_owned(),
            data: read(data),
        });
        Ok(0)
    }

    fn room_state(&self, room: &str) -> HostResult<String> {
        self.member_of(room)?;
        let state = self
            .inner
            .borrow()
            .room_states
            .get(room)
            .cloned()
            .unwrap_or_default();
        Ok(Value::Object(state).to_string())
    }

    fn room_state_set(&self, room: &str, changes: &str) -> HostResult<()> {
        self.member_of(room)?;
        let changes = object(changes)?;
        self.effect(Effect::RoomState {
            room: room.to_owned(),
            changes: Value::Object(changes.clone()),
        });
        self.change(|inner| {
            inner
                .room_states
                .entry(room.to_owned())
                .or_default()
                .extend(changes)
        });
        Ok(())
    }

    fn room_members(&self, room: &str) -> HostResult<Vec<Member>> {
        self.member_of(room)?;
        let user_id = self
            .inner
            .borrow()
            .user
            .as_ref()
            .map(|user| user.id.clone());
        Ok(vec![Member {
            instance: super::INSTANCE.to_owned(),
            user_id,
        }])
    }

    fn broadcast(&self, kind: &str, data: &str, except_sender: bool) -> HostResult<u32> {
        self.effect(Effect::Broadcast {
            kind: kind.to_owned(),
            data: read(data),
            except_sender,
        });
        Ok(0)
    }

    fn timer_after(&self, delay_ms: u64, name: &str, payload: Option<&str>) -> HostResult<u64> {
        Ok(self.timer(delay_ms, false, name, payload))
    }

    fn timer_every(&self, interval_ms: u64, name: &str, payload: Option<&str>) -> HostResult<u64> {
        Ok(self.timer(interval_ms, true, name, payload))
    }

    fn timer_cancel(&self, timer: u64) {
        let found = self.change(|inner| {
            let at = inner
                .timers
                .iter()
                .position(|pending| pending.id == timer)?;
            Some(inner.timers.remove(at).name)
        });
        if let Some(name) = found {
            self.effect(Effect::CancelTimer { name });
        }
    }

    fn fetch(&self, request: &Request) -> HostResult<Response> {
        self.change(|inner| {
            inner
                .http
                .as_mut()
                .map_or_else(|| Err(no_http()), |answer| answer(request))
        })
    }

    fn upload_read(&self, upload: &str, offset: u64, length: u32) -> HostResult<Vec<u8>> {
        let inner = self.inner.borrow();
        let bytes = inner
            .uploads
            .get(upload)
            .ok_or_else(|| HostError::invalid(format!("No upload {upload}")))?;
        let start = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(bytes.len());
        let end = start.saturating_add(length as usize).min(bytes.len());
        Ok(bytes[start..end].to_vec())
    }

    fn config(&self, key: &str) -> Option<String> {
        self.inner.borrow().config.get(key).cloned()
    }

    fn log(&self, level: Level, message: &str) {
        self.change(|inner| {
            inner.logs.push(LogLine {
                level,
                message: message.to_owned(),
            })
        });
    }

    fn now_ms(&self) -> u64 {
        self.inner.borrow().now_ms
    }

    fn monotonic_ns(&self) -> u64 {
        self.now_ms().saturating_mul(1_000_000)
    }

    fn random_bytes(&self, length: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < length.min(64 * 1024) as usize {
            bytes.extend(self.random_u64().to_le_bytes());
        }
        bytes.truncate(length as usize);
        bytes
    }

    /// The same numbers in every run (splitmix64), so that a test can rely on them.
    fn random_u64(&self) -> u64 {
        self.change(|inner| {
            inner.random = inner.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = inner.random;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        })
    }
}

/// What the SDK wrote is JSON; what is not would show in the test that looks at it.
fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(format!("not JSON: {text}")))
}

fn object(text: &str) -> HostResult<Map<String, Value>> {
    serde_json::from_str(text)
        .map_err(|error| HostError::invalid(format!("Not a JSON object: {error}")))
}

fn valid_room(room: &str) -> HostResult<()> {
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.' | '-');
    match !room.is_empty() && room.len() <= 64 && room.chars().all(letters) {
        true => Ok(()),
        false => Err(HostError::invalid(format!("\"{room}\" is not a room name"))),
    }
}

fn refusal(code: HostErrorCode, message: String) -> HostError {
    HostError { code, message }
}
