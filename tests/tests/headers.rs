//! What browsers are told of each answer, route by route.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use axum::Router;
use axum::http::header;
use liveside_tests::{App, Daemon, DaemonBuilder, HttpAnswer};

const NAMES: [&str; 5] = [
    "x-content-type-options",
    "referrer-policy",
    "content-security-policy",
    "x-frame-options",
    "access-control-allow-origin",
];

/// The protecting headers of an answer, one a line.
fn protection(answer: &HttpAnswer) -> String {
    let lines = NAMES.iter().flat_map(|name| {
        let values = answer.header(name).into_iter();
        values.map(move |value| format!("{name}: {value}\n"))
    });
    lines.collect()
}

const OWN: &str = "x-content-type-options: nosniff\n\
                   referrer-policy: strict-origin-when-cross-origin\n\
                   content-security-policy: frame-ancestors 'self'\n\
                   x-frame-options: SAMEORIGIN\n";

fn with_static(files: &[(&str, &str)]) -> DaemonBuilder {
    let daemon = Daemon::with(&[]);
    let directory = daemon.path("static");
    std::fs::create_dir(&directory).unwrap();
    for (name, text) in files {
        std::fs::write(directory.join(name), text).unwrap();
    }
    daemon.arg(&format!("--static={}", directory.display()))
}

#[tokio::test]
async fn each_answer_of_the_daemon_is_protected() {
    let daemon = with_static(&[("page.html", "<p>page")]).start().await;
    for (method, path, status) in [
        ("GET", "/api/live/ws", 426),
        ("GET", "/api/live/stats", 200),
        ("GET", "/api/live/health", 200),
        ("GET", "/api/live/components", 200),
        ("GET", "/api/live/websocket-info", 200),
        ("POST", "/api/live/health", 405),
        ("POST", "/api/live/rooms/r/emit", 403),
        ("POST", "/api/live/rooms/r/messages", 403),
        ("POST", "/api/live/broadcast", 403),
        ("POST", "/api/live/components/C/actions/a", 403),
        ("GET", "/live/nothing.js", 404),
        ("GET", "/page.html", 200),
        ("GET", "/nothing.html", 404),
    ] {
        let answer = daemon.http(method, path).send().await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(protection(&answer), OWN, "{method} {path}");
    }
}

#[tokio::test]
async fn the_browser_client_can_be_loaded_from_any_origin() {
    let daemon = Daemon::with(&[]).start().await;
    let answer = daemon.http("GET", "/live/client.js").send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        protection(&answer),
        format!("{OWN}access-control-allow-origin: *\n")
    );
    assert!(answer.header("cross-origin-resource-policy").is_empty());
}

#[tokio::test]
async fn those_that_may_connect_may_show_a_page_in_a_frame() {
    let daemon = with_static(&[("page.html", "<p>page")])
        .config("allowed-origins = [\"https://app.example.org\"]")
        .start()
        .await;
    let answer = daemon.http("GET", "/page.html").send().await;
    assert_eq!(
        answer.header("content-security-policy"),
        ["frame-ancestors 'self' https://app.example.org"]
    );
    assert!(answer.header("x-frame-options").is_empty());
}

#[tokio::test]
async fn what_the_app_answers_is_passed_on_as_it_is() {
    let page = || async { ([(header::X_FRAME_OPTIONS, "DENY")], "the app") };
    let app = App::start(Router::new().fallback(page)).await;
    let upstream = format!("--upstream=http://{}", app.address);
    let daemon = with_static(&[("page.html", "<p>page")])
        .arg(&upstream)
        .start()
        .await;
    let answer = daemon.http("GET", "/anything").send().await;
    assert_eq!(answer.body, "the app");
    assert_eq!(protection(&answer), "x-frame-options: DENY\n");
    // Beside it, the daemon's own are as they always are; also what it says where the app is silent.
    assert_eq!(
        protection(&daemon.http("GET", "/page.html").send().await),
        OWN
    );
    drop(app);
    let down = daemon.http("GET", "/anything").send().await;
    assert_eq!((down.status, protection(&down).as_str()), (502, OWN));
}
