//! The check run `cloudcorrect/policies`: whether the policies of a proposal can come into force.

use crate::diagnostic::Diagnostic;
use crate::impact::Uncollected;
use crate::policy::{LoadOutcome, PolicySet};

use super::collection::Collection;
use super::markdown::{Sheet, code, prose};
use super::post::{Annotation, Annotations, CheckRun, CheckState, Post};
use super::source_label::SourceLabel;
use super::words::count;

/// Characters of a check run's text.
const LONGEST_TEXT: usize = 60_000;
/// Problems listed in words at most.
const MOST_LISTED: usize = 500;

/// The check run for the policies of a head of a pull request, with what they could not be judged by.
pub fn policies_check(
    label: SourceLabel<'_>,
    commit: &str,
    reading: &LoadOutcome,
    (missing, collection): (&Uncollected, &Collection),
) -> Post {
    let (wanting, actions) = collection.told(missing);
    let annotated = Annotated::of(&reading.diagnostics);
    let effect = if reading.is_clean() {
        "Merging brings these policies into force."
    } else {
        "These policies cannot come into force: merging them would leave the last good revision in force."
    };
    Post::CheckRun(CheckRun {
        title: title(reading).into(),
        summary: format!("{effect}{}{wanting}", annotated.words()).into(),
        actions,
        ..annotated.check_run(label, "policies", commit, reading.is_clean())
    })
}

/// Diagnostics of a commit: those that are annotated, and those that are listed because too many are.
pub(super) struct Annotated<'a> {
    annotations: Annotations,
    rest: Vec<&'a Diagnostic>,
}

impl<'a> Annotated<'a> {
    /// All of a commit. Should some not be annotated, then warnings.
    pub(super) fn of(diagnostics: &'a [Diagnostic]) -> Self {
        let mut ordered: Vec<_> = diagnostics.iter().collect();
        ordered.sort_by_key(|diagnostic| !diagnostic.is_error());
        let annotations: Annotations = ordered.iter().map(|it| Annotation::from(*it)).collect();
        let rest = ordered.split_off(annotations.shown().len().min(ordered.len()));
        Self { annotations, rest }
    }

    /// Words that follow those on a commit: where its problems are shown.
    pub(super) fn words(&self) -> String {
        match (self.annotations.shown().len(), self.annotations.left_out()) {
            (0, _) => String::new(),
            (_, 0) => " Each problem is annotated at its line.".to_owned(),
            (shown, rest) => {
                let total = shown + rest;
                format!(
                    " Of {total} problems and warnings the first {shown} are annotated at their lines."
                )
            }
        }
    }

    /// A check run of a commit with them, without a title and a summary.
    pub(super) fn check_run(
        self,
        label: SourceLabel<'_>,
        what: &str,
        commit: &str,
        is_good: bool,
    ) -> CheckRun {
        CheckRun {
            state: if is_good { CheckState::Success } else { CheckState::Failure },
            text: (!self.rest.is_empty()).then(|| not_annotated(&self.rest).into()),
            annotations: self.annotations,
            ..label.check_run(what, commit)
        }
    }
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
        title: "could not be validated".into(),
        summary: summary.into(),
        ..label.check_run("policies", commit)
    })
}

/// `2 problems, 1 warning`, or `3 groups with 12 checks are valid`.
pub(super) fn title(LoadOutcome { policies, diagnostics, .. }: &LoadOutcome) -> String {
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

/// `3 groups with 12 checks`.
pub(super) fn extent(policies: &PolicySet) -> String {
    let checks: usize = policies.groups.values().map(|group| group.checks.len()).sum();
    match policies.groups.len() {
        0 => "no groups".to_owned(),
        groups => format!("{} with {}", count(groups, "group"), count(checks, "check")),
    }
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

    fn shown(label: SourceLabel<'_>, diagnostics: &[Diagnostic]) -> String {
        let (nothing, unavailable) = (Uncollected::default(), Collection::Unavailable);
        let diagnostics = diagnostics.to_vec();
        let reading = LoadOutcome { policies: policies(), diagnostics, ..LoadOutcome::default() };
        let post = policies_check(label, "0123456789abcdef", &reading, (&nothing, &unavailable));
        let Post::CheckRun(check) = post else { panic!("a check run") };
        let CheckRun { name, key, state, title, summary, annotations, text, .. } = check;
        let text = text.map(|text| format!("\n{text}")).unwrap_or_default();
        let shown = annotations.shown().len();
        let shown = format!("{name} {key}\n{state:?}: {title}\n{summary}\n{shown} annotated{text}");
        shown.replace('\u{200b}', "‸")
    }

    const ALONE: SourceLabel<'_> = SourceLabel { source: "main", is_alone: true };
    const TEAM: SourceLabel<'_> = SourceLabel { source: "team-b", is_alone: false };
    #[test]
    fn good_policies_are_counted() {
        insta::assert_snapshot!(shown(ALONE, &[]), @"
        cloudcorrect/policies policies/0123456789abcdef
        Success: 1 group with 1 check is valid
        Merging brings these policies into force.
        0 annotated
        ");
        let warning = Diagnostic::warning(Location::file("policies/a.yaml"), Code::NoEffect, "y");
        insta::assert_snapshot!(shown(TEAM, &[warning]), @"
        cloudcorrect/policies (team-b) policies/0123456789abcdef
        Success: 1 group with 1 check is valid, 1 warning
        Merging brings these policies into force. Each problem is annotated at its line.
        1 annotated
        ");
    }

    #[test]
    fn problems_are_counted_and_annotated() {
        let warning = Diagnostic::warning(Location::file("policies/a.yaml"), Code::NoEffect, "y");
        insta::assert_snapshot!(shown(ALONE, &[warning, error(1)]), @"
        cloudcorrect/policies policies/0123456789abcdef
        Failure: 1 problem, 1 warning
        These policies cannot come into force: merging them would leave the last good revision in force. Each problem is annotated at its line.
        2 annotated
        ");
    }

    #[test]
    fn what_cannot_be_annotated_is_listed() {
        let related = error(101).related(Location::file("b.yaml"), "the first one is here");
        let warning = Diagnostic::warning(Location::file("a.yaml"), Code::NoEffect, "`y` is odd");
        let all: Vec<_> =
            std::iter::once(warning).chain((1..=100).map(error)).chain([related]).collect();
        insta::assert_snapshot!(shown(ALONE, &all), @"
        cloudcorrect/policies policies/0123456789abcdef
        Failure: 101 problems, 1 warning
        These policies cannot come into force: merging them would leave the last good revision in force. Of 102 problems and warnings the first 100 are annotated at their lines.
        100 annotated
        Not annotated:

        - `policies/a.yaml:101:5` error: unknown property `Nme` | @‸x; `Name`? (`b.yaml:1:1`: the first one is here)
        - `a.yaml:1:1` warning: `y` is odd
        ");
        let endless: Vec<_> = (1..=2_000).map(error).collect();
        let text = shown(ALONE, &endless);
        assert!(text.ends_with("\n… and 1400 more problems"), "{}", &text[text.len() - 60..]);
    }
}
