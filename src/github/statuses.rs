//! Statuses of commits, in the place of check runs where we are no App.
//!
//! None is ever changed: a new one of the same context stands for those before it. GitHub takes a thousand
//! of a context on a commit: <https://docs.github.com/en/rest/commits/statuses>.

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::repository::Repository;
use crate::render::Bounded;
use crate::render::post::{CheckRun, CheckState};

/// Text of a status.
type Description = Bounded<140>;

impl Repository {
    /// Says on a commit what a check comes to; returns the number of the status.
    pub async fn create_status(&self, check: &CheckRun) -> Result<u64, Error> {
        let route = self.route(format_args!("statuses/{}", check.head_sha));
        let body = StatusBody::of(check);
        let answer = self.client().post::<_, StatusResponse>(route, Some(&body));
        Ok(self.send("create a status", answer).await?.id)
    }

    /// The number of our newest status of the check's context, if that says what the check comes to.
    pub async fn find_status(&self, check: &CheckRun) -> Result<Option<u64>, Error> {
        let author = self.identity().author().await?;
        let route = self.route(format_args!("commits/{}/statuses", check.head_sha));
        let wanted = StatusBody::of(check);
        let mut newest = None;
        // The newest come first.
        self.each_page::<Vec<StatusResponse>>("find a status", &route, &[], |statuses| {
            let is_ours = |status: &StatusResponse| {
                let creator = status.creator.as_ref();
                status.context.as_deref() == Some(wanted.context)
                    && creator.is_some_and(|creator| creator.login == author.login)
            };
            newest = statuses.into_iter().find(is_ours);
            newest.is_some()
        })
        .await?;
        Ok(newest.filter(|status| status.says(&wanted)).map(|status| status.id))
    }
}

#[derive(Serialize)]
struct StatusBody<'a> {
    state: &'static str,
    context: &'a str,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_url: Option<&'a str>,
}

impl<'a> StatusBody<'a> {
    fn of(check: &'a CheckRun) -> Self {
        Self {
            state: match check.state {
                CheckState::InProgress => "pending",
                CheckState::Success => "success",
                CheckState::Failure => "failure",
            },
            context: check.name.as_str(),
            description: Description::from(check.title.as_str()).into(),
            target_url: check.details_url.as_ref().map(url::Url::as_str),
        }
    }
}

/// GitHub's description of a status, as far as we read it.
#[derive(Deserialize)]
struct StatusResponse {
    id: u64,
    #[serde(default)]
    state: String,
    #[serde(default)]
    context: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    target_url: Option<String>,
    #[serde(default)]
    creator: Option<Creator>,
}

#[derive(Deserialize)]
struct Creator {
    login: String,
}

impl StatusResponse {
    fn says(&self, wanted: &StatusBody<'_>) -> bool {
        let target_url = self.target_url.as_deref().filter(|url| !url.is_empty());
        self.state == wanted.state
            && self.description.as_deref().unwrap_or_default() == wanted.description
            && target_url == wanted.target_url
    }
}
