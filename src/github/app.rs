//! Who we are at GitHub, an App or the user of a token, and the repositories that we may act on.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use octocrab::Octocrab;
use octocrab::models::{InstallationId, RepositoryId as OctocrabRepositoryId};
use reqwest::header::HeaderName;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time::Instant;
use url::Url;

use super::error::Error;
use super::identity::{ChecksAs, Identity};
use super::names::{RepositoryId, RepositoryName};
use super::pace::Pace;
use super::repository::{Repository, RepositoryResponse};
use super::request::Client;
use crate::clock::Clock;
use crate::config::GitHubCredentials;

/// How long a connection may take to open, at the most.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Version of the REST API, which each request names: the first one that breaks with the past, of
/// 2026-03-10, is not on every GHES yet, and this one lives until 2028-03-10 (GitHub's "API Versions").
/// Nothing is read that the next one leaves out.
const API_VERSION: &str = "2022-11-28";
/// How long a repository is believed to have kept its name.
const NAMES_HOLD_FOR: Duration = Duration::from_mins(10);

/// GitHub, as an App or a user sees it. Cheap to clone.
#[derive(Clone)]
pub struct GitHub(Arc<Inner>);

struct Inner {
    /// Signs as the App itself, for installations and nothing else, or as the user.
    itself: Octocrab,
    /// Token of the user; `None` of an App, which asks for one for each repository.
    token: Option<SecretString>,
    /// How long a request may take.
    timeout: Duration,
    clock: Clock,
    /// The pace of each installation, by its account; the App's or the user's own by the empty name.
    paces: Mutex<HashMap<String, Arc<Pace>>>,
    identity: Identity,
    known: Mutex<HashMap<RepositoryName, (Repository, Instant)>>,
}

#[derive(Deserialize)]
struct InstallationResponse {
    id: InstallationId,
    #[serde(default)]
    account: Option<AccountResponse>,
}

#[derive(Deserialize)]
struct AccountResponse {
    #[serde(default)]
    login: Option<String>,
}

impl GitHub {
    /// Whose credentials these are, at `api_url`, `https://HOST/api/v3` for a GHES.
    /// Sends nothing; needs a Tokio runtime. A request may take so long; by the clock it waits where
    /// GitHub asks it to.
    pub fn new(
        api_url: &Url,
        credentials: &GitHubCredentials,
        timeout: Duration,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        // Cargo.toml leaves out octocrab's features for retries and redirects: a POST is never
        // repeated, nor turned into a GET elsewhere.
        let builder = Octocrab::builder()
            .base_uri(api_url.as_str())?
            .add_header(HeaderName::from_static("x-github-api-version"), API_VERSION.to_owned())
            .set_connect_timeout(Some(timeout.min(CONNECT_TIMEOUT)))
            .set_read_timeout(Some(timeout))
            .set_write_timeout(Some(timeout));
        let (itself, app_id, token) = match credentials {
            GitHubCredentials::App { id, private_key } => {
                let builder =
                    builder.app_from_rsa_pem((*id).into(), private_key.expose_secret())?;
                (builder.build()?, Some(*id), None)
            }
            GitHubCredentials::User { token } => {
                (builder.personal_token(token.clone()).build()?, None, Some(token.clone()))
            }
        };
        let pace = Arc::new(Pace::new(clock.clone()));
        let client = Client::new(itself.clone(), Arc::clone(&pace), timeout);
        let identity = Identity::new(app_id, client);
        let paces = Mutex::new(HashMap::from([(String::new(), pace)]));
        let known = Mutex::default();
        Ok(Self(Arc::new(Inner { itself, token, timeout, clock, paces, identity, known })))
    }

    /// The way in which checks are shown.
    pub fn checks_as(&self) -> ChecksAs {
        self.0.identity.checks_as()
    }

    /// The repository of that number, whatever it is called by now. Without a number, the one of
    /// that name; its number should be kept.
    ///
    /// # Errors
    /// [`Error::NotFound`] also where the App is not installed or the user may not look, and where another
    /// repository has taken the name.
    pub async fn repository(
        &self,
        name: &RepositoryName,
        id: Option<RepositoryId>,
    ) -> Result<Repository, Error> {
        if let Some(known) = self.known(name, id) {
            return Ok(known);
        }
        let found = match (self.by_name(name).await, id) {
            (Ok(repository), None) => repository,
            (Ok(repository), Some(id)) if repository.id() == id => repository,
            (Err(error), _) if !error.is_refusal() => return Err(error),
            (_, Some(id)) => self.by_id(id).await?,
            (Err(error), None) => return Err(error),
        };
        let mut all = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(name.clone(), (found.clone(), Instant::now()));
        Ok(found)
    }

