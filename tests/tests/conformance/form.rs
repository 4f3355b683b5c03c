//! The form: as `components/form`.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::language::Language;
use super::page::Page;
use super::stage::Stage;

async fn form(stage: &Stage, language: &Language) -> Page {
    Page::open(&stage.daemon, &language.component("Form")).await
}

async fn fill(form: &mut Page, fields: &[(&str, &str)]) {
    for (key, value) in fields {
        form.ask("setValue", json!({"key": key, "value": value}))
            .await;
        assert_eq!(form.state[key], *value);
    }
}

pub(crate) async fn validation(language: &'static Language) {
    let stage = Stage::of_examples(language).await;
    let mut form = form(&stage, language).await;
    assert_eq!(
        form.state,
        json!({"name": "", "email": "", "message": "", "submitted": false, "submittedAt": null})
    );
    assert_eq!(
        form.ask("validate", json!({})).await,
        json!({"valid": false, "errors": {
            "name": "Please tell us your name.",
            "email": "Please tell us your email address.",
        }})
    );
    let long = "é".repeat(2_001);
    fill(
        &mut form,
        &[("name", "  "), ("email", " ana@home "), ("message", &long)],
    )
    .await;
    assert_eq!(
        form.ask("validate", json!({})).await,
        json!({"valid": false, "errors": {
            "name": "Please tell us your name.",
            "email": "\"ana@home\" is not an email address.",
            "message": "Please use at most 2000 characters.",
        }})
    );
    for (address, valid) in [
        ("ana@example.org", true),
        ("a@b@example.org", true),
        ("é@exämple.org", true),
        ("@example.org", false),
        ("ana@.org", false),
        ("ana@example.", false),
        ("a na@example.org", false),
        ("ana", false),
    ] {
        let fields = [("name", "Ana"), ("email", address), ("message", "")];
        fill(&mut form, &fields).await;
        let answer = form.ask("validate", json!({})).await;
        assert_eq!(answer["valid"], valid, "{address}: {answer}");
    }
}

pub(crate) async fn submission(language: &'static Language) {
    let stage = Stage::of_examples(language).await;
    let mut form = form(&stage, language).await;
    let defaults = form.state.clone();
    // The sentences of all fields, in the order of their keys.
    let (code, error) = form.refusal("submit", json!({})).await;
    assert_eq!(
        (code.as_str(), error.as_str()),
        (
            "ACTION_FAILED",
            "Please tell us your email address. Please tell us your name."
        )
    );
    assert_eq!(form.state, defaults);
    let fields = [
        ("name", "Ana"),
        ("email", "ana@example.org"),
        ("message", "é"),
    ];
    fill(&mut form, &fields).await;
    let receipt = form.ask("submit", json!({})).await;
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let at = receipt["submittedAt"].as_u64().unwrap();
    let late = since.as_millis().abs_diff(u128::from(at));
    assert!(late < 60_000, "{receipt}");
    assert_eq!(receipt, json!({"success": true, "submittedAt": at}));
    assert_eq!(
        form.state,
        json!({"name": "Ana", "email": "ana@example.org", "message": "é", "submitted": true, "submittedAt": at})
    );
    let refusal = form.refusal("submit", json!({})).await;
    assert_eq!(refusal.1, "This form has been sent already.");
    form.ask("reset", json!({})).await;
    assert_eq!(form.state, defaults);
}
