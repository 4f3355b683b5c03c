//! Every fixture is there for a test.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::fs;
use std::path::Path;

#[test]
fn each_fixture_is_used_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests: String = ["tests", "tests/conformance"]
        .into_iter()
        .flat_map(|folder| fs::read_dir(root.join(folder)).unwrap())
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let mut fixtures = 0;
    for folder in fs::read_dir(root.join("../components")).unwrap() {
        let folder = folder.unwrap().path();
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        if !manifest.contains("fixture = true") {
            continue;
        }
        fixtures += 1;
        let name = folder.file_name().unwrap().to_str().unwrap();
        // The suite for all languages puts the language before the name.
        let name_there = name.strip_prefix("rust-").unwrap_or(name);
        assert!(
            tests.contains(&format!("\"{name_there}\"")),
            "no test loads the fixture {name}"
        );
    }
    assert!(fixtures > 0);
}
