//! `AWS::IAM::User`.

mod credentials;

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput as Details;
use aws_sdk_iam::operation::list_access_keys::ListAccessKeysOutput;
use aws_sdk_iam::operation::list_mfa_devices::ListMfaDevicesOutput;
use aws_sdk_iam::operation::list_users::ListUsersOutput;
use aws_sdk_iam::types::{
    AccessKeyLastUsed, AccessKeyMetadata, EntityType, MfaDevice, User, UserDetail,
};
use futures::FutureExt;
use futures::future::try_join_all;
use serde_json::{Value as Json, json};

use super::super::adapter::{Adapter, FacetCall, ListCall, Response};
use super::super::call_error::CallError;
use super::super::json::{instant, name, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::credential_report;
use super::{attached, boundary, policies, tags};
use crate::resource::{Facet, Region, Resource, Value};
use credentials::{
    SERVICE_SPECIFIC, SIGNING, SSH_KEYS, service_specific, signing_certificates, ssh_keys,
};

/// Row of IAM users in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::IAM::User",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[
        FacetCall::bulk(&DETAILS, |session, region| details(session, region).boxed()),
        FacetCall::each(&LOGIN_PROFILE, |session, user| login_profile(session, user).boxed())
            .absent("NoSuchEntity"),
        FacetCall::each(&MFA_DEVICES, |session, user| mfa_devices(session, user).boxed()),
        FacetCall::each(&ACCESS_KEYS, |session, user| access_keys(session, user).boxed()),
        FacetCall::each(&LAST_USED, |session, user| last_used(session, user).boxed()),
        FacetCall::bulk(&credential_report::CALL, |session, region| {
            credential_report::read(session, region).boxed()
        }),
        FacetCall::each(&SSH_KEYS, |session, user| ssh_keys(session, user).boxed()),
        FacetCall::each(&SIGNING, |session, user| signing_certificates(session, user).boxed()),
        FacetCall::each(&SERVICE_SPECIFIC, |s, user| service_specific(s, user).boxed()),
    ],
};

static LIST: Call = Call::xml(
    "iam:ListUsers",
    &[
        present("Users"),
        filled("Users/member/UserId"),
        filled("Users/member/Arn"),
        filled("Users/member/Path"),
        filled("Users/member/CreateDate"),
    ],
);

