//! What the synced commit should show, recomputed from all groups of its source.
//!
//! Both a sync and an evaluation change it; both call [`want`] in their own transaction. The words
//! are chosen in `render`, posting is left to `reporter`.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use sqlx::PgConnection;

use crate::db::groups::{self, Group};
use crate::db::sources::{self, Host, Lock};
use crate::db::{checks, outbox};
use crate::render::Speaker;
use crate::render::compliance::{GroupState, Wanting, compliance};
use crate::render::links::Links;

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
    let groups = groups::of_source(&mut *connection, source.id).await?;
    let mut wanting: BTreeMap<String, Vec<Wanting>> = BTreeMap::new();
    for check in checks::wanting(&mut *connection, source.id).await? {
        let Some(standing) = check.standing else { continue };
        wanting.entry(check.group).or_default().push(Wanting { rule: check.rule, standing });
    }
    let state = |group: Group| {
        let checks = wanting.remove(&group.definition.name).unwrap_or_default();
        state(group, checks)
    };
    let states = groups.into_iter().map(state).collect::<Result<Vec<_>>>()?;
    let speaker = Speaker { source: &source.registration.name, is_alone };
    let post = compliance(speaker, commit, &states, links);
    let json = serde_json::to_value(&post).context("cannot write the post")?;
    outbox::want(connection, source.id, &post.key(), &json).await?;
    Ok(())
}

fn state(group: Group, checks: Vec<Wanting>) -> Result<GroupState> {
    let definition = group.definition;
    let verdict = group.verdict.filter(|_| group.evaluated);
    Ok(GroupState {
        name: definition.name.parse().context("a stored group has an impossible name")?,
        mode: definition.mode,
        suspended: definition.suspended,
        unit: definition.unit,
        checks: if verdict.is_some() { checks } else { Vec::new() },
        verdict: verdict.map(|verdict| (verdict.outcome, verdict.counts)),
    })
}
