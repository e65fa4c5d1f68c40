//! Names of documents and checks.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Length of the longest name, in characters.
const MAX_LENGTH: usize = 63;

/// Why a string is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// The name has no character at all.
    #[error("a name must not be empty")]
    Empty,
    /// The name is longer than 63 characters.
    #[error("name `{0}` is longer than {MAX_LENGTH} characters")]
    Long(String),
    /// A character outside `a-z`, `0-9` and `-`.
    #[error("name `{name}` contains `{found}`; use a-z, 0-9 and `-`")]
    Character {
        /// Name as the file has it.
        name: String,
        /// The first character that may not be in it.
        found: char,
    },
    /// A `-` at the start or the end.
    #[error("name `{0}` must start and end with a letter or digit")]
    Edge(String),
}

/// The first part of the names of check types that come with cloudcorrect.
pub(super) const BUILT_IN: &str = "aws";

/// Pattern of the names of check types, for editors.
pub(super) const TYPE_NAME_PATTERN: &str =
    "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$";

/// Pattern of names, for editors.
pub(super) const NAME_PATTERN: &str = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";

/// One name, or two with `/` between them.
fn check_path(text: &str) -> Result<(), InvalidName> {
    match text.split_once('/') {
        Some((first, second)) => check(first).and_then(|()| check(second)),
        None => check(text),
    }
}

fn check(text: &str) -> Result<(), InvalidName> {
    let allowed = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-';
    if text.is_empty() {
        Err(InvalidName::Empty)
    } else if text.chars().count() > MAX_LENGTH {
        Err(InvalidName::Long(text.chars().take(MAX_LENGTH).collect()))
    } else if let Some(found) = text.chars().find(|c| !allowed(c)) {
        Err(InvalidName::Character { name: text.to_owned(), found })
    } else if text.starts_with('-') || text.ends_with('-') {
        Err(InvalidName::Edge(text.to_owned()))
    } else {
        Ok(())
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $check:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Name as text, which keeps the rules of names.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $check(text).map(|()| Self(text.into()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.pad(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

name! {
    /// The name of an `Account` document.
    AccountName, check
}
name! {
    /// The name of a `Group` document.
    GroupName, check
}
name! {
    /// The name of a `Pack` document.
    PackName, check
}
name! {
    /// The id of a check, unique in its group or pack.
    CheckId, check
}
name! {
    /// The name of a `Test` document.
    TestName, check
}
name! {
    /// The name of a `Waiver` document.
    WaiverName, check
}
name! {
    /// The name of a `CheckType` document, such as `aws/s3-bucket-exists`.
    CheckTypeName, check_path
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn editors_accept_what_the_reader_accepts(text in "[a0-]{0,66}|[aZ0._ä -]{0,5}") {
            let pattern = regex::Regex::new(NAME_PATTERN).expect("a pattern");
            prop_assert_eq!(text.parse::<GroupName>().is_ok(), pattern.is_match(&text));
        }
    }

    #[test]
    fn names_are_letters_digits_and_inner_dashes() {
        for good in ["a", "storage", "at-most-1", &"x".repeat(63)] {
            assert_eq!(good.parse::<GroupName>().map(|name| name.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "-a", "a-", "A", "a_b", "ä", "a b", &"x".repeat(64)] {
            assert!(bad.parse::<GroupName>().is_err(), "{bad}");
        }
    }
}
