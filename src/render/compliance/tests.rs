//! Tests: what the check run says, from the groups and what is decided of them.

use std::slice;

use crate::evaluation::gating::Gate;
use crate::evaluation::{CheckStatus, Counts, Enforced, GroupOutcome, WaiverStatus};
use crate::policy::{Mode, NewOnly, PolicySet, RuleText, Severity, SourceFile};
use crate::resource::Cause;

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

/// A group as the last run left it.
struct State {
    name: String,
    mode: Mode,
    suspended: bool,
    checks: Vec<(RuleText, CheckStatus)>,
    verdict: Option<(Outcome, Counts)>,
    enforced: Option<(NewOnly, Enforced)>,
}

impl State {
    fn of((name, mode, verdict): &Case<'_>) -> Self {
        Self {
            name: (*name).to_owned(),
            mode: mode.parse().unwrap_or_default(),
            suspended: *mode == SUSPENDED,
            checks: Vec::new(),
            verdict: *verdict,
            enforced: None,
        }
    }

    fn status(&self) -> GroupStatus {
        let gate = Gate {
            mode: self.mode,
            suspended: self.suspended,
            new_only: self.enforced.map(|(new_only, _)| new_only),
            last: self.verdict.map(|(outcome, counts)| GroupOutcome { outcome, counts }),
            enforced: self.enforced.map(|(_, enforced)| enforced),
            is_current: true,
        };
        let name = self.name.parse().expect("a name");
        GroupStatus::new(name, "bucket".into(), &gate, self.checks.clone())
    }
}

fn check_run(groups: &[State], waivers: &[WaiverStatus], links: &Links) -> CheckRun {
    let status = CommitStatus::of(groups.iter().map(State::status), waivers.to_vec());
    let label = SourceLabel { source: "main", is_alone: true };
    match compliance(label, "0123456", &status, links) {
        Post::CheckRun(check) => check,
        other => panic!("{other:?}"),
    }
}

