//! Bytes: those that a component pushes, and files that browsers upload to it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::language::Language;
use super::page::Page;
use super::stage::Stage;

/// Bytes in a message.
const CHUNK: usize = 64 * 1024;

pub(crate) async fn binary(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    let text = "bytes \u{0} é \u{1F600}";
    probe
        .ask("binary", json!({"name": "frame", "text": text}))
        .await;
    let told = probe.next_of("STATE_BINARY").await;
    assert_eq!(
        (&told["name"], &told["data"]),
        (&json!("frame"), &json!(BASE64_STANDARD.encode(text)))
    );
}

/// Longer than what is read, or sent, at once. The component hears of the end before the browser does.
pub(crate) async fn upload(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    let content = "tea ".repeat(50_000);
    let started = start(&mut probe, "note.txt", content.len()).await;
    assert_eq!(started["success"], true, "{started}");
    for (index, bytes) in content.as_bytes().chunks(CHUNK).enumerate() {
        let data = BASE64_STANDARD.encode(bytes);
        let chunk = json!({"type": "FILE_UPLOAD_CHUNK", "uploadId": "upload", "chunkIndex": index, "data": data});
        let progress = probe.request(chunk).await;
        assert_eq!(progress["type"], "FILE_UPLOAD_PROGRESS", "{progress}");
    }
    let complete = json!({"type": "FILE_UPLOAD_COMPLETE", "uploadId": "upload"});
    let completed = probe.request(complete).await;
    assert_eq!(completed["success"], true, "{completed}");
    // How often it hears of progress is the daemon's choice.
    let log = probe.state["log"].as_array().unwrap();
    let heard: Vec<_> = log[2..]
        .iter()
        .filter(|line| *line != "upload progress")
        .collect();
    assert_eq!(heard, ["upload complete 200000"], "{log:?}");
}

pub(crate) async fn refused_upload(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    let refused = start(&mut probe, "cat.png", 1).await;
    assert_eq!(
        (&refused["code"], &refused["error"]),
        (&json!("UPLOAD_REJECTED"), &json!("No pictures.")),
        "{refused}"
    );
}

pub(crate) async fn cancelled_upload(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    start(&mut probe, "note.txt", 10).await;
    let cancel = json!({"type": "FILE_UPLOAD_CANCEL", "uploadId": "upload"});
    let cancelled = probe.request(cancel).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    probe.logs("upload failed").await;
}

/// Announces a file; gives the reply.
async fn start(page: &mut Page, filename: &str, size: usize) -> Value {
    let media_type = if filename.ends_with(".png") {
        "image/png"
    } else {
        "text/plain"
    };
    let fields = json!({
        "uploadId": "upload", "filename": filename, "fileType": media_type, "fileSize": size,
    });
    page.send("FILE_UPLOAD_START", fields).await
}
