//! Cargo's messages (one JSON object a line), sorted by package.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::builder::Built;
use crate::error::BuildError;
use crate::project::Project;

/// The two kinds of message that matter; others and unknown ones have neither field.
#[derive(Deserialize)]
struct Message {
    manifest_path: Option<PathBuf>,
    /// Of an artifact: the files.
    #[serde(default)]
    filenames: Vec<PathBuf>,
    /// Of a diagnostic.
    message: Option<Diagnostic>,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    rendered: Option<String>,
}

/// What one package gave.
#[derive(Default)]
struct Package {
    module: Option<PathBuf>,
    errors: String,
    warnings: String,
}

/// What a build said so far.
#[derive(Default)]
pub(super) struct Messages {
    /// By manifest: it names a package in the same way whatever the version of cargo.
    packages: HashMap<PathBuf, Package>,
}

impl Messages {
    /// Takes one line of cargo's output. Build scripts may print anything there: what is no message is passed over.
    pub(super) fn add(&mut self, line: &str) {
        let Ok(message) = serde_json::from_str::<Message>(line) else {
            return;
        };
        let Some(manifest) = message.manifest_path else {
            return;
        };
        let package = self.packages.entry(manifest).or_default();
        let is_module = |file: &PathBuf| {
            file.extension()
                .is_some_and(|extension| extension == "wasm")
        };
        if let Some(module) = message.filenames.into_iter().find(is_module) {
            package.module = Some(module);
        }
        let Some(Diagnostic {
            level,
            rendered: Some(rendered),
        }) = message.message
        else {
            return;
        };
        match level.as_str() {
            "warning" => package.warnings.push_str(&rendered),
            level if level.starts_with("error") => package.errors.push_str(&rendered),
            _ => {}
        }
    }

    /// The result of each project. `words` is what cargo printed beside its messages.
    pub(super) fn into_results(
        mut self,
        projects: &[&Project],
        words: &str,
    ) -> Vec<Result<Built, BuildError>> {
        let own: Vec<Package> = projects
            .iter()
            .map(|project| {
                self.packages
                    .remove(&project.dir.join("Cargo.toml"))
                    .unwrap_or_default()
            })
            .collect();
        // What is left are dependencies. Cargo does not say whose, so an error in one is told for each project that has
        // none of its own and yet no module.
        let shared: String = self
            .packages
            .into_values()
            .map(|package| package.errors)
            .collect();
        projects
            .iter()
            .zip(own)
            .map(|(project, own)| result(project, own, &shared, words))
            .collect()
    }
}

fn result(project: &Project, own: Package, shared: &str, words: &str) -> Result<Built, BuildError> {
    if let Some(module) = own.module {
        return Ok(Built {
            module,
            warnings: own.warnings,
        });
    }
    let project = project.name.clone();
    let rendered = if own.errors.is_empty() {
        shared.to_owned()
    } else {
        own.errors
    };
    if rendered.is_empty() {
        Err(BuildError::Tool {
            project,
            reason: words.trim().to_owned(),
        })
    } else {
        Err(BuildError::Compile { project, rendered })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Language;

    fn project(name: &str) -> Project {
        Project {
            name: name.to_owned(),
            language: Language::Rust,
            dir: format!("/w/{name}").into(),
            workspace_root: "/w".into(),
            fixture: false,
            authenticator: false,
            source_dirs: Vec::new(),
        }
    }

    fn results(lines: &[&str], names: &[&str]) -> Vec<Result<Built, BuildError>> {
        let mut messages = Messages::default();
        for line in lines {
            messages.add(line);
        }
        let projects: Vec<Project> = names.iter().map(|name| project(name)).collect();
        messages.into_results(&projects.iter().collect::<Vec<_>>(), "error: words\n")
    }

    const MODULE: &str = r#"{"reason":"compiler-artifact","manifest_path":"/w/a/Cargo.toml","filenames":["/t/a.rlib","/t/a.wasm"]}"#;
    const WARNING: &str = r#"{"reason":"compiler-message","manifest_path":"/w/a/Cargo.toml","message":{"level":"warning","rendered":"unused"}}"#;
    const ERROR: &str = r#"{"reason":"compiler-message","manifest_path":"/w/b/Cargo.toml","message":{"level":"error","rendered":"E0308"}}"#;

    #[test]
    fn each_project_gets_its_own() {
        let found = results(
            &["not a message", "{}", MODULE, WARNING, ERROR],
            &["b", "a"],
        );
        assert!(
            matches!(&found[0], Err(BuildError::Compile { project, rendered }) if project == "b" && rendered == "E0308")
        );
        let built = found[1].as_ref().expect("a is built");
        assert_eq!(
            (built.module.to_str(), built.warnings.as_str()),
            (Some("/t/a.wasm"), "unused")
        );
    }

    #[test]
    fn an_error_in_a_dependency_is_told() {
        let found = results(&[ERROR], &["a"]);
        assert!(
            matches!(&found[0], Err(BuildError::Compile { project, rendered }) if project == "a" && rendered == "E0308")
        );
    }

    #[test]
    fn without_any_message_cargos_words_are_told() {
        let found = results(&[], &["a"]);
        assert!(
            matches!(&found[0], Err(BuildError::Tool { reason, .. }) if reason == "error: words")
        );
    }
}
