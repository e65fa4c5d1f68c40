//! Names of clouds, accounts, regions, resource types and API operations.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A cloud whose accounts are held to policies.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Amazon Web Services, all partitions of it.
    #[default]
    Aws,
}

impl Provider {
    /// The name in keys, files and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// An AWS account id: twelve digits, leading zeros kept.
///
/// Held in place: each finding has one, and threads that judge would wait for each other to count who
/// shares it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId([u8; Self::DIGITS]);

/// Why a string is not an [`AccountId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "account id `{0}` is not twelve digits; write all of them, with leading zeros and without dashes"
)]
pub struct InvalidAccountId(pub String);

impl AccountId {
    /// How many digits there are (AWS Account Management Reference Guide, "View AWS account
    /// identifiers", November 2026).
    pub const DIGITS: usize = 12;

    /// Pattern of the texts that are one, for schemas.
    pub const PATTERN: &str = "^[0-9]{12}$";

    /// `true` for a text that is the id of an account.
    pub fn is_one(text: &str) -> bool {
        text.len() == Self::DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// The twelve digits, leading zeros among them.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for AccountId {
    type Err = InvalidAccountId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes().try_into() {
            Ok(digits) if Self::is_one(text) => Ok(Self(digits)),
            _ => Err(InvalidAccountId(text.to_owned())),
        }
    }
}

/// As of the text, by which one is found in a map.
impl Hash for AccountId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("AccountId").field(&self.as_str()).finish()
    }
}

/// A region of a cloud, or `global` for what belongs to no region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(Arc<str>);

/// Why a string is not a [`Region`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("region `{0}` is not a region's name; write it as in `eu-west-1`")]
pub struct InvalidRegion(pub String);

impl Region {
    /// Stand-in for a region of what belongs to none: IAM, account settings, the list of buckets.
    pub fn global() -> Self {
        Self("global".into())
    }

    /// `true` for [`Region::global`], which is no region of the cloud.
    pub fn is_global(&self) -> bool {
        &*self.0 == "global"
    }

    /// Name of the region, as in `eu-west-1`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Region {
    type Err = InvalidRegion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shaped = !text.is_empty()
            && text.len() <= 32
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if shaped { Ok(Self(text.into())) } else { Err(InvalidRegion(text.to_owned())) }
    }
}

/// Place in which a check is judged: an account and one of its regions, or the account and `global`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Target {
    /// Cloud that the account is in.
    pub provider: Provider,
    /// Account that is judged, by its id.
    pub account: AccountId,
    /// Region that is asked, or `global`.
    pub region: Region,
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.account, self.region)
    }
}

/// The name of a resource type, such as `AWS::S3::Bucket`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TypeName(Arc<str>);

/// An API operation, such as `s3:GetBucketAcl`; it names the facet that it supplies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Operation(Arc<str>);

impl Operation {
    /// `true` where both hold the same copy of the name.
    pub(super) fn shares(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

macro_rules! plain_name {
    ($name:ident) => {
        impl $name {
            /// Name, as in schemas and in the database.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }
    };
}

plain_name!(TypeName);
plain_name!(Operation);

macro_rules! shown {
    ($($name:ident),+) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.pad(self.as_str())
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.as_str().to_owned()
            }
        }
    )+};
}

shown!(AccountId, Region, TypeName, Operation);

macro_rules! parsed {
    ($($name:ident: $error:ident),+) => {$(
        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
    )+};
}

parsed!(AccountId: InvalidAccountId, Region: InvalidRegion);
