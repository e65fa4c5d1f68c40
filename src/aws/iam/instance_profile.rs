//! `AWS::IAM::InstanceProfile`.

use aws_sdk_iam::operation::list_instance_profile_tags::ListInstanceProfileTagsOutput;
use aws_sdk_iam::operation::list_instance_profiles::ListInstanceProfilesOutput;
use aws_sdk_iam::types::InstanceProfile;
use futures::FutureExt;
use serde_json::{Value as Json, json};

use super::super::adapter::{Adapter, FacetCall, ListCall, Response};
use super::super::json::{array, instant, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::tags;
use crate::resource::{Region, Resource};

/// Row of instance profiles in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::IAM::InstanceProfile",
    list: ListCall::whole(&LIST, |session, global| list(session, global).boxed()),
    facets: &[FacetCall::each(&TAGS, |session, profile| all_tags(session, profile).boxed())],
};

static LIST: Call = Call::xml(
    "iam:ListInstanceProfiles",
    &[
        present("InstanceProfiles"),
        filled("InstanceProfiles/member/InstanceProfileId"),
        filled("InstanceProfiles/member/Arn"),
        filled("InstanceProfiles/member/Path"),
        filled("InstanceProfiles/member/CreateDate"),
        present("InstanceProfiles/member/Roles"),
        filled("InstanceProfiles/member/Roles/member/RoleName"),
    ],
);

async fn list(session: &Session, global: &Region) -> Paged<Entry> {
    let client = session.clients.iam();
    let request = |marker| {
        let request = client.list_instance_profiles().max_items(session.limits().page_size);
        request.set_marker(marker).send()
    };
    let page = |output: &ListInstanceProfilesOutput| {
        let profiles = output.instance_profiles().iter();
        let next = Next::truncated(output.is_truncated(), output.marker());
        Page { items: profiles.map(|one| Entry::new(global, describe(one))).collect(), next }
    };
    session.pages(&LIST, global, request, page).await
}

/// What the list says of an instance profile, which has no tags there.
fn describe(profile: &InstanceProfile) -> Json {
    object([
        ("InstanceProfileName", profile.instance_profile_name().into()),
        ("InstanceProfileId", profile.instance_profile_id().into()),
        ("Arn", profile.arn().into()),
        ("Path", profile.path().into()),
        ("CreateDate", instant(Some(profile.create_date()))),
        ("Roles", array(profile.roles(), |role| role.role_name().into())),
    ])
}

static TAGS: Call = Call::xml(
    "iam:ListInstanceProfileTags",
    &[present("Tags"), filled("Tags/member/Key"), present("Tags/member/Value")],
);

async fn all_tags(session: &Session, profile: &Resource) -> Response {
    let client = session.clients.iam();
    let request = |marker| {
        let request = client.list_instance_profile_tags().instance_profile_name(&*profile.id);
        request.max_items(session.limits().page_size).set_marker(marker).send()
    };
    let page = |output: &ListInstanceProfileTagsOutput| {
        let next = Next::truncated(output.is_truncated(), output.marker());
        Page { items: output.tags().to_vec(), next }
    };
    let all = session.pages(&TAGS, &profile.region, request, page).await.whole()?;
    Ok(json!({ "Tags": tags(&all) }))
}
