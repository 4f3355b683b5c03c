//! What pages in development are told: swaps, and what failed on the way to one.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::{Client, Daemon, plain};
use serde_json::Value;

/// A guest that needs no other crate: its build ends at the first error, before anything is linked.
const MANIFEST: &str = r#"
[package]
name = "greeter"
version = "0.1.0"
edition = "2024"
metadata.liveside = {}

[lib]
crate-type = ["cdylib"]
"#;

/// The next news of this outcome.
async fn news(client: &mut Client, ok: bool) -> Value {
    loop {
        let message = client.json().await;
        if message["type"] == "DEV_RELOAD" && message["ok"] == ok {
            return message;
        }
    }
}

#[tokio::test]
async fn pages_are_told_of_swaps_and_of_modules_that_were_refused() {
    let daemon = Daemon::with(&["swap-one"]).development().start().await;
    let mut page = daemon.connect().await;
    daemon.replace("swap-one.wasm", "swap-two");
    assert_eq!(
        plain(&news(&mut page, true).await, "-"),
        r#"{"component":"LiveSwap","ok":true,"timestamp":0,"type":"DEV_RELOAD","version":"2.0.0"}"#
    );
    std::fs::write(daemon.components().join("swap-one.wasm"), b"not a module").unwrap();
    let refused = news(&mut page, false).await;
    assert!(
        refused["error"]
            .as_str()
            .unwrap()
            .contains("not a WebAssembly file"),
        "{refused}"
    );
}

#[tokio::test]
async fn pages_are_told_what_the_compiler_says() {
    let daemon = Daemon::with(&[])
        .development()
        .source("greeter/Cargo.toml", MANIFEST)
        .source(
            "greeter/src/lib.rs",
            "const GREETING: u32 = \"at the start\";\n",
        )
        .start()
        .await;
    let mut page = daemon.connect().await;
    let source = daemon.sources().join("greeter/src/lib.rs");
    std::fs::write(source, "const GREETING: u32 = \"after the save\";\n").unwrap();
    let failed = news(&mut page, false).await;
    assert_eq!(failed["component"], "greeter");
    let error = failed["error"].as_str().unwrap();
    assert!(
        error.contains("mismatched types") && error.contains("after the save"),
        "{error}"
    );
    assert!(!error.contains('\u{1b}'), "{error}");
}
