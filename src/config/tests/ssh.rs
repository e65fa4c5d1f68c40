//! Sources that are reached by SSH, and what is told of their files.

use std::path::Path;
use std::process::Command;

use super::*;
use crate::ssh::Access;

const HOST: &str = "git.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ\n";

/// A directory with keys of all sorts, and what a source says of it.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        let files = Self(tempfile::tempdir().expect("a directory"));
        files.keygen("id", &["-t", "ed25519", "-N", ""]);
        files.keygen("encrypted", &["-t", "ed25519", "-N", "geheim"]);
        files.keygen("pem", &["-t", "rsa", "-b", "2048", "-m", "PEM", "-N", ""]);
        files.keygen("pkcs8", &["-t", "ecdsa", "-m", "PKCS8", "-N", ""]);
        files.keygen("weak", &["-t", "rsa", "-b", "1024", "-N", ""]);
        files.write("hosts", HOST);
        files.write("passphrase", "geheim\n");
        files
    }

    fn at(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.at().join(name), text).expect("a file");
    }

    fn keygen(&self, name: &str, arguments: &[&str]) {
        let mut keygen = Command::new("ssh-keygen");
        keygen.args(["-q", "-C", "", "-f"]).arg(self.at().join(name)).args(arguments);
        assert!(keygen.status().expect("ssh-keygen runs").success());
    }

    fn read(&self, url: &str, more: &str) -> Result<Option<Access>, String> {
        let toml = format!("[[sources]]\nname = \"main\"\nurl = \"{url}\"\n{more}");
        let read = Settings::read(&toml, self.at(), []);
        let place = format!("{}/", self.at().display());
        match read {
            Ok(mut settings) => Ok(settings.sources.remove(0).access),
            Err(invalid) => {
                let told = invalid.to_string().replace(&place, "");
                assert!(!told.contains("geheim") && !told.contains("b3BlbnNzaC"), "{told}");
                Err(told)
            }
        }
    }
}

const URL: &str = "ssh://git@git.example/acme/p.git";

#[test]
fn a_source_has_a_key_and_the_hosts_that_it_knows() {
    let files = Files::new();
    let plain = "ssh_key_file = \"id\"\nknown_hosts = \"hosts\"\n";
    let encrypted = "ssh_key_file = \"encrypted\"\nknown_hosts = \"hosts\"\n";
    for url in [URL, "git@git.example:acme/p.git"] {
        for more in [
            plain.to_owned(),
            format!("{encrypted}ssh_key_passphrase = \"geheim\"\n"),
            format!("{encrypted}ssh_key_passphrase_file = \"passphrase\"\n"),
        ] {
            let access = files.read(url, &more).expect("good settings").expect("access");
            let public =
                format!("{}.pub", if more.starts_with(plain) { "id" } else { "encrypted" });
            let mut keygen = Command::new("ssh-keygen");
            let told = keygen.arg("-lf").arg(files.at().join(public)).output().expect("it runs");
            let told = String::from_utf8(told.stdout).expect("UTF-8");
            assert!(told.contains(&access.key.fingerprint()), "{told}");
            assert!(!format!("{access:?}").contains("geheim"));
        }
    }
    // As `ssh-keygen` is told to write what is in another format.
    let keys = "ssh_key_file = \"pem\"\nknown_hosts = \"hosts\"\n";
    assert!(files.read(URL, keys).is_err());
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(["-q", "-p", "-P", "", "-N", "", "-f"]).arg(files.at().join("pem"));
    assert!(keygen.status().expect("ssh-keygen runs").success());
    assert!(files.read(URL, keys).is_ok());
}

