//! OpenSSH's file of known hosts, as `sshd(8)` describes it under `SSH_KNOWN_HOSTS FILE FORMAT`.
//!
//! A line is `[MARKER] HOSTS KEY`. Hosts are patterns with commas between them, or one name as its digest. Where a
//! key is revoked for a host no other line helps it. Authorities that certify hosts are refused with their line.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use russh::keys::ssh_key::public::KeyData;
use russh::keys::{Algorithm, HashAlg, PublicKey};

use super::Address;

/// Hosts with the keys by which they are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownHosts(Vec<Line>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    number: u32,
    is_revoked: bool,
    hosts: Hosts,
    key: KeyData,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Hosts {
    Patterns(Vec<String>),
    /// Digest of the one name, by HMAC-SHA1 with this salt.
    Hashed {
        salt: Vec<u8>,
        digest: Vec<u8>,
    },
}

/// Flaw of a line in a file of known hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Line at which it stands, from 1.
    pub line: u32,
    /// Problem, as what goes on behind "line 3: ".
    pub message: &'static str,
    /// Way out for the operator.
    pub help: &'static str,
}

/// Refusal of a host whose key nobody vouches for, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UntrustedHost {
    /// No line is about this host.
    #[error(
        "the fetch failed: nothing says by which key `{host}` is known; it shows {key}; compare that with what \
         those publish who run it, and add a line `{host} KEY` to `known_hosts` of the source"
    )]
    Unknown {
        /// Name that a line has to give.
        host: String,
        /// Kind and fingerprint of what the host showed.
        key: String,
    },
    /// Lines about this host have other keys.
    #[error(
        "the fetch failed: `{host}` shows {key}, which is not what `known_hosts` of the source has in line \
         {line}; it may be somebody else who answers, so ask those who run it whether they changed its key, and \
         change the line only by what they publish"
    )]
    Changed {
        /// Name by which the line is about it.
        host: String,
        /// Kind and fingerprint of what the host showed.
        key: String,
        /// First line that has another key for it.
        line: u32,
    },
    /// A line says that this key is not to be trusted any more.
    #[error(
        "the fetch failed: `{host}` shows {key}, which line {line} of `known_hosts` of the source revokes; \
         whoever has it may pose as that host, so ask those who run it for its new key"
    )]
    Revoked {
        /// Name by which the line is about it.
        host: String,
        /// Kind and fingerprint of what the host showed.
        key: String,
        /// Line that revokes it.
        line: u32,
    },
}

impl KnownHosts {
    /// Checks that a host may show a key.
    pub fn check(&self, address: &Address, key: &KeyData) -> Result<(), UntrustedHost> {
        let (host, shown) = (address.known_as(), shown(key));
        let about = self.0.iter().filter(|line| line.hosts.include(&host));
        let about: Vec<&Line> = about.collect();
        let revoked = about.iter().find(|line| line.is_revoked && line.key == *key);
        if let Some(Line { number: line, .. }) = revoked {
            return Err(UntrustedHost::Revoked { host, key: shown, line: *line });
        }
        let mut known = about.iter().filter(|line| !line.is_revoked).peekable();
        match known.peek().map(|line| line.number) {
            None => Err(UntrustedHost::Unknown { host, key: shown }),
            Some(_) if known.any(|line| line.key == *key) => Ok(()),
            Some(line) => Err(UntrustedHost::Changed { host, key: shown, line }),
        }
    }

    /// `true` where a host is known by a key of this kind, so that it is best asked for that.
    pub fn has_kind(&self, address: &Address, kind: &Algorithm) -> bool {
        let is_it = |key: &KeyData| match (key.algorithm(), kind) {
            (Algorithm::Rsa { .. }, Algorithm::Rsa { .. }) => true,
            (known, kind) => known == *kind,
        };
        let host = address.known_as();
        let mut keys = self.0.iter().filter(|line| !line.is_revoked && is_it(&line.key));
        keys.any(|line| line.hosts.include(&host))
    }
}

impl Hosts {
    fn read(text: &str) -> Option<Self> {
        let Some(hashed) = text.strip_prefix("|1|") else {
            let patterns = text.split(',').map(str::to_ascii_lowercase);
            return Some(Self::Patterns(patterns.collect()));
        };
        let (salt, digest) = hashed.split_once('|')?;
        let [salt, digest] = [salt, digest].map(|text| BASE64_STANDARD.decode(text).ok());
        Some(Self::Hashed { salt: salt?, digest: digest? })
    }

