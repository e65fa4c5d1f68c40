//! Signatures as `ssh-keygen -Y sign` makes them (PROTOCOL.sshsig of OpenSSH).
//!
//! `ssh-key` reads them; it is built without the algorithms themselves, which are those of `aws-lc-rs`.

use aws_lc_rs::signature::{self as algorithms, RsaPublicKeyComponents, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use ssh_key::public::{KeyData, RsaPublicKey};
use ssh_key::{Algorithm, EcdsaCurve, HashAlg, Signature, SshSig};

use super::allowed_signers::{AllowedSigner, NAMESPACE};
use super::{Refusal, Signed, Signer};

/// First line of such a signature.
pub(super) const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";
/// Characters of a line, as the crate reads them. Other tools than OpenSSH break lines elsewhere.
const LINE: usize = 70;

/// End of the kind of key that a certificate is.
const CERTIFICATE: &[u8] = b"-cert-v01@openssh.com";

/// Flag of a security key that somebody touched it, and bytes of the flags with the counter behind them.
const TOUCHED: u8 = 1;
const TRAILER: usize = 5;

/// Signer of what is signed, among those who are allowed.
pub(super) fn judge(
    allowed: &[AllowedSigner],
    armored: &str,
    of: Signed<'_>,
) -> Result<Signer, Refusal> {
    let signature = read(armored)?;
    if signature.namespace() != NAMESPACE {
        return Err(Refusal::OtherPurpose);
    }
    let key = signature.public_key();
    let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
    let lines: Vec<_> = allowed.iter().filter(|line| line.key == *key).collect();
    let Some(first) = lines.first() else {
        return Err(Refusal::UnknownKey(fingerprint));
    };
    let data = SshSig::signed_data(NAMESPACE, signature.hash_alg(), of.payload);
    let data = data.map_err(|_| Refusal::Malformed)?;
    if !signature.reserved().is_empty() || !is_of(signature.signature(), key, &data) {
        return Err(Refusal::Mismatch(first.signer()));
    }
    if !is_touched(signature.signature()) {
        return Err(Refusal::Weak("nobody touched the security key"));
    }
    // A key may stand on several lines, of which one suffices.
    let mut refused = Refusal::UnknownKey(fingerprint);
    for line in lines {
        match admit(line, of.committed_at) {
            Ok(signer) => return Ok(signer),
            Err(refusal) => refused = refusal,
        }
    }
    Err(refused)
}

/// Signer of a line, if the line is for Git and for that time.
fn admit(line: &AllowedSigner, at: DateTime<Utc>) -> Result<Signer, Refusal> {
    let signer = line.signer();
    match (line.valid_after, line.valid_before) {
        _ if !line.is_for_git => Err(Refusal::OtherNamespace(signer)),
        (Some(from), _) if at < from => Err(Refusal::TooEarly(signer, from)),
        (_, Some(end)) if at > end => Err(Refusal::Expired(signer, end)),
        _ => Ok(signer),
    }
}

/// The signature that stands in an armor.
fn read(armored: &str) -> Result<SshSig, Refusal> {
    let inner = armored.strip_prefix(BEGIN).and_then(|it| it.strip_suffix(END));
    let inner = inner.ok_or(Refusal::Malformed)?;
    let digits = inner.chars().filter(|c| !c.is_ascii_whitespace());
    let mut text = BEGIN.to_owned();
    for (at, digit) in digits.enumerate() {
        if at % LINE == 0 {
            text.push('\n');
        }
        text.push(digit);
    }
    let read = SshSig::from_pem(format!("{text}\n{END}\n"));
    read.ok().filter(|read| read.version() == SshSig::VERSION).ok_or_else(|| unreadable(inner))
}

/// Why nothing can be made of a signature: the crate reads none by a certificate.
fn unreadable(inner: &str) -> Refusal {
    let digits: String = inner.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(digits).unwrap_or_default();
    if bytes.windows(CERTIFICATE.len()).any(|part| part == CERTIFICATE) {
        Refusal::Unsupported("by a certificate of OpenSSH")
    } else {
        Refusal::Malformed
    }
}

/// `true` of a signature of some data that was made with a key.
fn is_of(signature: &Signature, key: &KeyData, data: &[u8]) -> bool {
    let bytes = signature.as_bytes();
    match (key, signature.algorithm()) {
        (KeyData::Ed25519(key), Algorithm::Ed25519) => is_ed25519(&key.0, data, bytes),
        (KeyData::Ecdsa(key), Algorithm::Ecdsa { curve }) if key.curve() == curve => {
            is_ecdsa(curve, key.as_sec1_bytes(), data, bytes)
        }
        (KeyData::Rsa(key), Algorithm::Rsa { hash: Some(hash) }) => is_rsa(key, hash, data, bytes),
        (KeyData::SkEd25519(key), Algorithm::SkEd25519) => {
            by_security_key(key.application(), data, bytes, |data, bytes| {
                is_ed25519(&key.public_key().0, data, bytes)
            })
        }
        (KeyData::SkEcdsaSha2NistP256(key), Algorithm::SkEcdsaSha2NistP256) => {
            by_security_key(key.application(), data, bytes, |data, bytes| {
                is_ecdsa(EcdsaCurve::NistP256, key.ec_point().as_bytes(), data, bytes)
            })
        }
        _ => false,
    }
}

fn is_ed25519(key: &[u8], data: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&algorithms::ED25519, key).verify(data, signature).is_ok()
}

