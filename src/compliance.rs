//! What the synced commit should show, recomputed from all groups of its source.
//!
//! Both a sync and an evaluation change it; both call [`want`] in their own transaction. The words
//! are chosen in `render`, posting is left to `reporter`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context, Result};
use sqlx::PgConnection;

use crate::db::groups::{self, Group};
use crate::db::sources::{self, Host, Lock, SourceId};
use crate::db::waivers::{self, Concern};
use crate::db::{checks, outbox};
use crate::evaluation::WaiverStanding;
use crate::policy::Mode;
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
    let concerns = waivers::of_source(&mut *connection, source.id).await?;
    let waivers = standings(concerns, &groups);
    let state = |group: Group| {
        let checks = wanting.remove(&group.definition.name).unwrap_or_default();
        state(group, checks)
    };
    let states = groups.into_iter().map(state).collect::<Result<Vec<_>>>()?;
    let speaker = Speaker { source: &source.registration.name, is_alone };
    let post = compliance(speaker, commit, &states, &waivers, links);
    let json = serde_json::to_value(&post).context("cannot write the post")?;
    outbox::want(connection, source.id, &post.key(), &json).await?;
    Ok(())
}

/// How the waivers in force of a source stand, by name.
pub async fn waivers_in_force(
    connection: &mut PgConnection,
    source: SourceId,
) -> Result<Vec<WaiverStanding>> {
    let groups = groups::of_source(&mut *connection, source).await?;
    Ok(standings(waivers::of_source(connection, source).await?, &groups))
}

/// How the waivers of the groups that are shown stand. Of one that concerns a group which was not
/// evaluated yet nothing can be said.
fn standings(concerns: Vec<Concern>, groups: &[Group]) -> Vec<WaiverStanding> {
    let shown: BTreeMap<&str, bool> = groups
        .iter()
        .filter(|group| group.definition.mode != Mode::Shadow && !group.definition.suspended)
        .map(|group| (group.definition.name.as_str(), group.evaluated))
        .collect();
    let mut open = BTreeSet::new();
    let mut known = Vec::new();
    for Concern { group, waiver, standing } in concerns {
        match (shown.get(group.as_str()), standing) {
            (None, _) => {}
            (Some(true), Some((validity, counts))) => {
                known.push(WaiverStanding { waiver: Arc::new(waiver), validity, counts });
            }
            _ => drop(open.insert(waiver.name)),
        }
    }
    known.retain(|standing| !open.contains(&standing.waiver.name));
    WaiverStanding::merged(known)
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
        enforced: definition.new_only.zip(group.enforced),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Digest;
    use crate::db::groups::GroupUpsert;
    use crate::evaluation::Counts;
    use crate::policy::{Covered, Validity, Waiver};

    fn group(name: &str, mode: Mode, evaluated: bool) -> Group {
        Group {
            definition: GroupUpsert {
                name: name.to_owned(),
                digest: Digest::of(b"1"),
                mode,
                new_only: None,
                suspended: name == "suspended",
                schedule: crate::schedule::Schedule::default(),
                owner: None,
                description: None,
                unit: "bucket".to_owned(),
            },
            revision: "c1".to_owned(),
            retired_at: None,
            verdict: None,
            enforced: None,
            evaluated,
            run: None,
            last_run_at: None,
            last_error: None,
            due_at: chrono::DateTime::UNIX_EPOCH,
            attempts: 0,
        }
    }

    fn concern(group: &str, name: &str, pass: u64) -> Concern {
        let waiver = Waiver {
            name: name.parse().expect("a name"),
            covers: Covered::default(),
            reason: "why".to_owned(),
            owner: "ada".to_owned(),
            expires: "2026-12-31".parse().expect("a day"),
            approved_by: None,
            ticket: None,
            path: "a.yaml".to_owned(),
            line: 1,
        };
        let counts = Counts { pass, ..Counts::default() };
        Concern { group: group.to_owned(), waiver, standing: Some((Validity::InForce, counts)) }
    }

    #[test]
    fn a_waiver_stands_as_it_does_in_the_groups_that_are_shown() {
        let groups = [
            group("network", Mode::Enforce, true),
            group("storage", Mode::Audit, true),
            group("hidden", Mode::Shadow, true),
            group("suspended", Mode::Enforce, true),
            group("new", Mode::Enforce, false),
        ];
        let concerns = vec![
            concern("network", "both", 1),
            concern("storage", "both", 2),
            concern("hidden", "both", 4),
            concern("suspended", "both", 8),
            concern("network", "early", 1),
            concern("new", "early", 1),
            concern("hidden", "unseen", 1),
        ];
        let told: Vec<String> = standings(concerns, &groups)
            .iter()
            .map(|standing| format!("{} {}", standing.waiver.name, standing.counts.pass))
            .collect();
        assert_eq!(told, ["both 3"]);
    }
}
