//! Types of S3.

pub(super) mod account_public_access_block;
pub(super) mod bucket;
pub(super) mod object;
