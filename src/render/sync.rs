//! The check run `cloudcorrect/sync`: what came of a commit of the watched branch.

use chrono::{DateTime, Utc};

use crate::diagnostic::{Code, Diagnostic};
use crate::policy::LoadOutcome;

use super::links::Links;
use super::markdown::{code, prose};
use super::policies::{Annotated, title};
use super::post::{CheckRun, Post};
use super::source_label::{SourceLabel, short};
use super::words::count;

/// Fate of a commit of the watched branch that could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate<'a> {
    /// In force if it is good, else the revision before stays.
    Judged {
        /// Commit that is in force if this one cannot be.
        last_good: Option<&'a str>,
    },
    /// It loses much of what is in force, and waits for an approval.
    Held {
        /// Commit that is in force meanwhile.
        last_good: &'a str,
    },
}

/// The check run for a commit that was read.
pub fn sync_check(
    label: SourceLabel<'_>,
    commit: &str,
    fate: Fate<'_>,
    reading: &LoadOutcome,
    links: &Links,
) -> Post {
    let annotated = Annotated::of(&reading.diagnostics);
    let is_good = reading.is_clean();
    let (title, summary) = match fate {
        Fate::Held { last_good } => (held_title(&reading.diagnostics), held(last_good)),
        Fate::Judged { .. } if is_good => {
            (title(reading), format!("These policies are in force.{}", annotated.words()))
        }
        Fate::Judged { last_good } if untrusted(&reading.diagnostics).is_some() => {
            let stays = stays(last_good, "a signed commit is pushed");
            let words = annotated.words();
            (untrusted_title(&reading.diagnostics), format!("{UNTRUSTED}{stays}{words}"))
        }
        Fate::Judged { last_good } => {
            let stays = stays(last_good, "the problems are fixed");
            let words = annotated.words();
            (title(reading), format!("These policies cannot come into force{stays}{words}"))
        }
    };
    Post::CheckRun(CheckRun {
        title: title.into(),
        summary: summary.into(),
        details_url: links.revision(label.source, commit),
        ..annotated.check_run(label, "sync", commit, is_good)
    })
}

/// The check run for a commit of which nothing can be read.
pub fn unread_sync_check(
    label: SourceLabel<'_>,
    commit: &str,
    why: &str,
    last_good: Option<&str>,
) -> Post {
    let stays = stays(last_good, "it can be read, or another commit is pushed");
    let why = prose(why);
    Post::CheckRun(CheckRun {
        title: "cannot be read".into(),
        summary: format!("This commit cannot come into force: {why}{stays}").into(),
        ..label.check_run("sync", commit)
    })
}

/// What a check run becomes where nobody knows since some time whether its branch has moved on.
#[must_use]
pub fn lost(check: CheckRun, branch: &str, since: DateTime<Utc>, why: &str) -> CheckRun {
    let since = since.format("%Y-%m-%d %H:%M UTC");
    let title = format!("the branch cannot be followed since {since}");
    let summary = format!(
        "Since {since} it is not known whether {} has moved on: {}.\n\nWhat is in force stays and is \
         evaluated; what was pushed since is not. The service tries again by itself, and this check \
         says what it said before as soon as the cause is gone.",
        code(branch),
        prose(why),
    );
    check.doubted(title.into(), summary.into())
}

/// What is in force in the place of a commit, and until when.
fn stays(last_good: Option<&str>, until: &str) -> String {
    match last_good {
        Some(sha) => {
            let sha = code(short(sha));
            format!(". The last good revision, {sha}, stays in force until {until}.")
        }
        None => {
            format!(", and no revision before it is in force: nothing is evaluated until {until}.")
        }
    }
}

/// What a commit comes to that nobody signed whose signature counts.
const UNTRUSTED: &str = "This commit cannot come into force: the operator of the service asks for the signature of an allowed signer";

/// The diagnostic of a commit that lacks a signature that counts.
fn untrusted(diagnostics: &[Diagnostic]) -> Option<&Diagnostic> {
    diagnostics.iter().find(|it| it.is_error() && it.code == Code::UntrustedCommit)
}

/// `refused: the commit is not signed, and 2 problems`
fn untrusted_title(diagnostics: &[Diagnostic]) -> String {
    let why = untrusted(diagnostics).map_or("", |it| &it.message);
    match diagnostics.iter().filter(|it| it.is_error()).count() {
        0 | 1 => format!("refused: {why}"),
        errors => format!("refused: {why}, and {}", count(errors - 1, "problem")),
    }
}

fn held(last_good: &str) -> String {
    format!(
        "These policies are valid, and held: {} stays in force until a later commit approves them. The \
         annotation says how.",
        code(short(last_good))
    )
}

