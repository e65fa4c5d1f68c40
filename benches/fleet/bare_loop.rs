//! The calls of one evaluation of the fleet, by the AWS SDK alone: what an evaluation costs beyond
//! it is ours.
//!
//! The client is that of `src/aws/login.rs`, with its timeouts, retries and TLS, and as many calls
//! are under way at a time as `src/aws/limiter.rs` lets through. There are no interceptors, and
//! answers are dropped, refusals too: a bucket without a policy is refused one.
//!
//! It takes a file and regions. A line of the file names a user who fails by the credential report,
//! which is no proof: `console USER` or `keys USER`. It is written by `scripts/fleet-figures.py`,
//! which compares the requests with those of an evaluation.

use std::error::Error;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ec2::types::{Filter, ManagedPrefixList};
use aws_sdk_iam::types::{EntityType, PolicyScopeType};
use aws_sdk_s3::types::Bucket;
use aws_smithy_http_client::tls::Provider as Tls;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use futures::future::{FutureExt, LocalBoxFuture, try_join_all, try_join3};
use futures::stream::{self, TryStreamExt};

/// Allocator of the service.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Calls to S3 under way at a time, in a region.
const S3_CONCURRENCY: usize = 16;

/// The same for each other service.
const CONCURRENCY: usize = 4;

/// Entries a page.
const PAGE_SIZE: i32 = 1000;

/// Buckets a page.
const BUCKETS: i32 = 10_000;

/// Prefix lists, and entries of one, a page.
const PREFIXES: i32 = 100;

/// States of the instances that are listed.
const STATES: [&str; 5] = ["pending", "running", "stopping", "stopped", "shutting-down"];

type Failure = Box<dyn Error + Send + Sync>;
type Answer = Result<(), Failure>;
type Call = LocalBoxFuture<'static, Answer>;

/// A call, made when its turn comes.
macro_rules! one {
    ($request:expr) => {{
        let request = $request;
        async move { dropped(request.send().await) }.boxed_local()
    }};
}

/// A list, read to its end when its turn comes.
macro_rules! all {
    ($request:expr) => {{
        let mut pages = $request.into_paginator().send();
        async move {
            while let Some(page) = pages.next().await {
                dropped(page)?;
            }
            Answer::Ok(())
        }
        .boxed_local()
    }};
}

/// An answer of which only counts that it came.
fn dropped<T, E>(answer: Result<T, SdkError<E, HttpResponse>>) -> Answer
where
    E: Error + Send + Sync + 'static,
{
    match answer {
        Ok(_) | Err(SdkError::ServiceError(_)) => Ok(()),
        Err(error) => Err(Box::new(error)),
    }
}

/// Makes calls, so many at a time.
async fn make(width: usize, calls: impl IntoIterator<Item = Call>) -> Answer {
    stream::iter(calls.into_iter().map(Ok)).try_for_each_concurrent(width, |call: Call| call).await
}

/// Users about whom IAM is asked itself.
#[derive(Default)]
struct Asked {
    console: Vec<String>,
    keys: Vec<String>,
}

impl Asked {
    fn read(text: &str) -> Result<Self, Failure> {
        let mut asked = Self::default();
        for line in text.lines() {
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["console", user] => asked.console.push(user.to_owned()),
                ["keys", user] => asked.keys.push(user.to_owned()),
                _ => return Err(format!("no call: `{line}`").into()),
            }
        }
        Ok(asked)
    }
}

async fn config() -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Tls::Rustls(CryptoMode::AwsLc))
        .build_https();
    let retries = RetryConfig::adaptive()
        .with_max_attempts(5)
        .with_initial_backoff(Duration::from_millis(500))
        .with_max_backoff(Duration::from_secs(10));
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(20))
        .operation_timeout(Duration::from_secs(90))
        .build();
    let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .region(Region::from_static("us-east-1"))
        .retry_config(retries)
        .timeout_config(timeouts);
    loader.load().await
}

fn s3(config: &SdkConfig, region: Region) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::config::Builder::from(config).region(region).force_path_style(true);
    aws_sdk_s3::Client::from_conf(config.build())
}