fn is_rsa(key: &RsaPublicKey, hash: HashAlg, data: &[u8], signature: &[u8]) -> bool {
    let parameters = match hash {
        HashAlg::Sha256 => &algorithms::RSA_PKCS1_2048_8192_SHA256,
        HashAlg::Sha512 => &algorithms::RSA_PKCS1_2048_8192_SHA512,
        _ => return false,
    };
    let (Some(n), Some(e)) = (key.n.as_positive_bytes(), key.e.as_positive_bytes()) else {
        return false;
    };
    // What is a number may come without the zeros before it.
    let Some(zeros) = n.len().checked_sub(signature.len()) else { return false };
    let padded = [vec![0; zeros], signature.to_vec()].concat();
    RsaPublicKeyComponents { n, e }.verify(parameters, data, &padded).is_ok()
}

fn is_ecdsa(curve: EcdsaCurve, key: &[u8], data: &[u8], signature: &[u8]) -> bool {
    let (algorithm, size) = match curve {
        EcdsaCurve::NistP256 => (&algorithms::ECDSA_P256_SHA256_FIXED, 32),
        EcdsaCurve::NistP384 => (&algorithms::ECDSA_P384_SHA384_FIXED, 48),
        EcdsaCurve::NistP521 => (&algorithms::ECDSA_P521_SHA512_FIXED, 66),
    };
    let Some(fixed) = fixed(signature, size) else { return false };
    UnparsedPublicKey::new(algorithm, key).verify(data, &fixed).is_ok()
}

/// Both numbers of a signature by ECDSA in so many bytes each; none where there is anything else.
fn fixed(signature: &[u8], size: usize) -> Option<Vec<u8>> {
    let (mut rest, mut fixed) = (signature, Vec::with_capacity(2 * size));
    for _ in 0..2 {
        let (length, behind) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (number, behind) = behind.split_at_checked(length)?;
        let number = number.strip_prefix(&[0]).unwrap_or(number);
        fixed.resize(fixed.len() + size.checked_sub(number.len())?, 0);
        fixed.extend_from_slice(number);
        rest = behind;
    }
    rest.is_empty().then_some(fixed)
}

/// `true` where a security key signed some data: it signs digests, with its flags and its counter.
fn by_security_key(
    application: &str,
    data: &[u8],
    signature: &[u8],
    is_signed: impl FnOnce(&[u8], &[u8]) -> bool,
) -> bool {
    let Some((signature, trailer)) = split_trailer(signature) else { return false };
    let digest = |bytes: &[u8]| HashAlg::Sha256.digest(bytes);
    let data = [digest(application.as_bytes()), trailer.to_vec(), digest(data)].concat();
    is_signed(&data, signature)
}

fn split_trailer(signature: &[u8]) -> Option<(&[u8], &[u8])> {
    signature.split_at_checked(signature.len().checked_sub(TRAILER)?)
}

