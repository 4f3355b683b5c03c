use liveside_guest::prelude::*;

#[derive(State)]
enum Choice {
    One,
}

#[derive(State)]
struct Tuple(u8);

#[derive(State)]
struct Generic<T> {
    value: T,
}

#[derive(State)]
struct Misspelt {
    #[state(defualt = 1)]
    count: i64,
}

#[derive(State)]
#[state(default)]
struct TwoDefaults {
    #[state(default = 1)]
    count: i64,
}

#[derive(State)]
struct Unchecked {
    #[schemars(range(min = 1))]
    count: i64,
}

fn main() {}
