//! Since when something fails: kept with each interval, so that no past has to be read.
//!
//! A finding fails until it is mended: until it passes, is no longer selected, or is gone for a time,
//! whatever it comes back as. What is waived fails, and what cannot be known does as it did before.
//! So each interval takes over what the one before it said, also when its check gets another id.

use chrono::{DateTime, Utc};

use crate::evaluation::Outcome;

/// Since when something fails that has an outcome since an instant, and had failed before since
/// `before`. Rows of earlier versions do not say; of these the interval counts.
pub(super) fn failing_since(
    outcome: Outcome,
    before: Option<DateTime<Utc>>,
    since: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    match outcome {
        Outcome::Fail | Outcome::Waived => Some(before.unwrap_or(since)),
        Outcome::Unknown(_) => before,
        Outcome::Pass | Outcome::NotApplicable => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use sqlx::PgPool;

    use super::*;
    use crate::db::checks::{self, Renaming};
    use crate::db::findings::{ClosedReason, FindingChange, FindingKey, open};
    use crate::db::fixtures::{TestResult, claim, complete, finding, groups, run, sync};
    use crate::db::sources::SourceId;
    use crate::db::{Error, MIGRATOR};
    use crate::resource::Cause;

    /// A resource, what became of it run by run, and the run, from 0, since which it fails.
    type Case = (&'static str, &'static [&'static str], Option<usize>);

    const CASES: [Case; 19] = [
        ("begins", &["fail"], Some(0)),
        ("for another reason", &["fail", "otherwise"], Some(0)),
        ("spoilt", &["pass", "fail"], Some(1)),
        ("selected", &["not_applicable", "fail", "otherwise"], Some(1)),
        ("mended", &["fail", "pass"], None),
        ("mended and spoilt", &["fail", "pass", "fail"], Some(2)),
        ("nothing to judge for a time", &["fail", "not_applicable", "fail"], Some(2)),
        ("unknown for a time", &["fail", "unknown", "fail"], Some(0)),
        ("unknown by now", &["fail", "unknown"], Some(0)),
        ("unknown at first", &["unknown", "fail"], Some(1)),
        ("unknown after it passed", &["fail", "pass", "unknown", "fail"], Some(3)),
        ("never known", &["unknown"], None),
        ("waived", &["fail", "waived"], Some(0)),
        ("waived at first", &["waived", "unknown", "fail"], Some(0)),
        ("waived and mended", &["waived", "pass", "waived"], Some(2)),
        ("gone for a time", &["fail", "gone", "fail"], Some(2)),
        ("unknown where it was gone", &["fail", "gone", "unknown"], None),
        ("gone in the end", &["fail", "gone"], None),
        ("*", &["fail", "over", "fail"], Some(2)),
    ];

    fn key(resource: &str) -> FindingKey {
        finding("private", resource, Outcome::Fail).key
    }

    /// What a run changes of a resource.
    fn changes(resource: &str, before: Option<&str>, now: &str) -> Vec<FindingChange> {
        let outcome = match now {
            "gone" => return vec![FindingChange::Close(key(resource), ClosedReason::ResourceGone)],
            // What is about no resource is closed like this where it is not found again.
            "over" => return vec![FindingChange::Close(key(resource), ClosedReason::Changed)],
            "otherwise" => Outcome::Fail,
            name => Outcome::of(name, Some(Cause::Throttled)).expect("an outcome"),
        };
        let stood = before.is_some_and(|before| !["gone", "over"].contains(&before));
        let closed = stood.then(|| FindingChange::Close(key(resource), ClosedReason::Changed));
        let mut record = finding("private", resource, outcome);
        record.explanation = Some(now.to_owned());
        closed.into_iter().chain([FindingChange::Open(record)]).collect()
    }

    /// Runs all cases side by side; when each run was kept.
    async fn runs(pool: &PgPool) -> Result<Vec<DateTime<Utc>>, Error> {
        let most = CASES.iter().map(|(_, past, _)| past.len()).max().unwrap_or_default();
        let mut kept = Vec::new();
        for number in 0..most {
            let of = |(resource, past, _): &Case| match past.get(number) {
                Some(now) => changes(
                    resource,
                    number.checked_sub(1).and_then(|it| past.get(it)).copied(),
                    now,
                ),
                None => Vec::new(),
            };
            let changes: Vec<_> = CASES.iter().flat_map(of).collect();
            kept.push(keep(pool, &format!("c{number}"), &changes).await?);
        }
        Ok(kept)
    }

    async fn keep(
        pool: &PgPool,
        revision: &str,
        changes: &[FindingChange],
    ) -> Result<DateTime<Utc>, Error> {
        let mut tx = pool.begin().await?;
        let mut run = run(Outcome::Fail);
        run.revision = revision.to_owned();
        let recorded = complete(&mut tx, &claim(pool).await, &run, changes).await?;
        tx.commit().await?;
        Ok(recorded.first_at)
    }

    async fn failing(
        pool: &PgPool,
        source: SourceId,
    ) -> Result<BTreeMap<String, DateTime<Utc>>, Error> {
        let open = open(pool, source, "storage").await?;
        let failing = open.into_iter().filter_map(|one| {
            Some((format!("{} {}", one.key.check, one.key.resource_id), one.failing_since?))
        });
        Ok(failing.collect())
    }

    #[sqlx::test]
    async fn what_fails_does_so_until_it_is_mended(pool: PgPool) -> TestResult {
        let source = groups(&pool, &["storage"]).await;
        let kept = runs(&pool).await?;
        let failing = failing(&pool, source).await?;
        for (resource, past, since) in CASES {
            let expected = since.and_then(|number| kept.get(number));
            let found = failing.get(&format!("private {resource}"));
            assert_eq!(found, expected, "{resource}: {past:?}");
        }
        Ok(())
    }

    #[sqlx::test]
    async fn what_earlier_versions_kept_says_the_same(pool: PgPool) -> TestResult {
        let source = groups(&pool, &["storage"]).await;
        runs(&pool).await?;
        let before = failing(&pool, source).await?;
        MIGRATOR.undo(&pool, 7).await?;
        MIGRATOR.run(&pool).await?;
        assert_eq!(failing(&pool, source).await?, before);
        let closed: i64 = sqlx::query_scalar(
            "select count(*) from finding where until is not null and failing_since is not null",
        )
        .fetch_one(&pool)
        .await?;
        assert_eq!(closed, 0, "what is over stays as it was");
        Ok(())
    }

    #[sqlx::test]
    async fn of_what_an_earlier_version_wrote_since_the_interval_counts(
        pool: PgPool,
    ) -> TestResult {
        let source = groups(&pool, &["storage"]).await;
        let first = keep(&pool, "c1", &changes("logs", None, "fail")).await?;
        sqlx::query("update finding set failing_since = null").execute(&pool).await?;
        assert_eq!(failing(&pool, source).await?["private logs"], first);
        keep(&pool, "c2", &changes("logs", Some("fail"), "otherwise")).await?;
        assert_eq!(failing(&pool, source).await?["private logs"], first);
        Ok(())
    }

    #[sqlx::test]
    async fn a_check_with_another_id_fails_since_before(pool: PgPool) -> TestResult {
        let source = groups(&pool, &["storage"]).await;
        let first = keep(&pool, "c1", &changes("logs", None, "fail")).await?;
        keep(&pool, "c2", &changes("logs", Some("fail"), "unknown")).await?;
        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        let renaming = |from: &str, to: &str| Renaming {
            group: "storage".to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
        };
        checks::rename(&mut tx, &fence, &[renaming("private", "closed")]).await?;
        checks::rename(&mut tx, &fence, &[renaming("closed", "shut")]).await?;
        tx.commit().await?;
        let now = finding("shut", "logs", Outcome::Fail);
        let changes = [
            FindingChange::Close(now.key.clone(), ClosedReason::Changed),
            FindingChange::Open(now),
        ];
        keep(&pool, "c3", &changes).await?;
        let expected = BTreeMap::from([("shut logs".to_owned(), first)]);
        assert_eq!(failing(&pool, source).await?, expected);
        Ok(())
    }
}
