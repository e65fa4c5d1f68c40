//! Logging in to an account: once, shared, renewed before it ends, and proved to be that account.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::identity::IdentityCache;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region as SdkRegion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_http_client::tls::Provider as Tls;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use secrecy::ExposeSecret;
use tokio::sync::OnceCell;

use super::call_error::{CallError, Proven, deepest};
use super::calls::RequestCounter;
use super::clients::configuration;
use super::response::{Body, expecting};
use super::{AccountSettings, BaseLogin, Limits, Role};
use crate::clock::Clock;
use crate::resource::{Cause, Failure};

/// Credentials that end sooner than this are renewed first.
const MARGIN: TimeDelta = TimeDelta::minutes(2);

/// Credentials are used at least this long, however soon they seem to end: a clock that is wrong
/// by an hour must not make each request log in.
const MINIMUM_USE: TimeDelta = TimeDelta::seconds(30);

/// Time after which a connection is closed that nobody uses: each bucket is a host of its own, and each
/// connection is a file that is open.
const IDLE: Duration = Duration::from_secs(10);

/// Credentials that have proved to be those of the account.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    credentials: Credentials,
    since: DateTime<Utc>,
    /// ARN of whoever has them: a user, or the session of a role.
    pub(super) arn: Arc<str>,
    /// Partition of the account: `aws`, `aws-cn` or `aws-us-gov`.
    pub(super) partition: Arc<str>,
    /// The region for what belongs to none.
    pub(super) home: SdkRegion,
}

type Attempt = Shared<BoxFuture<'static, Result<Identity, Failure>>>;

/// The login of one account.
pub(super) struct Login {
    settings: AccountSettings,
    bases: Arc<Bases>,
    limits: Limits,
    clock: Clock,
    /// The requests that logging in took, until a session takes them over.
    pub(super) calls: Arc<RequestCounter>,
    latest: Mutex<Option<Attempt>>,
}

impl fmt::Debug for Login {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Login").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Login {
    pub(super) fn new(
        settings: AccountSettings,
        bases: Arc<Bases>,
        limits: Limits,
        clock: Clock,
    ) -> Arc<Self> {
        let (calls, latest) = (Arc::default(), Mutex::default());
        Arc::new(Self { settings, bases, limits, clock, calls, latest })
    }

    /// Credentials that are good for a while: those at hand, those that somebody is fetching right
    /// now, or new ones. A failure is not kept: the next asks again.
    pub(super) async fn identity(self: &Arc<Self>) -> Result<Identity, Failure> {
        self.attempt().await
    }

