//! What a change would have made of a small account over a few days.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use insta::assert_snapshot;

use super::effect::{Network, POLICIES, edited, networks};
use super::read;
use crate::impact::{Backtest, Impact, Period, instants, resolution};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// A line for each resource with a difference at some time.
fn shown(backtest: &Backtest) -> String {
    let mut lines = Vec::new();
    for ((group, check), past) in &backtest.checks {
        for ((region, resource), periods) in past.accounts.values().flatten() {
            let day = |at: DateTime<Utc>| at.format("%d").to_string();
            let periods = periods.iter().map(|Period { kind, since, until }| {
                let until = until.map_or(String::new(), day);
                format!("{kind:?} {}-{until}", day(*since))
            });
            let periods: Vec<_> = periods.collect();
            lines.push(format!("{group}/{check} {region} {resource}: {}", periods.join(", ")));
        }
    }
    lines.join("\n")
}

#[test]
fn each_resource_is_followed_through_the_time_in_which_it_was_there() {
    let base = read(POLICIES);
    let edits =
        [("\"!resource.IsDefault\"", "resource.CidrBlock.startsWith(\"10.\")"), ("<= 2", "<= 1")];
    let head = edited(POLICIES, &edits);
    let (small, large, other): (Network, Network, Network) = (
        ("vpc-1", "172.16.0.0/24", false),
        ("vpc-1", "10.0.0.0/16", true),
        ("vpc-2", "10.1.0.0/24", false),
    );
    let days = [
        ("2026-11-01T00:00:00Z", vec![small]),
        ("2026-11-02T00:00:00Z", vec![small, other]),
        ("2026-11-03T00:00:00Z", vec![large, other]),
        ("2026-11-04T00:00:00Z", vec![other]),
        ("2026-11-05T00:00:00Z", vec![small]),
        ("2026-11-06T00:00:00Z", vec![small]),
    ];
    let mut backtest = Backtest::new(at("2026-10-31T00:00:00Z"));
    for (day, there) in &days {
        backtest.judge(&base, &head, &networks(day, there, &[]));
    }
    assert_snapshot!(shown(&backtest), @"
    network/default eu-west-1 vpc-1: NewlyFailing 01-03, NewlyPassing 03-04, NewlyFailing 05-
    network/few eu-west-1 *: NewlyFailing 02-04
    ");
    let account = backtest.accounts.values().next().expect("an account");
    let last = days.last().expect("a day").0;
    assert_eq!((account.first, account.last, account.instants), (at(days[0].0), at(last), 6));

    // The end is what is told of the present.
    let impact = Impact::of(&base, &head, &[&networks(last, &[small], &[])], 9);
    let open = backtest.checks.values().flat_map(|past| past.accounts.values().flatten());
    let open = open.filter(|(_, periods)| periods.last().is_some_and(|one| one.until.is_none()));
    assert_eq!(u64::try_from(open.count()), Ok(impact.total().bad()));

    let mut same = Backtest::new(at("2026-10-31T00:00:00Z"));
    same.judge(&base, &base, &networks(last, &[small], &[]));
    assert!(same.checks.is_empty() && same.accounts.is_empty(), "nothing was to be judged");
}

#[test]
fn what_is_close_to_each_other_is_judged_once_and_a_quiet_time_each_day() {
    let since = at("2026-11-01T00:00:00Z");
    let until = since + TimeDelta::days(3);
    let seconds = |all: &[i64]| all.iter().map(|it| since + TimeDelta::seconds(*it)).collect();
    let changed: BTreeSet<_> = seconds(&[-5, 61, 70, 119, 121, 90_000, 300_000]);
    let judged = |changed: &BTreeSet<DateTime<Utc>>, until| {
        instants(changed, (since, until), resolution(since, until))
    };
    let seconds_of = |changed: &BTreeSet<DateTime<Utc>>, until| -> Vec<i64> {
        judged(changed, until).into_iter().map(|it| (it - since).num_seconds()).collect()
    };
    // Within eleven minutes of each other, over three days.
    assert_eq!(resolution(since, until).num_minutes(), 10);
    assert_eq!(seconds_of(&changed, until), [121, 86_400, 90_000, 172_800, 259_200]);
    let until = since + TimeDelta::hours(1);
    assert_eq!(seconds_of(&changed, until), [0, 119, 121, 3_600]);

    let busy: BTreeSet<_> = (0..90 * 24 * 60).map(|it| since + TimeDelta::minutes(it)).collect();
    let until = since + TimeDelta::days(90);
    let kept = judged(&busy, until);
    assert_eq!((kept.len(), kept.last()), (400, Some(&until)));
}
