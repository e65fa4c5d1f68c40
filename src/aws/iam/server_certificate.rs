//! `AWS::IAM::ServerCertificate`.

use aws_sdk_iam::operation::list_server_certificates::ListServerCertificatesOutput;
use aws_sdk_iam::types::ServerCertificateMetadata;
use futures::FutureExt;
use serde_json::Value as Json;

use super::super::adapter::{Adapter, FacetCall, ListCall, Response};
use super::super::json::{instant, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::tags;
use crate::resource::{Region, Resource};

/// Row of server certificates in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::IAM::ServerCertificate",
    list: ListCall::whole(&LIST, |session, global| list(session, global).boxed()),
    facets: &[FacetCall::each(&CERTIFICATE, |session, one| certificate(session, one).boxed())],
};

static LIST: Call = Call::xml(
    "iam:ListServerCertificates",
    &[
        present("ServerCertificateMetadataList"),
        filled("ServerCertificateMetadataList/member/ServerCertificateId"),
        filled("ServerCertificateMetadataList/member/Arn"),
        filled("ServerCertificateMetadataList/member/Path"),
        filled("ServerCertificateMetadataList/member/UploadDate"),
        filled("ServerCertificateMetadataList/member/Expiration"),
    ],
);

async fn list(session: &Session, global: &Region) -> Paged<Entry> {
    let client = session.clients.iam();
    let request = |marker| {
        let request = client.list_server_certificates().max_items(session.limits().page_size);
        request.set_marker(marker).send()
    };
    let page = |output: &ListServerCertificatesOutput| {
        let certificates = output.server_certificate_metadata_list().iter();
        let next = Next::truncated(output.is_truncated(), output.marker());
        Page { items: certificates.map(|one| Entry::new(global, describe(one))).collect(), next }
    };
    session.pages(&LIST, global, request, page).await
}

fn describe(certificate: &ServerCertificateMetadata) -> Json {
    object([
        ("ServerCertificateName", certificate.server_certificate_name().into()),
        ("ServerCertificateId", certificate.server_certificate_id().into()),
        ("Arn", certificate.arn().into()),
        ("Path", certificate.path().into()),
        ("UploadDate", instant(certificate.upload_date())),
        ("Expiration", instant(certificate.expiration())),
    ])
}

static CERTIFICATE: Call = Call::xml(
    "iam:GetServerCertificate",
    &[
        filled("ServerCertificate"),
        filled("ServerCertificate/CertificateBody"),
        filled("ServerCertificate/Tags/member/Key"),
        present("ServerCertificate/Tags/member/Value"),
    ],
);

async fn certificate(session: &Session, one: &Resource) -> Response {
    let client = session.clients.iam();
    let request = client.get_server_certificate().server_certificate_name(&*one.id).send();
    let output = session.call(&CERTIFICATE, &one.region, request).await?;
    Ok(output.server_certificate().map_or(Json::Null, |certificate| {
        object([
            ("CertificateBody", certificate.certificate_body().into()),
            ("CertificateChain", certificate.certificate_chain().into()),
            ("Tags", tags(certificate.tags())),
        ])
    }))
}
