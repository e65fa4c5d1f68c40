//! Lists that do not come to an end, and entries that cannot be placed.

use std::sync::atomic::{AtomicUsize, Ordering};

use regex::Regex;

use super::super::adapter::{Adapter, Ask};
use super::super::adapters::adapters;
use super::recorded::answers;
use super::stand_in::{Request, Response, StandIn};
use super::{ACCOUNT, accounts, ids, list, live, schema, target};
use crate::fetch::Source;
use crate::resource::{Facet, Listing};

fn user(name: &str) -> String {
    format!(
        "<member><UserName>{name}</UserName><UserId>AIDA{name}</UserId><Path>/</Path>\
         <Arn>arn:aws:iam::123456789012:user/{name}</Arn>\
         <CreateDate>2026-01-02T03:04:05Z</CreateDate></member>"
    )
}

/// A page of `ListUsers`: a user, and what it says of the next.
fn users(name: &str, next: &str) -> Response {
    let user = user(name);
    let body = format!(
        "<ListUsersResponse><ListUsersResult><Users>{user}</Users>{next}</ListUsersResult>\
         </ListUsersResponse>"
    );
    Response::new(200, body)
}

/// The users of a server that gives these markers, and then the last again and again.
async fn listed(next: fn(usize) -> String) -> (String, usize) {
    let page = AtomicUsize::new(0);
    let server = StandIn::answering(move |_| {
        let page = page.fetch_add(1, Ordering::SeqCst);
        users(&format!("u{page}"), &next(page))
    })
    .await;
    let listing = list(&live(&server).await, schema("AWS::IAM::User")).await;
    (ids(&listing), server.requests().len())
}

#[tokio::test]
async fn a_list_that_says_it_goes_on_is_never_complete() {
    let broken = "(partial_list: iam:ListUsers: broke off after";
    let nowhere = format!("u0 {broken} 1 page: more is said to follow, and not from where)");
    assert_eq!(listed(|_| "<IsTruncated>true</IsTruncated>".into()).await, (nowhere.clone(), 1));
    let empty = |_| "<IsTruncated>true</IsTruncated><Marker/>".into();
    assert_eq!(listed(empty).await, (nowhere, 1));

    let again = "a page that was there before is to follow)";
    let same = |_| "<IsTruncated>true</IsTruncated><Marker>x</Marker>".into();
    assert_eq!(listed(same).await, (format!("u0 u1 {broken} 2 pages: {again}"), 2));
    let turns = |page: usize| {
        format!("<IsTruncated>true</IsTruncated><Marker>{}</Marker>", ["x", "y"][page % 2])
    };
    assert_eq!(listed(turns).await, (format!("u0 u1 u2 {broken} 3 pages: {again}"), 3));

    let new = |page: usize| format!("<IsTruncated>true</IsTruncated><Marker>{page}</Marker>");
    let (found, requests) = listed(new).await;
    assert!(found.ends_with("20 pages: more pages than are read)"), "{found}");
    assert_eq!(requests, 20);
}

#[tokio::test]
async fn a_list_is_read_to_its_end() {
    let last = |page: usize| match page {
        0 => "<IsTruncated>true</IsTruncated><Marker>1</Marker>".into(),
        // Some stand-ins leave the word out.
        1 => "<Marker>2</Marker>".into(),
        _ => "<IsTruncated>false</IsTruncated>".into(),
    };
    assert_eq!(listed(last).await, ("u0 u1 u2".to_owned(), 3));
}

#[tokio::test]
async fn a_list_of_a_facet_is_read_to_its_end_or_unknown() {
    let schema = schema("AWS::IAM::User");
    let keys = |marker: &str, next: &str| {
        let key = format!(
            "<member><AccessKeyId>AKIA{marker}</AccessKeyId><Status>Active</Status>\
             <CreateDate>2026-01-02T03:04:05Z</CreateDate></member>"
        );
        let body = format!(
            "<ListAccessKeysResponse><ListAccessKeysResult><AccessKeyMetadata>{key}\
             </AccessKeyMetadata>{next}</ListAccessKeysResult></ListAccessKeysResponse>"
        );
        Response::new(200, body)
    };
    let server = StandIn::answering(move |request: &Request| match &*request.name() {
        "ListUsers" => users("alice", ""),
        "ListAccessKeys" => match request.field("Marker") {
            None => keys("1", "<IsTruncated>true</IsTruncated><Marker>2</Marker>"),
            Some(_) => keys("2", "<IsTruncated>false</IsTruncated>"),
        },
        _ => Response::error("iam", 404, "NoSuchEntity"),
    })
    .await;
    let listing = super::everything(&live(&server).await, schema).await;
    let keys = super::shown(&listing.resources()[0].facets[&"iam:ListAccessKeys".into()]);
    assert!(keys.contains("AKIA1") && keys.contains("AKIA2"), "{keys}");
}

