//! Values of `[auth]` that fit for themselves and make no sense together.

use std::time::Duration;

use super::{
    AuthConfig, AuthModuleConfig, CallbackConfig, JwtAlgorithm, JwtConfig, KeyFamily,
    ProviderConfig,
};

/// Longest name of a provider.
const NAME_BYTES: usize = 64;
/// Shortest secret. Shorter ones can be guessed from a single token.
const SECRET_BYTES: usize = 16;
/// A clock that is further off is wrong, and every token would live that much longer.
const MAX_LEEWAY: Duration = Duration::from_secs(60 * 60);
/// A user who is locked out must not stay for longer.
const MAX_CACHE: Duration = Duration::from_secs(60 * 60);

/// A provider that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("auth.provider `{provider}`: {problem}")]
pub struct AuthConfigError {
    /// Its name.
    pub provider: String,
    /// What is wrong with it.
    pub problem: AuthProblem,
}

/// What can be wrong with a provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthProblem {
    /// No name, or one that a message could not carry.
    #[error("a name has 1 to {NAME_BYTES} letters, digits, `-` and `_`")]
    Name,
    /// A name that is taken.
    #[error("there are two of this name")]
    SameName,
    /// No algorithm at all.
    #[error("`algorithms` is empty: say what tokens are signed by, such as [\"RS256\"]")]
    NoAlgorithm,
    /// No key, or several.
    #[error(
        "give one of `secret` (for HS256, HS384, HS512), `public-key` and `jwks-url` (for the others)"
    )]
    OneKey,
    /// The classic confusion: whoever knows the public key could sign.
    #[error(
        "{0} needs a `secret`, and {key} is a public key, with which anybody could sign: take the HS algorithms out, \
         or write a provider of their own for them",
        key = .1
    )]
    SecretAlgorithmWithPublicKey(JwtAlgorithm, &'static str),
    /// A secret for signatures by key pair.
    #[error("{0} needs `public-key` or `jwks-url`, and not `secret`")]
    PublicAlgorithmWithSecret(JwtAlgorithm),
    /// Two families in a file of one key.
    #[error(
        "{0} and {1} need different kinds of keys, and `public-key` is one: write a provider for each"
    )]
    TwoFamilies(JwtAlgorithm, JwtAlgorithm),
    /// The secret is not where it should be.
    #[error("{0}: {1}")]
    SecretSource(String, String),
    /// A secret that is too short.
    #[error(
        "`secret` is shorter than {SECRET_BYTES} bytes: take a random one, such as of `openssl rand -hex 32`"
    )]
    ShortSecret,
    /// A public key in the place of a secret.
    #[error(
        "`secret` is a public key or a certificate, with which anybody could sign: use `public-key`, and RS, PS, ES or EdDSA"
    )]
    SecretIsPublic,
    /// A duration that weakens the check.
    #[error("`{0}` is longer than an hour")]
    TooLong(&'static str),
    /// Something of which there must be some.
    #[error("`{0}` must be more than zero")]
    Zero(&'static str),
    /// A value that says nothing.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// A cookie's name that no cookie can have.
    #[error("`{0}` is no name of a cookie")]
    Cookie(String),
    /// A URL that cannot be asked.
    #[error("the URL's scheme is `{0}`: it must be http or https")]
    Scheme(String),
    /// A user or a password in the URL.
    #[error("the URL holds a user or a password: leave them out")]
    Userinfo,
    /// A header that there cannot be.
    #[error("`{0}` is no name of a header")]
    HeaderName(String),
    /// A header that must not be passed on.
    #[error("the header `{0}` belongs to the connection itself and cannot be forwarded")]
    ConnectionHeader(String),
    /// A value that is a secret as well.
    #[error("`{0}` is in `config` and in `secrets`")]
    ConfigAndSecret(String),
}

impl AuthConfig {
    /// Looks at all that can be known without asking anybody. Reads the secrets.
    ///
    /// # Errors
    /// With the first provider that cannot be used, and why.
    pub fn check(&self) -> Result<(), AuthConfigError> {
        for (at, provider) in self.providers.iter().enumerate() {
            let name = provider.name();
            let is_taken = || {
                self.providers[..at]
                    .iter()
                    .any(|other| other.name() == name)
            };
            let found = match provider {
                _ if !is_name(name) => Err(AuthProblem::Name),
                _ if is_taken() => Err(AuthProblem::SameName),
                ProviderConfig::Jwt(jwt) => check_jwt(jwt),
                ProviderConfig::Http(callback) => check_callback(callback),
                ProviderConfig::Module(module) => check_module(module),
            };
            found.map_err(|problem| AuthConfigError {
                provider: name.chars().take(NAME_BYTES).collect(),
                problem,
            })?;
        }
        Ok(())
    }
}

fn is_name(name: &str) -> bool {
    (1..=NAME_BYTES).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn check_jwt(jwt: &JwtConfig) -> Result<(), AuthProblem> {
    let first = *jwt.algorithms.first().ok_or(AuthProblem::NoAlgorithm)?;
    let of_secret = |algorithm: &&JwtAlgorithm| algorithm.family() == KeyFamily::Secret;
    let by_secret = jwt.algorithms.iter().find(of_secret);
    match (&jwt.secret, &jwt.public_key, &jwt.jwks_url) {
        (Some(secret), None, None) => {
            if let Some(other) = jwt.algorithms.iter().find(|one| !of_secret(one)) {
                return Err(AuthProblem::PublicAlgorithmWithSecret(*other));
            }
            let secret = secret
                .read()
                .map_err(|error| AuthProblem::SecretSource("secret".to_owned(), error))?;
            if secret.trim_start().starts_with("-----BEGIN") {
                return Err(AuthProblem::SecretIsPublic);
            }
            if secret.len() < SECRET_BYTES {
                return Err(AuthProblem::ShortSecret);
            }
        }
        (None, Some(_), None) => {
            if let Some(secret) = by_secret {
                let key = "`public-key`";
                return Err(AuthProblem::SecretAlgorithmWithPublicKey(*secret, key));
            }
            let differs = |one: &&JwtAlgorithm| one.family() != first.family();
            if let Some(other) = jwt.algorithms.iter().find(differs) {
                return Err(AuthProblem::TwoFamilies(first, *other));
            }
        }
        (None, None, Some(_)) => {
            if let Some(secret) = by_secret {
                let key = "what `jwks-url` gives";
                return Err(AuthProblem::SecretAlgorithmWithPublicKey(*secret, key));
            }
        }
        _ => return Err(AuthProblem::OneKey),
    }
    let empty = [
        ("issuer", jwt.issuer.as_deref() == Some("")),
        ("audience", jwt.audience.iter().any(String::is_empty)),
        ("claims.user-id", jwt.claims.user_id.is_empty()),
    ];
    if let Some((key, _)) = empty.iter().find(|(_, empty)| *empty) {
        return Err(AuthProblem::Empty(key));
    }
    if let Some(cookie) = &jwt.cookie
        && (cookie.is_empty()
            || !cookie.bytes().all(|byte| byte.is_ascii_graphic())
            || cookie.contains(['=', ';', ',', '"']))
    {
        return Err(AuthProblem::Cookie(cookie.clone()));
    }
    if jwt.leeway > MAX_LEEWAY {
        return Err(AuthProblem::TooLong("leeway"));
    }
    if jwt.jwks_refresh.is_zero() {
        return Err(AuthProblem::Zero("jwks-refresh"));
    }
    Ok(())
}

fn check_callback(callback: &CallbackConfig) -> Result<(), AuthProblem> {
    if callback.timeout.is_zero() {
        return Err(AuthProblem::Zero("timeout"));
    }
    if callback.concurrency == 0 {
        return Err(AuthProblem::Zero("concurrency"));
    }
    if callback.cache > MAX_CACHE {
        return Err(AuthProblem::TooLong("cache"));
    }
    Ok(())
}

fn check_module(module: &AuthModuleConfig) -> Result<(), AuthProblem> {
    if module.file.as_os_str().is_empty() {
        return Err(AuthProblem::Empty("file"));
    }
    for (key, secret) in &module.secrets {
        if module.config.contains_key(key) {
            return Err(AuthProblem::ConfigAndSecret(key.clone()));
        }
        secret
            .read()
            .map_err(|error| AuthProblem::SecretSource(format!("secrets.{key}"), error))?;
    }
    Ok(())
}
