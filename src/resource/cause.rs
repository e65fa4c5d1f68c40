//! Why something is unknown.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

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
    /// The cause, by which people and programs tell failures apart.
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
