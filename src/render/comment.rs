//! The comment on a pull request: a verdict, the problems, and what changes in what is checked.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostic;
use crate::evaluation::WaiverStatus;
use crate::impact::{
    APPROVAL_TRAILER, Change, Changes, DiffLine, Impact, Removal, Subject, Weight, What,
};
use crate::policy::{LoadOutcome, PolicySet, Waiver};

use super::backtest::Past;
use super::foreign::{self, ForeignCheck};
use super::impact;
use super::markdown::{Sheet, block, code, prose};
use super::policies::{extent, problem};
use super::post::Comment;
use super::source_label::{SourceLabel, short};
use super::waivers;
use super::words::count;

/// Characters of a comment, with room for its marker and its last line.
const LONGEST: usize = 60_000;
/// Problems listed at most; the check run annotates more of them.
const MOST_PROBLEMS: usize = 50;
/// Most changes that are listed.
const MOST_CHANGES: usize = 100;

/// Knowledge of waivers besides their terms.
#[derive(Debug, Clone, Copy)]
pub struct KnownWaivers<'a> {
    /// Day on which they are looked at, in UTC.
    pub today: NaiveDate,
    /// How those in force stood after the last runs, by name.
    pub statuses: &'a [WaiverStatus],
}

impl KnownWaivers<'_> {
    /// Task for somebody about a waiver, as an item of a list. What stood when it matched
    /// something else says nothing of it.
    fn of(self, waiver: &Waiver) -> Option<String> {
        let at = self.statuses.binary_search_by(|stood| stood.waiver.name.cmp(&waiver.name));
        let stood = at.ok().and_then(|at| self.statuses.get(at));
        let stood = stood.filter(|stood| stood.waiver.covers == waiver.covers);
        waivers::attention_item(waiver, self.today, stood)
    }
}

/// What a pull request asks for, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub struct Proposed<'a> {
    /// Head of the pull request, a commit id.
    pub head: &'a str,
    /// Meaning of its policies, and all that is wrong with them.
    pub reading: &'a LoadOutcome,
    /// Changes against what is in force; `None` where the policies cannot be read whole, so that what
    /// is missing is not taken for removed.
    pub changes: Option<&'a Changes>,
    /// What the changes make of resources.
    pub judged: Judged<'a>,
    /// What the layers below come to with it, of one of a stack.
    pub stack: Option<StackTotal<'a>>,
    /// Groups that it removes, where these are so many that it will be held.
    pub held: Option<Removal>,
    /// What the changes would have made of resources in the past, where somebody asked.
    pub past: Option<Past<'a>>,
    /// Checks under our names on its head that somebody else posted.
    pub foreign: &'a [ForeignCheck],
}

/// What the layers of a stack come to together, up to one of them.
#[derive(Debug, Clone, Copy)]
pub struct StackTotal<'a> {
    /// Changes against what is in force.
    pub changes: &'a Changes,
    /// What they make of resources, where that was judged.
    pub impact: Option<&'a Impact>,
}

impl StackTotal<'_> {
    fn sentence(self) -> String {
        let (all, weaker) = (self.changes.iter().count(), self.changes.weaker().count());
        let weaker = match weaker {
            0 => "none of them weaker".to_owned(),
            weaker => format!("**{weaker} of them weaker**"),
        };
        let changes = count(all, "change");
        let judged = self.impact.map(|impact| format!(" {}", impact::sentence(impact)));
        format!(
            "This layer is compared with the one below. With all layers below, merging it is {changes}, {weaker}.{}",
            judged.unwrap_or_default()
        )
    }
}

/// What changes make of resources, as far as that is known.
#[derive(Debug, Clone, Copy)]
pub enum Judged<'a> {
    /// Nobody asked.
    NotAsked,
    /// They were not judged.
    Not(&'a Unjudged),
    /// This.
    By(&'a Impact),
}

impl<'a> Judged<'a> {
    fn impact(self) -> Option<&'a Impact> {
        match self {
            Self::By(impact) => Some(impact),
            Self::NotAsked | Self::Not(_) => None,
        }
    }
}

