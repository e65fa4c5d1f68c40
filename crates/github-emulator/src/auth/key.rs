//! The App's key pair, made at start, and the tokens that the App signs with it.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use crate::options::EmulatorOptions;
use crate::reply::ApiError;

/// The length of GitHub's keys.
const SIZE: KeySize = KeySize::Rsa2048;
/// Bytes that PKCS #8 (RFC 5958) puts before the PKCS #1 key that is its last field: the version and the
/// algorithm, in as many bytes for all keys of this length.
const PKCS8_HEAD: usize = 26;
/// How long a token that the App signs may be good for, in seconds.
const LONGEST: i64 = 600;

/// The App's private key, and the public one that checks what it signed.
pub(crate) struct AppKey {
    private_pem: SecretString,
    public: DecodingKey,
}

/// Claims that the App makes of itself in a token.
#[derive(Deserialize)]
struct Claims {
    iss: Option<Value>,
    iat: Option<i64>,
    exp: Option<i64>,
}

/// Why no key pair could be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("no key pair could be made")]
    Making(#[from] Unspecified),
}

impl AppKey {
    /// A new pair; takes a good part of a second.
    pub(crate) fn generate() -> Result<Self, KeyError> {
        let pair = KeyPair::generate(SIZE)?;
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der()?;
        let pkcs1 = pkcs8.as_ref().get(PKCS8_HEAD..).ok_or(Unspecified)?;
        Ok(Self {
            private_pem: pem("RSA PRIVATE KEY", pkcs1).into(),
            public: DecodingKey::from_rsa_der(pair.public_key().as_ref()),
        })
    }

    /// The private key as GitHub hands it out: PKCS #1, PEM.
    pub(crate) fn private_pem(&self) -> SecretString {
        SecretString::from(self.private_pem.expose_secret())
    }

    /// Refuses a token that is not of the App or not of now, by GitHub's rules.
    pub(crate) fn verify(
        &self,
        token: &str,
        options: &EmulatorOptions,
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        let mut rules = Validation::new(Algorithm::RS256);
        // Judged below, by the emulator's clock.
        rules.validate_exp = false;
        rules.required_spec_claims.clear();
        let claims = jsonwebtoken::decode::<Claims>(token, &self.public, &rules)
            .map_err(|_| ApiError::unauthorized("A JSON web token could not be decoded"))?
            .claims;
        let now = now.timestamp();
        let issuer = claims.iss.map(|iss| iss.as_str().map_or(iss.to_string(), str::to_owned));
        let problem = match (claims.iat, claims.exp) {
            _ if issuer != Some(options.app_id.to_string()) => {
                "'Issuer' claim ('iss') must be the App's id"
            }
            (Some(iat), _) if iat > now => {
                "'Issued at' claim ('iat') must be an Integer representing the time that the \
                 assertion was issued"
            }
            (None, _) => "Missing 'issued at' claim ('iat') in assertion",
            (_, Some(exp)) if exp > now + LONGEST => {
                "'Expiration time' claim ('exp') is too far in the future"
            }
            (_, Some(exp)) if exp > now => return Ok(()),
            _ => {
                "'Expiration time' claim ('exp') must be a numeric value representing the future \
                 time at which the assertion expires"
            }
        };
        Err(ApiError::unauthorized(problem))
    }
}

/// RFC 7468: base64 in lines of 64 between two that say what it is.
fn pem(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for (index, character) in base64.chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text + &format!("\n-----END {label}-----\n")
}
