//! Pull requests: each open one gets an answer for its head against what is in force.
//!
//! What is to be said of a head is computed by [`crate::assessment`]; here it is decided which heads are
//! asked about, and whether what they change may be judged.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::Context;

use crate::assessment::{Assessment, Question};
use crate::db::pull_requests::{self, Layer, PullRequest, State, Unanswered};
use crate::db::sources::{self, Claim};
use crate::git::{CommitId, ReadError};
use crate::github::Repository;
use crate::render::Unjudged;

use super::checkout::{Heads, SourceCheckout};
use super::posts::PostWriter;
use super::{Syncer, blocking};

/// Answered in one pass; the rest follows in the next, which is due at once.
const MOST_AT_ONCE: usize = 50;

/// Pull requests of a source, as they are answered in a pass.
pub(super) struct Answering<'a> {
    pub(super) checkout: SourceCheckout,
    pub(super) posts: &'a PostWriter,
    pub(super) authors: Authors<'a>,
}

impl Syncer {
    /// Answers the pull requests that have no answer yet for their head against what is in force, one
    /// by one, and ends the pass. Those that were changed last come first. When the source is woken
    /// meanwhile, the rest is left to the next pass: the branch may have moved, which comes before.
    pub(super) async fn answer(
        &self,
        claim: &Claim,
        mut answering: Answering<'_>,
    ) -> anyhow::Result<()> {
        let source = &claim.source;
        let base = source.revision.clone().unwrap_or_default();
        let branch = &source.registration.branch;
        let mut waiting = pull_requests::unanswered(&self.pool, source.id, branch, &base).await?;
        let mut has_more = waiting.len() > MOST_AT_ONCE;
        self.answer_merge_queue(claim, &answering).await?;
        waiting.truncate(MOST_AT_ONCE);
        if let Some(heads) = self.heads(claim, &answering.checkout, &waiting).await? {
            for one in &waiting {
                let Some(head) = heads.of(number(&one.pull)?) else { continue };
                if self.answer_one(claim, (one, head, heads.target), &mut answering).await? {
                    has_more = true;
                    break;
                }
            }
        }
        let pause = if has_more { Duration::ZERO } else { self.poll(source) };
        let completed = self.unchanged(claim, pause).await?;
        let mut transaction = self.pool.begin().await.context("cannot begin a transaction")?;
        let fence = sources::fence(&mut *transaction, claim).await?;
        sources::complete(&mut *transaction, fence, &completed).await?;
        transaction.commit().await.context("cannot commit")
    }

    /// Answers the heads of the branch's merge queue that have no check run yet: what the queue would
    /// have the branch move to is validated, and waits for that.
    async fn answer_merge_queue(
        &self,
        claim: &Claim,
        answering: &Answering<'_>,
    ) -> anyhow::Result<()> {
        let Answering { checkout, posts, .. } = answering;
        let queued = checkout.clone();
        let (Some(target), heads) = blocking(move || queued.merge_queue()).await? else {
            return Ok(());
        };
        for head in heads {
            if posts.has_answered(&self.pool, head).await? {
                continue;
            }
            let question = question(claim, checkout, posts, (head, target));
            sources::renew(&self.pool, claim, self.lease()).await?;
            let assessment = self.assess(question, checkout).await?;
            let mut transaction = self.pool.begin().await.context("cannot begin a transaction")?;
            sources::fence(&mut *transaction, claim).await?;
            posts.want_for_proposal(&mut transaction, &assessment).await?;
            transaction.commit().await.context("cannot commit")?;
        }
        Ok(())
    }

    /// Fetches pull requests; where there is none, nothing is fetched.
    async fn heads(
        &self,
        claim: &Claim,
        checkout: &SourceCheckout,
        waiting: &[Unanswered],
    ) -> anyhow::Result<Option<Heads>> {
        let numbers =
            waiting.iter().map(|one| number(&one.pull)).collect::<anyhow::Result<Vec<_>>>()?;
        if numbers.is_empty() {
            return Ok(None);
        }
        sources::renew(&self.pool, claim, self.lease()).await?;
        let checkout = checkout.clone();
        blocking(move || checkout.heads(&numbers)).await
    }

    /// Answers a pull request for a head; `true` where the source was woken meanwhile. One that has its
    /// answer keeps it as long as nobody vouches for the head.
    async fn answer_one(
        &self,
        claim: &Claim,
        (waiting, head, target): (&Unanswered, CommitId, CommitId),
        answering: &mut Answering<'_>,
    ) -> anyhow::Result<bool> {
        let Answering { checkout, posts, authors } = answering;
        let (source, Unanswered { pull, is_answered }) = (&claim.source, waiting);
        let unjudged = authors.unjudged(source.repository_id, pull, head).await?;
        let is_vouched = unjudged.is_none();
        let question = Question {
            number: Some(number(pull)?),
            below: pull.layer.as_ref().and_then(|layer| layer.below.as_deref()?.parse().ok()),
            is_private: authors.repository.is_some_and(Repository::is_private),
            unjudged,
            ..question(claim, checkout, posts, (head, target))
        };
        let assessment = if *is_answered && !is_vouched {
            None
        } else {
            sources::renew(&self.pool, claim, self.lease()).await?;
            Some(self.assess(question, checkout).await?)
        };
        let mut transaction = self.pool.begin().await.context("cannot begin a transaction")?;
        let fence = sources::fence(&mut *transaction, claim).await?;
        if let Some(assessment) = &assessment {
            posts.want_for_proposal(&mut transaction, assessment).await?;
        }
        let base = source.revision.as_deref().unwrap_or_default();
        let of = (&*head.to_string(), base);
        pull_requests::answered(&mut *transaction, &fence, pull.number, of, is_vouched).await?;
        let is_woken = fence.is_woken();
        transaction.commit().await.context("cannot commit")?;
        Ok(is_woken)
    }

