//! A repository that we may act on.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use octocrab::Octocrab;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::error::Error;
use super::identity::{ChecksAs, Identity};
use super::names::{RepositoryId, RepositoryName};
use super::request::{Client, Page};

/// How long a token for Git has to be good for: longer than any fetch.
const TOKEN_HOLDS_FOR: TimeDelta = TimeDelta::minutes(10);

/// A repository, and the right to act on it. Cheap to clone.
#[derive(Clone)]
pub struct Repository(Arc<Inner>);

struct Inner {
    id: RepositoryId,
    name: RepositoryName,
    clone_url: Url,
    is_private: bool,
    client: Client,
    /// Token of a user, with which Git reads too; an installation's is asked for.
    token: Option<SecretString>,
    identity: Identity,
    /// Something was not where it should be: the repository may have been renamed.
    doubtful: AtomicBool,
}

/// GitHub's description of a repository, as far as we read it.
#[derive(Deserialize)]
pub(super) struct RepositoryResponse {
    pub(super) id: RepositoryId,
    full_name: String,
    clone_url: Url,
    #[serde(default)]
    private: bool,
}

/// GitHub's word on what a user may do: `maintain` counts as `write` here, and `triage` as `read`.
#[derive(Deserialize)]
struct PermissionResponse {
    permission: String,
}

impl Repository {
    /// The repository of GitHub's description, with a client that has a token for it.
    pub(super) fn new(
        client: Client,
        token: Option<SecretString>,
        identity: Identity,
        answer: RepositoryResponse,
    ) -> Result<Self, Error> {
        let name = answer.full_name.parse();
        let name = name.map_err(|error| Error::Unavailable { message: format!("{error}") })?;
        let RepositoryResponse { id, clone_url, private: is_private, .. } = answer;
        let doubtful = AtomicBool::new(false);
        let inner = Inner { id, name, clone_url, is_private, client, token, identity, doubtful };
        Ok(Self(Arc::new(inner)))
    }

    /// Number of the repository, to be kept.
    pub fn id(&self) -> RepositoryId {
        self.0.id
    }

    /// Name at the last look-up.
    pub fn name(&self) -> &RepositoryName {
        &self.0.name
    }

    /// `true` unless everybody may see it.
    pub fn is_private(&self) -> bool {
        self.0.is_private
    }

    /// Address that Git fetches it from.
    pub fn clone_url(&self) -> &Url {
        &self.0.clone_url
    }

    /// A token with which Git may fetch it, as the password of `x-access-token`; good for at least
    /// ten minutes.
    pub async fn git_token(&self) -> Result<SecretString, Error> {
        if let Some(token) = &self.0.token {
            return Ok(token.clone());
        }
        let token = self.client().installation_token_with_buffer(TOKEN_HOLDS_FOR);
        self.0.client.at_hand("get a token for Git", token).await
    }

    /// `true` of a user who may write to it.
    pub async fn may_write(&self, login: &str) -> Result<bool, Error> {
        let login = utf8_percent_encode(login, NON_ALPHANUMERIC);
        let route = self.route(format_args!("collaborators/{login}/permission"));
        let answer = self.client().get(route, None::<&()>);
        let asked = self.0.client.send::<PermissionResponse>("ask who may write", answer).await;
        match asked {
            Ok(answer) => Ok(matches!(answer.permission.as_str(), "write" | "admin")),
            // No such user any more.
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// `true` where it should be looked up again, since something was not where it should be.
    pub(super) fn is_doubtful(&self) -> bool {
        self.0.doubtful.load(Ordering::Relaxed)
    }

    /// The way in which checks are shown.
    pub fn checks_as(&self) -> ChecksAs {
        self.0.identity.checks_as()
    }

    /// Identity in whose name is written.
    pub(super) fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// The client with the repository's token.
    pub(super) fn client(&self) -> &Octocrab {
        self.0.client.octocrab()
    }

    /// Path of something in it in GitHub's API.
    pub(super) fn route(&self, rest: fmt::Arguments<'_>) -> String {
        format!("/repos/{}/{rest}", self.0.name)
    }

    /// Sends a request about the repository.
    pub(super) async fn send<T>(
        &self,
        purpose: &'static str,
        request: impl Future<Output = octocrab::Result<T>>,
    ) -> Result<T, Error> {
        self.doubting(self.0.client.send(purpose, request).await)
    }

    /// Reads a list of things in it, until `look` has seen enough or there is no more.
    pub(super) async fn each_page<P: Page>(
        &self,
        purpose: &'static str,
        route: &str,
        query: &[(&str, &str)],
        look: impl FnMut(Vec<P::Entry>) -> bool,
    ) -> Result<(), Error> {
        self.doubting(self.0.client.each_page::<P>(purpose, route, query, look).await)
    }

    fn doubting<T>(&self, answer: Result<T, Error>) -> Result<T, Error> {
        if let Err(Error::NotFound { .. } | Error::Rejected { status: 300..400, .. }) = &answer {
            self.0.doubtful.store(true, Ordering::Relaxed);
        }
        answer
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { id, name, .. } = &*self.0;
        write!(out, "Repository({name}, {id})")
    }
}
