//! A singleton.

use liveside_guest::prelude::*;

/// One for everybody.
#[derive(State)]
pub(crate) struct Hall {
    members: u32,
}

#[component(name = "RustHall", singleton)]
impl Hall {
    fn on_client_join(&mut self, client: &Client) {
        self.members = client.count;
    }

    fn on_client_leave(&mut self, client: &Client) {
        self.members = client.count;
    }
}
