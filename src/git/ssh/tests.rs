//! Fetches over SSH, from the server of OpenSSH.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::super::testing::Origin;
use super::super::testing::sshd::{Sshd, keygen};
use super::super::{Allowed, FetchError, Limits, Mirror, Remote, Wanted};
use super::*;
use crate::ssh::{Key, known_hosts};

fn main() -> [Wanted; 1] {
    [Wanted::Branch("main".into())]
}

fn access(key: &Path, passphrase: Option<&str>, hosts: &str) -> Access {
    let text = std::fs::read_to_string(key).unwrap().into();
    let key = Key::read(&text, passphrase.map(Into::into).as_ref()).unwrap();
    let (known_hosts, flaws) = known_hosts(hosts);
    assert_eq!(flaws, []);
    Access { key, known_hosts: Arc::new(known_hosts) }
}

/// Mirror of a repository behind a server, which is known by all of its keys.
fn mirror(origin: &Origin, sshd: &Sshd) -> Mirror {
    mirror_of(origin, &address(origin, sshd), access_to(sshd), Limits::default())
}

fn address(origin: &Origin, sshd: &Sshd) -> String {
    sshd.address(&origin.root.path().join("r.git"))
}

fn access_to(sshd: &Sshd) -> Access {
    let hosts = ["ed25519", "ecdsa"].map(|kind| sshd.known_by(kind)).concat();
    access(&sshd.directory().join("id"), None, &hosts)
}

fn mirror_of(origin: &Origin, address: &str, access: Access, limits: Limits) -> Mirror {
    let remote = Remote::read(address, Allowed::default()).unwrap().with_access(Some(access));
    Mirror::open(&origin.mirror_directory(), remote, limits).unwrap()
}

fn hurried() -> Limits {
    Limits { timeout: Duration::from_secs(2), max_bytes: 1 << 20 }
}

/// An error without what differs from run to run.
fn told(error: &FetchError, sshd: &Sshd) -> String {
    let fingerprint = regex::Regex::new("SHA256:[A-Za-z0-9+/]{43}").unwrap();
    let told = error.to_string().replace(&sshd.name(), "[127.0.0.1]:PORT");
    let told = told.replace(&super::super::testing::sshd::user(), "USER");
    fingerprint.replace_all(&told, "SHA256:…").into_owned()
}

#[test]
fn branches_and_pull_requests_are_fetched_and_polls_ask_for_refs_alone() {
    let (origin, sshd) = (Origin::new(), Sshd::start());
    let first = origin.commit(&[("policies/a.yaml", "a")]);
    let pull = origin.commit_on("refs/pull/7/head", Some(first), &[("policies/a.yaml", "b")]);
    let queue = Wanted::MergeQueue("main".into());
    let wanted = [Wanted::Branch("main".into()), Wanted::PullRequest(7), queue];
    let mut mirror = mirror(&origin, &sshd);
    let mut seen = |first, pull, connections: usize| {
        let before = sshd.connections();
        mirror.fetch(&wanted).unwrap();
        assert_eq!(mirror.head(&wanted[0]), Ok(Some(first)));
        assert_eq!(mirror.head(&wanted[1]), Ok(Some(pull)));
        assert_eq!(sshd.connections() - before, connections);
    };
    seen(first, pull, 2);
    seen(first, pull, 1);
    let second = origin.commit(&[("policies/a.yaml", "c")]);
    seen(second, pull, 2);
    seen(second, pull, 1);
    let pull = origin.commit_on("refs/pull/7/head", Some(second), &[("policies/a.yaml", "d")]);
    seen(second, pull, 2);
    origin.delete("refs/heads/main");
    assert_eq!(mirror.fetch(&wanted), Err(FetchError::NoSuchRef(wanted[0].clone())));
}

#[test]
fn a_host_without_protocol_2_is_fetched_from() {
    let (origin, sshd) = (Origin::new(), Sshd::with("AcceptEnv NOTHING"));
    for text in ["a", "b"] {
        let commit = origin.commit(&[("policies/a.yaml", text)]);
        for connections in [2, 2] {
            let before = sshd.connections();
            let mut mirror = mirror(&origin, &sshd);
            mirror.fetch(&main()).unwrap();
            assert_eq!(mirror.head(&main()[0]), Ok(Some(commit)));
            assert_eq!(sshd.connections() - before, connections);
        }
    }
}

