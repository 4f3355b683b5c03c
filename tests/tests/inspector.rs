//! The inspector: what it shows, to whom, and what it changes.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::{Client, Daemon};
use serde_json::{Value, json};

const KEY: &str = "the key of the tests";

/// An inspector that is mounted, with its state as a page has it.
struct Inspector {
    client: Client,
    id: String,
    state: Value,
    /// All events that were told.
    events: Vec<Value>,
}

impl Inspector {
    async fn of(daemon: &Daemon, props: Value) -> Self {
        let mut client = daemon.connect().await;
        let reply = mount(&mut client, props).await;
        assert_eq!(reply["success"], true, "{reply}");
        Self {
            client,
            id: reply["result"]["componentId"].as_str().unwrap().to_owned(),
            state: reply["result"]["initialState"].clone(),
            events: Vec::new(),
        }
    }

    async fn act(&mut self, action: &str, payload: Value) -> Value {
        let (pushed, reply) = self
            .client
            .call_with_pushes(&self.id, action, payload)
            .await;
        pushed.iter().for_each(|message| self.take(message));
        reply
    }

    /// Events that are known of what is selected.
    async fn select(&mut self, what: Value) -> Vec<Value> {
        let reply = self.act("select", what).await;
        assert_eq!(reply["success"], true, "{reply}");
        reply["result"]["events"].as_array().unwrap().clone()
    }

    fn take(&mut self, message: &Value) {
        if message["type"] != "STATE_DELTA" {
            return;
        }
        for (key, value) in message["payload"]["delta"].as_object().unwrap() {
            if key == "news" {
                self.events
                    .extend(value["events"].as_array().unwrap().clone());
            }
            self.state[key] = value.clone();
        }
    }

    /// Reads on until the state is as wanted.
    async fn until(&mut self, wanted: impl Fn(&Self) -> bool) {
        while !wanted(self) {
            let message = self.client.pushed().await;
            self.take(&message);
        }
    }

    /// The first event that was told, or will be, and fits.
    async fn event(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        self.until(|inspector| inspector.events.iter().any(&fits))
            .await;
        self.events
            .iter()
            .find(|event| fits(event))
            .unwrap()
            .clone()
    }
}

/// The reply to a mount.
async fn mount(client: &mut Client, props: Value) -> Value {
    let payload = json!({"component": "$inspector", "props": props});
    client
        .request(json!({"type": "COMPONENT_MOUNT", "componentId": "i", "payload": payload}))
        .await
        .1
}

fn is_action(name: &str) -> impl Fn(&Value) -> bool + use<'_> {
    move |event| event["kind"] == "action" && event["name"] == name
}

async fn production(modules: &[&str]) -> Daemon {
    let key = format!("api-key = \"{KEY}\"\n");
    Daemon::with(modules).config(&key).start().await
}

#[tokio::test]
async fn an_instance_is_found_looked_into_and_followed() {
    let daemon = Daemon::with(&["local-counter"]).development().start().await;
    let mut browser = daemon.connect().await;
    let counter = browser.mount("LiveLocalCounter", json!({})).await;
    browser
        .call(&counter.id, "increment", json!({"by": 2}))
        .await;

    let mut inspector = Inspector::of(&daemon, json!({})).await;
    let row = &inspector.state["instances"]["rows"][0];
    assert_eq!(row["id"], counter.id);
    assert_eq!(row["component"], "LiveLocalCounter");
    assert_eq!(inspector.state["connections"]["total"], 2);
    assert_eq!(inspector.state["daemon"]["mode"], "development");
    assert_eq!(inspector.state["modules"]["rows"][0]["instances"], 1);

    // In development, what was before is known.
    let known = inspector.select(json!({"instance": counter.id})).await;
    let before = known.iter().find(|event| is_action("increment")(event));
    let before = before.unwrap();
    assert_eq!(before["payload"], json!({"by": 2}));
    assert_eq!(before["delta"], json!({"count": 2, "clicks": 1}));
    assert_eq!(before["result"], json!({"success": true, "count": 2}));
    assert_eq!(before["outcome"], "ok");
    inspector
        .until(|inspector| inspector.state["selected"]["state"]["count"] == 2)
        .await;

    browser.call(&counter.id, "decrement", json!({})).await;
    let event = inspector.event(is_action("decrement")).await;
    assert_eq!(event["delta"], json!({"count": 1, "clicks": 2}));
    assert_eq!(event["request"].as_str().map(str::is_empty), Some(false));
    browser
        .call(&counter.id, "nothingOfTheKind", json!({}))
        .await;
    let event = inspector.event(is_action("nothingOfTheKind")).await;
    assert_eq!(event["outcome"], "refused");
    assert!(event["error"].as_str().unwrap().contains("no action"));

    browser.close().await;
    inspector
        .until(|inspector| inspector.state["selected"]["there"] == false)
        .await;
    assert_eq!(inspector.state["selected"]["state"]["count"], 1);
}

