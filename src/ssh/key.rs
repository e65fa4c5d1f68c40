//! The private key with which the service says who it is, in OpenSSH's format.

use std::fmt;
use std::sync::Arc;

use russh::keys::ssh_key::private::KeypairData;
use russh::keys::ssh_key::public::KeyData;
use russh::keys::{Algorithm, HashAlg, PrivateKey};
use secrecy::{ExposeSecret, SecretString};

/// Bits of the least modulus of RSA.
const LEAST_RSA_BITS: usize = 2048;
/// First words of a private key in OpenSSH's format.
const BEGIN: &str = "-----BEGIN OPENSSH PRIVATE KEY-----";

/// Private key that is ready to sign. Cheap to clone, and shown by its fingerprint alone.
#[derive(Clone)]
pub struct Key(Arc<PrivateKey>);

/// Flaw of a file with a private key, as what goes on behind its setting. The text of the file is in none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// Public half of a key, which says nothing of who we are.
    #[error(
        "names a file with a public key; the private one beside it is called the same without `.pub`"
    )]
    Public,
    /// Key in a form that other programs write.
    #[error("names a key in another format than OpenSSH's; `ssh-keygen -p -f FILE` writes it anew")]
    Format,
    /// Text that is no key at all, or a part of one.
    #[error("names a file whose key cannot be read; make one with `ssh-keygen -t ed25519 -f FILE`")]
    Unreadable,
    /// Key that is encrypted, and nothing to decrypt it with.
    #[error("names an encrypted key; write its passphrase into `ssh_key_passphrase`")]
    Encrypted,
    /// Passphrase of another key.
    #[error(
        "does not decrypt the key that `ssh_key_file` names; `ssh-keygen -y -f FILE` tries one"
    )]
    Passphrase,
    /// Passphrase for a key that has none.
    #[error("is of no use: the key that `ssh_key_file` names is not encrypted; leave it out")]
    NotEncrypted,
    /// Kind of key that does not sign here.
    #[error("names a key of the kind `{0}`, which is not supported; use Ed25519, ECDSA or RSA")]
    Kind(String),
    /// RSA that can be broken.
    #[error("names a key of RSA with {0} bits, which is too weak; use Ed25519")]
    Weak(usize),
}

impl InvalidKey {
    /// `true` where the passphrase is to blame, and not the key.
    pub fn is_of_passphrase(&self) -> bool {
        matches!(self, Self::Passphrase | Self::NotEncrypted)
    }
}

impl Key {
    /// Key of a file's text, with the passphrase that decrypts it.
    pub fn read(
        text: &SecretString,
        passphrase: Option<&SecretString>,
    ) -> Result<Self, InvalidKey> {
        let text = text.expose_secret().trim_start();
        if !text.starts_with(BEGIN) {
            return Err(other(text));
        }
        let key = PrivateKey::from_openssh(text.trim_end());
        let key = key.map_err(|_| InvalidKey::Unreadable)?;
        let key = match (key.is_encrypted(), passphrase) {
            (false, None) => key,
            (false, Some(_)) => return Err(InvalidKey::NotEncrypted),
            (true, None) => return Err(InvalidKey::Encrypted),
            (true, Some(passphrase)) => {
                let passphrase = passphrase.expose_secret().as_bytes();
                key.decrypt(passphrase).map_err(|_| InvalidKey::Passphrase)?
            }
        };
        signs(&key)?;
        Ok(Self(Arc::new(key)))
    }

    /// Private key itself, for whoever signs with it.
    pub fn private(&self) -> &Arc<PrivateKey> {
        &self.0
    }

    /// Fingerprint of the public half, as `ssh-keygen -l` writes it.
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint(HashAlg::Sha256).to_string()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Key({})", self.fingerprint())
    }
}

/// What a text is that does not begin as a key of OpenSSH.
fn other(text: &str) -> InvalidKey {
    let is_public = ["ssh-", "ecdsa-", "sk-", "---- BEGIN SSH2 PUBLIC", "-----BEGIN PUBLIC"];
    if is_public.iter().any(|start| text.starts_with(start)) {
        InvalidKey::Public
    } else if text.contains("PRIVATE KEY-----") || text.starts_with("PuTTY-User-Key-File-") {
        InvalidKey::Format
    } else {
        InvalidKey::Unreadable
    }
}

/// Checks that a key signs without hardware, and so that nobody can forge it.
fn signs(key: &PrivateKey) -> Result<(), InvalidKey> {
    match (key.key_data(), key.public_key().key_data()) {
        (KeypairData::Ed25519(_) | KeypairData::Ecdsa(_), _) => Ok(()),
        (KeypairData::Rsa(_), KeyData::Rsa(public)) => {
            let bits = public.n().as_positive_bytes().map_or(0, |modulus| {
                let zeros = modulus.first().map_or(0, |first| first.leading_zeros() as usize);
                (modulus.len() * 8).saturating_sub(zeros)
            });
            if bits < LEAST_RSA_BITS { Err(InvalidKey::Weak(bits)) } else { Ok(()) }
        }
        _ => Err(InvalidKey::Kind(name(&key.algorithm()))),
    }
}

fn name(algorithm: &Algorithm) -> String {
    algorithm.as_str().chars().filter(char::is_ascii_graphic).take(60).collect()
}
