//! `AWS::EC2::PrefixList`.

use aws_sdk_ec2::operation::describe_managed_prefix_lists::DescribeManagedPrefixListsOutput;
use aws_sdk_ec2::operation::get_managed_prefix_list_entries::GetManagedPrefixListEntriesOutput;
use aws_sdk_ec2::types::{ManagedPrefixList, PrefixListEntry};
use futures::FutureExt;
use serde_json::{Value as Json, json};

use super::super::adapter::{Adapter, FacetCall, ListCall, Response};
use super::super::json::{name, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::tags;
use crate::resource::{Region, Resource};

/// Row of managed prefix lists in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::PrefixList",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[FacetCall::each(&ENTRIES, |session, list| entries(session, list).boxed())],
};

static LIST: Call = Call::xml(
    "ec2:DescribeManagedPrefixLists",
    &[
        present("prefixListSet"),
        filled("prefixListSet/item/prefixListArn"),
        filled("prefixListSet/item/prefixListName"),
        filled("prefixListSet/item/ownerId"),
    ],
);

/// Lists, and entries, a page at most, which is less than of other lists.
const PAGE_SIZE: i32 = 100;

async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let request = |token| {
        let request = client.describe_managed_prefix_lists().set_next_token(token);
        request.max_results(session.limits().page_size.min(PAGE_SIZE)).send()
    };
    let page = |output: &DescribeManagedPrefixListsOutput| {
        let lists = output.prefix_lists().iter();
        let entries = lists.map(|one| Entry::new(region, describe(one)));
        Page { items: entries.collect(), next: Next::token(output.next_token()) }
    };
    session.pages(&LIST, region, request, page).await
}

fn describe(list: &ManagedPrefixList) -> Json {
    object([
        ("PrefixListId", list.prefix_list_id().into()),
        ("Arn", list.prefix_list_arn().into()),
        ("PrefixListName", list.prefix_list_name().into()),
        ("OwnerId", list.owner_id().into()),
        ("AddressFamily", list.address_family().into()),
        ("MaxEntries", list.max_entries().into()),
        ("Version", list.version().into()),
        ("State", name(list.state())),
        ("Tags", tags(list.tags())),
    ])
}

static ENTRIES: Call = Call::xml(
    "ec2:GetManagedPrefixListEntries",
    &[present("entrySet"), filled("entrySet/item/cidr")],
);

async fn entries(session: &Session, list: &Resource) -> Response {
    let client = session.clients.ec2(&list.region);
    let request = |token| {
        let request = client.get_managed_prefix_list_entries().prefix_list_id(&*list.id);
        let size = session.limits().page_size.min(PAGE_SIZE);
        request.max_results(size).set_next_token(token).send()
    };
    let page = |output: &GetManagedPrefixListEntriesOutput| {
        let next = Next::token(output.next_token());
        Page { items: output.entries().iter().map(entry).collect(), next }
    };
    let entries = session.pages(&ENTRIES, &list.region, request, page).await.whole()?;
    Ok(json!({ "Entries": entries }))
}

fn entry(entry: &PrefixListEntry) -> Json {
    object([("Cidr", entry.cidr().into()), ("Description", entry.description().into())])
}
