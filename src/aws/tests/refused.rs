//! Calls that are refused: what it means for what is asked with them and after them.

use std::sync::atomic::{AtomicUsize, Ordering};

use insta::assert_snapshot;

use super::super::adapters::adapters;
use super::recorded::{answers, serve, whole};
use super::stand_in::{Response, StandIn};
use super::{HOME, everything, ids, list, live, live_with, schema, shown, target};
use crate::fetch::Source;
use crate::resource::Target;

#[tokio::test]
async fn credentials_that_are_good_elsewhere_are_refused_where_a_region_is_not_enabled() {
    let server =
        StandIn::answering(|request| Response::error(&request.service, 401, "AuthFailure")).await;
    let live = live(&server).await;
    let group = schema("AWS::EC2::SecurityGroup");
    for (region, cause) in [("eu-west-1", "region_disabled"), (HOME, "credentials")] {
        let region = region.parse().expect("a region");
        let listing = live.list(&Target { region, ..target(group) }, group).await;
        let why = format!("{cause}: ec2:DescribeSecurityGroups: the message");
        assert_eq!(ids(&listing), format!(" ({why})"));
    }
    let users = list(&super::live(&server).await, schema("AWS::IAM::User")).await;
    assert_eq!(ids(&users), " (credentials: iam:ListUsers: the message)");
}

#[tokio::test]
async fn another_account_is_not_asked() {
    let server = serve(whole(&answers("AWS::EC2::SecurityGroup"))).await;
    let live = live(&server).await;
    let group = schema("AWS::EC2::SecurityGroup");
    let account = "999999999999".parse().expect("an id");
    let listing = live.list(&Target { account, ..target(group) }, group).await;
    let why = "credentials: the session is that of account 123456789012";
    assert_eq!(ids(&listing), format!(" ({why})"));
    assert_eq!(server.requests(), [""; 0]);
}

#[tokio::test]
async fn what_comes_of_a_refused_call_is_refused_in_its_words() {
    for (refused, operation) in [
        ("iam:GetAccountAuthorizationDetails", "iam:GetAccountAuthorizationDetails"),
        ("iam:ListAccessKeys", "iam:ListAccessKeys"),
        ("iam:ListAccessKeys", "iam:GetAccessKeyLastUsed"),
    ] {
        let mut all = whole(&answers("AWS::IAM::User"));
        for (answer, response) in &mut all {
            if answer.operation == refused {
                *response = Response::error("iam", 403, "AccessDenied");
            }
        }
        let users = everything(&live(&serve(all).await).await, schema("AWS::IAM::User")).await;
        let found = shown(&users.resources()[0].facets[&operation.into()]);
        assert_eq!(
            found,
            format!("access_denied: {refused}: the message; allow `{refused}`"),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn a_denied_call_names_the_action_to_allow() {
    let denied =
        StandIn::answering(|request| Response::error(&request.service, 403, "AccessDenied")).await;
    let live = live(&denied).await;
    let mut told = Vec::new();
    for type_name in ["AWS::EC2::Image", "AWS::IAM::User", "AWS::S3::Bucket"] {
        told.push(ids(&list(&live, schema(type_name)).await));
    }
    let account = everything(&live, schema("AWS::S3::AccountPublicAccessBlock")).await;
    let block = &account.resources()[0].facets[&"s3control:GetPublicAccessBlock".into()];
    told.push(shown(block));
    assert_snapshot!(told.join("\n"), @"
     (access_denied: ec2:DescribeImages: the message; allow `ec2:DescribeImages`)
     (access_denied: iam:ListUsers: the message; allow `iam:ListUsers`)
     (access_denied: s3:ListBuckets: the message; allow `s3:ListAllMyBuckets` and `s3:GetBucketLocation`)
    access_denied: s3control:GetPublicAccessBlock: the message; allow `s3:GetAccountPublicAccessBlock`
    ");
}

#[tokio::test]
async fn a_page_with_the_status_of_a_refusal_is_not_asked_for_again() {
    let page = "<html><body>no</body></html>";
    let server = StandIn::answering(move |_| Response::new(404, page)).await;
    let live = live_with(&server, adapters(), 3).await;
    list(&live, schema("AWS::EC2::SecurityGroup")).await;
    assert_eq!(server.requests(), ["DescribeSecurityGroups"]);
}

/// A session logs in anew within a call, which declares what its own response must hold.
#[tokio::test]
async fn a_login_within_a_call_is_not_held_to_what_the_call_declares() {
    let groups = answers("AWS::EC2::SecurityGroup")[0].body.clone();
    let asked = AtomicUsize::new(0);
    let server = StandIn::answering(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Response::error("ec2", 400, "ExpiredToken"),
        _ => Response::new(200, groups.clone()),
    })
    .await;
    let live = live(&server).await;
    let group = schema("AWS::EC2::SecurityGroup");
    let expired = " (credentials: ec2:DescribeSecurityGroups: the message)";
    assert_eq!(ids(&list(&live, group).await), expired);
    assert_eq!(ids(&list(&live, group).await), "sg-0123456789abcdef0 sg-11111111111111111");
    assert_eq!(live.calls().of("sts:GetCallerIdentity"), 2, "what is refused is forgotten");
}
