//! The host functions inside a module: the imports that the WIT bindings declare.

use super::{Host, HostResult, Level, Member, Request, Response, SessionRecord, StorePage};
use crate::bindings::liveside::component::{
    broadcast, clock, config, http, log, persistent, private, random, rooms, session, state, store,
    timers, types, uploads,
};
use crate::error::{HostError, HostErrorCode};

/// The daemon that runs this module.
pub(crate) struct Imports;

impl Host for Imports {
    fn load(&self, keys: Option<&[&str]>) -> String {
        state::load(keys)
    }

    fn patch(&self, changes: &str) -> HostResult<()> {
        Ok(state::patch(changes)?)
    }

    fn push_binary(&self, name: &str, bytes: &[u8]) -> HostResult<()> {
        Ok(state::push_binary(name, bytes)?)
    }

    fn private_get(&self, key: &str) -> Option<String> {
        private::get(key)
    }

    fn private_set(&self, key: &str, value: &str) -> HostResult<()> {
        Ok(private::set(key, value)?)
    }

    fn private_delete(&self, key: &str) {
        private::delete(key);
    }

    fn persistent_get(&self, key: &str) -> Option<String> {
        persistent::get(key)
    }

    fn persistent_set(&self, key: &str, value: &str) -> HostResult<()> {
        Ok(persistent::set(key, value)?)
    }

    fn persistent_delete(&self, key: &str) {
        persistent::delete(key);
    }

    fn persistent_compare_and_set(
        &self,
        key: &str,
        expected: Option<&str>,
        value: Option<&str>,
    ) -> HostResult<bool> {
        Ok(persistent::compare_and_set(key, expected, value)?)
    }

    fn session(&self) -> SessionRecord {
        let session = session::current();
        SessionRecord {
            connection_id: session.connection_id,
            authenticated: session.authenticated,
            user_id: session.user_id,
            roles: session.roles,
            permissions: session.permissions,
            claims: session.claims,
            label: session.label,
        }
    }

    fn default_room(&self) -> Option<String> {
        rooms::default_room()
    }

    fn room_join(&self, room: &str) -> HostResult<()> {
        Ok(rooms::join(room)?)
    }

    fn room_leave(&self, room: &str) -> HostResult<()> {
        Ok(rooms::leave(room)?)
    }

    fn room_emit(&self, room: &str, event: &str, data: &str) -> HostResult<u32> {
        Ok(rooms::emit(room, event, data)?)
    }

    fn room_state(&self, room: &str) -> HostResult<String> {
        Ok(rooms::state_get(room)?)
    }

    fn room_state_set(&self, room: &str, changes: &str) -> HostResult<()> {
        Ok(rooms::state_set(room, changes)?)
    }

    fn room_members(&self, room: &str) -> HostResult<Vec<Member>> {
        let members = rooms::members(room)?;
        Ok(members
            .into_iter()
            .map(|member| Member {
                instance: member.instance,
                user_id: member.user_id,
            })
            .collect())
    }

    fn room_count(&self, room: &str) -> HostResult<u32> {
        Ok(rooms::count(room)?)
    }

    fn room_call(
        &self,
        room: &str,
        action: &str,
        payload: Option<&str>,
    ) -> HostResult<Option<String>> {
        Ok(rooms::call(room, action, payload)?)
    }

    fn broadcast(&self, kind: &str, data: &str, except_sender: bool) -> HostResult<u32> {
        Ok(broadcast::send(kind, data, except_sender)?)
    }

    fn timer_after(&self, delay_ms: u64, name: &str, payload: Option<&str>) -> HostResult<u64> {
        Ok(timers::after(delay_ms, name, payload)?)
    }

    fn timer_every(&self, interval_ms: u64, name: &str, payload: Option<&str>) -> HostResult<u64> {
        Ok(timers::every(interval_ms, name, payload)?)
    }

    fn timer_cancel(&self, timer: u64) {
        timers::cancel(timer);
    }

    fn fetch(&self, request: &Request) -> HostResult<Response> {
        let headers: Vec<_> = request
            .headers
            .iter()
            .map(|(name, value)| header(name, value))
            .collect();
        let response = http::fetch(http::Request {
            method: &request.method,
            url: &request.url,
            headers: &headers.iter().collect::<Vec<_>>(),
            body: request.body.as_deref(),
            timeout_ms: request.timeout_ms,
        })?;
        Ok(Response {
            status: response.status,
            headers: response
                .headers
                .into_iter()
                .map(|header| (header.name, header.value))
                .collect(),
            body: response.body,
        })
    }

    fn store_get(&self, key: &str) -> HostResult<Option<Vec<u8>>> {
        Ok(store::get(key)?)
    }

    fn store_set(&self, key: &str, value: &[u8], expires_after_ms: Option<u64>) -> HostResult<()> {
        Ok(store::set(key, value, expires_after_ms)?)
    }

    fn store_delete(&self, key: &str) -> HostResult<()> {
        Ok(store::delete(key)?)
    }

    fn store_scan(&self, prefix: &str, limit: u32, after: Option<&str>) -> HostResult<StorePage> {
        let page = store::scan(prefix, limit, after)?;
        let entries = page.entries.into_iter();
        Ok(StorePage {
            entries: entries.map(|entry| (entry.key, entry.value)).collect(),
            more: page.more,
        })
    }

    fn store_compare_and_swap(
        &self,
        key: &str,
        expected: Option<&[u8]>,
        value: Option<&[u8]>,
        expires_after_ms: Option<u64>,
    ) -> HostResult<bool> {
        Ok(store::compare_and_swap(
            key,
            expected,
            value,
            expires_after_ms,
        )?)
    }

    fn store_flush(&self) -> HostResult<()> {
        Ok(store::flush()?)
    }

    fn upload_read(&self, upload: &str, offset: u64, length: u32) -> HostResult<Vec<u8>> {
        Ok(uploads::read(upload, offset, length)?)
    }

    fn config(&self, key: &str) -> Option<String> {
        config::get(key)
    }

    fn log(&self, level: Level, message: &str) {
        let level = match level {
            Level::Trace => log::Level::Trace,
            Level::Debug => log::Level::Debug,
            Level::Info => log::Level::Info,
            Level::Warn => log::Level::Warn,
            Level::Error => log::Level::Error,
        };
        log::log(level, message);
    }

    fn now_ms(&self) -> u64 {
        clock::now()
    }

    fn monotonic_ns(&self) -> u64 {
        clock::monotonic()
    }

    fn random_bytes(&self, length: u32) -> Vec<u8> {
        random::get_bytes(length)
    }

    fn random_u64(&self) -> u64 {
        random::get_u64()
    }
}

fn header(name: &str, value: &str) -> http::Header {
    http::Header {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

impl From<types::Error> for HostError {
    fn from(error: types::Error) -> Self {
        let code = match error.code {
            types::ErrorCode::NotAvailable => HostErrorCode::NotAvailable,
            types::ErrorCode::Denied => HostErrorCode::Denied,
            types::ErrorCode::Invalid => HostErrorCode::Invalid,
            types::ErrorCode::Limit => HostErrorCode::Limit,
            types::ErrorCode::Timeout => HostErrorCode::Timeout,
            types::ErrorCode::Failed => HostErrorCode::Failed,
        };
        Self {
            code,
            message: error.message,
        }
    }
}