    /// Forgets the credentials, because AWS refuses them.
    pub(super) fn forget(&self) {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The configuration of clients that act in the account.
    pub(super) async fn config(self: &Arc<Self>) -> SdkConfig {
        let base = self.bases.config(&self.settings.base).await;
        let provider = SharedCredentialsProvider::new(Provided(self.clone()));
        let builder = base.into_builder().credentials_provider(provider);
        builder.identity_cache(IdentityCache::no_cache()).build()
    }

    fn attempt(self: &Arc<Self>) -> Attempt {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(attempt) = &*latest {
            match attempt.peek() {
                None => return attempt.clone(),
                Some(Ok(identity)) if self.is_fresh(identity) => {
                    return attempt.clone();
                }
                Some(_) => {}
            }
        }
        let login = self.clone();
        // Whoever asks may be within a call, and what that declares is not of STS's responses.
        let attempt = async move { expecting(Body::Xml(&[]), Box::pin(login.log_in())).await };
        // One that breaks off is not for all who come after it.
        let attempt = AssertUnwindSafe(attempt).catch_unwind();
        let attempt =
            attempt.map(|end| end.unwrap_or_else(|_| Err(failure("logging in broke off"))));
        let attempt = attempt.boxed().shared();
        *latest = Some(attempt.clone());
        attempt
    }

    fn is_fresh(&self, identity: &Identity) -> bool {
        let now = self.clock.now();
        let is_new = (identity.since..identity.since + MINIMUM_USE).contains(&now);
        let end = identity.credentials.expiry().map(DateTime::<Utc>::from);
        is_new || end.is_none_or(|end| end > now + MARGIN)
    }

    async fn log_in(self: Arc<Self>) -> Result<Identity, Failure> {
        let mut base = self.bases.config(&self.settings.base).await;
        let Some(role) = &self.settings.role else { return self.verify(&base).await };
        for step in &self.settings.chain {
            let (credentials, _) = self.assume(step, &base).await?;
            base = acting_as(base, credentials);
        }
        let (credentials, arn) = self.assume(role, &base).await?;
        self.own(&arn)?;
        let (since, partition) = (self.clock.now(), role.arn.partition().clone());
        let home = home(&partition, base.region());
        Ok(Identity { credentials, since, arn, partition, home })
    }

    /// Assumes a role: its credentials, and the ARN of the session by the answer itself.
    async fn assume(
        &self,
        role: &Role,
        base: &SdkConfig,
    ) -> Result<(Credentials, Arc<str>), Failure> {
        let home = home(role.arn.partition(), base.region());
        let external_id = role.external_id.as_ref().map(|id| id.expose_secret().to_owned());
        let answer = self
            .sts(base, &home)
            .assume_role()
            .role_arn(role.arn.as_str())
            .role_session_name(&role.session_name)
            .set_external_id(external_id)
            .send()
            .await
            .map_err(|error| untrusted(role, &error))?;
        let user = answer.assumed_role_user();
        let arn = user.map(aws_sdk_sts::types::AssumedRoleUser::arn).unwrap_or_default();
        let Some(given) = answer.credentials() else {
            return Err(failure("sts:AssumeRole: an answer without credentials"));
        };
        usable(given.access_key_id())?;
        let credentials = Credentials::new(
            given.access_key_id(),
            given.secret_access_key(),
            Some(given.session_token().to_owned()),
            (*given.expiration()).try_into().ok(),
            "AssumeRole",
        );
        Ok((credentials, arn.into()))
    }

    /// Takes the base credentials as they are, if they are those of the account.
    async fn verify(&self, base: &SdkConfig) -> Result<Identity, Failure> {
        let Some(provider) = base.credentials_provider() else {
            return Err(failure("no credentials in the environment"));
        };
        let loaded = tokio::time::timeout(self.limits.call_timeout, provider.provide_credentials());
        let credentials = match loaded.await {
            Ok(loaded) => {
                loaded.map_err(|error| failure(&unusable(&self.settings.base, &error)))?
            }
            Err(_) => {
                return Err(Failure::new(Cause::Timeout, "loading credentials took too long"));
            }
        };
        usable(credentials.access_key_id())?;
        let home = home(partition_of(base.region()), base.region());
        let config = acting_as(base.clone(), credentials.clone());
        let answer = self
            .sts(&config, &home)
            .get_caller_identity()
            .send()
            .await
            .map_err(|error| refused("sts:GetCallerIdentity", &error))?;
        let arn = answer.arn().unwrap_or_default();
        self.own(arn)?;
        let partition: Arc<str> = arn.split(':').nth(1).unwrap_or("aws").into();
        let home = self::home(&partition, base.region());
        let since = self.clock.now();
        Ok(Identity { credentials, since, arn: arn.into(), partition, home })
    }

    /// Refuses credentials of another account.
    fn own(&self, arn: &str) -> Result<(), Failure> {
        let wanted = self.settings.account.as_str();
        match arn.split(':').nth(4) {
            Some(account) if account == wanted => Ok(()),
            Some(account) if !account.is_empty() => Err(failure(&format!(
                "the credentials are those of account {account}, not {wanted}"
            ))),
            _ => Err(failure(&format!("nothing says that the credentials are those of {wanted}"))),
        }
    }

    fn sts(&self, config: &SdkConfig, region: &SdkRegion) -> aws_sdk_sts::Client {
        let config = configuration!(aws_sdk_sts, config, region.clone(), self.calls);
        aws_sdk_sts::Client::from_conf(config.build())
    }
}

/// The same configuration with these credentials.
fn acting_as(base: SdkConfig, credentials: Credentials) -> SdkConfig {
    let provider = SharedCredentialsProvider::new(credentials);
    base.into_builder().credentials_provider(provider).build()
}

/// Refuses an access key id that cannot stand in a request: the SDK would end the program over it.
fn usable(access_key_id: &str) -> Result<(), Failure> {
    if access_key_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
        return Ok(());
    }
    Err(failure("the access key id has characters that none has, such as a line break"))
}

