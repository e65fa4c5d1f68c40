//! Issues: which groups of a source have one, and whether it is open.
//!
//! Decided by [`Gated::standing`](crate::evaluation::gating::Gated::standing) alone. A group of which nobody knows whether it fails keeps its issue as
//! it is: what could not be read is no failure, and no recovery either.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::db::groups::Group;
use crate::db::sources::Lock;
use crate::db::{findings, outbox};
use crate::evaluation::GroupStatus;
use crate::evaluation::gating::Standing;
use crate::policy::NewOnly;
use crate::render::SourceLabel;
use crate::render::issue::{Ending, FailingGroup, closed_issue, failing_issue};
use crate::render::links::Links;
use crate::render::post::{Issue, IssueState, Post};

/// What becomes of the issue of a group.
#[derive(Debug, PartialEq, Eq)]
enum Course {
    /// It is open, and says what fails.
    Open,
    /// It is closed, if there is one.
    Close(Ending),
    /// It stays as it is, if there is one.
    Leave,
}

impl Course {
    fn of(standing: Standing, is_wanted: bool) -> Self {
        match standing {
            _ if !is_wanted => Self::Close(Ending::Unwanted),
            Standing::Fails => Self::Open,
            Standing::Holds => Self::Close(Ending::Recovered),
            Standing::NotEnforced(reason) => Self::Close(Ending::NotEnforced(reason)),
            Standing::Unclear => Self::Leave,
        }
    }
}

/// Issues of a source as they should be, as far as they may have to change: of groups that fail, and those
/// that are open and should be no longer.
pub(super) async fn of(
    connection: &mut PgConnection,
    lock: &Lock,
    (label, links): (SourceLabel<'_>, &Links),
    groups: &[(Group, GroupStatus)],
) -> Result<Vec<Post>> {
    let mut open = open(connection, lock).await?;
    let mut posts = Vec::new();
    for (group, status) in groups {
        let known = open.remove(&group.definition.name);
        match (Course::of(status.gated.standing(), lock.wants_issues), known) {
            (Course::Open, known) => {
                let since = match known {
                    Some(issue) => issue.since,
                    None => since(connection, lock, group).await?,
                };
                let (owner, description) = (&group.definition.owner, &group.definition.description);
                let (owner, description) = (owner.as_deref(), description.as_deref());
                let failing = FailingGroup { status, owner, description, since };
                posts.push(failing_issue(label, &failing, links));
            }
            (Course::Close(ending), Some(issue)) => posts.push(closed_issue(issue, ending, links)),
            (Course::Close(_), None) | (Course::Leave, _) => {}
        }
    }
    let gone = if lock.wants_issues { Ending::Removed } else { Ending::Unwanted };
    posts.extend(open.into_values().map(|issue| closed_issue(issue, gone, links)));
    Ok(posts)
}

/// Issues that are wanted open, by group. Those that another version wrote are left as they are.
async fn open(connection: &mut PgConnection, lock: &Lock) -> Result<BTreeMap<String, Issue>> {
    let posts = outbox::issues(connection, lock.source()).await?;
    let issues = posts.into_iter().filter_map(|post| match serde_json::from_value(post) {
        Ok(Post::Issue(issue)) if issue.state == IssueState::Open => Some(issue),
        _ => None,
    });
    Ok(issues.map(|issue| (issue.group.clone(), issue)).collect())
}

/// Since when a group fails, by the oldest of what fails in it and counts.
async fn since(connection: &mut PgConnection, lock: &Lock, group: &Group) -> Result<DateTime<Utc>> {
    let behind = group.gate().new_only().map(NewOnly::instant);
    let name = &group.definition.name;
    let since = findings::failing_since(connection, lock.source(), name, behind).await?;
    Ok(since.or(group.last_run_at).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::gating::Reason;

    #[test]
    fn what_nobody_knows_opens_and_closes_nothing() {
        let courses = [
            Standing::Fails,
            Standing::Holds,
            Standing::Unclear,
            Standing::NotEnforced(Reason::Audit),
        ]
        .map(|standing| Course::of(standing, true));
        let recovered = Course::Close(Ending::Recovered);
        let audit = Course::Close(Ending::NotEnforced(Reason::Audit));
        assert_eq!(courses, [Course::Open, recovered, Course::Leave, audit]);
        let unwanted = Course::of(Standing::Unclear, false);
        assert_eq!(unwanted, Course::Close(Ending::Unwanted));
    }
}
