//! The table of adapters: equal to the schemas, and each row good for what the schema promises.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::operation::describe_key_pairs::DescribeKeyPairsOutput;
use futures::FutureExt;
use serde_json::{Value as Json, json};

use super::super::adapter::{Adapter, Adapters, Ask, ListCall};
use super::super::adapters::adapters;
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, present};
use super::super::session::Session;
use super::recorded::{answers, serve, whole};
use super::stand_in::{Response, StandIn};
use super::{HOME, asked, everything, ids, list, live, live_with, schema, segment, shown, target};
use crate::fetch::Source;
use crate::resource::{Facet, Kind, Operation, Property, Region, Schema, SchemaRegistry, schemas};

/// The differences between schemas and a table, a line each.
fn differences(schemas: &SchemaRegistry, adapters: &Adapters) -> Vec<String> {
    let mut found = Vec::new();
    let mut rows: BTreeSet<&str> = adapters.0.keys().copied().collect();
    for schema in schemas.live() {
        let name = schema.type_name.as_str();
        let Some(row) = adapters.0.get(name).filter(|_| rows.remove(name)) else {
            found.push(format!("{name} is live and has no row"));
            continue;
        };
        let list = row.list.call.operation;
        if list != schema.list.as_str() {
            found.push(format!("{name} is listed by {list}, not by {}", schema.list));
        }
        let facets = row.facets.iter().map(|facet| facet.call.operation);
        let table: BTreeSet<&str> = facets.chain([list]).collect();
        let promised: BTreeSet<&str> = asked(schema).map(Operation::as_str).collect();
        for operation in table.symmetric_difference(&promised) {
            found.push(format!("{name}: {operation} is in one of schema and row"));
        }
        for facet in row.facets {
            let operation = facet.call.operation;
            let known = schema.operations.get(operation);
            let is_bulk = known.is_none_or(|known| known.bulk);
            if is_bulk == matches!(facet.ask, Ask::Each(_)) {
                found.push(format!("{name}: {operation} is `bulk` in one of schema and row"));
            }
        }
    }
    found.extend(rows.into_iter().map(|name| format!("{name} has a row and is not live")));
    found
}

#[test]
fn the_table_has_what_the_schemas_promise_and_nothing_else() {
    let none = [""; 0];
    assert_eq!(differences(schemas(), &adapters()), none);

    // One more of both is no difference, one more of either is.
    let with = |file: &str| schemas().clone().with(file).expect("a schema");
    let more = || Adapters::new(adapters().0.into_values().chain([KEY_PAIR]));
    assert_eq!(differences(&with(KEY_PAIRS), &more()), none);
    let no_row = ["AWS::EC2::KeyPair is live and has no row"];
    assert_eq!(differences(&with(KEY_PAIRS), &adapters()), no_row);
    let not_live = ["AWS::EC2::KeyPair has a row and is not live"];
    assert_eq!(differences(schemas(), &more()), not_live);
    let one_more = r#""operations": { "ec2:More": { "permissions": ["ec2:More"] },"#;
    let one_more = KEY_PAIRS.replace("\"operations\": {", one_more);
    let not_asked = ["AWS::EC2::KeyPair: ec2:More is in one of schema and row"];
    assert_eq!(differences(&with(&one_more), &more()), not_asked);
}

/// The paths of the properties of JSON, such as `Acl.Grants.Grantee`.
fn produced(json: &Json, above: &str, schema: Option<&Property>, paths: &mut BTreeSet<String>) {
    match json {
        // A document has the keys that its author gave it.
        _ if schema.is_some_and(|property| property.kind == Kind::Document) => {}
        Json::Object(entries) => {
            for (name, value) in entries {
                let path = format!("{above}.{name}");
                let below = schema.and_then(|property| property.properties.get(&**name));
                produced(value, &path, below, paths);
                paths.insert(path);
            }
        }
        Json::Array(items) => {
            let below = schema.and_then(|property| property.items.as_deref());
            for item in items {
                produced(item, above, below, paths);
            }
        }
        _ => {}
    }
}

