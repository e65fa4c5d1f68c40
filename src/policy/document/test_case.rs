//! `Test` documents.

use crate::document::{Entries, Field, List, Span, Value, mapping};
use crate::policy::names::TYPE_NAME_PATTERN;
use crate::resource::AccountId;

use super::{ApiVersion, Metadata, TestKind};

/// Pattern of a check, for editors: a group or pack and the id.
pub(super) const CHECK_PATTERN: &str =
    "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";

/// Pattern of an instant, for editors.
pub(super) const NOW_PATTERN: &str =
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+([Zz]|[+-][0-9]{2}:[0-9]{2})$";

/// Number of the account of tests that do not say.
pub(in crate::policy) const TEST_ACCOUNT: &str = "123456789012";

/// `now` of tests that do not say.
pub(in crate::policy) const TEST_NOW: &str = "2026-01-01T00:00:00Z";

mapping! {
    /// What a check must say of resources that are made up, for `cloudcorrect test`. It changes nothing
    /// in the service.
    pub(in crate::policy) struct TestDocument {
        "apiVersion" api_version: ApiVersion,
        /// `Test`.
        "kind" kind: TestKind,
        /// What it is called.
        "metadata" metadata: Metadata,
        /// What is tested.
        "spec" spec: TestSpec,
    }
}

/// Fields of a single case, wherever they stand.
#[derive(Debug, Clone, Default)]
pub(in crate::policy) struct CaseFields {
    /// Place of the mapping that they stand in.
    pub(in crate::policy) span: Span,
    pub(in crate::policy) with: Field<Entries<Value>>,
    pub(in crate::policy) account_id: Field<String>,
    pub(in crate::policy) now: Field<String>,
    pub(in crate::policy) given: Field<Given>,
    pub(in crate::policy) unlisted: Field<Entries<String>>,
    pub(in crate::policy) expect: Field<Expectations>,
}

/// Made-up resources by type, each as a mapping of its properties.
pub(in crate::policy) type Given = Entries<List<Entries<Value>>>;

/// Declares a mapping with its own fields and those of [`CaseFields`].
macro_rules! case {
    ($(#[$($meta:tt)*])* $vis:vis struct $name:ident { $($own:tt)* }) => {
        mapping! {
            $(#[$($meta)*])*
            $vis struct $name {
                $($own)*
                /// The parameters of the check type.
                #[schemars(default, extend("default" = {}), with = "std::collections::BTreeMap<String, crate::document::NotNull>")]
                "with" with: Entries<Value>,
                /// The number of the account that everything is in: `account` in expressions.
                #[schemars(default, extend("default" = TEST_ACCOUNT), regex(pattern = AccountId::PATTERN))]
                "accountId" account_id: String,
                /// `now` in expressions.
                #[schemars(default, extend("default" = TEST_NOW), length(max = 40), regex(pattern = NOW_PATTERN))]
                "now" now: String,
                /// The resources of the account by type, each with its properties; one that is left out is
                /// null, or what the cloud documents for it. `$region` is where the resource lives, and
                /// `$unknown` says of properties why they could not be read, such as
                /// `{ Policy: access_denied }`. Types that are left out have no resources.
                #[schemars(default, extend("default" = {}))]
                "given" given: Given,
                /// Types whose resources could not be listed, and why: a cause such as `access_denied`.
                #[schemars(default, extend("default" = {}))]
                "unlisted" unlisted: Entries<String>,
                /// What the check says of which resources, by their ids. What is given of the type that the
                /// check selects must all be there.
                #[schemars(default)]
                "expect" expect: Expectations,
            }
        }

        impl $name {
            /// Takes out the fields of the case that this mapping is, which stands at a place.
            pub(in crate::policy) fn take_case(&mut self, span: Span) -> CaseFields {
                use std::mem::take;
                CaseFields {
                    span,
                    with: take(&mut self.with),
                    account_id: take(&mut self.account_id),
                    now: take(&mut self.now),
                    given: take(&mut self.given),
                    unlisted: take(&mut self.unlisted),
                    expect: take(&mut self.expect),
                }
            }
        }
    };
}

case! {
    /// What is tested.
    #[schemars(extend("anyOf" = [
        { "required": ["check", "expect"] },
        { "required": ["check", "cases"] },
        { "required": ["pack", "expect"] },
        { "required": ["pack", "cases"] },
        { "required": ["uses", "expect"] },
        { "required": ["uses", "cases"] },
    ]))]
    pub(in crate::policy) struct TestSpec {
        /// The check, as `group/id`.
        #[schemars(default, length(max = 127), regex(pattern = CHECK_PATTERN))]
        "check" check: String,
        /// A check of a pack in the place of a group's, as `pack/id`.
        #[schemars(default, length(max = 127), regex(pattern = CHECK_PATTERN))]
        "pack" pack: String,
        /// A check type in the place of a check, such as `aws/s3-bucket-exists`.
        #[schemars(default, length(max = 127), regex(pattern = TYPE_NAME_PATTERN))]
        "uses" uses: String,
        /// Several cases, each with what is given and expected. What is given beside them is given
        /// in all.
        #[schemars(default)]
        "cases" cases: List<CaseSpec>,
    }
}

case! {
    /// One of several cases.
    #[schemars(extend("required" = ["expect"]))]
    pub(in crate::policy) struct CaseSpec {
        /// What it shows, for people.
        #[schemars(default, length(max = 200))]
        "name" name: String,
    }
}

mapping! {
    /// What a check says of which resources: ids, `*` for what is about no single resource, or
    /// `region/*` where that is said of several regions.
    pub(in crate::policy) struct Expectations {
        /// Those that pass.
        #[schemars(default, extend("default" = []))]
        "pass" pass: List<String>,
        /// Those that fail.
        #[schemars(default, extend("default" = []))]
        "fail" fail: List<String>,
        /// Those of which nothing can be said.
        #[schemars(default, extend("default" = []))]
        "unknown" unknown: List<String>,
        /// Those that `where` leaves out.
        #[schemars(default, extend("default" = []))]
        "notSelected" not_selected: List<String>,
        /// `*`, where nothing is selected and `onEmpty` says nothing else.
        #[schemars(default, extend("default" = []))]
        "notApplicable" not_applicable: List<String>,
    }
}
