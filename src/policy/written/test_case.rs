//! `Test` documents as they are written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{Anything, ApiVersion, Metadata};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub(in crate::policy) enum TestKind {
    Test,
}

/// What a check must say of resources that are made up, for `cloudcorrect test`. It changes nothing
/// in the service.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(in crate::policy) struct TestDocument {
    #[serde(rename = "apiVersion")]
    api_version: ApiVersion,
    /// `Test`.
    kind: TestKind,
    /// What it is called.
    pub(in crate::policy) metadata: Metadata,
    /// What is tested.
    pub(in crate::policy) spec: TestSpec,
}

/// A struct with its own fields and those of a single case.
macro_rules! case {
    ($(#[$meta:meta])* $name:ident, $required:tt { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[schemars(extend("anyOf" = $required))]
        #[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
        pub(in crate::policy) struct $name {
            $($own)*
            /// The parameters of the check type.
            #[serde(default)]
            #[schemars(with = "BTreeMap<String, Anything>")]
            pub(in crate::policy) with: BTreeMap<String, Json>,
            /// `now` in expressions.
            #[serde(default = "test_now")]
            #[schemars(length(max = 40))]
            pub(in crate::policy) now: String,
            /// The resources of the account by type, each with its properties; one that is left out is
            /// null, or what the cloud documents for it. `$region` is where the resource lives, and
            /// `$unknown` says of properties why they could not be read, such as
            /// `{ Policy: access_denied }`. Types that are left out have no resources.
            #[serde(default)]
            #[schemars(with = "BTreeMap<String, Vec<BTreeMap<String, Json>>>")]
            pub(in crate::policy) given: BTreeMap<String, Vec<Option<BTreeMap<String, Json>>>>,
            /// Types whose resources could not be listed, and why: a cause such as `access_denied`.
            #[serde(default)]
            pub(in crate::policy) unlisted: BTreeMap<String, String>,
            /// What the check says of which resources, by their ids. What is given of the type that the
            /// check selects must all be there.
            #[serde(default)]
            pub(in crate::policy) expect: Option<Expectations>,
        }
    };
}

case! {
    /// What is tested.
    TestSpec, [
        { "required": ["check", "expect"] },
        { "required": ["check", "cases"] },
        { "required": ["pack", "expect"] },
        { "required": ["pack", "cases"] },
        { "required": ["uses", "expect"] },
        { "required": ["uses", "cases"] },
    ] {
        /// The check, as `group/id`.
        #[serde(default)]
        #[schemars(length(max = 127))]
        pub(in crate::policy) check: Option<String>,
        /// A check of a pack in the place of a group's, as `pack/id`.
        #[serde(default)]
        #[schemars(length(max = 127))]
        pub(in crate::policy) pack: Option<String>,
        /// A check type in the place of a check, such as `aws/s3-bucket-exists`.
        #[serde(default)]
        #[schemars(length(max = 127))]
        pub(in crate::policy) uses: Option<String>,
        /// Several cases, each with what is given and expected. What is given beside them is given
        /// in all.
        #[serde(default)]
        #[schemars(with = "Vec<CaseSpec>")]
        pub(in crate::policy) cases: Vec<Option<CaseSpec>>,
    }
}

case! {
    /// One of several cases.
    CaseSpec, [{ "required": ["expect"] }] {
        /// What it shows, for people.
        #[serde(default)]
        #[schemars(length(max = 200))]
        pub(in crate::policy) name: Option<String>,
    }
}

/// `now` of tests that do not say.
pub(in crate::policy) const TEST_NOW: &str = "2026-01-01T00:00:00Z";

fn test_now() -> String {
    TEST_NOW.to_owned()
}

/// What a check says of which resources: ids, `*` for what is about no single resource, or
/// `region/*` where that is said of several regions.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is parsed is read from the tree, which knows places")]
pub(in crate::policy) struct Expectations {
    /// Those that pass.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(in crate::policy) pass: Vec<Option<String>>,
    /// Those that fail.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(in crate::policy) fail: Vec<Option<String>>,
    /// Those of which nothing can be said.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(in crate::policy) unknown: Vec<Option<String>>,
    /// Those that `where` leaves out.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(in crate::policy) not_selected: Vec<Option<String>>,
    /// `*`, where nothing is selected and `onEmpty` says nothing else.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(in crate::policy) not_applicable: Vec<Option<String>>,
}
