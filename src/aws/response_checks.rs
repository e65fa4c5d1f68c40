//! The check of responses by itself, for who measures it.

use std::collections::BTreeMap;

use super::adapters::adapters;
use super::response::{Body, check_response};

/// Checks that each response of an account gets beyond what the SDK makes of it.
///
/// `benches/answers.rs` has no other use for it than to say what they cost.
#[derive(Debug)]
pub struct ResponseChecks(BTreeMap<&'static str, Body>);

impl ResponseChecks {
    /// Those of all operations by which resources are read.
    #[must_use]
    pub fn of_all_operations() -> Self {
        let adapters = adapters();
        let rows = adapters.0.values();
        let calls = rows.flat_map(|row| {
            std::iter::once(row.list.call).chain(row.facets.iter().map(|facet| facet.call))
        });
        Self(calls.map(|call| (call.operation, call.body)).collect())
    }

    /// `true` of an operation, such as `s3:GetBucketAcl`, that says what its response must hold.
    #[must_use]
    pub fn know(&self, operation: &str) -> bool {
        self.0.contains_key(operation)
    }

    /// `true` of a body that is believed; what is asked outside of any declaration must be whole XML.
    #[must_use]
    pub fn pass(&self, operation: &str, is_success: bool, body: &[u8]) -> bool {
        let expected = self.0.get(operation).copied().unwrap_or(Body::Xml(&[]));
        check_response(is_success, body, expected).is_ok()
    }
}
