//! Fetching: bounded in time and size, from the remote and nobody else.

use std::fs;
use std::path::Path;

use git2::Reference;
use tokio::time::Instant;

use super::bare;
use super::fetcher::{Transfer, TransferError};
use super::gate::Gate;
use super::passage::GateError;
use super::{Mirror, Wanted};
use crate::ssh::UntrustedHost;

/// Why a fetch brought nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The remote has no such branch or pull request.
    #[error("the remote has no {0}; see whether it was renamed or deleted")]
    NoSuchRef(Wanted),
    /// The remote does not let us in.
    #[error("the remote refuses our credentials; see that the app or token may read its contents")]
    Unauthorized,
    /// The remote asks who we are, and nothing says so.
    #[error("the remote asks who we are; set `username` and `token` of the source")]
    Unknown,
    /// The server knows no such repository, as some say where they do not let us in.
    #[error(
        "the remote has no such repository, or shows it to others alone; see that its URL is right, and \
         that the app or token may read its contents"
    )]
    NoRepository,
    /// Nothing says with which key to log in at a host of SSH.
    #[error("the remote is reached by SSH; set `ssh_key_file` and `known_hosts` of the source")]
    NoAccess,
    /// A host of SSH may be another than the one that is meant.
    #[error(transparent)]
    Untrusted(UntrustedHost),
    /// A host of SSH does not let us in.
    #[error(
        "the remote does not let `{user}` in with our key {key}; add its public half there, as a deploy key that \
         may read, or see to `ssh_key_file` of the source"
    )]
    KeyRefused {
        /// User in whose name we log in.
        user: String,
        /// Fingerprint of the key.
        key: String,
    },
    /// A host of SSH lets us in, and serves no such repository.
    #[error(
        "the remote serves no such repository to us{0}; see that its URL is right, and that our key may read its \
         contents"
    )]
    NotServed(String),
    /// The server is in trouble, which may pass.
    #[error("the remote answers {0}, and is asked again; where that goes on, its own log says why")]
    Unavailable(String),
    /// It took longer than allowed.
    #[error("the fetch took longer than {} s and was stopped; `git.timeout` sets the limit", .0.as_secs_f32())]
    TimedOut(std::time::Duration),
    /// It sent more than allowed.
    #[error("the remote sent more than {} MiB and was stopped; `git.max_fetch_mib` sets the limit", .0 >> 20)]
    TooLarge(u64),
    /// No connection, or an answer that is not Git's.
    #[error("the fetch failed: {0}; see that the remote's URL is right and opens from here")]
    Remote(String),
    /// A repository on this machine belongs to a user whom Git does not trust.
    #[error(
        "the fetch failed: `{0}` belongs to another user; let the service's user trust it by \
         `git config --global --add safe.directory {0}`"
    )]
    OfAnother(String),
    /// Part of the history is missing at the remote.
    #[error(
        "the fetch failed: `{0}` is a shallow clone, which lacks a part of its history; complete it \
         by `git fetch --unshallow` there"
    )]
    Shallow(String),
    /// A repository on this machine keeps its refs in a form that libgit2 does not read.
    #[error(
        "the fetch failed: `{0}` keeps its refs as a reftable, which cannot be read in place; run \
         `git refs migrate --ref-format=files` there, or serve it over http"
    )]
    Reftable(String),
    /// The remote names its objects otherwise than by SHA-1.
    #[error(
        "the fetch failed: the repository names its objects by `{0}`, and only SHA-1 can be read; \
         push the policies to a repository made with `git init --object-format=sha1`"
    )]
    ObjectFormat(String),
    /// The process that fetches did not live to say what came of it.
    #[error(
        "the fetch failed: its process ended ({0}); see to the memory of this machine, and by `git fsck` to \
         what the remote sends"
    )]
    Ended(String),
    /// What the remote sent needs more memory than there is, or than it may have.
    #[error("the fetch failed: what the remote sends needs more memory{0}")]
    Memory(String),
    /// No process can be started that fetches.
    #[error("the fetch failed: {0}")]
    Process(String),
    /// What the remote sent is not what it says, also where nothing of ours can be to blame.
    #[error("the fetch failed: what the remote sent is damaged: {0}; run `git fsck` there")]
    Damaged(String),
    /// The mirror cannot be written, nor a new one.
    #[error("the mirror cannot be written: {0}; see to its permissions and free space")]
    Mirror(String),
}

