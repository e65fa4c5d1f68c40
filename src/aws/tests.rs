//! The adapters on the real SDK, against a small server that answers as AWS does, or as it does not.

mod credential_report;
mod declared;
mod details;
mod instance;
mod malformed;
mod markers;
mod objects;
mod organization;
mod pages;
mod recorded;
mod refused;
mod second_page;
mod stand_in;
mod table;
mod values;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::adapter::{Adapter, Adapters};
use super::adapters::adapters;
use super::iam::credential_report as report;
use super::response::Call;
use super::s3::bucket::regions::LOCATION;
use super::{AccountSettings, Accounts, BaseLogin, Limits, Live};
use crate::clock::Clock;
use crate::digest::DigestKey;
use crate::fetch::Source;
use crate::resource::{
    Facet, ListScope, Listing, Operation, Provider, Region, Resource, Schema, Segment, Target,
    schemas,
};
use stand_in::StandIn;

const ACCOUNT: &str = "123456789012";
const HOME: &str = "us-east-1";

/// The present, a while after the recorded credential report was made.
fn now() -> DateTime<Utc> {
    "2026-11-20T08:00:00Z".parse().expect("an instant")
}

fn regions() -> BTreeSet<Region> {
    [HOME, "eu-west-1"].map(|name| name.parse().expect("a region")).into()
}

/// A session that talks to the server, in one attempt a call.
async fn live(server: &StandIn) -> Live {
    live_with(server, adapters(), 1).await
}

async fn live_with(server: &StandIn, adapters: Adapters, attempts: u32) -> Live {
    source(&accounts(server, adapters, attempts)).await
}

async fn source(accounts: &Accounts) -> Live {
    accounts.source(&ACCOUNT.parse().expect("an id"), &regions()).await
}

fn accounts(server: &StandIn, adapters: Adapters, attempts: u32) -> Accounts {
    let base = BaseLogin::Keys { id: "testing".to_owned(), secret: "testing".into() };
    let account = ACCOUNT.parse().expect("an id");
    let settings = AccountSettings { account, base, chain: Vec::new(), role: None };
    let limits = Limits {
        endpoint_url: Some(server.url()),
        attempts,
        initial_backoff: std::time::Duration::from_millis(1),
        max_backoff: std::time::Duration::from_millis(2),
        pages: 20,
        ..Limits::default()
    };
    let key = DigestKey::new("0123456789abcdef0123456789abcdef".into());
    Accounts::asking(adapters, [settings], limits, Clock::manual(now())).with_digest_key(Some(key))
}

fn schema(type_name: &str) -> &'static Schema {
    &schemas()[type_name]
}

/// The target in which these tests list a type.
fn target(schema: &Schema) -> Target {
    let region = match schema.scope {
        ListScope::Global => Region::global(),
        ListScope::Regional => HOME.parse().expect("a region"),
    };
    Target { provider: Provider::Aws, account: ACCOUNT.parse().expect("an id"), region }
}

async fn list(live: &Live, schema: &Schema) -> Listing {
    match segment(schema) {
        Some(segment) => live.list_segment(&target(schema), schema, &segment).await,
        None => live.list(&target(schema), schema).await,
    }
}

/// The segment that recorded answers are of, of a list that is not read as a whole.
fn segment(schema: &Schema) -> Option<Segment> {
    schema.listed_by.as_ref().map(|_| Segment { value: "logs".into(), prefix: "2026/".into() })
}

/// The listing, all of its resources with everything that live accounts are asked of them.
async fn everything(live: &Live, schema: &Schema) -> Listing {
    let mut listing = list(live, schema).await;
    if let Listing::Complete(resources) | Listing::Partial(resources, _) = &mut listing {
        for resource in resources {
            complete(live, schema, Arc::make_mut(resource)).await;
        }
    }
    listing
}

async fn complete(live: &Live, schema: &Schema, resource: &mut Resource) {
    let mut open: Vec<&Operation> = asked(schema).filter(|one| **one != schema.list).collect();
    // What another operation must come before is asked after it.
    let follows = |operation: &Operation| {
        schema.operations.get(operation).is_some_and(|known| !known.after.is_empty())
    };
    open.sort_by_key(|operation| follows(operation));
    for operation in open {
        let facet = live.facet(&target(schema), schema, resource, operation).await;
        resource.facets.insert(operation.clone(), facet);
    }
}

/// All calls that are made for a type.
fn calls(row: &Adapter) -> impl Iterator<Item = &'static Call> + use<> {
    let facets = row.facets.iter().map(|facet| facet.call);
    let mut calls: Vec<&Call> = facets.chain([row.list.call]).collect();
    if calls.iter().any(|call| call.operation == report::CALL.operation) {
        calls.push(&report::GENERATE);
    }
    if row.type_name == "AWS::S3::Object" {
        calls.push(&LOCATION);
    }
    calls.into_iter()
}

/// The operations that live accounts are asked, with that of the summary.
fn asked(schema: &Schema) -> impl Iterator<Item = &Operation> {
    schema.live_operations().chain(schema.summary.as_ref().map(|summary| &summary.operation))
}

/// A facet in a line.
fn shown(facet: &Facet) -> String {
    match facet {
        Facet::Read(value) => value.to_json().to_string(),
        Facet::Absent => "absent".to_owned(),
        Facet::Failed(failure) => failure.to_string(),
    }
}

/// The ids of a listing and why it is not all.
fn ids(listing: &Listing) -> String {
    let ids: Vec<&str> = listing.resources().iter().map(|one| &*one.id).collect();
    let failure = listing.failure().map(|failure| format!(" ({failure})")).unwrap_or_default();
    format!("{}{failure}", ids.join(" "))
}
