//! Enums that are words in the database.

use std::str::FromStr;

use super::Error;
use crate::digest::Digest;
use crate::evaluation::Outcome;
use crate::resource::Provider;

/// An enum whose variants are words, with `as_str` and a fallible way back.
macro_rules! words {
    (
        $(#[$meta:meta])* $vis:vis $name:ident, $what:literal:
        $($(#[$variant_meta:meta])* $variant:ident = $word:literal),+ $(,)?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name {
            $($(#[$variant_meta])* $variant),+
        }

        impl $name {
            /// The word in the database.
            $vis fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            pub(super) fn read(word: &str) -> Result<Self, $crate::db::Error> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::db::Error::unreadable($what, word)),
                }
            }
        }
    };
}

pub(super) use words;

/// An outcome from its two columns.
pub(super) fn outcome(name: &str, cause: Option<&str>) -> Result<Outcome, Error> {
    let cause = cause.map(|word| parsed("cause", word)).transpose()?;
    Outcome::of(name, cause).map_err(|_| Error::unreadable("outcome", name))
}

/// Digest from the bytes of its column.
pub(super) fn digest(bytes: &[u8]) -> Result<Digest, Error> {
    bytes.try_into().map(Digest).map_err(|_| Error::unreadable("digest", hex::encode(bytes)))
}

/// A provider from its name.
pub(super) fn provider(word: &str) -> Result<Provider, Error> {
    match word {
        "aws" => Ok(Provider::Aws),
        _ => Err(Error::unreadable("provider", word)),
    }
}

/// Value of a type that is read from its text.
pub(super) fn parsed<T: FromStr>(what: &'static str, word: &str) -> Result<T, Error> {
    word.parse().map_err(|_| Error::unreadable(what, word))
}
