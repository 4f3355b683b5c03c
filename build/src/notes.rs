//! What is told while a build runs, and to whom.

use std::fmt;
use std::sync::Arc;

use crate::process::Cancel;

/// Something worth telling while a long step runs. Lines carry no newline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note<'a> {
    /// A step begins, or something was decided: worth a line in any log.
    Step(&'a str),
    /// A line of progress from a tool that runs, such as cargo's "Compiling …".
    Detail(&'a str),
}

/// Takes the notes of a build. Cheap to clone; called from the thread that builds.
#[derive(Clone)]
pub struct Notes(Arc<dyn Fn(Note<'_>) + Send + Sync>);

impl Notes {
    /// Notes go to `f`.
    pub fn new(f: impl Fn(Note<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(f))
    }

    /// Notes go nowhere.
    #[must_use]
    pub fn silent() -> Self {
        Self::new(|_| {})
    }

    pub(crate) fn step(&self, line: &str) {
        (self.0)(Note::Step(line));
    }

    pub(crate) fn detail(&self, line: &str) {
        (self.0)(Note::Detail(line));
    }
}

impl Default for Notes {
    fn default() -> Self {
        Self::silent()
    }
}

impl fmt::Debug for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Notes")
    }
}

/// What each tool call is given: how to end it, and whom to tell of its progress.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job<'a> {
    pub(crate) cancel: &'a Cancel,
    pub(crate) notes: &'a Notes,
}
