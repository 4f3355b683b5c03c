//! How often actions may be called.

use liveside_guest::prelude::*;

macro_rules! limited {
    ($(#[$doc:meta] $state:ident, ($($options:tt)*);)*) => {$(
        #[$doc]
        #[derive(State)]
        pub(crate) struct $state {
            count: i64,
        }

        #[component($($options)*, rate_limit(burst = 3, per_minute = 1))]
        impl $state {
            #[action]
            fn add(&mut self) -> i64 {
                self.count += 1;
                self.count
            }

            #[action(rate_limit(burst = 1, per_minute = 1))]
            fn seldom(&mut self) -> i64 {
                self.add()
            }
        }
    )*};
}

limited! {
    /// One for each mount.
    Limited, (name = "LiveLimited", set_value);
    /// One for everybody.
    LimitedShared, (name = "LiveLimitedShared", singleton(keep));
    /// The logic of a room.
    LimitedRoom, (name = "LimitedRoom", room = "limited");
}
