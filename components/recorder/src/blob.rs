//! A large key beside a small one, without hooks: for measuring what an action costs that leaves the large one alone.

use liveside_guest::prelude::*;

/// What the browser sees.
#[derive(State)]
pub(crate) struct Blob {
    blob: String,
    small: u64,
}

#[component(name = "LiveBlob", version = "1.0.0")]
impl Blob {
    /// Makes the large key this large.
    #[action]
    fn fill(&mut self, bytes: usize) {
        self.blob = "x".repeat(bytes);
    }

    /// Changes the small key only.
    #[action]
    fn touch(&mut self) -> u64 {
        self.small += 1;
        self.small
    }

    /// How large the large key is.
    #[action]
    fn size(&self) -> usize {
        self.blob.len()
    }
}