/// The partition that a region is in, by its name.
fn partition_of(region: Option<&SdkRegion>) -> &'static str {
    match region.map(AsRef::as_ref) {
        Some(region) if region.starts_with("cn-") => "aws-cn",
        Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

fn failure(message: &str) -> Failure {
    Failure::new(Cause::Credentials, message)
}

/// STS does not say what lacks where it refuses a role: any of three things, which are told.
fn untrusted(role: &Role, error: &SdkError<AssumeRoleError, HttpResponse>) -> Failure {
    let mut failure = refused("sts:AssumeRole", error);
    if let Some(id) = role.external_id.as_ref().map(ExposeSecret::expose_secret) {
        // STS quotes what it does not take.
        failure.message = failure.message.replace(id, "…");
    }
    if error.as_service_error().and_then(ProvideErrorMetadata::code) == Some("AccessDenied") {
        let external_id = match role.external_id {
            Some(_) => "with the `external_id` of the settings as `sts:ExternalId`",
            None => "without a condition on `sts:ExternalId`, as none is sent for this role",
        };
        let _ = write!(
            failure.message,
            "; see that there is the role {}, that its trust policy names the caller, {external_id}, \
             and that the caller is allowed `sts:AssumeRole` on it",
            role.arn,
        );
    }
    failure
}

/// Whoever cannot log in has no credentials, unless STS is only slow or busy.
fn refused<E>(operation: &str, error: &SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let failure = CallError::new(operation, error, Proven::Yes).failure;
    match failure.cause {
        Cause::Throttled | Cause::Timeout => failure,
        _ => Failure { cause: Cause::Credentials, ..failure },
    }
}

fn unusable(base: &BaseLogin, error: &CredentialsError) -> String {
    match (error, base) {
        (CredentialsError::CredentialsNotLoaded(_), BaseLogin::Profile(name)) => {
            format!("no credentials found for the profile `{name}` in the AWS configuration files")
        }
        (CredentialsError::CredentialsNotLoaded(_), _) => {
            "no credentials found in the environment or the AWS configuration files".to_owned()
        }
        (other, _) => format!("the credentials cannot be loaded: {}", deepest(other)),
    }
}

/// The region for what belongs to none: the configured one, if it is one of the partition.
fn home(partition: &str, configured: Option<&SdkRegion>) -> SdkRegion {
    let (prefix, default) = match partition {
        "aws-cn" => ("cn-", "cn-north-1"),
        "aws-us-gov" => ("us-gov-", "us-gov-west-1"),
        _ => ("", "us-east-1"),
    };
    let fits = |region: &&SdkRegion| {
        let name = region.as_ref();
        let foreign = name.starts_with("cn-") || name.starts_with("us-gov-");
        if prefix.is_empty() { !foreign } else { name.starts_with(prefix) }
    };
    configured.filter(fits).cloned().unwrap_or(SdkRegion::from_static(default))
}

/// The login as the SDK wants it: asked before each attempt, answered from memory.
#[derive(Debug)]
struct Provided(Arc<Login>);

impl ProvideCredentials for Provided {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            match self.0.identity().await {
                Ok(identity) => Ok(identity.credentials),
                Err(failure) => Err(CredentialsError::provider_error(failure.message)),
            }
        })
    }
}

/// The configurations that logins start from, one for each kind of first credentials, over one
/// pool of connections.
pub(super) struct Bases {
    limits: Limits,
    http: SharedHttpClient,
    configs: Mutex<HashMap<String, Arc<OnceCell<SdkConfig>>>>,
}

impl Bases {
    pub(super) fn new(limits: Limits) -> Self {
        let http = aws_smithy_http_client::Builder::new()
            .pool_idle_timeout(IDLE)
            .tls_provider(Tls::Rustls(CryptoMode::AwsLc))
            .build_https();
        Self { limits, http, configs: Mutex::default() }
    }

    async fn config(&self, base: &BaseLogin) -> SdkConfig {
        let cell = {
            let mut configs = self.configs.lock().unwrap_or_else(PoisonError::into_inner);
            configs.entry(base.key()).or_default().clone()
        };
        cell.get_or_init(|| self.load(base)).await.clone()
    }

    async fn load(&self, base: &BaseLogin) -> SdkConfig {
        let limits = &self.limits;
        let retries = RetryConfig::adaptive()
            .with_max_attempts(limits.attempts)
            .with_initial_backoff(limits.initial_backoff)
            .with_max_backoff(limits.max_backoff);
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(limits.attempt_timeout)
            .operation_timeout(limits.call_timeout)
            .build();
        let mut profile = ProfileFileRegionProvider::builder();
        if let BaseLogin::Profile(name) = base {
            profile = profile.profile_name(name);
        }
        // Without the instance metadata service, which costs seconds where there is none.
        let region = RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
            .or_else(profile.build())
            .or_else(SdkRegion::from_static("us-east-1"));
        let region = region.region().await;
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(self.http.clone())
            .region(region.clone())
            .retry_config(retries)
            .timeout_config(timeouts.clone());
        if let Some(url) = &limits.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        loader = match base {
            BaseLogin::Ambient => loader,
            // Not the chain with its name: there keys of the environment come before any profile.
            BaseLogin::Profile(name) => {
                // Which may have calls to make, where the profile names a role.
                let config = ProviderConfig::without_region()
                    .with_region(region)
                    .with_http_client(self.http.clone())
                    .with_timeout_config(timeouts);
                let profile = ProfileFileCredentialsProvider::builder().configure(&config);
                let profile = profile.profile_name(name).build();
                loader.profile_name(name).credentials_provider(profile)
            }
            BaseLogin::Keys { id, secret } => loader.credentials_provider(Credentials::new(
                id,
                secret.expose_secret(),
                None,
                None,
                "Settings",
            )),
        };
        loader.load().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_is_in_the_partition() {
        let cases = [
            ("aws", None, "us-east-1"),
            ("aws", Some("eu-west-1"), "eu-west-1"),
            ("aws", Some("cn-north-1"), "us-east-1"),
            ("aws-cn", Some("eu-west-1"), "cn-north-1"),
            ("aws-cn", Some("cn-northwest-1"), "cn-northwest-1"),
            ("aws-us-gov", Some("us-east-1"), "us-gov-west-1"),
        ];
        for (partition, configured, expected) in cases {
            let configured = configured.map(SdkRegion::from_static);
            assert_eq!(home(partition, configured.as_ref()).as_ref(), expected);
        }
    }
}
