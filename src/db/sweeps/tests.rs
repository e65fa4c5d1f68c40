//! Rows of sweeps: defined by commits, claimed once, completed by who holds them.

use sqlx::PgPool;

use super::*;
use crate::db::fixtures::{self, BACKOFF, LEASE, NO_TIME, TestResult};
use crate::db::sources;

const PROD: &str = "123456789012";
const SANDBOX: &str = "210987654321";

async fn now(pool: &PgPool) -> DateTime<Utc> {
    sqlx::query_scalar("select clock_timestamp()").fetch_one(pool).await.expect("an instant")
}

fn wanted(accounts: &[&str], due_at: DateTime<Utc>) -> Vec<Wanted> {
    let wanted = |account: &&str| Wanted { account: account.parse().expect("an id"), due_at };
    accounts.iter().map(wanted).collect()
}

/// A commit comes into force and its accounts get their rows, due since long ago.
async fn commit(pool: &PgPool, source: SourceId, commit: &str, accounts: &[&str]) -> TestResult {
    sqlx::query("update source set revision = $2 where id = $1")
        .bind(source.0)
        .bind(commit)
        .execute(pool)
        .await?;
    let mut tx = pool.begin().await?;
    let lock = lock(&mut *tx, source).await?;
    assert_eq!(lock.revision.as_deref(), Some(commit));
    define(&mut tx, &lock, Provider::Aws, &wanted(accounts, DateTime::UNIX_EPOCH)).await?;
    Ok(tx.commit().await?)
}

/// A source with these accounts, all due.
async fn source(pool: &PgPool, accounts: &[&str]) -> Result<SourceId, Box<dyn std::error::Error>> {
    let source = fixtures::source(pool, "main").await;
    commit(pool, source, "c1", accounts).await?;
    Ok(source)
}

async fn claim(pool: &PgPool) -> Claim {
    claim_due(pool, LEASE).await.expect("a claim").expect("an account is due")
}

async fn rows(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar("select account from account_sweep order by account")
        .fetch_all(pool)
        .await
        .expect("rows")
}

fn completed(due_at: DateTime<Utc>) -> Completed {
    Completed { position: None, requests: 7, due_at }
}

#[sqlx::test]
async fn the_accounts_of_a_commit_have_rows_and_no_others(pool: PgPool) -> TestResult {
    let source = fixtures::source(&pool, "main").await;
    assert_eq!(undefined(&pool).await?, [], "nothing is in force");
    sqlx::query("update source set revision = 'c1'").execute(&pool).await?;
    assert_eq!(undefined(&pool).await?, [source]);
    commit(&pool, source, "c1", &[PROD]).await?;
    assert_eq!(undefined(&pool).await?, []);
    assert_eq!(rows(&pool).await, [PROD]);

    commit(&pool, source, "c2", &[PROD, SANDBOX]).await?;
    assert_eq!(rows(&pool).await, [PROD, SANDBOX]);
    commit(&pool, source, "c3", &[SANDBOX]).await?;
    assert_eq!(rows(&pool).await, [SANDBOX]);
    commit(&pool, source, "c4", &[]).await?;
    assert_eq!(rows(&pool).await, [""; 0]);
    Ok(())
}

#[sqlx::test]
async fn sources_have_rows_of_their_own(pool: PgPool) -> TestResult {
    let one = source(&pool, &[PROD]).await?;
    let other = fixtures::source(&pool, "other").await;
    commit(&pool, other, "c1", &[PROD]).await?;
    assert_eq!(rows(&pool).await, [PROD, PROD]);
    commit(&pool, other, "c2", &[]).await?;
    assert_eq!(claim(&pool).await.source, one);

    let mut tx = pool.begin().await?;
    sources::register(&mut tx, &[fixtures::registration("other")]).await?;
    tx.commit().await?;
    sqlx::query("update account_sweep set lease_until = null").execute(&pool).await?;
    assert_eq!(claim_due(&pool, LEASE).await?, None, "nobody watches its source");
    Ok(())
}

#[sqlx::test]
async fn a_row_goes_on_through_commits(pool: PgPool) -> TestResult {
    let source = source(&pool, &[PROD]).await?;
    let place = Place { type_name: "AWS::S3::Bucket".into(), region: Region::global() };
    for resource in [Some("logs".into()), None] {
        let held = claim(&pool).await;
        let position = Some(Position { place: place.clone(), resource });
        let completed = Completed { position: position.clone(), ..completed(DateTime::UNIX_EPOCH) };
        complete(&pool, fence(&pool, &held).await?, &completed).await?;
        commit(&pool, source, "c2", &[PROD]).await?;
        let next = claim(&pool).await;
        assert_eq!((next.position, next.attempts), (position, 1));
        sqlx::query("update account_sweep set lease_until = null").execute(&pool).await?;
    }
    Ok(())
}

