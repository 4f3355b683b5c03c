//! Whom a request is taken to come from, and how.

use axum::http::HeaderValue;

use super::*;

fn front() -> Front {
    let trusted = ["10.0.0.0/8", "2001:db8:1::/48"];
    Front::new(trusted.map(|net| net.parse().unwrap()).to_vec(), false)
}

fn headers(name: HeaderName, values: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(name.clone(), HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn client(peer: &str, forwarded_for: &[&str]) -> Option<String> {
    let headers = headers(FORWARDED_FOR, forwarded_for);
    let client = front().client(peer.parse().unwrap(), &headers);
    client.map(|client| client.to_string())
}

fn known(client: &str) -> Option<String> {
    Some(client.to_owned())
}

#[test]
fn a_stranger_is_its_own_address_whatever_it_claims() {
    for claimed in [&[][..], &["1.1.1.1"], &["127.0.0.1"], &["10.0.0.1", "?"]] {
        assert_eq!(client("203.0.113.7", claimed), known("203.0.113.7"));
    }
    assert_eq!(client("::ffff:203.0.113.7", &[]), known("203.0.113.7"));
}

#[test]
fn behind_trusted_proxies_it_is_the_last_address_that_is_not_theirs() {
    for (peer, chain) in [
        ("10.0.0.1", &["198.51.100.4"][..]),
        ("127.0.0.1", &["198.51.100.4"]),
        ("::1", &["198.51.100.4"]),
        ("10.0.0.1", &["1.1.1.1, 198.51.100.4, 10.0.0.2"]),
        ("10.0.0.1", &["1.1.1.1", "198.51.100.4", "10.0.0.2"]),
        // What the client itself wrote, left of where it was seen.
        ("10.0.0.1", &["127.0.0.1, 10.9.9.9, ?, 198.51.100.4"]),
        ("10.0.0.1", &["198.51.100.4:5678"]),
        ("10.0.0.1", &["::ffff:198.51.100.4"]),
    ] {
        assert_eq!(client(peer, chain), known("198.51.100.4"), "{chain:?}");
    }
    for name in ["2001:db8:2::5", "[2001:db8:2::5]", "[2001:db8:2::5]:443"] {
        assert_eq!(client("10.0.0.1", &[name]), known("2001:db8:2::5"));
    }
}

#[test]
fn visitors_inside_the_trusted_networks_are_told_apart() {
    assert_eq!(client("10.0.0.1", &["10.7.7.7"]), known("10.7.7.7"));
}

#[test]
fn this_machine_and_proxies_that_name_nobody_are_not_known() {
    for peer in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1"] {
        for chain in [&[][..], &[""], &["unix:"], &["_hidden"], &["127.0.0.1"]] {
            assert_eq!(client(peer, chain), None, "{peer} {chain:?}");
        }
    }
}

#[test]
fn addresses_are_counted_by_household() {
    for (address, key) in [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:2:3:4:5:6:7", "2001:db8:2:3::/64"),
        ("2001:db8:2:3:ffff::", "2001:db8:2:3::/64"),
        ("2001:db8:2:4::", "2001:db8:2:4::/64"),
    ] {
        assert_eq!(counted_as(address.parse().unwrap()), key);
    }
}

#[test]
fn the_scheme_is_our_own_or_what_a_trusted_proxy_says() {
    let scheme = |front: Front, peer: &str, said: &[&str]| {
        let headers = headers(FORWARDED_PROTO, said);
        front.scheme(Some(peer.parse().unwrap()), &headers)
    };
    let tls = Front::new(Vec::new(), true);
    assert_eq!(scheme(tls, "203.0.113.7", &["http"]), Some(Scheme::Https));
    assert_eq!(scheme(front(), "203.0.113.7", &["https"]), None);
    assert_eq!(scheme(front(), "10.0.0.1", &[]), None);
    assert_eq!(scheme(front(), "10.0.0.1", &["gopher"]), None);
    for said in ["https", "HTTPS", "https, http"] {
        assert_eq!(scheme(front(), "10.0.0.1", &[said]), Some(Scheme::Https));
    }
    assert_eq!(scheme(front(), "::1", &["http"]), Some(Scheme::Http));
}
