use liveside_guest::prelude::*;

#[derive(Clone, Default, PartialEq)]
struct Plain;

#[derive(State)]
struct Counter {
    count: Plain,
}

#[derive(State)]
struct Other {
    count: i64,
}

#[component]
impl Other {
    #[action]
    fn takes(&mut self, _plain: Plain) {}

    #[action]
    fn gives(&mut self) -> Plain {
        Plain
    }

    #[action]
    fn fails(&mut self) -> std::result::Result<(), Plain> {
        Ok(())
    }

    fn on_room_join(&mut self, _room: u8) {}
}

#[component]
impl Plain {
    #[action]
    fn stateless(&mut self) {}
}

fn main() {}
