//! `Waiver` documents as they are written.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::{ApiVersion, Metadata};
use crate::policy::names::NAME_PATTERN;

/// What a date looks like, for editors.
pub(in crate::policy) const DATE_PATTERN: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

/// What a name of a region looks like here, for editors: `global` is one as well.
const REGION_PATTERN: &str = "^(global|[a-z]+(-[a-z]+)+-[0-9]{1,2})$";

/// Text that says something.
const SAID: &str = r"\S";

/// The longest glob, for which [`crate::expression::glob`] has steps enough.
const LONGEST_GLOB: u32 = 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub(in crate::policy) enum WaiverKind {
    Waiver,
}

/// Failures that somebody answers for, until a day: they count as waived, not as failing.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(in crate::policy) struct WaiverDocument {
    #[serde(rename = "apiVersion")]
    api_version: ApiVersion,
    /// `Waiver`.
    kind: WaiverKind,
    /// What it is called.
    pub(in crate::policy) metadata: Metadata,
    /// What is waived, why, by whom and until when.
    pub(in crate::policy) spec: WaiverSpec,
}

/// What is waived, why, by whom and until when.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(in crate::policy) struct WaiverSpec {
    /// Which failures are waived: those that fit all that is said here.
    #[serde(rename = "match")]
    pub(in crate::policy) covers: MatchSpec,
    /// Why this may fail.
    #[schemars(regex(pattern = SAID), length(max = 4000))]
    pub(in crate::policy) reason: String,
    /// Who answers for it.
    #[schemars(regex(pattern = SAID), length(max = 200))]
    pub(in crate::policy) owner: String,
    /// The last day on which it holds, in UTC, such as `2026-12-31`.
    #[schemars(regex(pattern = DATE_PATTERN), extend("format" = "date"))]
    pub(in crate::policy) expires: String,
    /// Who agreed.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub(in crate::policy) approved_by: Option<String>,
    /// Where it is followed up, such as the number or address of an issue.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub(in crate::policy) ticket: Option<String>,
}

/// Which failures are waived; a group or a check is named at least.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("anyOf" = [{ "required": ["group"] }, { "required": ["check"] }]))]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(in crate::policy) struct MatchSpec {
    /// The name of a group; all that have the check if it is left out.
    #[serde(default)]
    #[schemars(regex(pattern = NAME_PATTERN))]
    pub(in crate::policy) group: Option<String>,
    /// The id of a check; all of the group if it is left out.
    #[serde(default)]
    #[schemars(regex(pattern = NAME_PATTERN))]
    pub(in crate::policy) check: Option<String>,
    /// The name of an account, or its twelve digits; all accounts if it is left out.
    #[serde(default)]
    #[schemars(regex(pattern = NAME_PATTERN))]
    pub(in crate::policy) account: Option<String>,
    /// The region that the resource lives in, or `global`; all regions if it is left out.
    #[serde(default)]
    #[schemars(regex(pattern = REGION_PATTERN))]
    pub(in crate::policy) region: Option<String>,
    /// The id or ARN of a resource, or a list of them, in which `*` stands for any characters and
    /// `?` for one. Left out, or `*`: all resources, and what is about none.
    #[serde(default)]
    pub(in crate::policy) resource: Globs,
}

/// A glob, or several.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(untagged)]
pub(in crate::policy) enum Globs {
    #[default]
    All,
    One(String),
    Several(Vec<Option<String>>),
}

impl Globs {
    pub(in crate::policy) fn into_vec(self) -> Vec<String> {
        match self {
            Self::All => Vec::new(),
            Self::One(one) => vec![one],
            Self::Several(several) => several.into_iter().flatten().collect(),
        }
    }
}

impl JsonSchema for Globs {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Globs".into()
    }

    /// The keywords of lists say nothing of text, and the other way round.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "array"],
            "pattern": SAID,
            "maxLength": LONGEST_GLOB,
            "minItems": 1,
            "items": { "type": "string", "pattern": SAID, "maxLength": LONGEST_GLOB },
        })
    }
}
