//! The reconciler that makes GitHub show what the outbox says.
//!
//! The outbox holds what each key should show, not what to do: a pass claims keys that GitHub does
//! not show yet and writes them. A write whose answer was lost may have happened, so before it is
//! repeated it is looked for. Failures are put off with growing pauses, and given up after many.
//! What is said is decided in [`crate::render`], how in [`crate::github`].

mod post_writer;
mod retry;

use std::time::Duration;

use anyhow::{Context, Result};
use futures::StreamExt;
use futures::stream;
use sqlx::PgPool;
use tracing::Instrument;

use crate::db::outbox::{self, Claim, Claims, Posted};
use crate::db::sources;
use crate::github::{ChecksAs, Error, GitHub, Repository};
use crate::render::post::Post;
use crate::tasks::Pass;

use self::post_writer::PostWriter;
use self::retry::{RetryDecision, decide, may_pass};

/// Posts claimed at once, and written at the same time.
const BATCH: usize = 8;
/// How long a claim holds; longer than [`WHOLE`], so that no two attempts run at once.
const LEASE: Duration = Duration::from_mins(3);
/// Posts revived at once at most.
const REVIVED: i64 = 100;
/// How long one post may take with all its requests.
const WHOLE: Duration = Duration::from_mins(2);

/// Posts what the outbox holds.
#[derive(Debug, Clone)]
pub struct Reporter {
    pool: PgPool,
    github: GitHub,
}

/// Why a post was not written.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// GitHub, or the way to it.
    #[error(transparent)]
    GitHub(#[from] Error),
    /// The database, or the way to it.
    #[error(transparent)]
    Database(#[from] crate::db::Error),
    /// The outbox holds what this version cannot post.
    #[error("{0}")]
    Unpostable(String),
}

impl Reporter {
    /// A reporter of one App or user.
    pub fn new(pool: PgPool, github: GitHub) -> Self {
        Self { pool, github }
    }

    /// Writes the posts that are due, as many as are claimed at once.
    pub async fn pass(&self) -> Result<Pass> {
        let Claims { posts, next_in } = self.claim_due().await.context("cannot claim due posts")?;
        if posts.is_empty() {
            return Ok(next_in.map_or(Pass::Idle, Pass::IdleFor));
        }
        let attempts = posts.iter().map(|claim| {
            let span =
                tracing::info_span!("report", source.id = claim.source.0, post.key = claim.key);
            self.attempt(claim).instrument(span)
        });
        let attempts: Vec<_> = attempts.collect();
        let ended: Vec<Result<()>> = stream::iter(attempts).buffer_unordered(BATCH).collect().await;
        ended.into_iter().collect::<Result<()>>()?;
        Ok(Pass::Worked)
    }

    /// Has posts tried once more that were given up for what may have passed: that a permission was missing,
    /// or that GitHub gave no good answer for hours. The newest ones are tried; others wait for the next time.
    /// Checks are posted once more where another kind of credentials showed them otherwise.
    pub async fn revive(&self) -> Result<()> {
        let mut transaction = self.pool.begin().await?;
        let revived = outbox::revive(&mut transaction, REVIVED).await;
        let revived = revived.context("cannot revive posts")?;
        let as_status = self.github.checks_as() == ChecksAs::Statuses;
        let changed = outbox::show_otherwise(&mut transaction, as_status).await;
        let changed = changed.context("cannot have checks shown otherwise")?;
        transaction.commit().await?;
        if changed > 0 {
            tracing::info!(posts = changed, as_status, "checks are shown otherwise from now on");
        }
        if revived > 0 {
            tracing::info!(posts = revived, "posts that were given up are tried once more");
        }
        Ok(())
    }

    async fn claim_due(&self) -> Result<Claims> {
        let mut transaction = self.pool.begin().await?;
        let claims =
            outbox::claim_due(&mut transaction, BATCH, LEASE, self.github.checks_as()).await?;
        transaction.commit().await?;
        Ok(claims)
    }

    /// One attempt at a post. Its failure is kept with the post; an error is the database's.
    async fn attempt(&self, claim: &Claim) -> Result<()> {
        let written = match tokio::time::timeout(WHOLE, self.write(claim)).await {
            Ok(written) => written,
            Err(_) => Err(Error::Unavailable { message: "the post took too long".into() }.into()),
        };
        let kept = match written {
            Ok(id) => outbox::complete(&self.pool, claim, id).await,
            Err(Failure::Database(error)) => Err(error),
            Err(failure) => self.put_off(claim, &failure).await,
        };
        match kept {
            Err(error) if error.is_stale() => {
                tracing::info!("another attempt has taken over");
                Ok(())
            }
            kept => kept.context("cannot keep what came of a post"),
        }
    }

    async fn write(&self, claim: &Claim) -> Result<Posted, Failure> {
        let post: Post = serde_json::from_value(claim.post.clone())
            .map_err(|error| Failure::Unpostable(format!("cannot read the post: {error}")))?;
        let repository = self.repository(claim).await?;
        PostWriter { pool: &self.pool, claim, repository: &repository }.write(&post).await
    }

    async fn repository(&self, claim: &Claim) -> Result<Repository, Failure> {
        let source = sources::find(&self.pool, claim.source).await?;
        let source =
            source.ok_or_else(|| Failure::Unpostable("the source is no longer known".into()))?;
        let name = source.repository().parse();
        let name = name.map_err(|error| Failure::Unpostable(format!("{error}")))?;
        Ok(self.github.repository(&name, source.repository_id()).await?)
    }

    async fn put_off(&self, claim: &Claim, failure: &Failure) -> Result<(), crate::db::Error> {
        let message = failure.to_string();
        match decide(failure, claim.attempts) {
            RetryDecision::Again(pause) => {
                tracing::warn!(error = message, attempts = claim.attempts, "post put off");
                outbox::retry(&self.pool, claim, &message, pause).await
            }
            RetryDecision::Wait(pause) => {
                tracing::info!(reason = message, "posts wait");
                let mut connection = self.pool.acquire().await?;
                outbox::put_off(&mut connection, claim, &message, pause).await
            }
            RetryDecision::GiveUp => {
                tracing::error!(error = message, attempts = claim.attempts, "post given up");
                outbox::give_up(&self.pool, claim, &message, may_pass(failure)).await
            }
        }
    }
}
