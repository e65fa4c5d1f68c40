//! Files with the keys of those who may sign, and what is told of them.

use super::*;

const SOURCE: &str = "[[sources]]\nname = \"main\"\nurl = \"https://git.example/p.git\"\n";
const ED25519: &str = include_str!("../../../tests/signatures/ed25519.pub");
const OPENPGP: &str = include_str!("../../../tests/signatures/gpg-rsa.asc");

/// A source with more settings, beside files.
fn read_beside(files: &[(&str, &str)], more: &str) -> Result<SourceSettings, String> {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, text) in files {
        std::fs::write(directory.path().join(name), text).expect("a file");
    }
    let read = Settings::read(&format!("{SOURCE}{more}"), directory.path(), []);
    let place = format!("{}/", directory.path().display());
    match read {
        Ok(mut settings) => Ok(settings.sources.remove(0)),
        Err(invalid) => Err(invalid.to_string().replace(&place, "")),
    }
}

#[test]
fn signers_are_read_from_files_beside_the_settings() {
    let line = format!("ada {ED25519}");
    let files = [("people", line.as_str()), ("keys.asc", OPENPGP)];
    let counts = |more: &str| {
        let source = read_beside(&files, more).expect("good settings");
        let count = |it: &crate::signature::Signers| (it.ssh.len(), it.openpgp.len());
        let is_required = matches!(source.signatures, Signatures::Required(_));
        (source.signatures.signers().map(count), is_required, source.approval)
    };
    assert_eq!(counts(""), (None, false, Approval::Anybody));
    let both = "allowed_signers = \"people\"\nopenpgp_keys = \"keys.asc\"\n";
    assert_eq!(counts(both), (Some((1, 1)), false, Approval::Anybody));
    let more = "require_signature = true\napproval = \"allowed_signer\"\n";
    assert_eq!(counts(&format!("{both}{more}")), (Some((1, 1)), true, Approval::AllowedSigner));
    let one = "openpgp_keys = \"keys.asc\"\nrequire_signature = false\n";
    assert_eq!(counts(one), (Some((0, 1)), false, Approval::Anybody));
}

#[test]
fn what_is_wrong_with_them_is_told_with_file_and_line() {
    let people =
        format!("# people\nada {ED25519}bob ssh-ed25519 AAAA\n\ncarl cert-authority {ED25519}");
    let keys = format!("\n{OPENPGP}\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n");
    let others = format!("ada namespaces=\"file\" {ED25519}");
    let private = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
    let files = [
        ("people", people.as_str()),
        ("keys", &keys),
        ("empty", "# nobody\n"),
        ("others", &others),
        ("private", private),
    ];
    let told = |more: &str| read_beside(&files, more).expect_err("problems");
    let told = [
        told("allowed_signers = \"people\"\nopenpgp_keys = \"keys\"\n"),
        told("allowed_signers = \"empty\"\nopenpgp_keys = \"empty\"\n"),
        told(
            "allowed_signers = \"nowhere\"\nopenpgp_keys = \"/dev/null\"\nrequire_signature = true\n",
        ),
        told("require_signature = true\napproval = \"allowed_signer\"\n"),
        told("require_signature = \"perhaps\"\napproval = \"signer\"\n"),
        told("allowed_signers = \"others\"\n"),
        told("allowed_signers = \"private\"\n"),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    3 settings are missing or wrong:
      keys:21:1: `sources[0].openpgp_keys` has a key that cannot be read; write it with `gpg --export --armor ADDRESS`
      people:3:1: `sources[0].allowed_signers` has a key that cannot be read; copy it from a file `*.pub`, on one line
      people:5:1: `sources[0].allowed_signers` names an authority of certificates, which is not supported; write a line for each key that may sign
    2 settings are missing or wrong:
      empty:1:1: `sources[0].allowed_signers` names nobody; write a line for each key, as in `ada@example.com ssh-ed25519 AAAA…`
      empty:1:1: `sources[0].openpgp_keys` has a key that cannot be read; write it with `gpg --export --armor ADDRESS`
    2 settings are missing or wrong:
      settings:4:19: `sources[0].allowed_signers` names `nowhere`, which cannot be read: No such file or directory (os error 2)
      settings:5:16: `sources[0].openpgp_keys` names `/dev/null`, which cannot be read: it is no regular file
    2 settings are missing or wrong:
      settings:4:21: `sources[0].require_signature` needs `allowed_signers` or `openpgp_keys`; name a file with the public keys of those who may sign
      settings:5:12: `sources[0].approval` is `allowed_signer`, which needs `allowed_signers` or `openpgp_keys`; name a file with the public keys of those who may sign
    2 settings are missing or wrong:
      settings:4:21: `sources[0].require_signature` is `perhaps`, but must be `true` or `false`
      settings:5:12: `sources[0].approval` is `signer`, but must be `anybody`, `another_author` or `allowed_signer`
    1 setting is missing or wrong:
      others:1:1: `sources[0].allowed_signers` names nobody whose key is for the namespace `git`; leave `namespaces` out, or add `git` to it
    1 setting is missing or wrong:
      private:1:1: `sources[0].allowed_signers` holds a private key, which nobody needs here; write `PRINCIPALS [OPTIONS] KEY`, as in `ada@example.com ssh-ed25519 AAAA…`
    ");
}
