//! The reconciler that sweeps accounts: once a day it collects what no check reads yet.
//!
//! A pass gives the accounts of each new commit their rows, claims one that is due, asks it within the
//! budget, and stores the answers and where to go on in one transaction that only the holder of the
//! claim can commit. Verdicts are none of its business. What is asked, and in which order, is decided
//! in [`crate::fetch`]; leaving a failure to a later pass is all that is made of it here.

mod selection;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use tokio::task::spawn_blocking;
use tracing::Instrument;

use crate::collect::Accounts;
use crate::db;
use crate::db::facets::{self, Observations};
use crate::db::sources::{self, SourceId};
use crate::db::sweeps::{self, AskedEnd, Claim, Completed, Wanted};
use crate::fetch::{Budget, Left};
use crate::in_force::PolicyCache;
use crate::resource::{AccountId, Provider};
use crate::schedule::next_slot;
use crate::tasks::{Backoff, Pass};

/// Settings that all sweeps share.
#[derive(Debug, Clone)]
pub struct Options {
    /// Number of requests that a sweep may make.
    pub requests: u64,
    /// Time for which a claim holds without a sign of life.
    pub lease: Duration,
}

/// Reconciler of daily sweeps.
#[derive(Debug)]
pub struct Sweeper {
    pool: PgPool,
    accounts: Arc<Accounts>,
    policies: Arc<PolicyCache>,
    options: Options,
    is_over: AtomicBool,
}

/// Pauses after sweeps that failed: each may have spent its budget.
const BACKOFF: Backoff =
    Backoff { first: Duration::from_mins(5), longest: Duration::from_hours(6) };

/// Pauses after sweeps that somebody waits for.
const ASKED_BACKOFF: Backoff =
    Backoff { first: Duration::from_secs(5), longest: Duration::from_mins(1) };

const DAY: Duration = Duration::from_hours(24);

/// A sweep that comes so late stands for the one that would follow it.
const LATE: TimeDelta = TimeDelta::hours(12);

/// Outcome of asking an account, as it is stored.
struct Answer {
    observations: Observations,
    requests: u64,
    left: Option<Left>,
}

impl Sweeper {
    /// A sweeper of the accounts in a database.
    pub fn new(
        pool: PgPool,
        accounts: Arc<Accounts>,
        policies: Arc<PolicyCache>,
        options: Options,
    ) -> Self {
        Self { pool, accounts, policies, options, is_over: AtomicBool::new(false) }
    }

    /// Sweeps the account that is due longest.
    pub async fn pass(&self) -> Result<Pass> {
        if self.is_over() {
            return Ok(Pass::Idle);
        }
        for source in sweeps::undefined(&self.pool).await.context("cannot look for new commits")? {
            self.define(source).await.context("cannot say which accounts are swept")?;
        }
        let claim = sweeps::claim_due(&self.pool, self.options.lease).await;
        let Some(claim) = claim.context("cannot claim a sweep")? else { return Ok(Pass::Idle) };
        let span = tracing::info_span!(
            "sweep",
            source.id = claim.source.0,
            target.account = %claim.account,
        );
        async {
            if let Err(error) = self.holding(&claim, Box::pin(self.sweep(&claim))).await {
                self.give_back(&claim, &error).await?;
            }
            Ok(Pass::Worked)
        }
        .instrument(span)
        .await
    }

