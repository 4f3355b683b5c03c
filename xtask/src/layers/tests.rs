use super::*;

/// The sentences for a file at `inside` of `daemon/src`, each after its line.
fn faults(inside: &str, text: &str) -> Vec<(usize, String)> {
    let parsed = syn::parse_file(text).expect("valid Rust");
    let inside = Path::new(inside);
    let found = check_file(inside, &module_path(inside), &parsed);
    found
        .into_iter()
        .map(|violation| (violation.line, violation.sentence))
        .collect()
}

fn lines(inside: &str, text: &str) -> Vec<usize> {
    faults(inside, text)
        .into_iter()
        .map(|(line, _)| line)
        .collect()
}

#[test]
fn downward_is_fine() {
    let text = "use crate::wasm::Engine;\nuse crate::{ids::Id, protocol::{self, Frame}};\nuse crate::live::rooms::Room;\n";
    assert_eq!(lines("live/instance.rs", text), [0; 0]);
}

#[test]
fn upward_is_told_with_line_and_sentence() {
    let found = faults("live.rs", "use std::fmt;\nuse crate::connection::Outbox;\n");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, 2);
    assert!(
        found[0]
            .1
            .contains("`live` (layer 2) imports `connection` (layer 3)"),
        "{}",
        found[0].1
    );
}

#[test]
fn every_way_to_write_a_path_is_seen() {
    for text in [
        "use crate::{ids::Id, connection::Outbox};",
        "use crate::{connection};",
        "use crate::connection as wire;",
        "use crate::connection::*;",
        "pub use crate::connection::Outbox;",
        "fn f(outbox: &crate::connection::Outbox) {}",
        "fn f() { crate::connection::task::spawn(); }",
        "fn f() { let x: Vec<crate::connection::Outbox> = Vec::new(); }",
        "fn f() { println!(\"{}\", crate::connection::LIMIT); }",
        "fn f() { vec![(1, crate::connection::LIMIT)]; }",
        "mod inner { use crate::connection::Outbox; }",
        "impl crate::connection::Sink for X {}",
        "use super::super::connection::Outbox;",
        "mod inner { use super::super::super::connection::Outbox; }",
        "use liveside::connection::Outbox;",
    ] {
        assert_eq!(lines("live/rooms.rs", text), [1], "{text}");
    }
}

#[test]
fn what_stays_inside_of_a_module_is_its_own_affair() {
    for text in [
        "use super::instance::Instance;",
        "use self::event::Event;",
        "use crate::live::event::Event;",
        "mod inner { use super::super::connection; }",
        "pub(crate) fn f() {}",
        "pub(in crate::live) fn f() {}",
        "fn f(connection: u8) -> u8 { connection }",
    ] {
        assert_eq!(lines("live/rooms.rs", text), [0; 0], "{text}");
    }
}

#[test]
fn siblings_need_an_exception() {
    assert_eq!(lines("wasm.rs", "use crate::webhooks::Webhooks;"), [1]);
    assert_eq!(lines("store.rs", "use crate::wasm::Engine;"), [1]);
    assert_eq!(lines("wasm.rs", "use crate::store::Store;"), [0; 0]);
    assert_eq!(lines("registry.rs", "use crate::live::Live;"), [0; 0]);
    assert_eq!(lines("live.rs", "use crate::registry::Registry;"), [1]);
}

#[test]
fn an_unknown_module_must_be_entered() {
    assert!(
        faults("caching.rs", "")[0]
            .1
            .contains("add it to the table")
    );
    assert!(
        faults("live.rs", "use crate::caching::Cache;")[0]
            .1
            .contains("`caching` has no layer")
    );
}

#[test]
fn fenced_crates_are_named_by_their_modules_only() {
    assert_eq!(lines("wasm/engine.rs", "use wasmtime::Engine;"), [0; 0]);
    assert_eq!(
        lines("http/upgrade.rs", "use axum::Router;\nuse hyper::Request;"),
        [0; 0]
    );
    for text in [
        "use wasmtime::Engine;",
        "use wasmtime;",
        "fn f(e: &wasmtime::Error) {}",
        "use ::wasmtime_wasi::p2;",
    ] {
        let found = faults("live.rs", text);
        assert!(
            found.len() == 1 && found[0].1.contains("only `wasm` may"),
            "{text}: {found:?}"
        );
    }
    for (own, other, name, only) in [
        ("store/disk.rs", "live.rs", "redb", "only `store` may"),
        (
            "webhooks/post.rs",
            "wasm/host/http.rs",
            "reqwest",
            "and `webhooks` may",
        ),
    ] {
        let text = format!("use {name}::X;");
        assert_eq!(lines(own, &text), [0; 0], "{own}");
        assert!(faults(other, &text)[0].1.contains(only), "{other}");
    }
    assert!(
        faults("connection.rs", "use hyper::Request;")[0]
            .1
            .contains("only `http` and `app` may")
    );
    assert_eq!(
        lines("live.rs", "fn f(hyper: u8) -> u8 { hyper }"),
        [0; 0],
        "a variable is no crate"
    );
}

#[test]
fn tests_may_import_what_they_like() {
    let text = "#[cfg(test)]\nmod tests { use crate::app::App; }\n#[cfg(test)]\nuse crate::http::Server;\n#[test]\nfn f() { crate::app::run(); }";
    assert_eq!(lines("live.rs", text), [0; 0]);
}

#[test]
fn the_program_and_the_map_are_known() {
    assert_eq!(lines("main.rs", "use liveside::cli::Cli;"), [0; 0]);
    assert_eq!(lines("main.rs", "use liveside::app::App;"), [1]);
    assert_eq!(
        lines("lib.rs", "pub mod app;\npub use crate::app::App;"),
        [0; 0]
    );
}

#[test]
fn files_that_hold_only_tests_are_left_out() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for file in [
        "live.rs",
        "live/tests.rs",
        "live/tests/rooms.rs",
        "live/rooms.rs",
        "live/notes.md",
    ] {
        let path = dir.path().join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, "").expect("a file");
    }
    let mut found = Vec::new();
    find_sources(dir.path(), &mut found).expect("it is readable");
    found.sort();
    assert_eq!(
        found,
        [dir.path().join("live/rooms.rs"), dir.path().join("live.rs")]
    );
}
