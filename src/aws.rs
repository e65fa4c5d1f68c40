//! Live AWS inventory. The only module that knows the AWS SDK.
//!
//! [`Accounts`] logs in to accounts as the operator's settings say and opens a [`Live`] source for
//! each evaluation. What is particular to a resource type is a row of the table of adapters and the
//! file that the row is in; making calls is the same for all: lists are read to their end or told to
//! be partial, each call has a timeout, is repeated within bounds, and waits for its turn, a bounded
//! number for each account, region and service, and over all accounts (`limiter`). A service that fails
//! in a row is left alone for a while (`circuit_breaker`). A response must be whole and hold what its
//! call declares. Errors become causes of `unknown`; nothing here decides what holds, or which facets are
//! wanted.
//!
//! A facet is as fresh as its call. The credential report, which may be four hours old, only spares
//! the calls for users who pass by it; what fails is seen by calls for the user.

mod accounts;
mod adapter;
mod adapters;
mod bulk;
mod call_error;
mod calls;
mod circuit_breaker;
mod clients;
mod ec2;
mod iam;
mod json;
mod limiter;
mod live;
mod login;
mod organization;
mod pages;
mod response;
mod response_checks;
mod s3;
mod session;
mod settings;
#[cfg(test)]
mod tests;
mod whole_account;

pub use self::accounts::Accounts;
pub use self::live::Live;
pub use self::organization::{AccountTag, Organization};
pub use self::response_checks::ResponseChecks;
pub use self::settings::{
    AccountSettings, BaseLogin, InvalidRoleArn, Limits, Role, RoleArn, ServiceLimits,
};
