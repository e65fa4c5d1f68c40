//! The calls of one evaluation on one account.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt;
use std::mem;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_config::{Region as SdkRegion, SdkConfig};
use aws_sdk_s3::config::retry::RetryPartition;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tracing::{Instrument, debug_span};

use super::Limits;
use super::lanes::Lanes;
use super::login::{Identity, Login};
use super::refusal::{Proven, Refusal};
use crate::fetch::CallStats;
use crate::resource::{AccountId, Cause, Failure, Operation, Region};

/// Counts requests as they leave, repeated ones included.
#[derive(Debug, Default)]
pub(super) struct Counter(Mutex<CallStats>);

impl Counter {
    /// What a client's configuration takes.
    pub(super) fn interceptor(self: &Arc<Self>) -> CountRequests {
        CountRequests(self.clone())
    }

    /// The counts so far.
    pub(super) fn counts(&self) -> CallStats {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The counts so far, which are counted anew from here on.
    pub(super) fn take(&self) -> CallStats {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes over the counts of another.
    fn absorb(&self, other: &Self) {
        let taken = other.take();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).add(&taken);
    }
}

/// The hook that counts.
#[derive(Debug)]
pub(super) struct CountRequests(Arc<Counter>);

#[dyn_dispatch_hint]
impl Intercept for CountRequests {
    fn name(&self) -> &'static str {
        "CountRequests"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = config.load::<Metadata>() {
            let service = metadata.service().to_ascii_lowercase();
            let operation = format!("{service}:{}", metadata.name());
            let mut counts = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
            counts.count(Operation::from(operation.as_str()));
        }
        Ok(())
    }
}

/// The account that a session acts in.
#[derive(Clone)]
pub(super) struct Account {
    pub(super) id: AccountId,
    pub(super) login: Arc<Login>,
    pub(super) lanes: Arc<Lanes>,
    pub(super) limits: Limits,
}

/// A logged-in account for the time of one evaluation.
pub(super) struct Session {
    account: Account,
    identity: Identity,
    config: SdkConfig,
    /// The regions of the evaluation.
    pub(super) regions: BTreeSet<Region>,
    calls: Arc<Counter>,
    s3: Mutex<BTreeMap<Region, aws_sdk_s3::Client>>,
    /// Why there are no credentials any more: then nothing is tried again.
    no_login: OnceLock<Failure>,
}

impl fmt::Debug for Session {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Session").field("account", &self.account.id).finish_non_exhaustive()
    }
}

impl Session {
    /// Logs in.
    pub(super) async fn open(account: Account, regions: BTreeSet<Region>) -> Result<Self, Failure> {
        let identity = account.login.identity().await?;
        let config = account.login.config().await;
        let (calls, s3, no_login) = (Arc::default(), Mutex::default(), OnceLock::new());
        Ok(Self { account, identity, config, regions, calls, s3, no_login })
    }

    /// The account.
    pub(super) fn account(&self) -> &AccountId {
        &self.account.id
    }

    /// The bounds of calls.
    pub(super) fn limits(&self) -> &Limits {
        &self.account.limits
    }

    /// The partition of ARNs.
    pub(super) fn partition(&self) -> &str {
        &self.identity.partition
    }

    /// The requests so far, those of logging in included.
    pub(super) fn calls(&self) -> CallStats {
        self.calls.absorb(&self.account.login.calls);
        self.calls.counts()
    }

    /// Makes one call: in its lane, counted, its refusal understood. `operation` is `service:Name`.
    pub(super) async fn call<T, E>(
        &self,
        operation: &str,
        region: &Region,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, Refusal>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let service = operation.split(':').next().unwrap_or_default();
        let _place = self.account.lanes.enter(service, region).await;
        if let Some(failure) = self.no_login.get() {
            return Err(Refusal { code: None, failure: failure.clone(), no_login: true });
        }
        let span = debug_span!(
            "aws call",
            operation,
            target.account = %self.account.id,
            target.region = %region,
        );
        let error = match request.instrument(span).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let proven = if region.is_global() || region.as_str() == self.identity.home.as_ref() {
            Proven::Yes
        } else {
            Proven::Elsewhere
        };
        let refusal = Refusal::new(operation, &error, proven);
        if refusal.no_login {
            self.no_login.get_or_init(|| refusal.failure.clone());
        } else if refusal.failure.cause == Cause::Credentials {
            self.account.login.forget();
        }
        Err(refusal)
    }

    /// A client for S3.
    pub(super) fn s3(&self, region: &Region) -> aws_sdk_s3::Client {
        let mut clients = self.s3.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients.entry(region.clone()).or_insert_with(|| {
            let config = aws_sdk_s3::config::Builder::from(&self.config)
                .region(self.sdk_region(region))
                .retry_partition(self.retry_partition("s3", region))
                .interceptor(self.calls.interceptor())
                // What stands in the place of S3 has no name for each bucket.
                .force_path_style(self.config.endpoint_url().is_some());
            aws_sdk_s3::Client::from_conf(config.build())
        });
        client.clone()
    }

    /// A client for EC2.
    pub(super) fn ec2(&self, region: &Region) -> aws_sdk_ec2::Client {
        let config = aws_sdk_ec2::config::Builder::from(&self.config)
            .region(self.sdk_region(region))
            .retry_partition(self.retry_partition("ec2", region))
            .interceptor(self.calls.interceptor());
        aws_sdk_ec2::Client::from_conf(config.build())
    }

    /// A client for IAM.
    pub(super) fn iam(&self) -> aws_sdk_iam::Client {
        let region = Region::global();
        let config = aws_sdk_iam::config::Builder::from(&self.config)
            .region(self.sdk_region(&region))
            .retry_partition(self.retry_partition("iam", &region))
            .interceptor(self.calls.interceptor());
        aws_sdk_iam::Client::from_conf(config.build())
    }

    fn sdk_region(&self, region: &Region) -> SdkRegion {
        if region.is_global() {
            self.identity.home.clone()
        } else {
            SdkRegion::new(region.as_str().to_owned())
        }
    }

    /// One account that is throttled does not slow down the others.
    fn retry_partition(&self, service: &str, region: &Region) -> RetryPartition {
        RetryPartition::new(format!("{}-{service}-{region}", self.account.id))
    }
}
