//! Repositories, branches and refs.

use serde_json::{Map, Value, json};

use super::{Site, extend, instant, node_id};
use crate::model::{Permission, Repository};
use crate::state::State;

/// The addresses under a repository's own, as GitHub lists them: name and what follows.
const ADDRESSES: [(&str, &str); 37] = [
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("url", ""),
];

/// Counts of a repository at GitHub, which are all zero here.
const COUNTS: [&str; 8] = [
    "forks",
    "forks_count",
    "network_count",
    "size",
    "stargazers_count",
    "subscribers_count",
    "watchers",
    "watchers_count",
];

impl Site {
    /// The address of a repository in the API.
    pub(crate) fn repository_api(&self, repository: &Repository) -> String {
        format!("{}/repos/{}", self.api, repository.record.full_name())
    }

    /// The address of a repository's page.
    pub(crate) fn repository_html(&self, repository: &Repository) -> String {
        format!("{}/{}", self.html, repository.record.full_name())
    }

    /// A repository, with its owner and its addresses.
    pub(crate) fn repository(&self, state: &State, of: &Repository) -> Value {
        let record = &of.record;
        let open = of.pulls.values().filter(|pull| pull.open).count();
        let mut shape = json!({
            "id": record.id,
            "node_id": node_id("R", record.id),
            "name": record.name,
            "full_name": record.full_name(),
            "owner": self.person(state, &record.owner),
            "private": !record.public,
            "visibility": if record.public { "public" } else { "private" },
            "description": null,
            "fork": false,
            "mirror_url": null,
            "homepage": null,
            "language": null,
            "license": null,
            "default_branch": "main",
            "open_issues": open,
            "open_issues_count": open,
            "topics": [],
            "is_template": false,
            "has_issues": of.has_issues,
            "has_projects": false,
            "has_wiki": false,
            "has_pages": false,
            "has_downloads": false,
            "has_discussions": false,
            "archived": false,
            "disabled": false,
            "allow_forking": false,
            "web_commit_signoff_required": false,
            "created_at": instant(record.created_at),
            "updated_at": instant(of.pushed_at),
            "pushed_at": instant(of.pushed_at),
        });
        extend(&mut shape, self.addresses(of));
        shape
    }

    fn addresses(&self, of: &Repository) -> Value {
        let (api, html) = (self.repository_api(of), self.repository_html(of));
        let under =
            |(name, rest): &(&str, &str)| ((*name).to_owned(), json!(format!("{api}{rest}")));
        let mut all: Map<String, Value> = ADDRESSES.iter().map(under).collect();
        all.extend(COUNTS.map(|name| (name.to_owned(), json!(0))));
        let mut shape = Value::Object(all);
        let host = html.split("://").nth(1).unwrap_or_default();
        let beside = json!({
            "html_url": html,
            "clone_url": format!("{html}.git"),
            "git_url": format!("git://{host}.git"),
            "ssh_url": format!("ssh://git@{host}.git"),
            "svn_url": html,
        });
        extend(&mut shape, beside);
        shape
    }

    /// A repository in the payload of a push, whose times are numbers.
    pub(crate) fn pushed_repository(&self, state: &State, of: &Repository) -> Value {
        let mut shape = self.repository(state, of);
        let numbers = json!({
            "url": self.repository_html(of),
            "created_at": of.record.created_at.timestamp(),
            "pushed_at": of.pushed_at.timestamp(),
            "master_branch": "main",
            "stargazers": 0,
            "custom_properties": {},
        });
        extend(&mut shape, numbers);
        shape
    }

    /// A branch in a list.
    pub(crate) fn branch(&self, of: &Repository, name: &str, sha: &str) -> Value {
        let url = format!("{}/commits/{sha}", self.repository_api(of));
        json!({ "name": name, "commit": { "sha": sha, "url": url }, "protected": false })
    }

    /// A branch by itself, with the shape of its commit.
    pub(crate) fn whole_branch(&self, of: &Repository, name: &str, commit: &Value) -> Value {
        let api = format!("{}/branches/{name}", self.repository_api(of));
        json!({
            "name": name,
            "commit": commit,
            "_links": {
                "html": format!("{}/tree/{name}", self.repository_html(of)),
                "self": api,
            },
            "protected": false,
            "protection": { "enabled": false },
            "protection_url": format!("{api}/protection"),
        })
    }

    /// A ref, by its full name.
    pub(crate) fn reference(&self, of: &Repository, name: &str, sha: &str) -> Value {
        let api = self.repository_api(of);
        json!({
            "ref": name,
            "node_id": format!("REF_{}_{name}", of.record.id),
            "url": format!("{api}/git/{name}"),
            "object": {
                "type": "commit",
                "sha": sha,
                "url": format!("{api}/git/commits/{sha}"),
            },
        })
    }

    /// Permission of a user, with the user.
    pub(crate) fn permission(&self, state: &State, login: &str, permission: Permission) -> Value {
        json!({
            "permission": permission.name(),
            "role_name": permission.name(),
            "user": collaborator(self.person(state, login), permission),
        })
    }
}

fn collaborator(mut person: Value, permission: Permission) -> Value {
    let more = json!({
        "role_name": permission.name(),
        "permissions": {
            "pull": permission >= Permission::Read,
            "triage": permission >= Permission::Write,
            "push": permission >= Permission::Write,
            "maintain": permission >= Permission::Admin,
            "admin": permission >= Permission::Admin,
        },
    });
    extend(&mut person, more);
    person
}
