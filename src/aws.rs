//! Live AWS inventory. The only module that knows the AWS SDK.
//!
//! [`Accounts`] logs in to accounts as the operator's settings say and opens a [`Live`] source for
//! each evaluation. Pagination is always complete or told to be partial, every call has a timeout,
//! is repeated within bounds, and takes its place in a bounded lane per account, region and service.
//! Refusals become causes of `unknown`; nothing here decides what holds, or which facets are wanted.
//!
//! A facet is as fresh as its call: the access keys, MFA devices and password of a user come from
//! calls per user and not from the credential report, which may be four hours old.

mod accounts;
mod answer;
mod ec2_instance;
mod ec2_security_group;
mod iam_user;
mod lanes;
mod live;
mod login;
mod pages;
mod refusal;
mod s3_bucket;
mod s3_lifecycle;
mod s3_versioning;
mod session;
mod settings;

pub use self::accounts::Accounts;
pub use self::live::Live;
pub use self::settings::{AccountSettings, BaseLogin, InvalidRoleArn, Limits, Role, RoleArn};
