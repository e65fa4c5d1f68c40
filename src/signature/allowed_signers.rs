//! OpenSSH's file of allowed signers, as `ssh-keygen(1)` describes it under ALLOWED SIGNERS.
//!
//! A line is `PRINCIPALS [OPTIONS] KEY`. Principals are a list of patterns and name whoever holds the key: Git hands
//! them back to OpenSSH as they are, so that they restrict nothing. Where a time has no `Z`, OpenSSH takes that of
//! the machine's zone; the service takes UTC.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use ssh_key::public::KeyData;
use ssh_key::{HashAlg, PublicKey};

use super::{Flaw, Signer, plain};

/// Bits of the least modulus of RSA.
const LEAST_RSA_BITS: usize = 2048;
/// Namespace in which Git has commits signed.
pub(super) const NAMESPACE: &str = "git";

/// Signer of a line, whose key may be valid for some time only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedSigner {
    pub(super) principals: String,
    pub(super) key: KeyData,
    /// `false` where the key is for other namespaces than Git's.
    pub(super) is_for_git: bool,
    pub(super) valid_after: Option<DateTime<Utc>>,
    pub(super) valid_before: Option<DateTime<Utc>>,
}

impl AllowedSigner {
    /// `true` where the key may be meant for Git, and not for other namespaces alone.
    pub fn is_for_git(&self) -> bool {
        self.is_for_git
    }

    /// Whoever is meant, with the fingerprint of the key.
    pub(super) fn signer(&self) -> Signer {
        let key = self.key.fingerprint(HashAlg::Sha256).to_string();
        Signer { name: self.principals.clone(), key }
    }
}

/// Problem of a line and the way out.
type Problem = (String, &'static str);

/// Signers of a file, and what is wrong with its other lines.
pub fn allowed_signers(text: &str) -> (Vec<AllowedSigner>, Vec<Flaw>) {
    let (mut signers, mut flaws) = (Vec::new(), Vec::new());
    if text.contains("PRIVATE KEY-----") {
        let message = "holds a private key, which nobody needs here".to_owned();
        return (signers, vec![Flaw { line: 1, message, help: FORM }]);
    }
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        match signer(text) {
            Ok(signer) => signers.push(signer),
            Err((message, help)) => flaws.push(Flaw { line, message, help }),
        }
    }
    (signers, flaws)
}

const FORM: &str = "write `PRINCIPALS [OPTIONS] KEY`, as in `ada@example.com ssh-ed25519 AAAA…`";

fn signer(line: &str) -> Result<AllowedSigner, Problem> {
    let no_key = || ("has no key".to_owned(), FORM);
    if is_key(line) {
        return Err(("begins with a key, and does not say whose".to_owned(), FORM));
    }
    let (principals, rest) = principals(line).ok_or_else(no_key)?;
    let (options, key) = if is_key(rest) {
        (Options::default(), rest)
    } else {
        let (options, key) = split_options(rest).ok_or_else(no_key)?;
        (Options::read(options)?, key)
    };
    let key = PublicKey::from_openssh(key).map_err(|_| {
        ("has a key that cannot be read".to_owned(), "copy it from a file `*.pub`, on one line")
    })?;
    let key = KeyData::from(key);
    strong(&key)?;
    let Options { namespaces, valid_after, valid_before } = options;
    let is_for_git = namespaces.is_none_or(|patterns| matches_list(NAMESPACE, &patterns));
    Ok(AllowedSigner { principals, key, is_for_git, valid_after, valid_before })
}

/// Keys that cannot be forged, of kinds that are verified.
fn strong(key: &KeyData) -> Result<(), Problem> {
    let others = "use one of Ed25519, ECDSA or RSA with 2048 bits or more";
    match key {
        KeyData::Ed25519(_)
        | KeyData::Ecdsa(_)
        | KeyData::SkEd25519(_)
        | KeyData::SkEcdsaSha2NistP256(_) => Ok(()),
        KeyData::Rsa(key) => {
            let modulus = key.n.as_positive_bytes().unwrap_or_default();
            let zeros = modulus.first().map_or(0, |first| first.leading_zeros() as usize);
            let bits = (modulus.len() * 8).saturating_sub(zeros);
            let words = format!("has a key of RSA with {bits} bits, which is too weak");
            if bits < LEAST_RSA_BITS { Err((words, others)) } else { Ok(()) }
        }
        other => {
            let kind = plain(other.algorithm().as_str());
            Err((format!("has a key of the kind `{kind}`, which is not supported"), others))
        }
    }
}

/// The field of the principals, which may be quoted, and what follows it.
fn principals(line: &str) -> Option<(String, &str)> {
    let (principals, rest) = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => line.split_once([' ', '\t'])?,
    };
    let rest = rest.trim_start();
    (!principals.is_empty() && !rest.is_empty()).then(|| (plain(principals), rest))
}

/// `true` of what begins with the kind of a key.
fn is_key(text: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-"].iter().any(|start| text.starts_with(start))
}

