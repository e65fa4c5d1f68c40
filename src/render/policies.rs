//! The check run `cloudcorrect/policies`: whether the policies of a commit can come into force.

use std::fmt::Write as _;

use crate::diagnostic::Diagnostic;
use crate::policy::{LoadOutcome, PolicySet};

use super::links::Links;
use super::markdown::{Sheet, code, prose};
use super::post::{Annotation, Annotations, CheckRun, CheckState, Post};
use super::source_label::{SourceLabel, short};
use super::words::count;

/// Characters of a check run's text.
const LONGEST_TEXT: usize = 60_000;
/// Problems listed in words at most.
const MOST_LISTED: usize = 500;

/// Effect of a commit's policies on the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect<'a> {
    /// The head of a pull request.
    Proposed,
    /// A commit of the watched branch: in force if it is good, else the revision before stays.
    Synced {
        /// The commit that is in force if this one cannot be.
        last_good: Option<&'a str>,
    },
    /// A commit of the watched branch that loses much of what is in force, and waits for an approval.
    Held {
        /// The commit that is in force meanwhile.
        last_good: &'a str,
    },
}

/// The check run for the policies of a commit.
pub fn policies_check(
    label: SourceLabel<'_>,
    commit: &str,
    effect: Effect<'_>,
    reading: &LoadOutcome,
    links: &Links,
) -> Post {
    let LoadOutcome { policies, diagnostics, has_unread_tests: _ } = reading;
    let is_good = reading.is_clean();
    // Should some have to go, then warnings.
    let mut ordered: Vec<_> = diagnostics.iter().collect();
    ordered.sort_by_key(|diagnostic| !diagnostic.is_error());
    let annotations: Annotations = ordered.iter().map(|it| Annotation::from(*it)).collect();
    let rest = ordered.get(annotations.shown().len()..).unwrap_or_default();
    Post::CheckRun(CheckRun {
        name: label.check_name("policies").into(),
        head_sha: commit.to_owned(),
        source: label.source.to_owned(),
        key: format!("policies/{commit}"),
        state: if is_good { CheckState::Success } else { CheckState::Failure },
        title: match effect {
            Effect::Held { .. } => held_title(diagnostics).into(),
            Effect::Proposed | Effect::Synced { .. } => title(policies, diagnostics).into(),
        },
        summary: summary(effect, is_good, &annotations).into(),
        text: (!rest.is_empty()).then(|| not_annotated(rest).into()),
        // The page has revisions of the watched branch only.
        details_url: match effect {
            Effect::Proposed => None,
            Effect::Synced { .. } | Effect::Held { .. } => links.revision(label.source, commit),
        },
        annotations,
    })
}

/// The check run for a head of a pull request whose policies could not be read in the bounds that are
/// set for that: nobody knows whether they can come into force.
pub fn unread_check(label: SourceLabel<'_>, commit: &str, why: &str) -> Post {
    let summary = format!(
        "These policies were not validated: {}. Push another change, or press *Re-run* once the \
         cause is gone. How much time and memory it may take is set by `[pull_requests]` in the \
         settings of the service.",
        prose(why)
    );
    Post::CheckRun(CheckRun {
        name: label.check_name("policies").into(),
        head_sha: commit.to_owned(),
        source: label.source.to_owned(),
        key: format!("policies/{commit}"),
        state: CheckState::Failure,
        title: "could not be validated".into(),
        summary: summary.into(),
        text: None,
        details_url: None,
        annotations: Annotations::default(),
    })
}

/// `2 problems, 1 warning`, or `3 groups with 12 checks are valid`.
fn title(policies: &PolicySet, diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|it| it.is_error()).count();
    let warnings = diagnostics.len() - errors;
    let mut title = match errors {
        0 => {
            let are = if policies.groups.len() == 1 { "is" } else { "are" };
            format!("{} {are} valid", extent(policies))
        }
        _ => count(errors, "problem"),
    };
    if warnings > 0 {
        title.push_str(", ");
        title.push_str(&count(warnings, "warning"));
    }
    title
}

/// `held: 3 of 4 groups are removed`, without what follows that is said elsewhere.
fn held_title(diagnostics: &[Diagnostic]) -> String {
    let why = diagnostics.iter().filter(|it| it.is_error()).map(|it| {
        let words = it.message.split([';', ':']).next().unwrap_or_default();
        words.to_owned()
    });
    format!("held: {}", why.collect::<Vec<_>>().join(", "))
}

