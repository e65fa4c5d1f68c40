//! Words that a field may hold.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a string is none of the words of a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is none of {allowed}")]
pub struct UnknownWord {
    /// What was found.
    pub found: String,
    /// What is allowed.
    pub allowed: &'static str,
}

macro_rules! words {
    ($name:ident, $allowed:literal, $($variant:ident = $word:literal),+) => {
        impl $name {
            /// The word in files and in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { found: text.to_owned(), allowed: $allowed }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.pad(self.as_str())
            }
        }
    };
}

/// How much a failure matters.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// To be mended in time.
    Low,
    /// To be mended soon.
    #[default]
    Medium,
    /// To be mended at once.
    High,
    /// An open door.
    Critical,
}

words!(
    Severity,
    "`critical`, `high`, `medium`, `low`, `info`",
    Info = "info",
    Low = "low",
    Medium = "medium",
    High = "high",
    Critical = "critical"
);

/// What a group's outcome does.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Stored only.
    Shadow,
    /// Shown, never red.
    Audit,
    /// A failure turns the commit red.
    #[default]
    Enforce,
}

words!(
    Mode,
    "`shadow`, `audit`, `enforce`",
    Shadow = "shadow",
    Audit = "audit",
    Enforce = "enforce"
);

/// The outcome of a check that selects nothing in an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnEmpty {
    /// Nothing to say.
    #[default]
    NotApplicable,
    /// As it should be.
    Pass,
    /// Something is missing.
    Fail,
    /// Something may be missing.
    Unknown,
}

words!(
    OnEmpty,
    "`pass`, `fail`, `unknown`, `not_applicable`",
    NotApplicable = "not_applicable",
    Pass = "pass",
    Fail = "fail",
    Unknown = "unknown"
);
