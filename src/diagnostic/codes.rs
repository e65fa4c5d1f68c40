//! The registry of codes: each kind of problem, declared once with what it means.
//!
//! A code is a row here and a text in the directory of this file, which says why it is a problem and
//! gives a wrong and a right example.
//!
//! A code is written into logs, filters and databases, so none is ever renamed or used anew. How
//! bad a problem is, is no part of its code: the repository's settings may turn warnings into errors.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::example::{self, Example};

/// Declares the codes, in the order of their names.
macro_rules! codes {
    ($($variant:ident = $name:literal: $summary:literal,)+) => {
        /// Kind of a problem: a stable kebab-case name, for filters and documentation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $summary] $variant,)+
        }

        impl Code {
            /// All codes, in the order of their names.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Name in kebab-case.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// Meaning of the code in one sentence.
            pub fn summary(self) -> &'static str {
                match self {
                    $(Self::$variant => $summary,)+
                }
            }

            /// Markdown of its text.
            fn entry(self) -> &'static str {
                match self {
                    $(Self::$variant => include_str!(concat!("codes/", $name, ".md")),)+
                }
            }
        }
    };
}

codes! {
    Alias = "alias": "An alias of YAML stands where a value is wanted.",
    Anchor = "anchor": "An anchor of YAML names a value.",
    ComplianceRequired = "compliance-required": "A check belongs to no control, and the repository's settings demand one.",
    Conflict = "conflict": "Two things that cannot both hold are both given.",
    ConstantAssertion = "constant-assertion": "An expression asks nothing of the resource that it judges.",
    Duplicate = "duplicate": "A value stands twice in a list.",
    DuplicateKey = "duplicate-key": "A key stands twice in a mapping.",
    DuplicateName = "duplicate-name": "A name is given twice where it must be unique.",
    DuplicateResource = "duplicate-resource": "A case of a test has two resources of one id, or expects one twice.",
    EmptyList = "empty-list": "A list has no item where one is needed.",
    ExpressionSyntax = "expression-syntax": "An expression is not CEL.",
    ExpressionTooLarge = "expression-too-large": "An expression is too long, too deep or too costly to check.",
    FileTooLarge = "file-too-large": "A file has more bytes than are read.",
    FixedComparison = "fixed-comparison": "A comparison can never hold, or always does.",
    HistoryRewritten = "history-rewritten": "The commit that was in force is no longer part of the branch.",
    InvalidCron = "invalid-cron": "A schedule is not a cron pattern.",
    InvalidInstant = "invalid-instant": "A text is not an instant of RFC 3339.",
    InvalidName = "invalid-name": "A name is not of the form that its place asks for.",
    InvalidPattern = "invalid-pattern": "A text is not a pattern of paths.",
    InvalidValue = "invalid-value": "A value is not one that its place can take.",
    InvisibleCharacter = "invisible-character": "A file holds a character that cannot be seen.",
    JsonSyntax = "json-syntax": "A file is not JSON.",
    Key = "key": "A key is not text.",
    LoneSurrogate = "lone-surrogate": "An escape of JSON stands for half a character.",
    Merge = "merge": "A merge key of YAML takes over another mapping.",
    Misplaced = "misplaced": "A document stands in a file that cannot hold it.",
    MissingKey = "missing-key": "A key is not there that must be.",
    MissingParameter = "missing-parameter": "A parameter without a default gets no value.",
    MissingProperty = "missing-property": "A resource of a test lacks the property that identifies it.",
    MostGroupsRemoved = "most-groups-removed": "A commit removes more than half of the groups that are in force.",
    NoAccount = "no-account": "A group selects no account.",
    NoCheck = "no-check": "A group has no check.",
    NoEffect = "no-effect": "A value changes nothing where it stands.",
    NotBoolean = "not-boolean": "An expression that decides is neither true nor false.",
    NotUtf8 = "not-utf8": "A file is not UTF-8.",
    Nul = "nul": "A text holds a NUL character.",
    OwnerRequired = "owner-required": "A group names no owner, and the repository's settings demand one.",
    PartialComparison = "partial-comparison": "A comparison misses other ways of writing what it asks for.",
    RemediationRequired = "remediation-required": "A check does not say what to do, and the repository's settings demand it.",
    ReservedName = "reserved-name": "A name is taken by cloudcorrect or by the language.",
    SwallowingComment = "swallowing-comment": "A comment takes the lines below it out of an expression.",
    Tag = "tag": "A tag of YAML stands before a value.",
    TestRequired = "test-required": "A check lacks a test, and the repository's settings demand one.",
    TomlSyntax = "toml-syntax": "A file of settings is not TOML.",
    TooDeep = "too-deep": "A document is nested too deeply.",
    TooLong = "too-long": "A text or a list is longer than its place allows.",
    TooManyChecks = "too-many-checks": "Packs give the groups more checks than are read.",
    TooManyNames = "too-many-names": "A mapping has more entries than are taken.",
    TooManyNodes = "too-many-nodes": "A file has more values than are read.",
    TooManyPatterns = "too-many-patterns": "A waiver has more patterns than are matched.",
    TooManyProblems = "too-many-problems": "A file has so many problems that the rest is left out.",
    TooManyResources = "too-many-resources": "The tests of a file have more resources than are judged.",
    TooManySchedules = "too-many-schedules": "A file has more cron patterns than are read.",
    TooManyUses = "too-many-uses": "A file uses check types more often than is compiled.",
    UndocumentedValue = "undocumented-value": "A value is none of those that the cloud documents.",
    UnguardedNull = "unguarded-null": "What may be null decides in a way that is rarely meant.",
    UnknownAccount = "unknown-account": "There is no account of that name.",
    UnknownCause = "unknown-cause": "There is no such cause of what is unknown.",
    UnknownCheck = "unknown-check": "There is no check of that id.",
    UnknownCheckType = "unknown-check-type": "There is no check type of that name.",
    UnknownFunction = "unknown-function": "There is no function of that name.",
    UnknownGroup = "unknown-group": "There is no group of that name.",
    UnknownKey = "unknown-key": "There is no such key here.",
    UnknownKind = "unknown-kind": "There is no such kind of document.",
    UnknownName = "unknown-name": "A name of an expression stands for nothing.",
    UnknownOperator = "unknown-operator": "There is no such operator of `compare`.",
    UnknownPack = "unknown-pack": "There is no pack of that name.",
    UnknownParameter = "unknown-parameter": "There is no parameter of that name.",
    UnknownProperty = "unknown-property": "The resource type has no such property.",
    UnknownResource = "unknown-resource": "A test expects something of a resource that it does not give.",
    UnknownResourceType = "unknown-resource-type": "There is no resource type of that name.",
    UnknownTimezone = "unknown-timezone": "There is no time zone of that name.",
    UnknownVariable = "unknown-variable": "A variable of the environment looks like a setting and sets nothing.",
    UnknownWord = "unknown-word": "A word is none of those that its place knows.",
    UnreadableFile = "unreadable-file": "A file that could hold policies is not read.",
    UnreadableTree = "unreadable-tree": "The files of a commit cannot be listed.",
    Unsupported = "unsupported": "This is known, and not part of this version.",
    UntrustedCommit = "untrusted-commit": "The head of the branch is signed by nobody whom the operator allows.",
    Unused = "unused": "A name is declared and not used.",
    WholeList = "whole-list": "A list that is too long to be read is asked for as a whole.",
    WholeResource = "whole-resource": "A whole resource stands where a value is wanted.",
    WrongArguments = "wrong-arguments": "A function gets other arguments than it takes.",
    WrongParameter = "wrong-parameter": "A value is not one that the parameter takes.",
    WrongType = "wrong-type": "A value has another type than its place asks for.",
    WrongValue = "wrong-value": "A constant is not one that the function takes.",
    YamlSyntax = "yaml-syntax": "A file is not YAML.",
}

