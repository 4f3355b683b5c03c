//! Singletons.

use liveside_guest::prelude::*;

const MOST_HEARD: usize = 20;

macro_rules! singletons {
    ($($(#[$doc:meta])* $state:ident, $name:literal, ($($options:tt)*);)*) => {$(
        $(#[$doc])*
        #[derive(State)]
        pub(crate) struct $state {
            count: i64,
            /// Who came and went last, in order.
            heard: Vec<String>,
        }

        #[component(name = $name, $($options)*)]
        impl $state {
            fn on_mount(&mut self) {
                self.heard.push("mount".to_owned());
            }

            fn on_client_join(&mut self, client: &Client) {
                self.hear(format!("join {}", client.count));
            }

            fn on_client_leave(&mut self, client: &Client) {
                self.hear(format!("leave {}", client.count));
            }

            fn hear(&mut self, what: String) {
                self.heard.push(what);
                // Some tests have thousands come and go.
                if self.heard.len() > MOST_HEARD {
                    self.heard.remove(0);
                }
            }

            #[action]
            fn add(&mut self, by: i64) -> i64 {
                self.count += by;
                self.count
            }

            /// Bytes beside the state, for everybody.
            #[action]
            fn push(&self, cx: &Context, name: &str, length: u32) -> Result<()> {
                Ok(cx.push_binary(name, &vec![7; length as usize])?)
            }

            /// Breaks down, after a change that must not be seen.
            #[action]
            fn crash(&mut self) {
                self.count += 1_000;
                panic!("as asked");
            }
        }
    )*};
}

singletons! {
    /// Ends with its last member.
    Brief, "LiveBrief", (singleton);
    /// Ends some time after its last member, unless somebody comes.
    Shared, "LiveShared", (singleton(linger_ms = 400));
    /// Never ends.
    Kept, "LiveKept", (singleton(keep));
}
