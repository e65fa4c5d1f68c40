//! Signatures as GnuPG makes them of a commit: detached, over the bytes as they are.

use chrono::{DateTime, Utc};
use pgp::composed::{Deserializable, DetachedSignature};
use pgp::packet::{Signature, SignatureType};
use pgp::types::Timestamp;

use super::certificate::{Certificate, SigningKey, end, instant, is_demanding, is_strong_hash};
use super::{Refusal, Signer};

/// First line of such a signature.
pub(super) const BEGIN: &str = "-----BEGIN PGP SIGNATURE-----";

/// Signer of a payload, among the owners of some certificates.
pub(super) fn judge(
    certificates: &[Certificate],
    armored: &str,
    payload: &[u8],
    now: DateTime<Utc>,
) -> Result<Signer, Refusal> {
    let signature = read(armored)?;
    let created = formed(&signature)?;
    let mut refused = Refusal::UnknownKey(issuer(&signature)?);
    let mut signer = None;
    for certificate in certificates {
        for key in certificate.keys.iter().filter(|key| is_by(&signature, key)) {
            let by = Signer { name: certificate.user.clone(), key: hex(key) };
            match admit(by, key, (&signature, created), payload, now) {
                Ok(by) => signer = Some(by),
                // What is revoked in one copy of a certificate is, whatever an older one says.
                Err(revoked @ Refusal::Revoked(_)) => return Err(revoked),
                Err(refusal) => refused = refusal,
            }
        }
    }
    signer.ok_or(refused)
}

/// The only signature in an armor.
fn read(armored: &str) -> Result<Signature, Refusal> {
    if armored.matches(BEGIN).count() > 1 {
        return Err(Refusal::Several);
    }
    let (mut signatures, _) =
        DetachedSignature::from_string_many(armored).map_err(|_| Refusal::Malformed)?;
    let first = signatures.next().and_then(Result::ok).ok_or(Refusal::Malformed)?;
    if signatures.next().is_some() {
        return Err(Refusal::Several);
    }
    Ok(first.signature)
}

/// Instant at which a signature was made, if it is of a form that counts.
fn formed(signature: &Signature) -> Result<Timestamp, Refusal> {
    if signature.typ() != Some(SignatureType::Binary) {
        return Err(Refusal::Unsupported("of OpenPGP that is not over the bytes as they are"));
    }
    if !is_strong_hash(signature) {
        return Err(Refusal::Weak("its digest is not of SHA-2 or SHA-3 with 256 bits or more"));
    }
    if is_demanding(signature) {
        return Err(Refusal::Unsupported("of OpenPGP with a critical part of unknown meaning"));
    }
    signature.created().ok_or(Refusal::Malformed)
}

/// The key that a signature says it was made with.
fn issuer(signature: &Signature) -> Result<String, Refusal> {
    let fingerprint = signature.issuer_fingerprint().first().map(|it| format!("{it:X}"));
    let id = || signature.issuer_key_id().first().map(hex::encode_upper);
    fingerprint.or_else(id).ok_or(Refusal::Malformed)
}

/// `true` of a signature that says that it was made with a key.
fn is_by(signature: &Signature, key: &SigningKey) -> bool {
    let fingerprints = signature.issuer_fingerprint();
    if fingerprints.is_empty() {
        signature.issuer_key_id().contains(&&key.key.id())
    } else {
        fingerprints.contains(&&key.key.fingerprint())
    }
}

fn admit(
    signer: Signer,
    by: &SigningKey,
    (signature, created): (&Signature, Timestamp),
    payload: &[u8],
    now: DateTime<Utc>,
) -> Result<Signer, Refusal> {
    if !by.key.made(signature, payload) {
        return Err(Refusal::Mismatch(signer));
    }
    if by.is_revoked {
        return Err(Refusal::Revoked(signer));
    }
    if let Some(at) = by.expires.filter(|at| *at <= now) {
        return Err(Refusal::Expired(signer, at));
    }
    if created < by.created {
        return Err(Refusal::TooEarly(signer, instant(by.created, 0).unwrap_or_default()));
    }
    match signature.signature_expiration_time().and_then(|span| end(created, span)) {
        Some(at) if at <= now => Err(Refusal::SignatureExpired(signer, at)),
        _ => Ok(signer),
    }
}

fn hex(key: &SigningKey) -> String {
    format!("{:X}", key.key.fingerprint())
}
