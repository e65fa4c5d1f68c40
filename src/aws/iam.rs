//! Types of IAM.

pub(super) mod user;