#[test]
fn keys_of_each_kind_log_in() {
    let (origin, sshd) = (Origin::new(), Sshd::start());
    let kinds: [&[&str]; 6] = [
        &["-t", "ed25519", "-N", "geheim"],
        &["-t", "ecdsa", "-b", "256"],
        &["-t", "ecdsa", "-b", "384"],
        &["-t", "ecdsa", "-b", "521", "-N", "geheim"],
        &["-t", "rsa", "-b", "2048"],
        &["-t", "rsa", "-b", "3072", "-N", "geheim"],
    ];
    for (number, kind) in kinds.into_iter().enumerate() {
        let commit = origin.commit(&[("policies/a.yaml", &number.to_string())]);
        let key = sshd.let_in(&format!("id-{number}"), kind);
        let passphrase = kind.contains(&"-N").then_some("geheim");
        let access = access(&key, passphrase, &sshd.known_by("ed25519"));
        let mut mirror = mirror_of(&origin, &address(&origin, &sshd), access, Limits::default());
        mirror.fetch(&main()).unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        assert_eq!(mirror.head(&main()[0]), Ok(Some(commit)), "{kind:?}");
    }
}

#[test]
fn rsa_signs_by_sha_2_alone() {
    for (accepted, is_let_in) in
        [("rsa-sha2-256", true), ("rsa-sha2-512", true), ("ssh-rsa", false)]
    {
        let sshd = Sshd::with(&format!("PubkeyAcceptedAlgorithms {accepted}"));
        let origin = Origin::new();
        origin.commit(&[("policies/a.yaml", "a")]);
        let key = sshd.let_in("rsa", &["-t", "rsa", "-b", "2048"]);
        let access = access(&key, None, &sshd.known_by("ed25519"));
        let mut mirror = mirror_of(&origin, &address(&origin, &sshd), access, Limits::default());
        let fetched = mirror.fetch(&main());
        assert_eq!(fetched.is_ok(), is_let_in, "{accepted}: {fetched:?}");
        assert!(is_let_in || matches!(fetched, Err(FetchError::KeyRefused { .. })), "{fetched:?}");
    }
}

#[test]
fn a_key_that_nobody_knows_is_named_by_its_fingerprint() {
    let (origin, sshd) = (Origin::new(), Sshd::start());
    origin.commit(&[("policies/a.yaml", "a")]);
    let key = keygen(sshd.directory(), "other", &["-t", "ed25519"]);
    let access = access(&key, None, &sshd.known_by("ed25519"));
    let fingerprint = access.key.fingerprint();
    let mut mirror = mirror_of(&origin, &address(&origin, &sshd), access, Limits::default());
    let error = mirror.fetch(&main()).unwrap_err();
    assert!(error.to_string().contains(&fingerprint), "{error}");
    insta::assert_snapshot!(told(&error, &sshd), @"the remote does not let `USER` in with our key SHA256:…; add its public half there, as a deploy key that may read, or see to `ssh_key_file` of the source");
    assert_eq!(sshd.connections(), 1, "it is not tried twice");
}

/// Fetches where the host is known so; where that is refused, in which words, and nobody logs in.
fn known(origin: &Origin, sshd: &Sshd, hosts: &str) -> Result<(), String> {
    let access = access(&sshd.directory().join("id"), None, hosts);
    let mut mirror = mirror_of(origin, &address(origin, sshd), access, Limits::default());
    let before = sshd.connections();
    mirror.fetch(&main()).map_err(|error| {
        assert_eq!(sshd.connections() - before, 1, "{error}");
        told(&error, sshd)
    })
}

#[test]
fn a_host_is_known_by_one_of_its_keys() {
    let (origin, sshd) = (Origin::new(), Sshd::start());
    origin.commit(&[("policies/a.yaml", "a")]);
    let (ed25519, ecdsa) = (sshd.known_by("ed25519"), sshd.known_by("ecdsa"));
    for hosts in [ed25519.clone(), ecdsa.clone(), format!("{ecdsa}{ed25519}")] {
        assert_eq!(known(&origin, &sshd, &hosts), Ok(()), "{hosts}");
    }
    // As OpenSSH hashes the names.
    let path = sshd.directory().join("hashed");
    std::fs::write(&path, &ecdsa).unwrap();
    let hashed = Command::new("ssh-keygen").arg("-H").arg("-f").arg(&path).output().unwrap();
    assert!(hashed.status.success());
    let hashed = std::fs::read_to_string(&path).unwrap();
    assert!(hashed.starts_with("|1|"), "{hashed}");
    assert_eq!(known(&origin, &sshd, &hashed), Ok(()));
}

