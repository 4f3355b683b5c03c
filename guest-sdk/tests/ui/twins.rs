use liveside_guest::prelude::*;

#[derive(State)]
struct Counter {
    count: i64,
}

#[component]
impl Counter {
    #[action]
    fn add_one(&mut self) {}

    #[action(rename = "addOne")]
    fn add_another(&mut self) {}
}

#[derive(State)]
struct Twins {
    a_b: u8,
    #[state(rename = "aB")]
    other: u8,
}

fn main() {}
