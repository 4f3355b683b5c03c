use liveside_guest::prelude::*;

#[derive(State)]
struct Counter {
    count: i64,
}

#[component]
impl Counter {
    fn on_mout(&mut self) {}

    fn on_something_else(&mut self) {}

    fn on_room_join(&mut self, _cx: &Context, _room: &str, _member: &str) {}

    fn on_connect(self) {}

    #[action]
    fn on_destroy(&mut self) {}

    async fn on_reload(&mut self) {}
}

fn main() {}