#[test]
fn a_host_that_may_be_another_is_told_nothing() {
    let (origin, sshd) = (Origin::new(), Sshd::start());
    origin.commit(&[("policies/a.yaml", "a")]);
    keygen(sshd.directory(), "host_other", &["-t", "ed25519"]);
    let (own, other) = (sshd.known_by("ed25519"), sshd.known_by("other"));
    let ecdsa = sshd.known_by("ecdsa");
    let told = [
        own.replace(&sshd.name(), "127.0.0.1"),
        format!("# rotated\n{other}"),
        format!("{own}@revoked * {}", sshd.host_key("ed25519")),
        // Whoever has a key that is revoked cannot send us to another kind.
        format!("{own}{ecdsa}@revoked {own}"),
    ]
    .map(|hosts| known(&origin, &sshd, &hosts).unwrap_err());
    insta::assert_snapshot!(told.join("\n"), @"
    the fetch failed: nothing says by which key `[127.0.0.1]:PORT` is known; it shows `ssh-ed25519 SHA256:…`; compare that with what those publish who run it, and add a line `[127.0.0.1]:PORT KEY` to `known_hosts` of the source
    the fetch failed: `[127.0.0.1]:PORT` shows `ssh-ed25519 SHA256:…`, which is not what `known_hosts` of the source has in line 2; it may be somebody else who answers, so ask those who run it whether they changed its key, and change the line only by what they publish
    the fetch failed: `[127.0.0.1]:PORT` shows `ssh-ed25519 SHA256:…`, which line 2 of `known_hosts` of the source revokes; whoever has it may pose as that host, so ask those who run it for its new key
    the fetch failed: `[127.0.0.1]:PORT` shows `ssh-ed25519 SHA256:…`, which line 3 of `known_hosts` of the source revokes; whoever has it may pose as that host, so ask those who run it for its new key
    ");
    // Nobody was logged in.
    let log = std::fs::read_to_string(sshd.directory().join("log")).unwrap_or_default();
    assert_eq!(log.matches("Accepted publickey").count(), 0, "{log}");
    // Another key of it that is revoked changes nothing.
    assert_eq!(known(&origin, &sshd, &format!("{own}@revoked {ecdsa}")), Ok(()));
}

#[test]
fn a_host_says_itself_why_it_serves_nothing() {
    let origin = Origin::new();
    let sshd = Sshd::start();
    let missing = sshd.address(&origin.root.path().join("missing.git"));
    let mut mirror = mirror_of(&origin, &missing, access_to(&sshd), Limits::default());
    let error = mirror.fetch(&main()).unwrap_err();
    drop(mirror);
    let mut told = vec![told(&error, &sshd).replace(origin.root.path().to_str().unwrap(), "...")];
    let gitlab = r"printf 'remote: \nremote: ====\nremote: \nremote: ERROR: The project `p` \033[31m is not\tthere.\nremote: \nremote: ====\n' >&2; exit 1";
    let long = "yes 'a b' | head -c 100000 >&2; exit 128";
    for command in [gitlab, "exit 1", "kill -9 $$", long] {
        let script = origin.root.path().join("command");
        std::fs::write(&script, command).unwrap();
        let sshd = Sshd::with(&format!("ForceCommand sh {}", script.display()));
        let error = super::tests::mirror(&origin, &sshd).fetch(&main()).unwrap_err();
        told.push(error.to_string());
    }
    insta::assert_snapshot!(told.join("\n"), @"
    the remote serves no such repository to us: `fatal: '.../missing.git' does not appear to be a git repository`; see that its URL is right, and that our key may read its contents
    the remote serves no such repository to us: `ERROR: The project p  [31m is not there.`; see that its URL is right, and that our key may read its contents
    the remote serves no such repository to us; see that its URL is right, and that our key may read its contents
    the remote serves no such repository to us; see that its URL is right, and that our key may read its contents
    the remote serves no such repository to us: `a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b`; see that its URL is right, and that our key may read its contents
    ");
}

#[test]
fn a_path_is_one_word_whatever_is_in_it() {
    const ENCODED: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC.remove(b'/');
    let (origin, sshd) = (Origin::new(), Sshd::start());
    let commit = origin.commit(&[("policies/a.yaml", "a")]);
    for name in ["it's.git", "two words.git", "'; echo pwned; '.git", "$(id)`id`\\.git", "wow!.git"]
    {
        let path = origin.root.path().join(name);
        std::os::unix::fs::symlink(origin.root.path().join("r.git"), &path).unwrap();
        let written = percent_encoding::utf8_percent_encode(path.to_str().unwrap(), ENCODED);
        let address = sshd.address(Path::new(&written.to_string()));
        let mut mirror = mirror_of(&origin, &address, access_to(&sshd), Limits::default());
        mirror.fetch(&main()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(mirror.head(&main()[0]), Ok(Some(commit)), "{name}");
        mirror.discard().unwrap();
    }
}

/// A listener that answers each connection so.
fn listener(answer: fn(&mut std::net::TcpStream)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || answer(&mut stream.unwrap()));
        }
    });
    format!("ssh://git@127.0.0.1:{port}/r.git")
}

