//! Inventories as JSON, there and back.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, SecondsFormat, Utc};
use jsonschema::Validator;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value as Json, json};

use super::json_schema;
use crate::resource::{
    AccountId, Facet, Failure, Inventory, Listing, Operation, Provider, Region, Resource, Schema,
    TypeName, Value, schemas,
};

/// Bytes of a resource's id.
const LONGEST_ID: usize = 1024;

/// Problems of an inventory that are told at most; one mistake often shows in each resource.
const MOST_SHOWN: usize = 5;

/// All that is wrong with the JSON of an inventory, each with its place as a JSON Pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidRecording(Vec<String>);

impl InvalidRecording {
    /// The problems, such as ``/account: "1" does not match "^[0-9]{12}$"``.
    pub fn problems(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for InvalidRecording {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<_> = self.0.iter().take(MOST_SHOWN).map(String::as_str).collect();
        out.write_str(&shown.join("; "))?;
        match self.0.len().saturating_sub(MOST_SHOWN) {
            0 => Ok(()),
            more => write!(out, "; and {more} more"),
        }
    }
}

impl std::error::Error for InvalidRecording {}

impl From<serde_json::Error> for InvalidRecording {
    fn from(error: serde_json::Error) -> Self {
        Self(vec![error.to_string()])
    }
}

/// The inventory that the JSON describes.
pub fn from_json(json: &Json) -> Result<Inventory, InvalidRecording> {
    static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
        let options = jsonschema::options().should_validate_formats(true);
        #[expect(clippy::expect_used, reason = "made by us and read by a test")]
        options.build(&json_schema()).expect("the JSON Schema of inventories is one")
    });
    let problems: Vec<_> = VALIDATOR.iter_errors(json).map(|error| problem(&error)).collect();
    if !problems.is_empty() {
        return Err(InvalidRecording(problems));
    }
    Document::deserialize(json)?.inventory()
}

/// A problem on one line; large values are not repeated.
fn problem(error: &jsonschema::ValidationError<'_>) -> String {
    let place = match error.instance_path().as_str() {
        "" => "/",
        place => place,
    };
    let message = match error.instance().as_ref() {
        Json::Object(_) | Json::Array(_) => error.masked_with("the value").to_string(),
        _ => error.to_string(),
    };
    format!("{place}: {message}")
}

/// The file as written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    account: AccountId,
    recorded_at: DateTime<Utc>,
    lists: BTreeMap<TypeName, BTreeMap<Region, List>>,
}

#[derive(Deserialize)]
struct List {
    resources: Option<Vec<Entry>>,
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct Entry {
    region: Option<Region>,
    facets: BTreeMap<Operation, Answer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Read(Json),
    Absent(IgnoredAny),
    Error(Failure),
}

impl Document {
    fn inventory(self) -> Result<Inventory, InvalidRecording> {
        let mut listings = BTreeMap::new();
        for (type_name, lists) in self.lists {
            let Some(schema) = schemas().get(&type_name) else { continue };
            for (region, list) in lists {
                let listing = list.listing(schema, &region)?;
                listings.insert((type_name.clone(), region), listing);
            }
        }
        let Self { account, recorded_at: taken_at, .. } = self;
        Ok(Inventory { provider: Provider::Aws, account, taken_at, listings })
    }
}

impl List {
    fn listing(self, schema: &Schema, region: &Region) -> Result<Listing, InvalidRecording> {
        let mut resources: BTreeMap<Arc<str>, Arc<Resource>> = BTreeMap::new();
        let complete = self.resources.is_some();
        for entry in self.resources.unwrap_or_default() {
            let resource = entry.resource(schema, region);
            let id = resource.id.clone();
            if let Some(problem) = impossible(&id) {
                let place = format!("/lists/{}/{region}/resources", schema.type_name);
                let (name, shown) = (&schema.identifier, id.chars().take(40).collect::<String>());
                let words = format!("{place}: `{name}` {shown:?} {problem}");
                return Err(InvalidRecording(vec![words]));
            }
            if resources.insert(id.clone(), Arc::new(resource)).is_some() {
                let place = format!("/lists/{}/{region}/resources", schema.type_name);
                return Err(InvalidRecording(vec![format!("{place}: `{id}` is there twice")]));
            }
        }
        let resources = resources.into_values().collect();
        Ok(match self.error {
            None => Listing::Complete(resources),
            Some(failure) if complete => Listing::Partial(resources, failure),
            Some(failure) => Listing::Failed(failure),
        })
    }
}

/// Why no resource can have an id. The longest of AWS, ARNs with a path, stay below.
fn impossible(id: &str) -> Option<&'static str> {
    match id {
        "" => Some("is empty"),
        id if id.len() > LONGEST_ID => Some("has more than 1024 bytes"),
        id if id.chars().any(char::is_control) => Some("holds a control character"),
        _ => None,
    }
}

