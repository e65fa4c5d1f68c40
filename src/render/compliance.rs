//! The check run `cloudcorrect/compliance`: whether the accounts are as the commit's policies ask.

use std::cmp::Reverse;

use crate::evaluation::{CheckStanding, Counts, Enforced, Outcome, WaiverStanding};
use crate::policy::{Group, GroupName, Mode, NewOnly, Rule};
use crate::resource::{Cause, TypeName};

use super::links::Links;
use super::markdown::{Sheet, code, escape};
use super::post::{Annotations, CheckRun, CheckState, Post};
use super::speaker::Speaker;
use super::waivers;
use super::words::{count, noun, plural};

/// Characters of a check run's summary.
const LONGEST_SUMMARY: usize = 60_000;
/// Groups listed at most.
const MOST_LISTED: usize = 500;
/// Checks listed at most.
const MOST_CHECKS: usize = 100;
/// Bytes of a title that groups may take, with room for how many more there are.
const LONGEST_LIST: usize = 210;

/// A group in force, as compliance sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupState {
    /// Its name.
    pub name: GroupName,
    /// What its outcome does.
    pub mode: Mode,
    /// Whether its evaluation is put on hold.
    pub suspended: bool,
    /// What it counts, as [`unit()`] says.
    pub unit: String,
    /// Those of its checks that fail or could not be judged.
    pub checks: Vec<Wanting>,
    /// What the last run of the present definition said; `None` before the first.
    pub verdict: Option<(Outcome, Counts)>,
    /// What of that is enforced, where what failed before an instant is not.
    pub enforced: Option<(NewOnly, Enforced)>,
}

/// A check that fails or could not be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanting {
    /// What it asks.
    pub rule: Rule,
    /// How it stands.
    pub standing: CheckStanding,
}

/// What a group counts, in the singular: resources of its type if it has one check, else findings,
/// since a resource then counts once for each check.
pub fn unit(group: &Group) -> String {
    match group.checks.as_slice() {
        [check] => noun(&check.question.schema.type_name),
        _ => "finding".to_owned(),
    }
}

/// The check run for the groups of the commit in force.
///
/// A failing group that is enforced makes it fail, and so does one that could not be evaluated. Of
/// one with `newOnly` what failed before is only told.
/// Groups in audit are counted in the title. Groups in shadow are not shown; suspended ones are, but
/// neither hold nor turn the check. Counts only: which resources fail is for those who may see the
/// page.
pub fn compliance(
    speaker: Speaker<'_>,
    commit: &str,
    groups: &[GroupState],
    waivers: &[WaiverStanding],
    links: &Links,
) -> Post {
    let all = groups.iter().map(Line::of);
    let shown: Vec<_> = all.filter(|line| line.kind != Kind::Hidden).collect();
    Post::CheckRun(CheckRun {
        name: speaker.check_name("compliance").into(),
        head_sha: commit.to_owned(),
        source: speaker.source.to_owned(),
        key: format!("compliance/{commit}"),
        state: state(&shown),
        title: title(&shown).into(),
        summary: summary(speaker, &shown, waivers, links).into(),
        text: None,
        details_url: links.revision(speaker.source, commit),
        annotations: Annotations::default(),
    })
}

/// What a group is to the check run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Enforced, and failing.
    Failing,
    /// Enforced, and not to be known.
    Unknown,
    /// Enforced, and failing where it failed before, which is not.
    Held,
    /// In audit, and failing or not to be known.
    Audited,
    /// Still to come.
    Pending,
    /// As it should be.
    Passing,
    /// Nothing was selected anywhere.
    Idle,
    /// Told not to be evaluated.
    Suspended,
    /// In shadow.
    Hidden,
}

struct Line<'a> {
    group: &'a GroupState,
    kind: Kind,
    outcome: Option<Outcome>,
    counts: Counts,
    old: Option<Old>,
}

/// What failed before and is not enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Old {
    since: NewOnly,
    count: u64,
}

