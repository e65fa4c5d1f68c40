//! `AWS::IAM::SAMLProvider`.

use aws_sdk_iam::operation::list_saml_providers::ListSamlProvidersOutput;
use aws_sdk_iam::types::{SamlPrivateKey, SamlProviderListEntry};
use futures::FutureExt;
use serde_json::Value as Json;

use super::super::adapter::{Adapter, FacetCall, ListCall, Response};
use super::super::json::{array, instant, name, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::tags;
use crate::resource::{Region, Resource};

/// Row of SAML providers in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::IAM::SAMLProvider",
    list: ListCall::whole(&LIST, |session, global| list(session, global).boxed()),
    facets: &[FacetCall::each(&PROVIDER, |session, one| provider(session, one).boxed())],
};

static LIST: Call = Call::xml(
    "iam:ListSAMLProviders",
    &[present("SAMLProviderList"), filled("SAMLProviderList/member/CreateDate")],
);

/// All providers: the API has no pages of them.
async fn list(session: &Session, global: &Region) -> Paged<Entry> {
    let client = session.clients.iam();
    let request = |_| client.list_saml_providers().send();
    let page = |output: &ListSamlProvidersOutput| {
        let providers = output.saml_provider_list().iter();
        let entries = providers.map(|one| Entry::new(global, describe(one)));
        Page { items: entries.collect(), next: Next::End }
    };
    session.pages(&LIST, global, request, page).await
}

fn describe(provider: &SamlProviderListEntry) -> Json {
    let arn = provider.arn();
    object([
        ("Arn", arn.into()),
        ("Name", arn.and_then(|arn| arn.rsplit('/').next()).into()),
        ("CreateDate", instant(provider.create_date())),
        ("ValidUntil", instant(provider.valid_until())),
    ])
}

static PROVIDER: Call = Call::xml(
    "iam:GetSAMLProvider",
    &[
        filled("SAMLMetadataDocument"),
        filled("PrivateKeyList/member/KeyId"),
        filled("Tags/member/Key"),
        present("Tags/member/Value"),
    ],
);

async fn provider(session: &Session, provider: &Resource) -> Response {
    let request = session.clients.iam().get_saml_provider().saml_provider_arn(&*provider.id).send();
    let output = session.call(&PROVIDER, &provider.region, request).await?;
    let keys = output.private_key_list.as_deref().map(|keys| array(keys, key));
    Ok(object([
        ("SamlMetadataDocument", output.saml_metadata_document().into()),
        ("SamlProviderUUID", output.saml_provider_uuid().into()),
        ("AssertionEncryptionMode", name(output.assertion_encryption_mode())),
        ("PrivateKeyList", keys.unwrap_or_default()),
        ("Tags", tags(output.tags())),
    ]))
}

fn key(key: &SamlPrivateKey) -> Json {
    object([("KeyId", key.key_id().into()), ("Timestamp", instant(key.timestamp()))])
}
