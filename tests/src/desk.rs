//! One component on a connection of its own, and short ways to ask it.

use serde_json::{Value, json};

use crate::client::{Client, Mounted};
use crate::daemon::Daemon;

/// A connection with one component.
pub struct Desk {
    /// The connection.
    pub client: Client,
    /// The component.
    pub mounted: Mounted,
}

impl Desk {
    /// Connects and mounts.
    pub async fn open(daemon: &Daemon, component: &str) -> Self {
        let mut client = daemon.connect().await;
        let mounted = client.mount(component, json!({})).await;
        Self { client, mounted }
    }

    /// Connects and mounts with a default room.
    pub async fn open_in(daemon: &Daemon, room: &str, component: &str) -> Self {
        let mut client = daemon.connect().await;
        let mounted = client.mount_in(room, component).await;
        Self { client, mounted }
    }

    /// The reply to an action.
    pub async fn call(&mut self, action: &str, payload: Value) -> Value {
        self.client.call(&self.mounted.id, action, payload).await
    }

    /// The result of an action.
    pub async fn ask(&mut self, action: &str, payload: Value) -> Value {
        let reply = self.call(action, payload).await;
        assert_eq!(reply["success"], true, "{action}: {reply}");
        reply["result"].clone()
    }

    /// What a host function gave to an action, which answers with `{"ok": VALUE}`.
    pub async fn ok(&mut self, action: &str, payload: Value) -> Value {
        let answer = self.ask(action, payload).await;
        let ok = answer.get("ok");
        ok.unwrap_or_else(|| panic!("{action}: {answer}")).clone()
    }

    /// The code and the sentence with which a host function refused an action.
    pub async fn refusal(&mut self, action: &str, payload: Value) -> (String, String) {
        let answer = self.ask(action, payload).await;
        let part = |key: &str| {
            let part = answer[key].as_str();
            part.unwrap_or_else(|| panic!("{action}: {answer}"))
                .to_owned()
        };
        (part("code"), part("message"))
    }
}
