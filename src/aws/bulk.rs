//! Responses for all resources at once, asked for once.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value as Json;
use tokio::sync::OnceCell;

use super::adapter::{Adapter, FacetCall, Response};
use super::call_error::CallError;
use super::pages::Paged;
use crate::resource::{Cause, Failure, Region, Resource};

/// Ids that were listed in one evaluation, for calls that must name them.
#[derive(Debug, Default)]
pub(super) struct Listed(Mutex<HashMap<Key, BTreeSet<String>>>);

impl Listed {
    /// Keeps the ids of those that a facet may be had of.
    pub(super) fn keep(
        &self,
        (adapter, facet): (&Adapter, &FacetCall),
        region: &Region,
        resources: &[Arc<Resource>],
    ) {
        let asked = resources.iter().filter(|one| facet.may_be_had_of(one));
        let ids = asked.map(|one| one.id.to_string()).collect();
        let key = (adapter.type_name, facet.call.operation, region.clone());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, ids);
    }

    /// The ids that were kept, and the one that is asked for.
    pub(super) fn with(
        &self,
        (adapter, facet): (&Adapter, &FacetCall),
        (region, id): (&Region, &str),
    ) -> Vec<String> {
        let key = (adapter.type_name, facet.call.operation, region.clone());
        let listed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut ids = listed.get(&key).cloned().unwrap_or_default();
        ids.insert(id.to_owned());
        ids.into_iter().collect()
    }
}

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