async fn list(session: &Session, global: &Region) -> Paged<Entry> {
    let client = session.clients.iam();
    let request = |marker| {
        client.list_users().max_items(session.limits().page_size).set_marker(marker).send()
    };
    let page = |output: &ListUsersOutput| {
        let users = output.users().iter().map(|user| Entry::new(global, describe(user)));
        let next = Next::truncated(output.is_truncated(), output.marker());
        Page { items: users.collect(), next }
    };
    session.pages(&LIST, global, request, page).await
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

static DETAILS: Call = Call::xml(
    "iam:GetAccountAuthorizationDetails",
    &[
        present("UserDetailList"),
        filled("UserDetailList/member/UserName"),
        filled("UserDetailList/member/UserPolicyList/member/PolicyName"),
        filled("UserDetailList/member/UserPolicyList/member/PolicyDocument"),
        filled("UserDetailList/member/AttachedManagedPolicies/member/PolicyArn"),
        filled("UserDetailList/member/PermissionsBoundary/PermissionsBoundaryArn"),
        filled("UserDetailList/member/Tags/member/Key"),
        present("UserDetailList/member/Tags/member/Value"),
    ],
);

async fn details(session: &Session, global: &Region) -> Paged<(String, Json)> {
    let read = |output: &Details| {
        let users = output.user_detail_list().iter();
        users.filter_map(|one| Some((one.user_name()?.to_owned(), detail(one)))).collect()
    };
    super::details(session, global, (&DETAILS, EntityType::User), read).await
}

fn detail(user: &UserDetail) -> Json {
    object([
        ("Tags", tags(user.tags())),
        ("Groups", json!(user.group_list())),
        ("ManagedPolicyArns", attached(user.attached_managed_policies())),
        ("Policies", policies(user.user_policy_list())),
        ("PermissionsBoundary", boundary(user.permissions_boundary())),
    ])
}

static LOGIN_PROFILE: Call =
    Call::xml("iam:GetLoginProfile", &[filled("LoginProfile"), filled("LoginProfile/CreateDate")]);

async fn login_profile(session: &Session, user: &Resource) -> Response {
    let request = session.clients.iam().get_login_profile().user_name(&*user.id).send();
    let output = session.call(&LOGIN_PROFILE, &user.region, request).await?;
    let profile = output.login_profile().map_or(Json::Null, |profile| {
        json!({
            "CreateDate": instant(Some(profile.create_date())),
            "PasswordResetRequired": profile.password_reset_required(),
        })
    });
    Ok(json!({ "LoginProfile": profile }))
}

static MFA_DEVICES: Call = Call::xml(
    "iam:ListMFADevices",
    &[
        present("MFADevices"),
        filled("MFADevices/member/SerialNumber"),
        filled("MFADevices/member/EnableDate"),
    ],
);

async fn mfa_devices(session: &Session, user: &Resource) -> Response {
    let client = session.clients.iam();
    let request = |marker| client.list_mfa_devices().user_name(&*user.id).set_marker(marker).send();
    let page = |output: &ListMfaDevicesOutput| {
        let next = Next::truncated(output.is_truncated(), output.marker());
        Page { items: output.mfa_devices().iter().map(mfa_device).collect(), next }
    };
    let devices = session.pages(&MFA_DEVICES, &user.region, request, page).await.whole()?;
    Ok(json!({ "MFADevices": devices }))
}

fn mfa_device(device: &MfaDevice) -> Json {
    object([
        ("SerialNumber", device.serial_number().into()),
        ("EnableDate", instant(Some(device.enable_date()))),
    ])
}

static ACCESS_KEYS: Call = Call::xml(
    "iam:ListAccessKeys",
    &[
        present("AccessKeyMetadata"),
        filled("AccessKeyMetadata/member/AccessKeyId"),
        filled("AccessKeyMetadata/member/Status"),
        filled("AccessKeyMetadata/member/CreateDate"),
    ],
);

async fn access_keys(session: &Session, user: &Resource) -> Response {
    let client = session.clients.iam();
    let request = |marker| client.list_access_keys().user_name(&*user.id).set_marker(marker).send();
    let page = |output: &ListAccessKeysOutput| {
        let next = Next::truncated(output.is_truncated(), output.marker());
        Page { items: output.access_key_metadata().iter().map(access_key).collect(), next }
    };
    let keys = session.pages(&ACCESS_KEYS, &user.region, request, page).await.whole()?;
    Ok(json!({ "AccessKeys": keys }))
}

fn access_key(key: &AccessKeyMetadata) -> Json {
    object([
        ("AccessKeyId", key.access_key_id().into()),
        ("Status", name(key.status())),
        ("CreateDate", instant(key.create_date())),
    ])
}

static LAST_USED: Call = Call::xml(
    "iam:GetAccessKeyLastUsed",
    &[
        filled("AccessKeyLastUsed"),
        filled("AccessKeyLastUsed/ServiceName"),
        filled("AccessKeyLastUsed/Region"),
    ],
);

/// The last use of each key that the facet before named.
async fn last_used(session: &Session, user: &Resource) -> Response {
    let keys = match user.facets.get(ACCESS_KEYS.operation) {
        Some(Facet::Read(answer)) => match answer.get("AccessKeys") {
            Some(Value::List(keys)) => keys.clone(),
            _ => [].into(),
        },
        Some(Facet::Failed(failure)) => return Err(CallError::from(failure.clone())),
        Some(Facet::Absent) | None => [].into(),
    };
    let asked = keys.iter().map(|key| last_use(session, &user.region, key));
    Ok(json!({ "AccessKeyLastUsed": try_join_all(asked).await? }))
}

async fn last_use(session: &Session, global: &Region, key: &Value) -> Response {
    let id = key.get("AccessKeyId").and_then(Value::as_str).unwrap_or_default();
    let request = session.clients.iam().get_access_key_last_used().access_key_id(id).send();
    let output = session.call(&LAST_USED, global, request).await?;
    let last = output.access_key_last_used();
    let date = last.and_then(AccessKeyLastUsed::last_used_date);
    // `N/A` stands for never.
    let known = |text: &str| if text == "N/A" { Json::Null } else { Json::from(text) };
    Ok(object([
        ("AccessKeyId", id.into()),
        ("Status", key.get("Status").map_or(Json::Null, Value::to_json)),
        ("LastUsedDate", instant(date)),
        ("ServiceName", last.map_or(Json::Null, |last| known(last.service_name()))),
        ("Region", last.map_or(Json::Null, |last| known(last.region()))),
    ]))
}
