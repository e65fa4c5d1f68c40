//! Which remotes may be fetched, and what of them.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::ssh::{Access, Address};

/// Which kinds of remotes the operator allows beyond https.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allowed {
    /// `file://`: any repository that the service's user can read.
    pub file: bool,
    /// `http://` to other machines: anybody on the way may change what is fetched.
    pub http: bool,
}

/// How long and how much a fetch may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the first connection to the last byte.
    pub timeout: Duration,
    /// How much may be received.
    pub max_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { timeout: Duration::from_mins(1), max_bytes: 256 << 20 }
    }
}

/// A repository on another machine, or in another directory.
#[derive(Debug, Clone)]
pub struct Remote {
    place: Place,
    credentials: Option<Credentials>,
    access: Option<Access>,
}

/// Place of a repository, as it is reached.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// Directory on this machine.
    File(Url),
    /// Server of HTTP, encrypted or not.
    Http(Url),
    /// Host with SSH, which is always encrypted.
    Ssh(Address),
}

/// A user and a password for a server that asks who we are.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Name of the user; what it has to be beside a token is the server's rule.
    pub username: String,
    /// Password of the user, or a token.
    pub password: SecretString,
}

impl Credentials {
    /// A token as GitHub takes it.
    pub fn of_token(token: SecretString) -> Self {
        Self { username: TOKEN_USER.to_owned(), password: token }
    }
}

/// User in whose name GitHub takes the token of an installation; Gitea and GitLab take any, and Bitbucket has
/// one of its own.
pub const TOKEN_USER: &str = "x-access-token";

/// Why a URL is not fetched from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefusedRemote {
    /// A user or a password in the URL: it would show up in logs.
    #[error("the URL of a remote must not hold credentials; set a token in the settings")]
    Credentials,
    /// A `file://` URL where the settings do not allow any.
    #[error("`{0}` is a local path; set `git.allow_file` if that is meant")]
    File(Url),
    /// `http://` to another machine without permission.
    #[error("`{0}` is not encrypted; use https, or set `git.allow_http`")]
    Http(Url),
    /// Any other scheme, or a URL that names no repository.
    #[error("`{0}` is no remote that can be fetched; use https://HOST/PATH")]
    Unsupported(String),
}