fn group(id: &str) -> String {
    format!("<item>{id}<groupName>web</groupName><ipPermissions/><ipPermissionsEgress/></item>")
}

#[tokio::test]
async fn a_group_without_an_id_makes_the_list_partial() {
    for missing in ["", "<groupId/>", "<groupId></groupId>"] {
        let known = ["sg-1", "sg-2"].map(|id| group(&format!("<groupId>{id}</groupId>"))).concat();
        let groups = format!("{}{known}", group(missing));
        let body = format!(
            "<DescribeSecurityGroupsResponse><securityGroupInfo>{groups}</securityGroupInfo>\
             </DescribeSecurityGroupsResponse>"
        );
        let server = StandIn::answering(move |_| Response::new(200, body.clone())).await;
        let listing = list(&live(&server).await, schema("AWS::EC2::SecurityGroup")).await;
        let why = "partial_list: ec2:DescribeSecurityGroups: an entry has no `GroupId`";
        assert_eq!(ids(&listing), format!("sg-1 sg-2 ({why})"));
    }
}

/// A server with these buckets and no more.
async fn buckets(buckets: &str) -> StandIn {
    let body =
        format!("<ListAllMyBucketsResult><Buckets>{buckets}</Buckets></ListAllMyBucketsResult>");
    StandIn::answering(move |request| match &*request.path {
        "/" => Response::new(200, body.clone()),
        _ => Response::error("s3", 404, "NoSuchBucket"),
    })
    .await
}

fn bucket(name: &str, region: &str) -> String {
    format!("<Bucket>{name}<BucketRegion>{region}</BucketRegion></Bucket>")
}

#[tokio::test]
async fn a_bucket_without_a_name_makes_the_list_partial() {
    let why = "(partial_list: s3:ListBuckets: an entry has no `BucketName`)";
    for missing in ["", "<Name/>"] {
        let all = bucket(missing, "us-east-1") + &bucket("<Name>logs</Name>", "us-east-1");
        let server = buckets(&all).await;
        let listing = list(&live(&server).await, schema("AWS::S3::Bucket")).await;
        assert_eq!(ids(&listing), format!("logs {why}"));
    }
}

#[tokio::test]
async fn a_bucket_of_no_region_of_aws_is_kept_and_makes_the_list_partial() {
    for odd in ["mars-north-1", "global", "EU WEST"] {
        let all = bucket("<Name>far</Name>", odd) + &bucket("<Name>logs</Name>", "us-east-1");
        let server = buckets(&all).await;
        let listing = list(&live(&server).await, schema("AWS::S3::Bucket")).await;
        let why = format!("`far` is said to live in `{odd}`, which is no region of AWS");
        assert_eq!(ids(&listing), format!("far logs (partial_list: s3:ListBuckets: {why})"));
        let regions: Vec<&str> =
            listing.resources().iter().map(|bucket| bucket.region.as_str()).collect();
        assert_eq!(regions, ["global", "us-east-1"], "in every scope, so that it is judged");
    }
}

#[tokio::test]
async fn a_region_of_the_evaluation_is_one_whoever_knows_it() {
    let server = buckets(&bucket("<Name>near</Name>", "mars-north-1")).await;
    let account = ACCOUNT.parse().expect("an id");
    let regions = ["mars-north-1".parse().expect("a region")].into();
    let live = accounts(&server, adapters(), 1).source(&account, &regions).await;
    let listing = list(&live, schema("AWS::S3::Bucket")).await;
    assert_eq!(ids(&listing), "near");
    assert_eq!(listing.resources()[0].region.as_str(), "mars-north-1");
}

