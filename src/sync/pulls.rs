//! Pull requests: each open one gets an answer for its head against what is in force.

use std::time::Duration;

use anyhow::Context;

use crate::db::policies;
use crate::db::pull_requests::{self, PullRequest, State};
use crate::db::sources::{self, Claim};
use crate::github::Repository;
use crate::policy::SourceFile;
use crate::proposal::Proposal;
use crate::render::KnownWaivers;
use crate::views::waiver;

use super::checkout::SourceCheckout;
use super::posts::PostWriter;
use super::{Syncer, blocking};

/// Answered in one pass; the rest follows in the next, which is due at once.
const MOST_AT_ONCE: usize = 50;

impl Syncer {
    /// Answers the pull requests that have no answer yet for their head against what is in force,
    /// and ends the pass.
    pub(super) async fn answer(
        &self,
        claim: &Claim,
        checkout: SourceCheckout,
        posts: &PostWriter,
    ) -> anyhow::Result<()> {
        let source = &claim.source;
        let base = source.revision.clone().unwrap_or_default();
        let branch = &source.registration.branch;
        let waiting = pull_requests::unanswered(&self.pool, source.id, branch, &base).await?;
        let numbers: Vec<u64> = waiting
            .iter()
            .take(MOST_AT_ONCE)
            .filter_map(|pull| pull.number.try_into().ok())
            .collect();
        let proposals = self.proposals(claim, checkout, numbers).await?;
        let pause = if waiting.len() > MOST_AT_ONCE { Duration::ZERO } else { self.poll(source) };
        let mut transaction = self.pool.begin().await.context("cannot begin a transaction")?;
        let fence = sources::fence(&mut *transaction, claim).await?;
        let statuses = match proposals.as_slice() {
            [] => Vec::new(),
            _ => waiver::in_force(&mut transaction, source.id).await?,
        };
        let known = KnownWaivers { today: fence.at().date_naive(), statuses: &statuses };
        for (pull, proposal) in &proposals {
            posts.want_for_proposal(&mut transaction, (*pull, proposal), known).await?;
            let (number, head) = (number(*pull)?, proposal.head.to_string());
            pull_requests::answered(&mut *transaction, &fence, number, &head, &base).await?;
        }
        let completed = self.unchanged(claim, pause).await?;
        sources::complete(&mut *transaction, fence, &completed).await?;
        transaction.commit().await.context("cannot commit")?;
        Ok(())
    }

    /// Reads what pull requests ask for.
    async fn proposals(
        &self,
        claim: &Claim,
        checkout: SourceCheckout,
        numbers: Vec<u64>,
    ) -> anyhow::Result<Vec<(u64, Proposal)>> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let in_force = policies::in_force(&self.pool, claim.source.id).await?.files;
        let in_force: Vec<_> =
            in_force.into_iter().map(|file| SourceFile::new(file.path, file.body)).collect();
        sources::renew(&self.pool, claim, self.lease()).await?;
        blocking(move || checkout.proposals(&numbers, &in_force)).await
    }

    /// Brings our rows up to GitHub's list: webhooks may have been lost.
    pub(super) async fn list(&self, claim: &Claim, repository: &Repository) -> anyhow::Result<()> {
        let source = &claim.source;
        let branch = &source.registration.branch;
        let open = repository
            .open_pull_requests(branch)
            .await
            .context("cannot list the open pull requests")?;
        let mut numbers = Vec::with_capacity(open.len());
        for pull in open {
            let pull = PullRequest {
                number: number(pull.number)?,
                head: pull.head,
                base_branch: pull.base_branch,
                state: State::Open,
                author: pull.author,
                updated_at: pull.updated_at,
            };
            numbers.push(pull.number);
            pull_requests::see(&self.pool, source.id, &pull).await?;
        }
        pull_requests::close_others(&self.pool, source.id, &numbers).await?;
        Ok(())
    }
}

fn number(number: u64) -> anyhow::Result<i64> {
    i64::try_from(number).with_context(|| format!("pull request {number} has too large a number"))
}
