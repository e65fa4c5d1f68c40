//! Documents as they are written: the JSON Schemas of all kinds come from these types, and only
//! what fits its schema is read into them. Items of lists that do not fit are `None` in their place.

pub(super) mod pack;
pub(super) mod settings;
pub(super) mod test_case;
pub(super) mod waiver;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use serde_json::Value as Json;

use crate::expression::ParameterKind;
use crate::schedule::{Every, Timezone};

use super::names::{NAME_PATTERN, TYPE_NAME_PATTERN};
use super::words::{Mode, OnEmpty, Pick, Severity, Span};

/// What names of regions look like, for editors.
const REGION_PATTERN: &str = "^[a-z]+(-[a-z]+)+-[0-9]{1,2}$";

/// The version of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub(super) enum ApiVersion {
    /// The first one.
    #[serde(rename = "cloudcorrect.dev/v1")]
    V1,
}

/// What a document is called.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(super) struct Metadata {
    /// Unique among the documents of this kind: at most 63 of a-z, 0-9 and `-`.
    #[schemars(regex(pattern = NAME_PATTERN))]
    pub(super) name: String,
    /// What selectors go by, such as `env: prod`.
    #[serde(default)]
    pub(super) labels: BTreeMap<String, String>,
    /// Notes for people and tools; they change nothing.
    #[serde(default)]
    pub(super) annotations: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub(super) enum AccountKind {
    Account,
}

/// A cloud account that groups can select. How to log in is the operator's setting.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(super) struct AccountDocument {
    #[serde(rename = "apiVersion")]
    api_version: ApiVersion,
    /// `Account`.
    kind: AccountKind,
    /// What it is called.
    pub(super) metadata: Metadata,
    /// Which account it is.
    pub(super) spec: AccountSpec,
}

/// Which account it is.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(super) struct AccountSpec {
    /// An AWS account.
    pub(super) aws: AwsAccount,
}

/// An AWS account.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(super) struct AwsAccount {
    /// Twelve digits.
    #[schemars(regex(pattern = "^[0-9]{12}$"))]
    pub(super) account_id: String,
    /// The regions in which resources are judged, such as `eu-west-1`. What belongs to no region
    /// is judged always.
    #[schemars(with = "Vec<String>", length(min = 1), inner(regex(pattern = REGION_PATTERN)))]
    pub(super) regions: Vec<Option<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub(super) enum GroupKind {
    Group,
}

/// Checks that are judged together, on a schedule, in the accounts that the group selects.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct GroupDocument {
    #[serde(rename = "apiVersion")]
    #[expect(dead_code, reason = "checked by the schema")]
    api_version: ApiVersion,
    #[expect(dead_code, reason = "checked by the schema")]
    /// `Group`.
    kind: GroupKind,
    /// What it is called.
    pub(super) metadata: Metadata,
    /// What it checks, where and when.
    pub(super) spec: GroupSpec,
}

/// What a group checks, where and when.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("anyOf" = [{ "required": ["checks"] }, { "required": ["packs"] }]))]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(super) struct GroupSpec {
    /// One sentence for people.
    #[serde(default)]
    #[schemars(length(max = 4000))]
    pub(super) description: Option<String>,
    /// Whom to ask.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub(super) owner: Option<String>,
    /// The accounts that it selects; all of them if it is left out.
    #[serde(default)]
    pub(super) accounts: Selector,
    /// When it is evaluated.
    #[serde(default)]
    pub(super) schedule: Schedule,
    /// What its outcome does: `shadow` is stored only, `audit` is shown and never red, `enforce`
    /// turns the commit red.
    #[serde(default)]
    pub(super) mode: Mode,
    /// What of `mode: enforce` is enforced; all of it if it is left out.
    #[serde(default)]
    pub(super) enforce: Option<EnforceSpec>,
    /// Whether its evaluation is put on hold.
    #[serde(default)]
    pub(super) suspend: bool,
    /// The checks of its own.
    #[serde(default)]
    #[schemars(length(min = 1))]
    #[schemars(with = "Vec<CheckSpec>")]
    pub(super) checks: Vec<Option<CheckSpec>>,
    /// Packs, whose checks it takes up.
    #[serde(default)]
    #[schemars(length(min = 1))]
    #[schemars(with = "Vec<PackUse>")]
    pub(super) packs: Vec<Option<PackUse>>,
}

/// A pack that a group takes up.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(super) struct PackUse {
    /// The name of the `Pack`.
    #[schemars(regex(pattern = NAME_PATTERN))]
    pub(super) name: String,
    /// Ids of checks that are left out.
    #[serde(default)]
    #[schemars(with = "Vec<String>", inner(regex(pattern = NAME_PATTERN)))]
    pub(super) except: Vec<Option<String>>,
}

