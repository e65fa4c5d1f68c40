//! Pull requests: each open one gets an answer for its head against what is in force.
//!
//! What is to be said of a head is computed by [`crate::assessment`]; here it is decided which heads are
//! asked about, and whether what they change may be judged.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::Context;
use sqlx::PgConnection;

use crate::assessment::{Assessment, Question, Unread, unread};
use crate::db::foreign;
use crate::db::notifications::{Topic, notify};
use crate::db::pull_requests::{self, Answer, Layer, Progress, PullRequest, State, Unanswered};
use crate::db::sources::{self, Claim, SourceId};
use crate::db::sweeps;
use crate::git::CommitId;
use crate::github::{ChecksAs, Repository};
use crate::render::{Collection, Unjudged};
use crate::resource::{AccountId, Provider, TypeName};
use crate::tasks::{Backoff, blocking};

use super::Syncer;
use super::checkout::{Heads, SourceCheckout};
use super::guard::Guard;
use super::posts::PostWriter;

/// Answered in one pass; the rest follows in the next, which is due at once.
const MOST_AT_ONCE: usize = 50;

/// Attempts at reading a head before its pull request is told that it cannot be read.
const MOST_ATTEMPTS: u32 = 4;

/// The pauses between them.
const BACKOFF: Backoff = Backoff { first: Duration::from_secs(5), longest: Duration::from_mins(5) };

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
        let is_woken = self.answer_merge_queue(claim, &answering).await?;
        waiting.truncate(if is_woken { 0 } else { MOST_AT_ONCE });
        has_more |= is_woken;
        if let Some(heads) = Self::heads(&answering.checkout, &waiting).await? {
            for one in &waiting {
                let head = heads.of(number(&one.pull)?);
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
        if claim.was_failing() {
            answering.posts.want_for_found(&mut transaction).await?;
        }
        sources::complete(&mut *transaction, fence, &completed).await?;
        transaction.commit().await.context("cannot commit")
    }

    /// Answers the heads of the branch's merge queue that have no check run yet: what the queue would
    /// have the branch move to is validated, and waits for that. `true` where the source was woken
    /// meanwhile, and the rest is left to the next pass. One that cannot be read costs no other its answer.
    async fn answer_merge_queue(
        &self,
        claim: &Claim,
        answering: &Answering<'_>,
    ) -> anyhow::Result<bool> {
        let Answering { checkout, posts, .. } = answering;
        let queued = checkout.clone();
        let (Some(target), heads) = blocking(move || queued.merge_queue()).await? else {
            return Ok(false);
        };
        for head in heads {
            if posts.has_answered(&self.pool, head).await? {
                continue;
            }
            let guard = self.following(&claim.source).guard;
            let question = question((claim, guard), checkout, posts, (head, target));
            let assessment = match self.assess(question, checkout).await? {
                Ok(assessment) => assessment,
                Err(why) => {
                    tracing::error!(%head, why, "cannot read a head of the merge queue");
                    continue;
                }
            };
            let mut transaction = self.pool.begin().await.context("cannot begin a transaction")?;
            let fence = sources::fence(&mut *transaction, claim).await?;
            posts.want_for_proposal(&mut transaction, &assessment, false).await?;
            transaction.commit().await.context("cannot commit")?;
            if fence.is_woken() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Fetches pull requests; where there is none, nothing is fetched.
    async fn heads(
        checkout: &SourceCheckout,
        waiting: &[Unanswered],
    ) -> anyhow::Result<Option<Heads>> {
        let numbers =
            waiting.iter().map(|one| number(&one.pull)).collect::<anyhow::Result<Vec<_>>>()?;
        if numbers.is_empty() {
            return Ok(None);
        }
        let checkout = checkout.clone();
        blocking(move || checkout.heads(&numbers)).await
    }

    /// Answers a pull request for a head; `true` where the source was woken meanwhile. One that has its
    /// answer keeps it as long as nobody vouches for the head. One whose head cannot be read is tried again
    /// a few times, and then gets an answer that says why.
    async fn answer_one(
        &self,
        claim: &Claim,
        (waiting, head, target): (&Unanswered, Result<CommitId, String>, CommitId),
        answering: &mut Answering<'_>,
    ) -> anyhow::Result<bool> {
        let Answering { checkout, posts, authors } = answering;
        let (source, Unanswered { pull, is_answered, attempts, .. }) = (&claim.source, waiting);
        let known = head.clone().ok().or_else(|| pull.head.parse().ok());
        let Some(at) = known else { return Ok(false) };
        let unjudged = authors.unjudged(source.repository_id, pull, at).await?;
        let is_vouched = unjudged.is_none();
        let collecting = authors.collecting(waiting, self.settings.sweeps).await?;
        let foreign = foreign::of_head(&self.pool, source.id, &at.to_string()).await?;
        let guard = self.following(source).guard;
        let question = Question {
            number: Some(number(pull)?),
            below: pull.layer.as_ref().and_then(|layer| layer.below.as_deref()?.parse().ok()),
            is_private: authors.repository.is_some_and(Repository::is_private),
            unjudged,
            collection: collecting.shown,
            foreign: foreign.clone(),
            ..question((claim, guard), checkout, posts, (at, target))
        };
        let assessed = match head {
            Err(why) => Some(Err(why)),
            Ok(_) if *is_answered && !is_vouched => None,
            Ok(_) => Some(self.assess(question.clone(), checkout).await?),
        };
        let assessment = match assessed {
            Some(Err(why)) if *attempts < MOST_ATTEMPTS => {
                tracing::error!(pull_request = pull.number, why, "cannot read a pull request");
                return self.put_off(claim, waiting).await;
            }
            Some(Err(why)) => Some(unread(&question, &why)),
            Some(Ok(assessment)) => Some(assessment),
            None => None,
        };
        let mut transaction = self.pool.begin().await.context("cannot begin a transaction")?;
        let fence = sources::fence(&mut *transaction, claim).await?;
        if let Some(assessment) = &assessment {
            posts.want_for_proposal(&mut transaction, assessment, !foreign.is_empty()).await?;
        }
        let missing = assessment.map(|it| it.uncollected).unwrap_or_default();
        if collecting.is_new {
            ask_for(&mut transaction, source.id, pull.number, &missing).await?;
        }
        let there = foreign::of_head(&mut *transaction, source.id, &at.to_string()).await?;
        let answer = Answer {
            is_overtaken: there != foreign,
            head: &at.to_string(),
            base: source.revision.as_deref().unwrap_or_default(),
            is_vouched,
            collection: collecting.kept.as_ref().filter(|_| !missing.is_empty()),
        };
        pull_requests::answered(&mut *transaction, &fence, waiting, answer).await?;
        let is_woken = fence.is_woken();
        transaction.commit().await.context("cannot commit")?;
        Ok(is_woken)
    }

    /// Leaves a pull request to a later pass; `true` where the source was woken meanwhile.
    async fn put_off(&self, claim: &Claim, waiting: &Unanswered) -> anyhow::Result<bool> {
        let pause = BACKOFF.pause(waiting.attempts + 1);
        let mut transaction = self.pool.begin().await.context("cannot begin a transaction")?;
        let fence = sources::fence(&mut *transaction, claim).await?;
        pull_requests::failed(&mut *transaction, &fence, waiting.pull.number, pause).await?;
        transaction.commit().await.context("cannot commit")?;
        Ok(fence.is_woken())
    }

    /// What is to be said of a head, or why it cannot be read. A mirror whose branch cannot be read either
    /// is thrown away for the next pass.
    async fn assess(
        &self,
        question: Question,
        checkout: &SourceCheckout,
    ) -> anyhow::Result<Result<Assessment, String>> {
        let target = question.target;
        match self.assessors.assess(question).await {
            Ok(assessment) => Ok(Ok(assessment)),
            Err(error) => match error.downcast::<Unread>() {
                Ok(Unread(why)) => {
                    let mirror = checkout.clone();
                    if blocking(move || mirror.discard_if_damaged(target)).await? {
                        anyhow::bail!("cannot read {}: {why}", checkout.remote);
                    }
                    Ok(Err(why))
                }
                Err(error) => Err(error.context("cannot assess a pull request")),
            },
        }
    }

    /// Brings our rows up to GitHub's list: webhooks may have been lost.
    pub(super) async fn list(&self, claim: &Claim, repository: &Repository) -> anyhow::Result<()> {
        let source = &claim.source;
        let branch = &source.registration.branch;
        let open = repository
            .open_pull_requests(branch)
            .await
            .context("cannot list the open pull requests")?;
        let (mut numbers, mut changed) = (Vec::with_capacity(open.len()), 0);
        // A branch of a fork may have the name of one of ours.
        let own = open.iter().filter(|pull| pull.head_repository == Some(repository.id()));
        let heads: BTreeMap<String, String> =
            own.map(|pull| (pull.head_branch.clone(), pull.head.clone())).collect();
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
            changed += i64::from(pull_requests::see(&self.pool, source.id, &pull).await?);
        }
        if changed > 0 && !claim.is_announced() {
            tracing::warn!(changed, "polling found pull requests that no webhook had announced");
            sources::found_unannounced(&self.pool, source.id, changed).await?;
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

    /// What comes of what people asked to be collected: only those may ask who may write.
    async fn collecting(
        &mut self,
        waiting: &Unanswered,
        is_swept: bool,
    ) -> anyhow::Result<Collecting> {
        // A status has no button.
        let has_buttons = self.repository.is_some_and(|it| it.checks_as() == ChecksAs::CheckRuns);
        let is_swept = is_swept && has_buttons;
        let shows = |shown| Collecting { shown, kept: None, is_new: false };
        let Some(asked) = waiting.collection.as_ref().filter(|_| is_swept) else {
            return Ok(shows(if is_swept { Collection::Offered } else { Collection::Unavailable }));
        };
        let with = |progress, shown, is_new| {
            let kept = Some(pull_requests::Collection { progress, by: asked.by.clone() });
            Collecting { shown, kept, is_new }
        };
        let under_way = Collection::UnderWay { by: asked.by.clone() };
        Ok(match asked.progress {
            Progress::Asked if self.may_write(&asked.by).await? => {
                with(Progress::UnderWay, under_way, true)
            }
            Progress::Asked => {
                let by = &asked.by;
                tracing::warn!(by, "asked to collect what is missing, and may not write");
                shows(Collection::Offered)
            }
            Progress::UnderWay if !waiting.is_collected => {
                with(Progress::UnderWay, under_way, false)
            }
            Progress::UnderWay if !waiting.has_refused => shows(Collection::Offered),
            Progress::UnderWay | Progress::Failed => {
                with(Progress::Failed, Collection::Failed, false)
            }
        })
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

/// Collecting what a pull request could not be judged by: what it shows, and what is kept of it.
struct Collecting {
    shown: Collection,
    kept: Option<pull_requests::Collection>,
    /// `true` where somebody who may has asked for it since the last answer.
    is_new: bool,
}

/// Has accounts asked for what is missing.
async fn ask_for(
    connection: &mut PgConnection,
    source: SourceId,
    number: i64,
    missing: &BTreeMap<AccountId, BTreeSet<TypeName>>,
) -> anyhow::Result<()> {
    for (account, types) in missing {
        sweeps::ask(&mut *connection, source, (Provider::Aws, account), types).await?;
    }
    notify(&mut *connection, Topic::Sweeps).await?;
    tracing::info!(pull_request = number, accounts = missing.len(), "collecting what is missing");
    Ok(())
}

/// Question after a head, in its simplest form.
fn question(
    (claim, guard): (&Claim, Guard),
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
        max_removed_percent: guard.max_removed_percent,
        unjudged: None,
        collection: Collection::Unavailable,
        foreign: Vec::new(),
    }
}

fn number(pull: &PullRequest) -> anyhow::Result<u64> {
    u64::try_from(pull.number).with_context(|| too_large("a pull request's number"))
}

fn too_large(what: &str) -> String {
    format!("{what} is no number of GitHub's")
}
