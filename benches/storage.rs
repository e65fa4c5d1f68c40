//! What unchanged runs cost: by how much 10,000 of them grow all tables and indexes together, and
//! how long each takes from claim to commit.
//!
//! `scripts/test-postgres.sh cargo bench --no-default-features --bench storage`; needs
//! `DATABASE_URL` of a server on which it may create a database. Fails beyond 1 MiB.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cloudcorrect::db::findings::{self, FindingChange, FindingKey, FindingRecord};
use cloudcorrect::db::groups::{self, GroupUpsert, Verdict};
use cloudcorrect::db::runs::{self, RunRecord};
use cloudcorrect::db::sources::{self, Host, Registration, SourceId};
use cloudcorrect::db::{self, Digest, facets};
use cloudcorrect::evaluation::{Counts, Outcome};
use cloudcorrect::fetch::CallStats;
use cloudcorrect::resource::{
    Facet, Inventory, Listing, Provider, Region, Resource, TypeName, Value,
};
use secrecy::SecretString;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use url::Url;

const GROUPS: usize = 50;
const FINDINGS: usize = 20;
const RUNS: usize = 10_000;
const LIMIT: i64 = 1 << 20;
const LEASE: Duration = Duration::from_mins(5);

type Outcomes<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcomes<()> {
    #[expect(clippy::disallowed_methods, reason = "a bench has no settings of its own")]
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
    let (grown, times) = measured?;
    report(grown, times)?;
    if grown > LIMIT { Err("the tables grew by more than 1 MiB".into()) } else { Ok(()) }
}

fn report(grown: i64, mut times: Vec<Duration>) -> Outcomes<()> {
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    let mut out = std::io::stdout().lock();
    writeln!(out, "unchanged runs: {RUNS} runs of {GROUPS} groups, {FINDINGS} findings each")?;
    writeln!(out, "  growth of all tables and indexes: {grown} bytes (limit {LIMIT})")?;
    let (median, p95) = (at(50).as_secs_f64() * 1e3, at(95).as_secs_f64() * 1e3);
    writeln!(out, "  claim to commit: n={} median {median:.2} ms, p95 {p95:.2} ms", times.len())?;
    Ok(())
}

async fn measure(pool: &PgPool) -> Outcomes<(i64, Vec<Duration>)> {
    db::migrate(pool).await?;
    let source = set_up(pool).await?;
    let observations = facets::Observations::of(&inventory()?);
    for _ in 0..GROUPS {
        run(pool, source, &observations, true).await?;
    }
    let before = size(pool).await?;
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        #[expect(clippy::disallowed_methods, reason = "what a bench is about")]
        let start = Instant::now();
        run(pool, source, &observations, false).await?;
        times.push(start.elapsed());
    }
    Ok((size(pool).await? - before, times))
}

async fn size(pool: &PgPool) -> Outcomes<i64> {
    let bytes = sqlx::query_scalar(
        "select sum(pg_total_relation_size(oid))::bigint from pg_class
         where relkind = 'r' and relnamespace = 'public'::regnamespace",
    );
    Ok(bytes.fetch_one(pool).await?)
}

async fn set_up(pool: &PgPool) -> Outcomes<SourceId> {
    let registration = Registration {
        name: "main".into(),
        host: Host::GitHub,
        repository: "example/policies".into(),
        branch: "main".into(),
        path: "policies".into(),
    };
    let mut tx = pool.begin().await?;
    sources::register(&mut tx, &[registration]).await?;
    let claim = sources::claim_due(&mut *tx, LEASE).await?.ok_or("the source is due")?;
    let fence = sources::fence(&mut *tx, &claim).await?;
    let definitions: Vec<_> = (0..GROUPS)
        .map(|number| GroupUpsert {
            name: format!("group-{number}"),
            digest: Digest::of(b"definition"),
            mode: cloudcorrect::policy::Mode::Enforce,
            suspended: false,
            interval: Duration::from_mins(15),
            owner: Some("platform@example.com".into()),
            description: Some("Buckets are private and encrypted.".into()),
            unit: "bucket".into(),
        })
        .collect();
    groups::upsert(&mut tx, &fence, "c1", &definitions).await?;
    tx.commit().await?;
    Ok(claim.source.id)
}

