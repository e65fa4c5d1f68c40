//! Tests: the whole table of what counts, and what groups come to together.

use super::*;
use crate::resource::Cause;

const DENIED: Outcome = Outcome::Unknown(Cause::AccessDenied);
const OUTCOMES: [Option<Outcome>; 6] = [
    Some(Outcome::Fail),
    Some(DENIED),
    Some(Outcome::Pass),
    Some(Outcome::Waived),
    Some(Outcome::NotApplicable),
    None,
];

fn gate(mode: Mode, outcome: Option<Outcome>) -> Gate {
    Gate {
        mode,
        suspended: false,
        new_only: None,
        last: outcome.map(|outcome| GroupOutcome { outcome, counts: Counts::from_iter([outcome]) }),
        enforced: None,
        is_current: true,
    }
}

/// A gate with `newOnly` whose last run failed, and came to `outcome` without its baseline.
fn with_baseline(mode: Mode, outcome: Outcome, baseline: u64) -> Gate {
    Gate {
        new_only: Some("2026-11-22".parse().expect("a day")),
        enforced: Some(Enforced { outcome, baseline }),
        ..gate(mode, Some(Outcome::Fail))
    }
}

fn effect(gated: Gated) -> String {
    match (gated.gating, gated.is_red()) {
        (Gating::Pending, _) => "waits".to_owned(),
        (Gating::Counts, true) => "red".to_owned(),
        (Gating::Counts, false) => "green".to_owned(),
        (Gating::NotEnforced(reason), _) => format!("{reason:?}").to_lowercase(),
    }
}

/// Every mode, suspended or not, with a last run of the present definition or of another.
fn kinds() -> impl Iterator<Item = (String, Gate)> {
    let states = [(false, true), (false, false), (true, true), (true, false)];
    let modes = [Mode::Enforce, Mode::Audit, Mode::Shadow].into_iter();
    modes.flat_map(move |mode| {
        states.map(|(suspended, is_current)| {
            let suspension = if suspended { "suspended " } else { "" };
            let definition = if is_current { "" } else { "changed" };
            let gate = Gate { suspended, is_current, ..gate(mode, None) };
            (format!("{mode} {suspension}{definition}"), gate)
        })
    })
}

