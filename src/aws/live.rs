//! A live account as a source of facets.

use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::iam_user::Users;
use super::refusal::Refusal;
use super::session::Session;
use super::{ec2_instance, ec2_security_group, iam_user, s3_bucket};
use crate::fetch::{CallStats, Source};
use crate::resource::{Cause, Facet, Failure, Listing, Operation, Resource, Schema, Target};

/// A live account for the time of one evaluation.
#[derive(Debug)]
pub struct Live {
    state: State,
}

#[derive(Debug)]
enum State {
    Open(Box<Open>),
    Refused(Failure, CallStats),
}

/// What calls for one resource are made with: the session, and answers for all resources at once.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) session: Session,
    pub(super) users: Users,
}

/// The JSON that an operation answers of one resource.
pub(super) type Answer = Result<serde_json::Value, Refusal>;

impl Live {
    pub(super) fn new(session: Session) -> Self {
        let open = Open { session, users: Users::default() };
        Self { state: State::Open(Box::new(open)) }
    }

    /// An account that nobody could log in to, and the requests that this took.
    pub(super) fn refused(failure: Failure, calls: CallStats) -> Self {
        Self { state: State::Refused(failure, calls) }
    }

    /// Why nothing can be asked; `None` if the login worked.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.state {
            State::Open(_) => None,
            State::Refused(failure, _) => Some(failure),
        }
    }

    async fn listing(&self, target: &Target, schema: &Schema) -> Listing {
        let open = match &self.state {
            State::Open(open) => open,
            State::Refused(failure, _) => return Listing::Failed(failure.clone()),
        };
        let session = &open.session;
        if target.account != *session.account() {
            let message = format!("the session is that of account {}", session.account());
            return Listing::Failed(Failure::new(Cause::Credentials, message));
        }
        // Whoever adds a type or an operation takes `recordedOnly` out of its schema.
        match schema.type_name.as_str() {
            "AWS::EC2::Instance" => ec2_instance::list(session, &target.region, schema).await,
            "AWS::EC2::SecurityGroup" => {
                ec2_security_group::list(session, &target.region, schema).await
            }
            "AWS::IAM::User" => iam_user::list(session, schema).await,
            "AWS::S3::Bucket" => s3_bucket::list(session, schema).await,
            other => Listing::Failed(unsupported(&format!(
                "{other} is not listed in live accounts yet, only in recorded inventories"
            ))),
        }
    }

    async fn answer(&self, schema: &Schema, resource: &Resource, operation: &Operation) -> Facet {
        let open = match &self.state {
            State::Open(open) => open,
            State::Refused(failure, _) => return Facet::Failed(failure.clone()),
        };
        let answer = match schema.type_name.as_str() {
            "AWS::IAM::User" => iam_user::facet(open, resource, operation).await,
            "AWS::S3::Bucket" => s3_bucket::facet(&open.session, resource, operation).await,
            _ => Err(unknown_operation(operation)),
        };
        match answer {
            Ok(json) => Facet::Read(schema.refine(operation, &json)),
            Err(Refusal { code: Some(code), .. }) if means_absent(operation, &code) => {
                Facet::Absent
            }
            Err(refusal) => Facet::Failed(refusal.failure),
        }
    }
}

/// The refusal of an operation that nobody wrote.
pub(super) fn unknown_operation(operation: &Operation) -> Refusal {
    let failure = unsupported(&format!(
        "{operation} is not asked of live accounts yet, only of recorded inventories"
    ));
    Refusal { code: None, failure, no_login: false }
}

fn unsupported(message: &str) -> Failure {
    Failure::new(Cause::Unsupported, message)
}

/// Whether a refusal is the API's way to say that there is none. `NoSuchBucket` is no such way: the
/// bucket itself is gone.
fn means_absent(operation: &Operation, code: &str) -> bool {
    let none = match operation.as_str() {
        "iam:GetLoginProfile" => "NoSuchEntity",
        "s3:GetBucketEncryption" => "ServerSideEncryptionConfigurationNotFoundError",
        "s3:GetBucketLifecycleConfiguration" => "NoSuchLifecycleConfiguration",
        "s3:GetBucketOwnershipControls" => "OwnershipControlsNotFoundError",
        "s3:GetBucketPolicy" | "s3:GetBucketPolicyStatus" => "NoSuchBucketPolicy",
        "s3:GetBucketTagging" => "NoSuchTagSet",
        "s3:GetBucketWebsite" => "NoSuchWebsiteConfiguration",
        "s3:GetPublicAccessBlock" => "NoSuchPublicAccessBlockConfiguration",
        _ => return false,
    };
    code == none
}

impl Source for Live {
    fn list<'a>(&'a self, target: &'a Target, schema: &'a Schema) -> BoxFuture<'a, Listing> {
        self.listing(target, schema).boxed()
    }

    fn facet<'a>(
        &'a self,
        _: &'a Target,
        schema: &'a Schema,
        resource: &'a Resource,
        operation: &'a Operation,
    ) -> BoxFuture<'a, Facet> {
        self.answer(schema, resource, operation).boxed()
    }

    fn calls(&self) -> CallStats {
        match &self.state {
            State::Open(open) => open.session.calls(),
            State::Refused(_, calls) => calls.clone(),
        }
    }

    fn recorded_at(&self) -> Option<DateTime<Utc>> {
        None
    }
}
