//! The versioning of buckets, also where something else stands in the place of S3.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_bucket_versioning::{
    GetBucketVersioningError, GetBucketVersioningOutput,
};
use aws_sdk_s3::types::{BucketVersioningStatus, MfaDeleteStatus};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

/// Asks for the versioning of a bucket.
///
/// S3 answers `<VersioningConfiguration>`, and the SDK accepts nothing else. Moto names the element
/// after the operation, as most AWS protocols do; what is in it is the same.
pub(super) async fn ask(
    client: &Client,
    bucket: &str,
) -> Result<GetBucketVersioningOutput, SdkError<GetBucketVersioningError, HttpResponse>> {
    let answer = client.get_bucket_versioning().bucket(bucket).send().await;
    answer.or_else(|error| {
        let reread = error.raw_response().and_then(reread);
        reread.ok_or(error)
    })
}

fn reread(response: &HttpResponse) -> Option<GetBucketVersioningOutput> {
    let text = std::str::from_utf8(response.body().bytes()?).ok()?;
    if !response.status().is_success() || !text.contains("<GetBucketVersioningResponse") {
        return None;
    }
    let status = element(text, "Status").map(BucketVersioningStatus::from);
    let mfa_delete = element(text, "MfaDelete").map(MfaDeleteStatus::from);
    let answer = GetBucketVersioningOutput::builder();
    Some(answer.set_status(status).set_mfa_delete(mfa_delete).build())
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

    fn status(code: u16, body: &'static str) -> Option<Option<String>> {
        let code = StatusCode::try_from(code).expect("a status");
        let answer = reread(&HttpResponse::new(code, SdkBody::from(body)))?;
        Some(answer.status().map(ToString::to_string))
    }

    #[test]
    fn an_element_named_after_the_operation_is_read() {
        let enabled = r#"<GetBucketVersioningResponse xmlns="x"><Status>Enabled</Status>
            </GetBucketVersioningResponse>"#;
        assert_eq!(status(200, enabled), Some(Some("Enabled".to_owned())));
        assert_eq!(status(200, r#"<GetBucketVersioningResponse xmlns="x"/>"#), Some(None));
        assert_eq!(status(500, enabled), None);
        assert_eq!(status(200, "<html>Welcome</html>"), None);
    }
}
