use super::*;

fn covers(entry: &str, url: &str) -> Option<Naming> {
    let entry: AllowedHost = entry.parse().unwrap();
    entry.covers(&Url::parse(url).unwrap())
}

#[test]
fn an_entry_covers_its_own_scheme_host_and_port() {
    for (entry, url) in [
        ("https://api.example.org", "https://api.example.org/x?y#z"),
        ("https://API.example.org", "https://api.EXAMPLE.org:443/"),
        ("http://localhost:3000", "http://localhost:3000/"),
        ("https://x.org:8443/", "https://x.org:8443"),
        ("http://127.0.0.1:80", "http://2130706433/"),
        ("http://[::1]:3000", "http://[0:0::1]:3000/"),
        ("https://bücher.example", "https://xn--bcher-kva.example/"),
    ] {
        assert_eq!(covers(entry, url), Some(Naming::Named), "{entry} {url}");
    }
}

#[test]
fn an_entry_covers_nothing_beside_it() {
    for (entry, url) in [
        ("https://api.example.org", "http://api.example.org/"),
        ("https://api.example.org", "https://api.example.org:8443/"),
        ("https://api.example.org", "https://example.org/"),
        (
            "https://api.example.org",
            "https://api.example.org.evil.org/",
        ),
        (
            "https://api.example.org",
            "https://api.example.org@evil.org/",
        ),
        (
            "https://api.example.org",
            "https://evil.org/https://api.example.org",
        ),
        ("http://localhost:3000", "http://localhost/"),
        ("http://localhost", "http://127.0.0.1/"),
    ] {
        assert_eq!(covers(entry, url), None, "{entry} {url}");
    }
}

#[test]
fn a_wildcard_covers_subdomains_and_not_the_domain() {
    let entry = "https://*.example.com";
    for url in ["https://a.example.com/", "https://a.b.example.com/"] {
        assert_eq!(covers(entry, url), Some(Naming::Wildcard), "{url}");
    }
    for url in [
        "https://example.com/",
        "https://.example.com/",
        "https://evilexample.com/",
        "http://a.example.com/",
        "https://a.example.com:444/",
        "https://a.example.com.evil.org/",
    ] {
        assert_eq!(covers(entry, url), None, "{url}");
    }
    assert_eq!(
        covers("http://*.example.com:81", "http://a.example.com:81"),
        Some(Naming::Wildcard)
    );
}

#[test]
fn a_wrong_entry_is_named_with_what_is_wrong() {
    use AllowedHostProblem as Problem;
    for (entry, problem) in [
        ("", Problem::NotAnOrigin),
        ("api.example.org", Problem::NotAnOrigin),
        ("https://", Problem::NotAnOrigin),
        ("https://a b", Problem::NotAnOrigin),
        ("https://a:99999", Problem::NotAnOrigin),
        ("ftp://example.org", Problem::Scheme),
        ("*://example.org", Problem::Scheme),
        ("https://user@example.org", Problem::Userinfo),
        ("https://user:word@example.org", Problem::Userinfo),
        ("https://example.org/path", Problem::MoreThanAnOrigin),
        ("https://example.org/?q", Problem::MoreThanAnOrigin),
        ("https://example.org#x", Problem::MoreThanAnOrigin),
        ("https://a.*.org", Problem::Wildcard),
        ("https://*", Problem::Wildcard),
        ("https://a*.example.org", Problem::Wildcard),
        ("https://*.*.org", Problem::Wildcard),
        ("https://*.org", Problem::WildcardTooWide),
        ("https://*.com.", Problem::WildcardTooWide),
        ("http://*.127.0.0.1", Problem::WildcardTooWide),
    ] {
        let error = entry.parse::<AllowedHost>().unwrap_err();
        assert_eq!(error.problem, problem, "{entry}");
        assert!(
            error
                .to_string()
                .starts_with(&format!("`{entry}` cannot be allowed: "))
        );
    }
}

#[test]
fn entries_are_written_as_they_are_read() {
    for (entry, written) in [
        ("HTTPS://Example.org:443", "https://example.org"),
        ("http://*.example.org:8080", "http://*.example.org:8080"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ] {
        let parsed: AllowedHost = entry.parse().unwrap();
        assert_eq!(parsed.to_string(), written);
        assert_eq!(written.parse::<AllowedHost>().unwrap(), parsed);
    }
}

#[test]
fn the_entry_is_named_in_the_error_of_a_file() {
    #[derive(Debug, Deserialize)]
    struct Settings {
        #[serde(rename = "allowed-hosts")]
        _allowed_hosts: Vec<AllowedHost>,
    }
    let error = toml::from_str::<Settings>("allowed-hosts = [\"https://ok.org\", \"ok.org\"]");
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("`ok.org` cannot be allowed: write a scheme"),
        "{error}"
    );
}
