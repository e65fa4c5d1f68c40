//! The App: its credentials, its installations, and the repositories that it is installed on.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use octocrab::Octocrab;
use octocrab::models::{InstallationId, RepositoryId as OctocrabRepositoryId};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::OnceCell;
use tokio::time::Instant;
use url::Url;

use super::error::Error;
use super::names::{RepositoryId, RepositoryName};
use super::repository::{Repository, RepositoryAnswer};
use super::request::{each_page, send};

/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the other side may stay silent.
const READ_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a repository is believed to have kept its name.
const NAMES_HOLD_FOR: Duration = Duration::from_mins(10);

/// GitHub, as an App sees it. Cheap to clone.
#[derive(Clone)]
pub struct GitHub(Arc<Inner>);

struct Inner {
    app_id: u64,
    /// Signs as the App itself; for installations and nothing else.
    app: Octocrab,
    identity: OnceCell<Identity>,
    known: Mutex<HashMap<RepositoryName, (Repository, Instant)>>,
}

/// Who we are among the authors of comments.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) app_id: u64,
    /// The account in whose name the App writes: `<slug>[bot]`.
    pub(super) login: String,
}

#[derive(Deserialize)]
struct AppAnswer {
    slug: String,
}

#[derive(Deserialize)]
struct InstallationAnswer {
    id: InstallationId,
}

impl GitHub {
    /// The App `app_id` at `api_url`, `https://HOST/api/v3` for a GHES. `private_key` is PEM.
    /// Sends nothing; needs a Tokio runtime.
    pub fn new(api_url: &Url, app_id: u64, private_key: &SecretString) -> anyhow::Result<Self> {
        // Cargo.toml leaves out octocrab's features for retries and redirects: a POST is never
        // repeated, nor turned into a GET elsewhere.
        let app = Octocrab::builder()
            .base_uri(api_url.as_str())?
            .set_connect_timeout(Some(CONNECT_TIMEOUT))
            .set_read_timeout(Some(READ_TIMEOUT))
            .set_write_timeout(Some(READ_TIMEOUT))
            .app_from_rsa_pem(app_id.into(), private_key.expose_secret())?
            .build()?;
        let known = Mutex::default();
        Ok(Self(Arc::new(Inner { app_id, app, identity: OnceCell::new(), known })))
    }

    /// The App's id.
    pub fn app_id(&self) -> u64 {
        self.0.app_id
    }

    /// The repository of that number, whatever it is called by now. Without a number, the one of
    /// that name; its number should be kept.
    ///
    /// # Errors
    /// [`Error::NotFound`] also where the App is not installed, and where another repository has
    /// taken the name.
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
        let holds = since.elapsed() < NAMES_HOLD_FOR
            && !repository.is_doubtful()
            && id.is_none_or(|id| id == repository.id());
        holds.then(|| repository.clone())
    }

    async fn by_name(&self, name: &RepositoryName) -> Result<Repository, Error> {
        let route = format!("/repos/{name}/installation");
        let installation: InstallationAnswer =
            send("find the installation", self.0.app.get(route, None::<&()>)).await?;
        let all = self.0.app.installation(installation.id)?;
        let route = format!("/repos/{name}");
        let answer = send("look up the repository", all.get(route, None::<&()>)).await?;
        self.narrowed(installation.id, answer).await
    }

    /// Asks every installation: only needed after a rename.
    async fn by_id(&self, id: RepositoryId) -> Result<Repository, Error> {
        let (mut installations, route) = (Vec::new(), "/app/installations");
        let collect = |page: Vec<InstallationAnswer>| {
            installations.extend(page);
            false
        };
        each_page::<Vec<_>>("list installations", &self.0.app, route, &[], collect).await?;
        for installation in installations {
            let all = self.0.app.installation(installation.id)?;
            let route = format!("/repositories/{id}");
            match send("look up the repository", all.get(route, None::<&()>)).await {
                Ok(answer) => return self.narrowed(installation.id, answer).await,
                Err(error) if error.is_refusal() => {}
                Err(error) => return Err(error),
            }
        }
        let message = format!("the App is installed on no repository with id {id}");
        Err(Error::NotFound { message })
    }

    /// The repository with a token that is good for it alone, fetched before many ask for it.
    async fn narrowed(
        &self,
        installation: InstallationId,
        answer: RepositoryAnswer,
    ) -> Result<Repository, Error> {
        let builder = self.0.app.installation_builder(installation);
        let client = builder.repository_ids(vec![OctocrabRepositoryId(answer.id.0)]).build()?;
        send("get a token", client.installation_token()).await?;
        Repository::new(client, self.clone(), answer)
    }

    /// Who we are, asked for once.
    pub(super) async fn identity(&self) -> Result<&Identity, Error> {
        let ask = || async {
            let app: AppAnswer =
                send("ask who we are", self.0.app.get("/app", None::<&()>)).await?;
            Ok(Identity { app_id: self.0.app_id, login: format!("{}[bot]", app.slug) })
        };
        self.0.identity.get_or_try_init(ask).await
    }
}

impl fmt::Debug for GitHub {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("GitHub").field("app_id", &self.0.app_id).finish_non_exhaustive()
    }
}
