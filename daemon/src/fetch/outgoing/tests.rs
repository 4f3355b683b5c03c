use super::*;

fn request(method: &str, url: &str, headers: &[(&str, &str)]) -> Request {
    Request {
        method: method.to_owned(),
        url: url.to_owned(),
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: Some(b"body".to_vec()),
        timeout: None,
    }
}

fn check(request: Request) -> Result<Outgoing, FetchError> {
    Outgoing::check(request, &FetchConfig::default())
}

#[test]
fn methods_are_tokens_and_open_no_tunnels() {
    for (method, sent) in [
        ("get", "GET"),
        ("Post", "POST"),
        ("patch", "patch"),
        ("X-1", "X-1"),
    ] {
        let outgoing = check(request(method, "http://a.org", &[])).unwrap();
        assert_eq!(outgoing.method.as_str(), sent);
    }
    for method in [
        "",
        "A B",
        "GET\r\nX: y",
        "CONNECT",
        "connect",
        "Trace",
        "TRACK",
        "é",
    ] {
        let error = check(request(method, "http://a.org", &[])).unwrap_err();
        assert!(
            matches!(error, FetchError::Invalid(InvalidRequest::Method(_))),
            "{method}"
        );
        assert!(!error.to_string().contains('\n'));
    }
}

#[test]
fn urls_are_absolute_http_and_without_a_user() {
    for (url, problem) in [
        ("/path", InvalidRequest::Url),
        ("http://", InvalidRequest::Url),
        (
            "file:///etc/passwd",
            InvalidRequest::Scheme("file".to_owned()),
        ),
        ("ws://a.org", InvalidRequest::Scheme("ws".to_owned())),
        ("http://me@a.org", InvalidRequest::Userinfo),
        ("http://:word@a.org", InvalidRequest::Userinfo),
    ] {
        let error = check(request("GET", url, &[])).unwrap_err();
        assert_eq!(error, FetchError::Invalid(problem), "{url}");
    }
}

#[test]
fn headers_of_the_connection_are_refused_by_name() {
    for name in FORBIDDEN
        .into_iter()
        .chain(["Host", "Proxy-Authorization", "PROXY-X"])
    {
        let error = check(request("GET", "http://a.org", &[(name, "x")])).unwrap_err();
        let problem = InvalidRequest::ForbiddenHeader(name.to_ascii_lowercase());
        assert_eq!(error, FetchError::Invalid(problem));
    }
    let error = check(request("GET", "http://a.org", &[("a b", "x")])).unwrap_err();
    assert_eq!(
        error,
        FetchError::Invalid(InvalidRequest::HeaderName("a b".to_owned()))
    );
    let error = check(request("GET", "http://a.org", &[("X-A", "x\r\nhost: b")])).unwrap_err();
    assert_eq!(
        error,
        FetchError::Invalid(InvalidRequest::HeaderValue("x-a".to_owned()))
    );
}

#[test]
fn requests_are_bounded() {
    let bounds = FetchConfig {
        header_bytes: 20,
        request_body_bytes: 3,
        ..FetchConfig::default()
    };
    let error = Outgoing::check(request("GET", "http://a.org", &[]), &bounds).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the body of the request is larger than 3 bytes"
    );
    let long = request("GET", "http://a.org", &[("name", "value")]);
    let error = Outgoing::check(long, &bounds).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the URL and headers of the request are larger than 20 bytes"
    );
}

fn redirected(method: &str, status: u16, location: &str) -> Outgoing {
    let headers = [
        ("authorization", "secret"),
        ("cookie", "secret"),
        ("content-type", "text/plain"),
        ("x-own", "stays"),
    ];
    let mut outgoing = check(request(method, "http://a.org/x?y", &headers)).unwrap();
    let location = HeaderValue::from_str(location).unwrap();
    outgoing
        .redirect(StatusCode::from_u16(status).unwrap(), &location)
        .unwrap();
    outgoing
}

#[test]
fn redirects_change_methods_as_the_fetch_standard_has_it() {
    for (method, status, then) in [
        ("POST", 301, "GET"),
        ("POST", 302, "GET"),
        ("POST", 303, "GET"),
        ("PUT", 301, "PUT"),
        ("PUT", 302, "PUT"),
        ("PUT", 303, "GET"),
        ("HEAD", 303, "HEAD"),
        ("GET", 303, "GET"),
        ("POST", 307, "POST"),
        ("POST", 308, "POST"),
    ] {
        let outgoing = redirected(method, status, "z");
        assert_eq!(outgoing.method.as_str(), then, "{method} {status}");
        let changed = method != then;
        assert_eq!(outgoing.body.is_none(), changed, "{method} {status}");
        assert_eq!(outgoing.headers.contains_key("content-type"), !changed);
        assert_eq!(outgoing.url.as_str(), "http://a.org/z");
        assert_eq!(outgoing.headers["authorization"], "secret");
    }
}

#[test]
fn credentials_do_not_go_to_another_origin() {
    for location in [
        "http://b.org/",
        "https://a.org/",
        "http://a.org:81/",
        "//sub.a.org/",
    ] {
        let outgoing = redirected("GET", 302, location);
        assert!(
            !outgoing.headers.contains_key("authorization"),
            "{location}"
        );
        assert!(!outgoing.headers.contains_key("cookie"), "{location}");
        assert_eq!(outgoing.headers["x-own"], "stays");
    }
}

#[test]
fn a_redirect_to_what_cannot_be_fetched_fails_without_telling_the_query() {
    let mut outgoing = check(request("GET", "http://a.org/x?secret", &[])).unwrap();
    for location in [
        "file:///etc/passwd",
        "http://u:p@a.org/",
        "http://",
        "http://a b/",
    ] {
        let location = HeaderValue::from_static(location);
        let error = outgoing.redirect(StatusCode::FOUND, &location).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the request to `http://a.org` failed: it redirects to a URL that cannot be fetched"
        );
    }
}
