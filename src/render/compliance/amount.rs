//! Amounts of findings in words: how many of how many fail, are unknown, pass.

use crate::evaluation::gating::{Gated, GatedCounts, Reason};
use crate::evaluation::{Counts, Outcome};
use crate::policy::NewOnly;
use crate::render::words::{cause_in_words, fails, plural};

/// `1 of 1 buckets fails`, `4 of 9 findings are unknown (access denied)`. Of a baseline, which begins
/// before an instant: `2 of 20 buckets fail newly (12 more fail since before 2026-11-22, not
/// enforced)`.
pub(super) fn amount(
    gated: Gated,
    found: GatedCounts,
    unit: &str,
    new_only: Option<NewOnly>,
) -> String {
    let Some(outcome) = gated.present() else { return "not evaluated yet".to_owned() };
    let GatedCounts { counts, baseline, .. } = found;
    let Some(since) = new_only.filter(|_| baseline > 0) else {
        return of_all(outcome, counts, unit);
    };
    let not_enforced = format!("{} since before {since}, not enforced", fails(baseline));
    let of = format!("of {} {}", counts.judged(), plural(unit));
    match outcome {
        _ if gated.reason() == Some(Reason::Baseline) => {
            format!("{baseline} {of} {not_enforced}{}", and_unknown(counts))
        }
        Outcome::Fail => {
            let new = found.new_failures();
            let and = and_unknown(counts);
            format!("{new} {of} {} newly{and} ({baseline} more {not_enforced})", fails(new))
        }
        _ => format!("{}, {baseline} {not_enforced}", of_all(outcome, counts, unit)),
    }
}

fn of_all(outcome: Outcome, counts: Counts, unit: &str) -> String {
    let share = |part: u64| format!("{part} of {} {}", counts.judged(), plural(unit));
    match outcome {
        Outcome::Fail => {
            format!("{} {}{}", share(counts.fail), fails(counts.fail), and_unknown(counts))
        }
        Outcome::Unknown(cause) => {
            let are = if counts.unknown == 1 { "is" } else { "are" };
            format!("{} {are} unknown ({})", share(counts.unknown), cause_in_words(cause))
        }
        Outcome::Pass => format!("{} pass", share(counts.pass)),
        Outcome::Waived => format!("{} waived", share(counts.waived)),
        Outcome::NotApplicable => "nothing to judge".to_owned(),
    }
}

fn and_unknown(counts: Counts) -> String {
    if counts.unknown > 0 { format!(", {} unknown", counts.unknown) } else { String::new() }
}