#[test]
fn a_host_that_hangs_is_left_in_time() {
    let (origin, sshd) = (Origin::new(), Sshd::with("ForceCommand cat >/dev/null"));
    origin.commit(&[("policies/a.yaml", "a")]);
    let silent = listener(|stream| drop(stream.read_to_end(&mut Vec::new())));
    let named = listener(|stream| {
        stream.write_all(b"SSH-2.0-slow\r\n").unwrap();
        drop(stream.read_to_end(&mut Vec::new()));
    });
    // A listener that accepts nothing: connections wait in its queue, which is the system's.
    let queue = TcpListener::bind("127.0.0.1:0").unwrap();
    let queued = format!("ssh://git@{}/r.git", queue.local_addr().unwrap());
    for address in [silent, named, queued, address(&origin, &sshd)] {
        let mut mirror = mirror_of(&origin, &address, access_to(&sshd), hurried());
        assert_eq!(
            mirror.fetch(&main()),
            Err(FetchError::TimedOut(hurried().timeout)),
            "{address}"
        );
    }
}

#[test]
fn what_does_not_speak_ssh_is_said_to() {
    let (origin, sshd) = (Origin::new(), Sshd::start());
    let web = listener(|stream| {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        drop(stream.read(&mut [0; 64]));
    });
    let old = listener(|stream| {
        stream.write_all(b"SSH-1.5-old\r\n").unwrap();
        drop(stream.read(&mut [0; 64]));
    });
    let long = listener(|stream| while stream.write_all(&[b'x'; 512]).is_ok() {});
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let closed = format!("ssh://git@{closed}/r.git");
    let nowhere = "git@host.invalid:p.git".to_owned();
    let told = [web, old, long, closed, nowhere].map(|address| {
        let mut mirror = mirror_of(&origin, &address, access_to(&sshd), Limits::default());
        mirror.fetch(&main()).unwrap_err().to_string()
    });
    insta::assert_snapshot!(told.join("\n"), @"
    the fetch failed: the host ended the connection; see that the remote's URL is right and opens from here
    the fetch failed: the host ended the connection; see that the remote's URL is right and opens from here
    the fetch failed: what answers does not speak SSH; see that the remote's URL is right and opens from here
    the fetch failed: cannot connect: Connection refused (os error 111); see that the remote's URL is right and opens from here
    the fetch failed: cannot connect: failed to lookup address information: Name or service not known; see that the remote's URL is right and opens from here
    ");
}

#[test]
fn only_what_is_safe_today_is_spoken() {
    let origin = Origin::new();
    let old = [
        "KexAlgorithms diffie-hellman-group14-sha1",
        "Ciphers aes128-cbc",
        "Ciphers aes128-ctr\nMACs hmac-sha1",
    ];
    let told = old.map(|old| {
        let sshd = Sshd::with(old);
        mirror(&origin, &sshd).fetch(&main()).unwrap_err().to_string()
    });
    insta::assert_snapshot!(told.join("\n"), @"
    the fetch failed: the host has no way to exchange keys that is safe today, and needs a newer server of SSH; see that the remote's URL is right and opens from here
    the fetch failed: the host has no cipher that is safe today, and needs a newer server of SSH; see that the remote's URL is right and opens from here
    the fetch failed: the host has no digest of messages that is safe today, and needs a newer server of SSH; see that the remote's URL is right and opens from here
    ");
    // A host with a key of RSA, which may sign by SHA-1 or not.
    let told = ["ssh-rsa", "rsa-sha2-256"].map(|signed| {
        let sshd = Sshd::with("");
        let key = keygen(sshd.directory(), "host_rsa", &["-t", "rsa", "-b", "2048"]);
        let config = format!("HostKey {}\nHostKeyAlgorithms {signed}\n", key.display());
        let path = sshd.directory().join("sshd_config");
        let text = std::fs::read_to_string(&path).unwrap() + &config;
        std::fs::write(path, text).unwrap();
        origin.commit(&[("policies/a.yaml", signed)]);
        known(&origin, &sshd, &sshd.known_by("rsa"))
    });
    insta::assert_debug_snapshot!(told, @r#"
    [
        Err(
            "the fetch failed: the host has no kind of host key that is safe today, and needs a newer server of SSH; see that the remote's URL is right and opens from here",
        ),
        Ok(
            (),
        ),
    ]
    "#);
}

#[test]
fn what_is_too_large_is_stopped() {
    let origin = Origin::new();
    let noise: String = (0..4_000).map(|_| uuid::Uuid::new_v4().to_string()).collect();
    origin.commit(&[("noise", &noise)]);
    let limits = Limits { max_bytes: 50_000, ..Limits::default() };
    let refs = format!("ForceCommand yes '003a{} refs/heads/x'", "ab".repeat(20));
    for sshd in [Sshd::start(), Sshd::with(&refs)] {
        let address = address(&origin, &sshd);
        let mut mirror = mirror_of(&origin, &address, access_to(&sshd), limits);
        assert_eq!(mirror.fetch(&main()), Err(FetchError::TooLarge(50_000)));
    }
}

#[test]
fn a_repository_of_other_objects_is_refused_by_its_name_for_them() {
    let (origin, sshd) = (Origin::new(), Sshd::start());
    let path = origin.root.path().join("other.git");
    let mut git = Command::new("git");
    git.args(["init", "-q", "--bare", "--object-format=sha256"]).arg(&path);
    assert!(git.status().unwrap().success());
    let mut mirror = mirror_of(&origin, &sshd.address(&path), access_to(&sshd), Limits::default());
    assert_eq!(mirror.fetch(&main()), Err(FetchError::ObjectFormat("sha256".into())));
}

#[test]
fn without_a_key_nobody_is_asked() {
    let (origin, sshd) = (Origin::new(), Sshd::start());
    let remote = Remote::read(&address(&origin, &sshd), Allowed::default()).unwrap();
    let mirror = Mirror::open(&origin.mirror_directory(), remote, Limits::default());
    let error = mirror.unwrap().fetch(&main()).unwrap_err();
    insta::assert_snapshot!(error, @"the remote is reached by SSH; set `ssh_key_file` and `known_hosts` of the source");
    assert_eq!(sshd.connections(), 0);
}

#[test]
fn the_bridge_is_for_those_who_know_its_secret() {
    let (origin, sshd) = (Origin::new(), Sshd::start());
    origin.commit(&[("policies/a.yaml", "a")]);
    let remote = Remote::read(&address(&origin, &sshd), Allowed::default()).unwrap();
    let remote = remote.with_access(Some(access_to(&sshd)));
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    let gate = super::super::gate::Gate::open(&remote, 1 << 20, deadline).unwrap().unwrap();
    let url: url::Url = gate.url().parse().unwrap();
    let answer = |line: &str| {
        let address = (url.host_str().unwrap(), url.port().unwrap());
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.write_all(line.as_bytes()).unwrap();
        let mut first = [0; 4];
        stream.read(&mut first).is_ok_and(|count| count == 4)
    };
    let asking = |path: &str| {
        let line = format!("git-upload-pack {path}\0host=127.0.0.1\0");
        format!("{:04x}{line}", line.len() + 4)
    };
    let upload = asking(url.path());
    for line in [
        asking("/"),
        asking(&url.path()[..20]),
        asking("/r.git"),
        upload.replace("upload-pack", "receive-pack"),
        format!("ffff{upload}"),
        format!("0000{upload}"),
        "GET / HTTP/1.1\r\n\r\n".to_owned(),
    ] {
        assert!(!answer(&line), "{line:?}");
    }
    assert_eq!(sshd.connections(), 0);
    assert!(answer(&upload));
    assert_eq!(sshd.connections(), 1);
}