#[sqlx::test]
async fn replicas_share_the_due_accounts(pool: PgPool) -> TestResult {
    let accounts: Vec<String> = (0..12).map(|number| format!("{number:012}")).collect();
    let names: Vec<&str> = accounts.iter().map(String::as_str).collect();
    source(&pool, &names).await?;
    let replicas = (0..16).map(|_| claim_due(&pool, LEASE));
    let mut claimed = Vec::new();
    for claim in futures::future::join_all(replicas).await {
        claimed.extend(claim?.map(|claim| claim.account.to_string()));
    }
    while let Some(claim) = claim_due(&pool, LEASE).await? {
        claimed.push(claim.account.to_string());
    }
    claimed.sort();
    assert_eq!(claimed, accounts, "each once");
    Ok(())
}

#[sqlx::test]
async fn a_swept_account_is_due_again_at_its_time(pool: PgPool) -> TestResult {
    source(&pool, &[PROD]).await?;
    let held = claim(&pool).await;
    let later = now(&pool).await + chrono::TimeDelta::hours(1);
    complete(&pool, fence(&pool, &held).await?, &completed(later)).await?;
    assert_eq!(claim_due(&pool, LEASE).await?, None);
    assert!(renew(&pool, &held, LEASE).await.unwrap_err().is_stale(), "it is over");
    sqlx::query("update account_sweep set due_at = now()").execute(&pool).await?;
    let next = claim(&pool).await;
    assert_eq!((next.account, next.position, next.attempts), (held.account, None, 1));
    Ok(())
}

#[sqlx::test]
async fn a_stale_claim_is_refused(pool: PgPool) -> TestResult {
    source(&pool, &[PROD]).await?;
    let stalled = claim_due(&pool, NO_TIME).await?.expect("it is due");
    assert!(fence(&pool, &stalled).await.unwrap_err().is_stale(), "the lease is over");
    let successor = claim(&pool).await;
    assert_eq!(successor.attempts, 2);
    assert!(fence(&pool, &stalled).await.unwrap_err().is_stale(), "somebody else has it");
    assert!(renew(&pool, &stalled, LEASE).await.unwrap_err().is_stale());
    assert!(fail(&pool, &stalled, "late", BACKOFF).await.unwrap_err().is_stale());
    assert!(fence(&pool, &successor).await.is_ok());
    Ok(())
}

#[sqlx::test]
async fn a_sweep_of_an_account_that_left_is_refused(pool: PgPool) -> TestResult {
    let source = source(&pool, &[PROD]).await?;
    let held = claim(&pool).await;
    commit(&pool, source, "c2", &[]).await?;
    assert!(fence(&pool, &held).await.unwrap_err().is_stale());
    Ok(())
}

#[sqlx::test]
async fn a_failed_sweep_comes_back_after_a_growing_pause(pool: PgPool) -> TestResult {
    source(&pool, &[PROD]).await?;
    for (attempt, longest) in [10.0, 20.0, 40.0, 60.0, 60.0].into_iter().enumerate() {
        let held = claim(&pool).await;
        assert_eq!(held.attempts, i32::try_from(attempt)? + 1);
        fail(&pool, &held, "no way in", BACKOFF).await?;
        assert_eq!(claim_due(&pool, LEASE).await?, None, "it waits");
        let (pause, error): (f64, String) = sqlx::query_as(
            "update account_sweep set due_at = now() from account_sweep old
             returning extract(epoch from old.due_at - now())::float8, old.last_error",
        )
        .fetch_one(&pool)
        .await?;
        assert!((longest / 2.0 - 1.0..=longest).contains(&pause), "{pause} of {longest}");
        assert_eq!(error, "no way in");
    }
    let held = claim(&pool).await;
    complete(&pool, fence(&pool, &held).await?, &completed(DateTime::UNIX_EPOCH)).await?;
    assert_eq!(claim(&pool).await.attempts, 1, "a sweep that succeeds forgives");
    Ok(())
}

fn types(names: &[&str]) -> BTreeSet<TypeName> {
    names.iter().map(|name| (*name).into()).collect()
}

async fn asks(pool: &PgPool, source: SourceId, account: &str, names: &[&str]) -> bool {
    let account = account.parse().expect("an id");
    ask(pool, source, (Provider::Aws, &account), &types(names)).await.expect("it is kept")
}

/// A source whose accounts are not due for long.
async fn rested(pool: &PgPool, accounts: &[&str]) -> Result<SourceId, Box<dyn std::error::Error>> {
    let source = source(pool, accounts).await?;
    sqlx::query("update account_sweep set due_at = now() + interval '5 hours'")
        .execute(pool)
        .await?;
    Ok(source)
}