    /// Lets the sweep that is under way ask nothing more and keep what it saw, and begins no other: a
    /// service that is to stop does not wait for whole accounts.
    pub fn break_off(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// Gives the accounts of the commit in force their rows. If another one comes into force
    /// meanwhile, that is left to the next pass.
    async fn define(&self, source: SourceId) -> Result<()> {
        let in_force = self.policies.in_force(&self.pool, source).await?;
        let mut transaction = self.pool.begin().await?;
        let lock = sweeps::lock(&mut *transaction, source).await?;
        if lock.revision.as_deref() != Some(in_force.version.revision.as_str()) {
            return Ok(());
        }
        let accounts = selection::swept(&in_force.policies);
        let wanted: Vec<Wanted> = accounts
            .map(|account| Wanted {
                account: account.id.clone(),
                due_at: slot_after(lock.at, &account.id),
            })
            .collect();
        sweeps::define(&mut transaction, &lock, Provider::Aws, &wanted).await?;
        Ok(transaction.commit().await?)
    }

    /// Works while the claim's lease is renewed. Whoever has lost it stops: another one is at work.
    async fn holding(&self, claim: &Claim, work: impl Future<Output = Result<()>>) -> Result<()> {
        tokio::select! {
            done = work => done,
            lost = self.renewing(claim) => Err(lost.into()),
        }
    }

    /// Renews a claim until it is lost. Where the database is gone for a moment, it may hold still.
    async fn renewing(&self, claim: &Claim) -> db::Error {
        let mut renewal = tokio::time::interval(self.options.lease / 3);
        renewal.reset();
        loop {
            renewal.tick().await;
            match sweeps::renew(&self.pool, claim, self.options.lease).await {
                Err(error) if error.is_stale() => return error,
                _ => {}
            }
        }
    }

    /// Leaves a claimed account to a later pass, unless somebody else has it.
    async fn give_back(&self, claim: &Claim, error: &anyhow::Error) -> Result<()> {
        let message = format!("{error:#}");
        let failed = if claim.asked.is_empty() {
            sweeps::fail(&self.pool, claim, &message, BACKOFF).await.map(|()| false)
        } else {
            sweeps::fail_asked(&self.pool, claim, &message, ASKED_BACKOFF).await
        };
        match failed {
            Ok(is_given_up) => {
                if is_given_up {
                    self.tell(claim).await;
                }
                let attempts = claim.attempts;
                tracing::error!(
                    error = message,
                    sweep.attempts = attempts,
                    "sweep came to nothing"
                );
                Ok(())
            }
            Err(error) if error.is_stale() => {
                tracing::info!("a newer attempt took over, or the account is swept no longer");
                Ok(())
            }
            Err(error) => Err(error).context("cannot put off a sweep"),
        }
    }

    async fn sweep(&self, claim: &Claim) -> Result<()> {
        let answer = self.ask(claim).await?;
        let mut transaction = self.pool.begin().await.context("cannot reach the database")?;
        let fence = sweeps::fence(&mut *transaction, claim).await?;
        let Answer { observations, requests, left } = answer;
        facets::record_sweep(&mut transaction, claim.source, &observations, claim.claimed_at)
            .await
            .context("cannot store the inventory")?;
        let position = left.as_ref().and_then(|left| left.position.clone());
        if claim.asked.is_empty() {
            let due_at = slot_after(fence.at() + LATE, &claim.account);
            let completed = Completed { position, requests, due_at };
            sweeps::complete(&mut *transaction, fence, &completed).await?;
        } else {
            let end = match &left {
                None => AskedEnd::Whole,
                Some(_) if self.is_over() => AskedEnd::BrokenOff,
                Some(_) if requests >= self.options.requests => AskedEnd::BudgetSpent,
                Some(_) => {
                    let pause = ASKED_BACKOFF.pause(claim.attempts.unsigned_abs());
                    AskedEnd::Unanswered("the account did not answer all of it", pause)
                }
            };
            let position = position.as_ref();
            sweeps::complete_asked(&mut *transaction, fence, claim, position, end).await?;
        }
        transaction.commit().await.context("cannot commit")?;
        log(requests, left.as_ref());
        if !claim.asked.is_empty() {
            self.tell(claim).await;
        }
        Ok(())
    }

    /// Has the pull requests looked at that wait for what was collected. Polling would find them too.
    async fn tell(&self, claim: &Claim) {
        let woken = async {
            let mut connection = self.pool.acquire().await?;
            sources::wake_id(&mut connection, claim.source).await
        };
        if let Err(error) = woken.await {
            tracing::warn!(%error, "cannot wake the source that waits for a sweep");
        }
    }

    /// Asks the account for all that can be asked of the types that somebody asked for, or else of those of
    /// its checks.
    async fn ask(&self, claim: &Claim) -> Result<Answer> {
        let in_force = self.policies.in_force(&self.pool, claim.source).await?;
        let policies = &in_force.policies;
        let account = selection::swept(policies).find(|account| account.id == claim.account);
        let account = account.context("another commit is in force, which does not sweep it")?;
        let schemas = if claim.asked.is_empty() {
            selection::types(policies, account)
        } else {
            selection::asked(&claim.asked)
        };
        let open = self.accounts.open(account, claim.claimed_at).await;
        if let Some(refusal) = open.refusal() {
            bail!("cannot ask the account: {refusal}");
        }
        let is_over = || self.is_over();
        let budget = Budget::new(self.options.requests, &is_over);
        let swept = open.sweep(&schemas, claim.position.as_ref(), &budget).await;
        let (requests, left) = (swept.calls.total(), swept.left);
        let observations = spawn_blocking(move || Observations::of(&swept.inventory)).await;
        Ok(Answer { observations: observations.context("a sweep broke off")?, requests, left })
    }
}

/// The first time after an instant at which an account is to be swept: the same of each day, and
/// another than that of its daily groups.
fn slot_after(at: DateTime<Utc>, account: &AccountId) -> DateTime<Utc> {
    next_slot(DAY, at, &format!("sweep {account}"))
}

fn log(requests: u64, left: Option<&Left>) {
    match left {
        None => tracing::info!(sweep.requests = requests, "sweep complete"),
        Some(left) => tracing::info!(
            sweep.requests = requests,
            left.lists,
            left.resources,
            "sweep ended before all was asked; the next one goes on there"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn an_account_has_its_time_of_the_day_and_accounts_spread() {
        let account = |number: u64| format!("{number:012}").parse::<AccountId>().expect("an id");
        let one = slot_after(at("2026-11-29T00:00:00Z"), &account(1));
        assert_eq!(slot_after(one, &account(1)), one + TimeDelta::days(1));
        let hours: std::collections::BTreeSet<i64> = (0..200)
            .map(|number| {
                slot_after(at("2026-11-29T00:00:00Z"), &account(number)).timestamp() / 3600
            })
            .collect();
        assert!(hours.len() >= 20, "{} hours", hours.len());
        let daily = next_slot(DAY, at("2026-11-29T00:00:00Z"), account(1).as_str());
        assert_ne!(daily, one, "a group that is evaluated daily does so at another time");
    }

    #[test]
    fn a_late_sweep_stands_for_the_one_that_would_follow() {
        let account: AccountId = "123456789012".parse().expect("an id");
        let slot = slot_after(at("2026-11-29T00:00:00Z"), &account);
        let next = |late: TimeDelta| slot_after(slot + late + LATE, &account) - slot;
        assert_eq!(next(TimeDelta::seconds(5)), TimeDelta::days(1));
        assert_eq!(next(TimeDelta::hours(11)), TimeDelta::days(1));
        assert_eq!(next(TimeDelta::hours(13)), TimeDelta::days(2), "missed ones run once");
        assert_eq!(next(TimeDelta::hours(23)), TimeDelta::days(2));
    }
}