/// One run as the evaluator does it; the first of a group opens its findings.
async fn run(
    pool: &PgPool,
    source: SourceId,
    observations: &facets::Observations,
    first: bool,
) -> Outcomes<()> {
    let claim = groups::claim_due(pool, 1, LEASE).await?.pop().ok_or("a group is due")?;
    let mut tx = pool.begin().await?;
    facets::record(&mut tx, source, observations, claim.claimed_at).await?;
    tx.commit().await?;
    let open = findings::open(pool, source, &claim.name).await?;
    let changes: Vec<_> = if first { findings()? } else { Vec::new() };
    assert!(first || open.len() == FINDINGS, "the findings of the first run stand");
    let mut tx = pool.begin().await?;
    let fence = groups::fence(&mut *tx, &claim).await?;
    findings::apply(&mut tx, &fence, &changes).await?;
    let record = record(&claim);
    let kept = runs::record(&mut tx, &fence, &record).await?;
    assert_eq!(kept.extended, !first, "equal runs are one row");
    let completed = groups::Completed {
        verdict: record.verdict,
        digest: claim.digest,
        run: kept,
        due_at: fence.at(),
    };
    groups::complete(&mut *tx, fence, &completed).await?;
    tx.commit().await?;
    Ok(())
}

fn record(claim: &groups::Claim) -> RunRecord {
    RunRecord {
        revision: claim.revision.clone(),
        engine: env!("CARGO_PKG_VERSION").into(),
        coverage: Digest::of(b"coverage"),
        digest: Digest::of(b"result"),
        verdict: Verdict {
            outcome: Outcome::Fail,
            counts: (0..FINDINGS).map(|_| Outcome::Fail).collect::<Counts>(),
        },
        duration: Duration::from_millis(1_234),
        calls: CallStats::default(),
    }
}

fn findings() -> Outcomes<Vec<FindingChange>> {
    let key = FindingKey {
        check: "buckets-are-private".into(),
        provider: Provider::Aws,
        account: "123456789012".parse()?,
        region: "eu-west-1".parse()?,
        resource_type: "AWS::S3::Bucket".into(),
        resource_id: "".into(),
    };
    let finding = |number| {
        FindingChange::Open(FindingRecord {
            key: FindingKey { resource_id: bucket(number), ..key.clone() },
            outcome: Outcome::Fail,
            severity: cloudcorrect::policy::Severity::High,
            explanation: Some("BlockPublicAcls: false".into()),
            evaluation_digest: Digest::of(b"asked"),
        })
    };
    Ok((0..FINDINGS).map(finding).collect())
}

fn bucket(number: usize) -> Arc<str> {
    format!("example-bucket-{number}").into()
}

fn inventory() -> Outcomes<Inventory> {
    let region: Region = "eu-west-1".parse()?;
    let type_name = TypeName::from("AWS::S3::Bucket");
    let resources = (0..FINDINGS).map(|number| {
        let listed = Value::map([("BucketName", Value::string(bucket(number)))]);
        Arc::new(Resource {
            type_name: type_name.clone(),
            id: bucket(number),
            arn: None,
            region: region.clone(),
            facets: BTreeMap::from([("s3:ListBuckets".into(), Facet::Read(listed))]),
        })
    });
    let listing = Listing::Complete(resources.collect());
    let listings = BTreeMap::from([((type_name.clone(), Region::global()), listing)]);
    let account = "123456789012".parse()?;
    Ok(Inventory { listings, ..Inventory::empty(account, chrono::DateTime::UNIX_EPOCH) })
}
