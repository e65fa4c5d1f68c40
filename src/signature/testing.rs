//! Keys and signatures for tests elsewhere.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use ssh_key::public::{Ed25519PublicKey, KeyData};
use ssh_key::{Algorithm, HashAlg, LineEnding, PublicKey, Signature, SshSig};

use super::{Signers, allowed_signers};

/// A key of OpenSSH that somebody has.
pub(crate) struct Key(Ed25519KeyPair);

impl Key {
    /// One of many, each with a number.
    pub(crate) fn new(number: u8) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[number; 32]).expect("a key"))
    }

    fn public(&self) -> KeyData {
        let bytes = self.0.public_key().as_ref().try_into().expect("32 bytes");
        KeyData::Ed25519(Ed25519PublicKey(bytes))
    }

    /// Line of the file of allowed signers.
    pub(crate) fn line(&self, name: &str) -> String {
        let key = PublicKey::from(self.public()).to_openssh().expect("a line");
        format!("{name} {key}\n")
    }

    /// Signature that `ssh-keygen -Y sign -n git` would make.
    pub(crate) fn sign(&self, payload: &[u8]) -> String {
        let data = SshSig::signed_data("git", HashAlg::Sha512, payload).expect("data");
        let signature = Signature::new(Algorithm::Ed25519, self.0.sign(&data).as_ref());
        let signature = signature.expect("a signature");
        let made = SshSig::new(self.public(), "git", HashAlg::Sha512, signature);
        made.and_then(|made| made.to_pem(LineEnding::LF)).expect("an armor")
    }
}

/// Signers by lines.
pub(crate) fn signers(lines: &str) -> Signers {
    let (ssh, flaws) = allowed_signers(lines);
    assert_eq!(flaws, []);
    Signers { ssh, openpgp: Vec::new() }
}
