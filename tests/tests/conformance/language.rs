//! The languages, and which of them a run is about.

use std::env;
use std::future::Future;

use liveside_tests::{Daemon, DaemonBuilder, find_module};

/// A language that brings the components.
pub(crate) struct Language {
    /// As the modules' names begin: `js-counter`. The variable `CONFORMANCE_LANGUAGES` lists these.
    pub(crate) name: &'static str,
    /// As the components' names begin: `JsCounter`.
    prefix: &'static str,
    /// What the error for a call of a method that is no action advises.
    pub(crate) advice: &'static str,
    /// Whether its `outside` can try to open a file.
    pub(crate) tries_files: bool,
    /// Whether its `outside` can try to connect a socket.
    pub(crate) tries_sockets: bool,
    /// Whether it reads files and variables where they are granted, and prints.
    pub(crate) has_files: bool,
}

/// What makes the modules of every language. Zig and Go are built only where they are installed.
const BUILT_BY: &str = "`cargo xtask components`";

pub(crate) const LANGUAGES: &[Language] = &[
    Language {
        name: "rust",
        prefix: "Rust",
        advice: "add `#[action]` above `fn secretly`",
        tries_files: true,
        tries_sockets: true,
        has_files: false,
    },
    Language {
        name: "js",
        prefix: "Js",
        advice: "add `@action` above `secretly()`",
        tries_files: false,
        tries_sockets: false,
        has_files: false,
    },
    Language {
        name: "ts",
        prefix: "Ts",
        advice: "add `@action` above `secretly()`",
        tries_files: false,
        tries_sockets: false,
        has_files: false,
    },
    Language {
        name: "python",
        prefix: "Python",
        advice: "add @action above `def secretly`",
        tries_files: true,
        tries_sockets: true,
        has_files: true,
    },
    Language {
        name: "c",
        prefix: "C",
        advice: "to probe_actions in actions.c",
        tries_files: true,
        tries_sockets: false,
        has_files: true,
    },
    Language {
        name: "cpp",
        prefix: "Cpp",
        advice: "to add_actions() in actions.cpp",
        tries_files: true,
        tries_sockets: false,
        has_files: true,
    },
    Language {
        name: "zig",
        prefix: "Zig",
        advice: "to `all` in actions.zig",
        tries_files: true,
        tries_sockets: false,
        has_files: true,
    },
    Language {
        name: "go",
        prefix: "Go",
        advice: "to actions() in actions.go",
        tries_files: true,
        tries_sockets: true,
        has_files: true,
    },
];

/// Runs a behaviour in a language, if this run is about it.
pub(crate) async fn run<F: Future<Output = ()>>(
    name: &str,
    behaviour: impl FnOnce(&'static Language) -> F,
) {
    let language = LANGUAGES.iter().find(|language| language.name == name);
    let language = language.unwrap_or_else(|| panic!("{name} is not in the table"));
    if language.is_asked_for() {
        behaviour(language).await;
    }
}

/// The names in `CONFORMANCE_LANGUAGES`; `None` for all.
pub(crate) fn asked_for() -> Option<Vec<String>> {
    let list = env::var("CONFORMANCE_LANGUAGES").ok()?;
    Some(list.split(',').map(|name| name.trim().to_owned()).collect())
}

impl Language {
    pub(crate) fn is_asked_for(&self) -> bool {
        asked_for().is_none_or(|names| names.iter().any(|name| name == self.name))
    }

    /// The component `XProbe`, `XChat`, ..
    pub(crate) fn component(&self, what: &str) -> String {
        // Rust's were there before there were other languages.
        let prefix = match (self.name, what) {
            ("rust", "Counter" | "Form") => "Live",
            _ => self.prefix,
        };
        format!("{prefix}{what}")
    }

    /// The module's name: `js-counter`.
    pub(crate) fn module(&self, what: &str) -> String {
        match (self.name, what) {
            ("rust", "counter" | "form") => what.to_owned(),
            (name, _) => format!("{name}-{what}"),
        }
    }

    /// The rooms that the module of the probe has logic for.
    pub(crate) fn box_room(&self, name: &str) -> String {
        format!("{}box:{name}", self.name)
    }

    /// A daemon with some of its modules, and others.
    ///
    /// # Panics
    /// If one of them is not built.
    pub(crate) fn daemon(&self, modules: &[&str], others: &[&str]) -> DaemonBuilder {
        let modules: Vec<String> = modules.iter().map(|what| self.module(what)).collect();
        for module in &modules {
            assert!(
                find_module(module).is_some(),
                "{module}.wasm is not built: run {} to target/components (the probes to target/fixtures); or name the \
                 languages that are built, as in CONFORMANCE_LANGUAGES=rust,js",
                BUILT_BY
            );
        }
        let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
        Daemon::with(&[&modules[..], others].concat()).patient()
    }
}
