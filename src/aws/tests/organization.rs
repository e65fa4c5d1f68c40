//! Members of an organization: who is asked for, who is meant, and what becomes of a listing that fails.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::super::Organization;
use super::super::adapters::adapters;
use super::stand_in::{Request, Response, StandIn};
use super::{ACCOUNT, AccountSettings, Accounts, BaseLogin, Clock, Limits, now, regions};

const PROD: &str = "111111111111";
const SANDBOX: &str = "222222222222";
const CLOSED: &str = "333333333333";

/// A root with a unit for production and a sandbox below it.
fn answer(request: &Request) -> Json {
    let field = |name: &str| request.field(name).unwrap_or_default();
    let account = |id: &str, state: &str| json!({ "Id": id, "State": state, "Odd": [1] });
    match (field("Action"), field("ParentId"), field("ResourceId"), field("NextToken")) {
        ("ListAccounts", .., "") => {
            json!({ "Accounts": [account(PROD, "ACTIVE")], "NextToken": "more" })
        }
        ("ListAccounts", ..) => {
            json!({ "Accounts": [account(SANDBOX, "ACTIVE"), account(CLOSED, "SUSPENDED")] })
        }
        ("ListRoots", ..) => json!({ "Roots": [{ "Id": "r-root" }] }),
        ("ListOrganizationalUnitsForParent", "r-root", ..) => {
            json!({ "OrganizationalUnits": [{ "Id": "ou-prod" }] })
        }
        ("ListOrganizationalUnitsForParent", "ou-prod", ..) => {
            json!({ "OrganizationalUnits": [{ "Id": "ou-sandbox" }] })
        }
        ("ListOrganizationalUnitsForParent", ..) => json!({ "OrganizationalUnits": [] }),
        ("ListAccountsForParent", "ou-prod", ..) => {
            json!({ "Accounts": [account(PROD, "ACTIVE"), account(CLOSED, "SUSPENDED")] })
        }
        ("ListAccountsForParent", "ou-sandbox", ..) => {
            json!({ "Accounts": [account(SANDBOX, "ACTIVE")] })
        }
        ("ListAccountsForParent", ..) => json!({ "Accounts": [] }),
        ("ListTagsForResource", _, SANDBOX, _) => {
            json!({ "Tags": [{ "Key": "watch", "Value": "no" }] })
        }
        ("ListTagsForResource", ..) => json!({ "Tags": [{ "Key": "env", "Value": "prod" }] }),
        other => panic!("{other:?} is not asked"),
    }
}

fn organization() -> Organization {
    Organization {
        account: ACCOUNT.parse().expect("an id"),
        role_name: "audit/reader".to_owned(),
        external_id: None,
        include_units: BTreeSet::new(),
        exclude_units: BTreeSet::new(),
        include_tags: BTreeSet::new(),
        exclude_tags: BTreeSet::new(),
        refresh: Duration::from_mins(15),
    }
}

fn accounts(server: &StandIn, organization: Organization, clock: &Clock) -> Accounts {
    let base = BaseLogin::Keys { id: "testing".to_owned(), secret: "testing".into() };
    let account = ACCOUNT.parse().expect("an id");
    let settings = AccountSettings { account, base, chain: Vec::new(), role: None };
    let limits = Limits { endpoint_url: Some(server.url()), attempts: 1, ..Limits::default() };
    Accounts::asking(adapters(), [settings], limits, clock.clone()).or_members_of(organization)
}

/// Why the accounts cannot be reached: the stand-in lets nobody assume a role.
async fn reached(accounts: &Accounts) -> String {
    let mut told = Vec::new();
    for id in [PROD, SANDBOX, CLOSED, ACCOUNT] {
        let live = accounts.source(&id.parse().expect("an id"), &regions()).await;
        let failure = live.failure().map_or("reached".to_owned(), ToString::to_string);
        told.push(format!("{id} {failure}"));
    }
    told.join("\n")
}

async fn serve(seen: &Arc<Mutex<Vec<String>>>) -> StandIn {
    let seen = seen.clone();
    StandIn::answering(move |request| {
        let parent = request.field("ParentId").or(request.field("ResourceId"));
        let line = format!("{} {}", request.name(), parent.unwrap_or_default());
        if request.service == "sts" {
            return Response::error("sts", 403, "AccessDenied");
        }
        seen.lock().expect("no panic").push(line.trim().to_owned());
        Response::new(200, answer(request).to_string())
    })
    .await
}

