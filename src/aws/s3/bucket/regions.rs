//! The region that each bucket lives in.

use std::collections::{HashMap, HashSet};

use aws_sdk_s3::types::{Bucket, BucketLocationConstraint};
use futures::future::join_all;

use super::super::super::call_error::CallError;
use super::super::super::response::Call;
use super::super::super::session::Session;
use super::{LIST, PAGE_SIZE};
use crate::resource::{Failure, Region, regions};

pub(in crate::aws) static LOCATION: Call = Call::xml("s3:GetBucketLocation", &[]);

/// The regions of these buckets, by name, as S3 calls them. S3 tells it in the list. Where what
/// stands in its place does not, one filtered list per region of the evaluation says the most, and
/// calls per bucket the rest; of a bucket whose call fails, why.
pub(super) async fn of(
    session: &Session,
    buckets: &[Bucket],
) -> HashMap<String, Result<String, Failure>> {
    let told = buckets.iter().filter_map(|bucket| {
        let region = bucket.bucket_region().filter(|region| !region.is_empty())?;
        Some((bucket.name()?.to_owned(), Ok(region.to_owned())))
    });
    let mut known: HashMap<String, Result<String, Failure>> = told.collect();
    let open = |known: &HashMap<String, Result<String, Failure>>| -> Vec<String> {
        let names = buckets.iter().filter_map(Bucket::name).filter(|name| !name.is_empty());
        names.filter(|name| !known.contains_key(*name)).map(str::to_owned).collect()
    };
    if open(&known).is_empty() {
        return known;
    }
    known.extend(filtered(session).await.into_iter().map(|(name, region)| (name, Ok(region))));
    let located = open(&known).into_iter().map(|name| async move {
        let region = location(session, &name).await.map_err(|error| error.failure);
        (name, region)
    });
    known.extend(join_all(located).await);
    known
}

/// The region of that name, if AWS has it or the evaluation is of it.
pub(in crate::aws) fn real(session: &Session, name: &str) -> Option<Region> {
    let region: Region = name.parse().ok()?;
    let is_known = regions().iter().any(|known| **known == *name) && !region.is_global();
    (is_known || session.regions.contains(&region)).then_some(region)
}

/// The buckets that exactly one region's list names.
async fn filtered(session: &Session) -> HashMap<String, String> {
    let home = Region::global();
    let lists = session.regions.iter().map(|region| {
        let client = session.clients.s3(&home);
        let request = client.list_buckets().bucket_region(region.as_str()).max_buckets(PAGE_SIZE);
        async move { (region, session.call(&LIST, &Region::global(), request.send()).await) }
    });
    let mut found: HashMap<String, String> = HashMap::new();
    let mut twice = HashSet::new();
    for (region, output) in join_all(lists).await {
        let Ok(output) = output else { continue };
        for name in output.buckets().iter().filter_map(Bucket::name) {
            if found.insert(name.to_owned(), region.as_str().to_owned()).is_some() {
                twice.insert(name.to_owned());
            }
        }
    }
    found.retain(|name, _| !twice.contains(name));
    found
}

/// The name of the region of a bucket that is the account's own.
pub(in crate::aws) async fn location(session: &Session, bucket: &str) -> Result<String, CallError> {
    let home = Region::global();
    let request = session.clients.s3(&home).get_bucket_location().bucket(bucket);
    let request = request.expected_bucket_owner(session.account().as_str()).send();
    let output = session.call(&LOCATION, &home, request).await?;
    let region = match output.location_constraint().map(BucketLocationConstraint::as_str) {
        None | Some("") => "us-east-1",
        Some("EU") => "eu-west-1",
        Some(region) => region,
    };
    Ok(region.to_owned())
}
