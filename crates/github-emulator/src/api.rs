//! The operations of the API, one function each, in a file per family.
//!
//! A handler reads the call, changes or asks the state, and gives the shape of the answer. That
//! the call is known, allowed and well-formed is settled before.

mod apps;
mod checks;
mod comments;
mod commits;
mod hooks;
mod issues;
mod merge;
mod pulls;
mod refs;
mod repositories;
mod reviews;
mod statuses;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::auth::Actor;
use crate::model::{Repository, RepositoryRecord};
use crate::page::Page;
use crate::reply::{ApiError, ApiResult, Reply};
use crate::server::Server;
use crate::state::State;

#[cfg(feature = "faults")]
pub(crate) use checks::tell;
pub(crate) use pulls::{NewPullRequest, open as open_pull};
#[cfg(feature = "faults")]
pub(crate) use reviews::submit as submit_review;

/// A call that may be made.
pub(crate) struct Call {
    pub(crate) server: Arc<Server>,
    pub(crate) actor: Option<Actor>,
    /// The repository that the path names.
    pub(crate) record: Option<Arc<RepositoryRecord>>,
    pub(crate) path: BTreeMap<String, String>,
    pub(crate) query: BTreeMap<String, String>,
    /// Null where none was sent.
    pub(crate) body: Value,
    /// The address that was called, without its query.
    pub(crate) url: String,
}

/// Does what the operation of that id is for.
pub(crate) async fn perform(operation: &str, call: &Call) -> ApiResult {
    match operation {
        "apps/create-installation-access-token" => apps::create_token(call),
        "apps/get-authenticated" => Ok(apps::app(call)),
        "apps/get-installation" => apps::installation(call),
        "apps/get-repo-installation" => apps::repository_installation(call),
        "apps/list-installations" => Ok(apps::installations(call)),
        "apps/list-webhook-deliveries" => Ok(hooks::deliveries(call)),
        "apps/redeliver-webhook-delivery" => hooks::redeliver(call),
        "apps/list-repos-accessible-to-installation" => apps::repositories(call),
        "checks/create" => checks::create(call).await,
        "checks/get" => checks::get(call),
        "checks/list-annotations" => checks::annotations(call),
        "checks/list-for-ref" => checks::list(call).await,
        "checks/rerequest-run" => checks::rerequest(call),
        "checks/update" => checks::update(call),
        "git/create-ref" => refs::create(call).await,
        "git/delete-ref" => refs::delete(call).await,
        "git/get-ref" => refs::get(call),
        "git/list-matching-refs" => refs::list(call),
        "git/update-ref" => refs::update(call).await,
        "issues/create" => issues::create(call),
        "issues/create-comment" => comments::create(call),
        "issues/delete-comment" => comments::delete(call),
        "issues/get" => issues::get(call),
        "issues/get-comment" => comments::get(call),
        "issues/list-comments" => comments::list(call),
        "issues/list-for-repo" => issues::list(call),
        "issues/update" => issues::update(call),
        "issues/update-comment" => comments::update(call),
        "pulls/create" => pulls::create(call).await,
        "pulls/create-review" => reviews::create(call),
        "pulls/get" => pulls::get(call).await,
        "pulls/list" => pulls::list(call),
        "pulls/list-reviews" => reviews::list(call),
        "pulls/merge" => merge::merge(call).await,
        "pulls/update" => pulls::update(call).await,
        "rate-limit/get" => Ok(apps::rate_limit(call)),
        "repos/compare-commits-with-basehead" => commits::compare(call).await,
        "repos/create-commit-status" => statuses::create(call).await,
        "repos/get" => repositories::get(call),
        "repos/get-branch" => repositories::branch(call).await,
        "repos/get-collaborator-permission-level" => repositories::permission(call),
        "repos/get-combined-status-for-ref" => statuses::combined(call).await,
        "repos/get-commit" => commits::get(call).await,
        "repos/list-branches" => repositories::branches(call),
        "repos/list-commit-statuses-for-ref" => statuses::list(call).await,
        "repos/list-pull-requests-associated-with-commit" => pulls::of_commit(call),
        "users/get-authenticated" => apps::user(call),
        _ => Err(ApiError::unknown_path()),
    }
}

impl Call {
    /// The repository that the path names.
    fn record(&self) -> Result<&Arc<RepositoryRecord>, ApiError> {
        self.record.as_ref().ok_or_else(ApiError::not_found)
    }

    /// Asks the state about the repository that the path names.
    fn ask<T>(&self, ask: impl FnOnce(&State, &Repository) -> T) -> Result<T, ApiError> {
        let id = self.record()?.id;
        let state = self.server.state();
        let repository = state.repositories.get(&id).ok_or_else(ApiError::not_found)?;
        Ok(ask(&state, repository))
    }

    /// A parameter of the path, as text.
    fn part(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// A parameter of the path, as number.
    fn number(&self, name: &str) -> Result<u64, ApiError> {
        self.part(name).parse().map_err(|_| ApiError::not_found())
    }

    /// A parameter of the query.
    fn asked(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// A text of the body.
    fn text(&self, key: &str) -> Option<String> {
        self.body.get(key).and_then(Value::as_str).map(str::to_owned)
    }

    /// The login that stands beside what is done.
    fn login(&self) -> String {
        self.actor.as_ref().map_or_else(String::new, |actor| actor.login(&self.server))
    }

    /// `true` where an installation of the App calls.
    fn by_app(&self) -> bool {
        matches!(self.actor, Some(Actor::Installation(_)))
    }

    /// The commit that a branch, tag or id in the path means, as `heads/x` or `x`.
    async fn commit(&self, name: &str) -> Result<Option<String>, ApiError> {
        Ok(self.record()?.git.resolve(self.part(name)).await?)
    }

    /// The page that is asked for, and its link.
    fn page<T>(&self, all: Vec<T>) -> (Vec<T>, Option<String>) {
        let page = Page::new(&self.query);
        let link = page.link(&self.url, &self.query, all.len());
        (page.of(all), link)
    }

    /// A page of a list whose answer is nothing but the list.
    fn list(&self, all: Vec<Value>) -> Reply {
        let (page, link) = self.page(all);
        Reply { link, ..Reply::ok(Value::from(page)) }
    }
}

/// Problems with what is longer than GitHub takes.
#[derive(Default)]
struct Limits(Vec<String>);

impl Limits {
    /// Notes a text of more than `most` characters.
    fn text(&mut self, place: &str, text: Option<&str>, most: usize) {
        let length = text.map_or(0, |text| text.chars().count());
        self.hold(length <= most, || {
            format!("for '{place}', {length} characters are more than {most}")
        });
    }

    /// Notes what does not hold.
    fn hold(&mut self, holds: bool, problem: impl FnOnce() -> String) {
        if !holds {
            self.0.push(problem());
        }
    }

    /// Refuses if anything was noted.
    fn check(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::wrong(&self.0)) }
    }
}
