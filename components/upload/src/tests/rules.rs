//! What is refused, and with which words.

use liveside_guest::prelude::*;
use liveside_guest::testing::Harness;

use super::{File, FileUpload, nothing, refusal, started};

const MIB: u64 = 1 << 20;

/// Asks twice: as the daemon does, and as a page that drives it itself.
fn is_refused(name: &str, content_type: &str, size: u64, sentence: &str) {
    let mut component = Harness::<FileUpload>::mount();
    let file = File::new("u1", name, content_type, size);
    let error = component.upload(file.at(UploadStage::Start)).unwrap_err();
    assert_eq!(error.message(), sentence, "{name:?} {content_type:?}");
    assert_eq!(component.state(), nothing());
    assert_eq!(component.private("upload"), None);
    let payload = json!({"fileName": name, "fileSize": size, "fileType": content_type});
    assert_eq!(refusal(&mut component, "startUpload", payload), sentence);
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    is_refused(
        "a.png",
        "image/png",
        20 * MIB + 1,
        "A file has at most 20 MiB.",
    );
}

#[test]
fn a_name_that_is_too_long_or_is_none_is_refused() {
    let too_long = "é".repeat(121);
    let sentence = "The name of a file has at most 120 characters.";
    is_refused(&too_long, "image/png", 1, sentence);
    is_refused("  ", "image/png", 1, "A file needs a name.");
    for name in [".", "..", "a/b.png", "a\\b.png", "a\nb.png"] {
        let sentence = "The name of a file is not a path.";
        is_refused(name, "image/png", 1, sentence);
    }
}

#[test]
fn a_type_that_is_not_listed_is_refused() {
    let too_long = format!("image/{}", "x".repeat(101));
    for content_type in [
        "",
        "application/x-msdownload",
        "text/html",
        "text/plainer",
        "image/",
        "image/png/x",
        "ximage/png",
        &too_long,
    ] {
        let sentence = "Only pictures, plain text, PDF and ZIP files are taken.";
        is_refused("a.png", content_type, 1, sentence);
    }
}

#[test]
fn a_file_at_the_limits_is_taken() {
    let longest = "é".repeat(120);
    for (name, content_type, size, shown) in [
        (&*longest, "image/svg+xml", 20 * MIB, "image/svg+xml"),
        ("a.txt", "Text/Plain; charset=utf-8", 0, "text/plain"),
        ("..a", "application/pdf", 1, "application/pdf"),
        ("a.zip", "application/zip", 1, "application/zip"),
    ] {
        let mut component = Harness::<FileUpload>::mount();
        let file = File::new("u1", name, content_type, size);
        file.start(&mut component);
        let state = component.state();
        assert_eq!(
            [&state["fileName"], &state["fileType"]],
            [&json!(name), &json!(shown)]
        );
        // Nothing is no part of nothing.
        file.progress(&mut component, size);
        let percent = if size == 0 { 0 } else { 100 };
        assert_eq!(component.state()["progress"], percent);
    }
}

#[test]
fn an_address_leads_to_a_file_and_nowhere_else() {
    let file = json!({"fileName": "a.png", "fileSize": 10, "fileType": "image/png"});
    let mut component = started(file.clone());
    let too_long = format!("/uploads/{}", "a".repeat(992));
    for url in [
        "",
        "a.png",
        "/uploads/",
        "/uploads/..",
        "/uploads/.%2E",
        "/uploads/a/b.png",
        "/uploads/..%2Fa.png",
        "/uploads/a%5Cb.png",
        "/uploads/a\\b.png",
        "/uploads/a.png?next=1",
        "/uploads/a.png#x",
        "/uploads/a\n.png",
        "/uploadsa.png",
        "//uploads/a.png",
        "https://example.org/uploads/a.png",
        "javascript:alert(1)//uploads/a.png",
        &too_long,
    ] {
        let refused = refusal(&mut component, "completeUpload", json!({"fileUrl": url}));
        assert_eq!(refused, "A file's address is /uploads/NAME.", "{url:?}");
    }
    for url in [
        "/uploads/a%20b.tar.png",
        "/api/uploads/a.png",
        &too_long[..1_000],
    ] {
        let mut component = started(file.clone());
        component.call("completeUpload", url).unwrap();
        assert_eq!(component.state()["fileUrl"], url);
    }
}