    /// What is to be said of a head. A mirror that turns out to be damaged is thrown away for the next
    /// pass.
    async fn assess(
        &self,
        question: Question,
        checkout: &SourceCheckout,
    ) -> anyhow::Result<Assessment> {
        let assessed = self.assessors.assess(question).await;
        let is_damaged =
            |error: &anyhow::Error| matches!(error.downcast_ref(), Some(ReadError::Damaged(_)));
        if assessed.as_ref().is_err_and(is_damaged) {
            let checkout = checkout.clone();
            blocking(move || checkout.discard()).await?;
        }
        assessed.with_context(|| format!("cannot read {}", checkout.remote))
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
        let heads: BTreeMap<String, String> =
            open.iter().map(|pull| (pull.head_branch.clone(), pull.head.clone())).collect();
        for pull in open {
            let below = heads.get(&pull.base_branch).cloned();
            let layer = pull.stack_base.map(|stack_base| Layer { stack_base, below });
            let number = i64::try_from(pull.number);
            let number = number.with_context(|| too_large("a pull request's number"))?;
            let head_repository = pull.head_repository.map(|id| i64::try_from(id.0)).transpose();
            let pull = PullRequest {
                number,
                head: pull.head,
                base_branch: pull.base_branch,
                layer,
                state: State::Open,
                author: pull.author,
                head_repository: head_repository.with_context(|| too_large("a repository's id"))?,
                updated_at: pull.updated_at,
            };
            numbers.push(pull.number);
            pull_requests::see(&self.pool, source.id, &pull).await?;
        }
        pull_requests::close_others(&self.pool, source.id, &numbers).await?;
        Ok(())
    }
}

/// Authors of pull requests, and which of them may write to the repository: whatever others ask for is
/// not judged over inventories. Each is asked about once in a pass.
pub(super) struct Authors<'a> {
    repository: Option<&'a Repository>,
    may_write: BTreeMap<String, bool>,
}

impl<'a> Authors<'a> {
    /// The authors of a repository on GitHub.
    pub(super) fn of(repository: &'a Repository) -> Self {
        Self { repository: Some(repository), may_write: BTreeMap::new() }
    }

    /// Authors of whom nobody knows anything.
    #[cfg(test)]
    pub(super) fn strangers() -> Self {
        Self { repository: None, may_write: BTreeMap::new() }
    }

    /// Why the changes of a pull request are not to be judged. Whoever pushed a head to the repository
    /// itself may write there; for any other its author vouches, or somebody who approved of it.
    async fn unjudged(
        &mut self,
        repository_id: Option<i64>,
        pull: &PullRequest,
        head: CommitId,
    ) -> anyhow::Result<Option<Unjudged>> {
        let is_of_repository = repository_id.is_some() && pull.head_repository == repository_id;
        if is_of_repository || self.may_write(&pull.author).await? {
            return Ok(None);
        }
        for approver in self.approvers(pull, head).await? {
            if self.may_write(&approver).await? {
                return Ok(None);
            }
        }
        Ok(Some(Unjudged::Untrusted))
    }

    async fn approvers(
        &self,
        pull: &PullRequest,
        head: CommitId,
    ) -> anyhow::Result<BTreeSet<String>> {
        let Some(repository) = self.repository else { return Ok(BTreeSet::new()) };
        match repository.approvers(number(pull)?, &head.to_string()).await {
            Err(error) if error.is_refusal() => {
                tracing::warn!(pull_request = pull.number, %error, "cannot tell who approved");
                Ok(BTreeSet::new())
            }
            approvers => approvers.context("cannot ask who approved"),
        }
    }

    async fn may_write(&mut self, author: &str) -> anyhow::Result<bool> {
        if let Some(known) = self.may_write.get(author) {
            return Ok(*known);
        }
        let Some(repository) = self.repository else { return Ok(false) };
        let may_write = match repository.may_write(author).await {
            Ok(may_write) => may_write,
            // Nobody vouches for them, and asking again would not help.
            Err(error) if error.is_refusal() => {
                tracing::warn!(author, %error, "cannot tell whether an author may write");
                false
            }
            Err(error) => return Err(error).context("cannot ask who may write"),
        };
        self.may_write.insert(author.to_owned(), may_write);
        Ok(may_write)
    }
}

/// Question after a head, in its simplest form.
fn question(
    claim: &Claim,
    checkout: &SourceCheckout,
    posts: &PostWriter,
    (head, target): (CommitId, CommitId),
) -> Question {
    Question {
        speaker: posts.speaker(),
        mirror: checkout.directory.clone(),
        path: checkout.path.clone(),
        number: None,
        head,
        below: None,
        target,
        today: claim.claimed_at.date_naive(),
        is_private: false,
        unjudged: None,
    }
}

fn number(pull: &PullRequest) -> anyhow::Result<u64> {
    u64::try_from(pull.number).with_context(|| too_large("a pull request's number"))
}

fn too_large(what: &str) -> String {
    format!("{what} is no number of GitHub's")
}
