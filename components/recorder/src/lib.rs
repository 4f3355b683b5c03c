//! Tells which hooks ran, for the daemon's tests; and beside it a component for each other thing that they look at:
//! rooms, the store, outgoing requests, secrets, uploads.
//!
//! One module, many components: nothing lists them but the components themselves.

use std::collections::BTreeMap;

use liveside_guest::prelude::*;
use serde::Serialize;

mod blob;
mod board;
mod fetcher;
mod keeper;
mod ledger;
mod member;
mod memory;
mod refusal;
mod secret;
mod taker;

/// Connections may be long: a bound, so that the list does not grow for ever.
const MOST_EVENTS: usize = 1_000;

/// What the browser sees.
#[derive(State)]
pub struct Recorder {
    /// The names of the hooks and actions that ran, in their order.
    events: Vec<String>,
    /// How often something changed.
    changes: u64,
    /// The keys of the last change.
    changed: Vec<String>,
    /// The hook that is to fail.
    fail_in: Option<String>,
    blob: String,
    small: u64,
}

/// What `session` answers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Who {
    connection_id: Option<String>,
    authenticated: bool,
    user_id: Option<String>,
    roles: Vec<String>,
    permissions: Vec<String>,
    label: Option<String>,
}

/// What `persisted` answers: how often each hook ran, by instance.
#[derive(Serialize)]
struct Persisted {
    disconnects: Counts,
    destroys: Counts,
}

type Counts = BTreeMap<String, u64>;

#[component(
    name = "LiveRecorder",
    version = "1.0.0",
    persistent = { disconnects: Counts::new(), destroys: Counts::new() },
)]
impl Recorder {
    fn on_connect(&mut self) -> Result<()> {
        self.hook("connect")
    }

    fn on_mount(&mut self) -> Result<()> {
        self.hook("mount")
    }

    fn on_rehydrate(&mut self) -> Result<()> {
        self.hook("rehydrate")
    }

    /// Cancels the action `forbidden`, fails for `refused`, and lets the rest pass. `fill` and `touch` are left out of
    /// the list: they are for measuring.
    fn on_action(&mut self, action: &str) -> Result<bool> {
        if !matches!(action, "fill" | "touch") {
            self.hook("before-action")?;
        }
        ensure!(action != "refused", "`refused` is refused");
        Ok(action != "forbidden")
    }

    fn on_state_change(&mut self, changed: &[String]) -> Result<()> {
        self.changes += 1;
        self.changed = changed.to_vec();
        self.fail_if_asked("state-change")
    }

    fn on_reload(&mut self) -> Result<()> {
        self.hook("reload")
    }

    fn on_disconnect(&mut self, cx: &Context) -> Result<()> {
        count(cx, "disconnects");
        self.hook("disconnect")
    }

    fn on_destroy(&mut self, cx: &Context) -> Result<()> {
        count(cx, "destroys");
        self.hook("destroy")
    }

    #[action]
    fn record(&mut self) {
        self.push("action");
    }

    /// Is cancelled before it runs.
    #[action]
    fn forbidden(&mut self) {
        self.push("forbidden");
    }

    /// Is refused before it runs.
    #[action]
    fn refused(&mut self) {
        self.push("refused");
    }

    /// Makes a hook fail from now on; none without a name.
    #[action]
    fn fail_in(&mut self, hook: Option<String>) {
        self.fail_in = hook;
    }

    #[action]
    fn session(&self, cx: &Context) -> Who {
        let session = cx.session();
        Who {
            connection_id: session.connection_id().map(str::to_owned),
            authenticated: session.is_authenticated(),
            user_id: session.user_id(),
            roles: session.roles().to_vec(),
            permissions: session.permissions().to_vec(),
            label: session.label().map(str::to_owned),
        }
    }

    /// Answers with the daemon's refusal, `null` if there is none.
    #[action]
    fn emit(&self, cx: &Context, room: Option<String>) -> Option<String> {
        let room = cx.rooms().get(room.unwrap_or_else(|| "lobby".to_owned()));
        room.emit("RECORDED", &json!({"from": cx.instance()}))
            .err()
            .map(|error| error.message)
    }

    #[action]
    fn persisted(&self, cx: &Context) -> Result<Persisted> {
        Ok(Persisted {
            disconnects: cx.persistent().get("disconnects")?.unwrap_or_default(),
            destroys: cx.persistent().get("destroys")?.unwrap_or_default(),
        })
    }

    /// Makes the large key this large.
    #[action]
    fn fill(&mut self, bytes: usize) {
        self.blob = "x".repeat(bytes);
    }

    /// Changes the small key only.
    #[action]
    fn touch(&mut self) -> u64 {
        self.small += 1;
        self.small
    }

    /// Could be an action and is not: a browser that calls it is told what to add.
    pub fn hidden(&mut self) {
        self.push("hidden");
    }

    fn hook(&mut self, name: &str) -> Result<()> {
        self.push(name);
        self.fail_if_asked(name)
    }

    fn fail_if_asked(&self, name: &str) -> Result<()> {
        ensure!(
            self.fail_in.as_deref() != Some(name),
            "`{name}` fails, as asked"
        );
        Ok(())
    }

    fn push(&mut self, event: &str) {
        if self.events.len() < MOST_EVENTS {
            self.events.push(event.to_owned());
        }
    }
}

fn count(cx: &Context, key: &str) {
    cx.persistent().update(key, |mut counts: Counts| {
        *counts.entry(cx.instance().to_owned()).or_default() += 1;
        counts
    });
}

#[cfg(test)]
mod tests;
