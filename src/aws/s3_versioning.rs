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
    match client.get_bucket_versioning().bucket(bucket).send().await {
        Ok(answer) => Ok(answer),
        Err(error) => error.raw_response().and_then(reread).ok_or(error),
    }
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
