//! The counter of this language among those of the others: the number is the room's.

use liveside_guest::prelude::*;

/// What the browser sees.
#[derive(State)]
pub(crate) struct Counter {
    count: i64,
}

#[component(name = "RustCounter", version = "1.0.0", props = "none")]
impl Counter {
    fn on_mount(&mut self, cx: &Context) -> Result<()> {
        self.look(cx)
    }

    fn on_rehydrate(&mut self, cx: &Context) -> Result<()> {
        self.look(cx)
    }

    #[action]
    fn increment(&mut self, cx: &Context, by: Option<i64>) -> Result<i64> {
        let by = by.unwrap_or(1);
        self.count = ask(cx, "add", Some(json!({"by": by})))?.unwrap_or(self.count + by);
        if let Some(name) = cx.room().name() {
            cx.rooms()
                .get(name)
                .emit("COUNT_CHANGED", &json!({"count": self.count}))?;
        }
        Ok(self.count)
    }

    #[room_event("COUNT_CHANGED")]
    fn look(&mut self, cx: &Context) -> Result<()> {
        self.count = ask(cx, "count", None)?.unwrap_or(self.count);
        Ok(())
    }
}

/// What the room's number is after this; without a room, nothing.
fn ask(cx: &Context, action: &str, payload: Option<Value>) -> Result<Option<i64>> {
    let Some(name) = cx.room().name().map(|name| format!("tally:{name}")) else {
        return Ok(None);
    };
    Ok(Some(cx.rooms().get(&name).call(action, &payload)?))
}
