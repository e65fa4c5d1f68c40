//! What failed in a run that the service kept.

use anyhow::{Context, Result, bail};
use sqlx::PgPool;

use crate::config::DatabaseSettings;
use crate::db::findings::{self, Query};
use crate::db::runs::{self, Run, RunId};
use crate::db::{self, groups, sources};
use crate::policy::GroupName;
use crate::render::waivers::Failing;

use super::kept::connect;

/// How many findings are read at once.
const PAGE: usize = 1_000;

/// A run that the service kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptRun {
    /// Id of a run, as its page shows it.
    Id(RunId),
    /// The last one of a group.
    LastOf(GroupName),
}

/// Failures of a run, waivers applied. The database is read as it is: nothing is started,
/// migrated or written.
pub async fn failures(settings: &DatabaseSettings, kept: &KeptRun) -> Result<Vec<Failing>> {
    let pool = connect(settings).await?;
    let run = find(&pool, kept).await?;
    let failing = failing(&pool, &run).await.context("cannot read the findings of the run")?;
    pool.close().await;
    Ok(failing)
}

async fn find(pool: &PgPool, kept: &KeptRun) -> Result<Run> {
    let id = match kept {
        KeptRun::Id(id) => *id,
        KeptRun::LastOf(group) => last_of(pool, group).await?,
    };
    let run = runs::find(pool, id).await.context("cannot read the run")?;
    run.with_context(|| format!("there is no run {id}; the page of a group lists its runs"))
}

async fn last_of(pool: &PgPool, name: &GroupName) -> Result<RunId> {
    let mut found = Vec::new();
    for source in sources::all(pool).await.context("cannot read the sources")? {
        let group = groups::find(pool, source.id, name.as_str()).await;
        let group = group.context("cannot read the group")?;
        if let Some(group) = group.filter(|group| group.retired_at.is_none()) {
            found.push((source.registration.name, group.run));
        }
    }
    if found.is_empty() {
        bail!("there is no group `{name}` in force");
    }
    let runs: Vec<_> = found.into_iter().filter_map(|(source, run)| Some((source, run?))).collect();
    match runs.as_slice() {
        [] => bail!("group `{name}` has not been evaluated yet"),
        [(_, run)] => Ok(*run),
        several => {
            let runs: Vec<_> =
                several.iter().map(|(source, run)| format!("{run} (`{source}`)")).collect();
            let runs = runs.join(", ");
            bail!("several sources have a group `{name}`; name one of their runs: {runs}")
        }
    }
}

async fn failing(pool: &PgPool, run: &Run) -> Result<Vec<Failing>, db::Error> {
    let mut failing = Vec::new();
    let mut after = None;
    loop {
        let query = Query {
            at: Some(run.last_at),
            outcome: Some("fail"),
            after: after.as_ref(),
            limit: i64::try_from(PAGE).unwrap_or(i64::MAX),
        };
        let page = findings::page(pool, run.source, &run.group, &query).await?;
        after = page.last().filter(|_| page.len() == PAGE).map(findings::Listed::cursor);
        failing.extend(page.into_iter().map(|listed| Failing {
            group: run.group.clone(),
            check: listed.key.check,
            account: listed.key.account.to_string(),
            region: listed.key.region.to_string(),
            resource: listed.key.resource_id.to_string(),
        }));
        if after.is_none() {
            return Ok(failing);
        }
    }
}