#[tokio::test]
async fn a_state_is_edited_and_set_back_and_the_browser_follows() {
    let daemon = Daemon::with(&["local-counter"]).development().start().await;
    let mut browser = daemon.connect().await;
    let counter = browser.mount("LiveLocalCounter", json!({})).await;
    for _ in 0..3 {
        browser.call(&counter.id, "increment", json!({})).await;
    }
    let mut inspector = Inspector::of(&daemon, json!({})).await;
    let known = inspector.select(json!({"instance": counter.id})).await;
    let actions: Vec<_> = known
        .iter()
        .filter(|event| is_action("increment")(event))
        .collect();
    assert_eq!(actions.len(), 3);

    let edit = json!({"instance": counter.id, "changes": {"count": 40}});
    assert_eq!(inspector.act("edit", edit).await["success"], true);
    let delta = browser.next_of("STATE_DELTA").await;
    assert_eq!(delta["payload"]["delta"], json!({"count": 40}));

    let travel = json!({"instance": counter.id, "seq": actions[0]["seq"]});
    assert_eq!(inspector.act("travel", travel).await["success"], true);
    let delta = browser.next_of("STATE_DELTA").await;
    assert_eq!(delta["payload"]["delta"], json!({"count": 1, "clicks": 1}));
    let answer = browser.call(&counter.id, "increment", json!({})).await;
    assert_eq!(answer["result"]["count"], 2);

    for wrong in [
        json!({"instance": counter.id, "seq": 999_999}),
        json!({"instance": "nobody", "seq": 1}),
        json!({"instance": counter.id}),
    ] {
        let reply = inspector.act("travel", wrong).await;
        assert_eq!(reply["success"], false, "{reply}");
    }
    let reply = inspector
        .act("edit", json!({"instance": counter.id, "changes": [1]}))
        .await;
    assert_eq!(reply["code"], "INVALID_PAYLOAD");
}

#[tokio::test]
async fn private_data_is_shown_when_asked_for_and_goes_back_with_the_state() {
    let daemon = Daemon::with(&["vault"]).development().start().await;
    let mut browser = daemon.connect().await;
    let vault = browser.mount("LiveVault", json!({})).await;
    browser
        .call(&vault.id, "unlock", json!({"token": "first-one"}))
        .await;
    let mut inspector = Inspector::of(&daemon, json!({})).await;
    let known = inspector.select(json!({"instance": vault.id})).await;
    let first = known
        .iter()
        .find(|event| is_action("unlock")(event))
        .unwrap();
    let seq = first["seq"].clone();
    inspector
        .until(|inspector| inspector.state["selected"]["state"]["unlocked"] == true)
        .await;
    assert_eq!(inspector.state["selected"]["private"], json!(null));
    inspector.act("reveal", json!({"private": true})).await;
    inspector
        .until(|inspector| inspector.state["selected"]["private"]["token"] == "first-one")
        .await;
    browser
        .call(&vault.id, "unlock", json!({"token": "second"}))
        .await;
    inspector
        .until(|inspector| inspector.state["selected"]["private"]["token"] == "second")
        .await;
    inspector
        .act("travel", json!({"instance": vault.id, "seq": seq}))
        .await;
    let answer = browser.call(&vault.id, "reveal", json!({})).await;
    assert_eq!(answer["result"]["length"], "first-one".len());
}

#[tokio::test]
async fn a_room_is_followed() {
    let daemon = Daemon::with(&["counter"]).development().start().await;
    let mut browser = daemon.connect().await;
    let mut inspector = Inspector::of(&daemon, json!({})).await;
    let one = browser.mount_in("lobby", "LiveCounter").await;
    inspector
        .until(|inspector| inspector.state["rooms"]["rows"][0]["name"] == "lobby")
        .await;
    inspector.select(json!({"room": "lobby"})).await;
    inspector
        .until(|inspector| inspector.state["selected"]["members"][0]["id"] == one.id.as_str())
        .await;
    browser.call(&one.id, "increment", json!({})).await;
    let event = inspector
        .event(|event| event["kind"] == "room:emit" && event["name"] == "COUNT_CHANGED")
        .await;
    assert_eq!(
        (&event["data"]["count"], &event["from"]),
        (&json!(1), &json!(one.id))
    );
    let mut other = daemon.connect().await;
    let two = other.mount_in("lobby", "LiveCounter").await;
    let joined = inspector
        .event(|event| event["kind"] == "room:join" && event["from"] == two.id.as_str())
        .await;
    assert_eq!(joined["room"], "lobby");
    let missing = inspector.act("select", json!({"room": "nowhere"})).await;
    assert_eq!(missing["code"], "COMPONENT_NOT_FOUND");
}

