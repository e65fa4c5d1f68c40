//! `Pack` documents.

use crate::document::{List, mapping};

use super::check::CheckSpec;
use super::{ApiVersion, Metadata, PackKind};

mapping! {
    /// Checks under one name, such as those of a compliance framework, which groups take up with
    /// `packs`. By itself it does nothing.
    pub(in crate::policy) struct PackDocument {
        "apiVersion" api_version: ApiVersion,
        /// `Pack`.
        "kind" kind: PackKind,
        /// What it is called.
        "metadata" metadata: Metadata,
        /// What it brings.
        "spec" spec: PackSpec,
    }
}

mapping! {
    /// What a pack brings.
    pub(in crate::policy) struct PackSpec {
        /// What it is for.
        #[schemars(default, length(max = 4000))]
        "description" description: String,
        /// The checks.
        #[schemars(length(min = 1))]
        "checks" checks: List<CheckSpec>,
    }
}
