//! The logic of a room.

use std::hint::black_box;

use liveside_guest::prelude::*;

/// What the members see.
#[derive(State)]
pub(crate) struct Hall {
    count: i64,
    online: u32,
    /// Who came and went, in order.
    heard: Vec<String>,
}

#[component(name = "HallRoom", room = "hall")]
impl Hall {
    fn on_mount(&mut self, mount: &Mount) {
        let room = mount.room.as_deref().unwrap_or_default();
        self.heard.push(format!("open {room}"));
    }

    /// Where a word was set, only those who have said it come in.
    fn on_member_join(&mut self, cx: &Context, member: &Membership) -> Result<()> {
        if cx.private().get::<String>("word")?.is_some() {
            let known = cx.private().get::<Vec<String>>("known")?;
            let known = known.unwrap_or_default();
            ensure!(known.contains(&member.instance), "Say the word first");
        }
        self.online = member.count;
        self.heard.push(format!("join {}", member.count));
        Ok(())
    }

    fn on_member_leave(&mut self, member: &Membership) {
        self.online = member.count;
        self.heard.push(format!("leave {}", member.count));
    }

    fn on_empty(&mut self) {
        self.heard.push("empty".to_owned());
    }

    #[action]
    pub(crate) fn add(&mut self, cx: &Context, by: i64) -> Result<i64> {
        ensure!(by != 0, "Adding nothing changes nothing");
        self.count += by;
        cx.room().emit("ADDED", &self.count)?;
        Ok(self.count)
    }

    #[action]
    pub(crate) fn lock(&mut self, cx: &Context, word: &str) -> Result<()> {
        Ok(cx.private().set("word", word)?)
    }

    #[action]
    pub(crate) fn say(&self, cx: &Context, word: &str, instance: String) -> Result<bool> {
        let right = cx.private().get::<String>("word")?.as_deref() == Some(word);
        if right {
            let mut known = cx
                .private()
                .get::<Vec<String>>("known")?
                .unwrap_or_default();
            known.push(instance);
            cx.private().set("known", &known)?;
        }
        Ok(right)
    }

    /// Has the next room of the list do the same with the rest of it; the last one adds one.
    #[action]
    pub(crate) fn pass_on(&mut self, cx: &Context, mut rooms: Vec<String>) -> Result<i64> {
        if rooms.is_empty() {
            return self.add(cx, 1);
        }
        let next = cx.rooms().get(rooms.remove(0));
        Ok(next.call("passOn", &json!({ "rooms": rooms }))?)
    }

    /// Takes its time.
    #[action]
    pub(crate) fn work(&mut self, rounds: u32) -> i64 {
        for round in 0..rounds {
            black_box(round);
        }
        self.count += 1;
        self.count
    }

    /// Breaks down, after a change that must not be seen.
    #[action]
    pub(crate) fn crash(&mut self) {
        self.count += 1_000;
        panic!("as asked");
    }

    #[action]
    pub(crate) fn tick(&mut self, cx: &Context) -> Result<()> {
        cx.timers()
            .after(std::time::Duration::from_millis(20), "tick")?;
        Ok(())
    }

    #[timer("tick")]
    fn ticked(&mut self) {
        self.heard.push("tick".to_owned());
    }
}