/// The paths of a property and of those below it.
fn promised(path: String, property: &Property, paths: &mut BTreeSet<String>) {
    if let Some(item) = property.items.as_deref() {
        for (name, below) in &item.properties {
            promised(format!("{path}.{name}"), below, paths);
        }
    }
    for (name, below) in &property.properties {
        promised(format!("{path}.{name}"), below, paths);
    }
    paths.insert(path);
}

fn live_properties(schema: &Schema) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (name, property) in &schema.properties {
        let operation = &schema.operations[&property.operation];
        if !property.recorded_only && !operation.recorded_only {
            promised(name.to_string(), property, &mut paths);
        }
    }
    paths
}

#[tokio::test]
async fn each_live_property_is_produced_by_a_recorded_answer_and_nothing_else_is() {
    for row in adapters().0.values() {
        let schema = schema(row.type_name);
        let server = serve(whole(&answers(row.type_name))).await;
        let live = live(&server).await;
        let mut paths = BTreeSet::new();
        let mut take = |operation: &str, json: &Json| {
            for (name, value) in json.as_object().expect("properties") {
                let known = schema.properties.get(&**name);
                let supplied = known.is_some_and(|known| known.operation.as_str() == operation);
                assert!(supplied, "{operation} gives `{name}`, which the schema has not of it");
                produced(value, name, known, &mut paths);
                paths.insert(name.clone());
            }
        };
        let entries =
            live.entries(&target(schema), schema, segment(schema).as_ref()).await.expect("a list");
        for entry in entries.items {
            take(schema.list.as_str(), &entry.response);
        }
        for resource in everything(&live, schema).await.resources() {
            for operation in schema.live_operations().filter(|one| **one != schema.list) {
                let response = live.response(&target(schema), schema, resource, operation).await;
                if let Ok(Some(json)) = response {
                    take(operation.as_str(), &json);
                }
            }
        }
        assert_eq!(paths, live_properties(schema), "{}", row.type_name);
    }
}

#[tokio::test]
async fn only_its_code_makes_a_facet_absent() {
    for row in adapters().0.values() {
        let schema = schema(row.type_name);
        for facet in row.facets {
            let operation = Operation::from(facet.call.operation);
            let recorded = answers(row.type_name);
            let service = facet.call.operation.split(':').next().expect("a service").to_owned();
            let other = "NoSuchBucket";
            for code in facet.absent.into_iter().chain([other]) {
                let error = Response::error(&service, 404, code);
                let mut all = whole(&recorded);
                for (answer, response) in &mut all {
                    if answer.operation == facet.call.operation {
                        *response = error.clone();
                    }
                }
                let server = serve(all).await;
                let live = live(&server).await;
                let listing = everything(&live, schema).await;
                let found = &listing.resources()[0].facets[&operation];
                if code == other {
                    assert!(matches!(found, Facet::Failed(_)), "{operation}: {}", shown(found));
                } else {
                    assert_eq!(*found, Facet::Absent, "{operation}");
                }
            }
        }
    }
}

/// The codes by AWS's documents of these operations: any other is a failure.
#[test]
fn absence_has_the_code_of_the_api() {
    let adapters = adapters();
    let facets = adapters.0.values().flat_map(|row| row.facets);
    let coded = facets.filter_map(|one| Some(format!("{} {}", one.call.operation, one.absent?)));
    let coded: BTreeSet<String> = coded.collect();
    assert_eq!(
        coded.iter().map(String::as_str).collect::<Vec<_>>(),
        [
            "iam:GetAccountPasswordPolicy NoSuchEntity",
            "iam:GetLoginProfile NoSuchEntity",
            "s3:GetBucketCors NoSuchCORSConfiguration",
            "s3:GetBucketEncryption ServerSideEncryptionConfigurationNotFoundError",
            "s3:GetBucketLifecycleConfiguration NoSuchLifecycleConfiguration",
            "s3:GetBucketOwnershipControls OwnershipControlsNotFoundError",
            "s3:GetBucketPolicy NoSuchBucketPolicy",
            "s3:GetBucketPolicyStatus NoSuchBucketPolicy",
            "s3:GetBucketReplication ReplicationConfigurationNotFoundError",
            "s3:GetBucketTagging NoSuchTagSet",
            "s3:GetBucketWebsite NoSuchWebsiteConfiguration",
            "s3:GetObjectLockConfiguration ObjectLockConfigurationNotFoundError",
            "s3:GetPublicAccessBlock NoSuchPublicAccessBlockConfiguration",
            "s3control:GetPublicAccessBlock NoSuchPublicAccessBlockConfiguration",
        ]
    );
}