    fn include(&self, host: &str) -> bool {
        match self {
            Self::Patterns(patterns) => {
                let (mut is_in, mut is_out) = (false, false);
                for pattern in patterns {
                    match pattern.strip_prefix('!') {
                        Some(pattern) => is_out |= matches(pattern, host),
                        None => is_in |= matches(pattern, host),
                    }
                }
                is_in && !is_out
            }
            Self::Hashed { salt, digest } => {
                let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, salt);
                hmac::verify(&key, host.as_bytes(), digest).is_ok()
            }
        }
    }
}

/// `true` of a name that a pattern of `*` and `?` stands for. Takes no more steps than the product of both lengths.
fn matches(pattern: &str, name: &str) -> bool {
    // At each place of the name: does the pattern up to here stand for the name up to there?
    let mut stands = vec![false; name.len() + 1];
    if let Some(first) = stands.first_mut() {
        *first = true;
    }
    for wanted in pattern.bytes() {
        let mut before = false;
        for (at, place) in stands.iter_mut().enumerate() {
            let there = *place;
            let byte = at.checked_sub(1).and_then(|at| name.as_bytes().get(at));
            *place = match wanted {
                b'*' => there || (at > 0 && before),
                b'?' => byte.is_some() && before,
                _ => byte == Some(&wanted) && before,
            };
            before = if wanted == b'*' { *place } else { there };
        }
    }
    stands.last().copied().unwrap_or_default()
}

/// Key as people compare it: its kind and its fingerprint.
fn shown(key: &KeyData) -> String {
    let kind = key.algorithm();
    let kind: String = kind.as_str().chars().filter(char::is_ascii_graphic).take(60).collect();
    format!("`{kind} {}`", key.fingerprint(HashAlg::Sha256))
}

const FORM: &str = "write `HOST KEY`, as in `git.example.com ssh-ed25519 AAAA…`";

/// Hosts of a file, and what is wrong with its other lines.
pub fn known_hosts(text: &str) -> (KnownHosts, Vec<Flaw>) {
    let (mut lines, mut flaws) = (Vec::new(), Vec::new());
    if text.contains("PRIVATE KEY-----") {
        let message = "holds a private key, which nobody needs here";
        return (KnownHosts::default(), vec![Flaw { line: 1, message, help: FORM }]);
    }
    for (number, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        match line(number, text) {
            Ok(line) => lines.push(line),
            Err((message, help)) => flaws.push(Flaw { line: number, message, help }),
        }
    }
    if lines.is_empty() && flaws.is_empty() {
        flaws.push(Flaw { line: 1, message: "names no host", help: FORM });
    }
    (KnownHosts(lines), flaws)
}

fn line(number: u32, text: &str) -> Result<Line, (&'static str, &'static str)> {
    let (marker, rest) = match text.strip_prefix('@') {
        Some(marked) => word(marked),
        None => ("", text),
    };
    let is_revoked = match marker {
        "" if rest == text => false,
        "revoked" => true,
        "cert-authority" => {
            let message = "names an authority that certifies hosts, which is not supported";
            return Err((message, "write a line with the key of each host"));
        }
        _ => return Err(("begins with a marker that there is not", "write `@revoked`, or none")),
    };
    let (hosts, key) = word(rest);
    if ["ssh-", "ecdsa-", "sk-"].iter().any(|start| hosts.starts_with(start)) {
        return Err(("begins with a key, and does not say whose", FORM));
    }
    if key.is_empty() {
        return Err(("has no key", FORM));
    }
    let hosts = Hosts::read(hosts);
    let hosts = hosts.ok_or(("has a name that is hashed otherwise than by OpenSSH", FORM))?;
    let key: Vec<&str> = key.split_ascii_whitespace().take(2).collect();
    let key = PublicKey::from_openssh(&key.join(" ")).map_err(|_| {
        ("has a key that cannot be read", "copy it from what the host publishes, on one line")
    })?;
    Ok(Line { number, is_revoked, hosts, key: key.into() })
}