/// `held: 3 of 4 groups are removed`, without what follows that is said elsewhere.
fn held_title(diagnostics: &[Diagnostic]) -> String {
    let why = diagnostics.iter().filter(|it| it.is_error()).map(|it| {
        let words = it.message.split([';', ':']).next().unwrap_or_default();
        words.to_owned()
    });
    format!("held: {}", why.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Location;
    use crate::policy::{PolicySet, SourceFile};
    use crate::render::post::CheckState;

    const ALONE: SourceLabel<'_> = SourceLabel { source: "main", is_alone: true };
    const TEAM: SourceLabel<'_> = SourceLabel { source: "team-b", is_alone: false };
    const COMMIT: &str = "0123456789abcdef";
    const JUDGED: Fate<'_> = Fate::Judged { last_good: Some("fedcba9876543210") };

    fn error(line: u32) -> Diagnostic {
        let place = Location::point("policies/a.yaml", line, 5);
        Diagnostic::error(place, Code::UnknownProperty, "unknown property `Nme`")
    }

    fn check(label: SourceLabel<'_>, fate: Fate<'_>, found: &[Diagnostic]) -> CheckRun {
        let file = SourceFile::new("policies/a.yaml", &b""[..]);
        let policies = PolicySet::read(&[file]).policies;
        let reading =
            LoadOutcome { policies, diagnostics: found.to_vec(), ..LoadOutcome::default() };
        let links = Links::new("https://cloudcorrect.example.com".parse().ok());
        match sync_check(label, COMMIT, fate, &reading, &links) {
            Post::CheckRun(check) => check,
            Post::Comment(_) | Post::Issue(_) => panic!("a check run"),
        }
    }

    fn shown(check: &CheckRun) -> String {
        let CheckRun { name, key, state, title, summary, .. } = check;
        format!("{name} {key}\n{state:?}: {title}\n{summary}")
    }

    #[test]
    fn a_commit_says_what_came_of_it() {
        let warning = Diagnostic::warning(Location::file("policies/a.yaml"), Code::NoEffect, "y");
        let good = check(ALONE, JUDGED, &[warning]);
        insta::assert_snapshot!(shown(&good), @"
        cloudcorrect/sync sync/0123456789abcdef
        Success: no groups are valid, 1 warning
        These policies are in force. Each problem is annotated at its line.
        ");
        let details = good.details_url.map(|url| url.path().to_owned());
        assert_eq!(details.as_deref(), Some("/sources/main/revisions/0123456789abcdef"));
        insta::assert_snapshot!(shown(&check(TEAM, JUDGED, &[error(1), error(2)])), @"
        cloudcorrect/sync (team-b) sync/0123456789abcdef
        Failure: 2 problems
        These policies cannot come into force. The last good revision, `fedcba9`, stays in force until the problems are fixed. Each problem is annotated at its line.
        ");
        let first = Fate::Judged { last_good: None };
        insta::assert_snapshot!(shown(&check(ALONE, first, &[error(1)])), @"
        cloudcorrect/sync sync/0123456789abcdef
        Failure: 1 problem
        These policies cannot come into force, and no revision before it is in force: nothing is evaluated until the problems are fixed. Each problem is annotated at its line.
        ");
        let held = Fate::Held { last_good: "fedcba9876543210" };
        insta::assert_snapshot!(shown(&check(ALONE, held, &[error(1)])), @"
        cloudcorrect/sync sync/0123456789abcdef
        Failure: held: unknown property `Nme`
        These policies are valid, and held: `fedcba9` stays in force until a later commit approves them. The annotation says how.
        ");
    }

    #[test]
    fn one_that_lacks_a_signature_says_so() {
        let place = Location::file("policies/a.yaml");
        let unsigned = Diagnostic::error(place, Code::UntrustedCommit, "the commit is not signed");
        insta::assert_snapshot!(shown(&check(ALONE, JUDGED, std::slice::from_ref(&unsigned))), @"
        cloudcorrect/sync sync/0123456789abcdef
        Failure: refused: the commit is not signed
        This commit cannot come into force: the operator of the service asks for the signature of an allowed signer. The last good revision, `fedcba9`, stays in force until a signed commit is pushed. Each problem is annotated at its line.
        ");
        let both = check(ALONE, Fate::Judged { last_good: None }, &[error(1), unsigned]);
        insta::assert_snapshot!(shown(&both), @"
        cloudcorrect/sync sync/0123456789abcdef
        Failure: refused: the commit is not signed, and 1 problem
        This commit cannot come into force: the operator of the service asks for the signature of an allowed signer, and no revision before it is in force: nothing is evaluated until a signed commit is pushed. Each problem is annotated at its line.
        ");
    }

    #[test]
    fn one_that_cannot_be_read_fails() {
        let shown = |last_good| match unread_sync_check(ALONE, COMMIT, "it is @damaged", last_good)
        {
            Post::CheckRun(check) => shown(&check).replace('\u{200b}', "‸"),
            Post::Comment(_) | Post::Issue(_) => panic!("a check run"),
        };
        insta::assert_snapshot!(shown(Some("fedcba9876543210")), @"
        cloudcorrect/sync sync/0123456789abcdef
        Failure: cannot be read
        This commit cannot come into force: it is @‸damaged. The last good revision, `fedcba9`, stays in force until it can be read, or another commit is pushed.
        ");
        insta::assert_snapshot!(shown(None), @"
        cloudcorrect/sync sync/0123456789abcdef
        Failure: cannot be read
        This commit cannot come into force: it is @‸damaged, and no revision before it is in force: nothing is evaluated until it can be read, or another commit is pushed.
        ");
    }

    #[test]
    fn a_branch_that_is_lost_and_found_again_leaves_what_was_said() {
        let good = check(ALONE, JUDGED, &[]);
        let since = "2026-12-01T10:03:09Z".parse().expect("an instant");
        let doubted = lost(good.clone(), "main", since, "the fetch failed");
        insta::assert_snapshot!(shown(&doubted), @"
        cloudcorrect/sync sync/0123456789abcdef
        Failure: the branch cannot be followed since 2026-12-01 10:03 UTC
        Since 2026-12-01 10:03 UTC it is not known whether `main` has moved on: the fetch failed.

        What is in force stays and is evaluated; what was pushed since is not. The service tries again by itself, and this check says what it said before as soon as the cause is gone.
        ");
        assert_eq!(doubted.state, CheckState::Failure);
        let again = lost(doubted.clone(), "main", since, "another reason");
        assert_ne!(again.summary, doubted.summary);
        let json = serde_json::to_string(&again).expect("JSON");
        let kept: CheckRun = serde_json::from_str(&json).expect("a check run");
        assert_eq!(kept.restored(), good);
        assert_eq!(good.clone().restored(), good);
    }
}
