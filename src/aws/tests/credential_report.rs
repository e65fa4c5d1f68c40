//! The credential report: what it spares, and what it must not.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use insta::assert_snapshot;

use super::stand_in::{Request, Response, StandIn};
use super::{live, now, regions, schema, shown};
use crate::fetch::{AccountScope, FetchRequirement, execute};
use crate::resource::{Facet, Resource, Value};

const HEADER: &str = "user,arn,user_creation_time,password_enabled,mfa_active,access_key_1_active,\
                      access_key_1_last_rotated,access_key_2_active,access_key_2_last_rotated";

/// Users of whom the report says this, one named after each letter.
const USERS: [&str; 5] = [
    "a,,,true,true,true,2026-10-01T00:00:00+00:00,false,N/A",
    "b,,,true,false,false,2026-10-01T00:00:00+00:00,true,2025-01-01T00:00:00+00:00",
    "c,,,false,false,false,N/A,false,N/A",
    "d,,,FALSE,FALSE,FALSE,N/A,FALSE,N/A",
    "e,,,not_supported,no_information,N/A,N/A,false,N/A",
];

fn wrapped(operation: &str, result: &str) -> Response {
    let body = format!(
        "<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
    );
    Response::new(200, body)
}

fn report(rows: &[&str], age: TimeDelta) -> Response {
    let text = STANDARD.encode(format!("{HEADER}\n{}\n", rows.join("\n")));
    let made = (now() - age).format("%Y-%m-%dT%H:%M:%SZ");
    let result = format!("<Content>{text}</Content><GeneratedTime>{made}</GeneratedTime>");
    wrapped("GetCredentialReport", &result)
}

fn users(names: &str) -> Response {
    let user = |name: char| {
        format!(
            "<member><UserName>{name}</UserName><UserId>AIDA{name}</UserId><Path>/</Path>\
             <Arn>arn:aws:iam::123456789012:user/{name}</Arn>\
             <CreateDate>2026-01-02T03:04:05Z</CreateDate></member>"
        )
    };
    let users: String = names.chars().map(user).collect();
    wrapped("ListUsers", &format!("<IsTruncated>false</IsTruncated><Users>{users}</Users>"))
}

/// A server of five users that answers for the report as `report` says; nobody has a password.
async fn server(report: impl Fn(&Request, &str) -> Response + Send + Sync + 'static) -> StandIn {
    StandIn::answering(move |request| match request.field("Action") {
        Some("ListUsers") => users("abcde"),
        Some(action @ ("GenerateCredentialReport" | "GetCredentialReport")) => {
            report(request, action)
        }
        Some("GetLoginProfile") => Response::error("iam", 404, "NoSuchEntity"),
        _ => Response::error(&request.service, 403, "AccessDenied"),
    })
    .await
}

fn complete() -> Response {
    wrapped("GenerateCredentialReport", "<State>COMPLETE</State>")
}

/// What the users are known by, where the report settles all who have no password, and the requests.
async fn collected(server: &StandIn) -> String {
    let user = schema("AWS::IAM::User");
    let has_none = |one: &Resource| {
        one.possible(user).is_some_and(|all| {
            let (name, profile) =
                user.properties.get_key_value("LoginProfile").expect("a property");
            let none = |one: &Resource| one.property(name, profile).is_ok_and(Value::is_null);
            all.iter().all(none)
        })
    };
    let requirement = FetchRequirement::new(user, ["iam:GetLoginProfile".into()]).unless(has_none);
    let account = "123456789012".parse().expect("an account");
    let scope = AccountScope { account, regions: regions(), taken_at: now() };
    let (inventory, _) = execute(&live(server).await, &scope, &[requirement]).await;
    let listing = inventory.listings.values().next().expect("the users");
    let line = |one: &std::sync::Arc<Resource>| {
        let asked = one.facets.iter().filter(|(operation, _)| **operation != user.list);
        let asked = asked.map(|(operation, facet)| match facet {
            Facet::Read(_) => operation.to_string(),
            facet => format!("{operation} {}", shown(facet)),
        });
        format!("{}: {}", one.id, asked.collect::<Vec<_>>().join(", "))
    };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in server.requests() {
        *counts.entry(name).or_default() += 1;
    }
    let counts =
        counts.iter().filter(|(name, _)| name.contains("Report") || name.contains("Profile"));
    let counts = counts.map(|(name, count)| format!("{count} {name}"));
    let lines = listing.resources().iter().map(line).chain(counts);
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn users_whom_the_report_clears_are_not_asked_for() {
    let server = server(|_, action| match action {
        "GenerateCredentialReport" => complete(),
        _ => report(&USERS, TimeDelta::hours(4)),
    })
    .await;
    assert_snapshot!(collected(&server).await, @"
    a: iam:GetCredentialReport, iam:GetLoginProfile absent
    b: iam:GetCredentialReport, iam:GetLoginProfile absent
    c: iam:GetCredentialReport
    d: iam:GetCredentialReport
    e: iam:GetCredentialReport, iam:GetLoginProfile absent
    1 GenerateCredentialReport
    1 GetCredentialReport
    3 GetLoginProfile
    ");
}

/// Makes an answer to the call that has a report made.
type Made = fn() -> Response;

#[tokio::test]
async fn a_report_that_cannot_be_relied_on_is_passed_over() {
    let old = TimeDelta::hours(4) + TimeDelta::seconds(1);
    let all_are_asked = "a: iam:GetLoginProfile absent\nb: iam:GetLoginProfile absent\n\
                         c: iam:GetLoginProfile absent\nd: iam:GetLoginProfile absent\n\
                         e: iam:GetLoginProfile absent\n1 GenerateCredentialReport\n";
    let denied = || Response::error("iam", 403, "AccessDenied");
    let answers: [(Made, Response, &str); 5] = [
        (complete, report(&USERS, old), "1 GetCredentialReport\n"),
        (complete, report(&USERS, -TimeDelta::hours(1)), "1 GetCredentialReport\n"),
        (complete, denied(), "1 GetCredentialReport\n"),
        (denied, denied(), ""),
        (complete, report(&["c,,,false"], TimeDelta::zero()), "1 GetCredentialReport\n"),
    ];
    for (made, read, asked) in answers {
        let server = server(move |_, action| match action {
            "GenerateCredentialReport" => made(),
            _ => read.clone(),
        })
        .await;
        assert_eq!(collected(&server).await, format!("{all_are_asked}{asked}5 GetLoginProfile"));
    }
}

#[tokio::test]
async fn a_report_that_is_being_made_is_waited_for() {
    let asked = AtomicUsize::new(0);
    let server = server(move |_, action| match action {
        "GenerateCredentialReport" => wrapped("GenerateCredentialReport", "<State>STARTED</State>"),
        _ if asked.fetch_add(1, Ordering::SeqCst) < 2 => {
            Response::error("iam", 404, "ReportInProgress")
        }
        _ => report(&USERS, TimeDelta::zero()),
    })
    .await;
    let found = collected(&server).await;
    assert!(
        found.ends_with("1 GenerateCredentialReport\n3 GetCredentialReport\n3 GetLoginProfile"),
        "{found}"
    );
}

#[tokio::test]
async fn a_user_who_is_not_in_the_report_is_asked_for() {
    let server = server(|_, action| match action {
        "GenerateCredentialReport" => complete(),
        _ => report(&USERS[..3], TimeDelta::zero()),
    })
    .await;
    let found = collected(&server).await;
    assert!(found.contains("\nd: iam:GetLoginProfile absent\n"), "{found}");
}
