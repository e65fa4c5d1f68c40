//! The list of types of which each account has one: the account itself, known from logging in.

use futures::FutureExt;
use futures::future::ready;
use serde_json::json;

use super::adapter::ListCall;
use super::pages::{Entry, Next, Page, Paged, Pages};
use super::response::Call;
use super::session::Session;
use crate::resource::Region;

/// List of the one resource, which makes no request: logging in has asked already.
pub(super) const LIST: ListCall =
    ListCall::whole(&IDENTITY, |session, global| ready(list(session, global)).boxed());

/// Call by which logging in proves whose the credentials are, and which checks its response.
static IDENTITY: Call = Call::xml("sts:GetCallerIdentity", &[]);

fn list(session: &Session, global: &Region) -> Paged<Entry> {
    let account = json!({ "AccountId": session.account().as_str() });
    let mut pages = Pages::new(IDENTITY.operation, 1);
    pages.add(Page { items: vec![Entry::new(global, account)], next: Next::End });
    pages.finish()
}
