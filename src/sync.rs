//! The reconciler that brings Git revisions into force and answers pull requests.
//!
//! A pass claims one source that is due and does one thing for it: where the branch has a new
//! head, that is read, judged as a whole and brought into force or refused; where it has not, open
//! pull requests are answered. A pass may break off anywhere: all that it writes is one transaction
//! at its end, fenced by its claim, and the next pass begins from the same state.
//!
//! Evaluating what is in force is left to [`crate::evaluator`], posting to [`crate::reporter`].

mod apply;
mod checkout;
mod guard;
mod plan;
mod posts;
mod pulls;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod trust;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgPool};
use tracing::Instrument;

use crate::assessment::Assessors;
use crate::config::Signatures;
use crate::db::sources::{self, Claim, Completed, Host, Source, SourceId};
use crate::db::{self, groups, policies, revisions};
use crate::git::{Allowed, CommitId, Credentials, Fetcher, Limits, Remote};
use crate::github::{GitHub, Repository};
use crate::in_force::PolicyCache;
use crate::proposal::Policies;
use crate::render::links::Links;
use crate::ssh::Access;
use crate::tasks::{Backoff, Pass, blocking, spread};

use self::checkout::{Head, Revision, SourceCheckout, Unfollowed, UnreadHead};
pub use self::guard::Guard;
use self::plan::{CurrentState, Decision, InForce, SyncPlan};
use self::posts::{Loss, PostWriter};
use self::pulls::{Answering, Authors};
use self::trust::Trust;

/// The pauses after failed passes over a source.
const BACKOFF: Backoff = Backoff { first: Duration::from_secs(5), longest: Duration::from_mins(5) };
/// How often a remote is asked where the settings do not say.
const POLL: Duration = Duration::from_mins(1);
/// Intervals of polling without an answer until the last commit says that it may not be the last.
const MISSED_POLLS: u32 = 2;
/// How long a claim holds without being renewed: a source whose pass was killed rests so long.
const LEASE: Duration = Duration::from_mins(1);
/// How long a pass may take with all its fetches and assessments: one that hangs is left then.
const LONGEST_PASS: Duration = Duration::from_mins(30);

/// The reconciler. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Syncer {
    pool: PgPool,
    github: Option<GitHub>,
    assessors: Assessors,
    in_force: Arc<PolicyCache>,
    known: Arc<Mutex<BTreeMap<SourceId, Known>>>,
    /// Sources whose head this process decided on.
    decided: Arc<Mutex<BTreeSet<SourceId>>>,
    settings: Arc<SyncSettings>,
}

/// Policies of a source that this process brought into force last.
#[derive(Debug, Clone)]
struct Known {
    policies: Arc<Policies>,
    commit: CommitId,
    /// When they came into force.
    at: Option<DateTime<Utc>>,
}

impl Known {
    /// `true` where they are still in force: nobody brought another commit into force since, not even
    /// another version of the program.
    fn is_in_force(&self, source: &Source) -> bool {
        id(source.revision.as_deref()) == Some(self.commit) && source.last_synced_at == self.at
    }
}

/// Settings of the operator for the reconciler.
#[derive(Debug, Clone, Default)]
pub struct SyncSettings {
    /// The directory of the mirrors.
    pub mirrors: PathBuf,
    /// Which remotes may be fetched from.
    pub allowed: Allowed,
    /// How long and how much a fetch may be.
    pub limits: Limits,
    /// Whoever fetches.
    pub fetcher: Fetcher,
    /// How each source is followed, by its name.
    pub sources: BTreeMap<String, Following>,
    /// The way to the page.
    pub links: Links,
    /// `true` where accounts are swept, so that people can ask for what was not collected.
    pub sweeps: bool,
}

/// How a source is followed.
#[derive(Debug, Clone)]
pub struct Following {
    /// How often its remote is asked without a webhook.
    pub poll: Duration,
    /// Guard of what is in force.
    pub guard: Guard,
    /// What signatures of its commits are good for.
    pub signatures: Signatures,
    /// What a server elsewhere than on GitHub is told that asks who we are.
    pub credentials: Option<Credentials>,
    /// What a host of SSH is known by and is told.
    pub access: Option<Access>,
}

impl Default for Following {
    fn default() -> Self {
        let (guard, signatures) = (Guard::default(), Signatures::default());
        Self { poll: POLL, guard, signatures, credentials: None, access: None }
    }
}