#[test]
fn what_is_wrong_with_a_key_is_told() {
    let files = Files::new();
    files.write("empty", "");
    files.write("cut", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n");
    let hosts = "known_hosts = \"hosts\"\n";
    let told = [
        "",
        "ssh_key_file = \"nowhere.pem\"",
        "ssh_key_file = \"-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaC1rZXktdjEAAAAA\"",
        "ssh_key_file = \"/dev/null\"",
        "ssh_key_file = \"empty\"",
        "ssh_key_file = \"cut\"",
        "ssh_key_file = \"id.pub\"",
        "ssh_key_file = \"pem\"",
        "ssh_key_file = \"pkcs8\"",
        "ssh_key_file = \"weak\"",
        "ssh_key_file = \"encrypted\"",
        "ssh_key_file = \"encrypted\"\nssh_key_passphrase = \"geheimer\"",
        "ssh_key_file = \"encrypted\"\nssh_key_passphrase_file = \"hosts\"",
        "ssh_key_file = \"encrypted\"\nssh_key_passphrase_file = \"empty\"",
        "ssh_key_file = \"id\"\nssh_key_passphrase = \"geheim\"",
        "ssh_key_passphrase = \"geheim\"",
    ]
    .map(|more| files.read(URL, &format!("{hosts}{more}\n")).expect_err("a problem"));
    let told = told.join("\n").replace("1 setting is missing or wrong:\n", "");
    insta::assert_snapshot!(told, @"
    settings:1:1: `sources[0].ssh_key_file` is missing; name the file with the private key, whose public half the host has as a deploy key
    settings:5:16: `sources[0].ssh_key_file` names `nowhere.pem`, which cannot be read: No such file or directory (os error 2)
    settings:5:1: `sources[0].ssh_key_file` names `…`, which cannot be read: No such file or directory (os error 2)
    settings:5:16: `sources[0].ssh_key_file` names `/dev/null`, which cannot be read: it is no regular file
    settings:5:16: `sources[0].ssh_key_file` names a file whose key cannot be read; make one with `ssh-keygen -t ed25519 -f FILE`
    settings:5:16: `sources[0].ssh_key_file` names a file whose key cannot be read; make one with `ssh-keygen -t ed25519 -f FILE`
    settings:5:16: `sources[0].ssh_key_file` names a file with a public key; the private one beside it is called the same without `.pub`
    settings:5:16: `sources[0].ssh_key_file` names a key in another format than OpenSSH's; `ssh-keygen -p -f FILE` writes it anew
    settings:5:16: `sources[0].ssh_key_file` names a key in another format than OpenSSH's; `ssh-keygen -p -f FILE` writes it anew
    settings:5:16: `sources[0].ssh_key_file` names a key of RSA with 1024 bits, which is too weak; use Ed25519
    settings:5:16: `sources[0].ssh_key_file` names an encrypted key; write its passphrase into `ssh_key_passphrase`
    settings:6:1: `sources[0].ssh_key_passphrase` does not decrypt the key that `ssh_key_file` names; `ssh-keygen -y -f FILE` tries one
    settings:6:1: `sources[0].ssh_key_passphrase_file` does not decrypt the key that `ssh_key_file` names; `ssh-keygen -y -f FILE` tries one
    settings:6:1: `sources[0].ssh_key_passphrase_file` names an empty file
    settings:6:1: `sources[0].ssh_key_passphrase` is of no use: the key that `ssh_key_file` names is not encrypted; leave it out
    settings:1:1: `sources[0].ssh_key_file` is missing; name the file with the private key, whose public half the host has as a deploy key
    ");
}

#[test]
fn what_is_wrong_with_the_hosts_is_told_at_its_line() {
    let files = Files::new();
    files.write(
        "flaws",
        &format!("# hosts\n{HOST}\n@cert-authority * {HOST}git.example ssh-rsa AAAA"),
    );
    files.write("none", "\n");
    let key = "ssh_key_file = \"id\"\n";
    let told =
        ["", "known_hosts = \"nowhere\"", "known_hosts = \"flaws\"", "known_hosts = \"none\""]
            .map(|more| files.read(URL, &format!("{key}{more}\n")).expect_err("a problem"));
    insta::assert_snapshot!(told.join("\n"), @"
    1 setting is missing or wrong:
      settings:1:1: `sources[0].known_hosts` is missing; name a file of OpenSSH's with the key that the host publishes; none is trusted on first use
    1 setting is missing or wrong:
      settings:5:15: `sources[0].known_hosts` names `nowhere`, which cannot be read: No such file or directory (os error 2)
    2 settings are missing or wrong:
      flaws:4:1: `sources[0].known_hosts` names an authority that certifies hosts, which is not supported; write a line with the key of each host
      flaws:5:1: `sources[0].known_hosts` has a key that cannot be read; copy it from what the host publishes, on one line
    1 setting is missing or wrong:
      none:1:1: `sources[0].known_hosts` names no host; write `HOST KEY`, as in `git.example.com ssh-ed25519 AAAA…`
    ");
}

#[test]
fn each_way_in_has_settings_of_its_own() {
    let files = Files::new();
    let ssh = "ssh_key_file = \"id\"\nknown_hosts = \"hosts\"\n";
    let told = [
        (URL, format!("{ssh}token = \"geheim\"\n")),
        (URL, format!("{ssh}username = \"ada\"\ntoken_file = \"passphrase\"\n")),
        (URL, format!("{ssh}username = \"ada\"\n")),
        ("https://git.example/p.git", ssh.to_owned()),
        ("https://git.example/p.git", "ssh_key_passphrase_file = \"passphrase\"\n".to_owned()),
        ("ssh://git.example/p.git", ssh.to_owned()),
        ("git@git.example:--help", ssh.to_owned()),
        ("ssh://git:geheim@git.example/p.git", ssh.to_owned()),
        ("git+ssh://git.example/p.git", ssh.to_owned()),
    ]
    .map(|(url, more)| files.read(url, &more).expect_err("a problem"));
    insta::assert_snapshot!(told.join("\n"), @"
    1 setting is missing or wrong:
      settings:6:1: `sources[0].token` is of no use: the repository is reached by SSH; leave it out; `ssh_key_file` names the key that logs in
    2 settings are missing or wrong:
      settings:6:12: `sources[0].username` is of no use: the repository is reached by SSH; leave it out; the user stands in `url`, before the `@`
      settings:7:1: `sources[0].token_file` is of no use: the repository is reached by SSH; leave it out; `ssh_key_file` names the key that logs in
    1 setting is missing or wrong:
      settings:6:12: `sources[0].username` is of no use: the repository is reached by SSH; leave it out; the user stands in `url`, before the `@`
    2 settings are missing or wrong:
      settings:4:16: `sources[0].ssh_key_file` is of no use: the repository is not reached by SSH; leave it out, or write `url` as `ssh://git@HOST/PATH`
      settings:5:15: `sources[0].known_hosts` is of no use: the repository is not reached by SSH; leave it out, or write `url` as `ssh://git@HOST/PATH`
    1 setting is missing or wrong:
      settings:4:1: `sources[0].ssh_key_passphrase_file` is of no use: the repository is not reached by SSH; leave it out, or write `url` as `ssh://git@HOST/PATH`
    1 setting is missing or wrong:
      settings:3:7: `sources[0].url` is `ssh://git.example/p.git`, which does not say as whom to log in; write `ssh://git@HOST/PATH` or `git@HOST:PATH`
    1 setting is missing or wrong:
      settings:3:7: `sources[0].url` is `git@git.example:--help`, which names no repository; write `ssh://git@HOST/PATH` or `git@HOST:PATH`
    1 setting is missing or wrong:
      settings:3:1: `sources[0].url` must not hold credentials; leave out what stands before the `@`; `username` and `token` are told a server that asks
    1 setting is missing or wrong:
      settings:3:7: `sources[0].url` is of `git+ssh`, which is not supported; write `https://HOST/PATH` or `ssh://git@HOST/PATH`
    ");
}
