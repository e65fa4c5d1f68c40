//! Clients of the services: the one place where they are configured.
//!
//! Each counts its requests and has its responses checked ([`super::response`]), each is throttled
//! on its own. A service is one method.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::{Region as SdkRegion, SdkConfig};
use aws_sdk_s3::config::retry::RetryPartition;
use aws_sdk_s3control::config::endpoint::{Endpoint, EndpointFuture, Params, ResolveEndpoint};

use super::calls::RequestCounter;
use crate::resource::{AccountId, Region};

/// Builder of the configuration of a service's client (`aws_sdk_ec2`) in a region, with what all
/// have in common.
macro_rules! configuration {
    ($service:ident, $config:expr, $region:expr, $counter:expr) => {
        $service::config::Builder::from($config)
            .region($region)
            .interceptor($counter.interceptor())
            .interceptor($crate::aws::response::ResponseCheck)
            .retry_classifier($crate::aws::response::RetryMalformed)
    };
}

pub(super) use configuration;

/// Clients that act in one account.
pub(super) struct Clients {
    account: AccountId,
    config: SdkConfig,
    /// The region for what belongs to none.
    home: SdkRegion,
    /// Requests that all clients made together.
    pub(super) calls: Arc<RequestCounter>,
    s3: PerRegion<aws_sdk_s3::Client>,
    ec2: PerRegion<aws_sdk_ec2::Client>,
}

/// Clients that are kept, because they are asked for each resource anew.
type PerRegion<T> = Mutex<BTreeMap<Region, T>>;

impl Clients {
    /// Clients that nobody asked for yet.
    pub(super) fn new(account: AccountId, config: SdkConfig, home: SdkRegion) -> Self {
        let (calls, s3, ec2) = Default::default();
        Self { account, config, home, calls, s3, ec2 }
    }

    /// Client of S3 in a region.
    pub(super) fn s3(&self, region: &Region) -> aws_sdk_s3::Client {
        let mut clients = self.s3.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients.entry(region.clone()).or_insert_with(|| {
            let sdk_region = self.sdk_region(region);
            let config = configuration!(aws_sdk_s3, &self.config, sdk_region, self.calls)
                .retry_partition(self.retry_partition("s3", region))
                // What stands in the place of S3 has no name for each bucket.
                .force_path_style(self.config.endpoint_url().is_some());
            aws_sdk_s3::Client::from_conf(config.build())
        });
        client.clone()
    }

    /// Client of EC2 in a region.
    pub(super) fn ec2(&self, region: &Region) -> aws_sdk_ec2::Client {
        let mut clients = self.ec2.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients.entry(region.clone()).or_insert_with(|| {
            let sdk_region = self.sdk_region(region);
            let config = configuration!(aws_sdk_ec2, &self.config, sdk_region, self.calls)
                .retry_partition(self.retry_partition("ec2", region));
            aws_sdk_ec2::Client::from_conf(config.build())
        });
        client.clone()
    }

    /// Client of IAM, which belongs to no region.
    pub(super) fn iam(&self) -> aws_sdk_iam::Client {
        let region = Region::global();
        let sdk_region = self.sdk_region(&region);
        let config = configuration!(aws_sdk_iam, &self.config, sdk_region, self.calls)
            .retry_partition(self.retry_partition("iam", &region));
        aws_sdk_iam::Client::from_conf(config.build())
    }

    /// Client of the organization, which belongs to no region.
    pub(super) fn organizations(&self) -> aws_sdk_organizations::Client {
        let region = Region::global();
        let sdk_region = self.sdk_region(&region);
        let config = configuration!(aws_sdk_organizations, &self.config, sdk_region, self.calls)
            .retry_partition(self.retry_partition("organizations", &region));
        aws_sdk_organizations::Client::from_conf(config.build())
    }

    /// Client of S3's settings of a whole account, which belong to no region.
    pub(super) fn s3control(&self) -> aws_sdk_s3control::Client {
        let region = Region::global();
        let sdk_region = self.sdk_region(&region);
        let mut config = configuration!(aws_sdk_s3control, &self.config, sdk_region, self.calls)
            .retry_partition(self.retry_partition("s3control", &region));
        // What stands in the place of S3 has no name for each account.
        if let Some(url) = self.config.endpoint_url() {
            config = config.endpoint_resolver(OneEndpoint(url.to_owned()));
        }
        aws_sdk_s3control::Client::from_conf(config.build())
    }

    fn sdk_region(&self, region: &Region) -> SdkRegion {
        if region.is_global() {
            self.home.clone()
        } else {
            SdkRegion::new(region.as_str().to_owned())
        }
    }

    /// One account that is throttled does not slow down the others.
    fn retry_partition(&self, service: &str, region: &Region) -> RetryPartition {
        RetryPartition::new(format!("{}-{service}-{region}", self.account))
    }
}

/// One endpoint for the requests of all accounts.
#[derive(Debug)]
struct OneEndpoint(String);

impl ResolveEndpoint for OneEndpoint {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(Endpoint::builder().url(self.0.clone()).build()))
    }
}
