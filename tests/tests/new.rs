//! `liveside new` and `liveside build`: a project in each language, from nothing to a component that runs.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use liveside_tests::{Daemon, binary};
use serde_json::json;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

/// Runs a program in a folder.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> Output {
    let python = repository().join("guest-sdk/python/.venv");
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("LIVESIDE_LOG", "error")
        .env("VIRTUAL_ENV", python)
        .env_remove("CONFORMANCE_LANGUAGES")
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"))
}

/// The same, which must end well. Gives what it printed.
fn must(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = run(folder, program, arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(
        output.status.success(),
        "{program} {arguments:?}\n{out}\n{err}"
    );
    out
}

fn liveside(folder: &Path, arguments: &[&str]) -> String {
    must(folder, binary().to_str().unwrap(), arguments)
}

/// A new project is made, tested as its read-me says, built, served and called.
async fn from_nothing(lang: &str, test: &[(&str, &[&str])]) {
    let wanted = std::env::var("CONFORMANCE_LANGUAGES").unwrap_or_else(|_| lang.to_owned());
    if !wanted.split(',').any(|name| name == lang) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let said = liveside(folder.path(), &["new", "my-shop", "--lang", lang]);
    assert!(said.contains("liveside dev . --static page"), "{said}");
    let project = folder.path().join("my-shop");
    assert!(project.join("README.md").is_file());
    for (program, arguments) in test {
        must(&project, program, arguments);
    }
    is_built_and_serves(&project, &["--out", "out"]).await;
    // Quick builds of theirs are modules of another make.
    if matches!(lang, "js" | "python") {
        is_built_and_serves(&project, &["--out", "out", "--dev"]).await;
    }
}

async fn is_built_and_serves(project: &Path, options: &[&str]) {
    let built = liveside(project, &[&["build", "."], options].concat());
    assert!(built.contains("MyShop"), "{built}");

    let daemon = Daemon::with(&[]).patient();
    std::fs::copy(
        project.join("out/my-shop.wasm"),
        daemon.path("components/my-shop.wasm"),
    )
    .unwrap();
    let daemon = daemon.start().await;
    let mut client = daemon.connect().await;
    let shop = client.mount("MyShop", json!({})).await;
    let answer = client.call(&shop.id, "increment", json!({"by": 2})).await;
    assert_eq!(
        (&answer["success"], &answer["result"]),
        (&json!(true), &json!(2)),
        "{answer}"
    );
}

#[tokio::test]
async fn rust() {
    from_nothing("rust", &[("cargo", &["test", "--quiet"])]).await;
}

#[tokio::test]
async fn javascript() {
    from_nothing(
        "js",
        &[
            ("npm", &["install", "--no-audit", "--no-fund"]),
            ("npm", &["test"]),
        ],
    )
    .await;
}

#[tokio::test]
async fn typescript() {
    from_nothing(
        "ts",
        &[
            ("npm", &["install", "--no-audit", "--no-fund"]),
            ("npm", &["test"]),
        ],
    )
    .await;
}

#[tokio::test]
async fn python() {
    let python = repository().join("guest-sdk/python/.venv/bin/python");
    from_nothing(
        "python",
        &[(python.to_str().unwrap(), &["-m", "pytest", "--quiet"])],
    )
    .await;
}

#[tokio::test]
async fn c() {
    from_nothing("c", &[("make", &["--silent", "test"])]).await;
}

#[tokio::test]
async fn cpp() {
    from_nothing("cpp", &[("make", &["--silent", "test"])]).await;
}

#[tokio::test]
async fn zig() {
    from_nothing("zig", &[("make", &["--silent", "test"])]).await;
}

#[tokio::test]
async fn go() {
    from_nothing("go", &[("make", &["--silent", "test"])]).await;
}

#[test]
fn what_cannot_be_made_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |arguments: &[&str]| {
        let output = run(folder.path(), binary().to_str().unwrap(), arguments);
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(refused(&["new", "My Shop"]).contains("small letters"));
    assert!(refused(&["new", "shop", "--sdk", "/nowhere"]).contains("--sdk"));
    assert!(refused(&["build", "."]).contains("liveside new"));
    std::fs::create_dir(folder.path().join("shop")).unwrap();
    assert!(refused(&["new", "shop"]).contains("there already"));
}
