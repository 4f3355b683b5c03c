//! Does with rooms and timers what it is told, and keeps what it hears.

use std::time::Duration;

use liveside_guest::context::TimerId;
use liveside_guest::prelude::*;

/// What the browser sees.
#[derive(State)]
pub(crate) struct Member {
    /// Room events, hooks and timers, in order.
    heard: Vec<String>,
}

#[component(name = "LiveMember", version = "1.0.0")]
impl Member {
    /// Nobody gets into a room that begins with `private:`.
    fn on_room_join(&mut self, room: &str) -> Result<()> {
        ensure!(!room.starts_with("private:"), "{room} is private");
        self.heard.push(format!("join {room}"));
        Ok(())
    }

    fn on_room_leave(&mut self, room: &str) {
        self.heard.push(format!("leave {room}"));
    }

    #[room_event("NEWS")]
    fn news(&mut self, data: Value) {
        self.heard.push(format!("NEWS {data}"));
    }

    #[room_event("TICK", room = "chat:*")]
    fn chat(&mut self, event: &RoomEvent) {
        self.heard
            .push(format!("{} {} {}", event.room, event.event, event.data));
    }

    /// Breaks down, after a change that must not be seen.
    #[room_event("CRASH")]
    fn crash(&mut self, data: bool) {
        self.heard.push("crash".to_owned());
        assert!(!data, "as asked");
    }

    #[timer("due")]
    fn due(&mut self, payload: Option<Value>) {
        self.heard
            .push(format!("due {}", payload.unwrap_or_default()));
    }

    #[action]
    fn heard(&self) -> Vec<String> {
        self.heard.clone()
    }

    #[action]
    fn join(&mut self, cx: &Context, room: &str) -> Result<()> {
        Ok(cx.rooms().join(room)?)
    }

    #[action]
    fn leave(&mut self, cx: &Context, room: &str) -> Result<()> {
        Ok(cx.rooms().leave(room)?)
    }

    #[action]
    fn emit(
        &mut self,
        cx: &Context,
        room: Option<String>,
        event: String,
        data: Value,
    ) -> Result<u32> {
        let room = room.or_else(|| cx.rooms().default_name());
        Ok(cx
            .rooms()
            .get(room.unwrap_or_default())
            .emit(&event, &data)?)
    }

    /// Emits, and breaks down.
    #[action]
    fn emit_and_crash(&mut self, cx: &Context, event: &str) -> Result<()> {
        cx.room().emit(event, &())?;
        panic!("as asked")
    }

    #[action]
    fn state(&self, cx: &Context, room: &str) -> Result<Value> {
        Ok(cx.rooms().get(room).state()?)
    }

    /// Answers with the state as it is for the rest of the event.
    #[action]
    fn set_state(&self, cx: &Context, room: &str, changes: Value) -> Result<Value> {
        let room = cx.rooms().get(room);
        room.set_state(&changes)?;
        Ok(room.state()?)
    }

    #[action]
    fn members(&self, cx: &Context, room: &str) -> Result<Vec<String>> {
        let members = cx.rooms().get(room).members()?;
        Ok(members.into_iter().map(|member| member.instance).collect())
    }

    #[action]
    fn tell(&self, cx: &Context, data: Value, except_sender: bool) -> Result<u32> {
        Ok(if except_sender {
            cx.broadcast_to_others("note", &data)?
        } else {
            cx.broadcast("note", &data)?
        })
    }

    #[action]
    fn after(&mut self, cx: &Context, ms: u64, payload: Value) -> Result<()> {
        cx.timers()
            .after_with(Duration::from_millis(ms), "due", &payload)?;
        Ok(())
    }

    #[action]
    fn every(&mut self, cx: &Context, ms: u64) -> Result<TimerId> {
        Ok(cx.timers().every(Duration::from_millis(ms), "due")?)
    }

    #[action]
    fn cancel(&self, cx: &Context, timer: TimerId) {
        cx.timers().cancel(timer);
    }
}
