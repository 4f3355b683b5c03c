//! Keys, each of them for one family of algorithms.

use std::fmt;

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

use super::Problem;
use crate::auth::read_file;
use crate::config::{JwtAlgorithm, JwtConfig, KeyFamily};

/// What verifies a signature. The shared secret of an HS algorithm is one, too.
pub(super) struct PublicKey {
    key: DecodingKey,
    family: KeyFamily,
    /// The name that tokens call it by.
    kid: Option<String>,
    /// The one algorithm that it is for, where it says so.
    algorithm: Option<String>,
}

impl PublicKey {
    pub(super) fn as_decoding_key(&self) -> &DecodingKey {
        &self.key
    }

    /// Whether a token with this `kid` and algorithm may be signed by it.
    pub(super) fn fits(&self, kid: Option<&str>, algorithm: JwtAlgorithm) -> bool {
        let is_meant = kid.is_none_or(|kid| self.kid.as_deref() == Some(kid));
        let own = self.algorithm.as_deref();
        is_meant
            && self.family == algorithm.family()
            && own.is_none_or(|own| own == algorithm.to_string())
    }

    /// A key of a set that a URL gave. `None` for one that is of no use here: another purpose, another kind, or a secret,
    /// which no URL may give.
    pub(super) fn of_set(entry: &Value) -> Option<Self> {
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        let family = match (text("kty")?, text("crv")) {
            ("RSA", _) => KeyFamily::Rsa,
            ("EC", Some("P-256")) => KeyFamily::P256,
            ("EC", Some("P-384")) => KeyFamily::P384,
            ("OKP", Some("Ed25519")) => KeyFamily::Ed25519,
            _ => return None,
        };
        if text("use").is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        if let Some(operations) = entry.get("key_ops")
            && !operations.as_array()?.iter().any(|one| one == "verify")
        {
            return None;
        }
        Some(Self {
            key: DecodingKey::from_jwk(&jwk(entry)?).ok()?,
            family,
            kid: text("kid").map(str::to_owned),
            algorithm: text("alg").map(str::to_owned),
        })
    }
}

/// Reads what makes the key. The rest of an entry may be of a kind that the library does not know.
fn jwk(entry: &Value) -> Option<Jwk> {
    const NEEDED: [&str; 6] = ["kty", "crv", "n", "e", "x", "y"];
    let entry = entry.as_object()?.iter();
    let needed = entry.filter(|(name, _)| NEEDED.contains(&name.as_str()));
    let needed = needed.map(|(name, value)| (name.clone(), value.clone()));
    serde_json::from_value(Value::Object(needed.collect())).ok()
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({:?}, {:?})", self.family, self.kid)
    }
}

/// The key of `secret` or `public-key`.
pub(super) fn of_config(config: &JwtConfig) -> Result<PublicKey, Problem> {
    let algorithm = config.algorithms.first().copied();
    let family = algorithm.map_or(KeyFamily::Secret, JwtAlgorithm::family);
    let key = match (&config.secret, &config.public_key) {
        (None, Some(path)) => {
            let pem = read_file(path)?;
            if String::from_utf8_lossy(&pem).contains("PRIVATE KEY-----") {
                return Err(Problem::PrivateKey { path: path.clone() });
            }
            let read = match family {
                KeyFamily::Rsa => DecodingKey::from_rsa_pem(&pem),
                KeyFamily::P256 | KeyFamily::P384 => DecodingKey::from_ec_pem(&pem),
                KeyFamily::Ed25519 | KeyFamily::Secret => DecodingKey::from_ed_pem(&pem),
            };
            read.map_err(|_| Problem::PublicKey {
                path: path.clone(),
                algorithm: algorithm.map_or_else(String::new, |one| one.to_string()),
            })?
        }
        (Some(secret), _) => {
            let secret = secret.read().map_err(|reason| Problem::Secret {
                key: "secret".to_owned(),
                reason,
            })?;
            warn_of_short_secret(config, secret.len());
            DecodingKey::from_secret(secret.as_bytes())
        }
        // The configuration's check lets no other case through.
        (None, None) => {
            return Err(Problem::Secret {
                key: "secret".to_owned(),
                reason: "there is none".to_owned(),
            });
        }
    };
    Ok(PublicKey {
        key,
        family,
        kid: None,
        algorithm: None,
    })
}

/// RFC 7518 wants a secret as long as the hash. Many apps have shorter ones, and the app decides.
fn warn_of_short_secret(config: &JwtConfig, bytes: usize) {
    let wanted = config.algorithms.iter().map(|algorithm| match algorithm {
        JwtAlgorithm::HS512 => 64,
        JwtAlgorithm::HS384 => 48,
        _ => 32,
    });
    if let Some(wanted) = wanted.max().filter(|wanted| bytes < *wanted) {
        tracing::warn!(
            provider = %config.name,
            "the secret is shorter than the {wanted} bytes that its algorithm asks for: a longer one is harder to guess"
        );
    }
}

/// The library's name for an algorithm.
pub(super) fn library(algorithm: JwtAlgorithm) -> Algorithm {
    match algorithm {
        JwtAlgorithm::HS256 => Algorithm::HS256,
        JwtAlgorithm::HS384 => Algorithm::HS384,
        JwtAlgorithm::HS512 => Algorithm::HS512,
        JwtAlgorithm::RS256 => Algorithm::RS256,
        JwtAlgorithm::RS384 => Algorithm::RS384,
        JwtAlgorithm::RS512 => Algorithm::RS512,
        JwtAlgorithm::PS256 => Algorithm::PS256,
        JwtAlgorithm::PS384 => Algorithm::PS384,
        JwtAlgorithm::PS512 => Algorithm::PS512,
        JwtAlgorithm::ES256 => Algorithm::ES256,
        JwtAlgorithm::ES384 => Algorithm::ES384,
        JwtAlgorithm::EdDSA => Algorithm::EdDSA,
    }
}
