//! Targets of an account: where a type is listed, what was listed there, what is judged of it.

use crate::expression::Expression;
use crate::policy::Account;
use crate::resource::{Cause, Failure, Inventory, Listing, Region, Resource, Schema, Segment};

/// Regions in which a type is listed: `global` once for the account, or each of its regions.
pub(super) fn listed_regions(schema: &Schema, account: &Account) -> Vec<Region> {
    schema.listed_in(&account.regions)
}

/// List of a type in a region; why there is none.
pub(super) fn listing<'i>(
    schema: &Schema,
    region: &Region,
    inventory: &'i Inventory,
) -> Result<&'i Listing, Failure> {
    inventory.listings.get(&(schema.type_name.clone(), region.clone())).ok_or_else(|| {
        let message = format!("{} was not collected", schema.list);
        Failure::new(Cause::NotCollected, message)
    })
}

/// Segment of a type's list that holds what a filter lets pass, of a list that is read by segments.
pub fn segment(schema: &Schema, filter: Option<&Expression>) -> Option<Segment> {
    filter?.segment(schema.listed_by.as_ref()?)
}

/// `true` where a resource lives in a region in which the account is judged.
pub(super) fn in_scope(resource: &Resource, account: &Account) -> bool {
    resource.region.is_global() || account.regions.contains(&resource.region)
}
