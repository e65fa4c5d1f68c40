//! Types of S3.

pub(super) mod bucket;