impl Entry {
    fn resource(self, schema: &Schema, listed_in: &Region) -> Resource {
        let facets: BTreeMap<_, _> = self
            .facets
            .into_iter()
            .map(|(operation, answer)| {
                let facet = match answer {
                    Answer::Read(json) => Facet::Read(schema.refine(&operation, &json)),
                    Answer::Absent(_) => Facet::Absent,
                    Answer::Error(failure) => Facet::Failed(failure),
                };
                (operation, facet)
            })
            .collect();
        let text = |name: &str| match facets.get(&schema.list) {
            Some(Facet::Read(listed)) => listed.get(name)?.as_str().map(Arc::from),
            _ => None,
        };
        Resource {
            type_name: schema.type_name.clone(),
            id: text(&schema.identifier).unwrap_or_default(),
            arn: text("Arn"),
            region: self.region.unwrap_or_else(|| listed_in.clone()),
            facets,
        }
    }
}

/// The JSON that describes the inventory; equal inventories give equal bytes.
pub fn to_json(inventory: &Inventory) -> Json {
    let mut lists: Map<String, Json> = Map::new();
    for ((type_name, region), listing) in &inventory.listings {
        let regions = lists.entry(type_name.as_str()).or_insert_with(|| json!({}));
        if let Json::Object(regions) = regions {
            regions.insert(region.to_string(), listing_to_json(listing, region));
        }
    }
    json!({
        "apiVersion": "cloudcorrect.dev/v1",
        "kind": "Inventory",
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

#[cfg(test)]
mod tests {
    use super::*;

    const DEMO: &str = include_str!("../../examples/demo-account.json");

    fn demo() -> Json {
        serde_json::from_str(DEMO).expect("JSON")
    }

    /// The demo with one value changed, as the problems it has.
    fn broken(pointer: &str, value: Json) -> Vec<String> {
        let mut json = demo();
        *json.pointer_mut(pointer).expect("a place in the demo") = value;
        match from_json(&json) {
            Ok(_) => Vec::new(),
            Err(error) => error.problems().to_vec(),
        }
    }

    #[test]
    fn an_id_that_no_resource_can_have_is_told() {
        let bucket =
            "/lists/AWS::S3::Bucket/global/resources/0/facets/s3:ListBuckets/read/BucketName";
        let told = |id: &str| broken(bucket, json!(id)).join("\n");
        let place = "/lists/AWS::S3::Bucket/global/resources";
        assert_eq!(
            told("a\0b"),
            format!(r#"{place}: `BucketName` "a\0b" holds a control character"#)
        );
        assert!(told(&"x".repeat(1_025)).ends_with("has more than 1024 bytes"));
    }

    #[test]
    fn the_demo_account_reads_whole() {
        let inventory = from_json(&demo()).expect("well-formed");
        let counts: Vec<String> = inventory
            .listings
            .iter()
            .map(|((type_name, region), listing)| {
                format!("{type_name} {region}: {}", listing.resources().len())
            })
            .collect();
        assert_eq!(
            counts,
            [
                "AWS::EC2::Instance eu-west-1: 2",
                "AWS::EC2::Instance us-east-1: 4",
                "AWS::EC2::SecurityGroup eu-west-1: 3",
                "AWS::EC2::SecurityGroup us-east-1: 5",
                "AWS::EC2::Volume eu-west-1: 2",
                "AWS::EC2::Volume us-east-1: 5",
                "AWS::IAM::AccountPasswordPolicy global: 1",
                "AWS::IAM::Group global: 3",
                "AWS::IAM::ManagedPolicy global: 2",
                "AWS::IAM::Role global: 4",
                "AWS::IAM::User global: 5",
                "AWS::S3::Bucket global: 13",
            ]
        );
        for listing in inventory.listings.values() {
            for resource in listing.resources() {
                let schema = &schemas()[&resource.type_name];
                let asked: Vec<_> = resource.facets.keys().collect();
                // Of what no live account is asked for yet, everything is there.
                let is_live = !schema.operations[&schema.list].recorded_only;
                let live = schema.operations.iter();
                let live = live.filter(|(_, known)| !(is_live && known.recorded_only));
                let live: Vec<_> = live.map(|(operation, _)| operation).collect();
                assert_eq!(asked, live, "{} is there as if recorded live", resource.id);
                let has_arn = schema.properties.contains_key("Arn");
                assert_eq!(resource.arn.is_some(), has_arn, "the ARN of {}", resource.id);
            }
        }
    }

    #[test]
    fn an_inventory_survives_being_written() {
        let inventory = from_json(&demo()).expect("well-formed");
        let again = from_json(&to_json(&inventory)).expect("what is written can be read");
        assert_eq!(again, inventory);
    }

    #[test]
    fn lists_are_whole_broken_off_or_unread() {
        let list = |list: Json| {
            let json = json!({
                "apiVersion": "cloudcorrect.dev/v1", "kind": "Inventory",
                "account": "012345678901", "recordedAt": "2026-11-16T09:00:00+01:00",
                "lists": { "AWS::IAM::User": { "global": list } },
            });
            let inventory = from_json(&json).expect("well-formed");
            assert_eq!(inventory.account.as_str(), "012345678901");
            assert_eq!(inventory.taken_at.to_rfc3339(), "2026-11-16T08:00:00+00:00");
            assert_eq!(to_json(&inventory)["lists"], json["lists"], "written as it was read");
            inventory.listings.into_values().next()
        };
        let error = || json!({ "cause": "throttled", "message": "iam:ListUsers: Rate exceeded" });
        let failure =
            || Failure::new(crate::resource::Cause::Throttled, "iam:ListUsers: Rate exceeded");
        assert_eq!(list(json!({ "resources": [] })), Some(Listing::Complete(vec![])));
        assert_eq!(
            list(json!({ "resources": [], "error": error() })),
            Some(Listing::Partial(vec![], failure()))
        );
        assert_eq!(list(json!({ "error": error() })), Some(Listing::Failed(failure())));
    }

    #[test]
    fn facets_are_read_absent_or_refused() {
        let inventory = from_json(&demo()).expect("well-formed");
        let buckets = &inventory.listings[&("AWS::S3::Bucket".into(), Region::global())];
        let facet = |id: &str, operation: &str| {
            let found = buckets.resources().iter().find(|bucket| &*bucket.id == id);
            found.map(|bucket| bucket.facets[operation].clone())
        };
        assert_eq!(facet("acme-legacy-reports", "s3:GetBucketEncryption"), Some(Facet::Absent));
        assert!(matches!(
            facet("acme-partner-dropbox", "s3:GetBucketPolicy"),
            Some(Facet::Failed(Failure { cause: crate::resource::Cause::AccessDenied, .. }))
        ));
        let apac = buckets.resources().iter().find(|bucket| &*bucket.id == "acme-apac-trial");
        assert_eq!(apac.map(|bucket| bucket.region.as_str()), Some("ap-southeast-2"));
    }

    #[test]
    fn problems_are_named_with_their_place() {
        let user = "/lists/AWS::IAM::User/global/resources/0";
        let cases = [
            ("/account", json!(123_456_789_012_u64)),
            ("/recordedAt", json!("yesterday")),
            ("/lists/AWS::IAM::User", json!({ "eu-west-1": { "resources": [] } })),
            ("/lists/AWS::IAM::User/global/resources", json!([{ "facets": {} }])),
            (&format!("{user}/facets/iam:ListMFADevices"), json!({ "read": { "MfaDevices": [] } })),
            (
                &format!("{user}/facets/iam:GetLoginProfile/read/LoginProfile"),
                json!({ "PasswordResetRequired": "yes" }),
            ),
            (&format!("{user}/facets/iam:GetLoginProfile"), json!({ "absent": true, "read": {} })),
            (&format!("{user}/facets/iam:ListUsers/read/UserName"), json!("bob")),
        ];
        let problems: Vec<String> =
            cases.into_iter().flat_map(|(pointer, value)| broken(pointer, value)).collect();
        insta::assert_snapshot!(problems.join("\n"), @r#"
        /account: 123456789012 is not of type "string"
        /recordedAt: "yesterday" is not a "date-time"
        /lists/AWS::IAM::User: Additional properties are not allowed ('eu-west-1' was unexpected)
        /lists/AWS::IAM::User/global/resources/0/facets: "iam:ListUsers" is a required property
        /lists/AWS::IAM::User/global/resources/0/facets/iam:ListMFADevices/read: Additional properties are not allowed ('MfaDevices' was unexpected)
        /lists/AWS::IAM::User/global/resources/0/facets/iam:GetLoginProfile/read/LoginProfile/PasswordResetRequired: "yes" is not of types "null", "boolean"
        /lists/AWS::IAM::User/global/resources/0/facets/iam:GetLoginProfile: the value has more than 1 property
        /lists/AWS::IAM::User/global/resources: `bob` is there twice
        "#);
    }
}
