//! The commit in force: what should be shown on it, from all groups of its source.
//!
//! Both a sync and an evaluation change it; both call [`want`] in their own transaction. The words
//! are chosen in [`crate::render`], posting is left to the reporter.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use sqlx::PgConnection;

use crate::db::groups::Group;
use crate::db::sources::{self, Host, Lock, SourceId};
use crate::db::{checks, groups, outbox, waivers};
use crate::evaluation::{CheckStatus, CommitStatus, GroupStatus};
use crate::policy::RuleText;
use crate::render::SourceLabel;
use crate::render::compliance::compliance;
use crate::render::links::Links;

use super::{issues, waiver};

/// Wants the check run `cloudcorrect/compliance` of the commit in force, and the issues of its groups. The lock keeps two results
/// from each missing the other.
pub async fn want(connection: &mut PgConnection, lock: &Lock, links: &Links) -> Result<()> {
    let Some(commit) = &lock.revision else { return Ok(()) };
    let sources = sources::all(&mut *connection).await?;
    let Some(source) = sources.iter().find(|source| source.id == lock.source()) else {
        return Ok(());
    };
    if source.registration.host != Host::GitHub {
        return Ok(());
    }
    let is_alone = !source.shares_repository(&sources);
    let label = SourceLabel { source: &source.registration.name, is_alone };
    let groups = groups(connection, source.id).await?;
    let mut posts = issues::of(connection, lock, (label, links), &groups).await?;
    let status = joined(connection, source.id, groups).await?;
    posts.push(compliance(label, commit, &status, links));
    for post in posts {
        let json = serde_json::to_value(&post).context("cannot write the post")?;
        outbox::want(connection, source.id, &post.key(), &json).await?;
    }
    Ok(())
}

/// Status of the commit in force of a source.
pub async fn status(connection: &mut PgConnection, source: SourceId) -> Result<CommitStatus> {
    let groups = groups(connection, source).await?;
    joined(connection, source, groups).await
}

/// Status of a commit by its groups.
async fn joined(
    connection: &mut PgConnection,
    source: SourceId,
    groups: Vec<(Group, GroupStatus)>,
) -> Result<CommitStatus> {
    let waivers = waivers::of_source(&mut *connection, source).await?;
    let (rows, statuses): (Vec<_>, Vec<_>) = groups.into_iter().unzip();
    Ok(CommitStatus::of(statuses, waiver::reported(waivers, &rows)))
}

/// Groups in force of a source, each with how it stands.
async fn groups(
    connection: &mut PgConnection,
    source: SourceId,
) -> Result<Vec<(Group, GroupStatus)>> {
    let groups = groups::of_source(&mut *connection, source).await?;
    let mut bad: BTreeMap<String, Vec<(RuleText, CheckStatus)>> = BTreeMap::new();
    for check in checks::bad(&mut *connection, source).await? {
        let Some(status) = check.status else { continue };
        bad.entry(check.group).or_default().push((check.rule, status));
    }
    let groups = groups.into_iter().map(|group| {
        let checks = bad.remove(&group.definition.name).unwrap_or_default();
        let name =
            group.definition.name.parse().context("a stored group has an impossible name")?;
        let unit = group.definition.unit.clone();
        let status = GroupStatus::new(name, unit, &group.gate(), checks);
        Ok((group, status))
    });
    groups.collect()
}
