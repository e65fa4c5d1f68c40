//! Reading, comparing and judging a head.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use sqlx::PgPool;

use crate::collect::StoredInventories;
use crate::db::revisions;
use crate::db::sources::SourceId;
use crate::git::{CommitId, Objects, ReadError};
use crate::impact::{self, Impact, Removal, Uncollected};
use crate::in_force::{CompiledPolicies, PolicyCache};
use crate::policy::PolicySet;
use crate::proposal::{Policies, PolicyDirectory, Proposal};
use crate::render::post::Post;
use crate::render::{Judged, KnownWaivers, Proposed, StackTotal, comment, policies_check};
use crate::resource::Inventory;
use crate::tasks::blocking;
use crate::views::waiver;

use super::{Assessment, Question};

/// Resources that are named of each check, account and kind of difference, where they may be.
const EXAMPLES: usize = 20;

/// Commits whose policies are kept in memory.
const KEPT: usize = 3;

/// Good commits of a branch that are looked at, where the one at which a head parted is broken.
const LOOKED_BACK: i64 = 50;

/// Assessor of pull requests over what a database knows. It keeps what it read last in memory.
#[derive(Debug)]
pub struct Assessor {
    pool: PgPool,
    inventories: StoredInventories,
    /// Good policies of commits that were read last: many pull requests part from a branch at one, and
    /// mostly that is in force.
    good: VecDeque<(SourceId, CommitId, Arc<PolicySet>)>,
    /// Policies of a commit of each of the sources that were asked about last: others of that source are
    /// read by what differs.
    read: VecDeque<(SourceId, Arc<Policies>)>,
    in_force: PolicyCache,
}

