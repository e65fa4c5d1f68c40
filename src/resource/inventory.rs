//! Resources with their facets, and the lists that say which resources there are.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{AccountId, Operation, Provider, Region, Schema, TypeName, Value};

/// Why something could not be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The credentials may not make the call.
    AccessDenied,
    /// The API refused for its rate, also after retries.
    Throttled,
    /// The API did not answer in time.
    Timeout,
    /// No valid credentials: a refused `AssumeRole`, an expired token, no setting for the account.
    Credentials,
    /// The region is not enabled for the account.
    RegionDisabled,
    /// The API failed, or its answer could not be read.
    ServiceError,
    /// A list broke off before its end.
    PartialList,
    /// Not a thing this version can know.
    Unsupported,
    /// The inventory at hand does not hold it.
    NotCollected,
    /// One was asked for, and none or several matched.
    Ambiguous,
    /// The expression needed more steps or memory than it may.
    Budget,
    /// The expression has no value here, such as an order with null.
    ExpressionError,
}

impl Cause {
    /// All causes, in the order of the documentation.
    pub const ALL: [Self; 12] = [
        Self::AccessDenied,
        Self::Throttled,
        Self::Timeout,
        Self::Credentials,
        Self::RegionDisabled,
        Self::ServiceError,
        Self::PartialList,
        Self::Unsupported,
        Self::NotCollected,
        Self::Ambiguous,
        Self::Budget,
        Self::ExpressionError,
    ];

    /// The name in JSON, in the database and on the page.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::Throttled => "throttled",
            Self::Timeout => "timeout",
            Self::Credentials => "credentials",
            Self::RegionDisabled => "region_disabled",
            Self::ServiceError => "service_error",
            Self::PartialList => "partial_list",
            Self::Unsupported => "unsupported",
            Self::NotCollected => "not_collected",
            Self::Ambiguous => "ambiguous",
            Self::Budget => "budget",
            Self::ExpressionError => "expression_error",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// Why a string names no [`Cause`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a cause of `unknown`")]
pub struct UnknownCause(pub String);

impl FromStr for Cause {
    type Err = UnknownCause;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|cause| cause.as_str() == text)
            .ok_or_else(|| UnknownCause(text.to_owned()))
    }
}

/// Why something is not known, with the words of whoever refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Failure {
    /// The kind.
    pub cause: Cause,
    /// One line for people, such as `s3:GetBucketAcl: Access Denied`.
    pub message: String,
}

impl Failure {
    /// A failure with its words.
    pub fn new(cause: Cause, message: impl Into<String>) -> Self {
        Self { cause, message: message.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.cause, self.message)
    }
}

/// What one API operation said of one resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Facet {
    /// It answered: a [`Value::Map`] from top-level property names to values, already refined by
    /// the schema.
    Read(Value),
    /// It answered that there is none, such as a bucket without a policy.
    Absent,
    /// It could not be read.
    Failed(Failure),
}

/// A resource and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// The type.
    pub type_name: TypeName,
    /// CloudFormation's primary identifier: a bucket's, user's or role's name, a group's,
    /// instance's or volume's id, a policy's ARN, an account's id for account-wide settings.
    pub id: Arc<str>,
    /// The ARN, where the type has one.
    pub arn: Option<Arc<str>>,
    /// The region that the resource lives in; `global` for IAM.
    pub region: Region,
    /// What each operation said. An operation without an entry was not asked.
    pub facets: BTreeMap<Operation, Facet>,
}

impl Resource {
    /// The value of a top-level property that the schema knows: null (or the schema's default)
    /// where the resource lacks it, the failure where its facet could not be read or was never
    /// asked for. `None` where the schema has no such property.
    pub fn property(&self, schema: &Schema, name: &str) -> Option<Result<Value, Failure>> {
        let property = schema.properties.get(name)?;
        let missing = || property.default.clone().unwrap_or_default();
        Some(match self.facets.get(&property.operation) {
            Some(Facet::Read(value)) => Ok(match value.get(name) {
                None | Some(Value::Null) => missing(),
                Some(value) => value.clone(),
            }),
            Some(Facet::Absent) => Ok(missing()),
            Some(Facet::Failed(failure)) => Err(failure.clone()),
            None => Err(Failure::new(
                Cause::NotCollected,
                format!("{} was not collected", property.operation),
            )),
        })
    }
}

/// Which resources of a type there are in a target.
#[derive(Debug, Clone, PartialEq)]
pub enum Listing {
    /// All of them.
    Complete(Vec<Arc<Resource>>),
    /// Some of them: the list broke off.
    Partial(Vec<Arc<Resource>>, Failure),
    /// The list could not be read.
    Failed(Failure),
}

impl Listing {
    /// The resources that were seen.
    pub fn resources(&self) -> &[Arc<Resource>] {
        match self {
            Self::Complete(resources) | Self::Partial(resources, _) => resources,
            Self::Failed(_) => &[],
        }
    }

    /// Why resources may be missing.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Complete(_) => None,
            Self::Partial(_, failure) | Self::Failed(failure) => Some(failure),
        }
    }
}

/// What is known of an account: listings by resource type and the region that was asked
/// (`global` for types whose list is global, also if the resources themselves live in regions).
#[derive(Debug, Clone, PartialEq)]
pub struct Inventory {
    /// The cloud.
    pub provider: Provider,
    /// The account.
    pub account: AccountId,
    /// When it was taken: `now` in expressions.
    pub taken_at: DateTime<Utc>,
    /// The lists that were asked for.
    pub listings: BTreeMap<(TypeName, Region), Listing>,
}

impl Inventory {
    /// An inventory that holds nothing yet.
    pub fn empty(account: AccountId, taken_at: DateTime<Utc>) -> Self {
        Self { provider: Provider::Aws, account, taken_at, listings: BTreeMap::new() }
    }
}
