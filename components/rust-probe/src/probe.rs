//! The probe. What each action does is in `tests/conformance/README.md`.

use std::time::Duration;

use liveside_guest::context::TimerId;
use liveside_guest::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(not(feature = "second"))]
pub(crate) const NUMBER: &str = "value";
#[cfg(feature = "second")]
pub(crate) const NUMBER: &str = "amount";

/// What the number is called in the other version.
#[cfg(not(feature = "second"))]
const OTHER: &str = "amount";
#[cfg(feature = "second")]
const OTHER: &str = "value";

/// Bytes of an upload that are read at once.
const PIECE: u32 = 64 * 1024;

/// What the browser sees.
#[derive(State)]
pub(crate) struct Probe {
    #[cfg_attr(feature = "second", state(rename = "amount"))]
    value: i64,
    /// The hooks, timers and room events, in order.
    log: Vec<String>,
    /// The keys of the last change, sorted.
    changed: Vec<String>,
}

/// What `set` takes.
#[derive(Deserialize, schemars::JsonSchema)]
struct Number {
    #[cfg_attr(feature = "second", serde(rename = "amount"))]
    value: i64,
}

#[derive(Serialize)]
struct Fetched {
    status: u16,
    body: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Who {
    authenticated: bool,
    user_id: Option<String>,
    roles: Vec<String>,
    label: Option<String>,
}

#[derive(Serialize)]
struct Outside {
    files: Option<String>,
    network: Option<String>,
    environment: usize,
}

#[cfg_attr(
    not(feature = "second"),
    component(name = "RustProbe", version = "1.0.0", set_value, persistent = { kept: 0 })
)]
#[cfg_attr(
    feature = "second",
    component(name = "RustProbe", version = "2.0.0", set_value, persistent = { kept: 0 })
)]
impl Probe {
    fn migrate(_from: &str, state: &mut Map) -> Result<()> {
        if let Some(number) = state.remove(OTHER) {
            state.insert(NUMBER.to_owned(), number);
        }
        Ok(())
    }

    // Hooks.

    fn on_connect(&mut self) {
        self.log.push("connect".to_owned());
    }

    fn on_mount(&mut self, mount: &Mount) {
        let room = mount.room.as_deref().unwrap_or("-");
        self.log.push(format!("mount {room}"));
    }

    fn on_rehydrate(&mut self, from_version: &str) {
        self.log.push(format!("rehydrate {from_version}"));
    }

    fn on_reload(&mut self, from_version: &str) {
        self.log.push(format!("reload {from_version}"));
    }

    fn on_room_join(&mut self, room: &str) {
        self.log.push(format!("join {room}"));
    }

    fn on_room_leave(&mut self, room: &str) {
        self.log.push(format!("leave {room}"));
    }

    #[timer("tick")]
    #[timer("tock")]
    fn due(&mut self, timer: &Timer) {
        let payload = timer.payload.as_deref().unwrap_or("null");
        self.log.push(format!("timer {} {payload}", timer.name));
    }

    #[room_event("NEWS", room = "*")]
    fn news(&mut self, event: &RoomEvent) {
        self.log.push(format!("news {} {}", event.room, event.data));
    }

    fn on_action(&self, action: &str) -> Result<()> {
        ensure!(action != "forbidden", "Never.");
        Ok(())
    }

    fn on_state_change(&mut self, changed: &[String]) {
        if changed.iter().any(|key| key != "log") {
            self.changed = changed.to_vec();
            self.changed.sort();
        }
    }

    fn on_disconnect(&self, cx: &Context) {
        self.bump(cx, "disconnected");
    }

    fn on_destroy(&self, cx: &Context) {
        self.bump(cx, "destroyed");
    }

    fn on_upload(&mut self, cx: &Context, upload: &Upload) -> Result<()> {
        match &upload.stage {
            UploadStage::Start => ensure!(!upload.filename.ends_with(".png"), "No pictures."),
            UploadStage::Progress(_) => self.log.push("upload progress".to_owned()),
            UploadStage::Failed(_) => self.log.push("upload failed".to_owned()),
            UploadStage::Complete(_) => {
                let mut length = 0;
                loop {
                    let piece = cx.uploads().read(&upload.id, length, PIECE)?;
                    if piece.is_empty() {
                        break;
                    }
                    length += piece.len() as u64;
                }
                self.log.push(format!("upload complete {length}"));
            }
        }
        Ok(())
    }

    // Answers and failures.

    #[action]
    fn echo(&self, anything: Value) -> Value {
        anything
    }

    #[action]
    fn nothing(&self) {}

    #[action(schema)]
    fn set(&mut self, number: Number) {
        self.value = number.value;
    }

    #[action]
    fn fail(&mut self, message: String) -> Result<()> {
        self.value += 1;
        Err(Error::new(message))
    }

    #[action]
    fn deny(&self) -> Result<()> {
        Err(Error::denied("Not you."))
    }

    #[action]
    fn crash(&mut self) {
        self.value += 1;
        panic!("a bug");
    }

    #[action]
    fn spin(&self) {
        loop {
            std::hint::spin_loop();
        }
    }

    #[action(rate_limit(burst = 2, per_minute = 1))]
    fn limited(&self) {}

    #[action(requires(roles("admin")))]
    fn admin(&self) {}

    #[action]
    fn forbidden(&self) {}