/// Repository of a source, looked up and ready to be read.
struct ResolvedSource {
    checkout: SourceCheckout,
    /// GitHub's view of it, where GitHub has one, and who speaks there.
    github: Option<(Repository, PostWriter)>,
}

impl Syncer {
    /// A reconciler over `pool`, which has pull requests assessed, and hands on what it compiles.
    /// Without `github` only sources elsewhere are synced.
    pub fn new(
        pool: PgPool,
        github: Option<GitHub>,
        assessors: Assessors,
        in_force: Arc<PolicyCache>,
        settings: SyncSettings,
    ) -> Self {
        let (known, decided, settings) = (Arc::default(), Arc::default(), Arc::new(settings));
        Self { pool, github, assessors, in_force, known, decided, settings }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<SourceId, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn decided(&self) -> MutexGuard<'_, BTreeSet<SourceId>> {
        self.decided.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `true` where the head of a source was refused or held, perhaps by another process that knew other
    /// signers: what the operator allowed since counts from the next start on.
    fn is_to_be_judged_anew(&self, source: &Source) -> bool {
        self.following(source).signatures.signers().is_some()
            && source.head != source.revision
            && !self.decided().contains(&source.id)
    }

    /// Claims a source that is due and does what is next for it. A failure is logged and kept with
    /// the source, which is due again after a pause; the error of a pass is the database's.
    pub async fn pass(&self) -> anyhow::Result<Pass> {
        let claim = sources::claim_due(&self.pool, LEASE).await;
        let Some(claim) = claim.context("cannot claim a source")? else { return self.idle().await };
        let name = claim.source.registration.name.as_str();
        let span = tracing::info_span!("sync", source.name = name);
        async {
            let worked = tokio::select! {
                worked = self.work(&claim) => worked,
                error = self.hold(&claim) => Err(error),
            };
            if let Err(error) = worked {
                self.failed(&claim, &error).await?;
            }
            Ok(Pass::Worked)
        }
        .instrument(span)
        .await
    }

    /// Renews a claim while it is worked on. Ends where it is lost, or the pass takes too long.
    async fn hold(&self, claim: &Claim) -> anyhow::Error {
        let end = tokio::time::Instant::now() + LONGEST_PASS;
        while tokio::time::Instant::now() < end {
            tokio::time::sleep(LEASE / 4).await;
            if let Err(error) = sources::renew(&self.pool, claim, LEASE).await {
                return error.into();
            }
        }
        anyhow::anyhow!("the pass took longer than {}", humantime::format_duration(LONGEST_PASS))
    }

    /// Tells when the next source falls due, so that a poll is as punctual as its interval says.
    async fn idle(&self) -> anyhow::Result<Pass> {
        let due = sources::next_due(&self.pool).await.context("cannot ask for the next source")?;
        Ok(due.map_or(Pass::Idle, Pass::IdleFor))
    }

    async fn work(&self, claim: &Claim) -> anyhow::Result<()> {
        let source = &claim.source;
        let resolved = self.resolve(source).await.context(Unfollowed)?;
        let head = id(source.head.as_deref()).filter(|_| !self.is_to_be_judged_anew(source));
        let in_force = id(source.revision.as_deref());
        let checkout = resolved.checkout.clone();
        let known = self.known().get(&source.id).map(|known| Arc::clone(&known.policies));
        let head = blocking(move || checkout.head(head, in_force, known.as_deref()));
        match (head.await?, &resolved.github) {
            (Head::New(revision), github) => {
                self.decide(claim, *revision, github.as_ref().map(|(_, posts)| posts)).await
            }
            (Head::Known, Some((repository, posts))) => {
                self.list(claim, repository).await?;
                let authors = Authors::of(repository);
                let checkout = resolved.checkout;
                self.answer(claim, Answering { checkout, posts, authors }).await
            }
            (Head::Known, None) => {
                let completed = self.unchanged(claim, self.poll(source)).await?;
                let mut transaction = self.pool.begin().await?;
                let fence = sources::fence(&mut *transaction, claim).await?;
                sources::complete(&mut *transaction, fence, &completed).await?;
                Ok(transaction.commit().await?)
            }
        }
    }

    /// Decides on a new head of the branch and carries the decision out.
    async fn decide(
        &self,
        claim: &Claim,
        revision: Revision,
        posts: Option<&PostWriter>,
    ) -> anyhow::Result<()> {
        let source = &claim.source;
        let revision_in_force = id(source.revision.as_deref());
        let policies = self.in_force(source).await?;
        let held = self.held(source, &revision).await?;
        let current = CurrentState { revision: revision_in_force, policies, held };
        let Following { guard, signatures, .. } = self.following(source);
        let trust = Trust { signatures, now: claim.claimed_at };
        let plan = blocking(move || Ok(SyncPlan::decide(revision, &current, guard, &trust)));
        let plan = plan.await?;
        // What pull requests ask for is compared with what is in force now, at once.
        let pause = if posts.is_some() { Duration::ZERO } else { self.poll(source) };
        let mut transaction = self.pool.begin().await?;
        let (changed, at) = apply::apply(&mut transaction, claim, &plan, posts, pause).await?;
        transaction.commit().await?;
        self.decided().insert(source.id);
        let commit = plan.commit.id;
        let application = match &plan.decision {
            Decision::Apply(application) => application,
            Decision::Refuse => {
                let why = plan.reading.diagnostics.iter().find(|found| found.is_error());
                let why = why.map(|found| found.message.as_str());
                tracing::warn!(%commit, why, "the revision is refused");
                return Ok(());
            }
            Decision::Hold => {
                let why = plan.reading.diagnostics.iter().find(|found| found.is_error());
                let why = why.map(|found| found.message.as_str());
                tracing::warn!(%commit, why, "the revision is held until somebody approves it");
                return Ok(());
            }
        };
        let policies = &plan.policies.reading.policies;
        tracing::info!(
            %commit,
            groups.all = policies.groups.len(),
            groups.changed = changed.len(),
            groups.retired = application.retired.len(),
            "the revision is in force"
        );
        self.in_force.keep(source.id, commit, Arc::clone(policies));
        // One that was in force before came into force no later for having been looked at again.
        let is_same = revision_in_force == Some(commit);
        let at = if is_same { source.last_synced_at } else { Some(at) };
        self.known().insert(source.id, Known { policies: plan.policies, commit, at });
        Ok(())
    }

    /// Commits of those that a revision approves that were held over what is in force.
    async fn held(
        &self,
        source: &Source,
        revision: &Revision,
    ) -> anyhow::Result<BTreeSet<CommitId>> {
        let mut held = BTreeSet::new();
        for approved in &revision.approved {
            let Some(of) = &approved.approval.of else { continue };
            let record = revisions::find(&self.pool, source.id, &of.id.to_string()).await?;
            let held_over = record.and_then(|found| found.record.held_over);
            if held_over.is_some() && held_over == source.revision {
                held.insert(of.id);
            }
        }
        Ok(held)
    }

    /// What is known of the policies of a source that are in force.
    async fn in_force(&self, source: &Source) -> anyhow::Result<InForce> {
        let known = self.known().get(&source.id).cloned();
        if let Some(known) = known.filter(|known| known.is_in_force(source)) {
            return Ok(InForce::Known(known.policies));
        }
        let groups = groups::of_source(&self.pool, source.id).await?;
        Ok(InForce::Stored {
            files: policies::digests(&self.pool, source.id).await?,
            groups: groups.into_iter().map(|group| group.definition.name).collect(),
        })
    }

    /// How a pass ends that found the head it knew: one that is refused or held stays so.
    async fn unchanged(&self, claim: &Claim, pause: Duration) -> anyhow::Result<Completed> {
        let Source { id, head, revision, .. } = &claim.source;
        let head = head.clone().unwrap_or_default();
        let record = revisions::find(&self.pool, *id, &head).await?;
        let refused = record.and_then(|revision| apply::refusal(&revision.record));
        Ok(Completed { head, revision: revision.clone(), refused, pause })
    }

    /// Finds out where a source is now and how it may be read.
    async fn resolve(&self, source: &Source) -> anyhow::Result<ResolvedSource> {
        let registration = &source.registration;
        let (remote, github) = match registration.host {
            Host::Git => {
                let Following { credentials, access, .. } = self.following(source);
                let remote = Remote::read(&registration.repository, self.settings.allowed)?;
                (remote.with_credentials(credentials).with_access(access), None)
            }
            Host::GitHub => {
                let repository = self.look_up(source).await?;
                let token = repository.git_token().await.context("cannot get a token for Git")?;
                let url = repository.clone_url().clone();
                let token = Credentials::of_token(token);
                let remote = Remote::new(url, self.settings.allowed)?;
                let remote = remote.with_credentials(Some(token));
                let all = sources::all(&self.pool).await?;
                let posts = PostWriter::new(source, &all, self.settings.links.clone());
                (remote, Some((repository, posts)))
            }
        };
        let digest = hex::encode(Sha256::digest(remote.to_string()));
        let name = format!("{}.git", digest.get(..16).unwrap_or(&digest));
        let checkout = SourceCheckout {
            directory: self.settings.mirrors.join(name),
            remote,
            limits: self.settings.limits,
            fetcher: self.settings.fetcher.clone(),
            branch: registration.branch.clone(),
            path: registration.path.clone(),
        };
        Ok(ResolvedSource { checkout, github })
    }

    /// Asks GitHub for a repository, by its number once that is known.
    async fn look_up(&self, source: &Source) -> anyhow::Result<Repository> {
        let github = self.github.as_ref().context("GitHub is not configured; set `[github]`")?;
        let name = source.repository();
        let repository = github
            .repository(&name.parse()?, source.repository_id())
            .await
            .with_context(|| format!("cannot look up repository `{name}`"))?;
        let id = i64::try_from(repository.id().0).context("the repository's id is too large")?;
        sources::identify(&self.pool, source.id, id, &repository.name().to_string()).await?;
        Ok(repository)
    }

    /// Keeps why a pass failed, unless another attempt has taken over.
    async fn failed(&self, claim: &Claim, error: &anyhow::Error) -> anyhow::Result<()> {
        if is_stale(error) {
            tracing::info!("another attempt has taken over");
            return Ok(());
        }
        let words = format!("{error:#}");
        tracing::error!(error = words, attempts = claim.source.attempts, "cannot sync");
        let mut transaction = self.pool.begin().await?;
        match sources::fail(&mut *transaction, claim, &words, BACKOFF).await {
            Err(error) if error.is_stale() => return Ok(()),
            kept => kept.context("cannot keep a failure")?,
        }
        self.say_failed(&mut transaction, claim, error).await?;
        Ok(transaction.commit().await?)
    }

    /// Wants to be said on GitHub what a failed pass means for a commit, if it means anything: one that is
    /// not repeated by a better one may be nothing.
    async fn say_failed(
        &self,
        connection: &mut PgConnection,
        claim: &Claim,
        error: &anyhow::Error,
    ) -> anyhow::Result<()> {
        let source = &claim.source;
        if source.registration.host != Host::GitHub {
            return Ok(());
        }
        let all = sources::all(&mut *connection).await?;
        let posts = PostWriter::new(source, &all, self.settings.links.clone());
        if let Some(UnreadHead { head, why, is_mirrors }) = error.downcast_ref() {
            if *is_mirrors && !claim.was_failing() {
                return Ok(());
            }
            let last_good = source.revision.as_deref();
            return posts.want_for_unread(connection, *head, why, last_good).await;
        }
        let Some(since) = source.last_checked_at else { return Ok(()) };
        // After a while in which nobody asked, one failure says nothing yet.
        if !error.is::<Unfollowed>() || !claim.was_failing() {
            return Ok(());
        }
        let silence = (claim.claimed_at - since).to_std().unwrap_or_default();
        if silence < self.following(source).poll * MISSED_POLLS {
            return Ok(());
        }
        let (branch, why) = (&source.registration.branch, Unfollowed::why(error));
        let Some(head) = &source.head else { return Ok(()) };
        posts.want_for_lost(connection, head, Loss { branch, since, why: &why }).await
    }

    /// When the remote is asked again without a webhook: up to a fifth sooner than set, so that
    /// sources spread.
    fn poll(&self, source: &Source) -> Duration {
        spread(self.following(source).poll, 0.8)
    }

    fn following(&self, source: &Source) -> Following {
        let following = self.settings.sources.get(&source.registration.name);
        following.cloned().unwrap_or_default()
    }
}

fn id(text: Option<&str>) -> Option<CommitId> {
    text?.parse().ok()
}

fn is_stale(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref().is_some_and(db::Error::is_stale))
}