/// The field of the options, which ends at a space outside of quotes, and what follows it.
fn split_options(text: &str) -> Option<(&str, &str)> {
    let mut is_quoted = false;
    let end = text.find(|c: char| {
        is_quoted ^= c == '"';
        !is_quoted && (c == ' ' || c == '\t')
    })?;
    let (options, rest) = text.split_at_checked(end)?;
    Some((options, rest.trim_start()))
}

#[derive(Default)]
struct Options {
    namespaces: Option<String>,
    valid_after: Option<DateTime<Utc>>,
    valid_before: Option<DateTime<Utc>>,
}

impl Options {
    fn read(text: &str) -> Result<Self, Problem> {
        let mut options = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            rest = options.take(rest)?;
        }
        if let (Some(after), Some(before)) = (options.valid_after, options.valid_before)
            && after >= before
        {
            let message =
                "has a key that is never valid: `valid-before` is not after `valid-after`";
            return Err((message.to_owned(), "swap the two"));
        }
        Ok(options)
    }

    /// Reads the first option; what follows it and its comma.
    fn take<'a>(&mut self, text: &'a str) -> Result<&'a str, Problem> {
        let end = text.find(['=', ',']).unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        let name = name.to_ascii_lowercase();
        if name == "cert-authority" {
            let message = "names an authority of certificates, which is not supported";
            return Err((message.to_owned(), "write a line for each key that may sign"));
        }
        let quoted = rest.strip_prefix("=\"").and_then(|rest| rest.split_once('"'));
        let known = ["namespaces", "valid-after", "valid-before"].contains(&name.as_str());
        let (Some((value, rest)), true) = (quoted, known) else {
            return Err((format!("has `{}`, which is no option", plain(text)), KNOWN_OPTIONS));
        };
        let is_twice = match name.as_str() {
            "namespaces" => self.namespaces.replace(value.to_owned()).is_some(),
            "valid-after" => self.valid_after.replace(instant(value)?).is_some(),
            _ => self.valid_before.replace(instant(value)?).is_some(),
        };
        if is_twice {
            return Err((format!("has `{name}` twice"), "leave one of the two out"));
        }
        match rest.strip_prefix(',') {
            Some(rest) if !rest.is_empty() => Ok(rest),
            None if rest.is_empty() => Ok(rest),
            _ => Err((format!("has `{}`, which is no option", plain(rest)), KNOWN_OPTIONS)),
        }
    }
}

const KNOWN_OPTIONS: &str = "write `namespaces=\"git\"`, `valid-after=\"20260101Z\"` or `valid-before=\"20270101Z\"`, with commas between";

/// An instant as `YYYYMMDD` or `YYYYMMDDHHMM[SS]`, all of them in UTC.
fn instant(text: &str) -> Result<DateTime<Utc>, Problem> {
    let digits = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let read = match digits.len() {
        8 => {
            NaiveDate::parse_from_str(digits, "%Y%m%d").ok().and_then(|it| it.and_hms_opt(0, 0, 0))
        }
        12 => NaiveDateTime::parse_from_str(&format!("{digits}00"), "%Y%m%d%H%M%S").ok(),
        14 => NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M%S").ok(),
        _ => None,
    };
    read.filter(|_| is_plain).map(|it| it.and_utc()).ok_or_else(|| {
        let message = format!("has `{}`, which is no time", plain(text));
        (message, "write `YYYYMMDDZ` or `YYYYMMDDHHMMSSZ`")
    })
}

/// `true` of a list of patterns that has one that matches, and none behind `!` that does.
fn matches_list(text: &str, patterns: &str) -> bool {
    let mut found = false;
    for pattern in patterns.split(',') {
        match pattern.strip_prefix('!') {
            Some(not) if matches(text, not) => return false,
            None if matches(text, pattern) => found = true,
            _ => {}
        }
    }
    found
}

