//! Pull requests, as lists and webhooks tell them.

use std::collections::BTreeSet;

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
    /// The branch that it comes from.
    pub head_branch: String,
    /// The branch that the stack which it is a layer of should be merged into, if it is one.
    pub stack_base: Option<String>,
    /// Who opened it; deleted accounts are `ghost`.
    pub author: String,
    /// Repository that its head is in: another one where it comes from a fork; `None` where that is gone.
    pub head_repository: Option<RepositoryId>,
    /// When anything about it last changed: webhooks arrive in any order.
    pub updated_at: DateTime<Utc>,
}

impl Repository {
    /// All open pull requests into `branch`, and all layers of stacks that are to be merged into it.
    pub async fn open_pull_requests(&self, branch: &str) -> Result<Vec<PullRequest>, Error> {
        let into = self.list_pulls(&[("state", "open"), ("base", branch)]).await?;
        if into.iter().all(|pull| pull.stack_base.is_none()) {
            return Ok(into);
        }
        // Upper layers are into the branches of those below them.
        Ok(layers(self.list_pulls(&[("state", "open")]).await?, branch, self.id()))
    }

    async fn list_pulls(&self, query: &[(&str, &str)]) -> Result<Vec<PullRequest>, Error> {
        let route = self.route(format_args!("pulls"));
        let mut all = Vec::new();
        self.each_page::<Vec<PullRequest>>("list pull requests", &route, query, |page| {
            all.extend(page);
            false
        })
        .await?;
        Ok(all)
    }

    /// Users whose last word on a pull request is that they approve of this head.
    pub async fn approvers(&self, number: u64, head: &str) -> Result<BTreeSet<String>, Error> {
        let route = self.route(format_args!("pulls/{number}/reviews"));
        let mut approvers = BTreeSet::new();
        self.each_page::<Vec<Review>>("list reviews", &route, &[], |page| {
            for review in page {
                let Some(user) = review.user else { continue };
                match review.state.as_str() {
                    "APPROVED" if review.commit_id.as_deref() == Some(head) => {
                        approvers.insert(user.login);
                    }
                    // A comment decides nothing, and neither does what was not sent yet.
                    "COMMENTED" | "PENDING" => {}
                    _ => drop(approvers.remove(&user.login)),
                }
            }
            false
        })
        .await?;
        Ok(approvers)
    }

    /// The pull request of that number.
    pub async fn pull_request(&self, number: u64) -> Result<PullRequest, Error> {
        let route = self.route(format_args!("pulls/{number}"));
        let answer = self.client().get(route, None::<&()>);
        self.send("look up a pull request", answer).await
    }
}

/// Those of all open pull requests that are into a branch or layers of its stacks. A layer in the middle
/// may not be told to be one: it is into the branch of a layer all the same. Branches of forks, which may
/// have any name, are none of a stack.
fn layers(all: Vec<PullRequest>, branch: &str, repository: RepositoryId) -> Vec<PullRequest> {
    let (mut layers, mut rest): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|pull| pull.base_branch == branch || pull.stack_base.as_deref() == Some(branch));
    loop {
        let stacked: BTreeSet<String> = layers
            .iter()
            .filter(|layer| layer.stack_base.as_deref() == Some(branch))
            .filter(|layer| layer.head_repository == Some(repository))
            .map(|layer| layer.head_branch.clone())
            .collect();
        let (mut found, others): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|pull| stacked.contains(&pull.base_branch));
        if found.is_empty() {
            return layers;
        }
        for layer in &mut found {
            layer.stack_base = Some(branch.to_owned());
        }
        layers.extend(found);
        rest = others;
    }
}

#[derive(Deserialize)]
struct PullRequestResponse {
    number: u64,
    state: String,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    stack: Option<Stack>,
    head: Commit,
    base: Branch,
    #[serde(default)]
    user: Option<User>,
    updated_at: DateTime<Utc>,
}

/// Review of a pull request; they are listed from the oldest on.
#[derive(Deserialize)]
struct Review {
    #[serde(default)]
    user: Option<User>,
    state: String,
    #[serde(default)]
    commit_id: Option<String>,
}

#[derive(Deserialize)]
struct Commit {
    sha: String,
    #[serde(rename = "ref")]
    branch: String,
    #[serde(default)]
    repo: Option<HeadRepository>,
}

#[derive(Deserialize)]
struct HeadRepository {
    id: RepositoryId,
}

/// Stack of a layer; GitHub has others of its numbers as well.
#[derive(Deserialize)]
struct Stack {
    base: Branch,
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
            head_branch: answer.head.branch,
            stack_base: answer.stack.map(|stack| stack.base.name),
            base_branch: answer.base.name,
            author: answer.user.map_or_else(|| "ghost".to_owned(), |user| user.login),
            updated_at: answer.updated_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: RepositoryId = RepositoryId(1);

    fn pull(number: u64, (head, base): (&str, &str), stack: Option<&str>) -> PullRequest {
        PullRequest {
            number,
            is_open: true,
            is_draft: false,
            head: format!("sha-{number}"),
            base_branch: base.to_owned(),
            head_branch: head.to_owned(),
            stack_base: stack.map(str::to_owned),
            author: "ada".to_owned(),
            head_repository: Some(OURS),
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn layers_are_those_that_say_so_and_what_stands_on_them() {
        let of_fork = |number, ends, stack| PullRequest {
            head_repository: Some(RepositoryId(2)),
            ..pull(number, ends, stack)
        };
        let all = vec![
            pull(1, ("lower", "main"), Some("main")),
            pull(2, ("middle", "lower"), None),
            pull(3, ("upper", "middle"), Some("main")),
            pull(4, ("top", "upper"), None),
            pull(5, ("alone", "main"), None),
            pull(6, ("on-alone", "alone"), None),
            pull(7, ("other", "release"), Some("release")),
            of_fork(8, ("fork", "main"), Some("main")),
            pull(9, ("on-fork", "fork"), None),
        ];
        let mut found: Vec<_> = layers(all, "main", OURS);
        found.sort_by_key(|pull| pull.number);
        let numbers: Vec<_> =
            found.iter().map(|pull| (pull.number, pull.stack_base.as_deref())).collect();
        let of_main = Some("main");
        assert_eq!(
            numbers,
            [(1, of_main), (2, of_main), (3, of_main), (4, of_main), (5, None), (8, of_main)]
        );
    }
}
