//! `AWS::IAM::AccountSummary`.

use aws_sdk_iam::operation::get_account_summary::GetAccountSummaryOutput;
use aws_sdk_iam::types::SummaryKeyType;
use futures::FutureExt;
use serde_json::{Map, Value as Json, json};

use super::super::adapter::{Adapter, ListCall};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled};
use super::super::session::Session;
use crate::resource::Region;

/// Row of account summaries in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::IAM::AccountSummary",
    list: ListCall::whole(&LIST, |session, global| list(session, global).boxed()),
    facets: &[],
};

static LIST: Call = Call::xml(
    "iam:GetAccountSummary",
    &[filled("SummaryMap"), filled("SummaryMap/entry/key"), filled("SummaryMap/entry/value")],
);

/// The one summary of the account.
async fn list(session: &Session, global: &Region) -> Paged<Entry> {
    let client = session.clients.iam();
    let request = |_| client.get_account_summary().send();
    let page = |output: &GetAccountSummaryOutput| {
        let account = session.account().as_str();
        let summary = json!({ "AccountId": account, "SummaryMap": counts(output) });
        Page { items: vec![Entry::new(global, summary)], next: Next::End }
    };
    session.pages(&LIST, global, request, page).await
}

/// The counts that this version knows the meaning of.
fn counts(output: &GetAccountSummaryOutput) -> Json {
    let told = output.summary_map().into_iter().flatten();
    let known = told.filter(|(key, _)| SummaryKeyType::values().contains(&key.as_str()));
    Json::Object(
        known.map(|(key, value)| (key.as_str().to_owned(), json!(value))).collect::<Map<_, _>>(),
    )
}
