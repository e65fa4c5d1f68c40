//! OpenPGP certificates: which of their keys may sign, for how long, and in whose name.
//!
//! `pgp` reads packets and verifies single signatures; what they mean together is said here. A certificate comes
//! from the operator, and is looked at once. As GnuPG does it: the newest self-signature decides on expiry and
//! flags, a key that is revoked counts for nothing whenever and why ever it was, and a subkey signs only if it says
//! itself that it belongs to the certificate.

use chrono::{DateTime, Utc};
use pgp::composed::{Deserializable, SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{
    PublicKey, PublicSubkey, Signature, SignatureConfig, SignatureType, SignatureVersion,
    SubpacketData,
};
use pgp::ser::Serialize;
use pgp::types::{
    Duration, EcdsaPublicParams, EddsaLegacyPublicParams, Fingerprint, KeyDetails, KeyId,
    PublicParams, RsaPublicParams, SignedUser, Tag, Timestamp,
};

use super::{Flaw, plain};

/// Bits of the least modulus of RSA.
const LEAST_RSA_BITS: u16 = 2048;

/// Certificate with its keys that may sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// User id, as its owner wrote it.
    pub(super) user: String,
    pub(super) keys: Vec<SigningKey>,
}

/// Key that may sign, with all that a signature by it is held to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SigningKey {
    pub(super) key: Key,
    pub(super) created: Timestamp,
    /// First instant at which it is no longer valid, nor what it signed before.
    pub(super) expires: Option<DateTime<Utc>>,
    pub(super) is_revoked: bool,
}

/// Key of a certificate, by its place there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    Primary(PublicKey),
    Subkey(PublicSubkey),
}

impl Key {
    pub(super) fn fingerprint(&self) -> Fingerprint {
        match self {
            Self::Primary(key) => key.fingerprint(),
            Self::Subkey(key) => key.fingerprint(),
        }
    }

    pub(super) fn id(&self) -> KeyId {
        match self {
            Self::Primary(key) => key.legacy_key_id(),
            Self::Subkey(key) => key.legacy_key_id(),
        }
    }

    /// `true` of a signature of some data that was made with it.
    pub(super) fn made(&self, signature: &Signature, data: &[u8]) -> bool {
        match self {
            Self::Primary(key) => signature.verify(key, data).is_ok(),
            Self::Subkey(key) => signature.verify(key, data).is_ok(),
        }
    }
}

/// First lines of armored keys, public and private.
const PUBLIC: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
const PRIVATE: &str = "-----BEGIN PGP PRIVATE KEY BLOCK-----";

/// Certificates of a file, armored or binary, and what is wrong with it.
pub fn openpgp_keys(file: &[u8]) -> (Vec<Certificate>, Vec<Flaw>) {
    let (mut certificates, mut flaws) = (Vec::new(), Vec::new());
    let mut take = |line: u32, read: Result<SignedPublicKey, String>| match read
        .and_then(|read| Certificate::of(&read))
    {
        Ok(certificate) => certificates.push(certificate),
        Err(message) => flaws.push(Flaw { line, message, help: EXPORT }),
    };
    match std::str::from_utf8(file).ok().filter(|text| text.contains("-----BEGIN PGP")) {
        Some(text) if text.contains(PRIVATE) => {
            let before = text.split(PRIVATE).next().unwrap_or_default();
            take(
                line_behind(before),
                Err("holds a private key, which nobody needs here".to_owned()),
            );
        }
        Some(text) => armored(text).for_each(|(line, block)| {
            each(SignedPublicKey::from_string_many(block).map(|(keys, _)| keys), |it| {
                take(line, it);
            });
        }),
        None => each(SignedPublicKey::from_bytes_many(file), |it| take(1, it)),
    }
    if certificates.is_empty() && flaws.is_empty() {
        let message = "holds no public key of OpenPGP".to_owned();
        flaws.push(Flaw { line: 1, message, help: EXPORT });
    }
    (certificates, flaws)
}

const EXPORT: &str = "write it with `gpg --export --armor ADDRESS`";

/// Blocks of armored keys, each with the line of its beginning.
fn armored(text: &str) -> impl Iterator<Item = (u32, &str)> {
    text.match_indices(PUBLIC).filter_map(move |(at, _)| {
        let (before, block) = text.split_at_checked(at)?;
        Some((line_behind(before), block))
    })
}

