use super::*;

const ALL: &str = r#"
    renewal-grace = "1m"

    [[provider]]
    name = "app"
    kind = "jwt"
    algorithms = ["HS256"]
    secret = "a secret of sixteen bytes or more"
    issuer = "https://login.example"
    audience = ["live"]
    cookie = "session"
    [provider.claims]
    roles = "realm_access.roles"

    [[provider]]
    name = "keys"
    kind = "jwt"
    algorithms = ["RS256", "EdDSA"]
    jwks-url = "https://login.example/jwks.json"

    [[provider]]
    name = "backend"
    kind = "http"
    url = "http://127.0.0.1:3000/live/auth"
    forward-headers = ["Cookie", "X-Session"]

    [[provider]]
    name = "device"
    kind = "module"
    file = "auth/device.wasm"
    config = { window = "60" }
    secrets = { key = "hunter2" }
    allowed-hosts = ["https://keys.example"]
"#;

fn parse(text: &str) -> Result<AuthConfig, String> {
    let config: AuthConfig = toml::from_str(text).map_err(|error| error.to_string())?;
    config.check().map_err(|error| error.to_string())?;
    Ok(config)
}

#[test]
fn each_kind_of_provider_has_its_defaults() {
    let config = parse(ALL).unwrap();
    assert_eq!(config.renewal_grace, Duration::from_secs(60));
    let [
        ProviderConfig::Jwt(app),
        ProviderConfig::Jwt(keys),
        ProviderConfig::Http(backend),
        ProviderConfig::Module(device),
    ] = &config.providers[..]
    else {
        panic!("{config:?}");
    };
    assert_eq!(
        (&*app.claims.user_id, &*app.claims.roles),
        ("sub", "realm_access.roles")
    );
    assert!(app.require_expiry && app.leeway == Duration::from_secs(30));
    assert_eq!(keys.jwks_refresh, Duration::from_secs(600));
    assert_eq!(
        backend.forward_headers.as_slice(),
        ["cookie", "x-session"],
        "names are compared in lower case"
    );
    assert_eq!(
        (backend.timeout, backend.cache, backend.concurrency),
        (Duration::from_secs(5), Duration::from_secs(10), 64)
    );
    assert_eq!(
        device.forward_headers.as_slice(),
        ["cookie", "authorization"]
    );
}

#[test]
fn nobody_can_sign_in_without_a_provider() {
    let config = parse("").unwrap();
    assert!(config.providers.is_empty());
    assert_eq!(config.renewal_grace, Duration::from_secs(30));
}

#[test]
fn secrets_are_not_shown() {
    let config = parse(ALL).unwrap();
    let shown = format!("{config:?}{}", toml::to_string(&config).unwrap());
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(!shown.contains("sixteen bytes"), "{shown}");
    assert!(shown.contains("https://login.example"), "{shown}");
}

#[test]
fn what_could_never_work_is_refused_with_a_sentence() {
    let pem = r#""""-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA
-----END PUBLIC KEY-----""""#;
    let secret = "secret = \"a secret of sixteen bytes or more\"";
    for (from, to, sentence) in [
        ("\"HS256\"", "", "`algorithms` is empty"),
        ("\"HS256\"", "\"none\"", "unknown variant `none`"),
        (
            "\"HS256\"",
            "\"HS256\", \"RS256\"",
            "RS256 needs `public-key`",
        ),
        (
            "\"RS256\", \"EdDSA\"",
            "\"RS256\", \"HS512\"",
            "HS512 needs a `secret`, and what `jwks-url` gives is a public key",
        ),
        (
            secret,
            "public-key = \"app.pem\"",
            "HS256 needs a `secret`, and `public-key` is a public key, with which anybody could sign",
        ),
        (
            "jwks-url = \"https://login.example/jwks.json\"",
            "public-key = \"app.pem\"",
            "RS256 and EdDSA need different kinds of keys",
        ),
        (secret, "", "give one of `secret`"),
        (
            secret,
            "secret = \"a secret of sixteen bytes or more\"\npublic-key = \"x.pem\"",
            "give one of `secret`",
        ),
        (secret, "secret = \"short\"", "`secret` is shorter than 16"),
        (
            secret,
            &format!("secret = {pem}"),
            "`secret` is a public key",
        ),
        (
            secret,
            "secret = { env = \"LIVESIDE_TEST_NO_SUCH_VARIABLE\" }",
            "secret: the environment has no variable",
        ),
        (
            "name = \"keys\"",
            "name = \"app\"",
            "there are two of this name",
        ),
        ("name = \"app\"", "name = \"a b\"", "a name has 1 to 64"),
        ("\"https://login.example\"", "\"\"", "`issuer` is empty"),
        (
            "cookie = \"session\"",
            "cookie = \"a=b\"",
            "no name of a cookie",
        ),
        (
            "issuer = \"https://login.example\"",
            "leeway = \"2h\"",
            "`leeway` is longer than an hour",
        ),
        (
            "https://login.example/jwks",
            "ftp://login.example/jwks",
            "scheme is `ftp`",
        ),
        (
            "https://login.example/jwks",
            "https://me:pw@login.example/jwks",
            "a user or a password",
        ),
        (
            "X-Session",
            "X Session",
            "`X Session` is no name of a header",
        ),
        ("X-Session", "Content-Length", "`content-length` belongs to"),
        (
            "X-Session",
            "Sec-WebSocket-Key",
            "`sec-websocket-key` belongs",
        ),
        (
            "/live/auth\"",
            "/live/auth\"\ntimeout = \"0s\"",
            "`timeout` must be",
        ),
        (
            "/live/auth\"",
            "/live/auth\"\ncache = \"2h\"",
            "`cache` is longer",
        ),
        ("window", "key", "`key` is in `config` and in `secrets`"),
        ("cookie =", "cooky =", "unknown field `cooky`"),
        (
            "kind = \"http\"",
            "kind = \"ldap\"",
            "unknown variant `ldap`",
        ),
    ] {
        let text = ALL.replacen(from, to, 1);
        assert_ne!(text, ALL, "{from} is not in the text");
        let error = parse(&text).unwrap_err();
        assert!(error.contains(sentence), "{sentence}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn the_examples_of_the_documentation_are_good() {
    let page = include_str!("../../../../docs/auth.md");
    let examples: Vec<&str> = page
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(examples.len() >= 4, "{}", examples.len());
    for example in examples {
        let config: super::super::Config =
            toml::from_str(example).unwrap_or_else(|error| panic!("{example}\n{error}"));
        assert!(!config.auth.providers.is_empty(), "{example}");
        match config.auth.check().map_err(|error| error.problem) {
            // The variables of the examples are nowhere set.
            Ok(()) | Err(AuthProblem::SecretSource(..)) => {}
            Err(problem) => panic!("{example}\n{problem}"),
        }
    }
}