impl<'a> Line<'a> {
    fn of(group: &'a GroupState) -> Self {
        let outcome = group.verdict.map(|(outcome, _)| outcome);
        let enforced = group.enforced.filter(|_| group.mode == Mode::Enforce && outcome.is_some());
        let old = enforced.filter(|(_, enforced)| enforced.old > 0);
        let outcome = enforced.map(|(_, enforced)| enforced.outcome).or(outcome);
        let kind = match (group.mode, outcome) {
            (Mode::Shadow, _) => Kind::Hidden,
            _ if group.suspended => Kind::Suspended,
            (_, None) => Kind::Pending,
            (_, Some(Outcome::Pass | Outcome::Waived | Outcome::NotApplicable))
                if old.is_some() =>
            {
                Kind::Held
            }
            (_, Some(Outcome::Pass | Outcome::Waived)) => Kind::Passing,
            (_, Some(Outcome::NotApplicable)) => Kind::Idle,
            (Mode::Audit, Some(Outcome::Fail | Outcome::Unknown(_))) => Kind::Audited,
            (Mode::Enforce, Some(Outcome::Fail)) => Kind::Failing,
            (Mode::Enforce, Some(Outcome::Unknown(_))) => Kind::Unknown,
        };
        let counts = group.verdict.map(|(_, counts)| counts).unwrap_or_default();
        Self {
            group,
            kind,
            outcome,
            counts,
            old: old.map(|(since, it)| Old { since, count: it.old }),
        }
    }

    /// `1 of 1 buckets fails`, `4 of 9 findings are unknown (access denied)`.
    fn words(&self) -> String {
        let Some(outcome) = self.outcome else { return "not evaluated yet".to_owned() };
        // A list that could not be read is a finding, but no resource.
        let unlisted = self.group.checks.iter().any(|check| check.standing.unlisted);
        let unit = if unlisted { "finding" } else { &self.group.unit };
        enforced_amount(outcome, self.counts, unit, self.old)
    }

    fn in_title(&self) -> String {
        let Self { group, kind, .. } = self;
        match kind {
            Kind::Unknown => format!("could not evaluate {}: {}", group.name, self.words()),
            Kind::Audited => format!("audit: {}: {}", group.name, self.words()),
            _ => format!("{}: {}", group.name, self.words()),
        }
    }

    fn row(&self, speaker: Speaker<'_>, links: &Links) -> String {
        let result = match self.kind {
            Kind::Failing => format!("**{}**", self.words()),
            Kind::Unknown => format!("**could not evaluate**: {}", self.words()),
            Kind::Suspended => "suspended".to_owned(),
            _ => self.words(),
        };
        let GroupState { name, mode, .. } = self.group;
        let name = match links.group(speaker.source, name.as_str()) {
            Some(link) => format!("[{name}]({link})"),
            None => name.to_string(),
        };
        format!("| {name} | {mode} | {result} |\n")
    }
}

/// The same of what is enforced; what is not follows, such as `2 of 20 buckets fail newly (12 more
/// fail since before 2026-11-22, not enforced)`.
fn enforced_amount(outcome: Outcome, counts: Counts, unit: &str, old: Option<Old>) -> String {
    let Some(Old { since, count }) = old else { return amount(outcome, counts, unit) };
    let fail = |count: u64| if count == 1 { "fails" } else { "fail" };
    let fails = format!("{} since before {since}, not enforced", fail(count));
    let of = format!("of {} {}", counts.judged(), plural(unit));
    let Counts { unknown, .. } = counts;
    let and = if unknown > 0 { format!(", {unknown} unknown") } else { String::new() };
    match outcome {
        Outcome::Fail => {
            let new = counts.fail.saturating_sub(count);
            format!("{new} {of} {} newly{and} ({count} more {fails})", fail(new))
        }
        Outcome::Unknown(_) => format!("{}, {count} {fails}", amount(outcome, counts, unit)),
        Outcome::Pass | Outcome::Waived | Outcome::NotApplicable => {
            format!("{count} {of} {fails}{and}")
        }
    }
}

/// `1 of 1 buckets fails`, `4 of 9 findings are unknown (access denied)`.
fn amount(outcome: Outcome, counts: Counts, unit: &str) -> String {
    let share = |part: u64| format!("{part} of {} {}", counts.judged(), plural(unit));
    let Counts { fail, unknown, .. } = counts;
    match outcome {
        Outcome::Fail => {
            let fails = if fail == 1 { "fails" } else { "fail" };
            let and = if unknown > 0 { format!(", {unknown} unknown") } else { String::new() };
            format!("{} {fails}{and}", share(fail))
        }
        Outcome::Unknown(cause) => {
            let are = if unknown == 1 { "is" } else { "are" };
            format!("{} {are} unknown ({})", share(unknown), words_of(cause))
        }
        Outcome::Pass => format!("{} pass", share(counts.pass)),
        Outcome::Waived => format!("{} waived", share(counts.waived)),
        Outcome::NotApplicable => "nothing to judge".to_owned(),
    }
}