/// `true` of a text that is of a pattern, in which `*` stands for any characters and `?` for one.
fn matches(text: &str, pattern: &str) -> bool {
    // Ends of the text that what was read of the pattern may leave.
    let mut rests: Vec<&str> = vec![text];
    for wanted in pattern.chars() {
        rests = match wanted {
            '*' => {
                let longest =
                    rests.iter().max_by_key(|rest| rest.len()).copied().unwrap_or_default();
                let starts = longest.char_indices().filter_map(|(at, _)| longest.get(at..));
                let is_any = !rests.is_empty();
                starts.chain([""]).filter(|_| is_any).collect()
            }
            _ => rests
                .iter()
                .filter_map(|rest| {
                    let mut rest = rest.chars();
                    let next = rest.next()?;
                    (wanted == '?' || wanted == next).then_some(rest.as_str())
                })
                .collect(),
        };
    }
    rests.contains(&"")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = include_str!("../../tests/signatures/ed25519.pub");
    const CERTIFICATE: &str = include_str!("../../tests/signatures/ed25519-cert.pub");
    const SHORT: &str = include_str!("../../tests/signatures/rsa1024.pub");

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn lines_are_read_as_openssh_reads_them() {
        let key = KEY.trim();
        let text = format!(
            "# people\n\n  ada@example.com {key} a comment\n\
             \"*@example.com,!bob@example.com\"\tnamespaces=\"git,file\",valid-after=\"20230101\" {key}\n\
             ada NAMESPACES=\"f*e\",valid-before=\"20230102030405Z\" {key}\n\
             ada valid-after=\"202301020304Z\",valid-before=\"20240101\",namespaces=\"g?t,!x\" {key}\r\n"
        );
        let (signers, flaws) = allowed_signers(&text);
        assert_eq!(flaws, []);
        let shown: Vec<_> = signers
            .iter()
            .map(|it| (it.principals.as_str(), it.is_for_git, it.valid_after, it.valid_before))
            .collect();
        assert_eq!(
            shown,
            [
                ("ada@example.com", true, None, None),
                ("*@example.com,!bob@example.com", true, Some(at("2023-01-01T00:00:00Z")), None),
                ("ada", false, None, Some(at("2023-01-02T03:04:05Z"))),
                ("ada", true, Some(at("2023-01-02T03:04:00Z")), Some(at("2024-01-01T00:00:00Z"))),
            ]
        );
        assert!(signers.windows(2).all(|two| two[0].key == two[1].key));
    }

    #[test]
    fn what_is_wrong_with_a_line_is_told_with_the_way_out() {
        let key = KEY.trim();
        let lines = [
            "ada".to_owned(),
            format!("\"ada {key}"),
            "ada ssh-ed25519 AAAA".to_owned(),
            "ada ssh-ed25519".to_owned(),
            format!("ada ssh-rsa {}", key.split(' ').nth(1).expect("a key")),
            format!("ada cert-authority {key}"),
            key.to_owned(),
            format!("ada namespaces=\"git\",cert-authority {key}"),
            format!("ada namespaces=git {key}"),
            format!("ada namespaces=\"git\", {key}"),
            format!("ada no-touch-required {key}"),
            format!("ada valid-after=\"2023\" {key}"),
            format!("ada valid-after=\"20231301\" {key}"),
            format!("ada valid-after=\"20230101\",valid-after=\"20230101\" {key}"),
            format!("ada valid-after=\"20230102\",valid-before=\"20230101\" {key}"),
            format!("ada {CERTIFICATE}").trim().to_owned(),
            format!("ada {SHORT}").trim().to_owned(),
        ];
        let (signers, flaws) = allowed_signers(&lines.join("\n"));
        assert_eq!((signers.len(), flaws.len()), (0, lines.len()), "{flaws:?}");
        let told = flaws.iter().map(|it| format!("{}: {}; {}", it.line, it.message, it.help));
        insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r#"
        1: has no key; write `PRINCIPALS [OPTIONS] KEY`, as in `ada@example.com ssh-ed25519 AAAA…`
        2: has no key; write `PRINCIPALS [OPTIONS] KEY`, as in `ada@example.com ssh-ed25519 AAAA…`
        3: has a key that cannot be read; copy it from a file `*.pub`, on one line
        4: has a key that cannot be read; copy it from a file `*.pub`, on one line
        5: has a key that cannot be read; copy it from a file `*.pub`, on one line
        6: names an authority of certificates, which is not supported; write a line for each key that may sign
        7: begins with a key, and does not say whose; write `PRINCIPALS [OPTIONS] KEY`, as in `ada@example.com ssh-ed25519 AAAA…`
        8: names an authority of certificates, which is not supported; write a line for each key that may sign
        9: has `namespaces=git`, which is no option; write `namespaces="git"`, `valid-after="20260101Z"` or `valid-before="20270101Z"`, with commas between
        10: has `,`, which is no option; write `namespaces="git"`, `valid-after="20260101Z"` or `valid-before="20270101Z"`, with commas between
        11: has `no-touch-required`, which is no option; write `namespaces="git"`, `valid-after="20260101Z"` or `valid-before="20270101Z"`, with commas between
        12: has `2023`, which is no time; write `YYYYMMDDZ` or `YYYYMMDDHHMMSSZ`
        13: has `20231301`, which is no time; write `YYYYMMDDZ` or `YYYYMMDDHHMMSSZ`
        14: has `valid-after` twice; leave one of the two out
        15: has a key that is never valid: `valid-before` is not after `valid-after`; swap the two
        16: has a key that cannot be read; copy it from a file `*.pub`, on one line
        17: has a key of RSA with 1024 bits, which is too weak; use one of Ed25519, ECDSA or RSA with 2048 bits or more
        "#);
    }

    #[test]
    fn patterns_of_namespaces_are_lists_with_exceptions() {
        for patterns in ["git", "*", "g*", "*t", "g?t", "a,git", "g*t*", "**", "!file,git"] {
            assert!(matches_list("git", patterns), "{patterns}");
        }
        for patterns in ["", "gi", "gitt", "g?", "file", "!git", "git,!g*", "?", "*x", "g*i"] {
            assert!(!matches_list("git", patterns), "{patterns}");
        }
        assert!(!matches(&"a".repeat(500), &("*a".repeat(500) + "b")), "and that at once");
    }
}
