use liveside_guest::prelude::*;

#[derive(State)]
struct Counter {
    count: i64,
}

#[component]
impl Counter {
    #[action]
    fn without_self(_by: i64) {}

    #[action]
    fn by_value(self) {}

    #[action]
    async fn later(&mut self) {}

    #[action]
    fn generic<T>(&mut self, _value: T) {}

    #[action]
    fn hidden_generic(&mut self, _value: impl Sized) {}

    #[action]
    fn borrows_inside(&mut self, _name: Option<&str>) {}

    #[action]
    fn borrows_mutably(&mut self, _name: &mut String) {}

    #[action]
    fn no_name(&mut self, (_a, _b): (u8, u8)) {}

    #[action]
    fn set_value(&mut self, _key: String) {}

    #[action(rename = "$add")]
    fn add(&mut self) {}

    #[action(rename = "onMount")]
    fn as_a_hook(&mut self) {}

    #[action(renamed = "add")]
    fn add_two(&mut self) {}

    #[action]
    fn unchecked(&mut self, #[schemars(range(min = 1))] _by: i64) {}

    #[action]
    #[timer("tick")]
    fn both(&mut self) {}

    #[timer]
    fn nameless(&mut self) {}

    #[room_event]
    fn eventless(&mut self) {}

    fn migrate(&mut self, _state: &mut Map) {}
}

fn main() {}
