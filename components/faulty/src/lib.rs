//! Everything that logic can do wrong, for the daemon's tests. Never give it to users.
//!
//! Every action first changes what it can reach, then goes wrong: `count` goes up and `note` (in the state and in
//! private data) becomes the action's name. The change is in the daemon's hands before the fault, so a test can tell a
//! daemon that rolls back from one that was never told.

use std::hint::black_box;
use std::time::Duration;

use liveside_guest::prelude::*;
use serde::{Serialize, Serializer};

mod raw;

/// One more than the daemon takes by default.
const OVER_A_RESULT: usize = (1 << 20) + 1;
const OVER_A_STATE: usize = (10 << 20) + 1;

/// What the browser sees.
#[derive(State)]
pub struct Faulty {
    count: i64,
    note: String,
    /// What the component says of its own failure.
    error: Option<String>,
    blob: String,
}

/// What the ordinary actions answer.
#[derive(Serialize)]
struct Answer {
    success: bool,
    count: i64,
}

#[component(name = "LiveFaulty", version = "1.0.0")]
impl Faulty {
    /// An ordinary action, to see that the others have broken nothing.
    #[action]
    fn increment(&mut self, by: Option<i64>) -> Answer {
        self.count += by.unwrap_or(1);
        self.note = "increment".to_owned();
        Answer {
            success: true,
            count: self.count,
        }
    }

    #[action]
    fn panic(&mut self, cx: &Context) -> Result<()> {
        self.begin(cx, "panic")?;
        panic!("the action panicked, as asked");
    }

    #[action]
    fn loop_forever(&mut self, cx: &Context) -> Result<()> {
        self.begin(cx, "loopForever")?;
        let mut turns = 0_u64;
        loop {
            turns = black_box(turns.wrapping_add(1));
        }
    }

    /// Takes memory until there is none.
    #[action]
    fn allocate(&mut self, cx: &Context) -> Result<()> {
        self.begin(cx, "allocate")?;
        let mut blocks = Vec::new();
        loop {
            blocks.push(black_box(vec![1_u8; 1 << 20]));
        }
    }

    #[action]
    fn recurse(&mut self, cx: &Context) -> Result<u64> {
        self.begin(cx, "recurse")?;
        Ok(descend(1))
    }

    /// Fails as an action. What it changed stays.
    #[action]
    fn fail_after_change(&mut self) -> Result<()> {
        self.count += 1;
        self.note = "failAfterChange".to_owned();
        self.error = Some("it failed after a change, as asked".to_owned());
        bail!("it failed after a change, as asked")
    }

    #[action]
    fn log_forever(&mut self, cx: &Context) -> Result<()> {
        self.begin(cx, "logForever")?;
        loop {
            cx.log().info("again");
        }
    }

    /// Answers with more than a result may have.
    #[action]
    fn huge_result(&mut self, cx: &Context) -> Result<String> {
        self.begin(cx, "hugeResult")?;
        Ok("x".repeat(OVER_A_RESULT))
    }

    /// Makes the state larger than a state may be.
    #[action]
    fn huge_state(&mut self, cx: &Context) -> Result<()> {
        self.begin(cx, "hugeState")?;
        self.blob = "x".repeat(OVER_A_STATE);
        Ok(())
    }

    /// Hands the daemon changes that are not JSON, and answers with its refusal.
    #[action]
    fn bad_json(&mut self, cx: &Context) -> Result<Option<String>> {
        self.begin(cx, "badJson")?;
        Ok(raw::patch("{\"count\": ").err())
    }

    /// Answers with something that is not JSON.
    #[action]
    fn bad_result(&mut self, cx: &Context) -> Result<NotJson> {
        self.begin(cx, "badResult")?;
        Ok(NotJson)
    }

    /// Keeps the worker busy for some time.
    #[action]
    fn busy(&mut self, cx: &Context, ms: u64) -> Result<Answer> {
        self.begin(cx, "busy")?;
        let end = cx.clock().monotonic() + Duration::from_millis(ms);
        while cx.clock().monotonic() < end {}
        Ok(Answer {
            success: true,
            count: self.count,
        })
    }

    /// What is in private data, for a test that looks whether it was rolled back.
    #[action]
    fn private_note(&self, cx: &Context) -> Result<Option<String>> {
        Ok(cx.private().get("note")?)
    }

    /// Changes everything, and sees to it that the daemon has it already.
    fn begin(&mut self, cx: &Context, note: &str) -> Result<()> {
        self.count += 1;
        note.clone_into(&mut self.note);
        cx.private().set("note", note)?;
        let changes = json!({"count": self.count, "note": note});
        raw::patch(&changes.to_string()).map_err(Error::new)
    }
}

/// Never comes back: every step keeps some of the stack.
fn descend(depth: u64) -> u64 {
    let kept = black_box([depth; 64]);
    if black_box(depth) == 0 {
        return 0;
    }
    descend(depth + 1).wrapping_add(kept[(depth % 64) as usize])
}

/// Serialises as text that is not JSON, by way of serde_json's own door for text that is.
struct NotJson;

impl Serialize for NotJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        const RAW: &str = "$serde_json::private::RawValue";
        let mut raw = serializer.serialize_struct(RAW, 1)?;
        raw.serialize_field(RAW, "{not json")?;
        raw.end()
    }
}

#[cfg(test)]
mod tests;