/// `3 groups with 12 checks`.
pub(super) fn extent(policies: &PolicySet) -> String {
    let checks: usize = policies.groups.values().map(|group| group.checks.len()).sum();
    match policies.groups.len() {
        0 => "no groups".to_owned(),
        groups => format!("{} with {}", count(groups, "group"), count(checks, "check")),
    }
}

fn summary(effect: Effect<'_>, is_good: bool, annotations: &Annotations) -> String {
    let mut words = match (effect, is_good) {
        (Effect::Proposed, true) => "Merging brings these policies into force.".to_owned(),
        (Effect::Proposed, false) => "These policies cannot come into force: merging them would \
            leave the last good revision in force."
            .to_owned(),
        (Effect::Synced { .. }, true) => "These policies are in force.".to_owned(),
        (Effect::Synced { last_good: Some(sha) }, false) => format!(
            "These policies cannot come into force. The last good revision, {}, stays in force \
             until the problems are fixed.",
            code(short(sha))
        ),
        (Effect::Held { last_good }, _) => format!(
            "These policies are valid, and held: {} stays in force until a later commit approves them. \
             The annotation says how.",
            code(short(last_good))
        ),
        (Effect::Synced { last_good: None }, false) => "These policies cannot come into force, \
            and no revision before them is: nothing is evaluated until the problems are fixed."
            .to_owned(),
    };
    match (annotations.shown().len(), annotations.left_out()) {
        _ if matches!(effect, Effect::Held { .. }) => {}
        (0, _) => {}
        (_, 0) => words.push_str(" Each problem is annotated at its line."),
        (shown, rest) => {
            let total = shown + rest;
            let _ = write!(
                words,
                " Of {total} problems and warnings the first {shown} are annotated at their lines."
            );
        }
    }
    words
}

fn not_annotated(rest: &[&Diagnostic]) -> String {
    let mut sheet = Sheet::new(LONGEST_TEXT);
    let items = rest.iter().map(|diagnostic| format!("- {}\n", in_a_line(diagnostic)));
    sheet.rows("Not annotated:\n\n", items, (MOST_LISTED, "problems"));
    sheet.finish()
}

fn in_a_line(diagnostic: &Diagnostic) -> String {
    let Diagnostic { place, level, .. } = diagnostic;
    format!("{} {level}: {}", code(&place.to_string()), problem(diagnostic))
}

/// Problem in Markdown, with what to do about it.
pub(super) fn problem(diagnostic: &Diagnostic) -> String {
    let Diagnostic { message, help, related, .. } = diagnostic;
    let mut words = prose(message);
    if let Some(help) = help {
        words = format!("{words}; {}", prose(help));
    }
    if let Some((place, why)) = related {
        words = format!("{words} ({}: {})", code(&place.to_string()), prose(why));
    }
    words
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diagnostic::{Code, Location};
    use crate::policy::SourceFile;

    const GOOD: &str = r#"
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod }
spec: { aws: { accountId: "123456789012", regions: [us-east-1] } }
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: storage }
spec:
  accounts: { names: [prod] }
  schedule: { every: 15m }
  checks:
    - { id: named, select: "AWS::S3::Bucket", assert: 'resource.BucketName != ""' }
