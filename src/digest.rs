//! SHA-256 over bytes, over texts one after the other, and with a key.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};

/// SHA-256 of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Digest of these bytes, all at once.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The 32 bytes, as the database takes them.
    pub fn to_vec(self) -> Vec<u8> {
        self.0.to_vec()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// Digest over texts, each with its length before it, so that no two sequences of texts have the
/// same bytes.
#[derive(Default)]
pub struct Parts(Sha256);

impl Parts {
    /// Goes on with another text.
    pub fn add(&mut self, text: &str) -> &mut Self {
        self.0.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.update(text);
        self
    }

    /// Digest of all texts so far.
    pub fn digest(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Parts")
    }
}

/// Key of digests of what may hold secrets. Whoever has the digests and not the key can tell equal ones
/// from others, and try no guess.
#[derive(Clone, Debug)]
pub struct DigestKey(SecretString);

impl DigestKey {
    /// The key of an operator.
    pub fn new(key: SecretString) -> Self {
        Self(key)
    }

    /// HMAC-SHA-256 of these bytes (RFC 2104).
    pub fn digest(&self, bytes: &[u8]) -> Digest {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret().as_bytes())
            .expect("a key of any length");
        mac.update(bytes);
        Digest(mac.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Case 2 of RFC 4231.
    #[test]
    fn a_keyed_digest_is_that_of_the_standard_and_hides_its_key() {
        let key = DigestKey::new("Jefe".into());
        assert_eq!(
            key.digest(b"what do ya want for nothing?").to_string(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert!(!format!("{key:?}").contains("Jefe"));
    }

    fn digest(parts: &[&str]) -> String {
        let mut all = Parts::default();
        for part in parts {
            all.add(part);
        }
        all.digest().to_string()
    }

    /// Digests are kept in the database, and compared with those of other versions.
    #[test]
    fn parts_are_told_apart_and_stay_what_they_were() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_ne!(digest(&["a"]), digest(&["a", ""]));
        let written = [&[0; 7], &[1_u8][..], b"a", &[0; 7], &[2], b"bc"].concat();
        assert_eq!(digest(&["a", "bc"]), Digest::of(&written).to_string());
    }
}
