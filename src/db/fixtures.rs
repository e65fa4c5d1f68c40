//! Sample rows for the tests of the rooms beside this file.

use std::time::Duration;

use sqlx::{PgConnection, PgPool};

use super::sources::{self, SourceId};
use super::{findings, groups, runs};
use crate::digest::Digest;
use crate::evaluation::{Counts, GroupOutcome, Outcome};
use crate::fetch::CallStats;
use crate::tasks::Backoff;

pub(super) type TestResult = Result<(), Box<dyn std::error::Error>>;

pub(super) const LEASE: Duration = Duration::from_mins(5);
pub(super) const NO_TIME: Duration = Duration::ZERO;
pub(super) const BACKOFF: Backoff =
    Backoff { first: Duration::from_secs(10), longest: Duration::from_mins(1) };

pub(super) fn registration(name: &str) -> sources::Registration {
    sources::Registration {
        name: name.to_owned(),
        host: sources::Host::GitHub,
        repository: format!("example/{name}"),
        branch: "main".into(),
        path: "policies".into(),
    }
}

/// A source that nothing is due for.
pub(super) async fn source(pool: &PgPool, name: &str) -> SourceId {
    let mut registrations: Vec<_> =
        sources::all(pool).await.unwrap().into_iter().map(|one| one.registration).collect();
    registrations.push(registration(name));
    let mut tx = pool.begin().await.unwrap();
    let ids = sources::register(&mut tx, &registrations).await.unwrap();
    tx.commit().await.unwrap();
    *ids.last().unwrap()
}

/// A fence for a source, whose pass never ends.
pub(super) async fn sync(connection: &mut PgConnection, name: &str) -> sources::Fence {
    sqlx::query("update source set due_at = 'epoch', lease_until = null where name = $1")
        .bind(name)
        .execute(&mut *connection)
        .await
        .unwrap();
    let claim = sources::claim_due(&mut *connection, LEASE).await.unwrap().unwrap();
    assert_eq!(claim.source.registration.name, name);
    sources::fence(connection, &claim).await.unwrap()
}

pub(super) fn definition(name: &str, digest: &str) -> groups::GroupUpsert {
    groups::GroupUpsert {
        name: name.to_owned(),
        digest: Digest::of(digest.as_bytes()),
        mode: crate::policy::Mode::Enforce,
        new_only: None,
        suspended: false,
        schedule: crate::schedule::Schedule::default(),
        owner: Some("platform@example.com".into()),
        description: None,
        unit: "bucket".into(),
    }
}

/// A source `main` with groups, all due.
pub(super) async fn groups(pool: &PgPool, names: &[&str]) -> SourceId {
    let id = source(pool, "main").await;
    let mut tx = pool.begin().await.unwrap();
    let fence = sync(&mut tx, "main").await;
    let definitions: Vec<_> = names.iter().map(|name| definition(name, "1")).collect();
    groups::upsert(&mut tx, &fence, "c1", &definitions).await.unwrap();
    tx.commit().await.unwrap();
    id
}

pub(super) async fn claim(pool: &PgPool) -> groups::Claim {
    groups::claim_due(pool, 1, LEASE).await.unwrap().pop().unwrap()
}

pub(super) fn verdict(outcome: Outcome) -> GroupOutcome {
    GroupOutcome { outcome, counts: Counts::from_iter([outcome]) }
}

pub(super) fn run(outcome: Outcome) -> runs::RunRecord {
    let mut calls = CallStats::default();
    calls.count("s3:ListBuckets".into());
    runs::RunRecord {
        revision: "c1".into(),
        engine: "0.1.0".into(),
        coverage: Digest::of(b"coverage"),
        digest: Digest::of(outcome.to_string().as_bytes()),
        verdict: verdict(outcome),
        duration: Duration::from_millis(1_234),
        calls,
    }
}

/// Completes a claim as an evaluation would; the next run is due at once.
pub(super) async fn complete(
    connection: &mut PgConnection,
    claim: &groups::Claim,
    run: &runs::RunRecord,
    changes: &[findings::FindingChange],
) -> Result<runs::RecordedRun, super::Error> {
    let fence = groups::fence(&mut *connection, claim).await?;
    findings::apply(&mut *connection, &fence, changes).await?;
    let recorded = runs::record(&mut *connection, &fence, run).await?;
    let completed = groups::Completed {
        verdict: run.verdict,
        enforced: None,
        digest: claim.digest,
        run: recorded,
        due_at: fence.at(),
    };
    groups::complete(connection, fence, &completed).await?;
    Ok(recorded)
}

pub(super) fn rule(id: &str, title: &str) -> crate::policy::RuleText {
    crate::policy::RuleText {
        id: id.to_owned(),
        title: title.to_owned(),
        severity: crate::policy::Severity::High,
        resource_type: "AWS::S3::Bucket".to_owned(),
        filter: None,
        assertion: "true".to_owned(),
        compliance: Vec::new(),
        remediation: None,
        path: "policies/a.yaml".to_owned(),
        line: 9,
        ..crate::policy::RuleText::default()
    }
}

pub(super) fn finding(check: &str, resource: &str, outcome: Outcome) -> findings::FindingRecord {
    findings::FindingRecord {
        key: findings::FindingKey {
            check: check.to_owned(),
            provider: crate::resource::Provider::Aws,
            account: "123456789012".parse().unwrap(),
            region: "eu-west-1".parse().unwrap(),
            resource_type: "AWS::S3::Bucket".into(),
            resource_id: resource.into(),
        },
        outcome,
        severity: crate::policy::Severity::High,
        explanation: (outcome == Outcome::Fail).then(|| "it is public".to_owned()),
        evaluation_digest: Digest::of(check.as_bytes()),
    }
}
