//! What unchanged runs cost: by how much 10,000 of them grow all tables and indexes together, and
//! how long each takes.
//!
//! `make bench`, or `scripts/test-postgres.sh cargo bench --bench storage`: the service's own sync
//! and evaluation, over a repository on this machine and a recorded account; needs `DATABASE_URL`
//! of a server on which it may create a database. Fails beyond 1 MiB.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures the time")]

mod figures;

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use cloudcorrect::app::{Parts, Workers};

use cloudcorrect::clock::Clock;
use cloudcorrect::config::Settings;
use cloudcorrect::db;
use cloudcorrect::tasks::Pass;
use secrecy::SecretString;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use url::Url;

const BUCKETS: usize = 20;
const GROUPS: usize = 50;
const ROUNDS: usize = 200;
const LIMIT: i64 = 1 << 20;

type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let server = std::env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set")?;
    let name = format!("bench_storage_{}", std::process::id());
    let mut admin = PgConnection::connect(&server).await?;
    sqlx::query(AssertSqlSafe(format!("create database {name}"))).execute(&mut admin).await?;
    let mut url: Url = server.parse()?;
    url.set_path(&name);
    let pool = db::connect(&SecretString::from(String::from(url))).await?;
    let measured = measure(&pool).await;
    pool.close().await;
    sqlx::query(AssertSqlSafe(format!("drop database {name}"))).execute(&mut admin).await?;
    let (grown, rounds) = measured?;
    let runs = GROUPS * ROUNDS;
    let what = format!("{runs} unchanged runs of {BUCKETS} findings: growth of tables and indexes");
    figures::tell("storage", &what, &format!("{grown} bytes (at most {LIMIT})"));
    figures::tell(
        "storage",
        &format!("a round of {GROUPS} unchanged groups"),
        &figures::Spread::of(&rounds),
    );
    if grown > LIMIT { Err("the tables grew by more than 1 MiB".into()) } else { Ok(()) }
}

/// The growth in bytes, and how long each round of all groups took.
async fn measure(pool: &PgPool) -> Outcome<(i64, Vec<Duration>)> {
    db::migrate(pool).await?;
    let directory = tempfile::tempdir()?;
    let settings = world(directory.path())?;
    let parts =
        Parts::assemble(&settings, pool, Clock::System, Workers::here(pool.clone())).await?;
    while parts.pass().await? == Pass::Worked {}
    round(pool, &parts).await?;
    let before = size(pool).await?;
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        times.push(round(pool, &parts).await?);
    }
    let grown = size(pool).await? - before;
    let counted: (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from run), (select sum(count)::bigint from run),
                (select count(*) from finding)",
    )
    .fetch_one(pool)
    .await?;
    let expected = (GROUPS, GROUPS * (ROUNDS + 2), GROUPS * BUCKETS);
    let expected =
        (i64::try_from(expected.0)?, i64::try_from(expected.1)?, i64::try_from(expected.2)?);
    if counted == expected {
        Ok((grown, times))
    } else {
        Err(format!("rows, runs and findings are {counted:?}, not {expected:?}").into())
    }
}

/// Makes all groups due and runs them.
async fn round(pool: &PgPool, parts: &Parts) -> Outcome<Duration> {
    sqlx::query("update policy_group set due_at = now()").execute(pool).await?;
    let started = Instant::now();
    while parts.evaluator.pass().await? == Pass::Worked {}
    Ok(started.elapsed())
}

async fn size(pool: &PgPool) -> Outcome<i64> {
    let bytes = sqlx::query_scalar(
        "select sum(pg_total_relation_size(oid))::bigint from pg_class
         where relkind = 'r' and relnamespace = 'public'::regnamespace",
    );
    Ok(bytes.fetch_one(pool).await?)
}

/// A repository with the groups, an account with the buckets, and the settings that name both.
fn world(directory: &Path) -> Outcome<Settings> {
    let repository = directory.join("repository");
    fs::create_dir_all(repository.join("policies"))?;
    fs::write(repository.join("policies/all.yaml"), policies()?)?;
    fs::write(directory.join("account.json"), serde_json::to_string(&account())?)?;
    for arguments in [
        &["init", "--quiet", "--initial-branch", "main"][..],
        &["add", "."],
        &["-c", "user.name=b", "-c", "user.email=b@example.com", "commit", "-qm", "Begin"],
    ] {
        let status = Command::new("git").current_dir(&repository).args(arguments).status()?;
        if !status.success() {
            return Err(format!("git {arguments:?}: {status}").into());
        }
    }
    let url = Url::from_file_path(&repository).map_err(|()| "no path of a repository")?;
    let text = format!(
        "data_dir = \"data\"\n[git]\nallow_file = true\n\
         [[sources]]\nname = \"main\"\nurl = \"{url}\"\n\
         [accounts.\"123456789012\"]\nrecorded = \"account.json\"\n"
    );
    Ok(Settings::read(&text, directory, [])?)
}

/// Every other bucket fails each group.
fn policies() -> Outcome<String> {
    let mut text = "apiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: { name: bench }\n\
                    spec:\n  aws: { accountId: 123456789012, regions: [us-east-1] }\n"
        .to_owned();
    for number in 0..GROUPS {
        write!(
            text,
            "---\napiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: {{ name: group-{number} }}\n\
             spec:\n  schedule: {{ every: 30d }}\n  checks:\n    - id: private\n      \
             select: AWS::S3::Bucket\n      \
             assert: resource.PublicAccessBlockConfiguration.BlockPublicAcls\n"
        )?;
    }
    Ok(text)
}

fn account() -> Value {
    let bucket = |number: usize| {
        let name = format!("example-bucket-{number}");
        let block = json!({
            "BlockPublicAcls": number.is_multiple_of(2), "IgnorePublicAcls": true,
            "BlockPublicPolicy": true, "RestrictPublicBuckets": true,
        });
        json!({
            "region": "us-east-1",
            "facets": {
                "s3:ListBuckets": { "read": {
                    "BucketName": name, "Arn": format!("arn:aws:s3:::{name}"),
                } },
                "s3:GetPublicAccessBlock": { "read": { "PublicAccessBlockConfiguration": block } },
            },
        })
    };
    let buckets: Vec<Value> = (0..BUCKETS).map(bucket).collect();
    json!({
        "apiVersion": "cloudcorrect.dev/v1", "kind": "Inventory",
        "account": "123456789012", "recordedAt": "2026-11-21T10:00:00Z",
        "lists": { "AWS::S3::Bucket": { "global": { "resources": buckets } } },
    })
}
