//! `AWS::IAM::Group`.

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput as Details;
use aws_sdk_iam::operation::get_group::GetGroupOutput;
use aws_sdk_iam::operation::list_groups::ListGroupsOutput;
use aws_sdk_iam::types::{EntityType, Group, GroupDetail};
use futures::FutureExt;
use serde_json::{Value as Json, json};

use super::super::adapter::{Adapter, FacetCall, ListCall, Response};
use super::super::json::{instant, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::{attached, policies};
use crate::resource::{Region, Resource};

/// Row of IAM groups in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::IAM::Group",
    list: ListCall::whole(&LIST, |session, global| list(session, global).boxed()),
    facets: &[
        FacetCall::bulk(&DETAILS, |session, global| details(session, global).boxed()),
        FacetCall::each(&USERS, |session, group| users(session, group).boxed()),
    ],
};

static LIST: Call = Call::xml(
    "iam:ListGroups",
    &[
        present("Groups"),
        filled("Groups/member/GroupId"),
        filled("Groups/member/Arn"),
        filled("Groups/member/Path"),
        filled("Groups/member/CreateDate"),
    ],
);

async fn list(session: &Session, global: &Region) -> Paged<Entry> {
    let client = session.clients.iam();
    let request = |marker| {
        client.list_groups().max_items(session.limits().page_size).set_marker(marker).send()
    };
    let page = |output: &ListGroupsOutput| {
        let groups = output.groups().iter().map(|group| Entry::new(global, describe(group)));
        let next = Next::truncated(output.is_truncated(), output.marker());
        Page { items: groups.collect(), next }
    };
    session.pages(&LIST, global, request, page).await
}

fn describe(group: &Group) -> Json {
    object([
        ("GroupName", group.group_name().into()),
        ("GroupId", group.group_id().into()),
        ("Arn", group.arn().into()),
        ("Path", group.path().into()),
        ("CreateDate", instant(Some(group.create_date()))),
    ])
}

static DETAILS: Call = Call::xml(
    "iam:GetAccountAuthorizationDetails",
    &[
        present("GroupDetailList"),
        filled("GroupDetailList/member/GroupName"),
        present("GroupDetailList/member/GroupPolicyList"),
        filled("GroupDetailList/member/GroupPolicyList/member/PolicyName"),
        filled("GroupDetailList/member/GroupPolicyList/member/PolicyDocument"),
        present("GroupDetailList/member/AttachedManagedPolicies"),
        filled("GroupDetailList/member/AttachedManagedPolicies/member/PolicyArn"),
    ],
);

async fn details(session: &Session, global: &Region) -> Paged<(String, Json)> {
    let read = |output: &Details| {
        let groups = output.group_detail_list().iter();
        groups.filter_map(|one| Some((one.group_name()?.to_owned(), detail(one)))).collect()
    };
    super::details(session, global, (&DETAILS, EntityType::Group), read).await
}

fn detail(group: &GroupDetail) -> Json {
    object([
        ("ManagedPolicyArns", attached(group.attached_managed_policies())),
        ("Policies", policies(group.group_policy_list())),
    ])
}

static USERS: Call =
    Call::xml("iam:GetGroup", &[present("Users"), filled("Users/member/UserName")]);

async fn users(session: &Session, group: &Resource) -> Response {
    let client = session.clients.iam();
    let request = |marker| {
        let request = client.get_group().group_name(&*group.id).set_marker(marker);
        request.max_items(session.limits().page_size).send()
    };
    let page = |output: &GetGroupOutput| {
        let users = output.users().iter().map(|user| user.user_name().to_owned());
        let next = Next::truncated(output.is_truncated(), output.marker());
        Page { items: users.collect(), next }
    };
    let users = session.pages(&USERS, &group.region, request, page).await.whole()?;
    Ok(json!({ "Users": users }))
}
