//! What concerns the tables as a whole: that they stay small, and that migrations go both ways.

use sqlx::PgPool;

use super::fixtures::{TestResult, claim, complete, finding, groups, run};
use super::{MIGRATOR, findings::FindingChange};
use crate::evaluation::Outcome;

async fn size(pool: &PgPool) -> i64 {
    sqlx::query_scalar(
        "select sum(pg_total_relation_size(oid))::bigint from pg_class
         where relkind = 'r' and relnamespace = 'public'::regnamespace",
    )
    .fetch_one(pool)
    .await
    .unwrap()
}

#[sqlx::test]
async fn unchanged_runs_grow_nothing(pool: PgPool) -> TestResult {
    groups(&pool, &["storage", "network"]).await;
    let mut connection = pool.acquire().await?;
    for _ in 0..2 {
        let found = FindingChange::Open(finding("private", "logs", Outcome::Fail));
        let claim = claim(&pool).await;
        complete(&mut connection, &claim, &run(Outcome::Fail), &[found]).await?;
    }
    let before = size(&pool).await;
    for _ in 0..1_000 {
        let claim = claim(&pool).await;
        let recorded = complete(&mut connection, &claim, &run(Outcome::Fail), &[]).await?;
        assert!(recorded.extended);
    }
    let grown = size(&pool).await - before;
    assert!(grown <= 100 << 10, "1,000 runs grew the tables by {grown} bytes");
    Ok(())
}

#[sqlx::test]
async fn migrations_go_down_and_up_again_over_rows(pool: PgPool) -> TestResult {
    groups(&pool, &["storage"]).await;
    let found = FindingChange::Open(finding("private", "logs", Outcome::Fail));
    let claim = claim(&pool).await;
    complete(&mut *pool.acquire().await?, &claim, &run(Outcome::Fail), &[found]).await?;
    sqlx::query(
        "insert into account_sweep (source, provider, account, due_at)
         select id, 'aws', '123456789012', now() from source",
    )
    .execute(&pool)
    .await?;
    MIGRATOR.undo(&pool, 0).await?;
    let left: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class
         where relnamespace = 'public'::regnamespace and relname not like '\\_sqlx%'",
    )
    .fetch_all(&pool)
    .await?;
    assert_eq!(left, Vec::<String>::new());
    MIGRATOR.run(&pool).await?;
    groups(&pool, &["storage"]).await;
    Ok(())
}

#[sqlx::test]
async fn a_database_that_refuses_says_why(pool: PgPool) -> TestResult {
    let mut url = sqlx::ConnectOptions::to_url_lossy(&*pool.connect_options());
    url.set_path("no_such_database");
    let refused = super::connect(&String::from(url).into()).await.err().ok_or("it is not there")?;
    assert!(refused.to_string().contains("\"no_such_database\" does not exist"), "{refused}");
    Ok(())
}
