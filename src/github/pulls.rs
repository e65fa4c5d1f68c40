//! Pull requests, as lists and webhooks tell them.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::error::Error;
use super::names::RepositoryId;
use super::repository::Repository;

/// A pull request, as GitHub last told of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "PullRequestResponse")]
pub struct PullRequest {
    /// Its number in the repository.
    pub number: u64,
    /// `true` until it is merged or closed.
    pub is_open: bool,
    /// `true` while it is a draft.
    pub is_draft: bool,
    /// The commit that is asked to be merged.
    pub head: String,
    /// The branch that it should be merged into.
    pub base_branch: String,
    /// Who opened it; deleted accounts are `ghost`.
    pub author: String,
    /// Repository that its head is in: another one where it comes from a fork; `None` where that is gone.
    pub head_repository: Option<RepositoryId>,
    /// When anything about it last changed: webhooks arrive in any order.
    pub updated_at: DateTime<Utc>,
}

impl Repository {
    /// All open pull requests into `branch`.
    pub async fn open_pull_requests(&self, branch: &str) -> Result<Vec<PullRequest>, Error> {
        let route = self.route(format_args!("pulls"));
        let query = [("state", "open"), ("base", branch)];
        let mut all = Vec::new();
        self.each_page::<Vec<PullRequest>>("list pull requests", &route, &query, |page| {
            all.extend(page);
            false
        })
        .await?;
        Ok(all)
    }

    /// The pull request of that number.
    pub async fn pull_request(&self, number: u64) -> Result<PullRequest, Error> {
        let route = self.route(format_args!("pulls/{number}"));
        let answer = self.client().get(route, None::<&()>);
        self.send("look up a pull request", answer).await
    }
}

#[derive(Deserialize)]
struct PullRequestResponse {
    number: u64,
    state: String,
    #[serde(default)]
    draft: bool,
    head: Commit,
    base: Branch,
    #[serde(default)]
    user: Option<User>,
    updated_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Commit {
    sha: String,
    #[serde(default)]
    repo: Option<HeadRepository>,
}

#[derive(Deserialize)]
struct HeadRepository {
    id: RepositoryId,
}

#[derive(Deserialize)]
struct Branch {
    #[serde(rename = "ref")]
    name: String,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

impl From<PullRequestResponse> for PullRequest {
    fn from(answer: PullRequestResponse) -> Self {
        Self {
            number: answer.number,
            is_open: answer.state == "open",
            is_draft: answer.draft,
            head_repository: answer.head.repo.map(|repository| repository.id),
            head: answer.head.sha,
            base_branch: answer.base.name,
            author: answer.user.map_or_else(|| "ghost".to_owned(), |user| user.login),
            updated_at: answer.updated_at,
        }
    }
}
