//! Why a build gave no module.

use std::io;
use std::path::PathBuf;

use crate::toolchain::ToolchainError;

/// Why a project was not built. The module in the output directory, if there is one, is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The author's code does not compile.
    #[error("{project} does not compile:\n{rendered}")]
    Compile {
        /// The project's name.
        project: String,
        /// The compiler's errors as a terminal shows them, with ANSI colours: see [`strip_ansi`].
        rendered: String,
    },
    /// The tool could not begin: a manifest is wrong, or a dependency is not to be had.
    #[error("{project} cannot be built:\n{reason}")]
    Tool {
        /// The project's name.
        project: String,
        /// The tool's own words, without colours.
        reason: String,
    },
    /// There is no compiler.
    #[error(transparent)]
    Toolchain(#[from] ToolchainError),
    /// A file could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// [`Cancel::cancel`](crate::Cancel::cancel) was called.
    #[error("cancelled")]
    Cancelled,
}

impl BuildError {
    /// What went wrong in the words of the compiler or tool, with ANSI colours where it gave them; `None` when the
    /// author's code is not the cause. For an overlay in the page.
    #[must_use]
    pub fn rendered(&self) -> Option<&str> {
        match self {
            Self::Compile { rendered, .. } => Some(rendered),
            Self::Tool { reason, .. } => Some(reason),
            _ => None,
        }
    }
}

/// `text` without the sequences that colour it on a terminal.
#[must_use]
pub fn strip_ansi(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(char) = rest.next() {
        if char != '\u{1b}' {
            plain.push(char);
        } else if rest.next() == Some('[') {
            // A control sequence ends with a letter or one of a few signs.
            rest.by_ref()
                .find(|char| ('\u{40}'..='\u{7e}').contains(char));
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go_and_text_stays() {
        assert_eq!(
            strip_ansi("\u{1b}[0m\u{1b}[1;38;5;9merror\u{1b}[0m: [E0308] ü"),
            "error: [E0308] ü"
        );
        assert_eq!(strip_ansi("cut off \u{1b}["), "cut off ");
    }
}
