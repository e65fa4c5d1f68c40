//! The calls of one evaluation on one account.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, OnceLock};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use tracing::{Instrument, debug_span};

use super::Limits;
use super::call_error::{CallError, Proven};
use super::circuit_breaker::CircuitBreaker;
use super::clients::Clients;
use super::json::object;
use super::limiter::CallLimiter;
use super::login::{Identity, Login};
use super::pages::{Page, Paged, Pages};
use super::response::{Call, expecting};
use crate::clock::Clock;
use crate::digest::DigestKey;
use crate::fetch::CallStats;
use crate::resource::{AccountId, Cause, Failure, Region};

/// The account that a session acts in.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) id: AccountId,
    pub(super) login: Arc<Login>,
    pub(super) limiter: Arc<CallLimiter>,
    pub(super) breaker: Arc<CircuitBreaker>,
    pub(super) limits: Limits,
    pub(super) clock: Clock,
    /// Key of the digests that stand for what may hold secrets.
    pub(super) digest_key: Option<DigestKey>,
}

tokio::task_local! {
    /// Id of the resource that calls are about; where there is none, they are about their operation.
    pub(super) static SUBJECT: Arc<str>;
}

/// A logged-in account for the time of one evaluation.
pub(super) struct Session {
    account: Account,
    identity: Identity,
    /// Clients of the services, for the type that makes a call.
    pub(super) clients: Clients,
    /// The regions of the evaluation.
    pub(super) regions: BTreeSet<Region>,
    /// Why there are no credentials any more: then nothing is tried again.
    no_login: OnceLock<Failure>,
}

impl fmt::Debug for Session {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Session").field("account", &self.account.id).finish_non_exhaustive()
    }
}

impl Session {
    /// Logs in, if nobody did, and opens a session.
    pub(super) async fn open(account: Account, regions: BTreeSet<Region>) -> Result<Self, Failure> {
        let identity = account.login.identity().await?;
        let config = account.login.config().await;
        let clients = Clients::new(account.id.clone(), config, identity.home.clone());
        Ok(Self { account, identity, clients, regions, no_login: OnceLock::new() })
    }

    /// The account that the session acts in.
    pub(super) fn account(&self) -> &AccountId {
        &self.account.id
    }

    /// ARN of whoever acts.
    pub(super) fn caller(&self) -> &Arc<str> {
        &self.identity.arn
    }

    /// The bounds that each call keeps.
    pub(super) fn limits(&self) -> &Limits {
        &self.account.limits
    }

    /// The present, by which the age of a report is told.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.account.clock.now()
    }

    /// What goes on of bytes that may hold secrets: how many they are and, where the operator gave a key,
    /// a digest that tells equal ones from others. Without the key no guess can be tried on it.
    pub(super) fn concealed(&self, bytes: &[u8]) -> Json {
        let length = Json::from(bytes.len());
        let digest = self.account.digest_key.as_ref().map(|key| key.digest(bytes).to_string());
        object([("Length", length), ("Digest", digest.into())])
    }

    /// The partition that ARNs of the account name.
    pub(super) fn partition(&self) -> &str {
        &self.identity.partition
    }

    /// The requests so far, those of logging in included.
    pub(super) fn calls(&self) -> CallStats {
        self.clients.calls.absorb(&self.account.login.calls);
        self.clients.calls.counts()
    }

    /// Makes one call: when its turn has come, counted, its response checked, its error understood.
    pub(super) async fn call<T, E>(
        &self,
        call: &Call,
        region: &Region,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, CallError>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        // Else whoever calls holds room for it twice.
        let request = Box::pin(request);
        let operation = call.operation;
        let service = operation.split(':').next().unwrap_or_default();
        let place = self.account.limiter.place(service, region).await;
        if let Some(failure) = self.no_login.get() {
            return Err(CallError { no_login: true, ..CallError::from(failure.clone()) });
        }
        let admitted = self.account.breaker.admit(service, region).await;
        let admission = admitted.map_err(|failure| {
            let why =
                format!("{operation}: not asked, as {service} fails here: {}", failure.message);
            CallError::from(Failure::new(failure.cause, why))
        })?;
        // What is not asked after all takes no turn from what is.
        let _turn = match place {
            Some(place) => place.turn().await,
            None => None,
        };
        let span = debug_span!(
            "aws call",
            operation,
            target.account = %self.account.id,
            target.region = %region,
        );
        let error = match expecting(call.body, request).instrument(span).await {
            Ok(output) => {
                admission.answered();
                return Ok(output);
            }
            Err(error) => error,
        };
        let proven = if region.is_global() || region.as_str() == self.identity.home.as_ref() {
            Proven::Yes
        } else {
            Proven::Elsewhere
        };
        let error = CallError::new(operation, &error, proven).advised(operation);
        if error.is_outage {
            let subject = SUBJECT.try_with(Arc::clone).unwrap_or_else(|_| operation.into());
            admission.failed(&subject, &error.failure);
        } else if !error.no_login {
            admission.answered();
        }
        if error.no_login {
            self.no_login.get_or_init(|| error.failure.clone());
        } else if error.failure.cause == Cause::Credentials {
            self.account.login.forget();
        }
        Err(error)
    }

    /// Reads a list to its end, or as far as it goes: `request` asks for the page of a token, the
    /// first one without, and `page` reads the output.
    pub(super) async fn pages<T, O, E, F>(
        &self,
        call: &Call,
        region: &Region,
        request: impl Fn(Option<String>) -> F,
        page: impl Fn(&O) -> Page<T>,
    ) -> Paged<T>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        self.pages_up_to(self.limits().pages, (call, region), request, page).await
    }

    /// The same of a list that has no more pages than `most`, or is partial.
    pub(super) async fn pages_up_to<T, O, E, F>(
        &self,
        most: usize,
        (call, region): (&Call, &Region),
        request: impl Fn(Option<String>) -> F,
        page: impl Fn(&O) -> Page<T>,
    ) -> Paged<T>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        let mut pages = Pages::new(call.operation, most.min(self.limits().pages));
        while let Some(token) = pages.next() {
            match self.call(call, region, request(token)).await {
                Ok(output) => pages.add(page(&output)),
                Err(error) => pages.refused(error),
            }
        }
        pages.finish()
    }
}
