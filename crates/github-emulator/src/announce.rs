//! Telling the world what happened to branches and pull requests.
//!
//! A change of branches is found by comparing them with what was last seen, whichever way it came;
//! from it follows what becomes of the pull requests between them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::bare::{Bare, GitError};
use crate::events::Event;
use crate::model::{Merged, PullRequest, RepositoryRecord};
use crate::server::Server;
use crate::shapes::{Push, Size};
use crate::webhook;

/// The most commits that a payload lists.
const LISTED: usize = 20;

/// Change of a pull request that follows from a change of branches.
enum Transition {
    /// Its head has a new commit; `before` is the old one.
    Synchronized { before: String, head: String, base: Option<String> },
    /// Its head is in the base.
    Merged { into: String },
    /// Its head branch is gone: it is closed.
    Closed,
}

/// A branch or tag that is not as last seen.
struct RefChange {
    name: String,
    before: Option<String>,
    after: Option<String>,
}

/// Takes note of what changed in a repository since last time, and tells it. The caller holds
/// `record.pushing`.
pub(crate) async fn changes(
    server: &Arc<Server>,
    record: &Arc<RepositoryRecord>,
    by: &str,
) -> Result<(), GitError> {
    let refs = record.git.refs().await?;
    let (changed, pulls) = {
        let mut state = server.state();
        let Some(repository) = state.repositories.get_mut(&record.id) else { return Ok(()) };
        let changed = changed(&repository.refs, &refs);
        repository.refs.clone_from(&refs);
        if !changed.is_empty() {
            repository.pushed_at = server.now();
        }
        let open = repository.pulls.values().filter(|pull| pull.open).cloned();
        (changed, open.collect::<Vec<_>>())
    };
    let mut transitions = Vec::new();
    for pull in pulls {
        if let Some(transition) = transition(&record.git, &pull, &changed, &refs).await? {
            transitions.push((pull.number, transition));
        }
    }
    for (number, transition) in &transitions {
        if let Transition::Synchronized { head, .. } = transition {
            record.git.set_ref(&format!("refs/pull/{number}/head"), Some(head)).await?;
        }
    }
    let reported = apply(server, record, transitions, by);
    for changed in changed {
        push(server, record, changed, by).await?;
    }
    for (number, action, before) in reported {
        pull(server, record, number, (action, before.as_deref(), by)).await?;
    }
    Ok(())
}

fn changed(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<RefChange> {
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let names = after.keys().chain(gone);
    names
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| RefChange {
            name: name.clone(),
            before: before.get(name).cloned(),
            after: after.get(name).cloned(),
        })
        .collect()
}

async fn transition(
    git: &Bare,
    pull: &PullRequest,
    changed: &[RefChange],
    refs: &BTreeMap<String, String>,
) -> Result<Option<Transition>, GitError> {
    let branch = |name: &str| format!("refs/heads/{name}");
    let find = |name: &str| changed.iter().find(|changed| changed.name == branch(name));
    let base = refs.get(&branch(&pull.base_ref));
    let head = find(&pull.head_ref).map_or(Some(&pull.head_sha), |changed| changed.after.as_ref());
    if let (Some(base), Some(head), Some(_)) = (base, head, find(&pull.base_ref))
        && git.contains(base, head).await?
    {
        return Ok(Some(Transition::Merged { into: base.clone() }));
    }
    Ok(match head {
        None => Some(Transition::Closed),
        Some(head) if *head != pull.head_sha => Some(Transition::Synchronized {
            before: pull.head_sha.clone(),
            head: head.clone(),
            base: base.cloned(),
        }),
        Some(_) => None,
    })
}

/// Changes the pull requests; gives number, action and former head of each.
fn apply(
    server: &Server,
    record: &RepositoryRecord,
    transitions: Vec<(u64, Transition)>,
    by: &str,
) -> Vec<(u64, &'static str, Option<String>)> {
    let now = server.now();
    let mut state = server.state();
    let Some(repository) = state.repositories.get_mut(&record.id) else { return Vec::new() };
    let mut reported = Vec::new();
    for (number, transition) in transitions {
        let Some(pull) = repository.pulls.get_mut(&number) else { continue };
        pull.updated_at = now;
        reported.push(match transition {
            Transition::Synchronized { before, head, base } => {
                pull.head_sha = head;
                pull.base_sha = base.unwrap_or_else(|| pull.base_sha.clone());
                (number, "synchronize", Some(before))
            }
            Transition::Merged { into } => {
                close(pull, Some(Merged { by: by.to_owned(), sha: into, at: now }), now);
                (number, "closed", None)
            }
            Transition::Closed => {
                close(pull, None, now);
                (number, "closed", None)
            }
        });
    }
    reported
}

/// Ends a pull request, merged or not.
pub(crate) fn close(pull: &mut PullRequest, merged: Option<Merged>, now: DateTime<Utc>) {
    pull.open = false;
    pull.merged = merged;
    pull.closed_at = Some(now);
    pull.updated_at = now;
}

async fn push(
    server: &Arc<Server>,
    record: &Arc<RepositoryRecord>,
    changed: RefChange,
    by: &str,
) -> Result<(), GitError> {
    let RefChange { name, before, after } = changed;
    let git = &record.git;
    let (mut commits, mut forced, mut head) = (Vec::new(), false, None);
    if let Some(after) = &after {
        head = Some(git.commit_record(after).await?);
        if let Some(before) = &before {
            commits = git.commits_between(Some(before), after).await?;
            commits.drain(..commits.len().saturating_sub(LISTED));
            forced = !git.contains(after, before).await?;
        } else {
            commits.extend(head.clone());
        }
    }
    let push = Push { reference: name, before, after, forced, commits, head };
    let payload = {
        let state = server.state();
        let repository = state.repositories.get(&record.id);
        repository.map(|repository| server.site.push(&state, repository, &push, by))
    };
    server.emit(Event::Pushed {
        repository: record.full_name(),
        reference: push.reference,
        after: push.after,
        by: by.to_owned(),
    });
    if let Some(payload) = payload {
        webhook::send(server, "push", "push", &payload);
    }
    Ok(())
}

/// Tells what happened to a pull request: the action, the head that a push replaced, and who did
/// it.
pub(crate) async fn pull(
    server: &Arc<Server>,
    record: &Arc<RepositoryRecord>,
    number: u64,
    (action, before, by): (&'static str, Option<&str>, &str),
) -> Result<(), GitError> {
    let Some(pull) = server.state().pull(record.id, number).cloned() else { return Ok(()) };
    let size = size(&record.git, &pull).await?;
    let payload = {
        let state = server.state();
        state.repositories.get(&record.id).map(|repository| {
            server.site.pull_event(&state, repository, (&pull, size), (action, before, by))
        })
    };
    server.emit(Event::PullRequest { repository: record.full_name(), number, action });
    if let Some(payload) = payload {
        let schema = format!("pull-request-{action}");
        webhook::send(server, "pull_request", &schema, &payload);
    }
    Ok(())
}

/// How much a pull request changes.
pub(crate) async fn size(git: &Bare, pull: &PullRequest) -> Result<Size, GitError> {
    let start = git.merge_base(&pull.base_sha, &pull.head_sha).await?;
    let changes = git.changes(start.as_deref(), &pull.head_sha).await?;
    Ok(Size {
        commits: git.count_between(&pull.base_sha, &pull.head_sha).await?,
        additions: changes.iter().map(|change| change.additions).sum(),
        deletions: changes.iter().map(|change| change.deletions).sum(),
        files: changes.len(),
    })
}