impl Remote {
    /// A remote, if it may be fetched from.
    pub fn new(url: Url, allowed: Allowed) -> Result<Self, RefusedRemote> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RefusedRemote::Credentials);
        }
        let has_host = url.host().is_some();
        match url.scheme() {
            "file" if has_host => Err(RefusedRemote::Unsupported(url.into())),
            "file" if !allowed.file => Err(RefusedRemote::File(url)),
            "http" if !allowed.http && !is_loopback(&url) => Err(RefusedRemote::Http(url)),
            "file" => Ok(Self::at(Place::File(url))),
            "http" | "https" => Ok(Self::at(Place::Http(url))),
            _ => Err(RefusedRemote::Unsupported(url.into())),
        }
    }

    /// A remote of an address in any form, if it may be fetched from.
    pub fn read(address: &str, allowed: Allowed) -> Result<Self, RefusedRemote> {
        // It may hold what nobody should read.
        let unsupported = || RefusedRemote::Unsupported("…".to_owned());
        if Address::is_meant(address) {
            let address = Address::from_str(address).map_err(|_| unsupported())?;
            return Ok(Self::at(Place::Ssh(address)));
        }
        Self::new(address.parse().map_err(|_| unsupported())?, allowed)
    }

    fn at(place: Place) -> Self {
        Self { place, credentials: None, access: None }
    }

    /// The same, with what is told a server that asks who we are.
    #[must_use]
    pub fn with_credentials(self, credentials: Option<Credentials>) -> Self {
        Self { credentials, ..self }
    }

    /// The same, with what a host of SSH is known by and is told.
    #[must_use]
    pub fn with_access(self, access: Option<Access>) -> Self {
        Self { access, ..self }
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    pub(super) fn access(&self) -> Option<&Access> {
        self.access.as_ref()
    }

    pub(super) fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// What a server said, without the credentials that it may repeat.
    pub(super) fn redacted(&self, words: &str) -> String {
        let Some(Credentials { username, password }) = &self.credentials else {
            return words.to_owned();
        };
        let password = password.expose_secret();
        let sent = BASE64_STANDARD.encode(format!("{username}:{password}"));
        [sent.as_str(), password].iter().fold(words.to_owned(), |words, secret| {
            if secret.is_empty() { words } else { words.replace(secret, "(redacted)") }
        })
    }

    /// The directory of a remote on this machine.
    pub(super) fn path(&self) -> Option<PathBuf> {
        match &self.place {
            Place::File(url) => url.to_file_path().ok(),
            Place::Http(_) | Place::Ssh(_) => None,
        }
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::File(url) | Place::Http(url) => url.fmt(out),
            Place::Ssh(address) => address.fmt(out),
        }
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A ref to fetch of a remote.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wanted {
    /// A branch, by its name without `refs/heads/`.
    Branch(String),
    /// The head of a GitHub pull request, by number.
    PullRequest(u64),
    /// All heads that GitHub's merge queue of a branch would have it move to; there may be none.
    MergeQueue(String),
}

impl Wanted {
    /// `true` where it stands for all names that begin with what it is called.
    pub(super) fn is_several(&self) -> bool {
        matches!(self, Self::MergeQueue(_))
    }

    /// What Git is told to fetch.
    pub(super) fn refspec(&self) -> String {
        let all = if self.is_several() { "*" } else { "" };
        format!("+{}{all}:{}{all}", self.theirs(), self.ours())
    }

    /// The name at the remote.
    pub(super) fn theirs(&self) -> String {
        match self {
            Self::Branch(name) => format!("refs/heads/{name}"),
            Self::PullRequest(number) => format!("refs/pull/{number}/head"),
            Self::MergeQueue(branch) => format!("refs/heads/gh-readonly-queue/{branch}/"),
        }
    }

    /// The name in the mirror, where no name of the remote can collide with ours.
    pub(super) fn ours(&self) -> String {
        match self {
            Self::Branch(name) => format!("{OURS}/heads/{name}"),
            Self::PullRequest(number) => format!("{OURS}/pull/{number}"),
            Self::MergeQueue(branch) => format!("{OURS}/queue/{branch}/"),
        }
    }
}

/// The directory of the mirror's own refs.
pub(super) const OURS: &str = "refs/cloudcorrect";

impl fmt::Display for Wanted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Branch(name) => write!(out, "branch `{name}`"),
            Self::PullRequest(number) => write!(out, "pull request #{number}"),
            Self::MergeQueue(branch) => write!(out, "the merge queue of `{branch}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(url: &str, allowed: Allowed) -> String {
        match Remote::read(url, allowed) {
            Ok(_) => "fetched".to_owned(),
            Err(refused) => refused.to_string(),
        }
    }

    #[test]
    fn only_encrypted_and_allowed_remotes_are_fetched() {
        let none = Allowed::default();
        let all = Allowed { file: true, http: true };
        for (url, by_default, allowed) in [
            ("https://github.com/o/r.git", "fetched", "fetched"),
            ("http://127.0.0.1:8418/r.git", "fetched", "fetched"),
            ("http://localhost/r.git", "fetched", "fetched"),
            ("http://[::1]/r.git", "fetched", "fetched"),
            ("ssh://git@host/r.git", "fetched", "fetched"),
            ("git@host:r.git", "fetched", "fetched"),
            (
                "http://git.example.com/r.git",
                "`http://git.example.com/r.git` is not encrypted; use https, or set `git.allow_http`",
                "fetched",
            ),
            (
                "file:///srv/r.git",
                "`file:///srv/r.git` is a local path; set `git.allow_file` if that is meant",
                "fetched",
            ),
        ] {
            assert_eq!(verdict(url, none), by_default, "{url}");
            assert_eq!(verdict(url, all), allowed, "{url}");
        }
        for url in ["ssh://host/r.git", "git://host/r.git", "file://host/r.git", "host:r.git"] {
            assert_ne!(verdict(url, all), "fetched", "{url}");
        }
    }

    #[test]
    fn credentials_never_stand_in_a_url() {
        let url: Url = "https://u:geheim@github.com/o/r.git".parse().unwrap();
        let refused = Remote::new(url, Allowed::default()).unwrap_err();
        assert_eq!(refused, RefusedRemote::Credentials);
        assert!(!refused.to_string().contains("geheim"));

        let url: Url = "https://github.com/o/r.git".parse().unwrap();
        let remote = Remote::new(url, Allowed::default()).unwrap();
        let remote = remote.with_credentials(Some(Credentials::of_token("geheim".into())));
        assert!(!format!("{remote:?} {remote}").contains("geheim"));
    }

    #[test]
    fn what_a_server_repeats_of_our_credentials_is_not_told() {
        let url = "https://git.example/p.git".parse().unwrap();
        let remote = Remote::new(url, Allowed::default()).unwrap();
        assert_eq!(remote.redacted("as it is"), "as it is");
        let remote = remote.with_credentials(Some(Credentials::of_token("geheim".into())));
        let said = remote.redacted("you sent geheim, eC1hY2Nlc3MtdG9rZW46Z2VoZWlt");
        assert_eq!(said, "you sent (redacted), (redacted)");
    }
}
