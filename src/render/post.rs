//! What GitHub should show, with its limits kept by construction.
//!
//! A [`Post`] is a wanted state: the outbox keeps it as JSON, the reporter makes GitHub show it.
//! The words are left to the rest of [`crate::render`], the requests to [`crate::github`].

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use super::bounded::Bounded;
use super::explanation::how_to_explain;
use crate::diagnostic::{Diagnostic, Level};

/// Annotations shown at most: more than about 270 once made a pull request unusable.
const MOST_ANNOTATIONS: usize = 100;

/// Bytes of a path that is annotated; no system has longer ones.
const LONGEST_PATH: usize = 4_096;

/// Text of a check run's title.
pub type Title = Bounded<255>;
/// Markdown of a check run's summary or text.
pub type Section = Bounded<65_535>;
/// The words of an annotation.
pub type Message = Bounded<65_536>;
/// Markdown of a comment on a pull request.
pub type CommentBody = Bounded<65_536>;

/// Wanted state of one place on GitHub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "one exists at a time, on its way into JSON or out")]
pub enum Post {
    /// A check run on a commit.
    CheckRun(CheckRun),
    /// The comment of a source on a pull request.
    Comment(Comment),
    /// The issue of a group.
    Issue(Issue),
}

impl Post {
    /// Its key in the outbox of its source.
    pub fn key(&self) -> String {
        match self {
            Self::CheckRun(check) => check.key.clone(),
            Self::Comment(comment) => format!("comment/{}", comment.number),
            Self::Issue(issue) => format!("issue/{}", issue.group),
        }
    }
}

/// A check run on a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRun {
    /// The name that branch protection knows.
    pub name: Title,
    /// Id of the commit that it is shown on.
    pub head_sha: String,
    /// The source that it speaks for.
    pub source: String,
    /// Its key in the outbox: `policies/<sha>`, `sync/<sha>`, `compliance/<sha>`.
    pub key: String,
    /// How far it has come.
    pub state: CheckState,
    /// Headline, in a line: what it comes to.
    pub title: Title,
    /// Details in Markdown, above the annotations.
    pub summary: Section,
    /// More details in Markdown, below the annotations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Section>,
    /// Address behind "Details", besides the check run's own page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details_url: Option<Url>,
    /// Annotated lines of policy files.
    #[serde(default, skip_serializing_if = "Annotations::is_empty")]
    pub annotations: Annotations,
    /// Buttons beside it, which statuses of commits have none of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// What it said of its commit, while it says that nobody knows more. It is not shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Said>,
}

/// Button beside a check run, for those who may write to the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Has accounts asked for what a change could not be judged by.
    Collect,
}

impl Action {
    /// Word on the button, of 20 characters at most.
    pub fn label(self) -> &'static str {
        match self {
            Self::Collect => "Collect",
        }
    }

    /// What it does, in 40 characters at most.
    pub fn description(self) -> &'static str {
        match self {
            Self::Collect => "Ask the accounts for what is missing",
        }
    }

    /// Name by which a webhook tells that it was pressed, of 20 characters at most.
    pub fn identifier(self) -> &'static str {
        match self {
            Self::Collect => "collect",
        }
    }
}

/// Words of a check run, to be said again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    state: CheckState,
    title: Title,
    summary: Section,
}

/// How far a check run has come. `neutral` and `skipped` are no states of ours: both would satisfy
/// a required check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// Something is still to come.
    InProgress,
    /// All is as it should be.
    Success,
    /// Something is wrong, or could not be known.
    Failure,
}

impl CheckRun {
    /// The same failing in other words, until it is [restored](Self::restored).
    #[must_use]
    pub fn doubted(self, title: Title, summary: Section) -> Self {
        let said = Said { state: self.state, title: self.title, summary: self.summary };
        let before = Some(self.before.unwrap_or(said));
        Self { state: CheckState::Failure, title, summary, before, ..self }
    }

    /// The same in the words that it had before it was [doubted](Self::doubted).
    #[must_use]
    pub fn restored(self) -> Self {
        let Some(Said { state, title, summary }) = self.before else { return self };
        Self { state, title, summary, before: None, ..self }
    }

    /// The id that we give it at GitHub: source and key, and a digest of its annotations. GitHub
    /// only ever adds annotations to a check run, so with others it has to be a new one.
    pub fn external_id(&self) -> String {
        let identity = self.identity();
        if self.annotations.is_empty() {
            return identity;
        }
        let json = serde_json::to_vec(&self.annotations).unwrap_or_default();
        let digest = Sha256::digest(json);
        format!("{identity}#{}", hex::encode(digest.get(..8).unwrap_or_default()))
    }