#[tokio::test]
async fn members_are_reached_by_the_role_of_each() {
    let seen = Arc::default();
    let server = serve(&seen).await;
    let accounts = accounts(&server, organization(), &Clock::manual(now()));
    assert_snapshot!(reached(&accounts).await, @"
    111111111111 credentials: sts:AssumeRole: the message; see that there is the role arn:aws:iam::111111111111:role/audit/reader, that its trust policy names the caller, without a condition on `sts:ExternalId`, as none is sent for this role, and that the caller is allowed `sts:AssumeRole` on it
    222222222222 credentials: sts:AssumeRole: the message; see that there is the role arn:aws:iam::222222222222:role/audit/reader, that its trust policy names the caller, without a condition on `sts:ExternalId`, as none is sent for this role, and that the caller is allowed `sts:AssumeRole` on it
    333333333333 credentials: no setting says how to log in to account 333333333333, and `[organization]` does not mean it: it is no active member, or left out by units or tags
    123456789012 reached
    ");
    assert_eq!(*seen.lock().expect("no panic"), ["ListAccounts", "ListAccounts"], "once");
}

#[tokio::test]
async fn units_and_tags_say_who_is_meant() {
    let member = "no setting says";
    let of_units = |include: &[&str], exclude: &[&str]| Organization {
        include_units: include.iter().map(ToString::to_string).collect(),
        exclude_units: exclude.iter().map(ToString::to_string).collect(),
        ..organization()
    };
    let tag = |key: &str, value: &str| [(key.to_owned(), value.to_owned())].into();
    for (organization, meant) in [
        (of_units(&["ou-prod"], &[]), [true, true]),
        (of_units(&["ou-prod"], &["ou-sandbox"]), [true, false]),
        (of_units(&["ou-sandbox"], &[]), [false, true]),
        (of_units(&[], &["ou-prod"]), [false, false]),
        (of_units(&["r-root"], &[]), [true, true]),
        (Organization { include_tags: tag("env", "prod"), ..organization() }, [true, false]),
        (Organization { exclude_tags: tag("watch", "no"), ..organization() }, [true, false]),
        (Organization { exclude_tags: tag("watch", "yes"), ..organization() }, [true, true]),
    ] {
        let server = serve(&Arc::default()).await;
        let shown = format!("{organization:?}");
        let told = reached(&accounts(&server, organization, &Clock::manual(now()))).await;
        let found: Vec<bool> = told.lines().take(2).map(|line| !line.contains(member)).collect();
        assert_eq!(found, meant, "{shown}");
    }
}

#[tokio::test]
async fn a_listing_that_fails_leaves_the_last_one() {
    let (fails, asked) = (Arc::new(AtomicBool::new(true)), Arc::new(Mutex::new(0)));
    let (refusing, counted) = (fails.clone(), asked.clone());
    let server = StandIn::answering(move |request| {
        if request.service == "sts" {
            return Response::error("sts", 403, "AccessDenied");
        }
        *counted.lock().expect("no panic") += 1;
        let refusal = json!({ "__type": "AccessDeniedException", "Message": "You may not." });
        if refusing.load(Ordering::SeqCst) {
            Response::new(400, refusal.to_string())
        } else {
            Response::new(200, answer(request).to_string())
        }
    })
    .await;
    let clock = Clock::manual(now());
    let accounts = accounts(&server, organization(), &clock);
    assert_snapshot!(reached(&accounts).await, @"
    111111111111 credentials: the organization cannot be listed: organizations:ListAccounts: You may not.; allow `organizations:ListAccounts`
    222222222222 credentials: the organization cannot be listed: organizations:ListAccounts: You may not.; allow `organizations:ListAccounts`
    333333333333 credentials: the organization cannot be listed: organizations:ListAccounts: You may not.; allow `organizations:ListAccounts`
    123456789012 reached
    ");
    assert_eq!(*asked.lock().expect("no panic"), 1, "it is left alone for a while");

    fails.store(false, Ordering::SeqCst);
    clock.advance(TimeDelta::minutes(2));
    let whole = reached(&accounts).await;
    assert!(!whole.contains("cannot be listed"), "{whole}");

    fails.store(true, Ordering::SeqCst);
    clock.advance(TimeDelta::minutes(20));
    let of_members = |told: &str| told.lines().take(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(of_members(&reached(&accounts).await), of_members(&whole));
    // Nobody waits for it.
    let listed_anew = async {
        while *asked.lock().expect("no panic") < 4 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), listed_anew).await.expect("it is listed anew");
}

#[tokio::test]
async fn an_account_that_leaves_while_it_is_asked_about_is_no_member() {
    let server = StandIn::answering(move |request| {
        if request.service == "sts" {
            return Response::error("sts", 403, "AccessDenied");
        }
        let gone = json!({ "__type": "TargetNotFoundException", "Message": "There is none." });
        match (request.field("Action"), request.field("ResourceId")) {
            (Some("ListTagsForResource"), Some(SANDBOX)) => Response::new(400, gone.to_string()),
            _ => Response::new(200, answer(request).to_string()),
        }
    })
    .await;
    let tag = [("env".to_owned(), "prod".to_owned())].into();
    let organization = Organization { include_tags: tag, ..organization() };
    let told = reached(&accounts(&server, organization, &Clock::manual(now()))).await;
    let told: Vec<&str> = told.lines().collect();
    assert!(told[0].contains("sts:AssumeRole"), "{}", told[0]);
    assert!(told[1].contains("`[organization]` does not mean it"), "{}", told[1]);
}
