//! A browser with one component, whose state it keeps as the client does: from the reply to the mount, and from what is
//! pushed since.

use std::collections::VecDeque;
use std::time::Duration;

use liveside_tests::{Client, Daemon, Kept};
use serde_json::{Value, json};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// One connection with one component.
pub(crate) struct Page {
    /// Its frames are read by the page alone: what is read past it is missing in the state.
    pub(crate) client: Client,
    /// The instance.
    pub(crate) id: String,
    pub(crate) state: Value,
    signed: Value,
    component: String,
    /// What was pushed beside the state and not asked for yet.
    pushed: VecDeque<Value>,
}

impl Page {
    /// Connects and mounts.
    pub(crate) async fn open(daemon: &Daemon, component: &str) -> Self {
        Self::mount(daemon.connect().await, json!({"component": component})).await
    }

    /// Connects and mounts with a default room.
    pub(crate) async fn open_in(daemon: &Daemon, room: &str, component: &str) -> Self {
        let payload = json!({"component": component, "room": room});
        Self::mount(daemon.connect().await, payload).await
    }

    /// Mounts on a connection that is there.
    pub(crate) async fn mount(client: Client, payload: Value) -> Self {
        let mut page = Self {
            client,
            id: String::new(),
            state: json!({}),
            signed: Value::Null,
            component: payload["component"].as_str().unwrap().to_owned(),
            pushed: VecDeque::new(),
        };
        let mount = json!({"type": "COMPONENT_MOUNT", "componentId": "ref", "payload": payload});
        let mut reply = page.request(mount).await;
        assert_eq!(reply["success"], true, "{reply}");
        page.id = reply["result"]["componentId"].as_str().unwrap().to_owned();
        page.state = reply["result"]["initialState"].take();
        page.signed = reply["result"]["signedState"].take();
        page
    }

    /// What a browser keeps to bring the component back.
    pub(crate) fn kept(&self) -> Kept {
        assert!(self.signed.is_object(), "there is no signed state");
        Kept {
            component: self.component.clone(),
            room: None,
            id: self.id.clone(),
            signed: self.signed.clone(),
        }
    }

    /// Brings back what another page kept; gives the reply.
    pub(crate) async fn bring_back(daemon: &Daemon, kept: &Kept) -> (Self, Value) {
        let mut client = daemon.connect().await;
        let (_, reply) = client.rehydrate(kept).await;
        assert_eq!(reply["success"], true, "{reply}");
        let page = Self {
            client,
            id: reply["result"]["newComponentId"]
                .as_str()
                .unwrap()
                .to_owned(),
            state: reply["result"]["state"].clone(),
            signed: reply["result"]["signedState"].clone(),
            component: kept.component.clone(),
            pushed: VecDeque::new(),
        };
        (page, reply)
    }

    /// Sends a message and gives its reply; takes in what is pushed before it.
    pub(crate) async fn request(&mut self, message: Value) -> Value {
        let (pushed, reply) = self.client.request(message).await;
        for message in pushed {
            self.take_in(message);
        }
        reply
    }

    /// The same for a message about its component.
    pub(crate) async fn send(&mut self, kind: &str, mut fields: Value) -> Value {
        fields["type"] = json!(kind);
        fields["componentId"] = json!(self.id);
        self.request(fields).await
    }

    /// Calls an action; gives the reply.
    pub(crate) async fn call(&mut self, action: &str, payload: Value) -> Value {
        let call = json!({"action": action, "payload": payload});
        self.send("CALL_ACTION", call).await
    }

    /// The result of an action that works.
    pub(crate) async fn ask(&mut self, action: &str, payload: Value) -> Value {
        let mut reply = self.call(action, payload).await;
        assert_eq!(reply["success"], true, "{action}: {reply}");
        reply["result"].take()
    }

    /// The code and the sentence of an action that does not work.
    pub(crate) async fn refusal(&mut self, action: &str, payload: Value) -> (String, String) {
        let reply = self.call(action, payload).await;
        assert_eq!(reply["success"], false, "{action}: {reply}");
        let part = |key: &str| reply[key].as_str().unwrap().to_owned();
        (part("code"), part("error"))
    }

    /// Waits until the state fits.
    pub(crate) async fn until(&mut self, fits: impl Fn(&Value) -> bool) {
        let waited = tokio::time::timeout(PATIENCE, async {
            while !fits(&self.state) {
                self.read().await;
            }
        });
        let waited = waited.await;
        waited.unwrap_or_else(|_| panic!("the state stays {}", self.state));
    }

    /// Waits until the probe's log has this line so many times.
    pub(crate) async fn logs_times(&mut self, line: &str, times: usize) {
        self.until(|state| count(state, line) >= times).await;
    }

    /// Waits until the probe's log has this line.
    pub(crate) async fn logs(&mut self, line: &str) {
        self.logs_times(line, 1).await;
    }

    /// How often the probe's log has this line, as far as is known here.
    pub(crate) fn count(&self, line: &str) -> usize {
        count(&self.state, line)
    }

    /// The next message of this type.
    pub(crate) async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            while let Some(message) = self.pushed.pop_front() {
                if message["type"] == kind {
                    return message;
                }
            }
            self.read().await;
        }
    }

    /// The next event of its room that is called so: what the browser is told.
    pub(crate) async fn room_event(&mut self, event: &str) -> Value {
        loop {
            let mut message = self.next_of("ROOM_EVENT").await;
            if message["event"] == event {
                return message["data"].take();
            }
        }
    }

    /// Closes the connection for good.
    pub(crate) async fn close(self) {
        self.client.close().await;
    }

    async fn read(&mut self) {
        match self.client.json().await {
            Value::Array(list) => list.into_iter().for_each(|message| self.take_in(message)),
            one => self.take_in(one),
        }
    }

    fn take_in(&mut self, mut message: Value) {
        let own = message["componentId"] == self.id.as_str();
        match message["type"].as_str() {
            Some("STATE_UPDATE") if own => {
                self.state = message["payload"]["state"].take();
                let signed = message["payload"]["signedState"].take();
                if signed.is_object() {
                    self.signed = signed;
                }
            }
            Some("STATE_DELTA") if own => {
                let delta = message["payload"]["delta"].take();
                let Value::Object(delta) = delta else {
                    panic!("a delta that is no object: {delta}");
                };
                self.state.as_object_mut().unwrap().extend(delta);
            }
            _ => self.pushed.push_back(message),
        }
    }
}

fn count(state: &Value, line: &str) -> usize {
    let log = state["log"].as_array().unwrap();
    log.iter().filter(|entry| *entry == line).count()
}