"#;

    fn policies() -> Arc<PolicySet> {
        let reading = PolicySet::read(&[SourceFile::new("policies/a.yaml", GOOD.as_bytes())]);
        assert_eq!(reading.diagnostics, []);
        reading.policies
    }

    fn error(line: u32) -> Diagnostic {
        let place = Location::point("policies/a.yaml", line, 5);
        Diagnostic::error(place, Code::UnknownProperty, "unknown property `Nme` | @x")
            .help("`Name`?")
    }

    fn shown(label: SourceLabel<'_>, effect: Effect<'_>, diagnostics: &[Diagnostic]) -> String {
        let diagnostics = diagnostics.to_vec();
        let reading = LoadOutcome { policies: policies(), diagnostics, ..LoadOutcome::default() };
        let links = Links::default();
        let post = policies_check(label, "0123456789abcdef", effect, &reading, &links);
        let Post::CheckRun(check) = post else { panic!("a check run") };
        let CheckRun { name, key, state, title, summary, annotations, text, .. } = check;
        let text = text.map(|text| format!("\n{text}")).unwrap_or_default();
        let shown = annotations.shown().len();
        let shown = format!("{name} {key}\n{state:?}: {title}\n{summary}\n{shown} annotated{text}");
        shown.replace('\u{200b}', "‸")
    }

    const ALONE: SourceLabel<'_> = SourceLabel { source: "main", is_alone: true };
    const TEAM: SourceLabel<'_> = SourceLabel { source: "team-b", is_alone: false };
    const SYNCED: Effect<'_> = Effect::Synced { last_good: Some("fedcba9876543210") };

    #[test]
    fn only_what_the_page_has_is_linked() {
        let links = Links::new("https://cloudcorrect.example.com".parse().ok());
        let reading = LoadOutcome { policies: policies(), ..LoadOutcome::default() };
        let link = |effect| match policies_check(ALONE, "0123456", effect, &reading, &links) {
            Post::CheckRun(check) => check.details_url.map(|url| url.path().to_owned()),
            Post::Comment(_) => panic!("a check run"),
        };
        assert_eq!(link(SYNCED).as_deref(), Some("/sources/main/revisions/0123456"));
        assert_eq!(link(Effect::Proposed), None);
    }

    #[test]
    fn good_policies_are_counted() {
        insta::assert_snapshot!(shown(ALONE, Effect::Proposed, &[]), @"
        cloudcorrect/policies policies/0123456789abcdef
        Success: 1 group with 1 check is valid
        Merging brings these policies into force.
        0 annotated
        ");
        let warning = Diagnostic::warning(Location::file("policies/a.yaml"), Code::NoEffect, "y");
        insta::assert_snapshot!(shown(TEAM, SYNCED, &[warning]), @"
        cloudcorrect/policies (team-b) policies/0123456789abcdef
        Success: 1 group with 1 check is valid, 1 warning
        These policies are in force. Each problem is annotated at its line.
        1 annotated
        ");
    }

    #[test]
    fn problems_are_counted_and_annotated() {
        let warning = Diagnostic::warning(Location::file("policies/a.yaml"), Code::NoEffect, "y");
        insta::assert_snapshot!(shown(ALONE, Effect::Proposed, &[warning, error(1)]), @"
        cloudcorrect/policies policies/0123456789abcdef
        Failure: 1 problem, 1 warning
        These policies cannot come into force: merging them would leave the last good revision in force. Each problem is annotated at its line.
        2 annotated
        ");
        insta::assert_snapshot!(shown(TEAM, SYNCED, &[error(1), error(2)]), @"
        cloudcorrect/policies (team-b) policies/0123456789abcdef
        Failure: 2 problems
        These policies cannot come into force. The last good revision, `fedcba9`, stays in force until the problems are fixed. Each problem is annotated at its line.
        2 annotated
        ");
        let first = Effect::Synced { last_good: None };
        insta::assert_snapshot!(shown(ALONE, first, &[error(1)]), @"
        cloudcorrect/policies policies/0123456789abcdef
        Failure: 1 problem
        These policies cannot come into force, and no revision before them is: nothing is evaluated until the problems are fixed. Each problem is annotated at its line.
        1 annotated
        ");
    }

    #[test]
    fn what_cannot_be_annotated_is_listed() {
        let related = error(101).related(Location::file("b.yaml"), "the first one is here");
        let warning = Diagnostic::warning(Location::file("a.yaml"), Code::NoEffect, "`y` is odd");
        let all: Vec<_> =
            std::iter::once(warning).chain((1..=100).map(error)).chain([related]).collect();
        insta::assert_snapshot!(shown(ALONE, Effect::Proposed, &all), @"
        cloudcorrect/policies policies/0123456789abcdef
        Failure: 101 problems, 1 warning
        These policies cannot come into force: merging them would leave the last good revision in force. Of 102 problems and warnings the first 100 are annotated at their lines.
        100 annotated
        Not annotated:

        - `policies/a.yaml:101:5` error: unknown property `Nme` | @‸x; `Name`? (`b.yaml:1:1`: the first one is here)
        - `a.yaml:1:1` warning: `y` is odd
        ");
        let endless: Vec<_> = (1..=2_000).map(error).collect();
        let text = shown(ALONE, Effect::Proposed, &endless);
        assert!(text.ends_with("\n… and 1400 more problems"), "{}", &text[text.len() - 60..]);
    }
}
