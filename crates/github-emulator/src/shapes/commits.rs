//! Commits and what changed between them.

use serde_json::{Value, json};

use super::Site;
use crate::bare::{Change, CommitRecord, Signature};
use crate::model::Repository;

impl Site {
    /// A commit; its people are known by name and address alone.
    pub(crate) fn commit(&self, of: &Repository, commit: &CommitRecord) -> Value {
        let (api, html) = (self.repository_api(of), self.repository_html(of));
        let CommitRecord { sha, tree, parents, message, .. } = commit;
        let parent = |sha: &String| {
            json!({
                "sha": sha,
                "url": format!("{api}/commits/{sha}"),
                "html_url": format!("{html}/commit/{sha}"),
            })
        };
        json!({
            "url": format!("{api}/commits/{sha}"),
            "sha": sha,
            "node_id": format!("C_{sha}"),
            "html_url": format!("{html}/commit/{sha}"),
            "comments_url": format!("{api}/commits/{sha}/comments"),
            "commit": {
                "url": format!("{api}/git/commits/{sha}"),
                "author": signature(&commit.author),
                "committer": signature(&commit.committer),
                "message": message,
                "comment_count": 0,
                "tree": { "sha": tree, "url": format!("{api}/git/trees/{tree}") },
            },
            "author": null,
            "committer": null,
            "parents": parents.iter().map(parent).collect::<Vec<_>>(),
        })
    }

    /// A commit with what it changes.
    pub(crate) fn whole_commit(
        &self,
        of: &Repository,
        commit: &CommitRecord,
        changes: &[Change],
    ) -> Value {
        let mut shape = self.commit(of, commit);
        let additions: u64 = changes.iter().map(|change| change.additions).sum();
        let deletions: u64 = changes.iter().map(|change| change.deletions).sum();
        let stats = json!({
            "additions": additions,
            "deletions": deletions,
            "total": additions + deletions,
        });
        let files = self.files(of, &commit.sha, changes);
        super::extend(&mut shape, json!({ "stats": stats, "files": files }));
        shape
    }

    /// Changed files, as they are at the commit `sha`.
    pub(crate) fn files(&self, of: &Repository, sha: &str, changes: &[Change]) -> Value {
        let (api, html) = (self.repository_api(of), self.repository_html(of));
        let file = |change: &Change| {
            let path = path_part(&change.path);
            let mut shape = json!({
                "sha": change.blob,
                "filename": change.path,
                "status": change.status,
                "additions": change.additions,
                "deletions": change.deletions,
                "changes": change.additions + change.deletions,
                "blob_url": format!("{html}/blob/{sha}/{path}"),
                "raw_url": format!("{html}/raw/{sha}/{path}"),
                "contents_url": format!("{api}/contents/{path}?ref={sha}"),
            });
            if let Some(previous) = &change.previous {
                super::extend(&mut shape, json!({ "previous_filename": previous }));
            }
            shape
        };
        changes.iter().map(file).collect()
    }
}

fn signature(of: &Signature) -> Value {
    let Signature { name, email, date } = of;
    json!({ "name": name, "email": email, "date": date })
}

/// A file's path as part of an address.
fn path_part(path: &str) -> String {
    let part =
        |part| percent_encoding::utf8_percent_encode(part, percent_encoding::NON_ALPHANUMERIC);
    path.split('/').map(|name| part(name).to_string()).collect::<Vec<_>>().join("/")
}
