//! Recordings read, written and refused.

use serde_json::{Value as Json, json};

use super::read::recording;
use super::schema::json_schema;
use super::search::{MOST_JUDGED, search, validator};
use super::{InvalidRecording, read, to_json};
use crate::diagnostic::Diagnostic;
use crate::fetch::FetchRequirement;
use crate::resource::{Facet, Failure, Inventory, Listing, Region, SchemaRegistry, schemas};

const DEMO: &str = include_str!("../../examples/demo-account.json");

fn read_json(json: &Json) -> Result<Inventory, InvalidRecording> {
    read(json.to_string().as_bytes(), schemas())
}

fn demo() -> Json {
    serde_json::from_str(DEMO).expect("JSON")
}

/// The demo with one value changed, as the problems it has.
fn broken(pointer: &str, value: Json) -> Vec<String> {
    let mut json = demo();
    *json.pointer_mut(pointer).expect("a place in the demo") = value;
    problems(&json)
}

/// The problems of a recording, a line each.
fn problems(json: &Json) -> Vec<String> {
    match read_json(json) {
        Ok(_) => Vec::new(),
        Err(invalid) => {
            let found = invalid.diagnostics("x.json").into_iter();
            let line = |found: Diagnostic| {
                let help = found.help.map(|help| format!(" ({help})")).unwrap_or_default();
                format!("{}: {}: {}{help}", found.place, found.code, found.message)
            };
            found.map(line).collect()
        }
    }
}

#[test]
fn an_id_that_no_resource_can_have_is_told() {
    let bucket = "/lists/AWS::S3::Bucket/global/resources/0/facets/s3:ListBuckets/read/BucketName";
    let told = |id: &str| broken(bucket, json!(id)).join("\n");
    assert_eq!(
        told("a\0b"),
        "x.json:1:32892: invalid-name: `BucketName` holds the character U+0000 \
         (no resource has such an id)"
    );
    assert!(told(&"x".repeat(2_049)).contains("has more than 2048 bytes"));
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let marked = format!("\u{feff}{DEMO}");
    assert_eq!(read(marked.as_bytes(), schemas()).ok(), read(DEMO.as_bytes(), schemas()).ok());
    assert!(read(marked.as_bytes(), schemas()).is_ok());
    let twice = format!("\u{feff}{marked}");
    assert!(read(twice.as_bytes(), schemas()).is_err());
}

/// Inventory that a text describes, by windows that are filled a few bytes at a time.
fn by_windows(text: &str, most_bytes: u64) -> Option<Inventory> {
    super::read::by_windows(&mut text.as_bytes(), most_bytes, schemas())
}

#[test]
fn what_is_read_by_windows_is_what_the_text_says() {
    let whole = |text: &str| recording(text.as_bytes(), schemas()).ok();
    let read = |text: &str| by_windows(text, 1 << 30);
    assert!(read(DEMO).is_some());
    assert_eq!(read(DEMO), whole(DEMO));
    assert_eq!(read(&format!("\u{feff}{DEMO}")), whole(DEMO));
    // Several windows, one resource of which is larger than a window, and signs of several bytes.
    let mut items: Vec<String> = (0..9_000).map(|at| bucket(&format!("b-{at}"))).collect();
    let long = "ä😀".repeat(200_000);
    let tagged = bucket("long").replace(
        "}}}}",
        &format!(
            r#"}}}},"s3:GetBucketTagging":{{"read":{{"Tags":[{{"Key":"a}}\"","Value":"{long}"}}]}}}}}}}}"#
        ),
    );
    items.insert(4_000, tagged);
    let text = buckets(&items);
    assert!(read(&text).is_some());
    assert_eq!(read(&text), whole(&text));
    let spread = text.replace("},{", " } \n,\n { ");
    assert_eq!(read(&spread), whole(&text));
}

