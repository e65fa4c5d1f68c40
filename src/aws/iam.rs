//! Types of IAM, and what they have in common.

pub(super) mod account_password_policy;
pub(super) mod account_summary;
pub(super) mod credential_report;
pub(super) mod group;
pub(super) mod instance_profile;
pub(super) mod managed_policy;
pub(super) mod oidc_provider;
pub(super) mod role;
pub(super) mod saml_provider;
pub(super) mod server_certificate;
pub(super) mod user;

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput as Details;
use aws_sdk_iam::types::{
    AttachedPermissionsBoundary, AttachedPolicy, EntityType, PolicyDetail, Tag,
};
use serde_json::Value as Json;

use super::json::{array, encoded_document, object, tag};
use super::pages::{Next, Page, Paged};
use super::response::Call;
use super::session::Session;
use crate::resource::Region;

/// Reads the authorization details of one kind of entities, each type its own part of them: `read`
/// gives the entities of a page by their resources' ids.
async fn details(
    session: &Session,
    global: &Region,
    (call, kind): (&Call, EntityType),
    read: impl Fn(&Details) -> Vec<(String, Json)>,
) -> Paged<(String, Json)> {
    let client = session.clients.iam();
    let request = |marker| {
        let request = client.get_account_authorization_details().filter(kind.clone());
        request.max_items(session.limits().page_size).set_marker(marker).send()
    };
    let page = |output: &Details| {
        let next = Next::truncated(output.is_truncated(), output.marker());
        Page { items: read(output), next }
    };
    session.pages(call, global, request, page).await
}

/// Inline policies.
fn policies(policies: &[PolicyDetail]) -> Json {
    array(policies, |policy| {
        object([
            ("PolicyName", policy.policy_name().into()),
            ("PolicyDocument", policy.policy_document().map_or(Json::Null, encoded_document)),
        ])
    })
}

/// ARNs of the managed policies that something has.
fn attached(policies: &[AttachedPolicy]) -> Json {
    array(policies, |policy| policy.policy_arn().into())
}

/// ARN of the policy that bounds what a user or a role may do.
fn boundary(boundary: Option<&AttachedPermissionsBoundary>) -> Json {
    boundary.and_then(AttachedPermissionsBoundary::permissions_boundary_arn).into()
}

fn tags(tags: &[Tag]) -> Json {
    array(tags, |one| tag(one.key(), one.value()))
}
