//! The actions, for pages that drive it themselves.

use liveside_guest::FailureCode;
use liveside_guest::prelude::*;
use liveside_guest::testing::Harness;

use super::{File, FileUpload, URL, cat, nothing, refusal, started};

const NOTHING_UNDER_WAY: &str = "No file is being uploaded.";

#[test]
fn a_page_may_drive_it_itself() {
    let mut component = Harness::<FileUpload>::mount();
    let done = json!({"success": true});
    let file = json!({"fileName": " cat.png ", "fileSize": 300, "fileType": "image/png"});
    assert_eq!(component.call("startUpload", file).unwrap(), done);
    let begun = json!({
        "status": "uploading", "fileName": "cat.png", "fileSize": 300, "fileType": "image/png", "totalBytes": 300,
    });
    assert_eq!(component.delta(), begun);
    let third = json!({"progress": 33.4, "bytesUploaded": 100, "totalBytes": 300});
    assert_eq!(
        component.call("updateProgress", third).unwrap(),
        json!({"success": true, "progress": 33})
    );
    assert_eq!(
        component.delta(),
        json!({"progress": 33, "bytesUploaded": 100})
    );
    let url = json!({"fileUrl": "/api/uploads/cat.png"});
    assert_eq!(component.call("completeUpload", url.clone()).unwrap(), done);
    let ended = json!({
        "status": "complete", "progress": 100, "bytesUploaded": 300, "fileUrl": "/api/uploads/cat.png",
    });
    assert_eq!(component.delta(), ended);
    // Once more is no more; another address is another file.
    component.call("completeUpload", url).unwrap();
    assert_eq!(component.delta(), json!({}));
    let other = json!({"fileUrl": URL});
    assert_eq!(
        refusal(&mut component, "completeUpload", other),
        NOTHING_UNDER_WAY
    );
}

#[test]
fn progress_is_from_nothing_to_all() {
    let file = json!({"fileName": "a.png", "fileSize": 10, "fileType": "image/png"});
    let mut component = started(file);
    for (progress, bytes, shown) in [
        (-1e300, 4, (0, 4)),
        (-0.4, 4, (0, 4)),
        (99.6, 4, (100, 4)),
        (250.0, 13, (100, 12)),
    ] {
        let payload = json!({"progress": progress, "bytesUploaded": bytes, "totalBytes": 12});
        component.call("updateProgress", payload).unwrap();
        let state = component.state();
        assert_eq!(
            (&state["progress"], &state["bytesUploaded"]),
            (&json!(shown.0), &json!(shown.1))
        );
        assert_eq!(state["totalBytes"], 12);
    }
    let negative = json!({"progress": 1, "bytesUploaded": -1, "totalBytes": 10});
    let error = component.call("updateProgress", negative).unwrap_err();
    assert_eq!(error.code(), FailureCode::InvalidPayload);
}

#[test]
fn only_what_has_begun_can_go_on_and_anything_can_fail() {
    let mut component = Harness::<FileUpload>::mount();
    let progress = json!({"progress": 1, "bytesUploaded": 1, "totalBytes": 10});
    for (action, payload) in [
        ("updateProgress", progress),
        ("completeUpload", json!({"fileUrl": URL})),
    ] {
        assert_eq!(refusal(&mut component, action, payload), NOTHING_UNDER_WAY);
    }
    for (error, sentence) in [
        (" Too slow. ", "Too slow.".to_owned()),
        ("", "The upload failed.".to_owned()),
        (&"é".repeat(301), "é".repeat(300)),
    ] {
        let answer = component.call("failUpload", json!({"error": error}));
        assert_eq!(answer.unwrap(), json!({"success": true}));
        let state = component.state();
        assert_eq!(
            (&state["status"], &state["error"]),
            (&json!("error"), &json!(sentence))
        );
    }
}

#[test]
fn what_has_failed_is_not_to_be_had() {
    let mut component = Harness::<FileUpload>::setup().uploaded("u1", "Hi").mount();
    let file = File::new("u1", "a.txt", "text/plain", 2);
    file.start(&mut component);
    file.complete(&mut component);
    component.call("failUpload", "The wrong one.").unwrap();
    let state = component.state();
    assert_eq!(
        (&state["fileUrl"], &state["preview"]),
        (&json!(null), &json!(null))
    );
}

#[test]
fn what_the_page_begins_or_ends_is_followed_no_longer() {
    let file = json!({"fileName": "own.png", "fileSize": 10, "fileType": "image/png"});
    for (action, payload) in [
        ("startUpload", file),
        ("completeUpload", json!({"fileUrl": URL})),
        ("failUpload", json!({"error": "Too slow."})),
        ("reset", json!({})),
    ] {
        let mut component = Harness::<FileUpload>::mount();
        cat().start(&mut component);
        component.call(action, payload).unwrap();
        assert_eq!(component.private("upload"), None, "{action}");
        cat().progress(&mut component, 300);
        assert_eq!(component.delta(), json!({}), "{action}");
    }
}

#[test]
fn reset_leaves_nothing() {
    let mut component = Harness::<FileUpload>::setup().uploaded("u1", "Hi").mount();
    let file = File::new("u1", "a.txt", "text/plain", 2);
    file.start(&mut component);
    file.complete(&mut component);
    let answer = component.call("reset", ()).unwrap();
    assert_eq!(answer, json!({"success": true}));
    assert_eq!(component.state(), nothing());
    component.call("failUpload", "Too slow.").unwrap();
    component.call("reset", ()).unwrap();
    assert_eq!(component.state(), nothing());
}