/// Number of the line that begins behind a text.
fn line_behind(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).map_or(u32::MAX, |lines| lines.saturating_add(1))
}

/// Hands on the keys of a reading, until one cannot be read: what follows it may be anything.
fn each(
    reading: pgp::errors::Result<
        Box<dyn Iterator<Item = pgp::errors::Result<SignedPublicKey>> + '_>,
    >,
    mut take: impl FnMut(Result<SignedPublicKey, String>),
) {
    let unreadable = |_| "has a key that cannot be read".to_owned();
    match reading {
        Ok(keys) => {
            for key in keys {
                let is_unreadable = key.is_err();
                take(key.map_err(unreadable));
                if is_unreadable {
                    break;
                }
            }
        }
        Err(error) => take(Err(unreadable(error))),
    }
}

impl Certificate {
    fn of(read: &SignedPublicKey) -> Result<Self, String> {
        let primary = &read.primary_key;
        let name = format!("{:X}", primary.fingerprint());
        let bound = SelfSigned::of(read);
        let newest = newest(bound.signatures.iter().copied());
        let Some(newest) = newest else {
            return Err(format!(
                "has the key `{name}` without a self-signature of its owner by SHA-2"
            ));
        };
        // One that its owner, or somebody whom the owner named for it, revoked.
        let is_revoked = !read.details.revocation_signatures.is_empty();
        let expires = expiry(primary.created_at(), newest);
        let mut keys = Vec::new();
        if bound.may_sign() && is_strong_key(primary.public_params()) {
            let (key, created) = (Key::Primary(primary.clone()), primary.created_at());
            keys.push(SigningKey { key, created, expires, is_revoked });
        }
        for subkey in &read.public_subkeys {
            keys.extend(signing_subkey(primary, subkey, expires, is_revoked));
        }
        if keys.is_empty() {
            return Err(format!(
                "has the key `{name}`, with which nothing is signed that counts here"
            ));
        }
        let user = bound.user.unwrap_or_else(|| "no user id".to_owned());
        Ok(Self { user, keys })
    }
}

/// Self-signatures of a certificate that hold, and the user id in whose name it signs.
struct SelfSigned<'a> {
    signatures: Vec<&'a Signature>,
    user: Option<String>,
}

impl<'a> SelfSigned<'a> {
    fn of(read: &'a SignedPublicKey) -> Self {
        let primary = &read.primary_key;
        let direct = read.details.direct_signatures.iter().filter(|it| {
            it.typ() == Some(SignatureType::Key) && is_sound(it) && it.verify_key(primary).is_ok()
        });
        let users: Vec<_> =
            read.details.users.iter().filter_map(|user| certified(primary, user)).collect();
        let marked =
            users.iter().filter(|(_, it)| it.is_primary()).max_by_key(|(_, it)| it.created());
        let user =
            marked.or(users.first()).map(|(user, _)| plain(&String::from_utf8_lossy(user.id.id())));
        let signatures = direct.chain(users.iter().map(|(_, it)| *it)).collect();
        Self { signatures, user }
    }

    /// `true` where the primary key may sign what is no key. One that says nothing of its uses may all.
    fn may_sign(&self) -> bool {
        let with_flags = self.signatures.iter().copied().filter(|it| has_flags(it));
        newest(with_flags).is_none_or(|newest| newest.key_flags().sign())
    }
}

/// A user id with the newest self-signature of it, unless that is revoked or there is none.
fn certified<'a>(
    primary: &PublicKey,
    user: &'a SignedUser,
) -> Option<(&'a SignedUser, &'a Signature)> {
    let own = user.signatures.iter().filter(|it| {
        is_sound(it) && it.verify_certification(primary, Tag::UserId, &user.id).is_ok()
    });
    let newest = newest(own)?;
    (newest.typ() != Some(SignatureType::CertRevocation)).then_some((user, newest))
}

