//! `AWS::IAM::Role`.

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput as Details;
use aws_sdk_iam::operation::list_roles::ListRolesOutput;
use aws_sdk_iam::types::{EntityType, Role, RoleDetail, RoleLastUsed};
use futures::FutureExt;
use serde_json::Value as Json;

use super::super::adapter::{Adapter, FacetCall, ListCall};
use super::super::json::{array, encoded_document, instant, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::{attached, boundary, policies, tags};
use crate::resource::Region;

/// Row of IAM roles in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::IAM::Role",
    list: ListCall::whole(&LIST, |session, global| list(session, global).boxed()),
    facets: &[FacetCall::bulk(&DETAILS, |session, global| details(session, global).boxed())],
};

static LIST: Call = Call::xml(
    "iam:ListRoles",
    &[
        present("Roles"),
        filled("Roles/member/RoleId"),
        filled("Roles/member/Arn"),
        filled("Roles/member/Path"),
        filled("Roles/member/CreateDate"),
        filled("Roles/member/AssumeRolePolicyDocument"),
    ],
);

async fn list(session: &Session, global: &Region) -> Paged<Entry> {
    let client = session.clients.iam();
    let request = |marker| {
        client.list_roles().max_items(session.limits().page_size).set_marker(marker).send()
    };
    let page = |output: &ListRolesOutput| {
        let roles = output.roles().iter().map(|role| Entry::new(global, describe(role)));
        let next = Next::truncated(output.is_truncated(), output.marker());
        Page { items: roles.collect(), next }
    };
    session.pages(&LIST, global, request, page).await
}

/// What the list says of a role: neither tags nor boundary nor last use, whatever its output has
/// members for.
fn describe(role: &Role) -> Json {
    let trust = role.assume_role_policy_document();
    object([
        ("RoleName", role.role_name().into()),
        ("RoleId", role.role_id().into()),
        ("Arn", role.arn().into()),
        ("Path", role.path().into()),
        ("CreateDate", instant(Some(role.create_date()))),
        ("Description", role.description().into()),
        ("MaxSessionDuration", role.max_session_duration().into()),
        ("AssumeRolePolicyDocument", trust.map_or(Json::Null, encoded_document)),
    ])
}

static DETAILS: Call = Call::xml(
    "iam:GetAccountAuthorizationDetails",
    &[
        present("RoleDetailList"),
        filled("RoleDetailList/member/RoleName"),
        present("RoleDetailList/member/RolePolicyList"),
        filled("RoleDetailList/member/RolePolicyList/member/PolicyName"),
        filled("RoleDetailList/member/RolePolicyList/member/PolicyDocument"),
        present("RoleDetailList/member/AttachedManagedPolicies"),
        filled("RoleDetailList/member/AttachedManagedPolicies/member/PolicyArn"),
        present("RoleDetailList/member/InstanceProfileList"),
        filled("RoleDetailList/member/InstanceProfileList/member/InstanceProfileName"),
        filled("RoleDetailList/member/PermissionsBoundary/PermissionsBoundaryArn"),
        filled("RoleDetailList/member/Tags/member/Key"),
        present("RoleDetailList/member/Tags/member/Value"),
    ],
);

async fn details(session: &Session, global: &Region) -> Paged<(String, Json)> {
    let read = |output: &Details| {
        let roles = output.role_detail_list().iter();
        roles.filter_map(|one| Some((one.role_name()?.to_owned(), detail(one)))).collect()
    };
    super::details(session, global, (&DETAILS, EntityType::Role), read).await
}

fn detail(role: &RoleDetail) -> Json {
    let profiles = role.instance_profile_list();
    object([
        ("RoleLastUsed", role.role_last_used().map_or(Json::Null, last_used)),
        ("ManagedPolicyArns", attached(role.attached_managed_policies())),
        ("Policies", policies(role.role_policy_list())),
        ("PermissionsBoundary", boundary(role.permissions_boundary())),
        ("InstanceProfiles", array(profiles, |profile| profile.instance_profile_name().into())),
        ("Tags", tags(role.tags())),
    ])
}

/// The last use, with nothing in it where there was none in the time that IAM looks back.
fn last_used(last: &RoleLastUsed) -> Json {
    object([("LastUsedDate", instant(last.last_used_date())), ("Region", last.region().into())])
}
