//! Carrying out a [`SyncPlan`]: the only writer of what is in force.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::db::revisions::{self, RevisionRecord, State};
use crate::db::sources::{self, Claim, Completed, Fence};
use crate::db::{checks, groups, policies, waivers};
use crate::diagnostic::{Code, StoredDiagnostic};
use crate::signature::Standing;
use crate::views::commit;

use super::plan::{Application, Decision, SyncPlan};
use super::posts::PostWriter;

/// Carries out a plan and ends the pass, in the caller's transaction. Returns the groups whose
/// definition changed, and the instant at which it came into force.
pub(super) async fn apply(
    connection: &mut PgConnection,
    claim: &Claim,
    plan: &SyncPlan,
    posts: Option<&PostWriter>,
    pause: Duration,
) -> anyhow::Result<(Vec<String>, DateTime<Utc>)> {
    let source = claim.source.id;
    let fence = sources::fence(&mut *connection, claim).await?;
    let at = fence.at();
    let last_good = claim.source.revision.clone();
    let record = record(plan, last_good.as_deref());
    revisions::record(connection, &fence, &record).await?;
    let head = plan.commit.id.to_string();
    let (changed, revision) = match &plan.decision {
        Decision::Apply(application) => {
            let changed = bring_into_force(connection, &fence, plan, application).await?;
            (changed, Some(head.clone()))
        }
        Decision::Refuse | Decision::Hold => (Vec::new(), last_good.clone()),
    };
    if let Some(posts) = posts {
        if claim.was_failing() {
            posts.want_for_found(connection).await?;
        }
        posts.want_for_revision(connection, plan, last_good.as_deref()).await?;
    }
    if !claim.is_announced() && claim.source.head.is_some() {
        tracing::warn!(commit = head, "polling found a commit that no webhook had announced");
        sources::found_unannounced(&mut *connection, source, 1).await?;
    }
    let refused = refusal(&record);
    let completed = Completed { head, revision, refused, pause };
    sources::complete(&mut *connection, fence, &completed).await?;
    if let (Some(posts), Decision::Apply(_)) = (posts, &plan.decision) {
        // Of the commit that is in force now: groups that did not change keep their result.
        let lock = sources::lock(&mut *connection, source).await?;
        commit::want(connection, &lock, posts.links()).await?;
    }
    Ok((changed, at))
}

async fn bring_into_force(
    connection: &mut PgConnection,
    fence: &Fence,
    plan: &SyncPlan,
    application: &Application,
) -> anyhow::Result<Vec<String>> {
    let Application { files, groups, renamed, retired } = application;
    let commit = plan.commit.id.to_string();
    policies::apply(connection, fence, &commit, &plan.commit.author, files).await?;
    let settings = plan.policies.settings.as_ref();
    let wants_issues = settings.is_some_and(|settings| settings.wants_issues);
    sources::want_issues(&mut *connection, fence, wants_issues).await?;
    groups::retire(connection, fence, retired).await?;
    let upserts: Vec<_> = groups.iter().map(|definition| definition.group.clone()).collect();
    let changed = groups::upsert(connection, fence, &commit, &upserts).await?;
    checks::rename(connection, fence, renamed).await?;
    // Those that are gone have neither checks nor waivers.
    let gone = || retired.iter().map(String::as_str);
    let checks = groups.iter().map(|one| (one.group.name.as_str(), one.rules.as_slice()));
    let checks: Vec<_> = checks.chain(gone().map(|name| (name, &[][..]))).collect();
    checks::define(connection, fence, &checks).await?;
    let waivers = groups.iter().map(|one| (one.group.name.as_str(), one.waivers.as_slice()));
    let waivers: Vec<_> = waivers.chain(gone().map(|name| (name, &[][..]))).collect();
    waivers::define(connection, fence, &waivers).await?;
    Ok(changed)
}

fn record(plan: &SyncPlan, last_good: Option<&str>) -> RevisionRecord {
    let SyncPlan { commit, reading, decision, signer, .. } = plan;
    let state = match decision {
        Decision::Apply(_) => State::InForce,
        Decision::Refuse => State::Refused,
        Decision::Hold => State::Held,
    };
    RevisionRecord {
        commit: commit.id.to_string(),
        parent: commit.parent.map(|parent| parent.to_string()),
        author: commit.author.clone(),
        committed_at: commit.committed_at,
        summary: commit.summary.clone(),
        state,
        diagnostics: reading.diagnostics.iter().map(StoredDiagnostic::from).collect(),
        held_over: last_good.filter(|_| state == State::Held).map(str::to_owned),
        signature: signer.as_ref().map(Standing::from),
    }
}

/// Why a commit did not come into force, in a line; `None` where it did.
pub(super) fn refusal(record: &RevisionRecord) -> Option<String> {
    let errors: Vec<_> = record.diagnostics.iter().filter(|found| found.is_error()).collect();
    let commit = &record.commit;
    match record.state {
        State::Refused => {
            let untrusted = errors.iter().find(|it| it.known_code() == Some(Code::UntrustedCommit));
            if let Some(untrusted) = untrusted {
                return Some(format!("commit `{commit}` is refused: {}", untrusted.message));
            }
            let problems = match errors.len() {
                1 => "1 problem".to_owned(),
                errors => format!("{errors} problems"),
            };
            Some(format!("commit `{commit}` is refused: it has {problems}"))
        }
        State::Held => {
            let why = errors.first().map(|found| format!(": {}", found.message));
            Some(format!("commit `{commit}` is held{}", why.unwrap_or_default()))
        }
        State::InForce | State::Superseded => None,
    }
}
