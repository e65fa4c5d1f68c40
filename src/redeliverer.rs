//! The reconciler that asks for webhooks which did not arrive.
//!
//! GitHub sends each webhook once, whether we are there or not. Polling finds most of what was missed, but
//! not that somebody pressed *Re-run*. So on start and every hour what failed is asked for again, each
//! three times at most. One that is noted did arrive, whatever GitHub saw of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use sqlx::PgPool;

use crate::db::deliveries;
use crate::github::{FailedDelivery, GitHub};
use crate::tasks::Pass;

/// Pause between two looks.
const PAUSE: Duration = Duration::from_hours(1);
/// How long a look that breaks off keeps others from looking.
const LEASE: Duration = Duration::from_mins(5);
/// How long GitHub delivers a webhook again, which is how far a look reaches.
const KEPT: Duration = Duration::from_hours(72);
/// Attempts of GitHub's after which a webhook is left alone.
const MOST_ATTEMPTS: usize = 3;

/// Reconciler of the webhooks of an App.
#[derive(Debug)]
pub struct Redeliverer {
    pool: PgPool,
    github: GitHub,
    app: i64,
    has_looked: AtomicBool,
}

impl Redeliverer {
    /// A reconciler for the App of that number.
    pub fn new(pool: PgPool, github: GitHub, app: i64) -> Self {
        Self { pool, github, app, has_looked: AtomicBool::new(false) }
    }

    /// Looks for webhooks that did not arrive, where that is due, and asks for them.
    pub async fn pass(&self) -> Result<Pass> {
        let is_first = !self.has_looked.load(Ordering::Relaxed);
        let look = deliveries::begin_look(&self.pool, self.app, LEASE, is_first).await?;
        let Some(at) = look else { return Ok(Pass::Idle) };
        // A look that fails is repeated when its lease is over.
        self.has_looked.store(true, Ordering::Relaxed);
        let failed = match self.github.failed_deliveries(at - KEPT).await {
            Err(error) if error.is_refusal() => {
                tracing::warn!(
                    error = error.to_string(),
                    "GitHub does not say which webhooks failed"
                );
                Vec::new()
            }
            failed => failed.context("cannot list the webhooks that failed")?,
        };
        let lost = lost(failed);
        let guids: Vec<_> = lost.keys().cloned().collect();
        let unknown = deliveries::unknown(&self.pool, &guids).await?;
        let mut wanted: Vec<u64> =
            unknown.iter().filter_map(|guid| lost.get(guid)).copied().collect();
        // In the order in which they were sent.
        wanted.sort_unstable();
        for attempt in &wanted {
            match self.github.redeliver(*attempt).await {
                Err(error) if error.is_refusal() => {
                    let error = error.to_string();
                    tracing::warn!(attempt, error, "GitHub does not send a webhook again");
                }
                answer => answer.context("cannot ask for a webhook again")?,
            }
        }
        deliveries::end_look(&self.pool, self.app, PAUSE).await?;
        if !wanted.is_empty() {
            let count = wanted.len();
            tracing::warn!(count, "webhooks did not arrive; they are asked for again");
        }
        Ok(Pass::Idle)
    }
}

/// Webhooks that are to be asked for, by their ids, with the last attempt of each: those whose first attempt
/// is among the failures, and that were not tried too often.
fn lost(failed: Vec<FailedDelivery>) -> BTreeMap<String, u64> {
    let mut by_guid: BTreeMap<String, Vec<FailedDelivery>> = BTreeMap::new();
    for one in failed {
        by_guid.entry(one.guid.clone()).or_default().push(one);
    }
    let lost = by_guid.into_iter().filter_map(|(guid, attempts)| {
        let is_new = attempts.iter().any(|attempt| !attempt.redelivery);
        let last = attempts.iter().map(|attempt| attempt.id).max()?;
        (is_new && attempts.len() < MOST_ATTEMPTS).then_some((guid, last))
    });
    lost.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn failed(id: u64, guid: &str, redelivery: bool) -> FailedDelivery {
        let delivered_at = "2026-12-01T10:00:00Z";
        let one = json!({ "id": id, "guid": guid, "delivered_at": delivered_at,
            "redelivery": redelivery, "status_code": 502 });
        serde_json::from_value(one).unwrap()
    }

    #[test]
    fn each_webhook_is_asked_for_once_by_its_last_attempt() {
        let all = vec![
            failed(9, "b", true),
            failed(8, "a", false),
            failed(7, "b", false),
            // Asked for by somebody, behind one that arrived or is too old to be looked at.
            failed(6, "c", true),
            // Tried often enough.
            failed(5, "d", true),
            failed(4, "d", true),
            failed(3, "d", false),
        ];
        let wanted = [("a".to_owned(), 8), ("b".to_owned(), 9)];
        assert_eq!(lost(all), BTreeMap::from(wanted));
    }
}
