//! Reports on all resources of a target at once, which know less than calls for each would say.
//!
//! IAM's credential report tells in one call whether each user has a password, a second factor and
//! keys, and of what age; not which keys or factors these are. So a summary gives for each property
//! the values that it may have, of which one is true. What holds of all of them holds of the
//! resource; where they differ, or something else is asked than the summary tells, only the calls say.

use std::sync::Arc;

use super::{Facet, Operation, Property, Resource, Schema, Value};

/// Combinations of values that are tried at most; beyond that the summary says nothing.
const MOST: usize = 64;

impl Resource {
    /// The resources of which it is one, where a summary says something of what nobody asked: what
    /// holds of all of them holds of it. `None` where there is nothing to be learnt of a summary.
    pub fn possible(&self, schema: &Schema) -> Option<Vec<Self>> {
        let summary = schema.summary.as_ref()?;
        let Some(Facet::Read(told)) = self.facets.get(&summary.operation) else { return None };
        if let Some(name) = &summary.same_by
            && let Some(Facet::Read(listed)) = self.facets.get(&schema.list)
            && let (Some(Value::Timestamp(listed)), Some(Value::Timestamp(told))) =
                (listed.get(name), told.get(name))
            && (*listed - *told).num_seconds() != 0
        {
            return None;
        }
        let open = |operation: &Operation| {
            summary.of.contains(operation) && !self.facets.contains_key(operation)
        };
        let mut possible = vec![self.clone()];
        let mut is_told = false;
        for (name, property) in &schema.properties {
            let Some(Value::List(values)) = told.get(name) else { continue };
            if !open(&property.operation) {
                continue;
            }
            is_told = true;
            if possible.len() * values.len() > MOST {
                return None;
            }
            possible = possible
                .iter()
                .flat_map(|one| values.iter().map(|value| one.with(name, property, value)))
                .collect();
        }
        (is_told && !possible.is_empty()).then_some(possible)
    }

    /// The same resource where a property has this value.
    fn with(&self, name: &Arc<str>, property: &Property, value: &Value) -> Self {
        let mut one = self.clone();
        let mut entries = match one.facets.get(&property.operation) {
            Some(Facet::Read(Value::Map(entries))) => {
                entries.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
            }
            _ => Vec::new(),
        };
        entries.push((name.clone(), value.clone()));
        one.facets.insert(property.operation.clone(), Facet::Read(Value::map(entries)));
        one
    }
}