    fn known(&self, name: &RepositoryName, id: Option<RepositoryId>) -> Option<Repository> {
        let all = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (repository, since) = all.get(name)?;
        let is_fresh = since.elapsed() < NAMES_HOLD_FOR && !repository.is_doubtful();
        // While nothing may be asked, what was known will do: Git goes on.
        let holds = is_fresh || self.pace(name.owner()).is_paused();
        (holds && id.is_none_or(|id| id == repository.id())).then(|| repository.clone())
    }

    /// The pace of the App on an account; a user has one for all of them.
    fn pace(&self, account: &str) -> Arc<Pace> {
        let account = if self.0.token.is_some() { "" } else { account };
        let mut all = self.0.paces.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Pace::new(self.0.clock.clone()));
        Arc::clone(all.entry(account.to_lowercase()).or_insert_with(new))
    }

    /// Acts as the App itself, in what concerns an account, or as the user.
    fn as_app(&self, account: &str) -> Client {
        Client::new(self.0.itself.clone(), self.pace(account), self.0.timeout)
    }

    /// Acts as the App itself, in what concerns no account, or as the user.
    pub(super) fn itself(&self) -> Client {
        self.as_app("")
    }

    async fn by_name(&self, name: &RepositoryName) -> Result<Repository, Error> {
        if let Some(token) = &self.0.token {
            return self.look_up_as_user(token, &format!("/repos/{name}")).await;
        }
        let app = self.as_app(name.owner());
        let route = format!("/repos/{name}/installation");
        let request = app.octocrab().get(route, None::<&()>);
        let installation: InstallationResponse = app.send("find the installation", request).await?;
        self.look_up(installation.id, name.owner(), &format!("/repos/{name}")).await
    }

    /// Asks every installation: only needed after a rename.
    async fn by_id(&self, id: RepositoryId) -> Result<Repository, Error> {
        if let Some(token) = &self.0.token {
            return self.look_up_as_user(token, &format!("/repositories/{id}")).await;
        }
        let (mut installations, route) = (Vec::new(), "/app/installations");
        let collect = |page: Vec<InstallationResponse>| {
            installations.extend(page);
            false
        };
        let app = self.itself();
        app.each_page::<Vec<_>>("list installations", route, &[], collect).await?;
        for InstallationResponse { id: installation, account } in installations {
            let account = account.and_then(|account| account.login).unwrap_or_default();
            match self.look_up(installation, &account, &format!("/repositories/{id}")).await {
                Err(error) if error.is_refusal() => {}
                found => return found,
            }
        }
        let message = format!("the App is installed on no repository with id {id}");
        Err(Error::NotFound { message })
    }

    /// The repository at `route`, as the user of the token sees it.
    async fn look_up_as_user(
        &self,
        token: &SecretString,
        route: &str,
    ) -> Result<Repository, Error> {
        let client = self.itself();
        let request = client.octocrab().get(route, None::<&()>);
        let answer: RepositoryResponse = client.send("look up the repository", request).await?;
        Repository::new(client, Some(token.clone()), self.0.identity.clone(), answer)
    }

    /// The repository at `route`, as the App sees it on that account, with a token that is good for
    /// it alone, fetched before many ask for it.
    async fn look_up(
        &self,
        installation: InstallationId,
        account: &str,
        route: &str,
    ) -> Result<Repository, Error> {
        let pace = self.pace(account);
        let timeout = self.0.timeout;
        let all =
            Client::new(self.0.itself.installation(installation)?, Arc::clone(&pace), timeout);
        let request = all.octocrab().get(route, None::<&()>);
        let answer: RepositoryResponse = all.send("look up the repository", request).await?;
        let builder = self.0.itself.installation_builder(installation);
        let builder = builder.repository_ids(vec![OctocrabRepositoryId(answer.id.0)]);
        let client = Client::new(builder.build()?, pace, timeout);
        client.send("get a token", client.octocrab().installation_token()).await?;
        Repository::new(client, None, self.0.identity.clone(), answer)
    }
}

impl fmt::Debug for GitHub {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("GitHub")
            .field("app_id", &self.0.identity.app_id())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use github_emulator::{Emulator, EmulatorOptions};
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn each_request_names_the_version_of_the_api() {
        let emulator = Emulator::start(EmulatorOptions::default()).await.expect("an emulator");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let url = url.parse().expect("a URL");
        let key = emulator.app_private_key();
        let timeout = Duration::from_secs(20);
        let credentials = GitHubCredentials::App { id: emulator.app_id(), private_key: key };
        let github = GitHub::new(&url, &credentials, timeout, Clock::System);
        let github = github.expect("a client");
        let name = "acme/policies".parse().expect("a name");
        let heard = async {
            let (mut connection, _) = listener.accept().await.expect("a connection");
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(connection.read_u8().await.expect("a request"));
            }
            String::from_utf8(head).expect("text")
        };
        let (request, answer) = tokio::join!(heard, github.repository(&name, None));
        answer.expect_err("there was no answer");
        assert!(request.contains("\r\nx-github-api-version: 2022-11-28\r\n"), "{request}");
    }
}