#[sqlx::test]
async fn what_somebody_asks_for_comes_first_and_changes_no_other_sweep(pool: PgPool) -> TestResult {
    let source = source(&pool, &[PROD, SANDBOX]).await?;
    assert!(asks(&pool, source, SANDBOX, &["AWS::S3::Bucket"]).await);
    assert!(asks(&pool, source, SANDBOX, &["AWS::EC2::VPC"]).await);
    assert!(!asks(&pool, source, "000000000007", &["AWS::S3::Bucket"]).await, "it is not swept");
    let held = claim(&pool).await;
    assert_eq!(held.account.as_str(), SANDBOX, "the other one is due for longer");
    assert_eq!(held.asked, types(&["AWS::S3::Bucket", "AWS::EC2::VPC"]));
    assert_eq!(swept(&pool, source).await?, BTreeMap::new());
    complete_asked(&pool, fence(&pool, &held).await?, &held, None, AskedEnd::Whole).await?;
    let known: Vec<_> = swept(&pool, source).await?.into_keys().collect();
    assert_eq!(known, [held.account]);
    for _ in 0..2 {
        assert_eq!(claim(&pool).await.asked, types(&[]), "the sweeps of the day");
    }
    assert_eq!(claim_due(&pool, LEASE).await?, None);
    Ok(())
}

#[sqlx::test]
async fn what_a_budget_left_waits_until_somebody_asks_again(pool: PgPool) -> TestResult {
    let source = rested(&pool, &[PROD]).await?;
    assert!(asks(&pool, source, PROD, &["AWS::S3::Bucket"]).await);
    let held = claim(&pool).await;
    let place = Place { type_name: "AWS::S3::Bucket".into(), region: Region::global() };
    let position = Some(Position { place, resource: Some("logs".into()) });
    let fence_of = fence(&pool, &held).await?;
    complete_asked(&pool, fence_of, &held, position.as_ref(), AskedEnd::BudgetSpent).await?;
    assert_eq!(claim_due(&pool, LEASE).await?, None);
    assert!(asks(&pool, source, PROD, &["AWS::S3::Bucket"]).await);
    let again = claim(&pool).await;
    assert_eq!((&again.asked, &again.position), (&held.asked, &position));
    // What was asked for meanwhile is not lost.
    assert!(asks(&pool, source, PROD, &["AWS::EC2::VPC"]).await);
    complete_asked(&pool, fence(&pool, &again).await?, &again, None, AskedEnd::Whole).await?;
    let next = claim(&pool).await;
    assert_eq!((next.asked, next.position), (types(&["AWS::EC2::VPC"]), None));
    Ok(())
}

#[sqlx::test]
async fn what_cannot_be_collected_is_given_up_after_a_few_attempts(pool: PgPool) -> TestResult {
    let source = rested(&pool, &[PROD]).await?;
    assert!(asks(&pool, source, PROD, &["AWS::S3::Bucket"]).await);
    for is_last in [false, false, true] {
        let held = claim(&pool).await;
        assert_eq!(fail_asked(&pool, &held, "no way in", BACKOFF).await?, is_last);
        assert!(fail_asked(&pool, &held, "late", BACKOFF).await.unwrap_err().is_stale());
        assert_eq!(claim_due(&pool, LEASE).await?, None);
        sqlx::query("update account_sweep set asked_at = now() where asked_at is not null")
            .execute(&pool)
            .await?;
    }
    assert_eq!(claim_due(&pool, LEASE).await?, None);
    assert!(asks(&pool, source, PROD, &["AWS::S3::Bucket"]).await);
    let held = claim(&pool).await;
    assert_eq!((&held.asked, held.attempts), (&types(&["AWS::S3::Bucket"]), 1), "asked for again");
    // What a shutdown breaks off goes on at once, and what is not answered after a pause, a few times.
    let broken = AskedEnd::BrokenOff;
    complete_asked(&pool, fence(&pool, &held).await?, &held, None, broken).await?;
    for is_due in [true, true, false] {
        let held = claim(&pool).await;
        let unanswered = AskedEnd::Unanswered("throttled", Duration::ZERO);
        complete_asked(&pool, fence(&pool, &held).await?, &held, None, unanswered).await?;
        let error: Option<String> =
            sqlx::query_scalar("select asked_error from account_sweep").fetch_one(&pool).await?;
        assert_eq!(error.is_none(), is_due, "{error:?}");
    }
    assert_eq!(claim_due(&pool, LEASE).await?, None);
    Ok(())
}