#[tokio::test]
async fn swaps_stand_on_a_timeline_those_that_were_refused_too() {
    let daemon = Daemon::with(&["swap-one"]).development().start().await;
    let mut browser = daemon.connect().await;
    let mut inspector = Inspector::of(&daemon, json!({})).await;
    let first = inspector.state["swaps"][0].clone();
    let name = first["components"][0]["name"].as_str().unwrap().to_owned();
    assert_eq!(
        (&first["outcome"], &first["components"][0]["isNew"]),
        (&json!("taken"), &json!(true))
    );
    browser.mount(&name, json!({})).await;
    daemon.replace("swap-one.wasm", "swap-two");
    inspector
        .until(|inspector| inspector.state["swaps"].as_array().unwrap().len() == 2)
        .await;
    let taken = &inspector.state["swaps"][0];
    assert_eq!(
        (&taken["outcome"], &taken["components"][0]["instances"]),
        (&json!("taken"), &json!(1))
    );
    // A state of the version before would not be understood by this one.
    let instance = inspector.state["instances"]["rows"][0]["id"].clone();
    let known = inspector.select(json!({"instance": instance})).await;
    let travel = json!({"instance": instance, "seq": known[0]["seq"]});
    let refused = inspector.act("travel", travel).await;
    assert_eq!(refused["code"], "INVALID_PAYLOAD", "{refused}");
    daemon.replace("swap-one.wasm", "swap-broken");
    inspector
        .until(|inspector| inspector.state["swaps"].as_array().unwrap().len() == 3)
        .await;
    let refused = &inspector.state["swaps"][0];
    assert_eq!(refused["outcome"], "refused");
    assert!(!refused["error"].as_str().unwrap().is_empty());
    std::fs::write(daemon.components().join("nonsense.wasm"), "no module").unwrap();
    inspector
        .until(|inspector| inspector.state["swaps"][0]["module"] == "nonsense.wasm")
        .await;
    assert_eq!(inspector.state["swaps"][0]["outcome"], "refused");
}

#[tokio::test]
async fn everything_is_followed_or_one_component() {
    let daemon = Daemon::with(&["local-counter", "vault"])
        .development()
        .start()
        .await;
    let mut browser = daemon.connect().await;
    let counter = browser.mount("LiveLocalCounter", json!({})).await;
    let vault = browser.mount("LiveVault", json!({})).await;
    let mut inspector = Inspector::of(&daemon, json!({})).await;
    inspector
        .act("tail", json!({"on": true, "component": "LiveVault"}))
        .await;
    browser.call(&counter.id, "increment", json!({})).await;
    browser
        .call(&vault.id, "unlock", json!({"token": "t"}))
        .await;
    inspector.event(is_action("unlock")).await;
    assert!(
        inspector
            .events
            .iter()
            .all(|event| event["component"] == "LiveVault")
    );
    inspector.act("tail", json!({"on": true})).await;
    browser.call(&counter.id, "decrement", json!({})).await;
    inspector.event(is_action("decrement")).await;
}

#[tokio::test]
async fn an_action_is_called_and_its_failure_is_a_result() {
    let daemon = production(&["local-counter", "faulty"]).await;
    let mut browser = daemon.connect().await;
    let counter = browser.mount("LiveLocalCounter", json!({})).await;
    let mut inspector = Inspector::of(&daemon, json!({"key": KEY})).await;
    let call = json!({"instance": counter.id, "action": "increment", "payload": {"by": 5}});
    let reply = inspector.act("call", call).await;
    assert_eq!(
        reply["result"]["result"],
        json!({"success": true, "count": 5})
    );
    let call = json!({"instance": counter.id, "action": "explode"});
    let reply = inspector.act("call", call).await;
    assert_eq!(reply["result"]["success"], false);
    assert_eq!(reply["result"]["code"], "ACTION_NOT_CALLABLE");
    let reply = inspector.act("explode", json!({})).await;
    assert_eq!(reply["code"], "ACTION_NOT_CALLABLE");
}

#[tokio::test]
async fn a_table_shows_what_fits_its_filter() {
    let daemon = Daemon::with(&["local-counter", "vault"])
        .development()
        .start()
        .await;
    let mut browser = daemon.connect().await;
    browser.mount("LiveLocalCounter", json!({})).await;
    browser.mount("LiveVault", json!({})).await;
    let mut inspector = Inspector::of(&daemon, json!({})).await;
    inspector
        .act("filter", json!({"table": "instances", "text": "vault"}))
        .await;
    inspector
        .until(|inspector| {
            let table = &inspector.state["instances"];
            table["total"] == 2 && table["rows"].as_array().unwrap().len() == 1
        })
        .await;
}

