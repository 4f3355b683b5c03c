//! A schema that does not compile.

use liveside_guest::prelude::*;

/// What the browser sees.
#[derive(State)]
pub struct Broken {
    count: i64,
}

#[component(name = "LiveBroken")]
impl Broken {
    #[action(schema)]
    fn add(&mut self, #[schemars(extend("type" = "intger"))] by: i64) {
        self.count += by;
    }
}
