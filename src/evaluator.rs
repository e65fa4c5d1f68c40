//! The reconciler that runs due groups.
//!
//! A pass claims what is due, asks each account once for all of it, judges, and records each group's
//! result, next run and posts in one transaction that only the holder of the claim can commit. It
//! takes no input, may be repeated or cut off anywhere, and leaves retrying to the next pass. Which
//! facets are asked is decided in [`crate::collect`], what holds in [`crate::evaluation`].

mod collect;
mod diff;
mod enforce;
mod record;
mod sharing;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use sqlx::PgPool;
use tracing::Instrument;

use crate::collect::{Accounts, Fetches};
use crate::db::groups::{self, Claim};
use crate::db::sources::SourceId;
use crate::in_force::PolicyCache;
use crate::policy::Group;
use crate::render::links::Links;
use crate::tasks::{Backoff, Pass};

/// Settings that all evaluations share.
#[derive(Debug, Clone)]
pub struct Options {
    /// Number of groups that are claimed at once at most; they share one fetch.
    pub batch: u32,
    /// Number of targets that are asked at once at most, over all accounts.
    pub targets: u32,
    /// Time for which a claim holds without a sign of life.
    pub lease: Duration,
    /// Longest interval between two runs, whatever the schedule says.
    pub longest_interval: Option<Duration>,
    /// Addresses of the page, for posts.
    pub links: Links,
}

/// Reconciler of due groups with their results.
#[derive(Debug)]
pub struct Evaluator {
    pool: PgPool,
    accounts: Arc<Accounts>,
    fetches: Fetches,
    options: Options,
    policies: Arc<PolicyCache>,
}

const BACKOFF: Backoff =
    Backoff { first: Duration::from_secs(5), longest: Duration::from_mins(10) };

impl Evaluator {
    /// An evaluator of the groups in a database.
    pub fn new(
        pool: PgPool,
        accounts: Arc<Accounts>,
        policies: Arc<PolicyCache>,
        options: Options,
    ) -> Self {
        let fetches = Fetches::of_targets(options.targets);
        Self { pool, accounts, fetches, options, policies }
    }

    /// Runs the groups that are due, as many as are claimed at once.
    pub async fn pass(&self) -> Result<Pass> {
        let limit = i64::from(self.options.batch);
        let claims = groups::claim_due(&self.pool, limit, self.options.lease)
            .await
            .context("cannot claim due groups")?;
        if claims.is_empty() {
            return Ok(Pass::Idle);
        }
        // Beside each other, since what records a result holds the very row that is renewed.
        tokio::select! {
            done = Box::pin(self.evaluate(&claims)) => done?,
            never = self.renewing(&claims) => match never {},
        }
        Ok(Pass::Worked)
    }

    /// Evaluates claimed groups, source by source. What fails of one costs the others nothing.
    async fn evaluate(&self, claims: &[Claim]) -> Result<()> {
        let mut by_source: BTreeMap<SourceId, Vec<&Claim>> = BTreeMap::new();
        for claim in claims {
            by_source.entry(claim.source).or_default().push(claim);
        }
        for (source, claims) in by_source {
            let span = tracing::info_span!("evaluate", source.id = source.0);
            if let Err(error) = self.evaluate_source(source, &claims).instrument(span).await {
                self.give_back(&claims, &error).await?;
            }
        }
        Ok(())
    }

    /// Renews the claims' leases, also of those whose turn has not come.
    async fn renewing(&self, claims: &[Claim]) -> Infallible {
        let mut renewal = tokio::time::interval(self.options.lease / 3);
        renewal.reset();
        loop {
            renewal.tick().await;
            for claim in claims {
                // A claim that is lost already is refused when its result is recorded.
                let _ = groups::renew(&self.pool, claim, self.options.lease).await;
            }
        }
    }

    /// Leaves claimed groups to a later pass. Those that were completed no longer hold a claim.
    async fn give_back(&self, claims: &[&Claim], error: &anyhow::Error) -> Result<()> {
        let message = format!("{error:#}");
        tracing::error!(error = message, "evaluation came to nothing");
        for claim in claims {
            match groups::fail(&self.pool, claim, &message, BACKOFF).await {
                Err(error) if !error.is_stale() => {
                    return Err(error).context("cannot put off a group");
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn evaluate_source(&self, source: SourceId, claims: &[&Claim]) -> Result<()> {
        let in_force = self.policies.in_force(&self.pool, source).await?;
        let due: Vec<(&Claim, &Group)> = claims
            .iter()
            .copied()
            .filter_map(|claim| {
                let group = in_force.policies.groups.get(claim.name.as_str())?;
                Some((claim, group.as_ref()))
            })
            .collect();
        let collected = Arc::new(self.collect(source, &in_force, &due).await?);
        for (claim, group) in due {
            match self.record(claim, group, &in_force, &collected).await {
                Err(error) if is_stale(&error) => {
                    let group = claim.name.as_str();
                    tracing::info!(group.name = group, "a newer attempt took over");
                }
                result => {
                    result.with_context(|| format!("cannot record the run of {}", claim.name))?;
                }
            }
        }
        Ok(())
    }
}

fn is_stale(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<crate::db::Error>().is_some_and(crate::db::Error::is_stale)
    })
}
