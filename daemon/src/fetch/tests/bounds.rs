//! What is bounded: bodies, headers, time, requests at a time.

use std::time::Duration;

use super::*;

/// Long enough for a round trip on this machine, short enough to wait for.
const SHORT: Duration = Duration::from_millis(100);

async fn fetch(server: &Server, path: &str, bounds: FetchConfig) -> Result<Response, FetchError> {
    let own = format!("http://app.test:{}", server.port);
    let request = get(format!("{own}{path}"));
    fetcher().fetch(&bounded(&[own], bounds), request).await
}

#[tokio::test]
async fn an_endless_body_is_cut_and_its_connection_dropped() {
    let server = Server::start(|_| Reply::Endless).await;
    let error = fetch(&server, "/", FetchConfig::default())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the body of the response is larger than 1048576 bytes"
    );
    server.dropped().await;
}

#[tokio::test]
async fn a_body_of_just_the_limit_is_read() {
    let server = Server::start(|path| match path {
        "/4" => Reply::ok("1234"),
        "/chunks" => Reply::Raw(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n12\r\n2\r\n34\r\n0\r\n\r\n"
                .into(),
        ),
        "/many" => Reply::Raw(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n12\r\n3\r\n345\r\n0\r\n\r\n"
                .into(),
        ),
        _ => Reply::Raw("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n".into()),
    })
    .await;
    let bounds = FetchConfig {
        response_body_bytes: 4,
        ..FetchConfig::default()
    };
    for path in ["/4", "/chunks"] {
        let response = fetch(&server, path, bounds.clone()).await.unwrap();
        assert_eq!(response.body, b"1234");
    }
    for path in ["/many", "/announced"] {
        let error = fetch(&server, path, bounds.clone()).await.unwrap_err();
        let part = Part::ResponseBody;
        assert_eq!(
            error,
            FetchError::TooLarge {
                part,
                limit_bytes: 4
            }
        );
    }
}

#[tokio::test]
async fn large_headers_of_a_response_are_refused() {
    let server = Server::start(|path| {
        let bytes: usize = path.trim_start_matches('/').parse().unwrap();
        Reply::with("200 OK", &format!("x-long: {}\r\n", "x".repeat(bytes)), "")
    })
    .await;
    let bounds = FetchConfig::default();
    assert!(fetch(&server, "/60000", bounds.clone()).await.is_ok());
    let error = fetch(&server, "/70000", bounds.clone()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the headers of the response are larger than 65536 bytes"
    );
    // More than the client reads at all.
    let error = fetch(&server, "/600000", bounds).await.unwrap_err();
    assert!(matches!(error, FetchError::Failed { .. }), "{error}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let server = Server::start(|_| Reply::Silence).await;
    let bounds = FetchConfig {
        timeout: SHORT,
        ..FetchConfig::default()
    };
    let error = fetch(&server, "/?secret", bounds).await.unwrap_err();
    assert_eq!(error.to_string(), "there was no whole answer within 100ms");
    server.asked().await;
    server.dropped().await;
}

#[tokio::test]
async fn a_body_that_does_not_go_on_is_given_up() {
    let server =
        Server::start(|_| Reply::Raw("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx".into())).await;
    let bounds = FetchConfig {
        timeout: SHORT,
        ..FetchConfig::default()
    };
    let error = fetch(&server, "/", bounds).await.unwrap_err();
    assert_eq!(error, FetchError::Timeout { limit: SHORT });
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_failure() {
    let server =
        Server::start(|_| Reply::Last("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx".into()))
            .await;
    let error = fetch(&server, "/", FetchConfig::default())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("the answer broke off"),
        "{error}"
    );
}

#[tokio::test]
async fn a_request_may_ask_for_less_time_and_not_for_more() {
    let server = Server::start(|_| Reply::Silence).await;
    let own = format!("http://app.test:{}", server.port);
    for (asked, limit) in [(SHORT / 2, SHORT / 2), (SHORT * 1000, SHORT)] {
        let bounds = FetchConfig {
            timeout: SHORT,
            ..FetchConfig::default()
        };
        let request = Request {
            timeout: Some(asked),
            ..get(own.clone())
        };
        let policy = bounded(std::slice::from_ref(&own), bounds);
        let error = fetcher().fetch(&policy, request).await.unwrap_err();
        assert_eq!(error, FetchError::Timeout { limit });
    }
}

#[tokio::test]
async fn requests_wait_for_their_turn_and_the_waiting_counts() {
    let server = Server::start(|path| match path {
        "/silence" => Reply::Silence,
        _ => Reply::ok("done"),
    })
    .await;
    let own = format!("http://app.test:{}", server.port);
    let bounds = FetchConfig {
        concurrent: 1,
        ..FetchConfig::default()
    };
    let policy = bounded(std::slice::from_ref(&own), bounds);
    let fetcher = fetcher();
    let taking = tokio::spawn({
        let (fetcher, policy) = (fetcher.clone(), policy.clone());
        let request = get(format!("{own}/silence"));
        async move { fetcher.fetch(&policy, request).await }
    });
    server.asked().await;
    let waiting = Request {
        timeout: Some(SHORT),
        ..get(own.clone())
    };
    let error = fetcher.fetch(&policy, waiting.clone()).await.unwrap_err();
    assert_eq!(error, FetchError::Timeout { limit: SHORT });
    assert_eq!(
        server.requests().len(),
        1,
        "the second request was not sent"
    );
    // A cancelled request gives its turn back.
    taking.abort();
    assert!(taking.await.unwrap_err().is_cancelled());
    let without_hurry = get(own);
    assert_eq!(
        fetcher.fetch(&policy, without_hurry).await.unwrap().body,
        b"done"
    );
}

#[tokio::test]
async fn connections_are_used_again_by_all_policies() {
    let server = Server::start(|_| Reply::ok("done")).await;
    let own = format!("http://app.test:{}", server.port);
    let fetcher = fetcher();
    for _ in 0..4 {
        let policy = policy(std::slice::from_ref(&own));
        fetcher
            .clone()
            .fetch(&policy, get(own.clone()))
            .await
            .unwrap();
    }
    assert_eq!(server.requests().len(), 4);
    assert_eq!(server.connections(), 1);
}