impl Mirror {
    /// Brings refs of the remote up to date, with their whole history. Refs that the remote has
    /// no longer go from the mirror as well. What cannot be fetched into a mirror that may be damaged is
    /// fetched into a new one, which takes its place once it has all.
    pub fn fetch(&mut self, wanted: &[Wanted]) -> Result<(), FetchError> {
        match self.attempt(wanted, &self.directory) {
            Err(FetchError::Mirror(_) | FetchError::Damaged(_)) => self.fetch_anew(wanted)?,
            other => other?,
        }
        for wanted in wanted.iter().filter(|wanted| !wanted.is_several()) {
            let head = self.head(wanted).map_err(|error| FetchError::Mirror(error.to_string()))?;
            head.ok_or_else(|| FetchError::NoSuchRef(wanted.clone()))?;
        }
        Ok(())
    }

    fn fetch_anew(&mut self, wanted: &[Wanted]) -> Result<(), FetchError> {
        let beside = self.directory.with_extension("new");
        let fetched = bare::create(&beside)
            .map_err(FetchError::Mirror)
            .and_then(|_| self.attempt(wanted, &beside))
            .and_then(|()| self.replace(&beside).map_err(FetchError::Mirror));
        if fetched.is_err() {
            // It is made anew whenever it is needed.
            drop(fs::remove_dir_all(&beside));
        }
        fetched
    }

    /// Fetches once, into a repository in a directory.
    fn attempt(&self, wanted: &[Wanted], directory: &Path) -> Result<(), FetchError> {
        for wanted in wanted {
            let all = if wanted.is_several() { "any" } else { "" };
            if !Reference::is_valid_name(&format!("{}{all}", wanted.theirs())) {
                return Err(FetchError::NoSuchRef(wanted.clone()));
            }
        }
        let deadline = Instant::now() + self.limits.timeout;
        if self.is_current(wanted, deadline)? && directory == self.directory {
            return Ok(());
        }
        let gate = Gate::open(&self.remote, self.limits.max_bytes, deadline);
        let gate = gate.map_err(FetchError::Remote)?;
        let transfer = Transfer {
            directory: directory.to_owned(),
            url: gate
                .as_ref()
                .map_or_else(|| self.remote.to_string(), |gate| gate.url().to_owned()),
            refspecs: wanted.iter().map(Wanted::refspec).collect(),
            max_bytes: self.limits.max_bytes,
            remaining: deadline.saturating_duration_since(Instant::now()),
        };
        let transferred = self.fetcher.transfer(&transfer);
        let has_expired = Instant::now() >= deadline;
        transferred.map_err(|error| {
            let seen = gate.as_ref().and_then(Gate::error);
            self.classify(error, seen, has_expired)
        })
    }

    /// Meaning of an error. What we did or saw ourselves comes first: to libgit2 it is a connection
    /// that broke.
    fn classify(
        &self,
        error: TransferError,
        seen: Option<GateError>,
        has_expired: bool,
    ) -> FetchError {
        match (error, seen) {
            (TransferError::TooLong, _) => FetchError::TimedOut(self.limits.timeout),
            (TransferError::Process(why), _) => FetchError::Process(why),
            (TransferError::Ended(status), _) => FetchError::Ended(status),
            (TransferError::Memory, _) => {
                let bound = self.fetcher.max_memory();
                FetchError::Memory(bound.map_or_else(String::new, |bound| {
                    format!(" than {} MiB, which `git.max_memory_mib` sets", bound >> 20)
                }))
            }
            _ if has_expired => FetchError::TimedOut(self.limits.timeout),
            (TransferError::TooLarge, _) => FetchError::TooLarge(self.limits.max_bytes),
            (_, Some(seen)) => self.blame(seen),
            (TransferError::Mirror(reason), None) => FetchError::Mirror(reason),
            (TransferError::Damaged(reason), None) => FetchError::Damaged(reason),
            (TransferError::Remote(reason), None) => {
                FetchError::Remote(self.remote.redacted(&reason))
            }
        }
    }