/// What of `mode: enforce` is enforced.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(super) struct EnforceSpec {
    /// Only what fails anew from this instant on: what is known to have failed at it, and was not
    /// mended since, is shown and never red. A date such as `2026-12-31`, which begins at midnight in
    /// UTC, or an instant such as `2026-12-31T18:00:00Z`.
    #[schemars(regex(pattern = INSTANT_PATTERN))]
    pub(super) new_only: String,
}

/// What a date or an instant looks like, for editors.
const INSTANT_PATTERN: &str =
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9:.]+([Zz]|[+-][0-9]{2}:[0-9]{2}))?$";

/// Which accounts a group selects.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Selector {
    /// Labels that the account must have, all of them.
    #[serde(default)]
    pub(super) match_labels: BTreeMap<String, String>,
    /// Names of accounts, one of which it must be.
    #[serde(default)]
    #[schemars(with = "Vec<String>", inner(regex(pattern = NAME_PATTERN)))]
    pub(super) names: Vec<Option<String>>,
}

/// When a group is evaluated.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(super) struct Schedule {
    /// The interval between two evaluations: a number with `s`, `m`, `h` or `d`, from 10s to 30d.
    #[serde(default = "hourly")]
    #[schemars(regex(pattern = "^[0-9]+[smhd]$"))]
    pub(super) every: String,
    /// Times of the clock instead: minute, hour, day of the month, month and day of the week, such
    /// as `0 6 * * mon-fri`. A time that daylight saving skips comes when the gap is over, one that
    /// it repeats comes once.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub(super) cron: Option<String>,
    /// The time zone of `cron`, by its IANA name, such as `Europe/Berlin`.
    #[serde(default = "utc")]
    #[schemars(length(max = 60))]
    pub(super) timezone: String,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { every: hourly(), cron: None, timezone: utc() }
    }
}

fn utc() -> String {
    Timezone::default().to_string()
}

fn hourly() -> String {
    Every::default().to_string()
}

/// A struct with its own fields and those that say what is asked of which resources.
macro_rules! asking {
    ($(#[$meta:meta])* $name:ident, $required:tt { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[schemars(extend("anyOf" = $required))]
        #[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
        pub(super) struct $name {
            $($own)*
            /// The resource type, such as `AWS::S3::Bucket`.
            #[serde(default)]
            pub(super) select: Option<String>,
            /// Other resources of the account, by the names that the expressions give them.
            #[serde(default, rename = "let")]
            #[schemars(extend("propertyNames" = { "pattern": LET_PATTERN }))]
            pub(super) bindings: BTreeMap<String, LetSpec>,
            /// A CEL expression: which resources of the type are judged; all of them if it is left out.
            #[serde(default, rename = "where")]
            pub(super) filter: Option<String>,
            /// A CEL expression: what must hold of each of them, as `resource`.
            #[serde(default, rename = "assert")]
            pub(super) assertion: Option<String>,
            /// A CEL expression in the place of `assert`: what must hold of all of them together, as the
            /// list `resources`.
            #[serde(default)]
            pub(super) assert_all: Option<String>,
            /// Over which resources `assertAll` speaks: those of a `target`, which is a region of an
            /// account (or the account, for what belongs to no region), or those of an `account`.
            #[serde(default)]
            pub(super) scope: Option<Span>,
            /// The outcome where nothing is selected: `not_applicable` if it is left out, and with
            /// `assertAll` what that says of the empty list.
            #[serde(default)]
            pub(super) on_empty: Option<OnEmpty>,
        }
    };
}

asking! {
    /// What must hold of the resources of a type.
    CheckSpec, [
        { "required": ["uses"] },
        { "required": ["select", "assert"] },
        { "required": ["select", "assertAll"] },
    ] {
        /// Unique in the group or pack: at most 63 of a-z, 0-9 and `-`.
        #[schemars(regex(pattern = NAME_PATTERN))]
        pub(super) id: String,
        /// One line for people; the id if it is left out.
        #[serde(default)]
        #[schemars(length(max = 200))]
        pub(super) title: Option<String>,
        /// How much a failure matters.
        #[serde(default)]
        pub(super) severity: Severity,
        /// Ids that the check had before: its history goes on.
        #[serde(default)]
        #[schemars(with = "Vec<String>", inner(regex(pattern = NAME_PATTERN)))]
        pub(super) formerly: Vec<Option<String>>,
        /// A check type that says what is checked, such as `aws/s3-bucket-exists`, in the place of
        /// `select` and `assert`.
        #[serde(default)]
        #[schemars(length(max = 127))]
        pub(super) uses: Option<String>,
        /// The parameters of the check type.
        #[serde(default)]
        #[schemars(with = "BTreeMap<String, Anything>")]
        pub(super) with: BTreeMap<String, Json>,
        /// Controls of frameworks that the check belongs to, such as `cis-aws-3.0.0/2.1.4`.
        #[serde(default)]
        #[schemars(with = "Vec<String>", inner(length(max = 128)))]
        pub(super) compliance: Vec<Option<String>>,
        /// What to do about a failure.
        #[serde(default)]
        #[schemars(length(max = 4000))]
        pub(super) remediation: Option<String>,
    }
}

/// What names in `let` look like, for editors.
pub(super) const LET_PATTERN: &str = "^[a-zA-Z_][a-zA-Z0-9_]{0,62}$";

/// Resources that a name stands for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(super) struct LetSpec {
    /// The resource type, such as `AWS::EC2::SecurityGroup`.
    pub(super) select: String,
    /// A CEL expression: which resources of the type; all of the account if it is left out.
    #[serde(default, rename = "where")]
    pub(super) filter: Option<String>,
    /// What the name stands for: `all`, a list, or `one`, the only one that there is.
    #[serde(default)]
    pub(super) pick: Pick,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub(super) enum CheckTypeKind {
    CheckType,
}

/// A check with parameters, for checks that say `uses`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CheckTypeDocument {
    #[serde(rename = "apiVersion")]
    #[expect(dead_code, reason = "checked by the schema")]
    api_version: ApiVersion,
    #[expect(dead_code, reason = "checked by the schema")]
    /// `CheckType`.
    kind: CheckTypeKind,
    /// What it is called.
    #[expect(dead_code, reason = "read from the tree, which knows places")]
    pub(super) metadata: CheckTypeMetadata,
    /// What it checks.
    pub(super) spec: CheckTypeSpec,
}

