//! Of what policies speak: accounts, regions, resources, their facets and their schemas.
//!
//! A *facet* is what one API operation says of one resource. A resource is the sum of the facets
//! that were collected; a facet that was refused keeps its cause, so that whoever reads it learns
//! `unknown` and never a wrong value. Where facets come from is left to the adapters.

mod identity;
mod inventory;
mod json_schema;
mod regions;
mod schema;
mod value;

pub use identity::{
    AccountId, InvalidAccountId, InvalidRegion, Operation, Provider, Region, Target, TypeName,
};
pub use inventory::{Cause, Facet, Failure, Inventory, Listing, Resource, UnknownCause};
pub use regions::regions;
pub use schema::{
    Kind, NameSource, OperationSchema, Property, Schema, SchemaError, Scope, is_documented, schemas,
};
pub use value::Value;
