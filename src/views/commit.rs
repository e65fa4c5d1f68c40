//! The commit in force: what should be shown on it, from all groups of its source.
//!
//! Both a sync and an evaluation change it; both call [`want`] in their own transaction. The words
//! are chosen in [`crate::render`], posting is left to the reporter.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use sqlx::PgConnection;

use crate::db::sources::{self, Host, Lock, SourceId};
use crate::db::{checks, groups, outbox, waivers};
use crate::evaluation::{CheckStatus, CommitStatus, GroupStatus};
use crate::policy::RuleText;
use crate::render::SourceLabel;
use crate::render::compliance::compliance;
use crate::render::links::Links;

use super::waiver;

/// Wants the check run `cloudcorrect/compliance` of the commit in force. The lock keeps two results
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
    let post = compliance(label, commit, &status(connection, source.id).await?, links);
    let json = serde_json::to_value(&post).context("cannot write the post")?;
    outbox::want(connection, source.id, &post.key(), &json).await?;
    Ok(())
}

/// Status of the commit in force of a source.
pub async fn status(connection: &mut PgConnection, source: SourceId) -> Result<CommitStatus> {
    let groups = groups::of_source(&mut *connection, source).await?;
    let mut bad: BTreeMap<String, Vec<(RuleText, CheckStatus)>> = BTreeMap::new();
    for check in checks::bad(&mut *connection, source).await? {
        let Some(status) = check.status else { continue };
        bad.entry(check.group).or_default().push((check.rule, status));
    }
    let waivers = waiver::reported(waivers::of_source(&mut *connection, source).await?, &groups);
    let groups = groups.into_iter().map(|group| {
        let checks = bad.remove(&group.definition.name).unwrap_or_default();
        let name =
            group.definition.name.parse().context("a stored group has an impossible name")?;
        Ok(GroupStatus::new(name, group.definition.unit.clone(), &group.gate(), checks))
    });
    Ok(CommitStatus::of(groups.collect::<Result<Vec<_>>>()?, waivers))
}
