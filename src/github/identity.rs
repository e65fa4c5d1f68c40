//! Our identity among the authors of check runs, statuses, comments and issues.

use std::sync::Arc;

use serde::Deserialize;
use tokio::sync::OnceCell;

use super::error::Error;
use super::request::Client;

/// Identity of the App, or of the user whose token we have. Cheap to clone; clones ask GitHub for the login
/// once together.
#[derive(Clone)]
pub(super) struct Identity(Arc<Inner>);

struct Inner {
    /// Number of the App; `None` of a user.
    app_id: Option<u64>,
    /// Client that acts as the App itself, or as the user.
    client: Client,
    author: OnceCell<Author>,
}

/// Way in which what a check comes to is shown on a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChecksAs {
    /// A check run, which changes in place: only Apps may write one.
    CheckRuns,
    /// A status, of which each change is another one.
    Statuses,
}

/// Name under which we write.
#[derive(Debug, Clone)]
pub(super) struct Author {
    /// The App's id, which newer GitHub Enterprise Servers and github.com tell; `None` of a user.
    pub(super) app_id: Option<u64>,
    /// Account in whose name is written: of an App `<slug>[bot]`.
    pub(super) login: String,
}

#[derive(Deserialize)]
struct AppResponse {
    slug: String,
}

impl Identity {
    /// Identity of the App with that id, or of the user whose client it is.
    pub(super) fn new(app_id: Option<u64>, client: Client) -> Self {
        Self(Arc::new(Inner { app_id, client, author: OnceCell::new() }))
    }

    /// The App's id, from the settings.
    pub(super) fn app_id(&self) -> Option<u64> {
        self.0.app_id
    }

    /// The way in which checks are shown.
    pub(super) fn checks_as(&self) -> ChecksAs {
        if self.0.app_id.is_some() { ChecksAs::CheckRuns } else { ChecksAs::Statuses }
    }

    /// Ourselves as an author, asked for once.
    pub(super) async fn author(&self) -> Result<&Author, Error> {
        let Inner { app_id, client, author } = &*self.0;
        let ask = || async {
            if app_id.is_none() {
                let request = client.octocrab().get("/user", None::<&()>);
                let user: User = client.send("ask who we are", request).await?;
                return Ok(Author { app_id: None, login: user.login });
            }
            let request = client.octocrab().get("/app", None::<&()>);
            let app: AppResponse = client.send("ask who we are", request).await?;
            Ok(Author { app_id: *app_id, login: format!("{}[bot]", app.slug) })
        };
        author.get_or_try_init(ask).await
    }
}

/// Who wrote something, by GitHub's description of it.
#[derive(Deserialize)]
pub(super) struct Signature {
    #[serde(default)]
    user: Option<User>,
    #[serde(default)]
    performed_via_github_app: Option<App>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

#[derive(Deserialize)]
struct App {
    id: u64,
}

impl Signature {
    /// `true` where the author wrote it.
    pub(super) fn is_by(&self, author: &Author) -> bool {
        let is_login = |user: &User| user.login == author.login;
        match (&self.performed_via_github_app, author.app_id) {
            (Some(app), Some(app_id)) => app.id == app_id,
            _ => self.user.as_ref().is_some_and(is_login),
        }
    }
}
