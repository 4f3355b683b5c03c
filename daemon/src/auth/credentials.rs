//! What a client shows: its token, the payload of its AUTH, and headers of its upgrade request.

use std::fmt;

use crate::state::{Json, entries};

/// What a client shows. Its debug print tells what there is, never what it is.
#[derive(Clone)]
pub struct Credentials {
    /// The payload of AUTH, a JSON object; `{}` at the upgrade.
    pub payload: Json,
    /// What stands behind `?token=` at the upgrade, or under `token` in the payload.
    pub token: Option<Token>,
    /// Headers of the upgrade request, names in lower case. Only those that some provider wants are needed:
    /// [`Auth::wanted_headers`](super::Auth::wanted_headers).
    pub headers: Vec<(String, String)>,
}

impl Credentials {
    /// Those of an upgrade request. `token` is that of the URL's query.
    #[must_use]
    pub fn at_upgrade(token: Option<Token>, headers: Vec<(String, String)>) -> Self {
        Self {
            payload: Json::parse("{}").unwrap_or_else(|_| Json::null()),
            token,
            headers,
        }
    }

    /// Those of an AUTH message, on a connection with these headers.
    #[must_use]
    pub fn in_payload(payload: Json, headers: Vec<(String, String)>) -> Self {
        let token = entries(payload.as_str()).ok().and_then(|entries| {
            let (_, token) = entries.into_iter().find(|(key, _)| key == "token")?;
            let token: String = serde_json::from_str(token.get()).ok()?;
            (!token.is_empty()).then(|| Token::new(token))
        });
        Self {
            payload,
            token,
            headers,
        }
    }

    /// Whether there is anything in them but headers.
    pub(super) fn are_shown(&self) -> bool {
        self.token.is_some() || !matches!(self.payload.as_str(), "{}" | "null")
    }

    /// The headers of these names, in their order.
    pub(super) fn headers_of<'a>(
        &'a self,
        wanted: &'a [String],
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.headers
            .iter()
            .filter(|(name, _)| wanted.contains(name))
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The values of one header.
    pub(super) fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(header, _)| header == name)
            .map(|(_, value)| value.as_str())
    }

    /// The token of `Authorization: Bearer TOKEN`.
    pub(super) fn bearer(&self) -> Option<&str> {
        self.header("authorization").find_map(|value| {
            let (scheme, token) = value.trim().split_once(' ')?;
            let token = token.trim();
            (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
        })
    }

    /// The value of a cookie, without quotes around it.
    pub(super) fn cookie<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.header("cookie")
            .flat_map(|value| value.split(';'))
            .find_map(|pair| {
                let (key, value) = pair.trim().split_once('=')?;
                let value = value.trim().trim_matches('"');
                (key.trim() == name && !value.is_empty()).then_some(value)
            })
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Credentials")
            .field("payload_bytes", &self.payload.as_str().len())
            .field("token", &self.token)
            .field("headers", &names)
            .finish()
    }
}

/// A token. Never shown, not even to a debugger's eye.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Box<str>);

impl Token {
    /// Takes a token as it came.
    #[must_use]
    pub fn new(token: impl Into<Box<str>>) -> Self {
        Self(token.into())
    }

    /// The token itself: for those who verify it or pass it on.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_header(name: &str, value: &str) -> Credentials {
        Credentials::at_upgrade(None, vec![(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn a_token_is_found_wherever_it_may_be() {
        let auth = Json::parse(r#"{"provider":"app","token":"s\u0065cret"}"#).unwrap();
        let credentials = Credentials::in_payload(auth, Vec::new());
        assert_eq!(credentials.token.unwrap().reveal(), "secret");
        for none in [r#"{"token":""}"#, r#"{"token":7}"#, "{}", "null"] {
            let credentials = Credentials::in_payload(Json::parse(none).unwrap(), Vec::new());
            assert_eq!(credentials.token, None, "{none}");
        }
        for (value, token) in [
            ("Bearer secret", Some("secret")),
            ("bearer  secret ", Some("secret")),
            ("Basic secret", None),
            ("Bearer", None),
            ("Bearer ", None),
        ] {
            assert_eq!(
                with_header("authorization", value).bearer(),
                token,
                "{value}"
            );
        }
        for (value, token) in [
            ("session=secret", Some("secret")),
            ("a=b; session=\"secret\" ;c=d", Some("secret")),
            ("session=a=b", Some("a=b")),
            ("xsession=secret; session2=x", None),
            ("session=", None),
            ("session", None),
        ] {
            assert_eq!(
                with_header("cookie", value).cookie("session"),
                token,
                "{value}"
            );
        }
    }

    #[test]
    fn nothing_of_them_is_shown() {
        let mut credentials = with_header("cookie", "session=hunter2");
        credentials.payload = Json::parse(r#"{"password":"hunter2"}"#).unwrap();
        credentials.token = Some(Token::new("hunter2"));
        let shown = format!("{credentials:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(
            shown.contains("cookie") && shown.contains("Token(..)"),
            "{shown}"
        );
    }
}
