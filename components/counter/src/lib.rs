//! A counter that everybody in a room shares. The number itself is in the persistent map, where adding to it is atomic;
//! room events tell the others that it has changed.

use liveside_guest::context::Room;
use liveside_guest::prelude::*;
use serde::Serialize;

/// What the browser sees.
#[derive(State)]
pub struct Counter {
    count: i64,
    last_updated_by: Option<String>,
    connected_users: u32,
}

/// What every action answers.
#[derive(Serialize)]
struct Answer {
    success: bool,
    count: i64,
}

/// `COUNT_CHANGED`: what the others, and their browsers, are told.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CountChanged<'a> {
    count: i64,
    user_id: Option<&'a str>,
}

/// `USER_COUNT_CHANGED`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserCountChanged {
    connected_users: u32,
}

#[component(name = "LiveCounter", version = "1.0.0")]
impl Counter {
    fn on_mount(&mut self, cx: &Context) -> Result<()> {
        let room = cx.room();
        self.count = shared_count(cx, &room)?;
        self.connected_users = 1;
        if room.name().is_some() {
            self.connected_users = room.count()?;
            tell_users(&room, self.connected_users)?;
        }
        Ok(())
    }

    /// The room has gone on meanwhile.
    fn on_rehydrate(&mut self, cx: &Context) -> Result<()> {
        self.on_mount(cx)
    }

    /// By then it counts as gone; who hears of it counts anew.
    fn on_destroy(&self, cx: &Context) -> Result<()> {
        let room = cx.room();
        if room.name().is_some() {
            tell_users(&room, room.count()?.saturating_sub(1))?;
        }
        Ok(())
    }

    #[action]
    fn increment(&mut self, cx: &Context, by: Option<i64>) -> Result<Answer> {
        self.change(cx, |count| count.saturating_add(by.unwrap_or(1)))
    }

    #[action]
    fn decrement(&mut self, cx: &Context, by: Option<i64>) -> Result<Answer> {
        self.change(cx, |count| count.saturating_sub(by.unwrap_or(1)))
    }

    /// Sets the count to 0, for everybody.
    #[action]
    fn reset(&mut self, cx: &Context) -> Result<Answer> {
        self.change(cx, |_| 0)
    }

    /// The number is read anew and not taken from the event: two that are sent at the same moment may arrive in the
    /// other order.
    #[room_event("COUNT_CHANGED")]
    fn count_changed(&mut self, cx: &Context, user_id: Option<String>) -> Result<()> {
        self.count = shared_count(cx, &cx.room())?;
        self.last_updated_by = user_id;
        Ok(())
    }

    #[room_event("USER_COUNT_CHANGED")]
    fn user_count_changed(&mut self, cx: &Context) -> Result<()> {
        self.connected_users = cx.room().count()?;
        Ok(())
    }

    fn change(&mut self, cx: &Context, change: impl Fn(i64) -> i64) -> Result<Answer> {
        let room = cx.room();
        let count = cx.persistent().try_update(&key(&room), change)?;
        let session = cx.session();
        let user = session
            .user_id()
            .or_else(|| session.label().map(str::to_owned));
        if room.name().is_some() {
            let user_id = user.as_deref();
            room.emit("COUNT_CHANGED", &CountChanged { count, user_id })?;
        }
        self.count = count;
        self.last_updated_by = user;
        Ok(Answer {
            success: true,
            count,
        })
    }
}

fn tell_users(room: &Room<'_>, connected_users: u32) -> Result<()> {
    room.emit("USER_COUNT_CHANGED", &UserCountChanged { connected_users })?;
    Ok(())
}

fn shared_count(cx: &Context, room: &Room<'_>) -> Result<i64> {
    Ok(cx.persistent().get(&key(room))?.unwrap_or(0))
}

/// Each room has a count of its own.
fn key(room: &Room<'_>) -> String {
    format!("count:{}", room.name().unwrap_or_default())
}

#[cfg(test)]
mod tests;
