//! Several languages in one room; and that the table and the tests are about the same languages.

use serde_json::json;

use super::language::{self, LANGUAGES};
use super::page::Page;
use super::stage::start;
use crate::TESTED;

/// Counters of all languages count one number: that of the room's logic. Rust's has a number of its own.
#[tokio::test]
async fn counters_of_all_languages_count_one_number() {
    let languages: Vec<_> = LANGUAGES
        .iter()
        .filter(|language| language.name != "rust" && language.is_asked_for())
        .collect();
    let Some((first, others)) = languages.split_first() else {
        assert!(language::asked_for().is_some(), "there are no languages");
        return;
    };
    let modules: Vec<String> = others
        .iter()
        .map(|language| {
            // Says what to do where it is not built.
            drop(language.daemon(&["counter"], &[]));
            language.module("counter")
        })
        .collect();
    let mut modules: Vec<&str> = modules.iter().map(String::as_str).collect();
    modules.push("tally");
    let daemon = start(first.daemon(&["counter"], &modules)).await;

    let mut pages = Vec::new();
    for language in &languages {
        let payload = json!({
            "component": language.component("Counter"), "room": "lobby", "userId": language.name,
        });
        pages.push(Page::mount(daemon.connect().await, payload).await);
    }
    for (nth, language) in languages.iter().enumerate() {
        let answer = pages[nth].ask("increment", json!({})).await;
        assert_eq!(answer, json!({"success": true, "count": nth + 1}));
        let expected = json!({
            "count": nth + 1, "lastUpdatedBy": language.name, "connectedUsers": languages.len(),
        });
        for page in &mut pages {
            page.until(|state| *state == expected).await;
        }
    }
    let reset = pages[0].ask("reset", json!({})).await;
    assert_eq!(reset, json!({"success": true, "count": 0}));
    for page in &mut pages {
        page.until(|state| state["count"] == 0).await;
    }
}

#[test]
fn every_language_of_the_table_is_tested() {
    let table: Vec<_> = LANGUAGES.iter().map(|language| language.name).collect();
    assert_eq!(table, TESTED);
}

#[test]
fn languages_that_are_asked_for_are_in_the_table() {
    for name in language::asked_for().unwrap_or_default() {
        assert!(
            TESTED.contains(&name.as_str()),
            "CONFORMANCE_LANGUAGES: there is no {name:?}, there are {TESTED:?}"
        );
    }
}
