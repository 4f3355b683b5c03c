//! How the world of a test answers a component's calls.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{Pending, World, read};
use crate::error::{HostError, HostErrorCode};
use crate::host::{Host, HostResult, Level, Member, Request, Response, SessionRecord, StorePage};
use crate::testing::effects::{Effect, LogLine};
use crate::testing::setup::{no_http, no_room_logic};

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

    fn push_binary(&self, name: &str, bytes: &[u8]) -> HostResult<()> {
        self.effect(Effect::Binary {
            name: name.to_owned(),
            bytes: bytes.to_vec(),
        });
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
            connection_id: Some(match &inner.connection {
                Some(connection) => connection.clone(),
                None => "test-connection".to_owned(),
            }),
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
            instance: self.instance(),
            user_id,
        }])
    }

    fn room_count(&self, room: &str) -> HostResult<u32> {
        self.member_of(room)?;
        Ok(self
            .inner
            .borrow()
            .room_counts
            .get(room)
            .copied()
            .unwrap_or(1))
    }

    fn room_call(
        &self,
        room: &str,
        action: &str,
        payload: Option<&str>,
    ) -> HostResult<Option<String>> {
        valid_room(room)?;
        // Taken out meanwhile, because a room's own logic may be a test's world too.
        let Some(mut answer) = self.change(|inner| inner.room_logic.take()) else {
            return Err(no_room_logic(room));
        };
        let result = answer(room, action, payload.map_or(Value::Null, read));
        self.change(|inner| inner.room_logic = Some(answer));
        match result {
            Ok(Value::Null) => Ok(None),
            Ok(value) => Ok(Some(value.to_string())),
            Err(why) => Err(refusal(HostErrorCode::Failed, why.message().to_owned())),
        }
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

    fn store_get(&self, key: &str) -> HostResult<Option<Vec<u8>>> {
        Ok(self.stored(key))
    }

    fn store_set(&self, key: &str, value: &[u8], expires_after_ms: Option<u64>) -> HostResult<()> {
        self.change(|inner| {
            let until = expires_after_ms.map(|after| inner.now_ms.saturating_add(after));
            inner.store.insert(key.to_owned(), (value.to_vec(), until))
        });
        Ok(())
    }

    fn store_delete(&self, key: &str) -> HostResult<()> {
        self.change(|inner| inner.store.remove(key));
        Ok(())
    }

    fn store_scan(&self, prefix: &str, limit: u32, after: Option<&str>) -> HostResult<StorePage> {
        let inner = self.inner.borrow();
        let wanted = |key: &&String| {
            key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after)
        };
        let mut found = inner.store.keys().filter(wanted);
        let entries: Vec<_> = found
            .by_ref()
            .filter_map(|key| Some((key.clone(), self.stored(key)?)))
            .take(limit as usize)
            .collect();
        let more = found.next().is_some();
        Ok(StorePage { entries, more })
    }

    fn store_compare_and_swap(
        &self,
        key: &str,
        expected: Option<&[u8]>,
        value: Option<&[u8]>,
        expires_after_ms: Option<u64>,
    ) -> HostResult<bool> {
        if self.stored(key).as_deref() != expected {
            return Ok(false);
        }
        match value {
            Some(value) => self.store_set(key, value, expires_after_ms)?,
            None => self.store_delete(key)?,
        }
        Ok(true)
    }

    fn store_flush(&self) -> HostResult<()> {
        Ok(())
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

impl World {
    fn effect(&self, effect: Effect) {
        self.change(|inner| inner.effects.push(effect));
    }

    /// What the store holds under a key and has not expired.
    fn stored(&self, key: &str) -> Option<Vec<u8>> {
        let inner = self.inner.borrow();
        let (value, until) = inner.store.get(key)?;
        until
            .is_none_or(|until| until > inner.now_ms)
            .then(|| value.clone())
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
