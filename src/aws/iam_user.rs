//! `AWS::IAM::User`.

use std::collections::HashMap;

use aws_sdk_iam::types::{
    AccessKeyLastUsed, AttachedPermissionsBoundary, EntityType, PolicyDetail, User, UserDetail,
};
use futures::future::try_join_all;
use serde_json::{Value as Json, json};
use tokio::sync::OnceCell;

use super::answer::{encoded_document, instant, list as json_list, name, object, tag};
use super::live::{Answer, Open, unknown_operation};
use super::pages::{Entry, Pages};
use super::refusal::Refusal;
use super::session::Session;
use crate::resource::{Cause, Facet, Failure, Listing, Operation, Region, Resource, Schema, Value};

/// The users.
pub(super) async fn list(session: &Session, schema: &Schema) -> Listing {
    let operation = "iam:ListUsers";
    let client = session.iam();
    let mut pages = Pages::new(operation);
    while let Some(marker) = pages.next() {
        let request = client.list_users().max_items(session.limits().page_size).set_marker(marker);
        match session.call(operation, &Region::global(), request.send()).await {
            Ok(answer) => {
                let users = answer.users().iter();
                let users =
                    users.map(|user| Entry { region: Region::global(), answer: describe(user) });
                pages.add(users, answer.marker().filter(|_| answer.is_truncated()));
            }
            Err(refusal) => pages.refused(refusal),
        }
    }
    pages.listing(schema)
}

fn describe(user: &User) -> Json {
    object([
        ("UserName", user.user_name().into()),
        ("UserId", user.user_id().into()),
        ("Arn", user.arn().into()),
        ("Path", user.path().into()),
        ("CreateDate", instant(Some(user.create_date()))),
        ("PasswordLastUsed", instant(user.password_last_used())),
    ])
}

/// What one operation says of one user.
pub(super) async fn facet(open: &Open, user: &Resource, operation: &Operation) -> Answer {
    let session = &open.session;
    match operation.as_str() {
        "iam:GetAccountAuthorizationDetails" => open.users.details(session, &user.id).await,
        "iam:GetLoginProfile" => login_profile(session, &user.id).await,
        "iam:ListMFADevices" => mfa_devices(session, &user.id).await,
        "iam:ListAccessKeys" => access_keys(session, &user.id).await,
        "iam:GetAccessKeyLastUsed" => last_used(session, user).await,
        _ => Err(unknown_operation(operation)),
    }
}

/// The authorization details of all users, asked for once.
#[derive(Debug, Default)]
pub(super) struct Users(OnceCell<(HashMap<String, Json>, Option<Failure>)>);

impl Users {
    async fn details(&self, session: &Session, user: &str) -> Answer {
        let (details, failure) = self.0.get_or_init(|| read_details(session)).await;
        if let Some(found) = details.get(user) {
            return Ok(found.clone());
        }
        Err(refused(failure.clone().unwrap_or_else(|| {
            let message = format!("iam:GetAccountAuthorizationDetails: nothing of user {user}");
            Failure::new(Cause::ServiceError, message)
        })))
    }
}

fn refused(failure: Failure) -> Refusal {
    Refusal { code: None, failure, no_login: false }
}

async fn read_details(session: &Session) -> (HashMap<String, Json>, Option<Failure>) {
    let operation = "iam:GetAccountAuthorizationDetails";
    let client = session.iam();
    let mut pages = Pages::new(operation);
    while let Some(marker) = pages.next() {
        let request = client
            .get_account_authorization_details()
            .filter(EntityType::User)
            .max_items(session.limits().page_size)
            .set_marker(marker);
        match session.call(operation, &Region::global(), request.send()).await {
            Ok(answer) => {
                let users = answer.user_detail_list().iter();
                let users =
                    users.filter_map(|one| Some((one.user_name()?.to_owned(), detail(one))));
                pages.add(users, answer.marker().filter(|_| answer.is_truncated()));
            }
            Err(refusal) => pages.refused(refusal),
        }
    }
    let (details, failure) = pages.finish();
    (details.into_iter().collect(), failure)
}

