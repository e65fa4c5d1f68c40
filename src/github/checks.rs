//! Check runs. GitHub lets only Apps write them.

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::repository::Repository;
use super::request::Page;
use crate::render::Bounded;
use crate::render::post::{Annotation, AnnotationLevel, CheckRun, CheckState};

/// Annotations that one request may bring.
const CHUNK: usize = 50;

/// A check run as GitHub has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedCheck {
    /// Number of the check run at GitHub.
    pub id: u64,
    /// The id that we gave it.
    pub external_id: String,
    /// `true` once it is completed.
    pub is_completed: bool,
    /// How many annotations it has.
    pub annotations: usize,
}

impl Repository {
    /// Creates a check run with its first annotations; [`Repository::annotate`] adds the others.
    pub async fn create_check(&self, check: &CheckRun) -> Result<PostedCheck, Error> {
        let route = self.route(format_args!("check-runs"));
        let first = chunk(check, 0);
        let body = CheckRunBody {
            name: Some(check.name.as_str()),
            head_sha: Some(&check.head_sha),
            external_id: Some(check.external_id()),
            ..body_of(check, first)
        };
        let answer = self.client().post::<_, CheckRunResponse>(route, Some(&body));
        let answer = self.send("create a check run", answer).await?;
        // An answer without a count is taken at our word.
        let posted = first.len().min(answer.annotations().unwrap_or(first.len()));
        Ok(PostedCheck { annotations: posted, ..answer.into() })
    }

    /// Changes what a check run says, but not its annotations, to which GitHub only ever adds.
    /// What is returned tells whether it took the change.
    pub async fn update_check(&self, id: u64, check: &CheckRun) -> Result<PostedCheck, Error> {
        let route = self.route(format_args!("check-runs/{id}"));
        let body = body_of(check, &[]);
        let answer = self.client().patch::<CheckRunResponse, _, _>(route, Some(&body));
        Ok(self.send("update a check run", answer).await?.into())
    }

    /// Adds the next annotations, up to fifty, after the `have` that a check run has; how many it
    /// has then.
    pub async fn annotate(&self, id: u64, check: &CheckRun, have: usize) -> Result<usize, Error> {
        let route = self.route(format_args!("check-runs/{id}"));
        let next = chunk(check, have);
        let body = CheckRunBody { external_id: Some(check.external_id()), ..body_of(check, next) };
        let answer = self.client().patch::<CheckRunResponse, _, _>(route, Some(&body));
        self.send("annotate a check run", answer).await?;
        Ok(have + next.len())
    }

    /// The newest check run of ours that is known under the same identity.
    pub async fn find_check(&self, check: &CheckRun) -> Result<Option<PostedCheck>, Error> {
        let route = self.route(format_args!("commits/{}/check-runs", check.head_sha));
        let app_id = self.identity().app_id().unwrap_or_default().to_string();
        let query = [("check_name", check.name.as_str()), ("app_id", &app_id), ("filter", "all")];
        let mut found = None::<PostedCheck>;
        self.each_page::<CheckRuns>("find a check run", &route, &query, |runs| {
            let ours = runs.into_iter().map(PostedCheck::from);
            let ours = ours.filter(|posted| check.is_known_as(&posted.external_id));
            found = found.take().into_iter().chain(ours).max_by_key(|posted| posted.id);
            false
        })
        .await?;
        Ok(found)
    }
}

/// Body of a request that makes or changes a check run.
#[derive(Serialize)]
struct CheckRunBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    head_sha: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details_url: Option<&'a str>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    conclusion: Option<&'static str>,
    output: Output<'a>,
    actions: Vec<Button>,
}

#[derive(Serialize)]
struct Button {
    label: &'static str,
    description: &'static str,
    identifier: &'static str,
}

#[derive(Serialize)]
struct Output<'a> {
    title: &'a str,
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    annotations: Vec<WrittenAnnotation<'a>>,
}

#[derive(Serialize)]
struct WrittenAnnotation<'a> {
    path: &'a str,
    start_line: u32,
    end_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
    annotation_level: &'static str,
    title: &'a str,
    message: &'a str,
}

/// GitHub's description of a check run, as far as we read it.
#[derive(Deserialize)]
struct CheckRunResponse {
    id: u64,
    #[serde(default)]
    external_id: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    output: Option<OutputResponse>,
}

#[derive(Deserialize)]
struct OutputResponse {
    #[serde(default)]
    annotations_count: Option<usize>,
}

/// A page of check runs.
#[derive(Deserialize)]
struct CheckRuns {
    check_runs: Vec<CheckRunResponse>,
}

impl Page for CheckRuns {
    type Entry = CheckRunResponse;

    fn entries(self) -> Vec<CheckRunResponse> {
        self.check_runs
    }
}

impl CheckRunResponse {
    fn annotations(&self) -> Option<usize> {
        self.output.as_ref()?.annotations_count
    }
}

impl From<CheckRunResponse> for PostedCheck {
    fn from(answer: CheckRunResponse) -> Self {
        Self {
            id: answer.id,
            annotations: answer.annotations().unwrap_or(0),
            is_completed: answer.status.as_deref() == Some("completed"),
            external_id: answer.external_id.unwrap_or_default(),
        }
    }
}

/// The annotations that the next request brings, when there are `have` already.
fn chunk(check: &CheckRun, have: usize) -> &[Annotation] {
    let rest = check.annotations.shown().get(have..).unwrap_or_default();
    rest.get(..CHUNK).unwrap_or(rest)
}

fn body_of<'a>(check: &'a CheckRun, annotations: &'a [Annotation]) -> CheckRunBody<'a> {
    let (status, conclusion) = match check.state {
        CheckState::InProgress => ("in_progress", None),
        CheckState::Success => ("completed", Some("success")),
        CheckState::Failure => ("completed", Some("failure")),
    };
    let output = Output {
        title: check.title.as_str(),
        summary: check.summary.as_str(),
        text: check.text.as_ref().map(Bounded::as_str),
        annotations: annotations.iter().map(WrittenAnnotation::from).collect(),
    };
    let details_url = check.details_url.as_ref().map(url::Url::as_str);
    let (name, head_sha, external_id) = (None, None, None);
    // Those of before go where there are none.
    let actions = check.actions.iter().map(|action| Button {
        label: action.label(),
        description: action.description(),
        identifier: action.identifier(),
    });
    let actions = actions.collect();
    CheckRunBody { name, head_sha, external_id, details_url, status, conclusion, output, actions }
}

impl<'a> From<&'a Annotation> for WrittenAnnotation<'a> {
    fn from(annotation: &'a Annotation) -> Self {
        Self {
            path: &annotation.path,
            start_line: annotation.start_line,
            end_line: annotation.end_line,
            start_column: annotation.columns.map(|(first, _)| first),
            end_column: annotation.columns.map(|(_, last)| last),
            annotation_level: match annotation.level {
                AnnotationLevel::Warning => "warning",
                AnnotationLevel::Failure => "failure",
            },
            title: annotation.title.as_str(),
            message: annotation.message.as_str(),
        }
    }
}
