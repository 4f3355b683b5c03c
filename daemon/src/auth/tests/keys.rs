//! Keys that are made anew for each run, and tokens that they sign.

use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::Value;

/// Signs tokens.
#[derive(Clone)]
pub(in crate::auth) struct Signer {
    pub(in crate::auth) algorithm: Algorithm,
    key: EncodingKey,
    /// Empty for a secret.
    pub(in crate::auth) public_pem: String,
}

impl Signer {
    pub(in crate::auth) fn secret(algorithm: Algorithm, secret: &str) -> Self {
        Self {
            algorithm,
            key: EncodingKey::from_secret(secret.as_bytes()),
            public_pem: String::new(),
        }
    }

    /// The same one for all tests: it takes a while to make.
    pub(in crate::auth) fn rsa() -> Self {
        static KEY: LazyLock<(EncodingKey, String)> = LazyLock::new(|| {
            let pair = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).unwrap();
            let private: Pkcs8V1Der = pair.as_der().unwrap();
            let public: PublicKeyX509Der = pair.public_key().as_der().unwrap();
            let private = pem("PRIVATE KEY", private.as_ref());
            let private = EncodingKey::from_rsa_pem(private.as_bytes()).unwrap();
            (private, pem("PUBLIC KEY", public.as_ref()))
        });
        Self {
            algorithm: Algorithm::RS256,
            key: KEY.0.clone(),
            public_pem: KEY.1.clone(),
        }
    }

    pub(in crate::auth) fn p256() -> Self {
        Self::ecdsa(Algorithm::ES256, &ECDSA_P256_SHA256_FIXED_SIGNING)
    }

    pub(in crate::auth) fn p384() -> Self {
        Self::ecdsa(Algorithm::ES384, &ECDSA_P384_SHA384_FIXED_SIGNING)
    }

    fn ecdsa(algorithm: Algorithm, kind: &'static EcdsaSigningAlgorithm) -> Self {
        let private = EcdsaKeyPair::generate_pkcs8(kind, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(kind, private.as_ref()).unwrap();
        let public: PublicKeyX509Der = pair.public_key().as_der().unwrap();
        Self {
            algorithm,
            key: EncodingKey::from_ec_der(private.as_ref()),
            public_pem: pem("PUBLIC KEY", public.as_ref()),
        }
    }

    pub(in crate::auth) fn ed25519() -> Self {
        let private = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(private.as_ref()).unwrap();
        let public: PublicKeyX509Der = pair.public_key().as_der().unwrap();
        Self {
            algorithm: Algorithm::EdDSA,
            key: EncodingKey::from_ed_der(pair.to_pkcs8v1().unwrap().as_ref()),
            public_pem: pem("PUBLIC KEY", public.as_ref()),
        }
    }

    pub(in crate::auth) fn with(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    pub(in crate::auth) fn token(&self, claims: &Value) -> String {
        self.token_with(Header::new(self.algorithm), claims)
    }

    pub(in crate::auth) fn token_of(&self, kid: &str, claims: &Value) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = Some(kid.to_owned());
        self.token_with(header, claims)
    }

    pub(in crate::auth) fn token_with(&self, header: Header, claims: &Value) -> String {
        jsonwebtoken::encode(&header, claims, &self.key).unwrap()
    }

    /// The public key as an entry of a key set.
    pub(in crate::auth) fn jwk(&self, kid: &str) -> Value {
        let jwk = Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        let mut jwk = serde_json::to_value(jwk).unwrap();
        jwk["kid"] = kid.into();
        jwk
    }
}

pub(in crate::auth) fn pem(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let lines: Vec<&str> = (0..base64.len())
        .step_by(64)
        .map(|at| &base64[at..base64.len().min(at + 64)])
        .collect();
    let lines = lines.join("\n");
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n")
}