/// What a check type is called.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(super) struct CheckTypeMetadata {
    /// Unique among check types: names of a-z, 0-9 and `-`, at most two with `/` between them, such
    /// as `team/tagged`. `aws/` is for those that come with cloudcorrect.
    #[schemars(regex(pattern = TYPE_NAME_PATTERN))]
    pub(super) name: String,
    /// Labels of its own.
    #[serde(default)]
    pub(super) labels: BTreeMap<String, String>,
    /// Notes for people and tools; they change nothing.
    #[serde(default)]
    pub(super) annotations: BTreeMap<String, String>,
}

asking! {
    /// What a check type checks.
    CheckTypeSpec, [
        { "required": ["select", "assert"] },
        { "required": ["select", "assertAll"] },
    ] {
        /// One or two sentences for people who look for it.
        #[serde(default)]
        #[schemars(length(max = 4000))]
        pub(super) description: Option<String>,
        /// What a check that uses it may or must say.
        #[serde(default)]
        #[schemars(extend("propertyNames" = { "pattern": LET_PATTERN }))]
        pub(super) parameters: BTreeMap<String, ParameterSpec>,
        /// One line for people, the title of checks that have none; `{name}` stands for a parameter.
        #[serde(default)]
        #[schemars(length(max = 200))]
        pub(super) title: Option<String>,
        /// How much a failure matters.
        #[serde(default)]
        pub(super) severity: Severity,
        /// Controls of frameworks that the check belongs to, such as `cis-aws-3.0.0/2.1.4`.
        #[serde(default)]
        #[schemars(with = "Vec<String>", inner(length(max = 128)))]
        pub(super) compliance: Vec<Option<String>>,
        /// What to do about a failure.
        #[serde(default)]
        #[schemars(length(max = 4000))]
        pub(super) remediation: Option<String>,
    }
}

/// A parameter.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(super) struct ParameterSpec {
    /// The type of its value.
    #[serde(rename = "type", default)]
    #[schemars(with = "ParameterWord", extend("default" = "string"))]
    pub(super) kind: ParameterWord,
    /// One sentence for people.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub(super) description: Option<String>,
    /// What it is where a check does not say; without one the check must say it.
    #[serde(default)]
    #[schemars(with = "Anything")]
    pub(super) default: Json,
    /// Whether a check need not say it although it has no default: it is null then.
    #[serde(default)]
    pub(super) optional: bool,
    /// The values that it may have; any if it is left out.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) allowed: Vec<Option<String>>,
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum ParameterWord {
    /// Text.
    #[default]
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list of texts.
    List,
}

impl From<ParameterWord> for ParameterKind {
    fn from(word: ParameterWord) -> Self {
        match word {
            ParameterWord::String => Self::String,
            ParameterWord::Integer => Self::Integer,
            ParameterWord::Number => Self::Number,
            ParameterWord::Boolean => Self::Boolean,
            ParameterWord::List => Self::List,
        }
    }
}

/// A value of any type but null.
struct Anything;

impl JsonSchema for Anything {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Anything".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "not": { "type": "null" } })
    }
}
