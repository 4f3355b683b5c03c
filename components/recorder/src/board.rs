//! One board for everybody: lines that anybody may add.

use liveside_guest::prelude::*;

/// What the browsers see.
#[derive(State)]
pub(crate) struct Board {
    lines: Vec<String>,
}

#[component(name = "LiveBoard", version = "1.0.0", singleton)]
impl Board {
    #[action]
    fn add(&mut self, line: &str) -> usize {
        self.lines.push(line.to_owned());
        self.lines.len()
    }

    /// The connection behind the call.
    #[action]
    fn who(&self, cx: &Context) -> Option<String> {
        cx.session().connection_id().map(str::to_owned)
    }

    /// Fails after a change.
    #[action]
    fn refuse(&mut self) -> Result<()> {
        self.lines.push("refused".to_owned());
        bail!("the board is full")
    }
}