/// A subkey, if it may sign: bound to the primary key, meant for it, and with its own word that it belongs there.
fn signing_subkey(
    primary: &PublicKey,
    subkey: &SignedPublicSubKey,
    expires: Option<DateTime<Utc>>,
    is_revoked: bool,
) -> Option<SigningKey> {
    let key = &subkey.key;
    let is_of = |kind: SignatureType| {
        let all = subkey.signatures.iter();
        all.filter(move |signature| signature.typ() == Some(kind))
    };
    let binding = newest(is_of(SignatureType::SubkeyBinding).filter(|binding| {
        is_sound(binding) && binding.verify_subkey_binding(primary, key).is_ok()
    }))?;
    let back = binding.embedded_signature()?;
    let is_mutual = is_sound(back) && back.verify_primary_key_binding(key, primary).is_ok();
    if !binding.key_flags().sign() || !is_mutual || !is_strong_key(key.public_params()) {
        return None;
    }
    let created = key.created_at();
    let expires = [expires, expiry(created, binding)].into_iter().flatten().min();
    let is_revoked = is_revoked || is_of(SignatureType::SubkeyRevocation).next().is_some();
    Some(SigningKey { key: Key::Subkey(key.clone()), created, expires, is_revoked })
}

/// The newest of some signatures; of two of one second the one behind.
fn newest<'a>(signatures: impl Iterator<Item = &'a Signature>) -> Option<&'a Signature> {
    signatures.max_by_key(|signature| signature.created())
}

/// End of a key by what a self-signature says of it, or the end of that itself.
fn expiry(created: Timestamp, signature: &Signature) -> Option<DateTime<Utc>> {
    let key = signature.key_expiration_time().and_then(|span| end(created, span));
    let bound = signature.signature_expiration_time().zip(signature.created());
    let bound = bound.and_then(|(span, created)| end(created, span));
    [key, bound].into_iter().flatten().min()
}

/// End of a span of time, of which none is for ever.
pub(super) fn end(from: Timestamp, span: Duration) -> Option<DateTime<Utc>> {
    (span.as_secs() > 0).then(|| instant(from, span.as_secs())).flatten()
}

/// The instant so many seconds behind another.
pub(super) fn instant(from: Timestamp, seconds: u32) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_secs(i64::from(from.as_secs()) + i64::from(seconds))
}

fn has_flags(signature: &Signature) -> bool {
    let mut parts = signature.config().into_iter().flat_map(SignatureConfig::hashed_subpackets);
    parts.any(|part| matches!(part.data, SubpacketData::KeyFlags(_)))
}

/// `true` of a signature of a form that cannot be forged, which says nothing that must be understood and is not.
pub(super) fn is_sound(signature: &Signature) -> bool {
    is_strong_hash(signature) && !is_demanding(signature)
}

pub(super) fn is_strong_hash(signature: &Signature) -> bool {
    let is_known = matches!(signature.version(), SignatureVersion::V4 | SignatureVersion::V6);
    let is_strong = matches!(
        signature.hash_alg(),
        Some(
            HashAlgorithm::Sha256
                | HashAlgorithm::Sha384
                | HashAlgorithm::Sha512
                | HashAlgorithm::Sha3_256
                | HashAlgorithm::Sha3_512
        )
    );
    is_known && is_strong
}

/// `true` of a signature with a part marked as critical whose meaning nobody here knows.
pub(super) fn is_demanding(signature: &Signature) -> bool {
    let mut parts = signature.config().into_iter().flat_map(SignatureConfig::hashed_subpackets);
    parts.any(|part| {
        let is_foreign = matches!(
            part.data,
            SubpacketData::Notation(_) | SubpacketData::Experimental(..) | SubpacketData::Other(..)
        );
        part.is_critical && is_foreign
    })
}

fn is_strong_key(key: &PublicParams) -> bool {
    match key {
        PublicParams::RSA(key) => rsa_bits(key) >= LEAST_RSA_BITS,
        PublicParams::ECDSA(key) => matches!(
            key,
            EcdsaPublicParams::P256 { .. }
                | EcdsaPublicParams::P384 { .. }
                | EcdsaPublicParams::P521 { .. }
        ),
        PublicParams::EdDSALegacy(key) => matches!(key, EddsaLegacyPublicParams::Ed25519 { .. }),
        PublicParams::Ed25519(_) | PublicParams::Ed448(_) => true,
        _ => false,
    }
}