/// A type that is not in this version: a schema and a row.
const KEY_PAIRS: &str = r#"{
    "type": "AWS::EC2::KeyPair", "description": "A key pair.", "scope": "regional",
    "list": "ec2:DescribeKeyPairs", "identifier": "KeyName",
    "operations": { "ec2:DescribeKeyPairs": { "permissions": ["ec2:DescribeKeyPairs"] } },
    "properties": {
        "KeyName": { "type": "string", "operation": "ec2:DescribeKeyPairs", "description": "Its name." },
        "KeyFingerprint": { "type": "string", "operation": "ec2:DescribeKeyPairs", "description": "Its digest." }
    }
}"#;

static LIST_KEY_PAIRS: Call = Call::xml("ec2:DescribeKeyPairs", &[present("keySet")]);

const KEY_PAIR: Adapter = Adapter {
    type_name: "AWS::EC2::KeyPair",
    list: ListCall::whole(&LIST_KEY_PAIRS, |session, region| {
        list_key_pairs(session, region).boxed()
    }),
    facets: &[],
};

async fn list_key_pairs(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let request = |_| client.describe_key_pairs().send();
    let page = |output: &DescribeKeyPairsOutput| {
        let entry = |pair: &aws_sdk_ec2::types::KeyPairInfo| {
            let fingerprint = pair.key_fingerprint();
            let json = json!({ "KeyName": pair.key_name(), "KeyFingerprint": fingerprint });
            Entry::new(region, json)
        };
        Page { items: output.key_pairs().iter().map(entry).collect(), next: Next::End }
    };
    session.pages(&LIST_KEY_PAIRS, region, request, page).await
}

#[tokio::test]
async fn a_type_is_a_schema_and_a_row() {
    let known = schemas().clone().with(KEY_PAIRS).expect("a schema");
    let schema = known.get("AWS::EC2::KeyPair").expect("the type");
    let pair = "<item><keyName>admin</keyName><keyFingerprint>1f:51</keyFingerprint></item>";
    let body =
        format!("<DescribeKeyPairsResponse><keySet>{pair}</keySet></DescribeKeyPairsResponse>");
    let server = StandIn::answering(move |_| Response::new(200, body.clone())).await;

    let without = live(&server).await;
    assert_eq!(
        ids(&list(&without, schema).await),
        " (unsupported: AWS::EC2::KeyPair is not listed in live accounts yet, only in recorded \
         inventories)"
    );
    let rows = adapters().0.into_values().chain([KEY_PAIR]);
    let with = live_with(&server, Adapters::new(rows), 1).await;
    let listing = list(&with, schema).await;
    assert_eq!(ids(&listing), "admin");
    let pair = &listing.resources()[0];
    assert_eq!(
        shown(&pair.facets[&schema.list]),
        r#"{"KeyFingerprint":"1f:51","KeyName":"admin"}"#
    );
    assert_eq!(pair.region.as_str(), HOME);
    assert_eq!(with.calls().of("ec2:DescribeKeyPairs"), 1);

    // The check of responses holds for it as for all others.
    let lacking = "<DescribeKeyPairsResponse/>";
    let server = StandIn::answering(move |_| Response::new(200, lacking)).await;
    let with = live_with(&server, Adapters::new([KEY_PAIR]), 1).await;
    let failed = " (service_error: ec2:DescribeKeyPairs: the answer lacks `keySet`)";
    assert_eq!(ids(&list(&with, schema).await), failed);
}

#[tokio::test]
async fn a_bulk_call_is_made_once() {
    let schema = schema("AWS::IAM::User");
    let server = serve(whole(&answers("AWS::IAM::User"))).await;
    let live = live(&server).await;
    for _ in 0..2 {
        everything(&live, schema).await;
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in server.requests() {
        *counts.entry(name).or_default() += 1;
    }
    assert_eq!(counts["GetAccountAuthorizationDetails"], 1);
    assert_eq!(counts["ListMFADevices"], 2);
}
