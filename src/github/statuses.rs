//! Commit statuses: each is added to the others of its context, and the newest counts.

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::repository::Repository;
use crate::render::post::{CommitStatus, StatusState};

impl Repository {
    /// Adds a commit status; returns its number.
    pub async fn create_status(&self, status: &CommitStatus) -> Result<u64, Error> {
        let route = self.route(format_args!("statuses/{}", status.head_sha));
        let body = StatusBody {
            state: state(status.state),
            context: status.context.as_str(),
            description: status.description.as_str(),
            target_url: status.target_url.as_ref().map(url::Url::as_str),
        };
        let answer = self.client().post::<_, StatusResponse>(route, Some(&body));
        Ok(self.send("create a commit status", answer).await?.id)
    }

    /// The number of the newest status of that context, if it says the same.
    pub async fn find_status(&self, status: &CommitStatus) -> Result<Option<u64>, Error> {
        let route = self.route(format_args!("commits/{}/statuses", status.head_sha));
        let mut newest = None;
        self.each_page::<Vec<ListedStatus>>("find a commit status", &route, &[], |statuses| {
            let mut listed = statuses.into_iter();
            newest = listed.find(|listed| listed.context == status.context.as_str());
            newest.is_some()
        })
        .await?;
        let same = newest.filter(|newest| {
            newest.state == state(status.state)
                && newest.description.as_deref() == Some(status.description.as_str())
        });
        Ok(same.map(|same| same.id))
    }
}

fn state(state: StatusState) -> &'static str {
    match state {
        StatusState::Pending => "pending",
        StatusState::Success => "success",
        StatusState::Failure => "failure",
        StatusState::Error => "error",
    }
}

#[derive(Serialize)]
struct StatusBody<'a> {
    state: &'static str,
    context: &'a str,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_url: Option<&'a str>,
}

#[derive(Deserialize)]
struct StatusResponse {
    id: u64,
}

#[derive(Deserialize)]
struct ListedStatus {
    id: u64,
    context: String,
    state: String,
    #[serde(default)]
    description: Option<String>,
}
