//! The `Settings` document as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::ApiVersion;
use crate::policy::words::Warnings;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub(in crate::policy) enum SettingsKind {
    Settings,
}

/// Settings of the repository, in the file `.cloudcorrect.yaml` at its root. A pull request is held
/// to those of the branch that it is for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(in crate::policy) struct SettingsDocument {
    #[serde(rename = "apiVersion")]
    api_version: ApiVersion,
    /// `Settings`.
    kind: SettingsKind,
    /// What the repository asks of its policies.
    pub(in crate::policy) spec: SettingsSpec,
}

/// What the repository asks of its policies.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(in crate::policy) struct SettingsSpec {
    /// Files that are not policies although their names look like it: patterns of paths from the
    /// repository's root, such as `policies/drafts/**`. `*` stays within a directory.
    #[serde(default)]
    #[schemars(length(max = 100))]
    #[schemars(with = "Vec<String>", inner(length(max = 200)))]
    pub(in crate::policy) exclude: Vec<Option<String>>,
    /// Whether a warning refuses a change as an error does.
    #[serde(default)]
    pub(in crate::policy) warnings: Warnings,
    /// What policies must have; they are refused without it.
    #[serde(default)]
    pub(in crate::policy) require: Requirements,
}

/// What policies must have.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the file")]
pub(in crate::policy) struct Requirements {
    /// Each group names an `owner`.
    #[serde(default)]
    pub(in crate::policy) owner: bool,
    /// Each check belongs to a control of a framework: `compliance`.
    #[serde(default)]
    pub(in crate::policy) compliance: bool,
    /// Each check says what to do about a failure: `remediation`.
    #[serde(default)]
    pub(in crate::policy) remediation: bool,
    /// Each check and check type has a test with a passing and a failing case.
    #[serde(default)]
    pub(in crate::policy) tests: bool,
}
