//! `Pack` documents as they are written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{ApiVersion, CheckSpec, Metadata};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub(in crate::policy) enum PackKind {
    Pack,
}

/// Checks under one name, such as those of a compliance framework, which groups take up with
/// `packs`. By itself it does nothing.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(in crate::policy) struct PackDocument {
    #[serde(rename = "apiVersion")]
    api_version: ApiVersion,
    /// `Pack`.
    kind: PackKind,
    /// What it is called.
    pub(in crate::policy) metadata: Metadata,
    /// What it brings.
    pub(in crate::policy) spec: PackSpec,
}

/// What a pack brings.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::policy) struct PackSpec {
    /// What it is for.
    #[serde(default)]
    #[schemars(length(max = 4000))]
    pub(in crate::policy) description: Option<String>,
    /// The checks.
    #[schemars(length(min = 1))]
    #[schemars(with = "Vec<CheckSpec>")]
    pub(in crate::policy) checks: Vec<Option<CheckSpec>>,
}
