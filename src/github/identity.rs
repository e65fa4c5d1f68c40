//! Identity of the App among the authors of check runs and comments.

use std::sync::Arc;

use serde::Deserialize;
use tokio::sync::OnceCell;

use super::error::Error;
use super::request::Client;

/// Identity of the App. Cheap to clone; clones ask GitHub for the login once together.
#[derive(Clone)]
pub(super) struct AppIdentity(Arc<Inner>);

struct Inner {
    app_id: u64,
    /// Client that acts as the App itself.
    client: Client,
    author: OnceCell<Author>,
}

/// Name of the App under what it writes.
#[derive(Debug, Clone)]
pub(super) struct Author {
    /// The App's id, which newer GitHub Enterprise Servers and github.com tell.
    pub(super) app_id: u64,
    /// Account in whose name the App writes: `<slug>[bot]`.
    pub(super) login: String,
}

#[derive(Deserialize)]
struct AppResponse {
    slug: String,
}

impl AppIdentity {
    /// Identity of the App with that id, to be asked for by a client that acts as the App itself.
    pub(super) fn new(app_id: u64, client: Client) -> Self {
        Self(Arc::new(Inner { app_id, client, author: OnceCell::new() }))
    }

    /// The App's id, from the settings.
    pub(super) fn app_id(&self) -> u64 {
        self.0.app_id
    }

    /// The App as an author, asked for once.
    pub(super) async fn author(&self) -> Result<&Author, Error> {
        let Inner { app_id, client, author } = &*self.0;
        let ask = || async {
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
        match (&self.performed_via_github_app, &self.user) {
            (Some(app), _) => app.id == author.app_id,
            (None, Some(user)) => user.login == author.login,
            (None, None) => false,
        }
    }
}