fn check(groups: &[Case<'_>]) -> CheckRun {
    let links = Links::new("https://x.example".parse().ok());
    check_run(&groups.iter().map(State::of).collect::<Vec<_>>(), &[], &links)
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
        for result in [PASSING, waived, idle, Some((Outcome::Fail, failing(1, 0))), DENIED, None] {
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
    let state = |name: &str, mode, counts: Counts, outcome, baseline| State {
        mode,
        enforced: Some((since, Enforced { outcome, baseline })),
        ..State::of(&(name, ENFORCE, Some((Outcome::Fail, counts))))
    };
    let of = |groups: &[State]| {
        let check = check_run(groups, &[], &Links::default());
        format!("{:?}, {}", check.state, check.title)
    };
    let counts = Counts { fail: 14, pass: 6, ..NONE };
    let odd = Counts { unknown: 1, ..failing(1, 2) };
    let held = state("a", Mode::Enforce, counts, Outcome::Pass, 14);
    let lines = [
        of(slice::from_ref(&held)),
        of(&[state("a", Mode::Enforce, counts, Outcome::Fail, 12)]),
        of(&[state("a", Mode::Enforce, counts, Outcome::Fail, 0)]),
        of(&[state("a", Mode::Enforce, failing(1, 0), Outcome::Waived, 1)]),
        of(&[state("a", Mode::Enforce, odd, unknown, 1)]),
        of(&[state("a", Mode::Enforce, Counts { fail: 2, ..odd }, Outcome::Fail, 1)]),
        of(&[state("a", Mode::Audit, counts, Outcome::Pass, 14)]),
        of(&[held, State::of(&("b", ENFORCE, PASSING)), State::of(&("c", ENFORCE, DENIED))]),
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
    let bad = |id: &str, severity, outcome, fail, baseline| {
        let (rule, status) = bad(id, severity, outcome, false);
        (rule, CheckStatus { counts: Counts { fail, ..status.counts }, baseline, ..status })
    };
    let denied = Outcome::Unknown(Cause::AccessDenied);
    let counts = Counts { fail: 6, unknown: 1, pass: 6, ..NONE };
    let group = State {
        checks: vec![
            bad("before", Severity::Critical, Outcome::Fail, 2, 2),
            bad("unseen", Severity::Critical, denied, 0, 0),
            bad("both", Severity::Low, Outcome::Fail, 3, 1),
            bad("anew", Severity::Low, Outcome::Fail, 1, 0),
        ],
        enforced: Some((
            "2026-11-22T18:30:00Z".parse().expect("an instant"),
            Enforced { outcome: Outcome::Fail, baseline: 3 },
        )),
        ..State::of(&("storage", ENFORCE, Some((Outcome::Fail, counts))))
    };
    let check = check_run(&[group], &[], &Links::default());
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
    let status = |(name, day, counts): (&str, &str, Counts)| {
        let waiver = std::sync::Arc::new(waiver(name, day));
        WaiverStatus { validity: waiver.validity(today), waiver, counts }
    };
    let two = Counts { waived: 2, ..NONE };
    let statuses = [
        ("holds", "2027-01-01", two),
        ("ending", "2026-12-01", two),
        ("idle", "2026-12-01", NONE),
        ("over", "2026-11-20", failing(1, 4)),
        ("done", "2026-11-20", failing(0, 4)),
        ("useless", "2027-01-01", failing(0, 1)),
        ("unseen", "2026-12-01", Counts { unknown: 1, ..NONE }),
    ]
    .map(status);
    let groups = [State::of(&("storage", ENFORCE, PASSING))];
    let check = check_run(&groups, &statuses, &Links::default());
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

fn bad(
    id: &str,
    severity: Severity,
    outcome: Outcome,
    of_no_resource: bool,
) -> (RuleText, CheckStatus) {
    let counts = Counts { pass: 3, ..Counts::from_iter([outcome]) };
    let rule = RuleText {
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
        ..RuleText::default()
    };
    let status = CheckStatus { check: id.to_owned(), outcome, counts, baseline: 0, of_no_resource };
    (rule, status)
}

#[test]
fn checks_that_need_somebody_are_named() {
    let denied = Outcome::Unknown(Cause::AccessDenied);
    let group = |name: &str, mode: Mode, outcome: Outcome, checks| State {
        mode,
        checks,
        ..State::of(&(
            name,
            ENFORCE,
            Some((outcome, Counts { fail: 1, unknown: 2, pass: 6, ..NONE })),
        ))
    };
    let groups = [
        group(
            "storage",
            Mode::Enforce,
            Outcome::Fail,
            vec![
                bad("tagged", Severity::Low, Outcome::Fail, false),
                bad("encrypted", Severity::High, denied, false),
                bad("private", Severity::High, Outcome::Fail, false),
            ],
        ),
        group("listed", Mode::Audit, denied, vec![bad("known", Severity::High, denied, true)]),
        group(
            "hidden",
            Mode::Shadow,
            Outcome::Fail,
            vec![bad("new", Severity::High, Outcome::Fail, false)],
        ),
    ];
    let check = check_run(&groups, &[], &Links::default());
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
    assert!(title.as_str().contains("-2: 1 of 2 buckets fails; 7 more groups: 7 fail"), "{title}");
}

#[test]
fn a_title_says_what_the_groups_that_do_not_fit_are() {
    let since = "2026-11-22".parse().expect("a date");
    let name = |number: usize| format!("{}-{number}", "x".repeat(60));
    let state = |(number, (mode, verdict))| State::of(&(&name(number), mode, verdict));
    let fails = Some((Outcome::Fail, failing(1, 1)));
    let kinds = [
        (ENFORCE, fails),
        (ENFORCE, fails),
        (ENFORCE, fails),
        (ENFORCE, DENIED),
        (AUDIT, fails),
        (AUDIT, DENIED),
        (ENFORCE, PASSING),
    ];
    let mut groups: Vec<State> = kinds.into_iter().enumerate().map(state).collect();
    let enforced = Some((since, Enforced { outcome: Outcome::Pass, baseline: 1 }));
    groups.push(State { enforced, ..state((7, (ENFORCE, fails))) });
    let told = check_run(&groups, &[], &Links::default()).title;
    let (_, rest) = told.as_str().rsplit_once("; ").expect("more of them");
    assert_eq!(rest, "5 more groups: 1 fails, 1 unknown, 1 old, 2 in audit");
    assert!(!told.as_str().contains('…'), "{told}");
}

#[test]
fn what_is_no_resource_is_not_counted_as_one() {
    let denied = Outcome::Unknown(Cause::AccessDenied);
    let told = |of_all: bool, outcome, of_no_resource| {
        let (rule, status) = bad("one", Severity::High, outcome, of_no_resource);
        let counts = Counts::from_iter([outcome]);
        let checks =
            vec![(RuleText { is_of_all: of_all, ..rule }, CheckStatus { counts, ..status })];
        let group = State { checks, ..State::of(&("storage", ENFORCE, Some((outcome, counts)))) };
        let CheckRun { title, summary, .. } = check_run(&[group], &[], &Links::default());
        let summary = summary.to_string();
        let (_, item) = summary.rsplit_once("high): ").expect("an item");
        let (item, _) = item.split_once('.').expect("a sentence");
        format!("{title} / {item}")
    };
    let lines = [
        told(false, Outcome::Fail, false),
        told(false, Outcome::Fail, true),
        told(false, denied, true),
        told(true, Outcome::Fail, true),
        told(true, denied, true),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    storage: 1 of 1 buckets fails / 1 of 1 buckets fails
    storage: 1 of 1 findings fails / 1 of 1 findings fails
    could not evaluate storage: 1 of 1 findings is unknown (access denied) / the buckets could not be listed (access denied)
    storage: 1 of 1 findings fails / 1 of 1 findings fails
    could not evaluate storage: 1 of 1 findings is unknown (access denied) / 1 of 1 findings is unknown (access denied)
    ");
}

#[test]
fn a_group_of_one_check_of_each_counts_resources_and_others_findings() {
    let check = |id: &str, asks: &str| {
        format!("    - {{ id: {id}, select: AWS::EC2::SecurityGroup, {asks} }}\n")
    };
    let each = |id| check(id, "assert: resource.VpcId != null");
    let of_all = check("a", "assertAll: size(resources) < 2");
    let units = [each("a"), each("a") + &each("b"), of_all].map(|checks| {
        let text = format!(
            "apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: {{ name: network }}\nspec:\n  \
             accounts: {{ names: [prod] }}\n  schedule: {{ every: 15m }}\n  checks:\n{checks}"
        );
        let file = SourceFile::new("policies/a.yaml", text.into_bytes());
        let policies = PolicySet::read(&[file]).policies;
        policies.groups().map(unit).collect::<String>()
    });
    assert_eq!(units, ["security group", "finding", "finding"]);
}