/// Why changes are not judged over what was collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unjudged {
    /// They come from outside, and nobody who may write to the repository vouches for them.
    Untrusted,
    /// It took more than it may, or did not work, as these words say.
    Failed(String),
}

impl Unjudged {
    fn sentence(&self) -> String {
        match self {
            Self::Untrusted => {
                "Not judged over what was collected: these commits come from a fork, \
                and their author may not write to this repository. They are judged once somebody \
                who may approves this pull request."
                    .to_owned()
            }
            Self::Failed(why) => {
                format!(
                    "**Not judged** over what was collected: {}. *Re-run* beside the check tries again.",
                    prose(why)
                )
            }
        }
    }
}

/// The comment on a pull request, which has a number.
pub fn comment(
    label: SourceLabel<'_>,
    number: u64,
    proposed: Proposed<'_>,
    known: KnownWaivers<'_>,
) -> Comment {
    Comment::new(number, label.source, &text(label, proposed, known))
}

/// The comment on a pull request whose head could not be read within bounds, in the place of what was said
/// of another one.
pub fn unread_comment(
    label: SourceLabel<'_>,
    number: u64,
    head: &str,
    why: &str,
    foreign: &[ForeignCheck],
) -> Comment {
    let mut sheet = Sheet::new(LONGEST);
    sheet.paragraph(&heading(label));
    if !foreign.is_empty() {
        sheet.paragraph(&foreign::sentence(foreign));
    }
    sheet.paragraph(&format!("**Not validated**: {}. The check run says what to do.", prose(why)));
    let text = format!("{}\n\n<sub>at {}</sub>", sheet.finish(), code(short(head)));
    Comment::new(number, label.source, &text)
}

fn text(label: SourceLabel<'_>, proposed: Proposed<'_>, known: KnownWaivers<'_>) -> String {
    let Proposed { head, reading, changes, judged, stack, held, past, foreign } = proposed;
    let mut sheet = Sheet::new(LONGEST);
    sheet.paragraph(&heading(label));
    let impact = judged.impact().filter(|_| changes.is_some());
    if !foreign.is_empty() {
        sheet.paragraph(&foreign::sentence(foreign));
    }
    sheet.paragraph(&verdict(reading, changes));
    if let Some(removal) = held {
        sheet.paragraph(&held_sentence(removal));
    }
    if let (Judged::Not(why), Some(false)) = (judged, changes.map(Changes::is_empty)) {
        sheet.paragraph(&why.sentence());
    }
    if let Some(impact) = impact {
        sheet.paragraph(&impact::sentence(impact));
    }
    if let Some(past) = past {
        sheet.paragraph(&past.sentence());
    }
    if let Some(stack) = stack {
        sheet.paragraph(&stack.sentence());
    }
    if !reading.diagnostics.is_empty() {
        sheet.rows(
            "",
            by_weight(&reading.diagnostics, |it| !it.is_error()).map(listed),
            (MOST_PROBLEMS, "problems"),
        );
    }
    if let Some(impact) = impact {
        impact::tables(&mut sheet, impact);
    }
    if let Some(past) = past {
        past.table(&mut sheet);
    }
    if let Some(changes) = changes.filter(|changes| !changes.is_empty()) {
        let changes: Vec<_> = changes.iter().collect();
        let items = by_weight(&changes, |change| change.weight);
        let items = items.map(|change| item(change, &reading.policies));
        sheet.rows("**Changes**\n\n", items, (MOST_CHANGES, "changes"));
    }
    let wanting: Vec<_> = reading.policies.waivers.values().filter_map(|it| known.of(it)).collect();
    if changes.is_some() && !wanting.is_empty() {
        sheet.rows("**Waivers that need somebody**\n\n", wanting, (MOST_CHANGES, "waivers"));
    }
    // They take what room is left.
    if let Some(impact) = impact {
        impact::resources(&mut sheet, impact);
    }
    if let Some(past) = past {
        past.resources(&mut sheet);
    }
    format!("{}\n\n<sub>at {}</sub>", sheet.finish(), code(short(head)))
}

