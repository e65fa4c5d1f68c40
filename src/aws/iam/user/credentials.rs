//! Credentials of a user besides password and access keys, for few services each.

use aws_sdk_iam::operation::list_service_specific_credentials::ListServiceSpecificCredentialsOutput;
use aws_sdk_iam::operation::list_signing_certificates::ListSigningCertificatesOutput;
use aws_sdk_iam::operation::list_ssh_public_keys::ListSshPublicKeysOutput;
use aws_sdk_iam::types::{
    ServiceSpecificCredentialMetadata, SigningCertificate, SshPublicKeyMetadata,
};
use serde_json::{Value as Json, json};

use super::super::super::adapter::Response;
use super::super::super::json::{instant, name, object};
use super::super::super::pages::{Next, Page};
use super::super::super::response::{Call, filled, present};
use super::super::super::session::Session;
use crate::resource::Resource;

pub(super) static SSH_KEYS: Call = Call::xml(
    "iam:ListSSHPublicKeys",
    &[
        present("SSHPublicKeys"),
        filled("SSHPublicKeys/member/SSHPublicKeyId"),
        filled("SSHPublicKeys/member/Status"),
        filled("SSHPublicKeys/member/UploadDate"),
    ],
);

pub(super) async fn ssh_keys(session: &Session, user: &Resource) -> Response {
    let client = session.clients.iam();
    let request = |marker| {
        let request = client.list_ssh_public_keys().user_name(&*user.id).set_marker(marker);
        request.max_items(session.limits().page_size).send()
    };
    let page = |output: &ListSshPublicKeysOutput| {
        let next = Next::truncated(output.is_truncated(), output.marker());
        Page { items: output.ssh_public_keys().iter().map(ssh_key).collect(), next }
    };
    let keys = session.pages(&SSH_KEYS, &user.region, request, page).await.whole()?;
    Ok(json!({ "SSHPublicKeys": keys }))
}

fn ssh_key(key: &SshPublicKeyMetadata) -> Json {
    object([
        ("SSHPublicKeyId", key.ssh_public_key_id().into()),
        ("Status", name(Some(key.status()))),
        ("UploadDate", instant(Some(key.upload_date()))),
    ])
}

pub(super) static SIGNING: Call = Call::xml(
    "iam:ListSigningCertificates",
    &[
        present("Certificates"),
        filled("Certificates/member/CertificateId"),
        filled("Certificates/member/Status"),
        filled("Certificates/member/UploadDate"),
    ],
);

pub(super) async fn signing_certificates(session: &Session, user: &Resource) -> Response {
    let client = session.clients.iam();
    let request = |marker| {
        let request = client.list_signing_certificates().user_name(&*user.id).set_marker(marker);
        request.max_items(session.limits().page_size).send()
    };
    let page = |output: &ListSigningCertificatesOutput| {
        let next = Next::truncated(output.is_truncated(), output.marker());
        Page { items: output.certificates().iter().map(signing_certificate).collect(), next }
    };
    let certificates = session.pages(&SIGNING, &user.region, request, page).await.whole()?;
    Ok(json!({ "SigningCertificates": certificates }))
}

fn signing_certificate(certificate: &SigningCertificate) -> Json {
    object([
        ("CertificateId", certificate.certificate_id().into()),
        ("Status", name(Some(certificate.status()))),
        ("UploadDate", instant(certificate.upload_date())),
    ])
}

pub(super) static SERVICE_SPECIFIC: Call = Call::xml(
    "iam:ListServiceSpecificCredentials",
    &[
        present("ServiceSpecificCredentials"),
        filled("ServiceSpecificCredentials/member/ServiceSpecificCredentialId"),
        filled("ServiceSpecificCredentials/member/ServiceName"),
        filled("ServiceSpecificCredentials/member/Status"),
        filled("ServiceSpecificCredentials/member/CreateDate"),
    ],
);

pub(super) async fn service_specific(session: &Session, user: &Resource) -> Response {
    let client = session.clients.iam();
    let request = |marker| {
        let request = client.list_service_specific_credentials().user_name(&*user.id);
        request.max_items(session.limits().page_size).set_marker(marker).send()
    };
    let page = |output: &ListServiceSpecificCredentialsOutput| {
        let credentials = output.service_specific_credentials().iter();
        let next = Next::truncated(output.is_truncated(), output.marker());
        Page { items: credentials.map(credential).collect(), next }
    };
    let credentials =
        session.pages(&SERVICE_SPECIFIC, &user.region, request, page).await.whole()?;
    Ok(json!({ "ServiceSpecificCredentials": credentials }))
}

fn credential(credential: &ServiceSpecificCredentialMetadata) -> Json {
    // The SDK has an empty text for what is not there, as of the keys of some services.
    let user_name = Some(credential.service_user_name()).filter(|name| !name.is_empty());
    object([
        ("ServiceSpecificCredentialId", credential.service_specific_credential_id().into()),
        ("ServiceName", credential.service_name().into()),
        ("ServiceUserName", user_name.into()),
        ("Status", name(Some(credential.status()))),
        ("CreateDate", instant(Some(credential.create_date()))),
        ("ExpirationDate", instant(credential.expiration_date())),
    ])
}