#[test]
fn mode_suspension_and_definition_decide_for_each_outcome() {
    let outcomes = ["fail", "unknown", "pass", "waived", "n/a", "none"];
    let line = |name: &str, cells: [String; 6]| {
        let cells = cells.map(|cell| format!("{cell:<11}")).concat();
        format!("{name:26}{}", cells.trim_end())
    };
    let row = |(name, kind): (String, Gate)| {
        let of = |outcome| effect(Gate { last: gate(kind.mode, outcome).last, ..kind }.group());
        line(&name, OUTCOMES.map(of))
    };
    let head = line(".", outcomes.map(str::to_owned));
    let table: Vec<String> = [head].into_iter().chain(kinds().map(row)).collect();
    insta::assert_snapshot!(table.join("\n"), @r"
    .                         fail       unknown    pass       waived     n/a        none
    enforce                   red        red        green      green      green      waits
    enforce changed           waits      waits      waits      waits      waits      waits
    enforce suspended         suspended  suspended  suspended  suspended  suspended  suspended
    enforce suspended changed suspended  suspended  suspended  suspended  suspended  suspended
    audit                     audit      audit      audit      audit      audit      waits
    audit changed             waits      waits      waits      waits      waits      waits
    audit suspended           suspended  suspended  suspended  suspended  suspended  suspended
    audit suspended changed   suspended  suspended  suspended  suspended  suspended  suspended
    shadow                    shadow     shadow     shadow     shadow     shadow     shadow
    shadow changed            shadow     shadow     shadow     shadow     shadow     shadow
    shadow suspended          shadow     shadow     shadow     shadow     shadow     shadow
    shadow suspended changed  shadow     shadow     shadow     shadow     shadow     shadow
    ");
}

#[test]
fn a_baseline_is_left_out_where_it_is_enforced_and_was_looked_for() {
    let cases = [
        (Outcome::Fail, 0),
        (Outcome::Fail, 1),
        (DENIED, 1),
        (Outcome::Pass, 1),
        (Outcome::Waived, 2),
    ];
    let shown = cases.map(|(outcome, baseline)| {
        let gate = with_baseline(Mode::Enforce, outcome, baseline);
        let (gated, counts) = (gate.group(), gate.counts());
        let outcome = gated.outcome.map(Outcome::name).unwrap_or_default();
        format!("{outcome}: {}, {} old", effect(gated), counts.baseline)
    });
    insta::assert_snapshot!(shown.join("\n"), @r"
    fail: red, 0 old
    fail: red, 1 old
    unknown: red, 1 old
    fail: baseline, 1 old
    fail: baseline, 2 old
    ");
    for (name, kind) in kinds().filter(|(_, kind)| kind.reason().is_some() || !kind.is_current) {
        let without = Gate { last: gate(kind.mode, Some(Outcome::Fail)).last, ..kind };
        for (outcome, baseline) in cases {
            let Gate { new_only, enforced, .. } = with_baseline(kind.mode, outcome, baseline);
            let with = Gate { new_only, enforced, ..without };
            assert_eq!(with.group(), without.group(), "{name}");
            assert_eq!(with.counts(), without.counts(), "{name}");
        }
    }
}

#[test]
fn a_past_run_counts_by_the_present_mode() {
    let effects =
        |gate: Gate| [true, false].map(|is_last| effect(gate.run(Outcome::Fail, is_last)));
    assert_eq!(effects(gate(Mode::Enforce, Some(Outcome::Fail))), ["red", "red"]);
    assert_eq!(effects(gate(Mode::Audit, Some(Outcome::Fail))), ["audit", "audit"]);
    let baseline = with_baseline(Mode::Enforce, Outcome::Pass, 1);
    assert_eq!(effects(baseline), ["baseline", "red"], "a baseline is known of the last run alone");
    let changed = Gate { is_current: false, ..baseline };
    assert_eq!(effects(changed), ["red", "red"], "a run was evaluated, whatever comes next");
    let counts = Counts { fail: 3, ..Counts::default() };
    assert_eq!(baseline.run_counts(counts, true).failing(), 2);
    assert_eq!(baseline.run_counts(counts, false).failing(), 3);
}

#[test]
fn a_check_is_not_enforced_where_nothing_of_it_fails_newly() {
    let status = |outcome, fail, baseline| CheckStatus {
        check: "private".to_owned(),
        outcome,
        counts: Counts { fail, pass: 1, ..Counts::default() },
        baseline,
        of_no_resource: false,
    };
    let gate = with_baseline(Mode::Enforce, Outcome::Fail, 2);
    let effects = |gate: Gate| {
        [
            status(Outcome::Fail, 2, 0),
            status(Outcome::Fail, 2, 1),
            status(Outcome::Fail, 2, 2),
            status(Outcome::Pass, 0, 0),
        ]
        .map(|status| effect(gate.check(Some(&status))))
    };
    assert_eq!(effects(gate), ["red", "red", "baseline", "green"]);
    assert_eq!(effects(Gate { mode: Mode::Audit, ..gate }), ["audit"; 4]);
    assert_eq!(effects(Gate { is_current: false, ..gate }), ["red", "red", "red", "green"]);
    assert_eq!(gate.check(None).present(), None);
}

#[test]
fn a_finding_is_of_the_baseline_by_the_instant_itself() {
    let at = |text: &str| text.parse().ok();
    let gate = with_baseline(Mode::Enforce, Outcome::Fail, 1);
    let effects = |gate: Gate| {
        [
            effect(gate.finding(Outcome::Fail, at("2026-11-21T23:59:59Z"))),
            effect(gate.finding(Outcome::Fail, at("2026-11-22T00:00:00Z"))),
            effect(gate.finding(Outcome::Fail, at("2026-11-22T00:00:01Z"))),
            effect(gate.finding(Outcome::Fail, None)),
            effect(gate.finding(DENIED, at("2026-11-21T00:00:00Z"))),
        ]
    };
    assert_eq!(effects(gate), ["baseline", "baseline", "red", "red", "red"]);
    assert_eq!(effects(Gate { mode: Mode::Shadow, ..gate }), ["shadow"; 5]);
    assert_eq!(effects(Gate { new_only: None, ..gate }), ["red"; 5]);
}

#[test]
fn the_commit_is_what_its_groups_are_together() {
    let red = gate(Mode::Enforce, Some(Outcome::Fail)).group();
    let unknown = gate(Mode::Enforce, Some(DENIED)).group();
    let pending = gate(Mode::Audit, None).group();
    let audit = gate(Mode::Audit, Some(Outcome::Fail)).group();
    let baseline = with_baseline(Mode::Enforce, Outcome::Pass, 1).group();
    let green = gate(Mode::Enforce, Some(Outcome::Pass)).group();
    for (groups, state) in [
        (vec![], CommitState::Green),
        (vec![green, audit, baseline], CommitState::Green),
        (vec![green, unknown], CommitState::Red),
        (vec![unknown, pending], CommitState::Pending),
        (vec![pending, unknown], CommitState::Pending),
        (vec![green, pending], CommitState::Pending),
        (vec![pending, red], CommitState::Red),
        (vec![red, pending], CommitState::Red),
    ] {
        assert_eq!(CommitState::of(groups.iter().copied()), state, "{groups:?}");
    }
}

#[test]
fn what_somebody_should_look_at_comes_first() {
    let order = [
        gate(Mode::Enforce, Some(Outcome::Fail)),
        gate(Mode::Enforce, Some(DENIED)),
        with_baseline(Mode::Enforce, Outcome::Pass, 1),
        gate(Mode::Audit, Some(Outcome::Fail)),
        gate(Mode::Audit, Some(Outcome::Unknown(Cause::Throttled))),
        gate(Mode::Shadow, Some(DENIED)),
        Gate { is_current: false, ..gate(Mode::Enforce, Some(Outcome::Fail)) },
        gate(Mode::Enforce, Some(Outcome::Pass)),
        gate(Mode::Enforce, Some(Outcome::Waived)),
        gate(Mode::Audit, Some(Outcome::NotApplicable)),
    ];
    assert!(order.map(|gate| gate.group().rank()).is_sorted());
}