/// A source's name is the operator's and plain.
fn heading(label: SourceLabel<'_>) -> String {
    if label.is_alone {
        "### Policies".to_owned()
    } else {
        format!("### Policies of {}", code(label.source))
    }
}

/// Headline of the comment: what the reviewer has to know.
fn verdict(reading: &LoadOutcome, changes: Option<&Changes>) -> String {
    let errors = reading.diagnostics.iter().filter(|it| it.is_error()).count();
    if errors > 0 {
        let keep = if errors == 1 { "keeps" } else { "keep" };
        let problems = count(errors, "problem");
        return format!("**{problems}** {keep} these policies from coming into force.");
    }
    let extent = extent(&reading.policies);
    let Some(changes) = changes else { return format!("**Valid**: {extent}.") };
    let all = changes.iter().count();
    let all = count(all, "change");
    match (changes.weaker().count(), changes.to_judge().count()) {
        _ if changes.is_empty() => {
            format!("**Valid**: {extent}, and nothing that is checked changes.")
        }
        (0, 0) => format!("**Valid**: {extent}; {all}, none of them weaker."),
        (0, unclear) => {
            format!("**Valid**: {extent}; {all}, of which {unclear} may be weaker: please look.")
        }
        (weaker, unclear) => {
            let demand = if weaker == 1 { "demands" } else { "demand" };
            let of =
                if weaker == changes.iter().count() { all } else { format!("{weaker} of {all}") };
            let and = if unclear > 0 { format!(", {unclear} more may") } else { String::new() };
            format!("⚠️ **Valid, but weaker**: {of} {demand} less than what is in force{and}.")
        }
    }
}

/// What merging a change comes to that removes too many groups.
fn held_sentence(removal: Removal) -> String {
    format!(
        "⚠️ **Merging this is held**: {removal}. What is in force stays until a commit \
         after the merge approves it, by the line {} in its message; the check of the commit that \
         the merge makes names its id.",
        code(&format!("{APPROVAL_TRAILER}: <id>"))
    )
}

/// Items with the weightiest first, else in their order.
fn by_weight<T, W: Ord>(items: &[T], weight: impl Fn(&T) -> W) -> impl Iterator<Item = &T> {
    let mut ordered: Vec<&T> = items.iter().collect();
    ordered.sort_by_key(|item| weight(item));
    ordered.into_iter()
}

/// ``- **error** at `policies/a.yaml:9:17`: what is wrong``. A table would be cut off on a phone.
fn listed(diagnostic: &Diagnostic) -> String {
    let place = code(&diagnostic.place.to_string());
    let level = if diagnostic.is_error() { "**error**" } else { "warning" };
    format!("- {level} at {place}: {}\n", problem(diagnostic))
}

/// ``- storage: `buckets-are-private` severity high → low: **weaker**``, with the difference below
/// where it is one of expressions.
fn item(change: &Change, policies: &PolicySet) -> String {
    let Change { subject, what, weight } = change;
    let detail = match (subject, what) {
        (Subject::Waiver(name), What::Added) => policies.waivers.get(name),
        _ => None,
    };
    let detail = detail.map(|waiver| waivers::detail(waiver)).unwrap_or_default();
    let subject = match subject {
        Subject::Account(name) => format!("account {}:", code(name.as_str())),
        Subject::Group(name) => format!("{name}:"),
        Subject::Check(group, check) => format!("{group}: {}", code(check.as_str())),
        Subject::Waiver(name) => format!("waiver {}", code(name.as_str())),
        Subject::Settings => "settings:".to_owned(),
    };
    let weight = match weight {
        Weight::Weaker => ": **weaker**",
        Weight::Stronger => ": stronger",
        Weight::Changed => ": weaker or stronger, please look",
        Weight::Neutral => "",
    };
    match what {
        What::Renamed { from } if matches!(change.subject, Subject::Check(..)) => {
            format!("- {subject} was {}; its history goes on{weight}\n", code(from))
        }
        What::Renamed { from } => {
            format!("- {subject} was {from}; its history stays under that name{weight}\n")
        }
        What::Added => format!("- {subject} added{detail}{weight}\n"),
        What::Removed => format!("- {subject} removed{weight}\n"),
        What::Field { field, from, to } => {
            format!("- {subject} {field} {} → {}{weight}\n", value(from), value(to))
        }
        What::Expression { field, diff } => {
            format!("- {subject} {field} changed{weight}\n{}", difference(diff))
        }
    }
}

