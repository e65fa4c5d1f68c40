//! Lists in two pages: the second is asked for with the token of the first, and both are read.

use std::collections::BTreeSet;

use super::super::adapters::adapters;
use super::recorded::{Answer, answers, serve, whole};
use super::stand_in::{Response, StandIn};
use super::{everything, ids, list, live, schema, shown};
use crate::resource::{Facet, Operation, Value};

/// Lists of a resource that come in pages, and the property that they fill.
const OF_RESOURCES: [(&str, &str, &str); 3] = [
    ("AWS::EC2::PrefixList", "ec2:GetManagedPrefixListEntries", "Entries"),
    ("AWS::IAM::User", "iam:ListAccessKeys", "AccessKeys"),
    ("AWS::IAM::User", "iam:ListMFADevices", "MFADevices"),
];

/// How a service says that a list goes on, and the field of a request that continues it.
fn paging(operation: &str) -> (&'static str, &'static str) {
    match operation.split(':').next() {
        Some("ec2") => ("<nextToken>2</nextToken>", "NextToken"),
        Some("iam") => ("<IsTruncated>true</IsTruncated><Marker>2</Marker>", "Marker"),
        _ if operation == "s3:ListObjectsV2" => (
            "<IsTruncated>true</IsTruncated><NextContinuationToken>2</NextContinuationToken>",
            "continuation-token",
        ),
        _ => ("<ContinuationToken>2</ContinuationToken>", "continuation-token"),
    }
}

/// The same answer where another page follows.
fn continued(answer: &Answer) -> String {
    let body = answer.body.replace("<IsTruncated>false</IsTruncated>", "");
    let (more, _) = paging(&answer.operation);
    let end = match answer.operation.split_once(':') {
        Some(("iam", name)) => body.rfind(&format!("</{name}Result>")),
        _ => body.rfind("</"),
    };
    let end = end.expect("a whole answer");
    format!("{}{more}{}", &body[..end], &body[end..])
}

/// A server that gives the recorded answers of a type, and an operation's in two pages.
async fn in_two_pages(
    type_name: &str,
    operation: &str,
    second: impl Fn(&str) -> String,
) -> StandIn {
    let (_, field) = paging(operation);
    let mut all = Vec::new();
    for (answer, response) in whole(&answers(type_name)) {
        if answer.operation != operation {
            all.push((answer, response));
            continue;
        }
        let next = Response::new(200, second(&answer.body));
        all.push((answer.clone().on(&format!("{field}=2")), next));
        let first = Response::new(200, continued(&answer));
        all.push((answer, first));
    }
    serve(all).await
}

/// Of EC2 and IAM others tell.
#[tokio::test]
async fn each_list_of_s3_is_read_to_its_second_page() {
    let adapters = adapters();
    for (type_name, row) in
        adapters.0.iter().filter(|(_, row)| row.list.call.operation.starts_with("s3:"))
    {
        let schema = schema(type_name);
        let server = serve(whole(&answers(type_name))).await;
        let listing = list(&live(&server).await, schema).await;
        let first: BTreeSet<String> =
            listing.resources().iter().map(|one| one.id.to_string()).collect();
        let other = |body: &str| {
            let names = first.iter().map(|id| id.rsplit('/').next().unwrap_or_default());
            names.fold(body.to_owned(), |body, name| body.replace(name, &format!("{name}2")))
        };
        let server = in_two_pages(type_name, row.list.call.operation, other).await;
        let both = list(&live(&server).await, schema).await;
        let all: BTreeSet<String> =
            first.iter().flat_map(|id| [id.clone(), format!("{id}2")]).collect();
        assert_eq!(ids(&both), Vec::from_iter(all).join(" "), "{type_name}");
    }
}

#[tokio::test]
async fn each_list_of_a_resource_is_read_to_its_second_page() {
    for (type_name, operation, property) in OF_RESOURCES {
        let schema = schema(type_name);
        let entries = async |server: StandIn| {
            let listing = everything(&live(&server).await, schema).await;
            let facet = &listing.resources()[0].facets[&Operation::from(operation)];
            match facet {
                Facet::Read(read) => match read.get(property) {
                    Some(Value::List(entries)) => entries.to_vec(),
                    other => panic!("{operation}: {other:?}"),
                },
                other => panic!("{operation}: {}", shown(other)),
            }
        };
        let once = entries(serve(whole(&answers(type_name))).await).await;
        let twice = entries(in_two_pages(type_name, operation, str::to_owned).await).await;
        assert_eq!(twice, [once.clone(), once].concat(), "{operation}");
    }
}