impl Assessor {
    /// An assessor over a database.
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            inventories: StoredInventories::default(),
            good: VecDeque::new(),
            read: VecDeque::new(),
            in_force: PolicyCache::default(),
        }
    }

    /// What is to be said of a head.
    pub async fn assess(&mut self, question: &Question) -> anyhow::Result<Assessment> {
        let compared = Arc::new(self.compare(question).await?);
        // What was found is said in a comment.
        let is_judged = question.number.is_some() && question.unjudged.is_none();
        let source = question.speaker.source;
        let names = question.is_private && compared.names_resources;
        let examples = if names { EXAMPLES } else { 0 };
        let own =
            if is_judged { self.judge(source, &compared, false, examples).await? } else { None };
        let whole = if is_judged { self.judge(source, &compared, true, 0).await? } else { None };
        let mut connection = self.pool.acquire().await.context("cannot reach the database")?;
        let statuses = waiver::in_force(&mut connection, source).await?;
        let known = KnownWaivers { today: question.today, statuses: &statuses };
        let judged = match (&own, &question.unjudged) {
            (Some(impact), _) => Judged::By(impact),
            (None, Some(why)) => Judged::Not(why),
            (None, None) => Judged::NotAsked,
        };
        let Proposal { head, reading, changes, touches_policies } = &compared.proposal;
        let head = &head.to_string();
        let changes = changes.as_ref();
        let all = compared.trunk.as_ref().filter(|_| changes.is_some());
        let all = all.map(|trunk| impact::changes(trunk, compared.after()));
        let stack = all.as_ref().map(|changes| StackTotal { changes, impact: whole.as_ref() });
        let removal = compared.removal();
        let too_much = removal.filter(|it| it.exceeds(question.max_removed_percent));
        let foreign = question.foreign.as_slice();
        let proposed =
            Proposed { head, reading, changes, judged, stack, held: too_much, past: None, foreign };
        let label = question.speaker.label();
        let nothing = Uncollected::default();
        let missing = own.as_ref().map_or(&nothing, |impact| &impact.uncollected);
        Ok(Assessment {
            check: policies_check(label, head, reading, (missing, &question.collection)),
            comment: question
                .number
                .map(|number| Post::Comment(comment(label, number, proposed, known))),
            concerns_policies: *touches_policies,
            uncollected: missing.types().map(|(account, types)| (account.clone(), types)).collect(),
        })
    }

    /// Reads a head, and the policies that it is compared with: those of the commit at which it parted
    /// from the branch, or from the layer below. Where these have errors, it is compared with the last good
    /// ones before them or, where nobody knows any, with the files that are in force.
    async fn compare(&mut self, question: &Question) -> anyhow::Result<Compared> {
        let Question { head, target, below, .. } = *question;
        let source = question.speaker.source;
        let mut checkout = Checkout {
            mirror: question.mirror.clone(),
            path: question.path.clone(),
            known: self.read.iter().find(|(of, _)| *of == source).map(|(_, it)| Arc::clone(it)),
        };
        let parted = checkout.read(move |directory| {
            let trunk = directory.objects.merge_base(head, target)?.unwrap_or(target);
            let below = match below.map(|below| directory.objects.merge_base(head, below)) {
                // It was pushed anew, and is not fetched.
                None | Some(Err(ReadError::NoSuchCommit(_))) => None,
                Some(parted) => parted?,
            };
            Ok((trunk, below.filter(|below| *below != trunk), directory.settings(target)?.0))
        });
        let (trunk, below, gates) = parted.await?;
        let good = match self.good_policies(source, &mut checkout, trunk).await? {
            None => self.last_good(source, &mut checkout, trunk).await?,
            good => good,
        };
        if let Some(read) = checkout.known.clone() {
            self.read.retain(|(of, _)| *of != source);
            self.read.push_front((source, read));
            self.read.truncate(KEPT);
        }
        let accounts = self.in_force.in_force(&self.pool, source).await?;
        let in_trunk = good.unwrap_or_else(|| Arc::clone(&accounts.policies));
        let layer = match below {
            Some(below) => checkout.good_policies(below).await?.map(|policies| (below, policies)),
            None => None,
        };
        let (base, before, trunk) = match layer {
            Some((below, policies)) => (below, policies, Some(in_trunk)),
            None => (trunk, in_trunk, None),
        };
        let policies = Arc::clone(&before);
        let names_resources = gates.as_ref().is_some_and(|settings| settings.names_resources);
        let proposal = checkout
            .read(move |directory| directory.proposal(head, (base, &policies), gates.as_ref()));
        Ok(Compared { proposal: proposal.await?, before, trunk, accounts, names_resources })
    }

    /// Policies of a commit, unless they have errors.
    async fn good_policies(
        &mut self,
        source: SourceId,
        checkout: &mut Checkout,
        commit: CommitId,
    ) -> anyhow::Result<Option<Arc<PolicySet>>> {
        let known = self.good.iter().position(|(of, at, _)| (*of, *at) == (source, commit));
        let read = match known.and_then(|at| self.good.remove(at)) {
            Some((_, _, policies)) => Some(policies),
            None => checkout.good_policies(commit).await?,
        };
        if let Some(policies) = &read {
            self.good.push_front((source, commit, Arc::clone(policies)));
            self.good.truncate(KEPT);
        }
        Ok(read)
    }

    /// Policies of the last commit before another one that came into force.
    async fn last_good(
        &self,
        source: SourceId,
        checkout: &mut Checkout,
        before: CommitId,
    ) -> anyhow::Result<Option<Arc<PolicySet>>> {
        let good = revisions::good(&self.pool, source, LOOKED_BACK).await?;
        let found = checkout.read(move |directory| {
            for commit in good.iter().filter_map(|commit| commit.parse().ok()) {
                match directory.objects.is_ancestor(commit, before) {
                    Ok(true) => return Ok(Some(commit)),
                    Ok(false) | Err(ReadError::NoSuchCommit(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(None)
        });
        match found.await? {
            Some(commit) => checkout.good_policies(commit).await,
            None => Ok(None),
        }
    }

    /// What a head makes of the resources of accounts that are in force already, by itself or with the
    /// layers below it; nothing where its policies cannot be read whole, or there is no layer below.
    async fn judge(
        &mut self,
        source: SourceId,
        compared: &Arc<Compared>,
        is_of_stack: bool,
        examples: usize,
    ) -> anyhow::Result<Option<Impact>> {
        let Compared { before, trunk, proposal, accounts, .. } = &**compared;
        let base = if is_of_stack { trunk.as_ref() } else { Some(before) };
        let Some(base) = base.filter(|_| proposal.changes.is_some()).cloned() else {
            return Ok(None);
        };
        let (old, both) = (Arc::clone(&base), Arc::clone(compared));
        let types = blocking(move || Ok(Impact::types(&old, both.after()))).await?;
        let known = self.inventories.latest(&self.pool, source, &accounts.policies, Some(&types));
        let known = known.await.context("cannot read what the evaluations stored")?;
        let both = Arc::clone(compared);
        let impact = blocking(move || {
            let inventories: Vec<&Inventory> = known.iter().collect();
            Ok(Impact::of(&base, both.after(), &inventories, examples))
        });
        impact.await.map(Some)
    }
}

/// A head, and the policies that it is compared with.
struct Compared {
    before: Arc<PolicySet>,
    /// Policies of the branch, where those before it are of a layer below.
    trunk: Option<Arc<PolicySet>>,
    /// Policies in force: no other accounts are judged.
    accounts: Arc<CompiledPolicies>,
    proposal: Proposal,
    /// `true` where the branch wants resources to be named.
    names_resources: bool,
}

impl Compared {
    /// Removal of groups of the branch, where the head can be read whole.
    fn removal(&self) -> Option<Removal> {
        self.proposal.changes.as_ref()?;
        let branch = self.trunk.as_ref().unwrap_or(&self.before);
        Some(Removal::between(branch, self.after()))
    }

    fn after(&self) -> &PolicySet {
        &self.proposal.reading.policies
    }
}

/// Directory of policies in a mirror. Reading it blocks, on threads for that.
#[derive(Clone)]
struct Checkout {
    mirror: PathBuf,
    path: String,
    /// Policies that were read from it.
    known: Option<Arc<Policies>>,
}

impl Checkout {
    /// The policies of a commit, unless they have errors. Others are read by what differs from good ones.
    async fn good_policies(&mut self, commit: CommitId) -> anyhow::Result<Option<Arc<PolicySet>>> {
        let read = self.read(move |directory| directory.policies(commit, None)).await?;
        Ok(read.reading.is_clean().then(|| {
            let policies = Arc::clone(&read.reading.policies);
            self.known = Some(Arc::new(read));
            policies
        }))
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(PolicyDirectory<'_>) -> Result<T, ReadError> + Send + 'static,
    ) -> anyhow::Result<T> {
        let Self { mirror, path, known } = self.clone();
        blocking(move || {
            let objects = Objects::mirrored(&mirror)?;
            Ok(read(PolicyDirectory { objects: &objects, path: &path, known: known.as_deref() })?)
        })
        .await
    }
}
