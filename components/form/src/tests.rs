//! The form, filled in without a browser.

use liveside_guest::json;
use liveside_guest::testing::Harness;

use super::Form;

fn filled() -> Harness<Form> {
    let mut form = Harness::<Form>::setup().now_ms(1_700_000_000_000).mount();
    form.set_value("name", "Ana").unwrap();
    form.set_value("email", "ana@example.org").unwrap();
    form
}

#[test]
fn it_starts_empty() {
    let form = Harness::<Form>::mount();
    let state =
        json!({"name": "", "email": "", "message": "", "submitted": false, "submittedAt": null});
    assert_eq!(form.state(), state);
}

#[test]
fn validate_tells_what_is_wrong_as_data() {
    let mut form = Harness::<Form>::mount();
    form.set_value("email", "ana@home").unwrap();
    let answer = form.call("validate", ()).unwrap();
    let errors = json!({"name": "Please tell us your name.", "email": "\"ana@home\" is not an email address."});
    assert_eq!(answer, json!({"valid": false, "errors": errors}));
    assert_eq!(form.delta(), json!({}));
}

#[test]
fn submit_fails_with_the_same_sentences() {
    let mut form = Harness::<Form>::mount();
    let error = form.call("submit", ()).unwrap_err();
    assert_eq!(
        error.message(),
        "Please tell us your email address. Please tell us your name."
    );
    assert_eq!(form.state()["submitted"], false);
}

#[test]
fn submit_keeps_the_time_of_the_daemon() {
    let mut form = filled();
    assert_eq!(
        form.call("validate", ()).unwrap(),
        json!({"valid": true, "errors": {}})
    );
    let receipt = form.call("submit", ()).unwrap();
    assert_eq!(
        receipt,
        json!({"success": true, "submittedAt": 1_700_000_000_000_u64})
    );
    assert_eq!(
        form.delta(),
        json!({"submitted": true, "submittedAt": 1_700_000_000_000_u64})
    );
}

#[test]
fn a_form_is_sent_once() {
    let mut form = filled();
    form.call("submit", ()).unwrap();
    assert_eq!(
        form.call("submit", ()).unwrap_err().message(),
        "This form has been sent already."
    );
}

#[test]
fn reset_empties_it() {
    let mut form = filled();
    form.call("submit", ()).unwrap();
    form.call("reset", ()).unwrap();
    assert_eq!(form.state(), Harness::<Form>::mount().state());
}

#[test]
fn addresses_are_told_from_other_text() {
    for good in ["a@b.c", "ana.b+c@mail.example.org"] {
        assert!(super::looks_like_an_address(good), "{good}");
    }
    for bad in ["ana", "@b.c", "a@b", "a@b.", "a@.c", "a b@c.d"] {
        assert!(!super::looks_like_an_address(bad), "{bad}");
    }
}
