//! What each operation needs, as GitHub documents it under "Permissions required for GitHub Apps".

use crate::model::Permission;

/// Who may call an operation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Requirement {
    /// No credentials: anyone may call.
    Nothing,
    /// The App itself, by a token that it signed.
    App,
    /// An installation of the App.
    Installation,
    /// A user, by a token of their own.
    User,
    /// Whoever has this access to the repository of the call.
    Repository(Access),
}

/// Access to a repository that an operation takes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Access {
    /// The permissions of an App, of which one is enough.
    pub(crate) permissions: &'static [&'static str],
    /// `true` where the operation changes something.
    pub(crate) write: bool,
    /// `true` where only an App may change it.
    pub(crate) app_only: bool,
    /// Permission that a user needs for a change.
    pub(crate) least: Permission,
}

/// Credentials that the operation of that id takes, called with that method.
pub(crate) fn requirement(operation: &str, method: &str) -> Requirement {
    let write = method != "GET";
    let of = |permissions| Access { permissions, write, app_only: false, least: Permission::Write };
    match operation {
        "rate-limit/get" => Requirement::Nothing,
        "apps/list-repos-accessible-to-installation" => Requirement::Installation,
        "users/get-authenticated" => Requirement::User,
        "repos/get" | "repos/get-collaborator-permission-level" => {
            Requirement::Repository(of(&["metadata"]))
        }
        "repos/create-commit-status"
        | "repos/get-combined-status-for-ref"
        | "repos/list-commit-statuses-for-ref" => Requirement::Repository(of(&["statuses"])),
        "repos/list-pull-requests-associated-with-commit" => {
            Requirement::Repository(of(&["pull_requests"]))
        }
        "issues/create" | "issues/list-for-repo" => {
            Requirement::Repository(Access { least: Permission::Read, ..of(&["issues"]) })
        }
        "pulls/merge" => Requirement::Repository(of(&["contents"])),
        _ => match operation.split_once('/').map_or(operation, |(family, _)| family) {
            "apps" => Requirement::App,
            "checks" => Requirement::Repository(Access { app_only: true, ..of(&["checks"]) }),
            // Whoever may see a pull request may speak there and propose one.
            "issues" => Requirement::Repository(Access {
                least: Permission::Read,
                ..of(&["issues", "pull_requests"])
            }),
            "pulls" => Requirement::Repository(of(&["pull_requests"])),
            _ => Requirement::Repository(of(&["contents"])),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_need_what_github_says() {
        let permissions = |operation, method| match requirement(operation, method) {
            Requirement::Repository(access) => (access.permissions.to_vec(), access.write),
            other => panic!("{operation}: {other:?}"),
        };
        assert_eq!(requirement("apps/get-repo-installation", "GET"), Requirement::App);
        assert_eq!(permissions("checks/update", "PATCH"), (vec!["checks"], true));
        assert_eq!(permissions("checks/list-for-ref", "GET"), (vec!["checks"], false));
        assert_eq!(permissions("repos/create-commit-status", "POST"), (vec!["statuses"], true));
        assert_eq!(
            permissions("issues/create-comment", "POST"),
            (vec!["issues", "pull_requests"], true)
        );
        assert_eq!(permissions("issues/create", "POST"), (vec!["issues"], true));
        assert_eq!(permissions("git/update-ref", "PATCH"), (vec!["contents"], true));
        assert_eq!(permissions("repos/get-commit", "GET"), (vec!["contents"], false));
    }
}
