use super::*;
use crate::notes::Note;
use std::sync::{Arc, Mutex};

fn tools(rustc: &str, rustup: bool) -> Tools {
    Tools {
        cargo: "cargo".into(),
        rustc: rustc.into(),
        rustup,
    }
}

#[test]
fn a_failure_of_rustup_is_remembered() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let state = state_dir(dir.path());
    fs::create_dir_all(&state).expect("a folder");
    fs::write(state.join("rustup-target.failed"), "no network\n").expect("a file");

    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let notes = Notes::new(move |note: Note<'_>| {
        listener.lock().expect("no panic").push(format!("{note:?}"))
    });
    let job = Job {
        cancel: &Cancel::new(),
        notes: &notes,
    };
    let reason = rustup::add_target(&tools("rustc", true), dir.path(), &state, job)
        .expect("no error")
        .expect_err("it failed before");
    assert!(
        reason.starts_with("no network (tried before; delete "),
        "{reason}"
    );
    assert!(told.lock().expect("no panic").is_empty(), "nothing was run");
}

#[test]
fn a_compiler_that_is_not_rustups_is_left_alone() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let job = Job {
        cancel: &Cancel::new(),
        notes: &Notes::silent(),
    };
    let reason = rustup::add_target(&tools("/usr/bin/rustc", false), dir.path(), dir.path(), job)
        .expect("no error");
    assert_eq!(reason, Err("/usr/bin/rustc is not rustup's".to_owned()));
    assert_eq!(
        fs::read_dir(dir.path()).expect("the folder").count(),
        0,
        "nothing is remembered"
    );
}

#[test]
fn no_compiler_at_all_says_what_to_install() {
    let error = ToolchainError::Missing {
        rustup: "no answer in time".into(),
        debian: "there is no wasm-ld".into(),
        line: apt::install_line(debian::PACKAGES),
    };
    let text = error.to_string();
    assert!(
        text.contains("rustup target add wasm32-unknown-unknown"),
        "{text}"
    );
    assert!(
        text.contains("apt-get install -y --no-install-recommends rustc-web rust-web-src lld-19"),
        "{text}"
    );
    assert!(
        text.contains("no answer in time") && text.contains("there is no wasm-ld"),
        "{text}"
    );
}

#[test]
fn a_compiler_that_is_not_there_has_no_target() {
    assert!(!has_target(Path::new("/no/such/rustc")));
}
