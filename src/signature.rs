//! Signatures of commits, held against the keys that an operator allows: of OpenSSH and of OpenPGP.
//!
//! All of this computes from bytes, which may be anybody's: what is too long, malformed, weak or of an unknown
//! kind is refused, and an error of verifying is never a pass. Where signatures and keys come from is left to
//! `git` and `config`, and what follows from a refusal to `sync`.

mod allowed_signers;
mod certificate;
mod openpgp;
mod refusal;
mod ssh;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use allowed_signers::{AllowedSigner, allowed_signers};
pub use certificate::{Certificate, openpgp_keys};
pub use refusal::Refusal;

/// Bytes of the longest signature that is looked at. One by RSA of 8192 bits has 3,000 in its armor.
const LONGEST_SIGNATURE: usize = 16 << 10;
/// Bytes of the longest commit whose signature is looked at, without the files, which it only names.
const LONGEST_PAYLOAD: usize = 1 << 20;

/// Signers whom an operator allows, by their keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signers {
    /// Lines of a file in OpenSSH's format.
    pub ssh: Vec<AllowedSigner>,
    /// Certificates with keys that sign.
    pub openpgp: Vec<Certificate>,
}

/// Something signed, with what is to be known of it.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// Signature in its armor.
    pub signature: &'a [u8],
    /// Bytes that are signed.
    pub payload: &'a [u8],
    /// When they were committed, as the committer's clock had it: the time of a signature of OpenSSH, which
    /// holds none itself.
    pub committed_at: DateTime<Utc>,
}

/// Signer of a commit, by one of the keys that are allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// Principals of the key in the file of allowed signers, or the user id of an OpenPGP certificate.
    pub name: String,
    /// Fingerprint of the key, as its tool writes it.
    pub key: String,
}

/// Standing of a commit among the allowed signers, for history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its signature is good.
    SignedBy(Signer),
    /// It has none that counts, for the reason that completes "the commit ".
    Refused(String),
}

impl From<&Result<Signer, Refusal>> for Standing {
    fn from(judged: &Result<Signer, Refusal>) -> Self {
        match judged {
            Ok(signer) => Self::SignedBy(signer.clone()),
            Err(refusal) => Self::Refused(refusal.to_string()),
        }
    }
}

/// Flaw of a file with keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Line at which it stands, from 1.
    pub line: u32,
    /// Problem, as what goes on behind "line 3: ".
    pub message: String,
    /// Way out.
    pub help: &'static str,
}

impl Signers {
    /// `true` where nobody is allowed.
    pub fn is_empty(&self) -> bool {
        self.ssh.is_empty() && self.openpgp.is_empty()
    }

    /// Signer of what is signed, if the signature is good and by an allowed key. Keys of OpenSSH are held to the
    /// time of the commit, those of OpenPGP to `now`, as Git and GnuPG do.
    pub fn judge(&self, signed: Signed<'_>, now: DateTime<Utc>) -> Result<Signer, Refusal> {
        let Signed { signature, payload, .. } = signed;
        if signature.len() > LONGEST_SIGNATURE || payload.len() > LONGEST_PAYLOAD {
            return Err(Refusal::TooLarge);
        }
        let armored = std::str::from_utf8(signature).map_err(|_| Refusal::Malformed)?.trim();
        if armored.starts_with(ssh::BEGIN) {
            ssh::judge(&self.ssh, armored, signed)
        } else if armored.starts_with(openpgp::BEGIN) {
            openpgp::judge(&self.openpgp, armored, payload, now)
        } else if armored.starts_with("-----BEGIN SIGNED MESSAGE-----") {
            Err(Refusal::Unsupported("of X.509"))
        } else {
            Err(Refusal::Malformed)
        }
    }
}

/// One short line of a name that somebody else wrote, without what cannot be seen and without what would end
/// its quotation.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_control() && *c != '`').take(200).collect()
}