    /// Meaning of what was wrong with the remote.
    pub(super) fn blame(&self, seen: GateError) -> FetchError {
        match seen {
            GateError::TooLarge => FetchError::TooLarge(self.limits.max_bytes),
            GateError::Unauthorized if self.remote.credentials().is_none() => FetchError::Unknown,
            GateError::Unauthorized => FetchError::Unauthorized,
            GateError::NotFound => FetchError::NoRepository,
            GateError::Unavailable(status) => FetchError::Unavailable(status),
            GateError::Other(reason) => FetchError::Remote(self.remote.redacted(&reason)),
            GateError::NoAccess => FetchError::NoAccess,
            GateError::Untrusted(host) => FetchError::Untrusted(host),
            GateError::KeyRefused { user, key } => FetchError::KeyRefused { user, key },
            GateError::NotServed(words) if words.is_empty() => FetchError::NotServed(words),
            GateError::NotServed(words) => FetchError::NotServed(format!(": `{words}`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::Credentials;
    use super::super::testing::{
        Answer, Origin, backend, cut, damaged, elsewhere, endless, private, serve, serve_tls,
        silent,
    };
    use super::super::{Allowed, Limits, Mirror, Remote};
    use super::*;

    fn main() -> [Wanted; 1] {
        [Wanted::Branch("main".into())]
    }

    fn hurried() -> Limits {
        Limits { timeout: Duration::from_millis(300), max_bytes: 1 << 20 }
    }

    #[test]
    fn branches_and_pull_requests_are_fetched_and_follow_their_remote() {
        let origin = Origin::new();
        let first = origin.commit(&[("policies/a.yaml", "a")]);
        let pull = origin.commit_on("refs/pull/7/head", Some(first), &[("policies/a.yaml", "b")]);
        let wanted = [Wanted::Branch("main".into()), Wanted::PullRequest(7)];
        let mut mirror = origin.mirror();
        mirror.fetch(&wanted).unwrap();
        assert_eq!(mirror.head(&wanted[0]), Ok(Some(first)));
        assert_eq!(mirror.head(&wanted[1]), Ok(Some(pull)));

        // Also where the remote's history was rewritten.
        let rewritten = origin.commit_on("refs/heads/main", None, &[("policies/a.yaml", "c")]);
        mirror.fetch(&main()).unwrap();
        assert_eq!(mirror.head(&wanted[0]), Ok(Some(rewritten)));
        assert_eq!(mirror.head(&wanted[1]), Ok(Some(pull)));
        assert_eq!(mirror.is_ancestor(first, rewritten), Ok(false));
    }

    #[test]
    fn a_missing_branch_is_named_and_goes_from_the_mirror() {
        let origin = Origin::new();
        origin.commit(&[("policies/a.yaml", "a")]);
        let mut mirror = origin.mirror();
        mirror.fetch(&main()).unwrap();
        origin.delete("refs/heads/main");
        origin.commit_on("refs/heads/trunk", None, &[("policies/a.yaml", "a")]);
        let gone = mirror.fetch(&main()).unwrap_err();
        assert_eq!(gone, FetchError::NoSuchRef(Wanted::Branch("main".into())));
        assert_eq!(mirror.head(&main()[0]), Ok(None));

        for odd in ["", "a:b", "*", "../main"] {
            let wanted = Wanted::Branch(odd.to_owned());
            assert_eq!(
                mirror.fetch(std::slice::from_ref(&wanted)),
                Err(FetchError::NoSuchRef(wanted))
            );
        }
    }

    #[test]
    fn a_damaged_mirror_is_made_anew() {
        let origin = Origin::new();
        origin.commit(&[("policies/a.yaml", "a")]);
        origin.mirror().fetch(&main()).unwrap();
        let directory = origin.mirror_directory();
        let pack = directory.join("objects/pack");

        // Its objects are gone, its refs are rubbish, a lock was left behind, it is no repository.
        for damage in 0..4 {
            let next = origin.commit(&[("policies/a.yaml", &damage.to_string())]);
            match damage {
                0 => std::fs::remove_dir_all(&pack).unwrap(),
                1 => std::fs::write(directory.join("refs/cloudcorrect/heads/main"), "x").unwrap(),
                2 => {
                    std::fs::write(directory.join("refs/cloudcorrect/heads/main.lock"), "")
                        .unwrap();
                }
                _ => std::fs::remove_file(directory.join("HEAD")).unwrap(),
            }
            let mut mirror = origin.mirror();
            mirror.fetch(&main()).unwrap_or_else(|error| panic!("damage {damage}: {error}"));
            assert_eq!(mirror.head(&main()[0]), Ok(Some(next)), "damage {damage}");
            assert!(
                mirror.policy_files(next, "policies", &|_| false, None).is_ok(),
                "damage {damage}"
            );
        }
    }

    #[test]
    fn fetches_over_http_as_git_serves_it() {
        let origin = Origin::new();
        let first = origin.commit(&[("policies/a.yaml", "a")]);
        let url = serve(origin.root.path(), backend).join("r.git").unwrap();
        let mut mirror = origin.mirror_of(url, Limits::default());
        mirror.fetch(&main()).unwrap();
        assert_eq!(mirror.head(&main()[0]), Ok(Some(first)));
        let second = origin.commit(&[("policies/a.yaml", "b")]);
        mirror.fetch(&main()).unwrap();
        assert_eq!(mirror.head(&main()[0]), Ok(Some(second)));
    }

    #[test]
    fn a_private_repository_opens_to_its_token_only() {
        let origin = Origin::new();
        let first = origin.commit(&[("policies/a.yaml", "a")]);
        let url = serve(origin.root.path(), private).join("r.git").unwrap();
        let open = |token: Option<&str>| {
            let mut remote = Remote::new(url.clone(), Allowed::default()).unwrap();
            if let Some(token) = token {
                let token = Credentials::of_token(token.into());
                remote = remote.with_credentials(Some(token));
            }
            Mirror::open(&origin.mirror_directory(), remote, Limits::default()).unwrap()
        };
        assert_eq!(open(None).fetch(&main()), Err(FetchError::Unknown));
        assert_eq!(open(Some("falsch")).fetch(&main()), Err(FetchError::Unauthorized));
        let mut mirror = open(Some("geheim"));
        mirror.fetch(&main()).unwrap();
        assert_eq!(mirror.head(&main()[0]), Ok(Some(first)));
        drop(mirror);

        for entry in walk(&origin.mirror_directory()) {
            let bytes = std::fs::read(&entry).unwrap();
            assert!(!bytes.windows(6).any(|at| at == b"geheim"), "{}", entry.display());
        }
    }

    fn walk(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
    }

    #[test]
    fn a_remote_that_hangs_is_left_in_time() {
        let origin = Origin::new();
        let url = serve(origin.root.path(), silent).join("r.git").unwrap();
        let mut mirror = origin.mirror_of(url, hurried());
        assert_eq!(mirror.fetch(&main()), Err(FetchError::TimedOut(hurried().timeout)));
    }

    #[test]
    fn a_remote_that_never_takes_the_connection_is_left_in_time() {
        // A listener that accepts nothing: connections wait in its queue, which is the system's.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/r.git", listener.local_addr().unwrap()).parse().unwrap();
        let mut mirror = Origin::new().mirror_of(url, hurried());
        assert_eq!(mirror.fetch(&main()), Err(FetchError::TimedOut(hurried().timeout)));
    }

    #[test]
    fn a_remote_that_sends_without_end_is_stopped() {
        let origin = Origin::new();
        let url = serve(origin.root.path(), endless).join("r.git").unwrap();
        let limits = Limits { timeout: Duration::from_secs(20), max_bytes: 100_000 };
        let mut mirror = origin.mirror_of(url, limits);
        assert_eq!(mirror.fetch(&main()), Err(FetchError::TooLarge(100_000)));
    }

    #[test]
    fn a_pack_that_is_damaged_leaves_the_mirror_as_it_was() {
        let served: [Answer; 6] =
            [damaged::<5>, damaged::<11>, damaged::<12>, damaged::<20>, damaged::<60>, cut];
        let told = served.map(|served| {
            let origin = Origin::new();
            let first = origin.commit(&[("policies/a.yaml", "a")]);
            origin.mirror().fetch(&main()).unwrap();
            origin.commit(&[("policies/a.yaml", &"some words that are long\n".repeat(9))]);
            let url = serve(origin.root.path(), served).join("r.git").unwrap();
            let mut mirror = origin.mirror_of(url, Limits::default());
            let error = mirror.fetch(&main()).unwrap_err();
            assert_eq!(mirror.head(&main()[0]), Ok(Some(first)), "{error}");
            error.to_string()
        });
        insta::assert_snapshot!(told.join("\n"), @"
        the fetch failed: what the remote sent is damaged: wrong pack version; run `git fsck` there
        the fetch failed: what the remote sent is damaged: packfile trailer mismatch; run `git fsck` there
        the fetch failed: what the remote sent is damaged: packfile trailer mismatch; run `git fsck` there
        the fetch failed: what the remote sent is damaged: error reading from the zlib stream; run `git fsck` there
        the fetch failed: what the remote sent is damaged: error reading from the zlib stream; run `git fsck` there
        the fetch failed: error decoding response body: error reading a body from connection: end of file before message length reached; see that the remote's URL is right and opens from here
        ");
    }

    #[test]
    fn a_large_repository_is_refused_on_every_way() {
        let origin = Origin::new();
        let noise: String = (0..4_000).map(|_| uuid::Uuid::new_v4().to_string()).collect();
        origin.commit(&[("noise", &noise)]);
        let limits = Limits { max_bytes: 50_000, ..Limits::default() };
        let http = serve(origin.root.path(), backend).join("r.git").unwrap();
        for url in [origin.url(), http] {
            let result = origin.mirror_of(url.clone(), limits).fetch(&main());
            assert_eq!(result, Err(FetchError::TooLarge(50_000)), "{url}");
        }
    }

    #[test]
    fn an_unreachable_remote_is_said_to_be_so() {
        let origin = Origin::new();
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let url = format!("http://{closed}/r.git").parse().unwrap();
        let error = origin.mirror_of(url, Limits::default()).fetch(&main()).unwrap_err();
        assert!(error.to_string().contains("Connection refused"), "{error}");
    }

    #[test]
    fn a_redirect_to_another_host_is_not_followed() {
        let origin = Origin::new();
        origin.commit(&[("policies/a.yaml", "a")]);
        let url = serve(origin.root.path(), elsewhere).join("r.git").unwrap();
        let error = origin.mirror_of(url, Limits::default()).fetch(&main()).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("the server sends us on to `http://localhost:"), "{error}");
    }
    #[test]
    fn a_certificate_that_nobody_vouches_for_is_refused() {
        let origin = Origin::new();
        let url = serve_tls(origin.root.path()).join("r.git").unwrap();
        let error = origin.mirror_of(url, Limits::default()).fetch(&main()).unwrap_err();
        insta::assert_snapshot!(error, @"the fetch failed: error sending request: client error (Connect): invalid peer certificate: UnknownIssuer; see that the remote's URL is right and opens from here");
    }
}
