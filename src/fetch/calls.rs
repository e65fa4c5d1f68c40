//! Counts of API requests.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::resource::Operation;

/// Numbers of requests by operation: `{"s3:ListBuckets": 1}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallStats(BTreeMap<Operation, u64>);

impl CallStats {
    /// Counts one more request.
    pub fn count(&mut self, operation: Operation) {
        self.count_all(operation, 1);
    }

    /// Counts so many more requests of an operation.
    pub fn count_all(&mut self, operation: Operation, requests: u64) {
        *self.0.entry(operation).or_default() += requests;
    }

    /// Adds the counts of another source or run.
    pub fn add(&mut self, other: &Self) {
        for (operation, count) in &other.0 {
            self.count_all(operation.clone(), *count);
        }
    }

    /// Number of requests of one operation; 0 for one that was never called.
    pub fn of(&self, operation: &str) -> u64 {
        self.0.get(operation).copied().unwrap_or_default()
    }

    /// Number of requests of all operations together.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// Operations with their numbers, in the order of the operations' names.
    pub fn iter(&self) -> impl Iterator<Item = (&Operation, u64)> {
        self.0.iter().map(|(operation, count)| (operation, *count))
    }
}
