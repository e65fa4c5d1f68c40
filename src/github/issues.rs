//! Issues, one for each group that fails. To GitHub pull requests are issues too.

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::identity::{Author, Signature};
use super::repository::Repository;
use crate::render::post::{Issue, IssueState};

/// An issue as GitHub has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedIssue {
    /// `true` until somebody closes it.
    pub is_open: bool,
    /// Mark of its text, unless somebody took that away.
    pub mark: Option<String>,
}

impl Repository {
    /// Opens an issue; returns its number in the repository.
    pub async fn create_issue(&self, issue: &Issue) -> Result<u64, Error> {
        let route = self.route(format_args!("issues"));
        let body = IssueBody::of(issue);
        let answer = self.client().post::<_, IssueResponse>(route, Some(&body));
        Ok(self.send("open an issue", answer).await?.number)
    }

    /// The issue that was posted under that number.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is deleted or the number is of something else, [`Error::Rejected`]
    /// with 301 where it was moved elsewhere.
    pub async fn issue(&self, number: u64, posted: &Issue) -> Result<PostedIssue, Error> {
        let route = self.route(format_args!("issues/{number}"));
        let answer = self.client().get::<IssueResponse, _, _>(route, None::<&()>);
        let answer = self.send("look at an issue", answer).await?;
        let is_marked = answer.has(&posted.marker());
        if !is_marked && !answer.is_by(self.identity().author().await?) {
            let message = format!("issue {number} is somebody else's");
            return Err(Error::NotFound { message });
        }
        let text = answer.body.unwrap_or_default();
        let mark = text.lines().next().filter(|_| is_marked);
        let mark = mark.map(|mark| mark.trim_end().to_owned());
        Ok(PostedIssue { is_open: answer.state != "closed", mark })
    }

    /// Changes what an issue says, and where it `moves` also whether it is open.
    pub async fn update_issue(&self, number: u64, issue: &Issue, moves: bool) -> Result<(), Error> {
        let route = self.route(format_args!("issues/{number}"));
        let (state, state_reason) = match issue.state {
            _ if !moves => (None, None),
            IssueState::Open => (Some("open"), None),
            IssueState::Completed => (Some("closed"), Some("completed")),
            IssueState::NotPlanned => (Some("closed"), Some("not_planned")),
        };
        let body = IssueBody { state, state_reason, ..IssueBody::of(issue) };
        let answer = self.client().patch::<IssueResponse, _, _>(route, Some(&body));
        self.send("change an issue", answer).await?;
        Ok(())
    }

    /// The number of the newest issue with the same marker that we wrote ourselves: anybody can copy
    /// a marker.
    pub async fn find_issue(&self, issue: &Issue) -> Result<Option<u64>, Error> {
        let author = self.identity().author().await?;
        let (marker, route) = (issue.marker(), self.route(format_args!("issues")));
        let query = [("creator", author.login.as_str()), ("state", "all")];
        let mut found = None;
        self.each_page::<Vec<IssueResponse>>("find an issue", &route, &query, |issues| {
            let is_ours = |issue: &&IssueResponse| issue.has(&marker) && issue.is_by(author);
            found = issues.iter().find(is_ours).map(|issue| issue.number);
            found.is_some()
        })
        .await?;
        Ok(found)
    }
}

#[derive(Serialize)]
struct IssueBody<'a> {
    title: &'a str,
    body: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_reason: Option<&'static str>,
}

impl<'a> IssueBody<'a> {
    fn of(issue: &'a Issue) -> Self {
        let (title, body) = (issue.title.as_str(), issue.body.as_str());
        Self { title, body, state: None, state_reason: None }
    }
}

/// GitHub's description of an issue, as far as we read it.
#[derive(Deserialize)]
struct IssueResponse {
    number: u64,
    #[serde(default)]
    state: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    pull_request: Option<serde_json::Value>,
    #[serde(flatten)]
    signature: Signature,
}

impl IssueResponse {
    fn has(&self, marker: &str) -> bool {
        self.body.as_ref().is_some_and(|body| body.starts_with(marker))
    }

    fn is_by(&self, author: &Author) -> bool {
        self.pull_request.is_none() && self.signature.is_by(author)
    }
}
