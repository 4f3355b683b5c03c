//! Finished uploads, as they are served.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::{Daemon, HttpAnswer, Outgoing};
use serde_json::json;

/// A daemon with a file of this type and content, and the path that it is served from.
async fn with_file(filename: &str, media_type: &str, content: &str) -> (Daemon, String) {
    let daemon = Daemon::with(&["recorder"]).data_dir().start().await;
    let mut client = daemon.connect().await;
    let taker = client.mount("LiveTaker", json!({})).await;
    let file = Outgoing {
        media_type: media_type.to_owned(),
        ..Outgoing::text(&taker, filename, content)
    };
    let completed = file.send(&mut client).await;
    let url = completed["fileUrl"].as_str().expect("a URL");
    let path = format!("/api{url}");
    (daemon, path)
}

async fn get(daemon: &Daemon, path: &str, headers: &[(&str, &str)]) -> HttpAnswer {
    let mut request = daemon.http("GET", path);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.send().await
}

#[tokio::test]
async fn a_file_is_served_whole_and_in_parts() {
    let (daemon, path) = with_file("note.txt", "text/plain", "hello world").await;
    let whole = get(&daemon, &path, &[]).await;
    assert_eq!((whole.status, &*whole.body), (200, "hello world"));
    for (header, value) in [
        ("content-type", "text/plain; charset=utf-8"),
        ("content-length", "11"),
        ("content-disposition", "inline"),
        ("accept-ranges", "bytes"),
        ("cache-control", "private, max-age=31536000, immutable"),
        ("x-content-type-options", "nosniff"),
        (
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        ),
    ] {
        assert_eq!(whole.header(header), [value], "{header}");
    }
    let part = get(&daemon, &path, &[("Range", "bytes=6-8")]).await;
    assert_eq!((part.status, &*part.body), (206, "wor"));
    assert_eq!(part.header("content-range"), ["bytes 6-8/11"]);
    let none = get(&daemon, &path, &[("Range", "bytes=11-")]).await;
    assert_eq!(
        (none.status, none.header("content-range")),
        (416, vec!["bytes */11"])
    );
    let etag = whole.header("etag")[0].to_owned();
    let known = get(&daemon, &path, &[("If-None-Match", &etag)]).await;
    assert_eq!((known.status, &*known.body), (304, ""));
    let head = daemon.http("HEAD", &path).send().await;
    assert_eq!(
        (head.status, head.header("content-length"), &*head.body),
        (200, vec!["11"], "")
    );
    assert_eq!(daemon.http("POST", &path).send().await.status, 405);
}

#[tokio::test]
async fn what_could_run_in_a_browser_is_an_attachment() {
    let svg = "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let (daemon, path) = with_file("drawing.svg", "image/svg+xml", svg).await;
    let served = get(&daemon, &path, &[]).await;
    let disposition = served.header("content-disposition")[0];
    assert!(
        disposition.starts_with("attachment; filename="),
        "{disposition}"
    );
    assert_eq!(served.header("content-type"), ["image/svg+xml"]);
    assert!(served.header("content-security-policy")[0].contains("sandbox"));
}

#[tokio::test]
async fn nothing_but_a_finished_file_is_served() {
    let (daemon, path) = with_file("note.txt", "text/plain", "hello").await;
    let uploads = daemon.data_dir().join("uploads");
    std::fs::write(uploads.join("secret.txt"), "secret").unwrap();
    std::fs::write(uploads.join(".incoming/upload-abc.part"), "secret").unwrap();
    let name = path.strip_prefix("/api/uploads/").unwrap();
    for path in [
        "/api/uploads/secret.txt".to_owned(),
        "/api/uploads/.incoming/upload-abc.part".to_owned(),
        "/api/uploads/.incoming%2Fupload-abc.part".to_owned(),
        format!("/api/uploads/..%2Fuploads%2F{name}"),
        "/api/uploads/..%2f..%2f..%2fetc%2fpasswd".to_owned(),
        "/api/uploads/%2e%2e/liveside.redb".to_owned(),
        format!("/api/uploads/{name}%00"),
        format!("/api/uploads/{}", name.to_uppercase()),
        "/api/uploads/".to_owned(),
        "/api/uploads/aaaaaaaaaaaaaaaaaaaaaaaa.txt".to_owned(),
    ] {
        let answer = get(&daemon, &path, &[]).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        assert!(!answer.body.contains("secret"));
    }
    #[cfg(unix)]
    {
        let link = uploads.join("bbbbbbbbbbbbbbbbbbbbbbbb.txt");
        std::os::unix::fs::symlink(uploads.join("secret.txt"), link).unwrap();
        let answer = get(&daemon, "/api/uploads/bbbbbbbbbbbbbbbbbbbbbbbb.txt", &[]).await;
        assert_eq!(answer.status, 404);
    }
}
