//! Signatures by OpenSSH and GnuPG over one commit (`tests/signatures/make.sh`), and what is made of each.

use chrono::{DateTime, TimeDelta, Utc};

use super::*;

/// Bytes of a file that the tools made.
macro_rules! made {
    ($name:literal) => {
        include_bytes!(concat!("../../tests/signatures/", $name)).as_slice()
    };
}

const COMMIT: &[u8] = made!("commit");

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// When the commit says that it was made, and two days later.
fn committed_at() -> DateTime<Utc> {
    instant("2023-11-14T22:13:20Z")
}

fn now() -> DateTime<Utc> {
    committed_at() + TimeDelta::days(2)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Lines of allowed signers for public keys, each with options before it.
fn lines(keys: &[(&str, &str, &[u8])]) -> Signers {
    let lines = keys.iter().map(|(name, options, key)| format!("{name} {options} {}", text(key)));
    let (ssh, flaws) = allowed_signers(&lines.collect::<String>());
    assert_eq!(flaws, []);
    Signers { ssh, openpgp: Vec::new() }
}

fn certificates(files: &[&[u8]]) -> Signers {
    let mut signers = Signers::default();
    for file in files {
        let (openpgp, flaws) = openpgp_keys(file);
        assert_eq!(flaws, []);
        signers.openpgp.extend(openpgp);
    }
    signers
}

/// All keys of OpenSSH that the tools made, but for a stranger's.
fn all_lines() -> Signers {
    lines(&[
        ("ed25519@example.com", "", made!("ed25519.pub")),
        ("ecdsa256@example.com", "", made!("ecdsa256.pub")),
        ("ecdsa384@example.com", "", made!("ecdsa384.pub")),
        ("ecdsa521@example.com", "", made!("ecdsa521.pub")),
        ("rsa@example.com", "", made!("rsa.pub")),
    ])
}

/// All certificates that the tools made, but for one that nobody knows.
fn all_certificates() -> Signers {
    certificates(&[
        made!("gpg-rsa.asc"),
        made!("gpg-subkey.asc"),
        made!("gpg-p384.asc"),
        made!("gpg-brief.asc"),
        made!("gpg-gone-revoked.asc"),
        made!("gpg-oldsub.asc"),
        made!("gpg-lostsub-revoked.asc"),
    ])
}

fn judged(signers: &Signers, signature: &[u8], payload: &[u8], now: DateTime<Utc>) -> String {
    match signers.judge(Signed { signature, payload, committed_at: committed_at() }, now) {
        Ok(Signer { name, key }) => format!("by {name}: {key}"),
        Err(refusal) => refusal.to_string(),
    }
}

#[test]
fn each_kind_of_key_of_openssh_counts_and_no_other() {
    let signatures = [
        ("ed25519", made!("ed25519.sig")),
        ("ed25519 by SHA-256", made!("ed25519-sha256.sig")),
        ("ECDSA of 256 bits", made!("ecdsa256.sig")),
        ("ECDSA of 384 bits", made!("ecdsa384.sig")),
        ("ECDSA of 521 bits", made!("ecdsa521.sig")),
        ("RSA", made!("rsa.sig")),
        ("RSA by SHA-256", made!("rsa-sha256.sig")),
        ("RSA of 1024 bits", made!("rsa1024.sig")),
        ("another key", made!("stranger.sig")),
        ("another namespace", made!("ed25519-file.sig")),
        ("a certificate", made!("ed25519-cert.sig")),
    ];
    let signers = all_lines();
    let told = signatures
        .map(|(kind, signature)| format!("{kind}: {}", judged(&signers, signature, COMMIT, now())));
    insta::assert_snapshot!(told.join("\n"), @"
    ed25519: by ed25519@example.com: SHA256:xw+2uBIvCmj0uF7QSvYEMvN+mgW3YP1ELW3kqGL4j38
    ed25519 by SHA-256: by ed25519@example.com: SHA256:xw+2uBIvCmj0uF7QSvYEMvN+mgW3YP1ELW3kqGL4j38
    ECDSA of 256 bits: by ecdsa256@example.com: SHA256:gpdYUDOA4OxCxoJqOgX4DeVJKep8zJ2Ly2g6c7Bl9eM
    ECDSA of 384 bits: by ecdsa384@example.com: SHA256:29r8ZDvPFIzLqwTOXzEShfblgWbEVB4EJSF3wPTfeeI
    ECDSA of 521 bits: by ecdsa521@example.com: SHA256:WPA2/q5ar/FDN8I8T7YRzH7gProdQHrvtGD7ETsYGeM
    RSA: by rsa@example.com: SHA256:xCklT27aN0YGMQ2YvUcdMMn/1/3Wv5bHSYaFIFqzYXA
    RSA by SHA-256: by rsa@example.com: SHA256:xCklT27aN0YGMQ2YvUcdMMn/1/3Wv5bHSYaFIFqzYXA
    RSA of 1024 bits: is signed with the key `SHA256:SGeBK0FLgRLr8fwCAW13BxQPkMQyKnAmhm/CnPiZW+g`, which is no allowed signer's
    another key: is signed with the key `SHA256:qTndCuxo6/clA8GNo3uUzdZh5aqjtrq6ZLJOt7CZWpU`, which is no allowed signer's
    another namespace: has a signature that was not made for Git
    a certificate: has a signature by a certificate of OpenSSH, which is not supported
    ");
    // Each of them is of this commit alone.
    let other = text(COMMIT).replace("4b825dc", "5b825dc");
    let message = text(COMMIT).replace("Tighten", "tighten");
    for (kind, signature) in signatures {
        for payload in [other.as_bytes(), message.as_bytes(), b"", &COMMIT[1..]] {
            let told = judged(&signers, signature, payload, now());
            assert!(!told.starts_with("by "), "{kind}: {told}");
        }
    }
    insta::assert_snapshot!(judged(&signers, made!("ed25519.sig"), other.as_bytes(), now()), @"has a signature that does not match: it or the commit was changed after signing with the key `SHA256:xw+2uBIvCmj0uF7QSvYEMvN+mgW3YP1ELW3kqGL4j38` of `ed25519@example.com`");
}

#[test]
fn a_line_may_restrict_its_key_to_a_time_and_to_namespaces() {
    let key = made!("ed25519.pub");
    let judged = |options: &[&str]| {
        let keys: Vec<_> = options.iter().map(|options| ("ada", *options, key)).collect();
        judged(&lines(&keys), made!("ed25519.sig"), COMMIT, now())
    };
    for options in [
        "namespaces=\"file,git\"",
        "valid-after=\"20231114221320Z\"",
        "valid-before=\"20231114221320Z\"",
        "valid-after=\"20231114Z\",valid-before=\"20231115Z\"",
    ] {
        assert!(judged(&[options]).starts_with("by ada: SHA256:"), "{options}");
    }
    let told = [
        judged(&["namespaces=\"file\""]),
        judged(&["valid-after=\"20231114221321Z\""]),
        judged(&["valid-before=\"20231114221319Z\""]),
        judged(&["valid-before=\"20231114\"", "namespaces=\"file\""]),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    is signed with the key `SHA256:xw+2uBIvCmj0uF7QSvYEMvN+mgW3YP1ELW3kqGL4j38` of `ada`, which is for other namespaces than `git`
    is signed with the key `SHA256:xw+2uBIvCmj0uF7QSvYEMvN+mgW3YP1ELW3kqGL4j38` of `ada`, which is valid from 2023-11-14 22:13 UTC on only
    is signed with the key `SHA256:xw+2uBIvCmj0uF7QSvYEMvN+mgW3YP1ELW3kqGL4j38` of `ada`, which expired at 2023-11-14 22:13 UTC
    is signed with the key `SHA256:xw+2uBIvCmj0uF7QSvYEMvN+mgW3YP1ELW3kqGL4j38` of `ada`, which is for other namespaces than `git`
    ");
    assert!(judged(&["valid-before=\"20231114\"", ""]).starts_with("by ada"), "one line suffices");
}

#[test]
fn a_key_of_openpgp_counts_while_it_is_valid() {
    let signers = all_certificates();
    let signatures = [
        ("RSA", made!("gpg-rsa.sig")),
        ("a subkey of Ed25519", made!("gpg-subkey.sig")),
        ("ECDSA of 384 bits", made!("gpg-p384.sig")),
        ("one that expires in December", made!("gpg-brief.sig")),
        ("a subkey that does", made!("gpg-oldsub.sig")),
        ("one that is revoked", made!("gpg-gone.sig")),
        ("a subkey that is revoked", made!("gpg-lostsub.sig")),
        ("one that nobody knows", made!("gpg-unknown.sig")),
        ("RSA of 1024 bits", made!("gpg-tiny.sig")),
        ("SHA-1", made!("gpg-rsa-sha1.sig")),
        ("as text", made!("gpg-rsa-text.sig")),
        ("until December", made!("gpg-rsa-brief.sig")),
        ("with a demand", made!("gpg-rsa-notation.sig")),
    ];
    let told = |now| {
        let told = signatures.map(|(kind, signature)| {
            format!("{kind}: {}", judged(&signers, signature, COMMIT, now))
        });
        told.join("\n")
    };
    insta::assert_snapshot!(told(now()), @"
    RSA: by rsa <rsa@example.com>: 83F638AF41591E3393FAF860346D77970AF45C1C
    a subkey of Ed25519: by subkey <subkey@example.com>: A1EBC174532DF311DA4A14A11AE0D98E4F7C77E5
    ECDSA of 384 bits: by p384 <p384@example.com>: 4121D6BAD2A2F21A811D398C7BA10E37260869D8
    one that expires in December: by brief <brief@example.com>: B17B1CF11EA078DED0BF1199AA4921C10EC30B11
    a subkey that does: by oldsub <oldsub@example.com>: 549B4FF05F197360FB0F0FCE91A08A5B05EB464F
    one that is revoked: is signed with the key `2AAF170EB3573C548FA049C4FBAE7C54FA756424` of `gone <gone@example.com>`, which is revoked
    a subkey that is revoked: is signed with the key `3E244C965D8051F9AEEFB4EC407AA21364BEACE7` of `lostsub <lostsub@example.com>`, which is revoked
    one that nobody knows: is signed with the key `DC724771225083B19B7E4FFBEBB41ADFD002711F`, which is no allowed signer's
    RSA of 1024 bits: is signed with the key `D77E77D6A0E8222580613C007AAC299931C4F5BD`, which is no allowed signer's
    SHA-1: has a signature that is too weak: its digest is not of SHA-2 or SHA-3 with 256 bits or more
    as text: has a signature of OpenPGP that is not over the bytes as they are, which is not supported
    until December: by rsa <rsa@example.com>: 83F638AF41591E3393FAF860346D77970AF45C1C
    with a demand: has a signature of OpenPGP with a critical part of unknown meaning, which is not supported
    ");
    let (november, december) = (told(now()), told(instant("2023-12-01T12:00:00Z")));
    let changed = november.lines().zip(december.lines()).filter(|(one, other)| one != other);
    insta::assert_snapshot!(changed.map(|(_, line)| line).collect::<Vec<_>>().join("\n"), @"
    one that expires in December: is signed with the key `B17B1CF11EA078DED0BF1199AA4921C10EC30B11` of `brief <brief@example.com>`, which expired at 2023-12-01 12:00 UTC
    a subkey that does: is signed with the key `549B4FF05F197360FB0F0FCE91A08A5B05EB464F` of `oldsub <oldsub@example.com>`, which expired at 2023-12-01 12:00 UTC
    until December: has a signature by `rsa <rsa@example.com>` that expired by itself at 2023-12-01 12:00 UTC
    ");
    for (kind, signature) in signatures {
        let told = judged(&signers, signature, &COMMIT[1..], now());
        assert!(!told.starts_with("by "), "{kind}: {told}");
    }
    let not_yet = certificates(&[made!("gpg-gone.asc")]);
    assert!(judged(&not_yet, made!("gpg-gone.sig"), COMMIT, now()).starts_with("by gone"));
}

#[test]
fn what_is_revoked_in_one_copy_of_a_certificate_is_revoked() {
    let (before, after) = (made!("gpg-gone.asc"), made!("gpg-gone-revoked.asc"));
    for files in [[before, after], [after, before]] {
        let told = judged(&certificates(&files), made!("gpg-gone.sig"), COMMIT, now());
        assert!(told.ends_with("which is revoked"), "{told}");
    }
}

#[test]
fn a_signature_was_not_made_before_its_key() {
    let mut signers = certificates(&[made!("gpg-rsa.asc")]);
    for key in &mut signers.openpgp[0].keys {
        key.created = pgp::types::Timestamp::from_secs(1_700_000_001);
    }
    let told = judged(&signers, made!("gpg-rsa.sig"), COMMIT, now());
    assert!(told.ends_with("which is valid from 2023-11-14 22:13 UTC on only"), "{told}");
}

#[test]
fn a_key_counts_in_its_own_format_alone() {
    assert!(judged(&all_certificates(), made!("rsa.sig"), COMMIT, now()).contains("no allowed"));
    assert!(judged(&all_lines(), made!("gpg-rsa.sig"), COMMIT, now()).contains("no allowed"));
    let none = Signers::default();
    assert!(none.is_empty() && !all_lines().is_empty() && !all_certificates().is_empty());
    assert!(judged(&none, made!("rsa.sig"), COMMIT, now()).contains("no allowed"));
}

#[test]
fn what_is_no_signature_is_refused() {
    let all = Signers { openpgp: all_certificates().openpgp, ..all_lines() };
    let told_of = |signature: &[u8], payload: &[u8]| judged(&all, signature, payload, now());
    let judged = |signature: &str| told_of(signature.as_bytes(), COMMIT);
    let (ssh, gpg) = (text(made!("ed25519.sig")), text(made!("gpg-rsa.sig")));
    let unwrapped = ssh.replacen('\n', "|", 1).replace('\n', "").replace('|', "\n");
    let unwrapped = unwrapped.replace("-----END", "\n-----END");
    assert_eq!(judged(&unwrapped), judged(&ssh), "lines may be of any length");
    assert!(judged(&ssh).starts_with("by ") && judged(&gpg).starts_with("by "));
    let told = [
        judged(""),
        judged("-----BEGIN SSH SIGNATURE-----"),
        judged("-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----"),
        judged("-----BEGIN SSH SIGNATURE-----\n!é\n-----END SSH SIGNATURE-----"),
        judged(&ssh.replace("U1NIU0lH", "U1NIU0lI")),
        judged(&format!("{ssh}{ssh}")),
        judged("-----BEGIN PGP SIGNATURE-----"),
        judged("-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----"),
        judged(&format!("{gpg}{gpg}")),
        judged("-----BEGIN SIGNED MESSAGE-----\nAAAA\n-----END SIGNED MESSAGE-----"),
        judged(&format!("{gpg}{}", " ".repeat(LONGEST_SIGNATURE))),
        told_of(&[0xff, 0xfe], COMMIT),
        told_of(gpg.as_bytes(), &vec![b'x'; LONGEST_PAYLOAD + 1]),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    has a signature that cannot be read
    has a signature that cannot be read
    has a signature that cannot be read
    has a signature that cannot be read
    has a signature that cannot be read
    has a signature that cannot be read
    has a signature that cannot be read
    has a signature that cannot be read
    has more than one signature
    has a signature of X.509, which is not supported
    has a signature, or a message, that is too long to be verified
    has a signature that cannot be read
    has a signature, or a message, that is too long to be verified
    ");
}

#[test]
fn a_signature_of_which_a_bit_is_turned_or_a_byte_lacks_is_none() {
    let all = Signers { openpgp: all_certificates().openpgp, ..all_lines() };
    for signature in
        [made!("ed25519.sig"), made!("rsa.sig"), made!("gpg-subkey.sig"), made!("gpg-rsa.sig")]
    {
        let good = judged(&all, signature, COMMIT, now());
        assert!(good.starts_with("by "), "{good}");
        for at in 0..signature.len() {
            let mut turned = signature.to_vec();
            turned[at] ^= 1;
            let told = judged(&all, &turned, COMMIT, now());
            // What is not signed, such as a checksum, a length or a second name of the key, may be anything.
            assert!(!told.starts_with("by ") || told == good, "{at}: {told}");
            judged(&all, &signature[..at], COMMIT, now());
        }
    }
}
