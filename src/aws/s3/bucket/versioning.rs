//! Versioning of buckets, also where something else stands in the place of S3.

use aws_sdk_s3::operation::get_bucket_versioning::GetBucketVersioningOutput;
use aws_sdk_s3::types::{BucketVersioningStatus, MfaDeleteStatus};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::json;

use super::super::super::adapter::Response;
use super::super::super::json::{name, object};
use super::super::super::response::Call;
use super::super::super::session::Session;
use crate::resource::Resource;

/// An empty answer is how the API says that versioning was never configured.
pub(super) static CALL: Call = Call::xml("s3:GetBucketVersioning", &[]);

/// Reads the versioning of a bucket.
///
/// S3 answers `<VersioningConfiguration>`, and the SDK accepts nothing else. Moto names the element
/// after the operation, as most AWS protocols do; what is in it is the same.
pub(super) async fn read(session: &Session, bucket: &Resource) -> Response {
    let client = session.clients.s3(&bucket.region);
    let request = async {
        match client.get_bucket_versioning().bucket(&*bucket.id).send().await {
            // An error of the service: what the check of responses refused is none.
            Err(error) if error.as_service_error().is_some() => {
                error.raw_response().and_then(reread).ok_or(error)
            }
            result => result,
        }
    };
    let output = session.call(&CALL, &bucket.region, request).await?;
    let versioning =
        object([("Status", name(output.status())), ("MFADelete", name(output.mfa_delete()))]);
    let configured = versioning.get("Status").or(versioning.get("MFADelete")).is_some();
    Ok(if configured { json!({ "VersioningConfiguration": versioning }) } else { json!({}) })
}

fn reread(response: &HttpResponse) -> Option<GetBucketVersioningOutput> {
    let text = std::str::from_utf8(response.body().bytes()?).ok()?;
    if !response.status().is_success() || !text.contains("<GetBucketVersioningResponse") {
        return None;
    }
    let status = element(text, "Status").map(BucketVersioningStatus::from);
    let mfa_delete = element(text, "MfaDelete").map(MfaDeleteStatus::from);
    let output = GetBucketVersioningOutput::builder();
    Some(output.set_status(status).set_mfa_delete(mfa_delete).build())
}

/// The text of an element that is there at most once.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once("</")?;
    Some(text.trim())
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn read(code: u16, body: &'static str) -> Option<GetBucketVersioningOutput> {
        let code = StatusCode::try_from(code).expect("a status");
        reread(&HttpResponse::new(code, SdkBody::from(body)))
    }

    #[test]
    fn an_element_named_after_the_operation_is_read() {
        let enabled = r#"<GetBucketVersioningResponse xmlns="x"><Status>Enabled</Status>
            </GetBucketVersioningResponse>"#;
        let answer = read(200, enabled).expect("understood");
        assert_eq!(answer.status(), Some(&BucketVersioningStatus::Enabled));
        let never = read(200, r#"<GetBucketVersioningResponse xmlns="x"/>"#).expect("understood");
        assert_eq!((never.status(), never.mfa_delete()), (None, None));
        assert_eq!(read(500, enabled), None);
        assert_eq!(read(200, "<html>Welcome</html>"), None);
    }
}
