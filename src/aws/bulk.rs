//! Responses for all resources at once, asked for once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value as Json;
use tokio::sync::OnceCell;

use super::adapter::{Adapter, FacetCall, Response};
use super::call_error::CallError;
use super::pages::Paged;
use crate::resource::{Cause, Failure, Region};

/// Bulk responses of one evaluation.
#[derive(Debug, Default)]
pub(super) struct BulkResponses(Mutex<HashMap<Key, Arc<OnceCell<BulkResponse>>>>);

/// Type, operation and region that a response is for.
type Key = (&'static str, &'static str, Region);

/// Response to a bulk call, by the resources' ids.
#[derive(Debug)]
struct BulkResponse {
    by_id: HashMap<String, Json>,
    failure: Option<Failure>,
}

impl BulkResponses {
    /// The part of a response about one resource of a region, asked of the API by `ask` if nobody did before.
    pub(super) async fn of(
        &self,
        (adapter, facet): (&Adapter, &FacetCall),
        (region, id): (&Region, &str),
        ask: impl Future<Output = Paged<(String, Json)>>,
    ) -> Response {
        let operation = facet.call.operation;
        let cell = {
            let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            cells.entry((adapter.type_name, operation, region.clone())).or_default().clone()
        };
        let response = cell
            .get_or_init(async || {
                let Paged { items, failure, .. } = ask.await;
                BulkResponse { by_id: items.into_iter().collect(), failure }
            })
            .await;
        match (response.by_id.get(id), &response.failure) {
            (Some(found), _) => Ok(found.clone()),
            (None, Some(failure)) => Err(CallError::from(failure.clone())),
            (None, None) => {
                let message = format!("{operation}: the answer has nothing of `{id}`");
                Err(CallError::from(Failure::new(Cause::ServiceError, message)))
            }
        }
    }
}
