//! What each operation needs, as GitHub documents it under "Permissions required for GitHub Apps".

use crate::forge::model::Permission;

/// Who may call an operation.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::forge) enum Need {
    /// Anyone.
    Nothing,
    /// The App itself.
    App,
    /// An installation of the App.
    Installation,
    /// A user.
    User,
    /// Whoever has this access to the repository of the call.
    Repository(Access),
}

/// Access to a repository.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::forge) struct Access {
    /// The permissions of an App, of which one is enough.
    pub(in crate::forge) permissions: &'static [&'static str],
    /// Whether the operation changes something.
    pub(in crate::forge) write: bool,
    /// Whether users are refused.
    pub(in crate::forge) app_only: bool,
    /// What a user needs for a change.
    pub(in crate::forge) least: Permission,
}

/// What the operation of that id needs, called with that method.
pub(in crate::forge) fn need(operation: &str, method: &str) -> Need {
    let write = method != "GET";
    let of = |permissions| Access { permissions, write, app_only: false, least: Permission::Write };
    match operation {
        "rate-limit/get" => Need::Nothing,
        "apps/list-repos-accessible-to-installation" => Need::Installation,
        "users/get-authenticated" => Need::User,
        "repos/get" | "repos/get-collaborator-permission-level" => {
            Need::Repository(of(&["metadata"]))
        }
        "repos/create-commit-status"
        | "repos/get-combined-status-for-ref"
        | "repos/list-commit-statuses-for-ref" => Need::Repository(of(&["statuses"])),
        "repos/list-pull-requests-associated-with-commit" => {
            Need::Repository(of(&["pull_requests"]))
        }
        "pulls/merge" => Need::Repository(of(&["contents"])),
        _ => match operation.split_once('/').map_or(operation, |(family, _)| family) {
            "apps" => Need::App,
            "checks" => Need::Repository(Access { app_only: true, ..of(&["checks"]) }),
            // Whoever may see a pull request may speak there and propose one.
            "issues" => Need::Repository(Access {
                least: Permission::Read,
                ..of(&["issues", "pull_requests"])
            }),
            "pulls" => Need::Repository(of(&["pull_requests"])),
            _ => Need::Repository(of(&["contents"])),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_need_what_github_says() {
        let permissions = |operation, method| match need(operation, method) {
            Need::Repository(access) => (access.permissions.to_vec(), access.write),
            other => panic!("{operation}: {other:?}"),
        };
        assert_eq!(need("apps/get-repo-installation", "GET"), Need::App);
        assert_eq!(permissions("checks/update", "PATCH"), (vec!["checks"], true));
        assert_eq!(permissions("checks/list-for-ref", "GET"), (vec!["checks"], false));
        assert_eq!(permissions("repos/create-commit-status", "POST"), (vec!["statuses"], true));
        assert_eq!(
            permissions("issues/create-comment", "POST"),
            (vec!["issues", "pull_requests"], true)
        );
        assert_eq!(permissions("git/update-ref", "PATCH"), (vec!["contents"], true));
        assert_eq!(permissions("repos/get-commit", "GET"), (vec!["contents"], false));
    }
}