#[test]
fn what_windows_do_not_show_is_left_to_the_whole_text() {
    let text = buckets(&[bucket("a"), bucket("b")]);
    let length = text.len() as u64;
    assert!(by_windows(&text, length).is_some());
    assert!(by_windows(&text, length - 1).is_none());
    let policy = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        let read = format!(r#""s3:GetBucketPolicy":{{"read":{{"Policy":{{"a":{open}{close}}}}}}}"#);
        buckets(&[bucket("a").replace(r#""facets":{"#, &format!(r#""facets":{{{read},"#))])
    };
    for (levels, by_window, by_text) in [(90, true, true), (110, false, true), (130, false, false)]
    {
        let text = policy(levels);
        assert_eq!(by_windows(&text, 1 << 20).is_some(), by_window, "{levels}");
        assert_eq!(read(text.as_bytes(), schemas()).is_ok(), by_text, "{levels}");
    }
    for wrong in [
        buckets(&[bucket("a"), bucket("a")]),
        buckets(&[bucket("a"), "1".to_owned()]),
        buckets(&[bucket("a"), "{}".to_owned()]),
        buckets(&[bucket("a"), bucket("b").replace("}}}}", "}}}},")]),
        buckets(&[bucket("a"), bucket("b").replace("}}}}", "}}},\"x\":1}")]),
        format!("{text}}}"),
        text.chars().take(text.len() - 1).collect(),
        text.chars().take(text.len() / 2).collect(),
        String::new(),
    ] {
        assert!(read(wrong.as_bytes(), schemas()).is_err(), "{wrong}");
        assert!(by_windows(&wrong, 1 << 20).is_none(), "{wrong}");
    }
}

#[test]
fn the_demo_account_reads_whole() {
    let inventory = read_json(&demo()).expect("well-formed");
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
            let names = [Some(&resource.id), resource.arn.as_ref()];
            assert!(names.into_iter().flatten().all(|name| schema.may_have(name)), "{names:?}");
        }
    }
}

#[test]
fn an_inventory_survives_being_written() {
    let inventory = read_json(&demo()).expect("well-formed");
    let again = read_json(&to_json(&inventory)).expect("what is written can be read");
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
        let inventory = read_json(&json).expect("well-formed");
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

/// An inventory whose one list is of objects.
fn of_objects(list: &Json) -> Json {
    json!({
        "apiVersion": "cloudcorrect.dev/v1", "kind": "Inventory",
        "account": "012345678901", "recordedAt": "2026-11-16T08:00:00Z",
        "lists": { "AWS::S3::Object": { "global": list } },
    })
}

#[test]
fn of_a_list_that_is_too_long_the_segments_are_told() {
    let denied = json!({ "cause": "access_denied", "message": "s3:ListObjectsV2: Access Denied" });
    let rest = json!({ "cause": "not_collected", "message": "s3:ListObjectsV2: too many" });
    let list = json!({
        "resources": [{ "region": "eu-west-1", "facets": { "s3:ListObjectsV2": { "read": {
            "Id": "logs/2026/a", "BucketName": "logs", "Key": "2026/a",
        } } } }],
        "segments": { "data/": { "error": denied }, "logs/2026/": { "complete": true } },
        "error": rest,
    });
    let json = of_objects(&list);
    let inventory = read_json(&json).expect("well-formed");
    assert_eq!(to_json(&inventory)["lists"], json["lists"], "written as it was read");
    let listing = inventory.listings.into_values().next().expect("a list");
    let why = |segment: &str| {
        let segment = segment.parse().expect("a segment");
        listing.failure_in(Some(&segment)).map(|failure| failure.cause.as_str())
    };
    let segments = ["logs/2026/", "logs/2026/a", "data/b", "logs/", "other/"];
    let expected =
        [None, None, Some("access_denied"), Some("not_collected"), Some("not_collected")];
    assert_eq!(segments.map(why), expected);
}

#[test]
fn problems_of_segments_are_named_with_their_place() {
    let error = json!({ "cause": "not_collected", "message": "too many" });
    let complete = json!({ "complete": true });
    let told = |list: Json| problems(&of_objects(&list)).join("\n");
    insta::assert_snapshot!(
        [
            told(json!({ "resources": [], "segments": { "logs": complete }, "error": error })),
            told(json!({ "resources": [], "segments": { "logs/": {} }, "error": error })),
            told(json!({ "resources": [], "segments": { "logs/": { "complete": false } }, "error": error })),
            told(json!({ "resources": [], "segments": { "logs/": complete } })),
            told(json!({ "segments": { "logs/": complete }, "error": error })),
        ]
        .join("\n"),
        @"
    x.json:1:182: invalid-name: `logs` is no segment (write what the ids begin with, a bucket and `/` at least)
    x.json:1:190: missing-key: `logs/` is empty (`complete`, or the `error` that there was.)
    x.json:1:202: invalid-value: `complete` must be `true` (leave the key out where it does not hold)
    x.json:1:154: missing-key: `global` lacks `error`
    x.json:1:154: missing-key: `global` lacks `resources`
    "
    );
}

#[test]
fn facets_are_read_absent_or_refused() {
    let inventory = read_json(&demo()).expect("well-formed");
    let buckets = &inventory.listings[&("AWS::S3::Bucket".into(), Region::global())];
    let facet = |id: &str, operation: &str| {
        let found = buckets.resources().iter().find(|bucket| &*bucket.id == id);
        found.and_then(|bucket| bucket.facets.get(operation).cloned())
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
    insta::assert_snapshot!(problems.join("\n"), @"
    x.json:1:111: wrong-type: `account` is a number, but must be text (put it in quotes)
    x.json:1:139: invalid-instant: `recordedAt` is no instant (write it as in `2026-11-16T08:00:00Z`)
    x.json:1:27323: unknown-key: `AWS::IAM::User` has no `eu-west-1` (there are `global`)
    x.json:1:27356: missing-key: `facets` lacks `iam:ListUsers`
    x.json:1:27863: unknown-key: `read` has no `MfaDevices` (did you mean `MFADevices`?)
    x.json:1:27788: wrong-type: `PasswordResetRequired` is text, but must be true or false or null (Whether the user must choose a new password at the next sign-in.)
    x.json:1:27739: conflict: `iam:GetLoginProfile` has more than one key (One of `read`, `absent` and `error`.)
    x.json:1:28327: duplicate-name: resource `bob` is there twice (name each resource of a list once)
    ");
}

/// A type with a property of each kind.
const THING: &str = r#"{
    "type": "T::Thing", "description": "", "scope": "regional", "list": "t:List",
    "identifier": "Id",
    "operations": {
        "t:List": { "permissions": ["t:List"] }, "t:More": { "permissions": ["t:More"] }
    },
    "properties": {
        "Id": { "type": "string", "operation": "t:List" },
        "Count": { "type": "integer", "operation": "t:List" },
        "Ratio": { "type": "double", "operation": "t:More" },
        "On": { "type": "boolean", "operation": "t:More" },
        "At": { "type": "timestamp", "operation": "t:More" },
        "Names": { "type": "list", "operation": "t:More", "items": { "type": "string" } },
        "Labels": { "type": "map", "operation": "t:More", "items": { "type": "integer" } },
        "Rule": {
            "type": "object", "operation": "t:More", "properties": { "Port": { "type": "integer" } }
        },
        "Policy": { "type": "document", "operation": "t:More" }
    }
}"#;

fn with_things() -> SchemaRegistry {
    schemas().clone().with(THING).expect("a schema")
}

fn found_by(validator: &jsonschema::Validator, json: &Json) -> Vec<String> {
    validator.iter_errors(json).map(|error| error.to_string()).collect()
}

/// A recording of everything that a recording may hold.
fn things() -> Json {
    let error = json!({ "cause": "throttled", "message": "t: Slow down" });
    let more = json!({
        "Ratio": 1, "On": true, "At": "2026-11-16T08:00:00Z", "Names": ["a", null],
        "Labels": { "a": 1 }, "Rule": { "Port": 22 }, "Policy": { "Statement": [{ "Sid": 1.5 }] },
    });
    let thing = |id: &str, more: Json| json!({ "facets": { "t:List": { "read": { "Id": id, "Count": 3 } }, "t:More": more } });
    let mut elsewhere = thing("c", json!({ "absent": true }));
    elsewhere["region"] = "eu-west-1".into();
    json!({
        "$schema": "x", "apiVersion": "cloudcorrect.dev/v1", "kind": "Inventory",
        "account": "123456789012", "recordedAt": "2026-11-16T08:00:00Z",
        "lists": { "T::Thing": {
            "eu-west-1": { "resources": [
                thing("a", json!({ "read": more })), thing("b", json!({ "error": error })), elsewhere
            ] },
            "us-east-1": { "resources": [], "error": error }
        } },
    })
}

/// Everything that differs from a value in one place: another value there, nothing, or one more key.
fn variants(of: &Json) -> Vec<Json> {
    let others = [
        json!(null),
        json!(true),
        json!(false),
        json!(7),
        json!(-7),
        json!(7.0),
        json!(7.5),
        json!(u64::MAX),
        json!(9_223_372_036_854_775_808_u64),
        json!(-9_223_372_036_854_775_808.0),
        json!(9_223_372_036_854_775_808.0),
        json!(1e23),
        json!(-1e23),
        json!(""),
        json!("x"),
        json!("2026-11-16"),
        json!("global"),
        json!("throttled"),
        json!([]),
        json!({}),
        json!([1]),
        json!({ "x": 1 }),
    ];
    let mut all = others.to_vec();
    match of {
        Json::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                let with = |other: Option<Json>| {
                    let mut items = items.clone();
                    items.splice(at..=at, other);
                    Json::Array(items)
                };
                all.extend(variants(item).into_iter().map(|other| with(Some(other))));
                all.push(with(None));
            }
        }
        Json::Object(entries) => {
            let with = |name: &str, other: Option<Json>| {
                let mut entries = entries.clone();
                match other {
                    Some(other) => entries.insert(name.to_owned(), other),
                    None => entries.shift_remove(name),
                };
                Json::Object(entries)
            };
            for (name, value) in entries {
                all.extend(variants(value).into_iter().map(|other| with(name, Some(other))));
                all.push(with(name, None));
            }
            all.extend(["x", "global", "absent"].map(|name| with(name, Some(json!(true)))));
        }
        _ => {}
    }
    all
}

#[test]
fn the_first_pass_refuses_what_the_json_schema_refuses_and_nothing_else() {
    let registry = SchemaRegistry::parse([THING]).expect("a schema");
    let validator = validator(&json_schema(&registry));
    let mut refused = 0;
    let all = variants(&things());
    for json in &all {
        let schema_finds = found_by(&validator, json);
        let read = recording(json.to_string().as_bytes(), &registry);
        match read {
            Ok(_) => assert_eq!(schema_finds, Vec::<String>::new(), "{json}"),
            Err(error) if error.to_string().contains("`Id` \"\" is empty") => {}
            Err(error) => assert_ne!(schema_finds, Vec::<String>::new(), "{error}: {json}"),
        }
        refused += usize::from(!schema_finds.is_empty());
    }
    assert!(all.len() > 1_000 && refused > 700, "{refused} of {} are refused", all.len());
}

#[test]
fn what_no_property_can_be_is_told() {
    let policy = "/lists/AWS::S3::Bucket/global/resources/0/facets/s3:GetBucketPolicy";
    let group = "/lists/AWS::EC2::SecurityGroup/eu-west-1/resources/0";
    let rules = format!("{group}/facets/ec2:DescribeSecurityGroups/read/SecurityGroupIngress");
    let mut problems = Vec::new();
    for value in [json!([]), json!(5), json!(false)] {
        problems.extend(broken(policy, json!({ "read": { "Policy": value } })));
    }
    for value in [json!(u64::MAX), json!(-1e23)] {
        problems.extend(broken(&rules, json!([{ "FromPort": value }])));
    }
    let problems: Vec<&str> =
        problems.iter().filter_map(|one| one.split_once(": ")).map(|(_, told)| told).collect();
    insta::assert_snapshot!(problems.join("\n"), @"
    wrong-type: `Policy` is a list, but must be an object or text or null (The bucket policy, an IAM policy document (`PolicyDocument` of `AWS::S3::BucketPolicy`).)
    wrong-type: `Policy` is a number, but must be an object or text or null (The bucket policy, an IAM policy document (`PolicyDocument` of `AWS::S3::BucketPolicy`).)
    wrong-type: `Policy` is true or false, but must be an object or text or null (The bucket policy, an IAM policy document (`PolicyDocument` of `AWS::S3::BucketPolicy`).)
    invalid-value: `FromPort` has more than 64 bits (The first port, or the ICMP type (-1 for all); null where the protocol has no ports, then all are meant.)
    invalid-value: `FromPort` has more than 64 bits (The first port, or the ICMP type (-1 for all); null where the protocol has no ports, then all are meant.)
    ");
    for value in [json!({}), json!("<html>"), json!(null)] {
        assert_eq!(broken(policy, json!({ "read": { "Policy": value } })), Vec::<String>::new());
    }
}

#[test]
fn instants_are_those_of_the_json_schema() {
    let registry = SchemaRegistry::parse([THING]).expect("a schema");
    let validator = validator(&json_schema(&registry));
    for text in [
        "2026-11-16T08:00:00Z",
        "2026-11-16t08:00:00z",
        "2026-11-16T08:00:00.123456789+01:00",
        "2026-11-16 08:00:00Z",
        "2026-11-16T08:00:00",
        "2026-11-16T08:00Z",
        "2026-02-29T08:00:00Z",
        "2024-02-29T08:00:00-00:00",
        "2026-11-16T24:00:00Z",
        "2026-11-16",
        "now",
        "",
    ] {
        let mut json = things();
        json["recordedAt"] = text.into();
        let is_instant = recording(json.to_string().as_bytes(), &registry).is_ok();
        assert_eq!(is_instant, found_by(&validator, &json).is_empty(), "{text}");
    }
}

#[test]
fn a_type_more_in_the_registry_is_read_written_and_required() {
    let registry = with_things();
    let inventory = read(things().to_string().as_bytes(), &registry).expect("well-formed");
    let type_name = "T::Thing".into();
    let things = inventory.lists_of(&type_name);
    let counts: Vec<_> =
        things.map(|(region, list)| (region.as_str(), list.resources().len())).collect();
    assert_eq!(counts, [("eu-west-1", 3), ("us-east-1", 0)]);
    let again = read(to_json(&inventory).to_string().as_bytes(), &registry);
    assert_eq!(again.expect("what is written can be read"), inventory);
    assert!(read_json(&self::things()).is_err(), "this version does not know the type");
    let required = FetchRequirement::all(&registry);
    assert_eq!(required.len(), FetchRequirement::all(schemas()).len() + 1);
}

/// A recording of buckets, up to the first and from the last on.
const BUCKETS: [&str; 2] = [
    r#"{"apiVersion":"cloudcorrect.dev/v1","kind":"Inventory","account":"123456789012","recordedAt":"2026-11-16T08:00:00Z","lists":{"AWS::S3::Bucket":{"global":{"resources":["#,
    "]}}}}",
];

fn buckets(items: &[String]) -> String {
    let [start, end] = BUCKETS;
    format!("{start}{}{end}", items.join(","))
}

fn bucket(name: &str) -> String {
    format!(r#"{{"facets":{{"s3:ListBuckets":{{"read":{{"BucketName":"{name}"}}}}}}}}"#)
}

fn refused(text: &str) -> String {
    read(text.as_bytes(), schemas()).expect_err("a broken recording").to_string()
}

#[test]
fn of_many_problems_the_first_are_looked_for_and_told() {
    let repeated = bucket("a").replace(r#""read":"#, r#""read":{},"read":"#);
    for (item, told) in [
        ("1", "item 0 of `resources` is a number, but must be an object"),
        ("[]", "item 0 of `resources` is a list, but must be an object"),
        ("{}", "item 0 of `resources` lacks `facets`"),
        (r#"{"facets":{}}"#, "`facets` lacks `s3:ListBuckets`"),
        (r#"{"facets":{"x":0,"y":0,"z":0}}"#, "`facets` lacks `s3:ListBuckets`"),
        (&bucket("a"), "resource `a` is there twice"),
        (&bucket(""), "`BucketName` is empty"),
        (&repeated, "`read` is there twice"),
    ] {
        let text = buckets(&vec![item.to_owned(); 10_000]);
        let found = search(text.as_bytes(), schemas());
        let count = found.findings.len() + found.refusals.len();
        assert!((100..=101).contains(&count), "{item}: {count}");
        assert!(!found.is_whole && found.looked_to < 20_000, "{item}: {}", found.looked_to);
        let refused = refused(&text);
        assert!(refused.contains(told), "{item}: {refused}");
        assert!(refused.ends_with("; and more"), "{item}: {refused}");
        let few = self::refused(&buckets(&vec![item.to_owned(); 12]));
        assert!(!few.ends_with("; and more"), "{item}: {few}");
    }
}

#[test]
fn a_problem_behind_many_good_resources_is_told_at_its_place() {
    let mut items: Vec<String> = (0..2_000).map(|at| bucket(&format!("b-{at}"))).collect();
    for (last, told) in [
        ("7".to_owned(), "item 2000 of `resources` is a number, but must be an object"),
        (bucket("b-1000"), "resource `b-1000` is there twice"),
    ] {
        items.push(last);
        let text = buckets(&items);
        let refused = refused(&text);
        assert!(refused.ends_with(told), "{refused}");
        let found = search(text.as_bytes(), schemas());
        assert!(found.is_whole && found.findings.len() == 1, "{:?}", found.findings);
        items.pop();
    }
    // What is around the resources is told too, however many of them are wrong.
    let text = buckets(&vec!["1".to_owned(); 10_000]).replace("Inventory", "Inventori");
    assert!(
        refused(&text).contains("`kind` is `Inventori`, but must be `Inventory`"),
        "{text:.100}"
    );
}

#[test]
fn of_what_is_too_large_to_be_judged_the_first_problem_is_told() {
    let zeros = vec!["0"; MOST_JUDGED + 1].join(",");
    let tagging = format!(r#"}}}},"s3:GetBucketTagging":{{"read":{{"Tags":[{zeros}]}}}}}}"#);
    let large = bucket("a").replace("}}}", &tagging);
    let account = buckets(&[]).replace(r#""123456789012""#, &format!("[{zeros}]"));
    let keys: Vec<_> = (0..=MOST_JUDGED).map(|key| format!(r#""k{key}":{{}}"#)).collect();
    let [start, _] = BUCKETS;
    let lists = start.replace(r#""AWS::S3::Bucket":{"global":{"resources":["#, "");
    let types = format!("{lists}{}}}}}", keys.join(","));
    for (text, told) in [
        (
            buckets(&[large.clone(), bucket("b")]),
            "invalid type: integer `0`, expected an object or null",
        ),
        (
            buckets(&[large, "7".to_owned()]),
            "item 1 of `resources` is a number, but must be an object",
        ),
        (account, "`account` is a list, but must be text"),
        (format!("[{zeros}]"), "the recording is a list, but must be an object"),
        (types, "`k0` is not expected here"),
    ] {
        let refused = refused(&text);
        assert!(refused.ends_with(told), "{refused}");
    }
}

#[test]
fn what_is_there_twice_is_refused_at_its_place() {
    let text = things().to_string();
    let twice = |once: &str, more: &str| {
        assert!(text.contains(once), "{once}");
        let text = text.replacen(once, &format!("{once},{more}"), 1);
        read(text.as_bytes(), &with_things()).expect_err("a key is there twice").to_string()
    };
    let many: Vec<_> = (0..40).map(|at| format!("\"k{at}\":1")).collect();
    let refused = [
        twice(r#""kind":"Inventory""#, r#""kind":"Inventory""#),
        twice(r#""absent":true"#, r#""absent":true"#),
        twice(r#""Port":22"#, r#""Port":80"#),
        twice(r#""Sid":1.5"#, r#""Sid":1"#),
        twice(r#""Sid":1.5"#, r#""z":1,"a":1,"z":2,"a":2"#),
        twice(r#""Sid":1.5"#, &format!("{},\"k39\":2", many.join(","))),
    ];
    insta::assert_snapshot!(refused.join("\n"), @"
    is not of the format in docs/inventory.md: 1:70: `kind` is there twice
    is not of the format in docs/inventory.md: 1:582: `absent` is there twice
    is not of the format in docs/inventory.md: 1:348: `Port` is there twice
    is not of the format in docs/inventory.md: 1:383: `Sid` is there twice
    is not of the format in docs/inventory.md: 1:395: `z` is there twice; 1:401: `a` is there twice
    is not of the format in docs/inventory.md: 1:693: `k39` is there twice
    ");
}
