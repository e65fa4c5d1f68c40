//! The `Settings` document.

use crate::document::{List, mapping};
use crate::policy::words::Warnings;

use super::{ApiVersion, SettingsKind};

/// Name of the file, at the repository's root.
pub const SETTINGS_FILE: &str = ".cloudcorrect.yaml";

mapping! {
    /// Settings of the repository, in the file `.cloudcorrect.yaml` at its root. A pull request is held
    /// to those of the branch that it is for.
    pub(in crate::policy) struct SettingsDocument {
        "apiVersion" api_version: ApiVersion,
        /// `Settings`.
        "kind" kind: SettingsKind,
        /// What the repository asks of its policies.
        "spec" spec: SettingsSpec,
    }
}

mapping! {
    /// What the repository asks of its policies.
    pub(in crate::policy) struct SettingsSpec {
        /// Files that are not policies although their names look like it: patterns of paths from the
        /// repository's root, such as `policies/drafts/**`. `*` stays within a directory.
        #[schemars(default, extend("default" = []), length(max = 100), inner(length(max = 200)))]
        "exclude" exclude: List<String>,
        /// Whether a warning refuses a change as an error does.
        #[schemars(default, extend("default" = Warnings::default()))]
        "warnings" warnings: Warnings,
        /// What policies must have; they are refused without it.
        #[schemars(default)]
        "require" require: RequireSpec,
        /// What is said on pull requests.
        #[schemars(default)]
        "pullRequests" pull_requests: PullRequestsSpec,
        /// An issue on GitHub for each enforced group that fails, closed when it no longer does. It counts
        /// what fails and names no resource.
        #[schemars(default, extend("default" = false))]
        "issues" issues: bool,
    }
}

mapping! {
    /// What is said on pull requests.
    pub(in crate::policy) struct PullRequestsSpec {
        /// Name resources of which a change makes something else, the first 20 of each check, account and
        /// kind of difference, with what was seen of them. Whoever sees the pull request sees them; on a
        /// public repository none is named.
        #[schemars(default, extend("default" = false))]
        "nameResources" name_resources: bool,
    }
}

mapping! {
    /// What policies must have.
    pub(in crate::policy) struct RequireSpec {
        /// Each group names an `owner`.
        #[schemars(default, extend("default" = false))]
        "owner" owner: bool,
        /// Each check belongs to a control of a framework: `compliance`.
        #[schemars(default, extend("default" = false))]
        "compliance" compliance: bool,
        /// Each check says what to do about a failure: `remediation`.
        #[schemars(default, extend("default" = false))]
        "remediation" remediation: bool,
        /// Each check and check type has a test with a passing and a failing case.
        #[schemars(default, extend("default" = false))]
        "tests" tests: bool,
    }
}
