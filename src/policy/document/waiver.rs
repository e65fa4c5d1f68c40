//! `Waiver` documents.

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::document::{OneOrMany, mapping};
use crate::policy::names::NAME_PATTERN;

use super::{ApiVersion, Metadata, WaiverKind};

/// Pattern of a date, for editors.
pub(super) const DATE_PATTERN: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";

/// Pattern of a region here, for editors: `global` is one as well.
pub(in crate::policy) const REGION_PATTERN: &str = "^(global|[a-z]+(-[a-z]+)+-[0-9]{1,2})$";

/// Pattern of a text that says something.
pub(super) const SAID: &str = r"\S";

/// Characters of the longest glob, for which [`crate::expression::glob`] has steps enough.
const LONGEST_GLOB: u32 = 1000;

mapping! {
    /// Failures that somebody answers for, until a day: they count as waived, not as failing.
    pub(in crate::policy) struct WaiverDocument {
        "apiVersion" api_version: ApiVersion,
        /// `Waiver`.
        "kind" kind: WaiverKind,
        /// What it is called.
        "metadata" metadata: Metadata,
        /// What is waived, why, by whom and until when.
        "spec" spec: WaiverSpec,
    }
}

mapping! {
    /// What is waived, why, by whom and until when.
    pub(in crate::policy) struct WaiverSpec {
        /// Which failures are waived: those that fit all that is said here.
        "match" covers: MatchSpec,
        /// Why this may fail.
        #[schemars(regex(pattern = SAID), length(max = 4000))]
        "reason" reason: String,
        /// Who answers for it.
        #[schemars(regex(pattern = SAID), length(max = 200))]
        "owner" owner: String,
        /// The last day on which it holds, in UTC, such as `2026-12-31`.
        #[schemars(regex(pattern = DATE_PATTERN), extend("format" = "date"))]
        "expires" expires: String,
        /// Who agreed.
        #[schemars(default, length(max = 200))]
        "approvedBy" approved_by: String,
        /// Where it is followed up, such as the number or address of an issue.
        #[schemars(default, length(max = 1000))]
        "ticket" ticket: String,
    }
}

mapping! {
    /// Which failures are waived; a group or a check is named at least.
    #[schemars(extend("anyOf" = [{ "required": ["group"] }, { "required": ["check"] }]))]
    pub(in crate::policy) struct MatchSpec {
        /// The name of a group; all that have the check if it is left out.
        #[schemars(default, regex(pattern = NAME_PATTERN))]
        "group" group: String,
        /// The id of a check; all of the group if it is left out.
        #[schemars(default, regex(pattern = NAME_PATTERN))]
        "check" check: String,
        /// The name of an account, or its twelve digits; all accounts if it is left out.
        #[schemars(default, regex(pattern = NAME_PATTERN))]
        "account" account: String,
        /// The region that the resource lives in, or `global`; all regions if it is left out.
        #[schemars(default, regex(pattern = REGION_PATTERN))]
        "region" region: String,
        /// The id or ARN of a resource, or a list of them, in which `*` stands for any characters and
        /// `?` for one. Left out, or `*`: all resources, and what is about none.
        #[schemars(default, schema_with = "globs")]
        "resource" resource: OneOrMany,
    }
}

/// Schema of a glob or several. The keywords of lists say nothing of text, and the other way round.
fn globs(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["string", "array"],
        "pattern": SAID,
        "maxLength": LONGEST_GLOB,
        "minItems": 1,
        "items": { "type": "string", "pattern": SAID, "maxLength": LONGEST_GLOB },
    })
}