/// What of a check failed before and is not enforced.
fn old(group: &GroupState, check: &Wanting) -> Option<Old> {
    let (since, _) = group.enforced.filter(|_| check.standing.old > 0)?;
    Some(Old { since, count: check.standing.old })
}

/// How soon a check needs somebody: what fails anew before what is unknown, and that before what
/// failed before.
fn urgency(group: &GroupState, check: &Wanting) -> u8 {
    match check.standing.outcome {
        Outcome::Fail
            if old(group, check).is_none_or(|old| old.count < check.standing.counts.fail) =>
        {
            0
        }
        Outcome::Fail => 2,
        _ => 1,
    }
}

/// A check that needs somebody, as an item of a list.
fn item(group: &GroupState, check: &Wanting) -> String {
    let Wanting { rule, standing } = check;
    let unit = noun(&TypeName::from(rule.resource_type.as_str()));
    let amount = match standing.outcome {
        Outcome::Unknown(cause) if standing.unlisted => {
            format!("the {} could not be listed ({})", plural(&unit), words_of(cause))
        }
        outcome => {
            let old = old(group, check);
            // What fails before alone is told as the group is for which nothing new fails.
            let is_held = old.is_some_and(|old| old.count == standing.counts.fail);
            let outcome = if is_held { Outcome::Waived } else { outcome };
            enforced_amount(outcome, standing.counts, &unit, old)
        }
    };
    let id = code(&format!("{}/{}", group.name, rule.id));
    let mut item = format!("- **{}** ({id}, {}): {amount}.", escape(&rule.title), rule.severity);
    if let (Outcome::Fail, Some(remediation)) = (standing.outcome, &rule.remediation) {
        item = format!("{item} What to do: {}", escape(remediation));
    }
    item + "\n"
}

/// `access denied`.
fn words_of(cause: Cause) -> String {
    cause.to_string().replace('_', " ")
}

