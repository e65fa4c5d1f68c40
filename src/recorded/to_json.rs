//! Inventories as JSON.

use chrono::SecondsFormat;
use serde_json::{Map, Value as Json, json};

use super::{API_VERSION, KIND};
use crate::resource::{Facet, Inventory, Listing, Region, Resource, Value};

/// JSON that describes an inventory; equal inventories give equal bytes.
pub fn to_json(inventory: &Inventory) -> Json {
    let mut lists: Map<String, Json> = Map::new();
    for ((type_name, region), listing) in &inventory.listings {
        let regions = lists.entry(type_name.as_str()).or_insert_with(|| json!({}));
        if let Json::Object(regions) = regions {
            regions.insert(region.to_string(), listing_to_json(listing, region));
        }
    }
    json!({
        "apiVersion": API_VERSION,
        "kind": KIND,
        "account": inventory.account,
        "recordedAt": inventory.taken_at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        "lists": lists,
    })
}

fn listing_to_json(listing: &Listing, region: &Region) -> Json {
    let mut json = Map::new();
    if !matches!(listing, Listing::Failed(_)) {
        let resources = listing.resources().iter();
        let resources = resources.map(|resource| resource_to_json(resource, region)).collect();
        json.insert("resources".to_owned(), Json::Array(resources));
    }
    if let Listing::Segments(_, segments) = listing
        && !segments.asked.is_empty()
    {
        let asked = segments.asked.iter().map(|(segment, failure)| {
            let answer = match failure {
                Some(failure) => json!({ "error": failure }),
                None => json!({ "complete": true }),
            };
            (segment.to_string(), answer)
        });
        json.insert("segments".to_owned(), Json::Object(asked.collect()));
    }
    if let Some(failure) = listing.failure() {
        json.insert("error".to_owned(), json!(failure));
    }
    Json::Object(json)
}

fn resource_to_json(resource: &Resource, listed_in: &Region) -> Json {
    let facets: Map<_, _> = resource
        .facets
        .iter()
        .map(|(operation, facet)| {
            let facet = match facet {
                Facet::Read(value) => json!({ "read": Value::to_json(value) }),
                Facet::Absent => json!({ "absent": true }),
                Facet::Failed(failure) => json!({ "error": failure }),
            };
            (operation.to_string(), facet)
        })
        .collect();
    if resource.region == *listed_in {
        json!({ "facets": facets })
    } else {
        json!({ "region": resource.region, "facets": facets })
    }
}