    /// `true` where a check run with that external id is this one, be it with other annotations.
    pub fn is_known_as(&self, external_id: &str) -> bool {
        external_id.split('#').next() == Some(&self.identity())
    }

    fn identity(&self) -> String {
        format!("{}/{}", self.source, self.key)
    }
}

/// The annotated lines of a check run: those that are shown, and how many more there are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Annotations {
    shown: Vec<Annotation>,
    left_out: usize,
}

/// JSON of [`Annotations`], as the outbox keeps it.
#[derive(Serialize, Deserialize)]
struct Written {
    shown: Vec<Annotation>,
    #[serde(default)]
    left_out: usize,
}

impl Annotations {
    /// Annotations that are shown, the first ones.
    pub fn shown(&self) -> &[Annotation] {
        &self.shown
    }

    /// How many more there are.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// `true` where there are none, shown or left out.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }
}

impl FromIterator<Annotation> for Annotations {
    fn from_iter<I: IntoIterator<Item = Annotation>>(all: I) -> Self {
        let (mut shown, odd): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|one: &Annotation| one.path.len() <= LONGEST_PATH);
        let left_out = odd.len() + shown.len().saturating_sub(MOST_ANNOTATIONS);
        shown.truncate(MOST_ANNOTATIONS);
        Self { shown, left_out }
    }
}

impl From<Written> for Annotations {
    fn from(written: Written) -> Self {
        let mut annotations: Self = written.shown.into_iter().collect();
        annotations.left_out += written.left_out;
        annotations
    }
}

impl From<Annotations> for Written {
    fn from(annotations: Annotations) -> Self {
        Self { shown: annotations.shown, left_out: annotations.left_out }
    }
}

/// Annotation of a line, or of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// The file, from the repository's root.
    pub path: String,
    /// The first line, from 1.
    pub start_line: u32,
    /// Last line, from 1, at least the first.
    pub end_line: u32,
    /// The first and the last column, from 1; only within one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<(u32, u32)>,
    /// Urgency of the problem, as its colour.
    pub level: AnnotationLevel,
    /// Kind of the problem, by its code.
    pub title: Title,
    /// Problem in plain text: GitHub does not read Markdown here.
    pub message: Message,
}

/// How bad an annotated line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationLevel {
    /// The line is worth a look.
    Warning,
    /// The line has to change.
    Failure,
}

impl From<&Diagnostic> for Annotation {
    fn from(diagnostic: &Diagnostic) -> Self {
        let Diagnostic { place, level, code, message, help, related } = diagnostic;
        let last_column = place.end_column.saturating_sub(1).max(place.column);
        let mut words = message.clone();
        if let Some(help) = help {
            words.push_str("\n\nhelp: ");
            words.push_str(help);
        }
        if let Some((other, why)) = related {
            // Writing to a string cannot fail.
            let _ = write!(words, "\n\n{other}: {why}");
        }
        let _ = write!(words, "\n\n{}", how_to_explain(*code));
        Self {
            path: place.path.to_string(),
            start_line: place.line.max(1),
            end_line: place.end_line.max(place.line).max(1),
            columns: (place.line == place.end_line).then_some((place.column, last_column)),
            level: match level {
                Level::Warning => AnnotationLevel::Warning,
                Level::Error => AnnotationLevel::Failure,
            },
            title: code.as_str().into(),
            message: words.into(),
        }
    }
}

/// The comment of a source on a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Number of the pull request.
    pub number: u64,
    /// The source that speaks, as its [marker](Comment::marker) names it.
    pub source: String,
    /// Markdown, from the marker on.
    pub body: CommentBody,
}

impl Comment {
    /// A comment that starts with its marker.
    pub fn new(number: u64, source: &str, body: &str) -> Self {
        let marked = format!("{}\n{body}", marker(source));
        Self { number, source: source.to_owned(), body: marked.into() }
    }

    /// Marker that the comment starts with, and no other source's does.
    pub fn marker(&self) -> String {
        marker(&self.source)
    }
}

fn marker(source: &str) -> String {
    format!("<!-- cloudcorrect:{source} -->")
}

/// The issue of a group of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Name of the group.
    pub group: String,
    /// The source that speaks, as its [marker](Issue::marker) names it.
    pub source: String,
    /// Whether it is open.
    pub state: IssueState,
    /// Since when the group fails, or did.
    pub since: DateTime<Utc>,
    /// Headline, in plain text.
    pub title: Title,
    /// Markdown, from the [mark](Issue::mark) on.
    pub body: CommentBody,
}

/// State of an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueState {
    /// The group fails.
    Open,
    /// It is closed, as the group no longer fails.
    Completed,
    /// It is closed, as nobody asks any more whether the group fails.
    NotPlanned,
}