    /// Not public.
    #[expect(dead_code, reason = "called from a browser, which is refused")]
    fn secretly(&self) {}

    // What is kept beside the state.

    #[action]
    fn remember(&self, cx: &Context, key: &str, value: Value) -> Result<()> {
        Ok(cx.private().set(key, &value)?)
    }

    #[action]
    fn recall(&self, cx: &Context, key: &str) -> Result<Option<Value>> {
        Ok(cx.private().get(key)?)
    }

    #[action]
    fn keep(&self, cx: &Context, key: &str, value: Value) -> Result<()> {
        Ok(cx.persistent().set(key, &value)?)
    }

    #[action]
    fn kept(&self, cx: &Context, key: &str) -> Result<Option<Value>> {
        Ok(cx.persistent().get(key)?)
    }

    #[action]
    fn bump(&self, cx: &Context, key: &str) -> u64 {
        cx.persistent().update(key, |number: u64| number + 1)
    }

    #[action]
    fn store(&self, cx: &Context, key: &str, text: &str) -> Result<()> {
        Ok(cx.store().set_bytes(key, text.as_bytes(), None)?)
    }

    #[action]
    fn stored(&self, cx: &Context, key: &str) -> Result<Option<String>> {
        let bytes = cx.store().get_bytes(key)?;
        Ok(bytes.map(String::from_utf8).transpose()?)
    }

    // Timers and rooms.

    #[action]
    fn after(&self, cx: &Context, ms: u64, name: &str, payload: Option<Value>) -> Result<TimerId> {
        let delay = Duration::from_millis(ms);
        Ok(match payload {
            Some(payload) => cx.timers().after_with(delay, name, &payload)?,
            None => cx.timers().after(delay, name)?,
        })
    }

    #[action]
    fn every(&self, cx: &Context, ms: u64, name: &str, payload: Option<Value>) -> Result<TimerId> {
        let interval = Duration::from_millis(ms);
        Ok(match payload {
            Some(payload) => cx.timers().every_with(interval, name, &payload)?,
            None => cx.timers().every(interval, name)?,
        })
    }

    #[action]
    fn cancel(&self, cx: &Context, timer: TimerId) {
        cx.timers().cancel(timer);
    }

    #[action]
    fn join(&self, cx: &Context, room: &str) -> Result<()> {
        Ok(cx.rooms().join(room)?)
    }

    #[action]
    fn leave(&self, cx: &Context, room: &str) -> Result<()> {
        Ok(cx.rooms().leave(room)?)
    }

    #[action]
    fn emit(&self, cx: &Context, room: &str, event: &str, data: Option<Value>) -> Result<u32> {
        Ok(cx.rooms().get(room).emit(event, &data)?)
    }

    #[action]
    fn room_state(&self, cx: &Context, room: &str) -> Result<Value> {
        Ok(cx.rooms().get(room).state()?)
    }

    #[action]
    fn set_room_state(&self, cx: &Context, room: &str, changes: Value) -> Result<()> {
        Ok(cx.rooms().get(room).set_state(&changes)?)
    }

    #[action]
    fn members(&self, cx: &Context, room: &str) -> Result<usize> {
        Ok(cx.rooms().get(room).members()?.len())
    }

    #[action]
    fn call(
        &self,
        cx: &Context,
        room: &str,
        action: &str,
        payload: Option<Value>,
    ) -> Result<Value> {
        Ok(cx.rooms().get(room).call(action, &payload)?)
    }

    #[action]
    fn broadcast(&self, cx: &Context, kind: &str, data: Option<Value>) -> Result<u32> {
        Ok(cx.broadcast(kind, &data)?)
    }

    // The world outside.

    #[action]
    fn fetch(&self, cx: &Context, url: &str) -> Result<Fetched> {
        let answer = cx.http().get(url).send()?;
        Ok(Fetched {
            status: answer.status,
            body: answer.text().into_owned(),
        })
    }

    #[action]
    fn session(&self, cx: &Context) -> Who {
        let session = cx.session();
        Who {
            authenticated: session.is_authenticated(),
            user_id: session.user_id(),
            roles: session.roles().to_vec(),
            label: session.label().map(str::to_owned),
        }
    }

    #[action]
    fn config(&self, cx: &Context, key: &str) -> Option<String> {
        cx.config().get(key)
    }

    #[action]
    fn now(&self, cx: &Context) -> u64 {
        cx.clock().now_ms()
    }

    #[action]
    fn random(&self, cx: &Context) -> String {
        let bytes = cx.random().bytes(16);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[action]
    fn say(&self, cx: &Context, message: &str) {
        cx.log().info(message);
    }

    #[action]
    fn binary(&self, cx: &Context, name: &str, text: &str) -> Result<()> {
        Ok(cx.push_binary(name, text.as_bytes())?)
    }

    /// The target has no files, no sockets and no environment. Of the last it can only be asked by name.
    #[action]
    fn outside(&self) -> Outside {
        let file = std::fs::File::open("/etc/passwd");
        let socket = std::net::TcpStream::connect(("127.0.0.1", 80));
        let known = ["PATH", "HOME", "USER", "LIVESIDE_BIN"];
        Outside {
            files: file.err().map(|error| error.to_string()),
            network: socket.err().map(|error| error.to_string()),
            environment: known
                .iter()
                .filter(|name| std::env::var_os(name).is_some())
                .count(),
        }
    }
}