/// `true` where somebody touched the key that signed, or it is none that can be touched.
fn is_touched(signature: &Signature) -> bool {
    match signature.algorithm() {
        Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256 => {
            let trailer = split_trailer(signature.as_bytes()).map(|(_, trailer)| trailer);
            trailer.and_then(<[u8]>::first).is_some_and(|flags| flags & TOUCHED != 0)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    //! Security keys, which no test has: their signatures are made by what OpenSSH's PROTOCOL.u2f says.

    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    };
    use chrono::DateTime;
    use ssh_key::public::{Ed25519PublicKey, SkEcdsaSha2NistP256, SkEd25519};
    use ssh_key::{LineEnding, PublicKey};

    use super::super::allowed_signers;
    use super::*;

    const APPLICATION: &str = "ssh:";

    /// What a key signs for some data, with what it adds itself.
    fn by_key(data: &[u8], flags: u8) -> (Vec<u8>, [u8; TRAILER]) {
        let digest = |bytes: &[u8]| HashAlg::Sha256.digest(bytes);
        let trailer = [flags, 0, 0, 0, 7];
        let data = [digest(APPLICATION.as_bytes()), trailer.to_vec(), digest(data)].concat();
        (data, trailer)
    }

    #[test]
    fn a_security_key_counts_if_somebody_touched_it() {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key");
        let public = pair.public_key().as_ref().try_into().expect("32 bytes");
        let key = KeyData::SkEd25519(SkEd25519::new(Ed25519PublicKey(public), APPLICATION));
        let line = format!("ada {}", PublicKey::from(key.clone()).to_openssh().expect("a line"));
        let (allowed, flaws) = allowed_signers(&line);
        assert_eq!(flaws, []);
        let told = |flags, payload: &[u8]| {
            let data = SshSig::signed_data(NAMESPACE, HashAlg::Sha512, b"commit").expect("data");
            let (data, trailer) = by_key(&data, flags);
            let bytes = [pair.sign(&data).as_ref(), &trailer].concat();
            let signature = Signature::new(Algorithm::SkEd25519, bytes).expect("a signature");
            let made = SshSig::new(key.clone(), NAMESPACE, HashAlg::Sha512, signature);
            let armored = made.and_then(|made| made.to_pem(LineEnding::LF)).expect("an armor");
            let committed_at = DateTime::UNIX_EPOCH;
            let of = Signed { signature: armored.as_bytes(), payload, committed_at };
            match judge(&allowed, armored.trim(), of) {
                Ok(signer) => signer.name,
                Err(refusal) => refusal.to_string(),
            }
        };
        assert_eq!(told(1, b"commit"), "ada");
        assert_eq!(told(5, b"commit"), "ada", "with a PIN as well");
        assert!(told(0, b"commit").ends_with("nobody touched the security key"));
        assert!(told(1, b"another").contains("does not match"));
    }

    #[test]
    fn so_does_one_of_ecdsa() {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let point = ssh_key::sec1::EncodedPoint::from_bytes(pair.public_key().as_ref());
        let point = point.expect("a point");
        let key = KeyData::SkEcdsaSha2NistP256(SkEcdsaSha2NistP256::new(point, APPLICATION));
        let number = |bytes: &[u8]| {
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            let bytes = &bytes[zeros..];
            let sign: &[u8] = if bytes[0] >= 0x80 { &[0] } else { &[] };
            let length = u32::try_from(sign.len() + bytes.len()).expect("it is short");
            [&length.to_be_bytes(), sign, bytes].concat()
        };
        for _ in 0..50 {
            let (data, trailer) = by_key(b"commit", TOUCHED);
            let fixed = pair.sign(&SystemRandom::new(), &data).expect("a signature");
            let (r, s) = fixed.as_ref().split_at(32);
            let bytes = [number(r), number(s), trailer.to_vec()].concat();
            let made = Signature::new(Algorithm::SkEcdsaSha2NistP256, bytes).expect("it is one");
            assert!(is_of(&made, &key, b"commit") && is_touched(&made));
            assert!(!is_of(&made, &key, b"another"));
        }
    }
}
