//! Results as a JSON document, and the schema that it holds to. The names of a finding's fields are
//! the columns of the CSV too.

use std::cell::RefCell;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use crate::evaluation::{Counts, Finding, Outcome, Totals};
use crate::policy::{Check, Group};
use crate::render::waivers::WaiverLine;
use crate::resource::Cause;

/// Identifier of the schema, which stays the same wherever its file lies.
const ID: &str = "https://cloudcorrect.dev/schemas/v1/results.schema.json";

/// What `cloudcorrect evaluate --format json` found.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a, Lines> {
    /// Findings of all groups, in the order of groups and checks; with `--only` those of these outcomes.
    #[schemars(with = "Vec<FindingLine<'a>>")]
    pub(super) findings: Lines,
    /// What it comes to, whatever findings are shown.
    #[schemars(with = "Summary<'a>")]
    #[serde(serialize_with = "summary")]
    pub(super) summary: &'a RefCell<Totals>,
    /// What it took.
    pub(super) stats: Stats<'a>,
}

/// What a check found of one resource.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FindingLine<'a> {
    /// Name of the group.
    pub(super) group: &'a str,
    /// Id of the check, unique in its group.
    pub(super) check: &'a str,
    /// What came of it.
    #[schemars(extend("enum" = Outcome::NAMES))]
    pub(super) outcome: &'static str,
    /// Why it is unknown; null of other outcomes.
    #[schemars(extend("enum" = causes()))]
    pub(super) cause: Option<&'static str>,
    /// Id of the account, twelve digits.
    pub(super) account: &'a str,
    /// Region, or `global`.
    pub(super) region: &'a str,
    /// Type of the resource, such as `AWS::S3::Bucket`.
    pub(super) resource_type: &'a str,
    /// Id of the resource, or `*` where the finding is about no single one.
    pub(super) resource_id: &'a str,
    /// How much a failure of the check matters.
    #[schemars(extend("enum" = ["info", "low", "medium", "high", "critical"]))]
    pub(super) severity: String,
    /// What the check asserts, as the file has it.
    pub(super) expected: &'a str,
    /// What was seen, or why nothing could be; null where there is nothing to tell.
    pub(super) observed: Option<&'a str>,
    /// Title of the check.
    pub(super) message: &'a str,
    /// File of the check.
    pub(super) path: &'a str,
    /// Line of the check, from 1.
    pub(super) line: u32,
    /// Name of the waiver, where the finding is waived; null otherwise, as all that follows.
    pub(super) waiver: Option<&'a str>,
    /// Why it is waived.
    pub(super) waiver_reason: Option<&'a str>,
    /// Who answers for the waiver.
    pub(super) waiver_owner: Option<&'a str>,
    /// Last day of the waiver, as `2026-12-31`.
    #[schemars(extend("format" = "date"))]
    pub(super) waiver_expires: Option<String>,
}

/// Totals of all groups.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary<'a> {
    /// The worst outcome.
    #[schemars(extend("enum" = Outcome::NAMES))]
    pub(super) outcome: &'static str,
    /// Number of groups that were judged.
    pub(super) groups: usize,
    /// Number of their checks.
    pub(super) checks: usize,
    /// Numbers of findings by outcome.
    pub(super) findings: Counts,
    /// Number of resources outside the regions of their account, which nothing judges.
    pub(super) out_of_scope: u64,
    /// The waivers of what was judged, and how they stand.
    pub(super) waivers: Vec<WaiverLine<'a>>,
}

/// Requests and time of an evaluation.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stats<'a> {
    /// Numbers of API requests by operation, such as `s3:ListBuckets`.
    #[schemars(with = "std::collections::BTreeMap<String, u64>")]
    pub(super) api_requests: &'a Json,
    /// How long it took, in milliseconds.
    #[schemars(with = "u64")]
    #[serde(serialize_with = "asked")]
    pub(super) duration_ms: &'a dyn Fn() -> u64,
}

/// Writes the sums of the findings that were written before it.
fn summary<S: Serializer>(totals: &RefCell<Totals>, serializer: S) -> Result<S::Ok, S::Error> {
    let totals = totals.borrow();
    let summary = Summary {
        outcome: totals.outcome.name(),
        groups: totals.groups,
        checks: totals.checks,
        findings: totals.counts,
        out_of_scope: totals.out_of_scope,
        waivers: totals.waivers.iter().map(WaiverLine::new).collect(),
    };
    summary.serialize(serializer)
}

/// Writes a number that is asked for when its turn comes.
fn asked<S: Serializer>(number: &dyn Fn() -> u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(number())
}

impl<'a> FindingLine<'a> {
    pub(super) fn new(group: &'a Group, check: &'a Check, finding: &'a Finding) -> Self {
        let waiver = finding.waiver.as_deref();
        Self {
            group: group.name.as_str(),
            check: check.id.as_str(),
            outcome: finding.outcome.name(),
            cause: finding.outcome.cause().map(Cause::as_str),
            account: finding.account.as_str(),
            region: finding.region().as_str(),
            resource_type: finding.resource_type.as_str(),
            resource_id: finding.resource_id(),
            severity: check.severity.to_string(),
            expected: check.rule.assertion.text().trim(),
            observed: Some(finding.observed()).filter(|text| !text.is_empty()),
            message: &check.title,
            path: &check.place.path,
            line: check.place.line,
            waiver: waiver.map(|waiver| waiver.name.as_str()),
            waiver_reason: waiver.map(|waiver| waiver.reason.as_str()),
            waiver_owner: waiver.map(|waiver| waiver.owner.as_str()),
            waiver_expires: waiver.map(|waiver| waiver.expires.to_string()),
        }
    }
}

/// All causes and none.
fn causes() -> Vec<Option<&'static str>> {
    Cause::ALL.into_iter().map(|cause| Some(cause.as_str())).chain([None]).collect()
}

/// JSON Schema of the document. More fields may come with later versions.
pub fn schema() -> Json {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    // What is left out of a document is what may be left out by its schema.
    settings.contract = schemars::generate::Contract::Serialize;
    let mut schema = settings.into_generator().into_root_schema_for::<Document<'static, ()>>();
    schema.insert("$id".to_owned(), ID.into());
    schema.insert("title".to_owned(), "Results".into());
    schema.to_value()
}
