//! Why a signature does not count, in words that complete "the commit ", and what to do about it.

use chrono::{DateTime, Utc};

use super::Signer;

/// Why a commit counts as signed by nobody who is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no signature in its header.
    #[error("is not signed")]
    Unsigned,
    /// The key is nobody's who is allowed, by its fingerprint or as much as the signature tells of it.
    #[error("is signed with the key `{0}`, which is no allowed signer's")]
    UnknownKey(String),
    /// The key is known, and the signature is not one of this commit by it.
    #[error("has a signature that does not match: it or the commit was changed after signing with {}", key(.0))]
    Mismatch(Signer),
    /// The key was not valid yet, but only from an instant on.
    #[error("is signed with {}, which is valid from {} on only", key(.0), minute(*.1))]
    TooEarly(Signer, DateTime<Utc>),
    /// The key is valid no longer since an instant.
    #[error("is signed with {}, which expired at {}", key(.0), minute(*.1))]
    Expired(Signer, DateTime<Utc>),
    /// The signature says itself until when it holds.
    #[error("has a signature by `{}` that expired by itself at {}", .0.name, minute(*.1))]
    SignatureExpired(Signer, DateTime<Utc>),
    /// The owner of the key revoked it.
    #[error("is signed with {}, which is revoked", key(.0))]
    Revoked(Signer),
    /// The signature is meant for something else than a commit.
    #[error("has a signature that was not made for Git")]
    OtherPurpose,
    /// The key is allowed, but not in the namespace of Git.
    #[error("is signed with {}, which is for other namespaces than `git`", key(.0))]
    OtherNamespace(Signer),
    /// Somebody could forge what it is made with.
    #[error("has a signature that is too weak: {0}")]
    Weak(&'static str),
    /// This version does not verify such signatures.
    #[error("has a signature {0}, which is not supported")]
    Unsupported(&'static str),
    /// It stands where a signature does, and is none.
    #[error("has a signature that cannot be read")]
    Malformed,
    /// There are several signatures, of which none decides.
    #[error("has more than one signature")]
    Several,
    /// It is longer than any signature or commit that a person makes.
    #[error("has a signature, or a message, that is too long to be verified")]
    TooLarge,
}

impl Refusal {
    /// What whoever pushed it may do.
    pub fn way_out(&self) -> &'static str {
        match self {
            Self::Unsigned => {
                "sign it, or push a signed commit on top of it, as by `git commit --allow-empty -S`"
            }
            Self::UnknownKey(_) => {
                "sign with a key that the operator knows, or have the operator add this one to the source's \
                 `allowed_signers` or `openpgp_keys`"
            }
            Self::OtherNamespace(_) => {
                "sign with another key, or have the operator add `git` to the `namespaces` of this one"
            }
            Self::TooEarly(..) | Self::Expired(..) => {
                "sign with a key that is valid, or have the operator renew what is known of this one"
            }
            Self::Revoked(_) => "sign with another key",
            Self::Unsupported(_) => "sign with a key of OpenSSH or OpenPGP",
            Self::Mismatch(_)
            | Self::SignatureExpired(..)
            | Self::OtherPurpose
            | Self::Weak(_)
            | Self::Malformed
            | Self::Several
            | Self::TooLarge => "sign it anew, or push a signed commit on top of it",
        }
    }
}

fn key(Signer { name, key }: &Signer) -> impl std::fmt::Display {
    format!("the key `{key}` of `{name}`")
}

fn minute(instant: DateTime<Utc>) -> impl std::fmt::Display {
    instant.format("%Y-%m-%d %H:%M UTC")
}
