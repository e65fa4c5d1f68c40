//! Lists that go on from a marker, as those of IAM do: of two pages both are read.

use insta::assert_snapshot;

use super::super::adapter::Adapter;
use super::super::adapters::adapters;
use super::super::response::{Body, present};
use super::recorded::{Answer, answers, element, serve, whole};
use super::stand_in::{Request, Response, StandIn};
use super::{calls, everything, live, schema};

/// How an answer says that it is all.
const LAST: &str = "<IsTruncated>false</IsTruncated>";

/// How it says that more follows.
const MORE: &str = "<IsTruncated>true</IsTruncated><Marker>the second page</Marker>";

/// The answer with nothing in its lists.
fn emptied(row: &Adapter, answer: &Answer) -> String {
    let call =
        calls(row).find(|call| call.operation == answer.operation).expect("a call of the type");
    let Body::Xml(required) = call.body else { panic!("no lists: {}", call.operation) };
    let mut body = answer.body.clone();
    for list in required.iter().filter(|one| **one == present(one.path)) {
        if !list.path.contains('/') {
            let (from, to) = element(&body, list.path).expect("a list");
            body.replace_range(from..to, &format!("<{}/>", list.path));
        }
    }
    body
}

/// A server of the recorded answers, one of which comes in two pages.
async fn paged(recorded: &[Answer], at: usize, [first, second]: [&str; 2]) -> StandIn {
    let responses = whole(recorded);
    let first = Response::new(200, first.replace(LAST, MORE));
    let second = Response::new(200, second);
    StandIn::answering(move |request: &Request| {
        let found = responses.iter().position(|(answer, _)| answer.is_for(request));
        match (found, request.field("Marker")) {
            (None, _) => Response::error(&request.service, 404, "NoSuchResource"),
            (Some(found), None) if found == at => first.clone(),
            (Some(found), Some("the second page")) if found == at => second.clone(),
            (Some(found), _) => responses[found].1.clone(),
        }
    })
    .await
}

#[tokio::test]
async fn both_of_two_pages_are_read() {
    let mut read = Vec::new();
    for row in adapters().0.values().filter(|row| row.type_name.starts_with("AWS::IAM::")) {
        let (schema, recorded) = (schema(row.type_name), answers(row.type_name));
        let server = serve(whole(&recorded)).await;
        let before = everything(&live(&server).await, schema).await;
        for (at, answer) in recorded.iter().enumerate() {
            if !answer.body.contains(LAST) {
                continue;
            }
            let empty = emptied(row, answer);
            // What is on the first page is kept, and what is on the second alone is found.
            for pages in [[&*answer.body, &*empty], [&*empty, &*answer.body]] {
                let server = paged(&recorded, at, pages).await;
                let after = everything(&live(&server).await, schema).await;
                assert_eq!(after, before, "{}: {}", row.type_name, answer.operation);
            }
            read.push(format!("{} {}", row.type_name, answer.operation));
        }
    }
    read.dedup();
    assert_snapshot!(read.join("\n"), @"
    AWS::IAM::Group iam:ListGroups
    AWS::IAM::Group iam:GetAccountAuthorizationDetails
    AWS::IAM::Group iam:GetGroup
    AWS::IAM::InstanceProfile iam:ListInstanceProfiles
    AWS::IAM::InstanceProfile iam:ListInstanceProfileTags
    AWS::IAM::ManagedPolicy iam:ListPolicies
    AWS::IAM::ManagedPolicy iam:GetAccountAuthorizationDetails
    AWS::IAM::ManagedPolicy iam:ListEntitiesForPolicy
    AWS::IAM::Role iam:ListRoles
    AWS::IAM::Role iam:GetAccountAuthorizationDetails
    AWS::IAM::ServerCertificate iam:ListServerCertificates
    AWS::IAM::User iam:ListUsers
    AWS::IAM::User iam:GetAccountAuthorizationDetails
    AWS::IAM::User iam:ListMFADevices
    AWS::IAM::User iam:ListAccessKeys
    AWS::IAM::User iam:ListSSHPublicKeys
    AWS::IAM::User iam:ListSigningCertificates
    AWS::IAM::User iam:ListServiceSpecificCredentials
    ");
}
