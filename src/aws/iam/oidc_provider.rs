//! `AWS::IAM::OIDCProvider`.

use aws_sdk_iam::operation::list_open_id_connect_providers::ListOpenIdConnectProvidersOutput;
use futures::FutureExt;
use serde_json::json;

use super::super::adapter::{Adapter, FacetCall, ListCall, Response};
use super::super::json::{instant, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::tags;
use crate::resource::{Region, Resource};

/// Row of OIDC providers in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::IAM::OIDCProvider",
    list: ListCall::whole(&LIST, |session, global| list(session, global).boxed()),
    facets: &[FacetCall::each(&PROVIDER, |session, one| provider(session, one).boxed())],
};

static LIST: Call =
    Call::xml("iam:ListOpenIDConnectProviders", &[present("OpenIDConnectProviderList")]);

/// All providers: the API has no pages of them.
async fn list(session: &Session, global: &Region) -> Paged<Entry> {
    let client = session.clients.iam();
    let request = |_| client.list_open_id_connect_providers().send();
    let page = |output: &ListOpenIdConnectProvidersOutput| {
        let providers = output.open_id_connect_provider_list().iter();
        let entry = |arn: Option<&str>| Entry::new(global, object([("Arn", arn.into())]));
        Page { items: providers.map(|one| entry(one.arn())).collect(), next: Next::End }
    };
    session.pages(&LIST, global, request, page).await
}

static PROVIDER: Call = Call::xml(
    "iam:GetOpenIDConnectProvider",
    &[
        filled("Url"),
        present("ClientIDList"),
        present("ThumbprintList"),
        filled("CreateDate"),
        filled("Tags/member/Key"),
        present("Tags/member/Value"),
    ],
);

async fn provider(session: &Session, provider: &Resource) -> Response {
    let client = session.clients.iam();
    let request = client.get_open_id_connect_provider().open_id_connect_provider_arn(&*provider.id);
    let output = session.call(&PROVIDER, &provider.region, request.send()).await?;
    Ok(object([
        ("Url", output.url().into()),
        ("ClientIdList", json!(output.client_id_list())),
        ("ThumbprintList", json!(output.thumbprint_list())),
        ("CreateDate", instant(output.create_date())),
        ("Tags", tags(output.tags())),
    ]))
}
