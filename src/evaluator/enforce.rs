//! What of a group's failures is enforced: those that failed at the instant of `newOnly` and were
//! not mended since are old, and are not.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::db::findings::{FindingKey, FindingRecord, OpenFinding};
use crate::evaluation::{CheckStatus, Enforced, Outcome, is_baseline, new_only};
use crate::policy::{Group, NewOnly};

/// Findings of a group with `newOnly`, as far as they decide what is enforced.
#[derive(Debug)]
pub(super) struct Enforcement {
    new_only: NewOnly,
    failing: Vec<Failing>,
    /// The worst of all else.
    others: Outcome,
}

/// A finding that fails, and since when.
#[derive(Debug)]
struct Failing {
    check: String,
    /// Since when, as far as what stood before tells; `None`: it begins to.
    since: Option<DateTime<Utc>>,
}

impl Enforcement {
    /// Of what stood and what was found now; `None` for a group of which all is enforced, or
    /// nothing.
    pub(super) fn of(
        group: &Group,
        open: &[OpenFinding],
        records: &[FindingRecord],
    ) -> Option<Self> {
        let new_only = new_only(group)?;
        let stood: BTreeMap<&FindingKey, &OpenFinding> =
            open.iter().map(|finding| (&finding.key, finding)).collect();
        let (failing, others): (Vec<_>, Vec<_>) =
            records.iter().partition(|record| record.outcome == Outcome::Fail);
        let failing = failing.into_iter().map(|record| Failing {
            check: record.key.check.clone(),
            since: stood.get(&record.key).and_then(|stood| stood.failing_since),
        });
        Some(Self {
            new_only,
            failing: failing.collect(),
            others: Outcome::worst(others.into_iter().map(|record| record.outcome)),
        })
    }

    /// Outcome that is enforced if the evaluation is recorded at an instant, from which on fails what
    /// did not before.
    pub(super) fn enforced(&self, at: DateTime<Utc>) -> Enforced {
        let failing = self.failing.iter().map(|one| (Outcome::Fail, self.is_old(one, at)));
        Enforced::of(failing.chain([(self.others, false)]))
    }

    /// Counts the old failures of each check.
    pub(super) fn count(&self, at: DateTime<Utc>, standings: &mut [CheckStatus]) {
        let mut baseline: BTreeMap<&str, u64> = BTreeMap::new();
        for failing in self.failing.iter().filter(|failing| self.is_old(failing, at)) {
            *baseline.entry(&failing.check).or_default() += 1;
        }
        for standing in standings {
            standing.baseline = baseline.get(standing.check.as_str()).copied().unwrap_or_default();
        }
    }

    fn is_old(&self, failing: &Failing, at: DateTime<Utc>) -> bool {
        is_baseline(failing.since.unwrap_or(at), self.new_only)
    }
}

