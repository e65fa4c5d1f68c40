//! The reconciler that looks for checks under our names that are not ours.
//!
//! Who may write to a repository may post a status of any name, and a ruleset that takes a check from
//! anybody takes it for ours. So each head that has its answer is looked at once, then every hour, and as
//! soon as a webhook tells of a status there. What is found is kept, shown on the page, and said in the
//! comment on the pull request, which is written anew for it.

use std::time::Duration;

use anyhow::{Context, Result};
use sqlx::PgPool;

use crate::db::foreign;
use crate::db::sources::{self, SourceId};
use crate::github::GitHub;
use crate::render::ForeignCheck;
use crate::tasks::Pass;

/// Heads that a pass looks at.
const BATCH: i64 = 20;
/// Pause between two looks at a head.
const PAUSE: Duration = Duration::from_hours(1);
/// Checks of a head that are kept.
const MOST_KEPT: usize = 50;
/// Pause after a look that came to nothing.
const RETRY: Duration = Duration::from_mins(15);

/// Reconciler of checks that others posted.
#[derive(Debug)]
pub struct Lookout {
    pool: PgPool,
    github: GitHub,
}

impl Lookout {
    /// A reconciler over the sources of a database.
    pub fn new(pool: PgPool, github: GitHub) -> Self {
        Self { pool, github }
    }

    /// Looks at the heads that are due.
    pub async fn pass(&self) -> Result<Pass> {
        let due = foreign::claim_due(&self.pool, BATCH, PAUSE).await;
        let due = due.context("cannot look for heads")?;
        for (source, head) in &due {
            if let Err(error) = self.look(*source, head).await {
                let error = format!("{error:#}");
                tracing::warn!(source.id = source.0, %head, error, "cannot look for foreign checks");
                foreign::put_off(&self.pool, (*source, head), RETRY).await?;
            }
        }
        Ok(if due.is_empty() { Pass::Idle } else { Pass::Worked })
    }

    async fn look(&self, source: SourceId, head: &str) -> Result<()> {
        let Some(known) = sources::find(&self.pool, source).await? else { return Ok(()) };
        let name = known.repository().parse()?;
        let repository = self.github.repository(&name, known.repository_id()).await?;
        let there = repository.foreign_checks(head, MOST_KEPT).await?;
        let mut transaction = self.pool.begin().await?;
        // Whoever answers pull requests locks the source first, too.
        sources::lock(&mut *transaction, source).await?;
        let is_other = foreign::keep(&mut transaction, source, head, &there).await?;
        transaction.commit().await?;
        for ForeignCheck { name, author, state, .. } in there.iter().filter(|_| is_other) {
            tracing::warn!(source.id = source.0, %head, name, author, state, "a check under our name is not ours");
        }
        Ok(())
    }
}