/// All buckets, and then those of each region with what is read of each.
async fn buckets(config: &SdkConfig, regions: &[Region]) -> Answer {
    let home = s3(config, Region::from_static("us-east-1"));
    all!(home.list_buckets().max_buckets(BUCKETS)).await?;
    let home = &home;
    let of_regions = regions.iter().map(|region| async move {
        let list = home.list_buckets().bucket_region(region.as_ref()).max_buckets(BUCKETS);
        let list = list.send().await?;
        let client = s3(config, region.clone());
        let names = list.buckets().iter().filter_map(Bucket::name);
        make(S3_CONCURRENCY, names.flat_map(|name| of_bucket(&client, name))).await
    });
    try_join_all(of_regions).await.map(drop)
}

fn of_bucket(s3: &aws_sdk_s3::Client, name: &str) -> [Call; 7] {
    [
        one!(s3.get_bucket_acl().bucket(name)),
        one!(s3.get_bucket_policy().bucket(name)),
        one!(s3.get_public_access_block().bucket(name)),
        one!(s3.get_bucket_encryption().bucket(name)),
        one!(s3.get_bucket_versioning().bucket(name)),
        one!(s3.get_bucket_logging().bucket(name)),
        one!(s3.get_bucket_tagging().bucket(name)),
    ]
}

async fn machines(config: &SdkConfig, region: &Region) -> Answer {
    let config = aws_sdk_ec2::config::Builder::from(config).region(region.clone());
    let ec2 = aws_sdk_ec2::Client::from_conf(config.build());
    let states = STATES.map(str::to_owned).to_vec();
    let existing = Filter::builder().name("instance-state-name").set_values(Some(states)).build();
    let lists = [
        all!(ec2.describe_security_groups().max_results(PAGE_SIZE)),
        all!(ec2.describe_instances().filters(existing).max_results(PAGE_SIZE)),
        all!(ec2.describe_volumes().max_results(PAGE_SIZE)),
    ];
    let prefixes = ec2.describe_managed_prefix_lists().max_results(PREFIXES);
    let prefixes = prefixes.into_paginator().items().send().try_collect().await?;
    let ids = prefixes.iter().filter_map(ManagedPrefixList::prefix_list_id);
    let entries = ids.map(|id| {
        all!(ec2.get_managed_prefix_list_entries().prefix_list_id(id).max_results(PREFIXES))
    });
    make(CONCURRENCY, lists.into_iter().chain(entries)).await
}

async fn identities(config: &SdkConfig, asked: &Asked) -> Answer {
    let iam = aws_sdk_iam::Client::new(config);
    let details = |kind| {
        let details = iam.get_account_authorization_details().filter(kind);
        all!(details.max_items(PAGE_SIZE))
    };
    let reader = iam.clone();
    let report = async move {
        dropped(reader.generate_credential_report().send().await)?;
        dropped(reader.get_credential_report().send().await)
    };
    let lists = [
        all!(iam.list_users().max_items(PAGE_SIZE)),
        all!(iam.list_groups().max_items(PAGE_SIZE)),
        all!(iam.list_roles().max_items(PAGE_SIZE)),
        all!(iam.list_policies().scope(PolicyScopeType::Local).max_items(PAGE_SIZE)),
        details(EntityType::User),
        details(EntityType::Group),
        details(EntityType::LocalManagedPolicy),
        report.boxed_local(),
        one!(iam.get_account_password_policy()),
    ];
    let console = asked.console.iter().flat_map(|user| {
        [
            one!(iam.get_login_profile().user_name(user)),
            all!(iam.list_mfa_devices().user_name(user)),
        ]
    });
    let keys = asked.keys.iter().map(|user| all!(iam.list_access_keys().user_name(user)));
    make(CONCURRENCY, lists.into_iter().chain(console).chain(keys)).await
}

async fn evaluation(asked: &Asked, regions: &[Region]) -> Answer {
    let config = config().await;
    aws_sdk_sts::Client::new(&config).get_caller_identity().send().await?;
    let of_regions = regions.iter().map(|region| machines(&config, region));
    let storage = buckets(&config, regions);
    try_join3(storage, try_join_all(of_regions), identities(&config, asked)).await.map(drop)
}

fn main() -> Answer {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("no file of calls is named")?;
    let asked = Asked::read(&std::fs::read_to_string(file)?)?;
    let regions: Vec<Region> = arguments.map(Region::new).collect();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build()?;
    runtime.block_on(evaluation(&asked, &regions))
}
