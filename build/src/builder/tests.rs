//! These compile real modules, so they need what `cargo xtask test` installs first.

use super::*;
use crate::cargo;
use crate::discover;
use crate::notes::Note;
use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Two guests without dependencies, so that nothing is fetched and a build takes a second.
struct Guests(tempfile::TempDir);

impl Guests {
    fn new() -> Self {
        let guests = Self(tempfile::tempdir().expect("a temporary directory"));
        guests.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"one\", \"two\"]\n",
        );
        for name in ["one", "two"] {
            guests.write(
                &format!("{name}/Cargo.toml"),
                &format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n[package.metadata.liveside]\n"),
            );
            guests.code(name, "41");
        }
        guests
    }

    fn write(&self, inside: &str, text: &str) {
        let path = self.0.path().join(inside);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// A module whose only export returns `body`.
    fn code(&self, name: &str, body: &str) {
        let text = format!(
            "#[unsafe(no_mangle)]\npub extern \"C\" fn answer() -> i32 {{\n    {body}\n}}\n"
        );
        self.write(&format!("{name}/src/lib.rs"), &text);
    }

    fn projects(&self) -> Vec<Project> {
        discover(self.0.path()).expect("it is readable")
    }

    fn out(&self) -> PathBuf {
        self.0.path().join("out")
    }
}

fn is_module(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"\0asm"))
}

#[test]
fn an_edit_changes_the_module_and_a_build_without_one_does_not() {
    let guests = Guests::new();
    let builder = Builder::default();
    let build = || {
        let results = builder.build_all(
            &guests.projects(),
            Profile::Dev,
            &guests.out(),
            &Cancel::new(),
        );
        let artifacts: Vec<Artifact> = results
            .into_iter()
            .map(|result| result.expect("it compiles"))
            .collect();
        artifacts
    };

    let first = build();
    assert_eq!(
        first
            .iter()
            .map(|artifact| artifact.name.as_str())
            .collect::<Vec<_>>(),
        ["one", "two"]
    );
    assert!(
        first
            .iter()
            .all(|artifact| artifact.changed && artifact.bytes > 0 && is_module(&artifact.path))
    );

    assert!(build().iter().all(|artifact| !artifact.changed));

    guests.code("two", "42");
    assert_eq!(
        build()
            .iter()
            .map(|artifact| artifact.changed)
            .collect::<Vec<_>>(),
        [false, true]
    );
}

#[test]
fn an_error_keeps_the_old_module_and_lets_the_other_project_be_built() {
    let guests = Guests::new();
    let builder = Builder::default();
    let build = || {
        builder.build_all(
            &guests.projects(),
            Profile::Dev,
            &guests.out(),
            &Cancel::new(),
        )
    };
    assert!(build().iter().all(Result::is_ok));
    let old = fs::read(guests.out().join("one.wasm")).expect("it was built");

    guests.code("one", "\"text\"");
    guests.code("two", "let unused = 1; 42");
    let results = build();
    let error = results[0].as_ref().expect_err("text is no number");
    let rendered = crate::strip_ansi(error.rendered().expect("it is the author's"));
    assert!(
        rendered.contains("mismatched types") && rendered.contains("one/src/lib.rs:3"),
        "{rendered}"
    );
    assert_ne!(
        error.rendered(),
        Some(rendered.as_str()),
        "the original has colours"
    );
    assert_eq!(fs::read(guests.out().join("one.wasm")).ok(), Some(old));

    let other = results[1].as_ref().expect("it compiles");
    assert!(
        other.changed && other.warnings.contains("unused"),
        "{other:?}"
    );
}

