//! Types of IAM.

pub(super) mod credential_report;
pub(super) mod user;