/// Plain words as they are, all else as code.
fn value(text: &str) -> String {
    match text {
        "" => "none".to_owned(),
        word if word.chars().all(|c| c.is_ascii_alphabetic()) => word.to_owned(),
        text => code(text),
    }
}

fn difference(diff: &[DiffLine]) -> String {
    let lines: Vec<_> =
        diff.iter().map(|line| format!("{} {}", line.side.sign(), line.text)).collect();
    block("diff", lines.iter().map(String::as_str), "  ")
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::{Code, Location};
    use crate::evaluation::Counts;
    use crate::impact::changes;
    use crate::policy::SourceFile;

    use super::*;

    const BASE: &str = r#"
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod }
spec: { aws: { accountId: "123456789012", regions: [us-east-1, eu-west-1] } }
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: storage }
spec:
  accounts: { names: [prod] }
  schedule: { every: 15m }
  checks:
    - id: named
      title: Names
      severity: high
      select: AWS::S3::Bucket
      where: tag("env") == "prod"
      assert: resource.BucketName != "" && size(resource.Tags) > 0
    - { id: tagged, select: "AWS::S3::Bucket", assert: size(resource.Tags) > 0 }
"#;

    fn read(text: &str) -> LoadOutcome {
        PolicySet::read(&[SourceFile::new("policies/a.yaml", text.as_bytes())])
    }

    /// The comment for a pull request that replaces these texts.
    fn after(replaced: &[(&str, &str)]) -> String {
        let base = read(BASE);
        assert_eq!(base.diagnostics, []);
        let head = replaced.iter().fold(BASE.to_owned(), |text, (old, new)| {
            assert!(text.contains(old), "{old}");
            text.replace(old, new)
        });
        let head = read(&head);
        let changes = changes(&base.policies, &head.policies);
        shown(&head, Some(&changes).filter(|_| head.is_clean()), true)
    }

    fn shown(reading: &LoadOutcome, changes: Option<&Changes>, is_alone: bool) -> String {
        shown_after(reading, changes, &[], is_alone)
    }

    fn shown_after(
        reading: &LoadOutcome,
        changes: Option<&Changes>,
        statuses: &[WaiverStatus],
        is_alone: bool,
    ) -> String {
        let label = SourceLabel { source: "main", is_alone };
        let known = KnownWaivers { today: "2026-11-21".parse().expect("a day"), statuses };
        let head = "0123456789abcdef";
        let comment = comment(
            label,
            7,
            Proposed {
                head,
                reading,
                changes,
                judged: Judged::NotAsked,
                stack: None,
                held: None,
                past: None,
                foreign: &[],
            },
            known,
        );
        assert_eq!(comment.number, 7);
        comment.body.to_string().replace('\u{200b}', "‸")
    }

    #[test]
    fn nothing_that_changes_is_said_too() {
        insta::assert_snapshot!(after(&[]), @"
        <!-- cloudcorrect:main -->
        ### Policies

        **Valid**: 1 group with 2 checks, and nothing that is checked changes.

        <sub>at `0123456`</sub>
        ");
        insta::assert_snapshot!(shown(&read(BASE), None, false), @"
        <!-- cloudcorrect:main -->
        ### Policies of `main`

        **Valid**: 1 group with 2 checks.

        <sub>at `0123456`</sub>
        ");
    }

    #[test]
    fn what_is_weaker_comes_first_and_loudly() {
        insta::assert_snapshot!(after(&[
            ("title: Names", "title: '@octocat <b>*names*</b> `x` | #1'"),
            ("severity: high", "severity: low"),
            ("[us-east-1, eu-west-1]", "[us-east-1]"),
            (" && size(resource.Tags) > 0\n", "\n"),
            ("    - { id: tagged, select: \"AWS::S3::Bucket\", assert: size(resource.Tags) > 0 }\n", ""),
        ]), @r#"
        <!-- cloudcorrect:main -->
        ### Policies

        ⚠️ **Valid, but weaker**: 4 of 5 changes demand less than what is in force.

        **Changes**

        - account `prod`: regions `eu-west-1, us-east-1` → `us-east-1`: **weaker**
        - storage: `named` severity high → low: **weaker**
        - storage: `named` assert changed: **weaker**
          ```diff
          - resource.BucketName != "" && size(resource.Tags) > 0
          + resource.BucketName != ""
          ```
        - storage: `tagged` removed: **weaker**
        - storage: `named` title Names → ``@octocat <b>*names*</b> `x` | #1``

        <sub>at `0123456`</sub>
        "#);
    }

    #[test]
    fn what_is_not_weaker_is_said_calmly() {
        insta::assert_snapshot!(after(&[
            ("severity: high", "severity: critical"),
            (r#"== "prod""#, r#"== "live""#),
            ("every: 15m", "every: 5m"),
        ]), @r#"
        <!-- cloudcorrect:main -->
        ### Policies

        **Valid**: 1 group with 2 checks; 3 changes, of which 1 may be weaker: please look.

        **Changes**

        - storage: `named` where changed: weaker or stronger, please look
          ```diff
          - tag("env") == "prod"
          + tag("env") == "live"
          ```
        - storage: every `15m` → `5m`: stronger
        - storage: `named` severity high → critical: stronger

        <sub>at `0123456`</sub>
        "#);
    }

    #[test]
    fn waivers_are_weaker_and_those_that_end_are_listed() {
        let waiver = |name: &str, day: &str| {
            format!(
                "\n---\napiVersion: cloudcorrect.dev/v1\nkind: Waiver\nmetadata: {{ name: {name} }}\n\
                 spec: {{ match: {{ group: storage, check: named, resource: [a, 'b*'] }}, \
                 reason: '*why* @octocat', owner: '@ada', ticket: X-1, expires: {day} }}\n"
            )
        };
        let read = |waivers: [String; 2]| self::read(&format!("{BASE}{}", waivers.concat()));
        let base = read([waiver("holds", "2027-01-31"), waiver("old", "2026-11-20")]);
        let head = read([waiver("holds", "2026-12-01"), waiver("new", "2027-01-31")]);
        let all = changes(&base.policies, &head.policies);
        insta::assert_snapshot!(shown(&head, Some(&all), true), @r"
        <!-- cloudcorrect:main -->
        ### Policies

        ⚠️ **Valid, but weaker**: 1 of 3 changes demands less than what is in force.

        **Changes**

        - waiver `new` added of `storage/named: a, b*` until 2027-01-31 by @‸ada, X-1, since “\*why\* @‸octocat”: **weaker**
        - waiver `holds` expires `2027-01-31` → `2026-12-01`: stronger
        - waiver `old` removed: stronger

        **Waivers that need somebody**

        - `holds` (@‸ada, X-1): expires on 2026-12-01

        <sub>at `0123456`</sub>
        ");
        let all = changes(&head.policies, &base.policies);
        insta::assert_snapshot!(shown(&base, Some(&all), true), @r"
        <!-- cloudcorrect:main -->
        ### Policies

        ⚠️ **Valid, but weaker**: 2 of 3 changes demand less than what is in force.

        **Changes**

        - waiver `holds` expires `2026-12-01` → `2027-01-31`: **weaker**
        - waiver `old` added of `storage/named: a, b*` until 2026-11-20 by @‸ada, X-1, since “\*why\* @‸octocat”: **weaker**
        - waiver `new` removed: stronger

        **Waivers that need somebody**

        - `old` (@‸ada, X-1): expired on 2026-11-20

        <sub>at `0123456`</sub>
        ");
    }

    #[test]
    fn waivers_that_waive_nothing_are_listed_as_long_as_they_match_the_same() {
        let waiver = |name: &str, day: &str, of: &str| {
            format!(
                "\n---\napiVersion: cloudcorrect.dev/v1\nkind: Waiver\nmetadata: {{ name: {name} }}\n\
                 spec: {{ match: {{ group: storage, check: {of} }}, reason: x, owner: ada, expires: {day} }}\n"
            )
        };
        let read = |of: &str| {
            let names = [("idle", of), ("idle-and-ending", "named"), ("needed", "named")];
            let days = ["2027-01-31", "2026-12-01", "2027-01-31"];
            let waivers = names.iter().zip(days).map(|((name, of), day)| waiver(name, day, of));
            self::read(&format!("{BASE}{}", waivers.collect::<String>()))
        };
        let (base, head) = (read("named"), read("tagged"));
        let status = |name: &str, counts: Counts| WaiverStatus {
            waiver: base.policies.waivers[name].clone(),
            validity: crate::policy::Validity::InForce,
            counts,
        };
        let passing = Counts { pass: 2, ..Counts::default() };
        let statuses = [
            status("idle", passing),
            status("idle-and-ending", Counts::default()),
            status("needed", Counts { waived: 1, ..passing }),
        ];
        let listed = |reading: &LoadOutcome| {
            let all = changes(&base.policies, &reading.policies);
            let shown = shown_after(reading, Some(&all), &statuses, true);
            let (_, rest) = shown.split_once("somebody**\n\n").expect("the list");
            rest.split_once("\n\n").expect("an end").0.to_owned()
        };
        insta::assert_snapshot!(listed(&base), @r"
        - `idle` (ada): matches nothing that fails; remove it
        - `idle-and-ending` (ada): expires on 2026-12-01, and matches nothing; remove it
        ");
        insta::assert_snapshot!(listed(&head), @"- `idle-and-ending` (ada): expires on 2026-12-01, and matches nothing; remove it");
    }

    #[test]
    fn problems_are_a_table_that_no_text_leaves() {
        insta::assert_snapshot!(after(&[("resource.BucketName", "resource.BuckeName"), ("select: AWS::S3::Bucket\n", "select: \"a|b` @octocat\\n| x |\"\n")]), @"
        <!-- cloudcorrect:main -->
        ### Policies

        **1 problem** keeps these policies from coming into force.

        - **error** at `policies/a.yaml:17:15`: there is no resource type `a|b' @octocat…`; the closest of 33 are `AWS::IAM::AccountSummary`, `AWS::EC2::NetworkInterface`, `AWS::S3::AccountPublicAccessBlock`; the reference has them all

        <sub>at `0123456`</sub>
        ");
        let mut reading = read(BASE);
        let place = Location::point("policies/a|b.yaml", 1, 2);
        let words = "`a || b` is <!-- no --> [link](https://x.example)\n\n# heading @team";
        reading.diagnostics = vec![
            Diagnostic::warning(place.clone(), Code::NoEffect, "odd"),
            Diagnostic::error(place.clone(), Code::Conflict, words).help("try `b | a`"),
        ];
        insta::assert_snapshot!(shown(&reading, None, true), @r#"
        <!-- cloudcorrect:main -->
        ### Policies

        **1 problem** keeps these policies from coming into force.

        - **error** at `policies/a|b.yaml:1:2`: `a || b` is \<!-- no --\> \[link\](https:‸//x.example)  \# heading @‸team; try `b | a`
        - warning at `policies/a|b.yaml:1:2`: odd

        <sub>at `0123456`</sub>
        "#);
    }

    #[test]
    fn a_long_comment_keeps_its_marker_and_its_last_line() {
        let mut reading = read(BASE);
        let long = "`@x` ".repeat(300);
        reading.diagnostics = (1..400)
            .map(|line| {
                Diagnostic::error(Location::point("a.yaml", line, 1), Code::Conflict, long.clone())
            })
            .collect();
        let body = shown(&reading, None, true);
        assert!(body.len() < 65_536, "{}", body.len());
        assert!(body.starts_with("<!-- cloudcorrect:main -->\n### Policies\n"), "{body}");
        let end = " more problems\n\n<sub>at `0123456`</sub>";
        assert!(body.ends_with(end), "{}", body.split_at(body.len() - 80).1);
    }
}
