//! `cargo xtask layers`: the daemon's modules import downward only.
//!
//! The promise that one can follow an event from socket to guest, top to bottom, holds only while nothing points up.
//! The compiler allows any import between modules, so this looks at the source of every file instead.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::repository::Repository;
use crate::terminal;

mod paths;
mod table;

use paths::{Mention, What};

/// The library's name, by which its program names it.
const LIBRARY: &str = "liveside";

/// Something that a file must not name.
#[derive(Debug, PartialEq, Eq)]
struct Violation {
    file: PathBuf,
    line: usize,
    /// A sentence: what is wrong and what to do.
    sentence: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}",
            self.file.display(),
            self.line,
            self.sentence
        )
    }
}

/// Checks every file of the daemon and prints what is wrong.
///
/// # Errors
/// If a file names what it must not, or cannot be read.
pub(crate) fn check(repository: &Repository) -> Result<()> {
    let source = repository.root.join("daemon/src");
    let mut files = Vec::new();
    find_sources(&source, &mut files)?;
    files.sort();

    let mut violations = Vec::new();
    for path in &files {
        let inside = path.strip_prefix(&source)?;
        let shown = path.strip_prefix(&repository.root)?;
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let parsed = syn::parse_file(&text)
            .with_context(|| format!("{} is not valid Rust", shown.display()))?;
        violations.extend(check_file(shown, &module_path(inside), &parsed));
    }

    for violation in &violations {
        terminal::error(&violation.to_string());
    }
    if !violations.is_empty() {
        bail!(
            "{} in {} files: the layers are in xtask/src/layers/table.rs",
            count(
                violations.len(),
                "import points the wrong way",
                "imports point the wrong way"
            ),
            files.len()
        );
    }
    terminal::line(&format!("{} files import downward only", files.len()));
    Ok(())
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Collects the `.rs` files below `dir`, without those that hold nothing but tests.
fn find_sources(dir: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.file_stem().is_some_and(|stem| stem == "tests") {
            continue;
        }
        if path.is_dir() {
            find_sources(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

/// `live/rooms.rs` is `live::rooms`; `lib.rs` is the top itself, and so is `main.rs`, of its own crate.
fn module_path(inside: &Path) -> Vec<String> {
    let without_ending = inside.with_extension("");
    let names: Vec<String> = without_ending
        .iter()
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    if names == ["lib"] || names == ["main"] {
        Vec::new()
    } else {
        names
    }
}

/// What `file` must not name. `module` is its path from the top of the crate.
fn check_file(file: &Path, module: &[String], parsed: &syn::File) -> Vec<Violation> {
    let stem = file
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    // `lib.rs` is the map of all modules: it names them without using them.
    if module.is_empty() && stem == "lib" {
        return Vec::new();
    }
    let own = module.first().cloned().unwrap_or(stem);
    let violation = |line, sentence| Violation {
        file: file.to_owned(),
        line,
        sentence,
    };
    let Some(layer) = table::layer(&own) else {
        return vec![violation(1, unknown(&own))];
    };
    let sentence = |mention: &Mention| match &mention.what {
        What::Module(module) => module_fault(&own, layer, module),
        What::Crate(name) => crate_fault(&own, name),
    };
    let mentions = paths::mentions(parsed, module, LIBRARY);
    mentions
        .iter()
        .filter_map(|mention| Some(violation(mention.line, sentence(mention)?)))
        .collect()
}

fn unknown(module: &str) -> String {
    format!("`{module}` has no layer: add it to the table in xtask/src/layers/table.rs")
}

fn module_fault(own: &str, layer: u8, module: &str) -> Option<String> {
    // Macros and re-exports live at the top of the crate beside the modules.
    let is_module =
        module.starts_with(|first: char| first.is_ascii_lowercase()) && module != "self";
    if module == own || !is_module {
        return None;
    }
    let Some(other) = table::layer(module) else {
        return Some(unknown(module));
    };
    if other > layer {
        return Some(format!(
            "`{own}` (layer {layer}) imports `{module}` (layer {other}): turn it round with a trait that `{own}` \
             defines, or move what both need downward"
        ));
    }
    if other == layer && !table::is_exception(own, module) {
        return Some(format!(
            "`{own}` imports its sibling `{module}` (layer {layer}): let `app` join them through a handle or a trait, \
             or enter an exception with its reason in xtask/src/layers/table.rs"
        ));
    }
    None
}

fn crate_fault(own: &str, name: &str) -> Option<String> {
    let fence = table::FENCES
        .iter()
        .find(|fence| fence.crates.contains(&name))?;
    if fence.modules.contains(&own) {
        return None;
    }
    let allowed: Vec<String> = fence
        .modules
        .iter()
        .map(|module| format!("`{module}`"))
        .collect();
    Some(format!(
        "`{own}` names the crate `{name}`: only {} may, because {}",
        allowed.join(" and "),
        fence.reason
    ))
}

#[cfg(test)]
mod tests;