impl Issue {
    /// The same with a body that starts with its mark.
    #[must_use]
    pub(super) fn saying(self, body: &str) -> Self {
        let marked = format!("{}\n{body}", self.mark());
        Self { body: marked.into(), ..self }
    }

    /// Beginning of the first line, with which the issue of no other group starts.
    pub fn marker(&self) -> String {
        format!("<!-- cloudcorrect:{} issue/{} ", self.source, self.group)
    }

    /// First line of the body. It also says since when the group fails, so that one that was closed at
    /// GitHub while it says the same was closed by somebody else.
    pub fn mark(&self) -> String {
        let state = match self.state {
            IssueState::Open => {
                format!("since {}", self.since.to_rfc3339_opts(SecondsFormat::Secs, true))
            }
            IssueState::Completed | IssueState::NotPlanned => "closed".to_owned(),
        };
        format!("{}{state} -->", self.marker())
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::{Code, Location};

    use super::*;

    fn check_run(annotations: Annotations) -> CheckRun {
        CheckRun {
            name: "cloudcorrect/policies".into(),
            head_sha: "abc".into(),
            source: "main".into(),
            key: "policies/abc".into(),
            state: CheckState::Failure,
            title: "1 problem".into(),
            summary: "No.".into(),
            text: None,
            details_url: None,
            annotations,
            actions: Vec::new(),
            before: None,
        }
    }

    fn annotation(line: u32) -> Annotation {
        let place = Location { end_column: 9, ..Location::point("policies/a.yaml", line, 5) };
        Annotation::from(
            &Diagnostic::error(place, Code::UnknownProperty, "no `Nme`").help("`Name`"),
        )
    }

    #[test]
    fn a_post_is_kept_as_json() {
        let post = Post::CheckRun(check_run([annotation(3)].into_iter().collect()));
        let json = serde_json::to_string_pretty(&post).expect("JSON");
        assert_eq!(serde_json::from_str::<Post>(&json).expect("a post"), post);
        insta::assert_snapshot!(json, @r#"
        {
          "kind": "check_run",
          "name": "cloudcorrect/policies",
          "head_sha": "abc",
          "source": "main",
          "key": "policies/abc",
          "state": "failure",
          "title": "1 problem",
          "summary": "No.",
          "annotations": {
            "shown": [
              {
                "path": "policies/a.yaml",
                "start_line": 3,
                "end_line": 3,
                "columns": [
                  5,
                  8
                ],
                "level": "failure",
                "title": "unknown-property",
                "message": "no `Nme`\n\nhelp: `Name`\n\ncloudcorrect validate --explain unknown-property"
              }
            ],
            "left_out": 0
          }
        }
        "#);
    }

    #[test]
    fn a_hundred_annotations_are_shown_and_the_rest_is_counted() {
        let all: Annotations = (1..=103).map(annotation).collect();
        assert_eq!((all.shown().len(), all.left_out()), (100, 3));
        let json = serde_json::to_string(&all).expect("JSON");
        assert_eq!(serde_json::from_str::<Annotations>(&json).expect("annotations"), all);
    }

    #[test]
    fn other_annotations_are_another_check_run_under_the_same_identity() {
        let ids = [vec![], vec![annotation(1)], vec![annotation(2)]]
            .map(|annotations| check_run(annotations.into_iter().collect()).external_id());
        insta::assert_debug_snapshot!(ids, @r#"
        [
            "main/policies/abc",
            "main/policies/abc#512275e83c0df445",
            "main/policies/abc#33c0810ebce257be",
        ]
        "#);
        let wanted = check_run(Annotations::default());
        assert!(ids.iter().all(|id| wanted.is_known_as(id)));
        assert!(!wanted.is_known_as("main/policies/abcd"));
        assert!(!wanted.is_known_as("team/policies/abc#00"));
    }

    #[test]
    fn columns_are_told_only_within_one_line() {
        let place = Location { end_line: 4, ..Location::point("a.yaml", 3, 5) };
        let over_two_lines = Annotation::from(&Diagnostic::warning(place, Code::NoEffect, "y"));
        assert_eq!((over_two_lines.start_line, over_two_lines.end_line), (3, 4));
        assert_eq!(over_two_lines.columns, None);
        assert_eq!(annotation(3).columns, Some((5, 8)));
        assert_eq!(
            Annotation::from(&Diagnostic::warning(Location::file("a"), Code::NoEffect, "y"))
                .columns,
            Some((1, 1))
        );
    }

    #[test]
    fn a_comment_keeps_its_marker_however_long_it_is() {
        let comment = Comment::new(7, "team-b", &"x".repeat(70_000));
        assert!(comment.body.as_str().starts_with("<!-- cloudcorrect:team-b -->\nxxx"));
        assert_eq!(comment.body.as_str().len(), 65_536);
    }
}
