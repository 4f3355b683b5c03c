//! An app that is down, slow or broken.

use super::*;

const GET: &str = "GET /?secret HTTP/1.1\r\nhost: a.org\r\n\r\n";
const PAGE: &str = "GET / HTTP/1.1\r\nhost: a.org\r\naccept: text/html,*/*\r\n\r\n";

#[tokio::test]
async fn an_app_that_is_down_is_told_and_comes_back() {
    let (app, _) = raw_app("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let address = app.address;
    let site = Site::before(app, OUTSIDE, LONG).await;
    drop(site.app);
    let answer = site.front.ask(GET).await;
    assert!(
        answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"),
        "{answer}"
    );
    assert!(answer.contains("cache-control: no-store\r\n"), "{answer}");
    assert!(answer.contains("content-type: text/plain"), "{answer}");
    assert_eq!(
        body(&answer),
        "The app does not answer: it is not running, or not where the daemon looks for it\n"
    );
    let answer = site.front.ask(PAGE).await;
    assert!(answer.contains("content-type: text/html"), "{answer}");
    assert!(
        body(&answer).contains("<p>The app does not answer: "),
        "{answer}"
    );
    assert!(!answer.contains(&address.to_string()), "{answer}");

    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    let _app = Server::serve(listener, |mut stream, _| async move {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nback";
        tokio::io::AsyncWriteExt::write_all(&mut stream, answer)
            .await
            .unwrap();
        let mut rest = Vec::new();
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest).await;
    });
    assert_eq!(body(&site.front.ask(GET).await), "back");
}

#[tokio::test]
async fn a_slow_app_is_given_up() {
    let (app, requests) = raw_app("").await;
    let site = Site::before(app, OUTSIDE, Duration::from_millis(50)).await;
    let answer = site.front.ask(GET).await;
    assert!(
        answer.starts_with("HTTP/1.1 504 Gateway Timeout\r\n"),
        "{answer}"
    );
    assert_eq!(body(&answer), "The app did not begin to answer in time\n");
    assert_eq!(requests.lock().len(), 1);
}

#[tokio::test]
async fn an_app_that_speaks_no_http_is_told() {
    for nonsense in [
        "nonsense\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    ] {
        let (app, _) = raw_app(nonsense).await;
        let site = Site::before(app, OUTSIDE, LONG).await;
        let answer = site.front.ask(GET).await;
        assert!(
            answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"),
            "{answer}"
        );
        assert!(
            body(&answer).starts_with("The app gave no proper answer"),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_breaks_off_here_too() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let app = Server::serve(listener, |mut stream, _| async move {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf";
        let mut request = [0; 1024];
        let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut request).await;
        let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, answer).await;
    });
    let site = Site::before(app, OUTSIDE, LONG).await;
    let mut browser = site.front.connect().await;
    browser.send(GET).await;
    let answer = browser.rest().await;
    assert!(
        answer.contains("content-length: 9\r\n") && answer.ends_with("half"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_target_that_is_no_path_is_refused() {
    let (app, requests) = raw_app("").await;
    let site = Site::before(app, OUTSIDE, LONG).await;
    let answer = site
        .front
        .ask("CONNECT other.example:443 HTTP/1.1\r\nhost: other.example\r\n\r\n")
        .await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(requests.lock().is_empty());
}

#[tokio::test]
async fn a_request_that_breaks_off_is_not_the_apps_fault() {
    let (app, _) = raw_app("").await;
    let site = Site::before(app, OUTSIDE, LONG).await;
    let head = "POST / HTTP/1.1\r\nhost: a.org\r\ntransfer-encoding: chunked\r\n\r\n";
    let answer = site
        .front
        .ask(&format!("{head}this is no length\r\n"))
        .await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(body(&answer).contains("broke off"), "{answer}");
}
