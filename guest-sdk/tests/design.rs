//! The component that the design shows, word for word, and what it does.

use liveside_guest::prelude::*;
use liveside_guest::testing::{Effect, Harness, User};
use serde::Serialize;

#[derive(State)]
struct Counter {
    count: i64,
    last_updated_by: Option<String>,
}

#[derive(Serialize)]
struct Count {
    count: i64,
}

#[component(name = "LiveCounter", version = "1.0.0")]
impl Counter {
    fn on_mount(&mut self, cx: &Context) {
        cx.persistent().update("mounts", |n: u64| n + 1);
    }

    #[action]
    fn increment(&mut self, cx: &Context, by: Option<i64>) -> Result<Count> {
        self.count += by.unwrap_or(1);
        self.last_updated_by = cx.session().user_id();
        cx.room().emit("COUNT_CHANGED", &self.count)?;
        Ok(Count { count: self.count })
    }

    #[room_event("COUNT_CHANGED")]
    fn count_changed(&mut self, _cx: &Context, count: i64) {
        self.count = count;
    }
}

#[test]
fn it_counts_and_tells_the_room() {
    let mut counter = Harness::<Counter>::setup()
        .room("lobby")
        .user(User::new("ana"))
        .mount();
    assert_eq!(counter.persistent("mounts"), Some(json!(1)));

    assert_eq!(
        counter.call("increment", json!({"by": 2})).unwrap(),
        json!({"count": 2})
    );
    assert_eq!(counter.delta(), json!({"count": 2, "lastUpdatedBy": "ana"}));
    let told = Effect::Emit {
        room: "lobby".into(),
        event: "COUNT_CHANGED".into(),
        data: json!(2),
    };
    assert_eq!(counter.effects(), [told]);

    counter.room_event("lobby", "COUNT_CHANGED", 7).unwrap();
    assert_eq!(counter.delta(), json!({"count": 7}));
    assert_eq!(counter.loaded(), ["count"]);
}

#[test]
fn without_a_room_the_action_fails_and_its_changes_stay() {
    let mut counter = Harness::<Counter>::mount();
    let error = counter.call("increment", ()).unwrap_err();
    assert_eq!(error.message(), "This component was mounted without a room");
    assert_eq!(counter.delta(), json!({"count": 1}));
}
