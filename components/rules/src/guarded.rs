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
pub(crate) struct ForUsers {
    count: i64,
}

#[component(name = "LiveForUsers", requires(authenticated))]
impl ForUsers {
    #[action]
    fn add(&mut self) -> i64 {
        self.count += 1;
        self.count
    }
}

/// What the browser sees.
#[derive(State)]
pub(crate) struct ForKeepers {
    count: i64,
}

#[component(name = "LiveForKeepers", requires(permissions("vault.open")))]
impl ForKeepers {
    #[action]
    fn add(&mut self) -> i64 {
        self.count += 1;
        self.count
    }
}

/// What all browsers see.
#[derive(State)]
pub(crate) struct GuardedShared {
    count: i64,
}

#[component(
    name = "LiveGuardedShared",
    singleton,
    requires(roles("admin", "owner"))
)]
impl GuardedShared {
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
