//! How many calls are under way at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Limits;
use crate::resource::Region;

/// The lanes of one account: a bounded number of calls per service and region.
#[derive(Debug)]
pub(super) struct Lanes {
    s3: usize,
    others: usize,
    open: Mutex<HashMap<Lane, Arc<Semaphore>>>,
}

/// A service and a region.
type Lane = (Box<str>, Region);

impl Lanes {
    pub(super) fn new(limits: &Limits) -> Self {
        let (s3, others) = (limits.s3_concurrency.max(1), limits.concurrency.max(1));
        Self { s3, others, open: Mutex::default() }
    }

    /// Waits until a call of the service may start; it holds its place until the permit is dropped.
    pub(super) async fn enter(
        &self,
        service: &str,
        region: &Region,
    ) -> Option<OwnedSemaphorePermit> {
        let width = if service == "s3" { self.s3 } else { self.others };
        let lane = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            let lane = open.entry((service.into(), region.clone()));
            lane.or_insert_with(|| Arc::new(Semaphore::new(width))).clone()
        };
        // An error means that the lane was closed, which never happens.
        lane.acquire_owned().await.ok()
    }
}
