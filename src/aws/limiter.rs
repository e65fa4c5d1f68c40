//! How many calls are under way at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Limits;
use crate::resource::Region;

/// Semaphores by service and region.
type Semaphores = HashMap<(Box<str>, Region), Arc<Semaphore>>;

/// Limits of one account: a bounded number of calls per service and region.
#[derive(Debug)]
pub(super) struct ConcurrencyLimiter {
    s3: usize,
    others: usize,
    semaphores: Mutex<Semaphores>,
}

impl ConcurrencyLimiter {
    /// A limiter with no call under way.
    pub(super) fn new(limits: &Limits) -> Self {
        let (s3, others) = (limits.s3_concurrency.max(1), limits.concurrency.max(1));
        Self { s3, others, semaphores: Mutex::default() }
    }

    /// Waits until a call of the service may start; it holds its place until the permit is dropped.
    pub(super) async fn enter(
        &self,
        service: &str,
        region: &Region,
    ) -> Option<OwnedSemaphorePermit> {
        let width = if service == "s3" { self.s3 } else { self.others };
        let semaphore = {
            let mut semaphores = self.semaphores.lock().unwrap_or_else(PoisonError::into_inner);
            let semaphore = semaphores.entry((service.into(), region.clone()));
            semaphore.or_insert_with(|| Arc::new(Semaphore::new(width))).clone()
        };
        // An error means that the semaphore was closed, which never happens.
        semaphore.acquire_owned().await.ok()
    }
}
