//! The threats in the documentation: each names the test that shows what stops it, and each of those tests exists.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::fs;
use std::path::Path;

/// The rows of the table of threats, without its head.
fn rows(page: &str) -> Vec<&str> {
    let section = page.split("## Threats").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let lines = section.lines().filter(|line| line.starts_with('|'));
    lines.skip(2).collect()
}

/// `FILE::TEST` of the last column.
fn tests_of(row: &str) -> Vec<(&str, &str)> {
    let shown_by = row.trim_end_matches('|').rsplit('|').next().unwrap();
    let quoted = shown_by.split('`').skip(1).step_by(2);
    quoted.filter_map(|name| name.split_once("::")).collect()
}

fn is_a_test(text: &str, name: &str) -> bool {
    let Some(at) = text.find(&format!("fn {name}(")) else {
        return false;
    };
    // The attribute is right above, but for an `async`, further attributes and a comment between.
    let before = text[..at].trim_end().trim_end_matches("async").trim_end();
    let mut above = before.lines().rev();
    let attribute = above.find(|line| !line.trim().starts_with("//"));
    attribute.is_some_and(|line| line.contains("test]") || line.contains("test("))
}

/// Whether it is a behaviour that the conformance suite has a test of in every language.
fn is_a_behaviour(suite: &str, file: &str, name: &str) -> bool {
    let Some(module) = file
        .strip_prefix("tests/tests/conformance/")
        .and_then(|file| file.strip_suffix(".rs"))
    else {
        return false;
    };
    let list = suite
        .lines()
        .find_map(|line| line.trim().strip_prefix(&format!("{module}: ")));
    list.is_some_and(|list| {
        let mut names = list.trim_end_matches(';').split(", ");
        names.any(|listed| listed == name)
    })
}

#[test]
fn each_threat_names_a_test_that_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("docs/security.md")).unwrap();
    let suite = fs::read_to_string(root.join("tests/tests/conformance.rs")).unwrap();
    let rows = rows(&page);
    assert!(rows.len() > 20, "{} rows", rows.len());
    for row in rows {
        assert_eq!(row.matches('|').count(), 5, "{row}");
        let tests = tests_of(row);
        assert!(!tests.is_empty(), "no test is named: {row}");
        for (file, name) in tests {
            let text = fs::read_to_string(root.join(file))
                .unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(
                is_a_test(&text, name) || is_a_behaviour(&suite, file, name),
                "{file} has no test {name}"
            );
        }
    }
}

#[test]
fn what_is_no_test_is_found_out() {
    let text = "#[test]\n/// Why.\nfn one() {}\n#[tokio::test]\nasync fn two() {}\nfn three() {}\n";
    assert!(is_a_test(text, "one") && is_a_test(text, "two"));
    assert!(!is_a_test(text, "three") && !is_a_test(text, "four"));
    let (suite, file) = ("  rooms: five, six;", "tests/tests/conformance/rooms.rs");
    assert!(is_a_behaviour(suite, file, "five") && is_a_behaviour(suite, file, "six"));
    assert!(!is_a_behaviour(suite, file, "seven") && !is_a_behaviour(suite, "rooms.rs", "five"));
}