/// What stands in the place of S3 and names no region in its list: it filters by region, or tells
/// where a bucket is.
#[tokio::test]
async fn a_bucket_without_a_region_is_placed_by_other_calls() {
    let named = |names: &[&str]| {
        let all = names.iter().map(|name| bucket(&format!("<Name>{name}</Name>"), ""));
        let all = all.collect::<String>();
        let list =
            format!("<ListAllMyBucketsResult><Buckets>{all}</Buckets></ListAllMyBucketsResult>");
        Response::new(200, list)
    };
    let located = |region: &str| {
        Response::new(200, format!("<LocationConstraint>{region}</LocationConstraint>"))
    };
    let server = StandIn::answering(move |request: &Request| {
        match (&*request.path, request.field("bucket-region")) {
            ("/", None) => named(&["both", "euro", "first", "lost", "plain", "second"]),
            ("/", Some("us-east-1")) => named(&["both", "first"]),
            ("/", Some(_)) => named(&["both", "second"]),
            ("/both?location", _) => located("ap-south-1"),
            ("/euro?location", _) => located("EU"),
            ("/plain?location", _) => located(""),
            _ => Response::error("s3", 404, "NoSuchBucket"),
        }
    })
    .await;
    let listing = list(&live(&server).await, schema("AWS::S3::Bucket")).await;
    let placed = listing.resources().iter().map(|one| format!("{} {}", one.id, one.region));
    let placed = placed.collect::<Vec<_>>().join(", ");
    assert_eq!(
        placed,
        "both ap-south-1, euro eu-west-1, first us-east-1, plain us-east-1, second eu-west-1"
    );
    assert_eq!(
        listing.failure().expect("one is left out").to_string(),
        "partial_list: s3:ListBuckets: where `lost` lives cannot be told: service_error: \
         s3:GetBucketLocation: the message"
    );
}

/// What was recorded for a type of EC2, in two pages: the second has the same with other ids.
async fn in_two_pages(type_name: &str) -> StandIn {
    let recorded = answers(type_name);
    let end_of_an_id = Regex::new("-([0-9a-f]{16})[0-9a-f]\\b").expect("a pattern");
    StandIn::answering(move |request| {
        let Some(answer) = recorded.iter().find(|answer| answer.is_for(request)) else {
            return Response::error(&request.service, 404, "NoSuchResource");
        };
        let (before, root) = answer.body.rsplit_once("</").expect("a root that is closed");
        match request.field("NextToken") {
            None => Response::new(200, format!("{before}<nextToken>2</nextToken></{root}")),
            Some("2") => {
                let second = end_of_an_id.replace_all(&answer.body, "-${1}e").into_owned();
                Response::new(200, second)
            }
            Some(other) => panic!("a page `{other}` that nobody named"),
        }
    })
    .await
}

#[tokio::test]
async fn each_list_of_ec2_is_read_to_its_second_page() {
    // By the API's documents this one has no pages.
    let unpaged = ["AWS::EC2::EIP"];
    // An account has one of these in a region.
    let of_one = [
        "AWS::EC2::EBSEncryptionByDefault",
        "AWS::EC2::ImageBlockPublicAccess",
        "AWS::EC2::InstanceMetadataDefaults",
        "AWS::EC2::SnapshotBlockPublicAccess",
    ];
    let of_ec2 = |row: &&Adapter| row.type_name.starts_with("AWS::EC2::");
    for row in adapters().0.values().filter(of_ec2) {
        if of_one.contains(&row.type_name) {
            continue;
        }
        let schema = schema(row.type_name);
        let server = in_two_pages(row.type_name).await;
        let live = live(&server).await;
        let listing = list(&live, schema).await;
        let Listing::Complete(resources) = &listing else { panic!("{}", ids(&listing)) };
        let (second, first): (Vec<_>, Vec<_>) =
            resources.iter().partition(|resource| resource.id.ends_with('e'));
        assert!(!first.is_empty(), "{}", row.type_name);
        let expected = if unpaged.contains(&row.type_name) { 0 } else { first.len() };
        assert_eq!(second.len(), expected, "{}", ids(&listing));

        // So is what one call says of all: of the second page as much as of the first.
        for facet in row.facets.iter().filter(|facet| !matches!(facet.ask, Ask::Each(_))) {
            let operation = facet.call.operation.into();
            let mut told = [0, 0];
            for resource in resources {
                let facet = live.facet(&target(schema), schema, resource, &operation).await;
                let is_read = matches!(facet, Facet::Read(_));
                told[usize::from(resource.id.ends_with('e'))] += usize::from(is_read);
            }
            assert!(told[0] > 0 && told[0] == told[1], "{operation}: {told:?}");
        }
    }
}