/// First word of a text, and what follows it.
fn word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once([' ', '\t']).unwrap_or((text, ""));
    (word, rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
    const OTHER: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";

    fn address(host: &str) -> Address {
        format!("ssh://git@{host}/p.git").parse().unwrap()
    }

    fn check(hosts: &str, host: &str) -> &'static str {
        let (known, flaws) = known_hosts(hosts);
        assert_eq!(flaws, [], "{hosts}");
        let key = PublicKey::from_openssh(ED25519).unwrap().into();
        match known.check(&address(host), &key) {
            Ok(()) => "known",
            Err(UntrustedHost::Unknown { .. }) => "unknown",
            Err(UntrustedHost::Changed { .. }) => "changed",
            Err(UntrustedHost::Revoked { .. }) => "revoked",
        }
    }

    #[test]
    fn names_are_patterns_as_openssh_has_them() {
        for (names, host, expected) in [
            ("git.example", "git.example", "known"),
            ("GIT.example", "Git.Example", "known"),
            ("git.example", "git.example:22", "known"),
            ("git.example", "git.example:2222", "unknown"),
            ("[git.example]:2222", "git.example:2222", "known"),
            ("[git.example]:2222", "git.example", "unknown"),
            ("a,git.example,b", "git.example", "known"),
            ("*.example", "git.example", "known"),
            ("*.example", "example", "unknown"),
            ("g?t.example", "git.example", "known"),
            ("g?t.example", "gt.example", "unknown"),
            ("git.example*", "git.example", "known"),
            ("*", "git.example:2222", "known"),
            ("[*.example]:*", "git.example:2222", "known"),
            ("*.example,!git.example", "git.example", "unknown"),
            ("!git.example,*.example", "git.example", "unknown"),
            ("*.example,!git.example", "svn.example", "known"),
            ("!git.example", "svn.example", "unknown"),
            ("::1", "[::1]", "known"),
            ("[::1]:2222", "[::1]:2222", "known"),
            ("git.example.org", "git.example", "unknown"),
        ] {
            assert_eq!(check(&format!("{names} {ED25519}"), host), expected, "{names} {host}");
        }
        // Many stars take no time.
        let stars = format!("{}b", "*a".repeat(2000));
        assert_eq!(check(&format!("{stars} {ED25519}"), &"a".repeat(250)), "unknown");
    }

    #[test]
    fn a_name_may_be_hashed() {
        // By `ssh-keygen -H` of OpenSSH 9.2.
        let hashed = "|1|9wgvY505DNWLGfUb9gQh1FVGlkw=|+01PByDw8A1WH/ihf8RHhMAyyig=";
        assert_eq!(check(&format!("{hashed} {ED25519}"), "git.example"), "known");
        assert_eq!(check(&format!("{hashed} {ED25519}"), "svn.example"), "unknown");
    }

    #[test]
    fn a_key_that_is_revoked_is_helped_by_no_other_line() {
        let at = |lines: &[&str]| check(&lines.join("\n"), "git.example");
        let own = &*format!("git.example {ED25519} a comment");
        let other = &*format!("git.example\t{OTHER}");
        let revoked = &*format!("@revoked * {ED25519}");
        let elsewhere = &*format!("@revoked svn.example {ED25519}");
        assert_eq!(at(&["# hosts", "", own]), "known");
        assert_eq!(at(&[other, own]), "known");
        assert_eq!(at(&[other]), "changed");
        assert_eq!(at(&[own, revoked]), "revoked");
        assert_eq!(at(&[revoked]), "revoked");
        assert_eq!(at(&[own, elsewhere]), "known");
        assert_eq!(at(&[&format!("@revoked git.example {OTHER}")]), "unknown");
    }

    #[test]
    fn what_is_wrong_with_a_line_is_told_with_its_number() {
        let told = [
            "git.example",
            &format!("@cert-authority *.example {ED25519}"),
            &format!("@trusted git.example {ED25519}"),
            &format!("@ git.example {ED25519}"),
            ED25519,
            "git.example ssh-ed25519 AAAA",
            "git.example 1024 35 1234567",
            &format!("|1|salt|digest {ED25519}"),
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA",
            "# nothing",
        ]
        .map(|text| {
            let (_, flaws) = known_hosts(&format!("\n{text}"));
            let [Flaw { line, message, help }] = flaws[..] else { panic!("{text}: {flaws:?}") };
            format!("{line}: {message}; {help}")
        });
        insta::assert_snapshot!(told.join("\n"), @"
        2: has no key; write `HOST KEY`, as in `git.example.com ssh-ed25519 AAAA…`
        2: names an authority that certifies hosts, which is not supported; write a line with the key of each host
        2: begins with a marker that there is not; write `@revoked`, or none
        2: begins with a marker that there is not; write `@revoked`, or none
        2: begins with a key, and does not say whose; write `HOST KEY`, as in `git.example.com ssh-ed25519 AAAA…`
        2: has a key that cannot be read; copy it from what the host publishes, on one line
        2: has a key that cannot be read; copy it from what the host publishes, on one line
        2: has a name that is hashed otherwise than by OpenSSH; write `HOST KEY`, as in `git.example.com ssh-ed25519 AAAA…`
        1: holds a private key, which nobody needs here; write `HOST KEY`, as in `git.example.com ssh-ed25519 AAAA…`
        1: names no host; write `HOST KEY`, as in `git.example.com ssh-ed25519 AAAA…`
        ");
    }
}