impl Code {
    /// Reason why it is a problem: a paragraph of Markdown or several, links as from
    /// `docs/reference/`.
    pub fn rationale(self) -> &'static str {
        example::prose(self.entry())
    }

    /// Examples, the wrong ones before the right ones.
    pub fn examples(self) -> impl Iterator<Item = Example> {
        example::examples(self.entry())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// The text is the name of no code of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no code `{0}`")]
pub struct UnknownCode(String);

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let found = Self::ALL.binary_search_by_key(&text, |code| code.as_str()).ok();
        let found = found.and_then(|index| Self::ALL.get(index));
        found.copied().ok_or_else(|| UnknownCode(text.to_owned()))
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_called_as_their_variants() {
        let names: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(names.is_sorted(), "the order of diagnostics is that of the names");
        for code in Code::ALL {
            let kebab = code.as_str().split('-').map(|word| {
                let (first, rest) = word.split_at(1);
                first.to_uppercase() + rest
            });
            assert_eq!(kebab.collect::<String>(), format!("{code:?}"));
            assert_eq!(code.as_str().parse(), Ok(*code));
        }
    }

    #[test]
    fn each_code_says_why_and_has_both_examples() {
        for code in Code::ALL {
            assert!(code.rationale().ends_with(['.', ':']), "{code}");
            let kinds: Vec<_> = code.examples().map(|example| example.is_right).collect();
            assert!(kinds.is_sorted() && kinds.first() != kinds.last(), "{code}: {kinds:?}");
        }
    }
}
