//! A counter. Save this file while the page is open: it goes on with the new logic, and the count stays.

use liveside_guest::prelude::*;

/// What the browser sees.
#[derive(State)]
struct Counter {
    count: i64,
}

#[component(name = "{{component}}", version = "1.0.0")]
impl Counter {
    #[action]
    fn increment(&mut self, by: Option<i64>) -> i64 {
        self.count += by.unwrap_or(1);
        self.count
    }

    #[action]
    fn reset(&mut self) {
        self.count = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use liveside_guest::testing::Harness;

    #[test]
    fn it_counts() {
        let mut counter = Harness::<Counter>::mount();
        assert_eq!(counter.call("increment", json!({"by": 2})).unwrap(), json!(2));
        assert_eq!(counter.delta(), json!({"count": 2}));
    }
}
