//! `AWS::S3::Object`.

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::{EncodingType, Object, ObjectStorageClass};
use futures::FutureExt;
use percent_encoding::percent_decode_str;

use super::super::adapter::{Adapter, ListCall};
use super::super::json::{instant, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled};
use super::super::session::Session;
use super::bucket::regions;
use crate::resource::{Cause, Failure, Region, Segment};

/// Row of the type. A bucket that does not exist has no objects.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::S3::Object",
    list: ListCall::by_segments(&LIST, |session, segment| list(session, segment).boxed()),
    facets: &[],
};

/// Pages of a thousand objects that are read of a bucket.
const MOST_PAGES: usize = 100;

/// Code by which S3 says that there is no such bucket.
const NO_BUCKET: &str = "NoSuchBucket";

static LIST: Call = Call::xml(
    "s3:ListObjectsV2",
    &[
        filled("IsTruncated"),
        filled("Contents/Key"),
        filled("Contents/LastModified"),
        filled("Contents/Size"),
    ],
);

/// The objects of a bucket whose keys begin so, where the bucket is the account's own.
async fn list(session: &Session, segment: &Segment) -> Paged<Entry> {
    if !is_name(&segment.value) {
        let why = format!("`{}` is no name of a bucket whose objects are listed", segment.value);
        let failure = Failure::new(Cause::NotCollected, format!("{}: {why}", LIST.operation));
        return Paged::once(LIST.operation, Err(failure.into()));
    }
    let region = match regions::location(session, &segment.value).await {
        Ok(region) => region,
        Err(error) => return Paged::once(LIST.operation, Err(error)).or_none(NO_BUCKET),
    };
    let doubt = format!("`{}` is said to live in `{region}`, which is no region", segment.value);
    let (region, doubt) = match regions::real(session, &region) {
        Some(region) => (region, None),
        None => (Region::global(), Some(doubt)),
    };
    let client = session.clients.s3(&region);
    let request = |token| {
        let request = client.list_objects_v2().bucket(&*segment.value).prefix(&*segment.prefix);
        // Keys may hold what no XML can.
        let request = request.encoding_type(EncodingType::Url);
        let request = request.expected_bucket_owner(session.account().as_str());
        request.set_continuation_token(token).send()
    };
    let page = |output: &ListObjectsV2Output| {
        let next = output.next_continuation_token();
        let next = Next::truncated(output.is_truncated().unwrap_or_default(), next);
        Page { items: output.contents().to_vec(), next }
    };
    let objects = session.pages_up_to(MOST_PAGES, (&LIST, &region), request, page).await;
    objects.or_none(NO_BUCKET).map(|one| {
        let entry = describe(&segment.value, &one, &region);
        Entry { doubt: doubt.clone(), ..entry }
    })
}

fn describe(bucket: &str, one: &Object, region: &Region) -> Entry {
    let key = one.key().and_then(decoded);
    let response = object([
        ("Id", key.as_ref().map(|key| format!("{bucket}/{key}")).into()),
        ("BucketName", bucket.into()),
        ("Key", key.into()),
        ("Size", one.size().into()),
        ("LastModified", instant(one.last_modified())),
        ("StorageClass", one.storage_class().map(ObjectStorageClass::as_str).into()),
        ("ETag", one.e_tag().into()),
    ]);
    Entry::new(region, response)
}

/// `true` of the name of a bucket in a region, by S3's rules of old; other words in its place, as an ARN,
/// would have the SDK ask other servers.
fn is_name(text: &str) -> bool {
    let is_good = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    let is_alias = text.ends_with("-s3alias") || text.contains("--") && text.ends_with("-s3");
    let is_shaped = text.chars().all(is_good) && !text.contains("..") && !is_alias;
    (3..=255).contains(&text.len()) && is_shaped
}

/// A key as it is, of one in the encoding of URLs.
fn decoded(key: &str) -> Option<String> {
    let spaced = key.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_out_of_their_encoding() {
        assert_eq!(decoded("a+b%2Bc/%01%C3%A9").as_deref(), Some("a b+c/\u{1}é"));
        assert_eq!(decoded("%FF"), None);
    }
}
