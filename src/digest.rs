//! SHA-256 over bytes, and over texts one after the other.

use std::fmt;

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

#[cfg(test)]
mod tests {
    use super::*;

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
