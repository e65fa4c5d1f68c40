//! Of what policies speak: accounts, regions, resources, their facets and their schemas.
//!
//! A *facet* is what one API operation says of one resource. A resource is the sum of the facets
//! that were collected; a facet that was refused keeps its cause, so that whoever reads it learns
//! `unknown` and never a wrong value. Where facets come from is left to the adapters.

mod actions;
mod bounds;
mod cause;
mod form;
mod identity;
mod ids;
mod inventory;
mod json_schema;
mod property;
mod regions;
mod registry;
mod schema;
mod segment;
mod statements;
mod summary;
mod value;

pub use actions::{UnknownAction, unknown_action};
pub use bounds::{Bounds, Unit};
pub use cause::{Cause, Failure, UnknownCause};
pub use form::{Form, Part, Reading};
pub use identity::{
    AccountId, InvalidAccountId, InvalidRegion, Operation, Provider, Region, Target, TypeName,
};
pub use inventory::{Inventory, Listing, Segments};
pub use regions::regions;
pub use registry::{SchemaRegistry, schemas};
pub use schema::{
    Given, Kind, ListScope, MADE, NameSource, OperationSchema, Properties, Property, Schema,
    SchemaError, Summary, is_documented,
};
pub use segment::{ListedBy, Segment};
pub use statements::{EFFECTS, ELEMENTS, PRINCIPAL_KINDS};
pub use value::{Facet, Facets, Mapping, Resource, Value, seconds};
