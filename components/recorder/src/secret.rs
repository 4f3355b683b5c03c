//! Tries every way by which a value of the configuration could get out of the module.

use std::time::Duration;

use liveside_guest::prelude::*;

use super::refusal::told;

/// What the browser sees.
#[derive(State)]
pub(crate) struct Secret {
    shown: String,
    list: Vec<Value>,
    /// Told by a timer and by room events.
    heard: Vec<String>,
}

#[component(name = "LiveSecret", version = "1.0.0", props = "any")]
impl Secret {
    /// Whether a key is granted, and how long its value is.
    #[action]
    fn length(&self, cx: &Context, key: &str) -> Option<usize> {
        cx.config().get(key).map(|value| value.len())
    }

    /// A value that may be shown.
    #[action]
    fn value(&self, cx: &Context, key: &str) -> Option<String> {
        cx.config().get(key)
    }

    #[action]
    fn into_state(&mut self, cx: &Context) -> Result<()> {
        self.shown = format!("it is {}", secret(cx)?);
        Ok(())
    }

    /// Deep inside a value.
    #[action]
    fn into_list(&mut self, cx: &Context) -> Result<()> {
        self.list = vec![json!(1), json!({"deep": [secret(cx)?]})];
        Ok(())
    }

    #[action]
    fn into_result(&self, cx: &Context) -> Result<Value> {
        Ok(json!({"deep": [secret(cx)?]}))
    }

    #[action]
    fn into_failure(&self, cx: &Context) -> Result<()> {
        bail!("the key {} was refused", secret(cx)?)
    }

    /// In a panic's message, which goes to the log.
    #[action]
    fn into_panic(&self, cx: &Context) -> Result<()> {
        panic!("the key {} was refused", secret(cx)?)
    }

    #[action]
    fn into_log(&self, cx: &Context) -> Result<()> {
        let secret = secret(cx)?;
        cx.log().error(format_args!("error line: {secret}"));
        cx.log().info(format_args!("info line: {secret:?}"));
        cx.log().debug(format_args!("debug line: {secret}"));
        cx.log().trace(format_args!("trace line: {secret}"));
        Ok(())
    }

    /// Where it may lie.
    #[action]
    fn into_private(&self, cx: &Context) -> Result<usize> {
        cx.private().set("key", &secret(cx)?)?;
        let kept: Option<String> = cx.private().get("key")?;
        Ok(kept.map_or(0, |kept| kept.len()))
    }

    /// One of the ways to others. Each answers with the daemon's refusal.
    #[action]
    fn tell(&self, cx: &Context, way: &str) -> Result<Value> {
        let secret = secret(cx)?;
        let deep = json!({"deep": [secret]});
        // Names have rules of their own: only the part of it that they allow.
        let name: String = secret
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        let room = cx.room();
        Ok(match way {
            "emit" => told(room.emit("NEWS", &deep)),
            "emitName" => told(room.emit(&secret, &())),
            "roomState" => told(room.set_state(&deep)),
            "roomStateKey" => told(room.set_state(&json!({secret: 1}))),
            "broadcast" => told(cx.broadcast("note", &deep)),
            "broadcastKind" => told(cx.broadcast_to_others(&secret, &())),
            "pushBinary" => told(cx.push_binary("frame", secret.as_bytes())),
            "pushBinaryName" => told(cx.push_binary(&secret, b"1")),
            "join" => told(cx.rooms().join(&format!("room:{name}"))),
            "call" => told(cx.rooms().get("echo:1").call::<Value>("echo", &deep)),
            "callName" => told(cx.rooms().get("echo:1").call::<Value>(&secret, &())),
            "callRoom" => told(
                cx.rooms()
                    .get(format!("echo:{name}"))
                    .call::<Value>("echo", &1),
            ),
            "fetchError" => {
                let answer = cx.http().get(format!("http://{name}.test/")).send();
                told(answer.map(|answer| answer.status))
            }
            other => bail!("there is no way `{other}`"),
        })
    }

    /// A timer's payload comes back to this mount, and goes nowhere else.
    #[action]
    fn into_timer(&self, cx: &Context) -> Result<()> {
        cx.timers()
            .after_with(Duration::ZERO, "due", &secret(cx)?)?;
        Ok(())
    }

    #[timer("due")]
    fn due(&mut self, cx: &Context, payload: String) -> Result<()> {
        let same = payload == secret(cx)?;
        self.heard.push(format!("due {same}"));
        Ok(())
    }

    #[action]
    fn heard(&self) -> Vec<String> {
        self.heard.clone()
    }
}

/// Answers with what it is told, and keeps it in the room's state.
#[derive(State)]
pub(crate) struct EchoRoom {
    last: Option<Value>,
}

#[component(name = "EchoRoom", version = "1.0.0", room = "echo")]
impl EchoRoom {
    #[action]
    pub(crate) fn echo(&mut self, said: Value) -> Value {
        self.last = Some(said.clone());
        said
    }
}

/// The value that nobody is to see.
fn secret(cx: &Context) -> Result<String> {
    match cx.config().get("API_KEY") {
        Some(secret) => Ok(secret),
        None => bail!("`API_KEY` is not granted"),
    }
}
