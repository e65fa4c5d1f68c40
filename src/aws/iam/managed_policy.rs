//! `AWS::IAM::ManagedPolicy`: the policies that the account made itself.

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput as Details;
use aws_sdk_iam::operation::list_entities_for_policy::ListEntitiesForPolicyOutput;
use aws_sdk_iam::operation::list_policies::ListPoliciesOutput;
use aws_sdk_iam::types::{
    EntityType, ManagedPolicyDetail, Policy, PolicyGroup, PolicyRole, PolicyScopeType,
    PolicyUsageType, PolicyUser, PolicyVersion,
};
use futures::FutureExt;
use serde_json::{Value as Json, json};

use super::super::adapter::{Adapter, FacetCall, ListCall, Response};
use super::super::json::{array, encoded_document, instant, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::tags;
use crate::resource::{Region, Resource};

/// Row of managed policies in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::IAM::ManagedPolicy",
    list: ListCall::whole(&LIST, |session, global| list(session, global).boxed()),
    facets: &[
        FacetCall::bulk(&DETAILS, |session, global| details(session, global).boxed()),
        FacetCall::each(&POLICY, |session, policy| told(session, policy).boxed()),
        FacetCall::each(&ENTITIES, |session, policy| entities(session, policy).boxed()),
    ],
};

static LIST: Call = Call::xml(
    "iam:ListPolicies",
    &[
        present("Policies"),
        filled("Policies/member/PolicyName"),
        filled("Policies/member/PolicyId"),
        filled("Policies/member/Path"),
        filled("Policies/member/DefaultVersionId"),
        filled("Policies/member/AttachmentCount"),
        filled("Policies/member/IsAttachable"),
        filled("Policies/member/CreateDate"),
        filled("Policies/member/UpdateDate"),
    ],
);

async fn list(session: &Session, global: &Region) -> Paged<Entry> {
    let client = session.clients.iam();
    let request = |marker| {
        let request = client.list_policies().scope(PolicyScopeType::Local);
        request.max_items(session.limits().page_size).set_marker(marker).send()
    };
    let page = |output: &ListPoliciesOutput| {
        let policies = output.policies().iter().map(|one| Entry::new(global, describe(one)));
        let next = Next::truncated(output.is_truncated(), output.marker());
        Page { items: policies.collect(), next }
    };
    session.pages(&LIST, global, request, page).await
}

/// What the list says of a policy: neither its description nor its tags.
fn describe(policy: &Policy) -> Json {
    let bounded = policy.permissions_boundary_usage_count();
    object([
        ("PolicyArn", policy.arn().into()),
        ("ManagedPolicyName", policy.policy_name().into()),
        ("PolicyId", policy.policy_id().into()),
        ("Path", policy.path().into()),
        ("CreateDate", instant(policy.create_date())),
        ("UpdateDate", instant(policy.update_date())),
        ("DefaultVersionId", policy.default_version_id().into()),
        ("AttachmentCount", policy.attachment_count().into()),
        ("PermissionsBoundaryUsageCount", bounded.into()),
        ("IsAttachable", policy.is_attachable().into()),
    ])
}

static DETAILS: Call = Call::xml(
    "iam:GetAccountAuthorizationDetails",
    &[
        present("Policies"),
        filled("Policies/member/Arn"),
        filled("Policies/member/PolicyVersionList"),
        filled("Policies/member/PolicyVersionList/member/Document"),
        filled("Policies/member/PolicyVersionList/member/VersionId"),
        filled("Policies/member/PolicyVersionList/member/IsDefaultVersion"),
        filled("Policies/member/PolicyVersionList/member/CreateDate"),
    ],
);

async fn details(session: &Session, global: &Region) -> Paged<(String, Json)> {
    let read = |output: &Details| {
        let policies = output.policies().iter();
        policies.filter_map(|one| Some((one.arn()?.to_owned(), detail(one)?))).collect()
    };
    super::details(session, global, (&DETAILS, EntityType::LocalManagedPolicy), read).await
}

/// What the details say of a policy. One without a version in force cannot be, and is not told of:
/// it is unknown then, and no policy that allows nothing.
fn detail(policy: &ManagedPolicyDetail) -> Option<Json> {
    let versions = policy.policy_version_list();
    let in_force = versions.iter().find(|version| version.is_default_version())?;
    Some(object([
        ("PolicyDocument", encoded_document(in_force.document()?)),
        ("PolicyVersionList", array(versions, version)),
    ]))
}

fn version(version: &PolicyVersion) -> Json {
    object([
        ("VersionId", version.version_id().into()),
        ("IsDefaultVersion", version.is_default_version().into()),
        ("CreateDate", instant(version.create_date())),
    ])
}

static POLICY: Call = Call::xml(
    "iam:GetPolicy",
    &[
        filled("Policy"),
        filled("Policy/Arn"),
        filled("Policy/Tags/member/Key"),
        present("Policy/Tags/member/Value"),
    ],
);

/// What people told of a policy.
async fn told(session: &Session, policy: &Resource) -> Response {
    let request = session.clients.iam().get_policy().policy_arn(&*policy.id).send();
    let output = session.call(&POLICY, &policy.region, request).await?;
    Ok(output.policy().map_or(Json::Null, |policy| {
        object([("Description", policy.description().into()), ("Tags", tags(policy.tags()))])
    }))
}

static ENTITIES: Call = Call::xml(
    "iam:ListEntitiesForPolicy",
    &[
        present("PolicyUsers"),
        filled("PolicyUsers/member/UserName"),
        present("PolicyGroups"),
        filled("PolicyGroups/member/GroupName"),
        present("PolicyRoles"),
        filled("PolicyRoles/member/RoleName"),
    ],
);

/// Names of what a policy is attached to.
#[derive(Debug)]
enum Entity {
    User(Option<String>),
    Group(Option<String>),
    Role(Option<String>),
}

async fn entities(session: &Session, policy: &Resource) -> Response {
    let client = session.clients.iam();
    let request = |marker| {
        // Without this word those whose permissions the policy bounds would be among them.
        let usage = PolicyUsageType::PermissionsPolicy;
        let request = client.list_entities_for_policy().policy_arn(&*policy.id);
        let request = request.policy_usage_filter(usage).max_items(session.limits().page_size);
        request.set_marker(marker).send()
    };
    let page = |output: &ListEntitiesForPolicyOutput| {
        let next = Next::truncated(output.is_truncated(), output.marker());
        Page { items: named(output), next }
    };
    let all = session.pages(&ENTITIES, &policy.region, request, page).await.whole()?;
    let (mut users, mut groups, mut roles) = (Vec::new(), Vec::new(), Vec::new());
    for entity in all {
        match entity {
            Entity::User(name) => users.push(name),
            Entity::Group(name) => groups.push(name),
            Entity::Role(name) => roles.push(name),
        }
    }
    Ok(json!({ "Users": users, "Groups": groups, "Roles": roles }))
}

/// The entities of a page.
fn named(output: &ListEntitiesForPolicyOutput) -> Vec<Entity> {
    let user = |user: &PolicyUser| Entity::User(user.user_name.clone());
    let group = |group: &PolicyGroup| Entity::Group(group.group_name.clone());
    let role = |role: &PolicyRole| Entity::Role(role.role_name.clone());
    let users = output.policy_users().iter().map(user);
    let groups = output.policy_groups().iter().map(group);
    users.chain(groups).chain(output.policy_roles().iter().map(role)).collect()
}
