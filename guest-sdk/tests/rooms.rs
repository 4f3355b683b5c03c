//! Rooms with logic of their own, as those who write them and those who call them see it; and the store.

use std::time::Duration;

use liveside_guest::prelude::*;
use liveside_guest::testing::{Effect, Harness};

/// A room that counts, for members that know the word.
#[derive(State)]
struct CounterRoom {
    count: i64,
    online: u32,
}

#[component(room = "counter", durable, version = "2.0.0")]
impl CounterRoom {
    #[action]
    fn increment(&mut self, cx: &Context, by: i64, who: &str) -> Result<i64> {
        ensure!(by > 0, "{by} is not a step");
        self.count += by;
        cx.room()
            .emit("COUNT", &json!({"count": self.count, "who": who}))?;
        Ok(self.count)
    }

    #[action]
    fn label(&self, text: Option<String>) -> String {
        format!("{}{}", text.unwrap_or_default(), self.count)
    }

    #[action]
    fn clear(&mut self) {
        self.count = 0;
    }

    fn on_member_join(&mut self, member: &Membership) -> Result<()> {
        ensure!(member.instance != "stranger", "You are not on the list");
        self.online = member.count;
        Ok(())
    }

    fn on_member_leave(&mut self, member: &Membership) {
        self.online = member.count;
    }

    fn on_empty(&mut self) {
        self.count = 0;
    }
}

/// Calls the room.
#[derive(State)]
struct Caller {
    seen: i64,
}

#[component]
impl Caller {
    #[action]
    fn go(&mut self, cx: &Context, by: i64) -> Result<String> {
        let room = cx.room_of::<CounterRoom>("global");
        room.join()?;
        self.seen = room.increment(by, "ana")?;
        let label = room.label(Some("now ".into()))?;
        room.clear()?;
        Ok(label)
    }

    #[action]
    fn by_name(&mut self, cx: &Context) -> Result<i64> {
        let room = cx.rooms().get("counter:global");
        Ok(room.call("increment", &json!({"by": 1, "who": "bo"}))?)
    }

    #[action]
    fn push(&mut self, cx: &Context) -> Result<()> {
        Ok(cx.push_binary("pointer", &[1, 2, 3])?)
    }

    #[action]
    fn visits(&mut self, cx: &Context) -> Result<u32> {
        Ok(cx.store().update("visits", |n: u32| n + 1)?)
    }

    #[action]
    fn lend(&mut self, cx: &Context) -> Result<()> {
        let store = cx.store();
        store.set("book:b", "lent")?;
        store.set_for(Duration::from_secs(60), "book:a", "lent")?;
        store.set("pen", "mine")?;
        Ok(store.flush()?)
    }

    #[action]
    fn books(&mut self, cx: &Context, limit: u32) -> Result<Value> {
        let page = cx.store().list::<String>("book:", limit, None)?;
        let names: Vec<_> = page.entries.iter().map(|(key, _)| key).collect();
        Ok(json!({"names": names, "more": page.more}))
    }

    #[timer("never")]
    fn never(&mut self) {}
}

fn room() -> Harness<CounterRoom> {
    Harness::setup().room("counter:global").mount()
}

#[test]
fn a_room_runs_its_actions_and_tells_its_members() {
    let mut room = room();
    let count = room.call("increment", json!({"by": 2, "who": "ana"}));
    assert_eq!(count.unwrap(), json!(2));
    assert_eq!(room.delta(), json!({"count": 2}));
    let event = Effect::Emit {
        room: "counter:global".into(),
        event: "COUNT".into(),
        data: json!({"count": 2, "who": "ana"}),
    };
    assert_eq!(room.effects(), [event]);
}

#[test]
fn a_room_hears_of_those_who_come_and_go_and_may_refuse() {
    let mut room = room();
    room.call("increment", json!({"by": 2, "who": "ana"}))
        .unwrap();
    room.member_join("a", 1).unwrap();
    assert_eq!(room.state(), json!({"count": 2, "online": 1}));
    let refused = room.member_join("stranger", 2).unwrap_err();
    assert_eq!(refused.message(), "You are not on the list");
    room.member_leave("a", 0).unwrap();
    assert_eq!(room.state(), json!({"count": 0, "online": 0}));
}

#[test]
fn callers_get_results_and_refusals_as_types() {
    let mut room = room();
    let mut caller = Harness::<Caller>::setup()
        .room_logic(move |name, action, payload| {
            assert_eq!(name, "counter:global");
            room.call(action, payload)
        })
        .mount();
    assert_eq!(caller.call("go", 3).unwrap(), json!("now 3"));
    assert_eq!(caller.delta(), json!({"seen": 3}));
    assert_eq!(caller.call("byName", ()).unwrap(), json!(1));
    let refused = caller.call("go", -1).unwrap_err();
    assert_eq!(refused.message(), "-1 is not a step");
}

#[test]
fn a_call_that_nothing_answers_says_what_the_test_lacks() {
    let refused = Harness::<Caller>::mount().call("go", 1).unwrap_err();
    assert!(refused.message().contains("room_logic"), "{refused}");
}

#[test]
fn bytes_are_an_effect_beside_the_state() {
    let mut caller = Harness::<Caller>::mount();
    caller.call("push", ()).unwrap();
    assert_eq!(caller.delta(), json!({}));
    let bytes = Effect::Binary {
        name: "pointer".into(),
        bytes: vec![1, 2, 3],
    };
    assert_eq!(caller.effects(), [bytes]);
}

#[test]
fn the_store_keeps_counts_lists_and_forgets() {
    let mut caller = Harness::<Caller>::mount();
    assert_eq!(caller.call("visits", ()).unwrap(), json!(1));
    assert_eq!(caller.call("visits", ()).unwrap(), json!(2));
    caller.call("lend", ()).unwrap();
    let books = |caller: &mut Harness<Caller>, limit: u32| caller.call("books", limit).unwrap();
    assert_eq!(
        books(&mut caller, 1),
        json!({"names": ["book:a"], "more": true})
    );
    assert_eq!(
        books(&mut caller, 9),
        json!({"names": ["book:a", "book:b"], "more": false})
    );
    caller.advance(Duration::from_secs(61)).unwrap();
    assert_eq!(
        books(&mut caller, 9),
        json!({"names": ["book:b"], "more": false})
    );
}