#[tokio::test]
async fn in_production_it_needs_the_key() {
    let daemon = production(&[]).await;
    let mut client = daemon.connect().await;
    for props in [
        json!({}),
        json!({"key": "wrong"}),
        json!({"key": ""}),
        json!({"key": 1}),
    ] {
        let refused = mount(&mut client, props).await;
        assert_eq!(
            (&refused["success"], &refused["code"]),
            (&json!(false), &json!("AUTH_DENIED"))
        );
    }
    assert!(!daemon.log().contains("wrong\""), "{}", daemon.log());
    assert_eq!(
        mount(&mut client, json!({"key": KEY})).await["success"],
        true
    );

    let keyless = Daemon::with(&[]).start().await;
    let refused = mount(&mut keyless.connect().await, json!({"key": ""})).await;
    assert_eq!(refused["code"], "AUTH_DENIED");
    assert_eq!(
        keyless.http("GET", "/live/inspector").send().await.status,
        403
    );

    let off = Daemon::with(&[])
        .development()
        .config("inspector = false\n")
        .start()
        .await;
    let refused = mount(&mut off.connect().await, json!({})).await;
    assert_eq!(refused["code"], "AUTH_DENIED");
    assert_eq!(off.http("GET", "/live/inspector").send().await.status, 404);
}

#[tokio::test]
async fn in_development_it_is_for_this_machine_only() {
    let daemon = Daemon::with(&[]).development().start().await;
    let page = [("Origin", "https://evil.example.org")];
    assert!(Client::connect(daemon.address(), &page).await.is_err());
    let forwarded = [("X-Forwarded-For", "1.2.3.4")];
    let mut client = Client::connect(daemon.address(), &forwarded).await.unwrap();
    assert_eq!(mount(&mut client, json!({})).await["code"], "AUTH_DENIED");
}

#[tokio::test]
async fn in_production_nothing_private_is_shown_and_no_state_is_changed() {
    let daemon = production(&["vault", "local-counter"]).await;
    let mut browser = daemon.connect().await;
    let vault = browser.mount("LiveVault", json!({})).await;
    let mut inspector = Inspector::of(&daemon, json!({"key": KEY})).await;
    assert_eq!(inspector.state["daemon"]["mayEdit"], false);
    // Nothing was kept while nobody looked.
    assert!(
        inspector
            .select(json!({"instance": vault.id}))
            .await
            .is_empty()
    );
    browser
        .call(&vault.id, "unlock", json!({"token": "the hidden token"}))
        .await;
    let event = inspector.event(is_action("unlock")).await;
    assert_eq!(event["payload"], json!({"token": "[hidden]"}));
    assert_eq!(event["canTravel"], false);
    for (action, payload) in [
        ("reveal", json!({"private": true})),
        (
            "edit",
            json!({"instance": vault.id, "changes": {"unlocked": false}}),
        ),
        ("travel", json!({"instance": vault.id, "seq": event["seq"]})),
    ] {
        let reply = inspector.act(action, payload).await;
        assert_eq!(
            (&reply["success"], &reply["code"]),
            (&json!(false), &json!("AUTH_DENIED")),
            "{action}"
        );
    }
    inspector
        .until(|inspector| inspector.state["selected"]["state"]["unlocked"] == true)
        .await;
    let all = format!("{} {:?}", inspector.state, inspector.events);
    assert!(
        !all.contains("the hidden token") && !all.contains(KEY),
        "{all}"
    );
    assert!(!daemon.log().contains("the hidden token") && !daemon.log().contains(KEY));
}

#[tokio::test]
async fn it_answers_as_every_component_does() {
    let daemon = Daemon::with(&[]).development().start().await;
    let mut inspector = Inspector::of(&daemon, json!({})).await;
    let id = inspector.id.clone();
    let ping = json!({"type": "COMPONENT_PING", "componentId": id});
    assert_eq!(
        inspector.client.request(ping.clone()).await.1["success"],
        true
    );
    let set = json!({"type": "PROPERTY_UPDATE", "componentId": id, "property": "daemon", "payload": {"value": 1}});
    assert_eq!(
        inspector.client.request(set).await.1["code"],
        "INVALID_MESSAGE"
    );
    let unmount = json!({"type": "COMPONENT_UNMOUNT", "componentId": id});
    assert_eq!(inspector.client.request(unmount).await.1["success"], true);
    assert_eq!(inspector.client.request(ping).await.1["success"], false);
}
