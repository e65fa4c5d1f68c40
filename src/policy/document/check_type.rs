//! `CheckType` documents.

use crate::document::{Entries, List, Span, Text, Value, mapping};
use crate::expression::ScalarKind;
use crate::policy::names::TYPE_NAME_PATTERN;
use crate::policy::words::{AssertScope, OnEmpty, Severity, words};

use super::check::{Asked, LET_PATTERN, LetSpec, asking};
use super::{ApiVersion, CheckTypeKind};

mapping! {
    /// A check with parameters, for checks that say `uses`.
    pub(in crate::policy) struct CheckTypeDocument {
        "apiVersion" api_version: ApiVersion,
        /// `CheckType`.
        "kind" kind: CheckTypeKind,
        /// What it is called.
        "metadata" metadata: CheckTypeMetadata,
        /// What it checks.
        "spec" spec: CheckTypeSpec,
    }
}

mapping! {
    /// What a check type is called.
    pub(in crate::policy) struct CheckTypeMetadata {
        /// Unique among check types: names of a-z, 0-9 and `-`, at most two with `/` between them, such
        /// as `team/tagged`. `aws/` is for those that come with cloudcorrect.
        #[schemars(regex(pattern = TYPE_NAME_PATTERN))]
        "name" name: String,
        /// Labels of its own.
        #[schemars(default, extend("default" = {}))]
        "labels" labels: Entries<String>,
        /// Notes for people and tools; they change nothing.
        #[schemars(default, extend("default" = {}))]
        "annotations" annotations: Entries<String>,
    }
}

asking! {
    /// What a check type checks.
    #[schemars(extend("anyOf" = [
        { "required": ["select", "assert"] },
        { "required": ["select", "assertAll"] },
    ]))]
    pub(in crate::policy) struct CheckTypeSpec {
        /// One or two sentences for people who look for it.
        #[schemars(default, length(max = 4000))]
        "description" description: String,
        /// What a check that uses it may or must say.
        #[schemars(
            default, extend("propertyNames" = { "pattern": LET_PATTERN })
        )]
        "parameters" parameters: Entries<ParameterSpec>,
        /// One line for people, the title of checks that have none; `{name}` stands for a parameter.
        #[schemars(default, length(max = 200))]
        "title" title: Text,
        /// How much a failure matters.
        #[schemars(default, extend("default" = Severity::default()))]
        "severity" severity: Severity,
        /// Controls of frameworks that the check belongs to, such as `cis-aws-3.0.0/2.1.4`.
        #[schemars(default, extend("default" = []), inner(length(max = 128)))]
        "compliance" compliance: List<String>,
        /// What to do about a failure.
        #[schemars(default, length(max = 4000))]
        "remediation" remediation: String,
    }
}

mapping! {
    /// A parameter.
    pub(in crate::policy) struct ParameterSpec {
        /// The type of its value.
        #[schemars(default, extend("default" = ParameterWord::default()))]
        "type" kind: ParameterWord,
        /// The type of the items of a `list`.
        #[schemars(default, extend("default" = ItemWord::default()))]
        "items" items: ItemWord,
        /// Of a `list` whose items are mappings: their keys, each with the type of its value, such as
        /// `{ port: integer, protocol: string }`.
        #[schemars(default, extend("propertyNames" = { "pattern": LET_PATTERN }))]
        "properties" properties: Entries<ItemWord>,
        /// One sentence for people.
        #[schemars(default, length(max = 1000))]
        "description" description: String,
        /// What it is where a check does not say; without one the check must say it.
        #[schemars(default, with = "crate::document::NotNull")]
        "default" default: Value,
        /// Whether a check need not say it although it has no default: it is null then.
        #[schemars(default, extend("default" = false))]
        "optional" optional: bool,
        /// The values that it may have; any if it is left out.
        #[schemars(default, extend("default" = []))]
        "allowed" allowed: List<String>,
    }
}

words! {
    /// The type of a parameter.
    pub(in crate::policy) ParameterWord, "`string`, `integer`, `number`, `boolean`, `list`":
    /// Text.
    #[default]
    String = "string",
    /// A whole number.
    Integer = "integer",
    /// A number.
    Number = "number",
    /// `true` or `false`.
    Boolean = "boolean",
    /// A list: of texts, unless `items` or `properties` say otherwise.
    List = "list",
}

words! {
    /// The type of an item of a list, or of what is in it.
    pub(in crate::policy) ItemWord, "`string`, `integer`, `number`, `boolean`":
    /// Text.
    #[default]
    String = "string",
    /// A whole number.
    Integer = "integer",
    /// A number.
    Number = "number",
    /// `true` or `false`.
    Boolean = "boolean",
}

impl From<ItemWord> for ScalarKind {
    fn from(word: ItemWord) -> Self {
        match word {
            ItemWord::String => Self::String,
            ItemWord::Integer => Self::Integer,
            ItemWord::Number => Self::Number,
            ItemWord::Boolean => Self::Boolean,
        }
    }
}