fn detail(user: &UserDetail) -> Json {
    let boundary = user.permissions_boundary();
    object([
        ("Tags", json_list(user.tags(), |one| tag(one.key(), one.value()))),
        ("Groups", json!(user.group_list())),
        (
            "ManagedPolicyArns",
            json_list(user.attached_managed_policies(), |policy| policy.policy_arn().into()),
        ),
        ("Policies", json_list(user.user_policy_list(), policy)),
        (
            "PermissionsBoundary",
            boundary.and_then(AttachedPermissionsBoundary::permissions_boundary_arn).into(),
        ),
    ])
}

fn policy(policy: &PolicyDetail) -> Json {
    object([
        ("PolicyName", policy.policy_name().into()),
        ("PolicyDocument", policy.policy_document().map_or(Json::Null, encoded_document)),
    ])
}

async fn login_profile(session: &Session, user: &str) -> Answer {
    let request = session.iam().get_login_profile().user_name(user).send();
    let answer = session.call("iam:GetLoginProfile", &Region::global(), request).await?;
    let profile = answer.login_profile().map_or(Json::Null, |profile| {
        json!({
            "CreateDate": instant(Some(profile.create_date())),
            "PasswordResetRequired": profile.password_reset_required(),
        })
    });
    Ok(json!({ "LoginProfile": profile }))
}

async fn mfa_devices(session: &Session, user: &str) -> Answer {
    let request = session.iam().list_mfa_devices().user_name(user).send();
    let answer = session.call("iam:ListMFADevices", &Region::global(), request).await?;
    whole("iam:ListMFADevices", answer.is_truncated())?;
    let devices = json_list(answer.mfa_devices(), |device| {
        json!({
            "SerialNumber": device.serial_number(),
            "EnableDate": instant(Some(device.enable_date())),
        })
    });
    Ok(json!({ "MFADevices": devices }))
}

async fn access_keys(session: &Session, user: &str) -> Answer {
    let request = session.iam().list_access_keys().user_name(user).send();
    let answer = session.call("iam:ListAccessKeys", &Region::global(), request).await?;
    whole("iam:ListAccessKeys", answer.is_truncated())?;
    let keys = json_list(answer.access_key_metadata(), |key| {
        object([
            ("AccessKeyId", key.access_key_id().into()),
            ("Status", name(key.status())),
            ("CreateDate", instant(key.create_date())),
        ])
    });
    Ok(json!({ "AccessKeys": keys }))
}

/// A user has at most 8 MFA devices and 2 keys, which is one page. Should AWS ever allow more, that
/// must be seen.
fn whole(operation: &str, truncated: bool) -> Result<(), Refusal> {
    if truncated {
        let message = format!("{operation}: more than one page");
        return Err(refused(Failure::new(Cause::PartialList, message)));
    }
    Ok(())
}

async fn last_used(session: &Session, user: &Resource) -> Answer {
    let keys = match user.facets.get("iam:ListAccessKeys") {
        Some(Facet::Read(answer)) => match answer.get("AccessKeys") {
            Some(Value::List(keys)) => keys.clone(),
            _ => [].into(),
        },
        Some(Facet::Failed(failure)) => return Err(refused(failure.clone())),
        Some(Facet::Absent) | None => [].into(),
    };
    let asked = keys.iter().map(|key| async move {
        let id = key.get("AccessKeyId").and_then(Value::as_str).unwrap_or_default();
        let request = session.iam().get_access_key_last_used().access_key_id(id).send();
        let answer = session.call("iam:GetAccessKeyLastUsed", &Region::global(), request).await?;
        let last = answer.access_key_last_used();
        let date = last.and_then(AccessKeyLastUsed::last_used_date);
        // `N/A` stands for never.
        let known = |text: &str| if text == "N/A" { Json::Null } else { Json::from(text) };
        Ok::<_, Refusal>(object([
            ("AccessKeyId", id.into()),
            ("Status", key.get("Status").map_or(Json::Null, Value::to_json)),
            ("LastUsedDate", instant(date)),
            ("ServiceName", last.map_or(Json::Null, |last| known(last.service_name()))),
            ("Region", last.map_or(Json::Null, |last| known(last.region()))),
        ]))
    });
    Ok(json!({ "AccessKeyLastUsed": try_join_all(asked).await? }))
}
