//! What a check and a check type ask, as documents say it.

use crate::document::{Entries, Field, List, Span, Text, Value, mapping};
use crate::policy::names::{NAME_PATTERN, TYPE_NAME_PATTERN};
use crate::policy::words::{AssertScope, OnEmpty, Pick, Severity};

/// Pattern of names in `let`, for editors.
pub(in crate::policy) const LET_PATTERN: &str = "^[a-zA-Z_][a-zA-Z0-9_]{0,62}$";

/// Pattern of intervals, for editors.
pub(in crate::policy) const EVERY_PATTERN: &str = "^[0-9]+[smhd]$";

/// Fields that say what is asked of which resources, wherever they stand.
#[derive(Debug, Clone, Default)]
pub(in crate::policy) struct Asked {
    /// Place of the mapping that they stand in.
    pub(in crate::policy) span: Span,
    pub(in crate::policy) select: Field<String>,
    pub(in crate::policy) bindings: Field<Entries<LetSpec>>,
    pub(in crate::policy) filter: Field<Text>,
    pub(in crate::policy) assertion: Field<Text>,
    pub(in crate::policy) assert_all: Field<Text>,
    pub(in crate::policy) scope: Field<AssertScope>,
    pub(in crate::policy) on_empty: Field<OnEmpty>,
}

/// Declares a mapping with its own fields and those of [`Asked`].
macro_rules! asking {
    ($(#[$($meta:tt)*])* $vis:vis struct $name:ident { $($own:tt)* }) => {
        $crate::document::mapping! {
            $(#[$($meta)*])*
            $vis struct $name {
                $($own)*
                /// The resource type, such as `AWS::S3::Bucket`.
                #[schemars(default)]
                "select" select: String,
                /// Other resources of the account, by the names that the expressions give them.
                #[schemars(
                    default, extend("propertyNames" = { "pattern": LET_PATTERN })
                )]
                "let" bindings: Entries<LetSpec>,
                /// A CEL expression: which resources of the type are judged; all of them if it is left out.
                #[schemars(default, regex(pattern = super::waiver::SAID))]
                "where" filter: Text,
                /// A CEL expression: what must hold of each of them, as `resource`.
                #[schemars(default, regex(pattern = super::waiver::SAID))]
                "assert" assertion: Text,
                /// A CEL expression in the place of `assert`: what must hold of all of them together, as the
                /// list `resources`.
                #[schemars(default, regex(pattern = super::waiver::SAID))]
                "assertAll" assert_all: Text,
                /// Over which resources `assertAll` speaks: those of a `target`, which is a region of an
                /// account (or the account, for what belongs to no region), or those of an `account`.
                #[schemars(default)]
                "scope" scope: AssertScope,
                /// The outcome where nothing is selected: `not_applicable` if it is left out, and with
                /// `assertAll` what that says of the empty list.
                #[schemars(default)]
                "onEmpty" on_empty: OnEmpty,
            }
        }

        impl $name {
            /// Takes out the fields of what is asked by this mapping, which stands at a place.
            pub(in crate::policy) fn take_asked(&mut self, span: Span) -> Asked {
                use std::mem::take;
                Asked {
                    span,
                    select: take(&mut self.select),
                    bindings: take(&mut self.bindings),
                    filter: take(&mut self.filter),
                    assertion: take(&mut self.assertion),
                    assert_all: take(&mut self.assert_all),
                    scope: take(&mut self.scope),
                    on_empty: take(&mut self.on_empty),
                }
            }
        }
    };
}

pub(super) use asking;

asking! {
    /// What must hold of the resources of a type.
    #[schemars(extend("anyOf" = [
        { "required": ["select", "assert"] },
        { "required": ["select", "assertAll"] },
        { "required": ["uses"] },
    ]))]
    pub(in crate::policy) struct CheckSpec {
        /// Unique in the group or pack: at most 63 of a-z, 0-9 and `-`.
        #[schemars(regex(pattern = NAME_PATTERN))]
        "id" id: String,
        /// One line for people; the id if it is left out.
        #[schemars(default, length(max = 200))]
        "title" title: String,
        /// How much a failure matters.
        #[schemars(default, extend("default" = Severity::default()))]
        "severity" severity: Severity,
        /// Ids that the check had before: its history goes on.
        #[schemars(default, extend("default" = []), inner(regex(pattern = NAME_PATTERN)))]
        "formerly" formerly: List<String>,
        /// A check type that says what is checked, such as `aws/s3-bucket-exists`, in the place of
        /// `select` and `assert`.
        #[schemars(default, length(max = 127), regex(pattern = TYPE_NAME_PATTERN))]
        "uses" uses: String,
        /// The parameters of the check type.
        #[schemars(default, extend("default" = {}), with = "std::collections::BTreeMap<String, crate::document::NotNull>")]
        "with" with: Entries<Value>,
        /// Controls of frameworks that the check belongs to, such as `cis-aws-3.0.0/2.1.4`.
        #[schemars(default, extend("default" = []), inner(length(max = 128)))]
        "compliance" compliance: List<String>,
        /// What to do about a failure.
        #[schemars(default, length(max = 4000))]
        "remediation" remediation: String,
        /// How old a report may be that spares calls, such as `15m`: IAM's credential report, for checks
        /// of `AWS::IAM::User`, which may be four hours old. An older one is passed over.
        #[schemars(default, regex(pattern = EVERY_PATTERN))]
        "maxAge" max_age: String,
    }
}

mapping! {
    /// Resources that a name stands for.
    pub(in crate::policy) struct LetSpec {
        /// The resource type, such as `AWS::EC2::SecurityGroup`.
        "select" select: String,
        /// A CEL expression: which resources of the type; all of the account if it is left out.
        #[schemars(default, regex(pattern = super::waiver::SAID))]
        "where" filter: Text,
        /// What the name stands for: `all`, a list, or `one`, the only one that there is.
        #[schemars(default, extend("default" = Pick::default()))]
        "pick" pick: Pick,
    }
}
