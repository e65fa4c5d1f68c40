//! Requests, counted as they leave.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use crate::fetch::CallStats;
use crate::resource::Operation;

/// Counts of requests, repeated ones included.
#[derive(Debug, Default)]
pub(super) struct RequestCounter(Mutex<CallStats>);

impl RequestCounter {
    /// Interceptor that a client's configuration takes.
    pub(super) fn interceptor(self: &Arc<Self>) -> CountRequests {
        CountRequests(self.clone())
    }

    /// Counts so far, by operation.
    pub(super) fn counts(&self) -> CallStats {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts so far, which are counted anew from here on.
    pub(super) fn take(&self) -> CallStats {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes over the counts of another.
    pub(super) fn absorb(&self, other: &Self) {
        let taken = other.take();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).add(&taken);
    }
}

/// Interceptor that counts a request when it leaves.
#[derive(Debug)]
pub(super) struct CountRequests(Arc<RequestCounter>);

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
            // `S3 Control` is `s3control`, as in schemas.
            let service = metadata.service().replace(' ', "").to_ascii_lowercase();
            let operation = format!("{service}:{}", metadata.name());
            let mut counts = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
            counts.count(Operation::from(operation.as_str()));
        }
        Ok(())
    }
}