/// `true` where what is enforced may be something else than `before`, in an evaluation that is kept at an
/// instant or later: when exactly, and whether by the one of `newOnly`, is not known yet.
pub(super) fn comes_otherwise(
    enforcement: Option<&Enforcement>,
    before: Option<Enforced>,
    at: DateTime<Utc>,
) -> bool {
    let Some(enforcement) = enforcement else { return before.is_some() };
    let kept = [at, DateTime::<Utc>::MAX_UTC];
    kept.into_iter().any(|at| before != Some(enforcement.enforced(at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::policy::{PolicySet, Severity, SourceFile};
    use crate::resource::{Cause, Provider};

    const UNKNOWN: Outcome = Outcome::Unknown(Cause::Throttled);

    fn group(spec: &str) -> Group {
        let text = format!(
            "apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: {{ name: storage }}\nspec:\n  \
             {spec}\n  checks:\n    - id: private\n      \
             select: AWS::S3::Bucket\n      assert: resource.BucketName != \"\"\n"
        );
        let file = SourceFile::new("policies/a.yaml", text.into_bytes());
        let reading = PolicySet::read(&[file]);
        Group::clone(reading.policies.groups().next().expect("a group"))
    }

    fn at(hour: u32) -> DateTime<Utc> {
        format!("2026-11-22T{hour:02}:00:00Z").parse().expect("an instant")
    }

    fn record(resource: &str, outcome: Outcome) -> FindingRecord {
        FindingRecord {
            key: FindingKey {
                check: "private".to_owned(),
                provider: Provider::Aws,
                account: "123456789012".parse().expect("an account"),
                region: "eu-west-1".parse().expect("a region"),
                resource_type: "AWS::S3::Bucket".into(),
                resource_id: resource.into(),
            },
            outcome,
            severity: Severity::High,
            explanation: None,
            evaluation_digest: Digest::of(b"private"),
        }
    }

    fn stood(resource: &str, outcome: Outcome, failing_since: Option<u32>) -> OpenFinding {
        let FindingRecord { key, severity, evaluation_digest, .. } = record(resource, outcome);
        OpenFinding {
            key,
            outcome,
            severity,
            explanation: None,
            evaluation_digest,
            since: at(11),
            failing_since: failing_since.map(at),
        }
    }

    /// Of a group whose instant is at ten.
    fn of(open: &[OpenFinding], records: &[FindingRecord]) -> Enforcement {
        let group = group("enforce: { newOnly: 2026-11-22T10:00:00Z }");
        Enforcement::of(&group, open, records).expect("not all of it is enforced")
    }

    #[test]
    fn only_a_group_that_enforces_has_old_failures() {
        for spec in ["mode: enforce", "mode: audit\n  enforce: { newOnly: 2026-11-22 }"] {
            assert!(Enforcement::of(&group(spec), &[], &[]).is_none(), "{spec}");
        }
    }

    #[test]
    fn what_failed_at_the_instant_and_since_is_old() {
        let open = [
            stood("still", Outcome::Fail, Some(9)),
            stood("waived", Outcome::Waived, Some(10)),
            stood("unseen", UNKNOWN, Some(9)),
            stood("unheard", UNKNOWN, None),
            stood("spoilt", Outcome::Pass, None),
            stood("later", Outcome::Fail, Some(11)),
        ];
        let is_old = |resource: &str| {
            let found = of(&open, &[record(resource, Outcome::Fail)]);
            let mut standings = [standing()];
            found.count(at(12), &mut standings);
            let Enforced { outcome, baseline } = found.enforced(at(12));
            assert_eq!(standings[0].baseline, baseline);
            assert_eq!(outcome, if baseline > 0 { Outcome::Waived } else { Outcome::Fail });
            baseline > 0
        };
        for resource in ["still", "waived", "unseen"] {
            assert!(is_old(resource), "{resource}");
        }
        for resource in ["unheard", "spoilt", "later", "young"] {
            assert!(!is_old(resource), "{resource}");
        }
    }

    fn standing() -> CheckStatus {
        CheckStatus {
            check: "private".to_owned(),
            outcome: Outcome::Fail,
            counts: crate::evaluation::Counts::default(),
            baseline: 7,
            of_no_resource: false,
        }
    }

    #[test]
    fn until_the_instant_all_that_fails_is_old() {
        let records = [record("young", Outcome::Fail), record("fine", Outcome::Pass)];
        let found = of(&[stood("young", Outcome::Pass, None)], &records);
        assert_eq!(found.enforced(at(10)), Enforced { outcome: Outcome::Pass, baseline: 1 });
        assert_eq!(found.enforced(at(11)), Enforced { outcome: Outcome::Fail, baseline: 0 });
        let unknown = of(&[], &[record("young", Outcome::Fail), record("unseen", UNKNOWN)]);
        assert_eq!(unknown.enforced(at(9)), Enforced { outcome: UNKNOWN, baseline: 1 });
        assert_eq!(of(&[], &[]).enforced(at(9)).outcome, Outcome::NotApplicable);
    }
    #[test]
    fn what_comes_otherwise_is_worth_telling_also_when_the_instant_passes() {
        let held = Some(Enforced { outcome: Outcome::Waived, baseline: 1 });
        let old = of(&[stood("logs", Outcome::Fail, Some(9))], &[record("logs", Outcome::Fail)]);
        for (before, hour, told) in [(held, 9, false), (held, 12, false), (None, 12, true)] {
            assert_eq!(comes_otherwise(Some(&old), before, at(hour)), told, "{before:?} at {hour}");
        }
        let fewer = Some(Enforced { outcome: Outcome::Waived, baseline: 2 });
        assert!(comes_otherwise(Some(&old), fewer, at(12)));
        // It may be kept before the instant or after it.
        let young = of(&[], &[record("logs", Outcome::Fail)]);
        let red = Some(Enforced { outcome: Outcome::Fail, baseline: 0 });
        assert!(comes_otherwise(Some(&young), held, at(9)));
        assert!(comes_otherwise(Some(&young), red, at(9)));
        assert!(!comes_otherwise(Some(&young), red, at(12)));
        assert!(comes_otherwise(None, held, at(12)) && !comes_otherwise(None, None, at(12)));
    }
}
