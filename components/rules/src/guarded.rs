//! Who may.

use liveside_guest::prelude::*;

/// What the browser sees.
#[derive(State)]
pub(crate) struct Guarded {
    count: i64,
}

#[component(name = "LiveGuarded", requires(roles("admin")))]
impl Guarded {
    #[action]
    fn add(&mut self) -> i64 {
        self.count += 1;
        self.count
    }
}

/// What the browser sees.
#[derive(State)]
pub(crate) struct PartlyGuarded {
    count: i64,
}

#[component(name = "LivePartlyGuarded")]
impl PartlyGuarded {
    #[action]
    fn add(&mut self) -> i64 {
        self.count += 1;
        self.count
    }

    #[action(
        schema,
        requires(permissions("count.reset")),
        rate_limit(burst = 2, per_minute = 1)
    )]
    fn reset(&mut self, to: i64) {
        self.count = to;
    }
}

/// What the members see.
#[derive(State)]
pub(crate) struct LockedRoom {
    count: i64,
}

#[component(name = "LockedRoom", room = "locked", requires(authenticated))]
impl LockedRoom {
    #[action]
    fn add(&mut self) -> i64 {
        self.count += 1;
        self.count
    }
}