/// Bits of the modulus, with whose number a key of RSA is written.
fn rsa_bits(key: &RsaPublicParams) -> u16 {
    let bytes = key.to_bytes().unwrap_or_default();
    bytes.first_chunk().copied().map_or(0, u16::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use pgp::composed::SignedSecretKey;
    use pgp::packet::{KeyFlags, Subpacket};
    use pgp::types::Password;

    use super::*;

    const SUBKEY: &[u8] = include_bytes!("../../tests/signatures/gpg-subkey.asc");
    const RSA: &[u8] = include_bytes!("../../tests/signatures/gpg-rsa.asc");

    fn read(file: &[u8]) -> SignedPublicKey {
        SignedPublicKey::from_armor_single(file).expect("a key").0
    }

    fn flaws(file: &[u8]) -> String {
        let (_, flaws) = openpgp_keys(file);
        let told = flaws.iter().map(|it| format!("{}: {}; {}", it.line, it.message, it.help));
        told.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_key_signs_if_it_is_meant_to() {
        let certificate = Certificate::of(&read(SUBKEY)).expect("a certificate");
        assert_eq!(certificate.user, "subkey <subkey@example.com>");
        // Neither the primary key, which certifies alone, nor the one that encrypts.
        let [key] = certificate.keys.as_slice() else { panic!("{:?}", certificate.keys) };
        assert_eq!(key.key.fingerprint(), read(SUBKEY).public_subkeys[0].key.fingerprint());
        assert!(key.expires.is_none() && !key.is_revoked);
    }

    #[test]
    fn a_subkey_signs_only_with_its_own_word() {
        let without = |mut read: SignedPublicKey, is_other: bool| {
            let subkey = &mut read.public_subkeys[0];
            let binding = &mut subkey.signatures[0];
            let config = binding.config().expect("it is known");
            let parts = config.unhashed_subpackets();
            let embedded = parts
                .enumerate()
                .find(|(_, part)| matches!(part.data, SubpacketData::EmbeddedSignature(_)));
            let (at, _) = embedded.expect("a back signature");
            if is_other {
                // The word of another key for another certificate.
                let other = include_bytes!("../../tests/signatures/gpg-oldsub.asc");
                let other = self::read(other).public_subkeys.remove(0).signatures.remove(0);
                let back = other.embedded_signature().expect("a back signature").clone();
                let part = SubpacketData::EmbeddedSignature(Box::new(back));
                let part = pgp::packet::Subpacket::regular(part).expect("a part");
                binding.unhashed_subpacket_push(part).expect("it is there");
            }
            binding.unhashed_subpacket_remove(at).expect("it is there");
            Certificate::of(&read)
        };
        for is_other in [false, true] {
            let refused = without(read(SUBKEY), is_other).expect_err("nothing signs");
            assert!(refused.contains("nothing is signed that counts"), "{refused}");
        }
    }

    #[test]
    fn a_subkey_of_another_certificate_is_no_key_of_this_one() {
        let mut mixed = read(RSA);
        mixed.public_subkeys = read(SUBKEY).public_subkeys;
        let certificate = Certificate::of(&mixed).expect("a certificate");
        assert_eq!(certificate.keys.len(), 1);
        assert_eq!(certificate.keys[0].key.fingerprint(), mixed.primary_key.fingerprint());
        // Nor is a user id that somebody wrote to it.
        mixed.details.users = read(SUBKEY).details.users;
        let refused = Certificate::of(&mixed).expect_err("no self-signature");
        assert!(refused.contains("without a self-signature"), "{refused}");
    }

    /// Fingerprints of the keys that sign, where a subkey says that it belongs to its certificate and is bound to it
    /// for some uses, by the primary key or by itself.
    fn signing(flags: &KeyFlags, is_by_primary: bool) -> Vec<Fingerprint> {
        let secret = include_bytes!("../../tests/signatures/gpg-bound.secret.asc").as_slice();
        let secret = SignedSecretKey::from_armor_single(secret).expect("keys").0;
        let (primary, subkey) = (&secret.primary_key, &secret.secret_subkeys[0].key);
        let config = |kind, parts: Vec<SubpacketData>| {
            let mut config = SignatureConfig::v4(kind, primary.algorithm(), HashAlgorithm::Sha256);
            let created = SubpacketData::SignatureCreationTime(Timestamp::from_secs(1_700_000_000));
            let parts = parts.into_iter().chain([created]).map(Subpacket::regular);
            config.hashed_subpackets = parts.collect::<Result<_, _>>().expect("parts");
            config
        };
        let (none, owner, own) = (Password::empty(), primary.public_key(), subkey.public_key());
        let back = config(SignatureType::KeyBinding, Vec::new());
        let back = back.sign_primary_key_binding(subkey, own, &none, owner).expect("a signature");
        let back = SubpacketData::EmbeddedSignature(Box::new(back));
        let parts = vec![SubpacketData::KeyFlags(flags.clone()), back];
        let binding = config(SignatureType::SubkeyBinding, parts);
        let binding = if is_by_primary {
            binding.sign_subkey_binding(primary, owner, &none, own)
        } else {
            binding.sign_subkey_binding(subkey, owner, &none, own)
        };
        let mut certificate = read(include_bytes!("../../tests/signatures/gpg-bound.asc"));
        certificate.public_subkeys[0].signatures = vec![binding.expect("a signature")];
        let certificate = Certificate::of(&certificate);
        let keys = certificate.map_or_else(|_| Vec::new(), |certificate| certificate.keys);
        keys.iter().map(|key| key.key.fingerprint()).collect()
    }

    #[test]
    fn a_subkey_signs_if_the_primary_key_binds_it_for_that() {
        let (mut signs, mut logs_in) = (KeyFlags::default(), KeyFlags::default());
        signs.set_sign(true);
        logs_in.set_authentication(true);
        let bound = read(include_bytes!("../../tests/signatures/gpg-bound.asc"));
        assert_eq!(signing(&signs, true), [bound.public_subkeys[0].key.fingerprint()]);
        assert_eq!(signing(&logs_in, true), []);
        assert_eq!(signing(&KeyFlags::default(), true), []);
        assert_eq!(signing(&signs, false), [], "what it says of itself binds nobody");
    }

    #[test]
    fn a_file_is_armored_or_binary_and_may_hold_several_keys() {
        for file in [
            &include_bytes!("../../tests/signatures/gpg-both.asc")[..],
            include_bytes!("../../tests/signatures/gpg-both.gpg"),
        ] {
            let (certificates, flaws) = openpgp_keys(file);
            assert_eq!(flaws, []);
            let users: Vec<_> = certificates.iter().map(|it| it.user.as_str()).collect();
            assert_eq!(users, ["rsa <rsa@example.com>", "subkey <subkey@example.com>"]);
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told_at_its_line() {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let (rsa, tiny) = (text(RSA), text(include_bytes!("../../tests/signatures/gpg-tiny.asc")));
        let private = format!("\n{PRIVATE}\n\nAAAA\n");
        let broken =
            format!("{rsa}\n{PUBLIC}\n\nAAAA\n=AAAA\n-----END PGP PUBLIC KEY BLOCK-----\n");
        let cut: String = rsa.split_inclusive('\n').take(9).collect();
        let told = [
            flaws(b""),
            flaws(b"ssh-ed25519 AAAA ada"),
            flaws(&[0x99, 0xff, 0xff, 0x04]),
            flaws(private.as_bytes()),
            flaws(broken.as_bytes()),
            flaws(format!("{rsa}{tiny}").as_bytes()),
            flaws(cut.as_bytes()),
        ];
        insta::assert_snapshot!(told.join("\n---\n"), @"
        1: holds no public key of OpenPGP; write it with `gpg --export --armor ADDRESS`
        ---
        1: has a key that cannot be read; write it with `gpg --export --armor ADDRESS`
        ---
        1: has a key that cannot be read; write it with `gpg --export --armor ADDRESS`
        ---
        2: holds a private key, which nobody needs here; write it with `gpg --export --armor ADDRESS`
        ---
        20: has a key that cannot be read; write it with `gpg --export --armor ADDRESS`
        ---
        19: has the key `D77E77D6A0E8222580613C007AAC299931C4F5BD`, with which nothing is signed that counts here; write it with `gpg --export --armor ADDRESS`
        ---
        1: has a key that cannot be read; write it with `gpg --export --armor ADDRESS`
        ");
    }
}
