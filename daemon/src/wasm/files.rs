//! The uploads that a mounted component may read.

use crate::uploads::storage::FileName;

/// The files that a mount has got, newest last. Older ones are forgotten here; where they are served they stay.
#[derive(Debug, Default)]
pub(super) struct Files(Vec<(Box<str>, FileName)>);

/// How many a mount remembers.
const FILES: usize = 100;

impl Files {
    pub(super) fn add(&mut self, upload: &str, name: FileName) {
        if self.0.len() == FILES {
            self.0.remove(0);
        }
        self.0.push((upload.into(), name));
    }

    pub(super) fn remove(&mut self, upload: &str) {
        self.0.retain(|(id, _)| &**id != upload);
    }

    pub(super) fn get(&self, upload: &str) -> Option<&FileName> {
        let found = self.0.iter().rev().find(|(id, _)| &**id == upload);
        found.map(|(_, name)| name)
    }
}