#[test]
fn one_of_several_is_built_again_with_the_dependencies_that_are_there() {
    let guests = Guests::new();
    guests.write(
        "shared/Cargo.toml",
        "[package]\nname = \"shared\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[features]\nmore = []\n",
    );
    guests.write("shared/src/lib.rs", "");
    for (name, features) in [("one", ""), ("two", ", features = [\"more\"]")] {
        let manifest = guests.0.path().join(name).join("Cargo.toml");
        let before = fs::read_to_string(manifest).expect("it was written");
        let dependency =
            format!("{before}[dependencies]\nshared = {{ path = \"../shared\"{features} }}\n");
        guests.write(&format!("{name}/Cargo.toml"), &dependency);
    }
    let compiled = Arc::new(Mutex::new(Vec::new()));
    let heard = compiled.clone();
    let builder = Builder::new(Notes::new(move |note| {
        if let Note::Detail(line) = note
            && let Some(what) = line.trim().strip_prefix("Compiling ")
        {
            let name = what.split(' ').next().unwrap_or_default().to_owned();
            heard.lock().expect("nobody panics").push(name);
        }
    }));
    let (out, cancel, all) = (guests.out(), Cancel::new(), guests.projects());
    let (one, two) = (&all[..1], &all[1..]);
    let all_are_well = |results: Vec<Result<Artifact, BuildError>>| {
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        std::mem::take(&mut *compiled.lock().expect("nobody panics"))
    };
    all_are_well(builder.build_all(&all, Profile::Dev, &out, &cancel));

    guests.code("one", "42");
    let again = builder.build_among(one, two, Profile::Dev, &out, &cancel);
    assert_eq!(all_are_well(again), ["one"]);
    // Alone it wants `shared` without the feature: what `build_among` is for.
    guests.code("one", "43");
    let alone = builder.build_all(one, Profile::Dev, &out, &cancel);
    assert!(all_are_well(alone).contains(&"shared".to_owned()));
}

#[test]
fn a_release_is_smaller() {
    let guests = Guests::new();
    guests.code(
        "one",
        "std::env::args().map(|text| text.len() as i32).sum()",
    );
    let builder = Builder::default();
    let size = |profile| {
        let artifact = builder
            .build(
                &guests.projects()[0],
                profile,
                &guests.out(),
                &Cancel::new(),
            )
            .expect("it compiles");
        artifact.bytes
    };
    let (dev, release) = (size(Profile::Dev), size(Profile::Release));
    assert!(release < dev, "{release} bytes against {dev}");
}

#[test]
fn a_wrong_manifest_is_told_in_the_tools_words() {
    let guests = Guests::new();
    let projects = guests.projects();
    guests.write("one/Cargo.toml", "[package]\nname = ");
    let results =
        Builder::default().build_all(&projects, Profile::Dev, &guests.out(), &Cancel::new());
    let error = results[0].as_ref().expect_err("it is no TOML");
    assert!(
        matches!(error, BuildError::Tool { reason, .. } if reason.contains("one/Cargo.toml")),
        "{error}"
    );
}

#[test]
fn a_cancelled_build_ends_at_once() {
    let guests = Guests::new();
    // Constant evaluation that would go on for minutes.
    guests.write("one/src/lib.rs", "#![allow(long_running_const_eval)]\nconst N: u64 = { let mut n = 0u64; while n < 1 << 40 { n += 1 } n };\n#[unsafe(no_mangle)]\npub extern \"C\" fn answer() -> u64 { N }\n");
    let (cancel, begun) = (Cancel::new(), Instant::now());
    let remote = cancel.clone();
    let notes = Notes::new(move |note| {
        if matches!(note, crate::Note::Detail(line) if line.contains("Compiling one")) {
            remote.cancel();
        }
    });
    let result =
        Builder::new(notes).build(&guests.projects()[0], Profile::Dev, &guests.out(), &cancel);
    assert!(matches!(result, Err(BuildError::Cancelled)), "{result:?}");
    assert!(
        begun.elapsed() < Duration::from_secs(60),
        "it took {:?}",
        begun.elapsed()
    );
    assert!(!guests.out().exists());
}

#[test]
fn debians_compiler_builds_the_same() {
    let guests = Guests::new();
    let root = guests.projects()[0].workspace_root.clone();
    let tools = cargo::find(&root).expect("cargo runs this test");
    let Ok(debian) = Toolchain::debian(&tools) else {
        eprintln!("skipped: Debian's compiler is not installed, the ordinary one does");
        return;
    };
    let builder = Builder::default().with_toolchain(&root, debian);
    for profile in [Profile::Dev, Profile::Release] {
        let artifact = builder
            .build(
                &guests.projects()[0],
                profile,
                &guests.out(),
                &Cancel::new(),
            )
            .expect("it compiles");
        assert!(is_module(&artifact.path));
    }
    assert!(root.join("target/guests/debian").is_dir());
}

#[test]
fn one_builder_serves_many_threads() {
    let guests = Guests::new();
    let builder = Builder::default();
    let projects = guests.projects();
    thread::scope(|scope| {
        for project in &projects {
            scope.spawn(|| {
                builder
                    .build(project, Profile::Dev, &guests.out(), &Cancel::new())
                    .expect("it compiles")
            });
        }
    });
    assert!(is_module(&guests.out().join("one.wasm")) && is_module(&guests.out().join("two.wasm")));
}
