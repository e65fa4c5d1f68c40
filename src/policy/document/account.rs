//! `Account` documents.

use crate::document::{List, mapping};
use crate::policy::words::Sweep;
use crate::resource::AccountId;

use super::{AccountKind, ApiVersion, Metadata};

/// Pattern of names of regions, for editors.
pub(super) const REGION_PATTERN: &str = "^[a-z]+(-[a-z]+)+-[0-9]{1,2}$";

mapping! {
    /// A cloud account that groups can select. How to log in is the operator's setting.
    pub(in crate::policy) struct AccountDocument {
        "apiVersion" api_version: ApiVersion,
        /// `Account`.
        "kind" kind: AccountKind,
        /// What it is called.
        "metadata" metadata: Metadata,
        /// Which account it is.
        "spec" spec: AccountSpec,
    }
}

mapping! {
    /// Which account it is.
    pub(in crate::policy) struct AccountSpec {
        /// An AWS account.
        "aws" aws: AwsAccount,
        /// What is collected of it beside what checks read.
        #[schemars(default)]
        "inventory" inventory: InventorySpec,
    }
}

mapping! {
    /// An AWS account.
    pub(in crate::policy) struct AwsAccount {
        /// Twelve digits.
        #[schemars(regex(pattern = AccountId::PATTERN))]
        "accountId" account_id: String,
        /// The regions in which resources are judged, such as `eu-west-1`. What belongs to no region
        /// is judged always.
        #[schemars(length(min = 1), inner(regex(pattern = REGION_PATTERN)))]
        "regions" regions: List<String>,
    }
}

mapping! {
    /// What is collected of an account beside what checks read.
    pub(in crate::policy) struct InventorySpec {
        /// Whether once a day all else is collected of the types that checks look at, so that changes of
        /// policies can be judged by it: `daily`, or `off`.
        #[schemars(default, extend("default" = Sweep::default()))]
        "sweep" sweep: Sweep,
    }
}
