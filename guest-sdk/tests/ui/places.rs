use liveside_guest::prelude::*;

#[component]
struct NotAnImpl;

#[derive(State)]
struct Counter {
    count: i64,
}

#[component]
impl Clone for Counter {
    fn clone(&self) -> Self {
        Counter { count: self.count }
    }
}

impl Counter {
    #[action]
    fn increment(&mut self) {
        self.count += 1;
    }
}

#[timer("tick")]
fn tick() {}

fn main() {}