fn has(lines: &[Line<'_>], kind: Kind) -> bool {
    lines.iter().any(|line| line.kind == kind)
}

/// A failure cannot be turned by what is still to come; all else waits for it, since green must not
/// turn red a moment later.
fn state(lines: &[Line<'_>]) -> CheckState {
    if has(lines, Kind::Failing) {
        CheckState::Failure
    } else if has(lines, Kind::Pending) {
        CheckState::InProgress
    } else if has(lines, Kind::Unknown) {
        CheckState::Failure
    } else {
        CheckState::Success
    }
}

/// What matters most: what is wrong, or what passes, or how far it has come.
fn title(lines: &[Line<'_>]) -> String {
    let number = |kind: Kind| lines.iter().filter(|line| line.kind == kind).count();
    let (pending, passing) = (number(Kind::Pending), number(Kind::Passing));
    let mut parts = Vec::new();
    let fails = has(lines, Kind::Failing);
    if pending > 0 && !fails {
        let all = lines.len() - number(Kind::Suspended);
        parts.push(format!("{} of {all} groups evaluated", all - pending));
    } else if passing > 0 && state(lines) == CheckState::Success {
        let pass = if passing == 1 { "passes" } else { "pass" };
        parts.push(format!("{} {pass}", count(passing, "group")));
    }
    let bad = [Kind::Failing, Kind::Unknown, Kind::Held, Kind::Audited];
    let bad = bad.iter().flat_map(|kind| lines.iter().filter(move |line| line.kind == *kind));
    parts.extend(listed(&bad.map(Line::in_title).collect::<Vec<_>>()));
    if pending > 0 && fails {
        parts.push(format!("{} to be evaluated", count(pending, "more group")));
    }
    if parts.is_empty() {
        parts.push(match number(Kind::Idle) {
            0 => "no group is enforced or audited".to_owned(),
            idle => format!("{} found nothing to judge", count(idle, "group")),
        });
    }
    parts.join("; ")
}

/// As many as fit, and how many more there are.
fn listed(all: &[String]) -> Option<String> {
    let (first, rest) = all.split_first()?;
    let (mut list, mut more) = (first.clone(), rest.len());
    for words in rest {
        if list.len() + words.len() > LONGEST_LIST {
            return Some(format!("{list}; {} like that", count(more, "more group")));
        }
        list = format!("{list}; {words}");
        more -= 1;
    }
    Some(list)
}

fn summary(
    speaker: Speaker<'_>,
    shown: &[Line<'_>],
    waivers: &[WaiverStanding],
    links: &Links,
) -> String {
    if shown.is_empty() {
        return "This revision has no group whose mode is `enforce` or `audit`.".to_owned();
    }
    let mut sheet = Sheet::new(LONGEST_SUMMARY);
    sheet.paragraph(match state(shown) {
        CheckState::InProgress => "The groups of this revision are being evaluated.",
        CheckState::Success if has(shown, Kind::Held) => {
            "Nothing new fails in the enforced groups. What failed before is not enforced."
        }
        CheckState::Success => "The accounts are as the enforced groups ask.",
        CheckState::Failure => {
            "Some enforced groups fail, or could not be evaluated, which counts as failing."
        }
    });
    let heading = "| Group | Mode | Result |\n| --- | --- | --- |\n";
    let rows = shown.iter().map(|line| line.row(speaker, links));
    sheet.rows(heading, rows, (MOST_LISTED, "groups"));
    let mut checks: Vec<_> = shown
        .iter()
        .filter(|line| !matches!(line.kind, Kind::Suspended))
        .flat_map(|line| line.group.checks.iter().map(move |check| (line, check)))
        .collect();
    if !checks.is_empty() {
        checks.sort_by_key(|(line, check)| {
            let urgency = urgency(line.group, check);
            (line.group.mode != Mode::Enforce, urgency, Reverse(check.rule.severity))
        });
        let items = checks.iter().map(|(line, check)| item(line.group, check));
        sheet.rows("### Checks that need somebody\n\n", items, (MOST_CHECKS, "checks"));
    }
    let items: Vec<_> = waivers.iter().filter_map(waivers::item).collect();
    if !items.is_empty() {
        sheet.rows(waivers::HEADING, items, (MOST_CHECKS, "waivers"));
    }
    sheet.finish()
}

#[cfg(test)]
mod tests {
    use crate::policy::{PolicySet, Severity, SourceFile};

    use super::*;

    /// Name, mode, and what the last run said.
    type Case<'a> = (&'a str, &'a str, Option<(Outcome, Counts)>);

    const NONE: Counts = Counts { fail: 0, unknown: 0, pass: 0, waived: 0, not_applicable: 0 };
    const PASSING: Option<(Outcome, Counts)> = Some((Outcome::Pass, Counts { pass: 3, ..NONE }));
    const DENIED: Option<(Outcome, Counts)> =
        Some((Outcome::Unknown(Cause::AccessDenied), Counts { unknown: 1, pass: 8, ..NONE }));

    fn failing(fail: u64, pass: u64) -> Counts {
        Counts { fail, pass, ..NONE }
    }

    fn state_of((name, mode, verdict): &Case<'_>) -> GroupState {
        GroupState {
            name: name.parse().expect("a name"),
            mode: mode.parse().unwrap_or_default(),
            suspended: *mode == SUSPENDED,
            unit: "bucket".into(),
            checks: Vec::new(),
            verdict: *verdict,
            enforced: None,
        }
    }

    fn check(groups: &[Case<'_>]) -> CheckRun {
        let groups = groups.iter().map(state_of);
        let links = Links::new("https://x.example".parse().ok());
        let speaker = Speaker { source: "main", is_alone: true };
        match compliance(speaker, "0123456", &groups.collect::<Vec<_>>(), &[], &links) {
            Post::CheckRun(check) => check,
            other => panic!("{other:?}"),
        }
    }

    fn line(groups: &[Case<'_>]) -> String {
        let check = check(groups);
        format!("{:?}, {}", check.state, check.title)
    }

    const ENFORCE: &str = "enforce";
    const AUDIT: &str = "audit";
    const SHADOW: &str = "shadow";
    const SUSPENDED: &str = "suspended";

    #[test]
    fn the_outcome_of_a_group_and_its_mode_decide() {
        let waived = Some((Outcome::Waived, Counts { waived: 2, ..NONE }));
        let idle = Some((Outcome::NotApplicable, NONE));
        let mut lines = Vec::new();
        for mode in [ENFORCE, AUDIT, SHADOW] {
            for result in
                [PASSING, waived, idle, Some((Outcome::Fail, failing(1, 0))), DENIED, None]
            {
                lines.push(format!("{mode}: {}", line(&[("storage", mode, result)])));
            }
        }
        insta::assert_snapshot!(lines.join("\n"), @"
        enforce: Success, 1 group passes
        enforce: Success, 1 group passes
        enforce: Success, 1 group found nothing to judge
        enforce: Failure, storage: 1 of 1 buckets fails
        enforce: Failure, could not evaluate storage: 1 of 9 buckets is unknown (access denied)
        enforce: InProgress, 0 of 1 groups evaluated
        audit: Success, 1 group passes
        audit: Success, 1 group passes
        audit: Success, 1 group found nothing to judge
        audit: Success, audit: storage: 1 of 1 buckets fails
        audit: Success, audit: storage: 1 of 9 buckets is unknown (access denied)
        audit: InProgress, 0 of 1 groups evaluated
        shadow: Success, no group is enforced or audited
        shadow: Success, no group is enforced or audited
        shadow: Success, no group is enforced or audited
        shadow: Success, no group is enforced or audited
        shadow: Success, no group is enforced or audited
        shadow: Success, no group is enforced or audited
        ");
    }

    #[test]
    fn what_failed_before_is_told_and_turns_nothing() {
        let since = "2026-11-22".parse().expect("a date");
        let unknown = Outcome::Unknown(Cause::Throttled);
        let state = |name: &str, mode, counts: Counts, outcome, old| GroupState {
            mode,
            enforced: Some((since, Enforced { outcome, old })),
            ..state_of(&(name, ENFORCE, Some((Outcome::Fail, counts))))
        };
        let of = |groups: &[GroupState]| {
            let speaker = Speaker { source: "main", is_alone: true };
            match compliance(speaker, "0123456", groups, &[], &Links::default()) {
                Post::CheckRun(check) => format!("{:?}, {}", check.state, check.title),
                other => panic!("{other:?}"),
            }
        };
        let counts = Counts { fail: 14, pass: 6, ..NONE };
        let odd = Counts { unknown: 1, ..failing(1, 2) };
        let held = state("a", Mode::Enforce, counts, Outcome::Pass, 14);
        let lines = [
            of(std::slice::from_ref(&held)),
            of(&[state("a", Mode::Enforce, counts, Outcome::Fail, 12)]),
            of(&[state("a", Mode::Enforce, counts, Outcome::Fail, 0)]),
            of(&[state("a", Mode::Enforce, failing(1, 0), Outcome::Waived, 1)]),
            of(&[state("a", Mode::Enforce, odd, unknown, 1)]),
            of(&[state("a", Mode::Enforce, Counts { fail: 2, ..odd }, Outcome::Fail, 1)]),
            of(&[state("a", Mode::Audit, counts, Outcome::Pass, 14)]),
            of(&[held, state_of(&("b", ENFORCE, PASSING)), state_of(&("c", ENFORCE, DENIED))]),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r"
        Success, a: 14 of 20 buckets fail since before 2026-11-22, not enforced
        Failure, a: 2 of 20 buckets fail newly (12 more fail since before 2026-11-22, not enforced)
        Failure, a: 14 of 20 buckets fail
        Success, a: 1 of 1 buckets fails since before 2026-11-22, not enforced
        Failure, could not evaluate a: 1 of 4 buckets is unknown (throttled), 1 fails since before 2026-11-22, not enforced
        Failure, a: 1 of 5 buckets fails newly, 1 unknown (1 more fails since before 2026-11-22, not enforced)
        Success, audit: a: 14 of 20 buckets fail
        Failure, could not evaluate c: 1 of 9 buckets is unknown (access denied); a: 14 of 20 buckets fail since before 2026-11-22, not enforced
        ");
    }

    #[test]
    fn a_check_that_fails_anew_comes_first() {
        let wanting = |id: &str, severity, outcome, fail, old| {
            let mut wanting = wanting(id, severity, outcome, false);
            wanting.standing.counts = Counts { fail, ..wanting.standing.counts };
            wanting.standing.old = old;
            wanting
        };
        let denied = Outcome::Unknown(Cause::AccessDenied);
        let counts = Counts { fail: 6, unknown: 1, pass: 6, ..NONE };
        let group = GroupState {
            checks: vec![
                wanting("before", Severity::Critical, Outcome::Fail, 2, 2),
                wanting("unseen", Severity::Critical, denied, 0, 0),
                wanting("both", Severity::Low, Outcome::Fail, 3, 1),
                wanting("anew", Severity::Low, Outcome::Fail, 1, 0),
            ],
            enforced: Some((
                "2026-11-22T18:30:00Z".parse().expect("an instant"),
                Enforced { outcome: Outcome::Fail, old: 3 },
            )),
            ..state_of(&("storage", ENFORCE, Some((Outcome::Fail, counts))))
        };
        let speaker = Speaker { source: "main", is_alone: true };
        let post = compliance(speaker, "0123456", &[group], &[], &Links::default());
        let Post::CheckRun(check) = post else { panic!("a check run") };
        let shown = format!("{}\n\n{}", check.title, check.summary).replace('\u{200b}', "‸");
        insta::assert_snapshot!(shown, @r"
        storage: 3 of 13 buckets fail newly, 1 unknown (3 more fail since before 2026-11-22T18:30:00Z, not enforced)

        Some enforced groups fail, or could not be evaluated, which counts as failing.

        | Group | Mode | Result |
        | --- | --- | --- |
        | storage | enforce | **3 of 13 buckets fail newly, 1 unknown (3 more fail since before 2026-11-22T18:30:00Z, not enforced)** |

        ### Checks that need somebody

        - **Buckets are \*both\* @‸all** (`storage/both`, low): 2 of 6 buckets fail newly (1 more fails since before 2026-11-22T18:30:00Z, not enforced). What to do: Turn \<it\> on.
        - **Buckets are \*anew\* @‸all** (`storage/anew`, low): 1 of 4 buckets fails. What to do: Turn \<it\> on.
        - **Buckets are \*unseen\* @‸all** (`storage/unseen`, critical): 1 of 4 buckets is unknown (access denied).
        - **Buckets are \*before\* @‸all** (`storage/before`, critical): 2 of 5 buckets fail since before 2026-11-22T18:30:00Z, not enforced. What to do: Turn \<it\> on.
        ");
    }

    #[test]
    fn waivers_that_need_somebody_are_listed() {
        let waiver = |name: &str, day: &str| crate::policy::Waiver {
            name: name.parse().expect("a name"),
            covers: crate::policy::Covered::default(),
            reason: "why".to_owned(),
            owner: "@ada".to_owned(),
            expires: day.parse().expect("a day"),
            approved_by: Some("eve".to_owned()),
            ticket: None,
            path: "a.yaml".to_owned(),
            line: 1,
        };
        let today = "2026-11-21".parse().expect("a day");
        let standing = |(name, day, counts): (&str, &str, Counts)| {
            let waiver = std::sync::Arc::new(waiver(name, day));
            WaiverStanding { validity: waiver.validity(today), waiver, counts }
        };
        let two = Counts { waived: 2, ..NONE };
        let standings = [
            ("holds", "2027-01-01", two),
            ("ending", "2026-12-01", two),
            ("idle", "2026-12-01", NONE),
            ("over", "2026-11-20", failing(1, 4)),
            ("done", "2026-11-20", failing(0, 4)),
            ("useless", "2027-01-01", failing(0, 1)),
            ("unseen", "2026-12-01", Counts { unknown: 1, ..NONE }),
        ]
        .map(standing);
        let groups = [state_of(&("storage", ENFORCE, PASSING))];
        let speaker = Speaker { source: "main", is_alone: true };
        let post = compliance(speaker, "0123456", &groups, &standings, &Links::default());
        let Post::CheckRun(check) = post else { panic!("a check run") };
        let summary = check.summary.to_string();
        let (_, listed) = summary.split_once("###").expect("a section");
        insta::assert_snapshot!(listed.replace('\u{200b}', "‸"), @r"
         Waivers that need somebody

        - `ending` (@‸ada, approved by eve): expires on 2026-12-01: 2 findings of it fail from then on.
        - `idle` (@‸ada, approved by eve): expires on 2026-12-01, and matches nothing; remove it.
        - `over` (@‸ada, approved by eve): expired on 2026-11-20: 1 finding of it fails again.
        - `done` (@‸ada, approved by eve): expired on 2026-11-20; remove it.
        - `useless` (@‸ada, approved by eve): matches nothing that fails; remove it.
        - `unseen` (@‸ada, approved by eve): expires on 2026-12-01.
        ");
    }

    #[test]
    fn what_matters_most_comes_first() {
        let lines = [
            line(&[]),
            line(&[("a", ENFORCE, PASSING), ("b", ENFORCE, PASSING)]),
            line(&[("a", ENFORCE, PASSING), ("b", AUDIT, Some((Outcome::Fail, failing(3, 7))))]),
            line(&[
                ("a", ENFORCE, DENIED),
                ("b", ENFORCE, Some((Outcome::Fail, failing(2, 7)))),
                ("c", AUDIT, Some((Outcome::Fail, failing(1, 1)))),
            ]),
            line(&[
                ("a", ENFORCE, Some((Outcome::Fail, failing(1, 1)))),
                ("b", ENFORCE, None),
                ("c", SHADOW, None),
            ]),
            line(&[("a", SUSPENDED, None), ("b", ENFORCE, PASSING)]),
            line(&[("a", ENFORCE, Some((Outcome::Fail, Counts { fail: 1, unknown: 2, ..NONE })))]),
            line(&[("a", ENFORCE, DENIED), ("b", ENFORCE, None)]),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        Success, no group is enforced or audited
        Success, 2 groups pass
        Success, 1 group passes; audit: b: 3 of 10 buckets fail
        Failure, b: 2 of 9 buckets fail; could not evaluate a: 1 of 9 buckets is unknown (access denied); audit: c: 1 of 2 buckets fails
        Failure, a: 1 of 2 buckets fails; 1 more group to be evaluated
        Success, 1 group passes
        Failure, a: 1 of 3 buckets fails, 2 unknown
        InProgress, 1 of 2 groups evaluated; could not evaluate a: 1 of 9 buckets is unknown (access denied)
        ");
    }

    #[test]
    fn the_summary_lists_the_groups_that_are_shown() {
        let check = check(&[
            ("a", ENFORCE, Some((Outcome::Fail, failing(1, 1)))),
            ("b", ENFORCE, DENIED),
            ("c", AUDIT, Some((Outcome::Fail, failing(2, 1)))),
            ("d", SHADOW, Some((Outcome::Fail, failing(3, 1)))),
            ("e", SUSPENDED, PASSING),
            ("f", ENFORCE, PASSING),
        ]);
        assert_eq!(
            (check.name.as_str(), check.key.as_str()),
            ("cloudcorrect/compliance", "compliance/0123456")
        );
        assert_eq!(check.details_url.expect("a link").path(), "/sources/main/revisions/0123456");
        insta::assert_snapshot!(check.summary, @"
        Some enforced groups fail, or could not be evaluated, which counts as failing.

        | Group | Mode | Result |
        | --- | --- | --- |
        | [a](https://x.example/sources/main/groups/a) | enforce | **1 of 2 buckets fails** |
        | [b](https://x.example/sources/main/groups/b) | enforce | **could not evaluate**: 1 of 9 buckets is unknown (access denied) |
        | [c](https://x.example/sources/main/groups/c) | audit | 2 of 3 buckets fail |
        | [e](https://x.example/sources/main/groups/e) | enforce | suspended |
        | [f](https://x.example/sources/main/groups/f) | enforce | 3 of 3 buckets pass |
        ");
    }

    fn wanting(id: &str, severity: Severity, outcome: Outcome, unlisted: bool) -> Wanting {
        let counts = Counts { pass: 3, ..Counts::from_iter([outcome]) };
        let rule = Rule {
            id: id.to_owned(),
            title: format!("Buckets are *{id}* @all"),
            severity,
            resource_type: "AWS::S3::Bucket".to_owned(),
            filter: None,
            assertion: "true".to_owned(),
            compliance: Vec::new(),
            remediation: Some("Turn <it> on.".to_owned()),
            path: "policies/a.yaml".to_owned(),
            line: 9,
            ..Rule::default()
        };
        let standing = CheckStanding { check: id.to_owned(), outcome, counts, old: 0, unlisted };
        Wanting { rule, standing }
    }

    #[test]
    fn checks_that_need_somebody_are_named() {
        let denied = Outcome::Unknown(Cause::AccessDenied);
        let group = |name: &str, mode: Mode, outcome: Outcome, checks: Vec<Wanting>| GroupState {
            name: name.parse().expect("a name"),
            mode,
            suspended: false,
            unit: "bucket".into(),
            checks,
            verdict: Some((outcome, Counts { fail: 1, unknown: 2, pass: 6, ..NONE })),
            enforced: None,
        };
        let groups = [
            group(
                "storage",
                Mode::Enforce,
                Outcome::Fail,
                vec![
                    wanting("tagged", Severity::Low, Outcome::Fail, false),
                    wanting("encrypted", Severity::High, denied, false),
                    wanting("private", Severity::High, Outcome::Fail, false),
                ],
            ),
            group(
                "listed",
                Mode::Audit,
                denied,
                vec![wanting("known", Severity::High, denied, true)],
            ),
            group(
                "hidden",
                Mode::Shadow,
                Outcome::Fail,
                vec![wanting("new", Severity::High, Outcome::Fail, false)],
            ),
        ];
        let speaker = Speaker { source: "main", is_alone: true };
        let Post::CheckRun(check) = compliance(speaker, "0123456", &groups, &[], &Links::new(None))
        else {
            panic!("a check run");
        };
        let shown = format!("{}\n\n{}", check.title, check.summary).replace('\u{200b}', "‸");
        insta::assert_snapshot!(shown, @r#"
        storage: 1 of 9 buckets fails, 2 unknown; audit: listed: 2 of 9 findings are unknown (access denied)

        Some enforced groups fail, or could not be evaluated, which counts as failing.

        | Group | Mode | Result |
        | --- | --- | --- |
        | storage | enforce | **1 of 9 buckets fails, 2 unknown** |
        | listed | audit | 2 of 9 findings are unknown (access denied) |

        ### Checks that need somebody

        - **Buckets are \*private\* @‸all** (`storage/private`, high): 1 of 4 buckets fails. What to do: Turn \<it\> on.
        - **Buckets are \*tagged\* @‸all** (`storage/tagged`, low): 1 of 4 buckets fails. What to do: Turn \<it\> on.
        - **Buckets are \*encrypted\* @‸all** (`storage/encrypted`, high): 1 of 4 buckets is unknown (access denied).
        - **Buckets are \*known\* @‸all** (`listed/known`, high): the buckets could not be listed (access denied).
        "#);
    }

    #[test]
    fn many_failing_groups_fit_the_title() {
        let names: Vec<_> = (1..=9).map(|number| format!("{}-{number}", "x".repeat(60))).collect();
        let groups: Vec<_> = names
            .iter()
            .map(|name| (name.as_str(), ENFORCE, Some((Outcome::Fail, failing(1, 1)))))
            .collect();
        let title = check(&groups).title;
        assert!(
            title.as_str().contains("-2: 1 of 2 buckets fails; 7 more groups like that"),
            "{title}"
        );
    }

    #[test]
    fn a_group_of_one_check_counts_resources_and_others_findings() {
        let check = |id: &str| {
            format!(
                "    - {{ id: {id}, select: AWS::EC2::SecurityGroup, assert: resource.VpcId != null }}\n"
            )
        };
        let units = [check("a"), check("a") + &check("b")].map(|checks| {
            let text = format!(
                "apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: {{ name: network }}\nspec:\n  \
                 accounts: {{ names: [prod] }}\n  schedule: {{ every: 15m }}\n  checks:\n{checks}"
            );
            let file = SourceFile::new("policies/a.yaml", text.into_bytes());
            let policies = PolicySet::read(&[file]).policies;
            policies.groups.values().map(unit).collect::<String>()
        });
        assert_eq!(units, ["security group", "finding"]);
    }
}
