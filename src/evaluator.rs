//! The reconciler that runs due groups.
//!
//! A pass claims what is due, fetches once for all of it, judges, and keeps each group's result,
//! next run and posts in one transaction that only the holder of the claim can commit. It takes no
//! input, may be repeated or cut off anywhere, and leaves retrying to the next pass. What is
//! fetched is decided in [`crate::fetch`], what holds in [`crate::evaluation`].

mod decide;
mod enforce;
mod gather;
mod inventories;
mod keep;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use futures::StreamExt;
use futures::stream;
use sqlx::PgPool;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tracing::Instrument;

pub use gather::gather;
pub use inventories::Inventories;

use crate::catalog;
use crate::db::groups::{self, Claim};
use crate::db::sources::SourceId;
use crate::db::{Backoff, facets, policies};
use crate::fetch::CallStats;
use crate::policy::{Account, AccountName, Group, PolicySet, SourceFile};
use crate::render::links::Links;
use crate::resource::Inventory;
use crate::tasks::Pass;

/// How evaluations run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Groups claimed at once; they share one fetch.
    pub batch: u32,
    /// How long a claim holds without a sign of life.
    pub lease: Duration,
    /// The longest interval between two runs, whatever the schedule says.
    pub longest_interval: Option<Duration>,
    /// Addresses of the page, for posts.
    pub links: Links,
}

/// Runs due groups.
#[derive(Debug)]
pub struct Evaluator {
    pool: PgPool,
    inventories: Arc<Inventories>,
    options: Options,
    compiled: Mutex<BTreeMap<SourceId, Arc<InForce>>>,
}

/// The policies of a source, compiled.
#[derive(Debug)]
struct InForce {
    revision: String,
    policies: PolicySet,
}

/// What was seen of an account, and what it cost.
#[derive(Debug)]
struct Gathered {
    inventory: Inventory,
    calls: CallStats,
    observations: facets::Observations,
}

const ACCOUNTS_AT_ONCE: usize = 8;
const BACKOFF: Backoff =
    Backoff { first: Duration::from_secs(5), longest: Duration::from_mins(10) };

impl Evaluator {
    /// An evaluator over a database.
    pub fn new(pool: PgPool, inventories: Arc<Inventories>, options: Options) -> Self {
        Self { pool, inventories, options, compiled: Mutex::default() }
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
        let mut by_source: BTreeMap<SourceId, Vec<Claim>> = BTreeMap::new();
        for claim in claims {
            by_source.entry(claim.source).or_default().push(claim);
        }
        for (source, claims) in by_source {
            let span = tracing::info_span!("evaluate", source.id = source.0);
            let work = self.evaluate_source(source, &claims).instrument(span);
            if let Err(error) = self.holding(&claims, work).await {
                self.give_back(&claims, &error).await?;
            }
        }
        Ok(Pass::Worked)
    }

    /// Works while the claims' leases are renewed.
    async fn holding(
        &self,
        claims: &[Claim],
        work: impl Future<Output = Result<()>>,
    ) -> Result<()> {
        let mut renewal = tokio::time::interval(self.options.lease / 3);
        renewal.reset();
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                _ = renewal.tick() => {
                    for claim in claims {
                        // A claim that is lost already is refused when its result is kept.
                        let _ = groups::renew(&self.pool, claim, self.options.lease).await;
                    }
                }
            }
        }
    }

    /// Leaves claimed groups to a later pass. Those that were completed no longer hold a claim.
    async fn give_back(&self, claims: &[Claim], error: &anyhow::Error) -> Result<()> {
        let words = format!("{error:#}");
        tracing::error!(error = words, "evaluation came to nothing");
        for claim in claims {
            match groups::fail(&self.pool, claim, &words, BACKOFF).await {
                Err(error) if !error.is_stale() => {
                    return Err(error).context("cannot put off a group");
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn evaluate_source(&self, source: SourceId, claims: &[Claim]) -> Result<()> {
        let in_force = self.in_force(source).await?;
        let due: Vec<(&Claim, &Group)> = claims
            .iter()
            .filter_map(|claim| Some((claim, in_force.policies.groups.get(claim.name.as_str())?)))
            .collect();
        let gathered = Arc::new(self.gather(source, &in_force, &due).await?);
        for (claim, group) in due {
            let keeping = self.keep(claim, group, &in_force, &gathered);
            match keeping.await {
                Err(error) if is_stale(&error) => {
                    let group = claim.name.as_str();
                    tracing::info!(group.name = group, "a newer attempt took over");
                }
                result => {
                    result.with_context(|| format!("cannot keep the run of {}", claim.name))?;
                }
            }
        }
        Ok(())
    }

    /// The compiled policies of a source; compiled again when another revision is in force.
    async fn in_force(&self, source: SourceId) -> Result<Arc<InForce>> {
        let mut connection = self.pool.acquire().await.context("cannot reach the database")?;
        let stored = policies::in_force(&mut *connection, source)
            .await
            .context("cannot read the policies in force")?;
        drop(connection);
        let revision = stored.revision.unwrap_or_default();
        if let Some(known) = self.compiled().get(&source).filter(|it| it.revision == revision) {
            return Ok(Arc::clone(known));
        }
        let files: Vec<SourceFile> =
            stored.files.into_iter().map(|file| SourceFile::new(file.path, file.body)).collect();
        let reading = spawn_blocking(move || catalog::read(&files)).await;
        let mut policies = reading.context("compiling broke off")?.policies;
        // They decide nothing here, and hold inventories of their own.
        policies.tests.clear();
        let fresh = Arc::new(InForce { revision, policies });
        self.compiled().insert(source, Arc::clone(&fresh));
        Ok(fresh)
    }

    fn compiled(&self) -> MutexGuard<'_, BTreeMap<SourceId, Arc<InForce>>> {
        self.compiled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the due groups need of each account, asked once, and kept.
    async fn gather(
        &self,
        source: SourceId,
        in_force: &Arc<InForce>,
        due: &[(&Claim, &Group)],
    ) -> Result<BTreeMap<AccountName, Gathered>> {
        let Some(began) = due.iter().map(|(claim, _)| claim.claimed_at).max() else {
            return Ok(BTreeMap::new());
        };
        let names: BTreeSet<&AccountName> = due
            .iter()
            .flat_map(|(_, group)| in_force.policies.accounts_of(group))
            .map(|account| &account.name)
            .collect();
        let fetches = names.into_iter().cloned().map(|name| {
            let wanted: Vec<String> = due.iter().map(|(claim, _)| claim.name.clone()).collect();
            let in_force = Arc::clone(in_force);
            let inventories = Arc::clone(&self.inventories);
            let runtime = Handle::current();
            async move {
                let fetch =
                    move || runtime.block_on(look(&inventories, &in_force, &name, &wanted, began));
                spawn_blocking(fetch).await.context("a fetch broke off")?
            }
        });
        let gathered: Vec<Result<(AccountName, Gathered)>> =
            stream::iter(fetches).buffer_unordered(ACCOUNTS_AT_ONCE).collect().await;
        let gathered: BTreeMap<_, _> = gathered.into_iter().collect::<Result<_>>()?;
        for account in gathered.values() {
            let mut transaction = self.pool.begin().await.context("cannot reach the database")?;
            facets::record(&mut transaction, source, &account.observations, began)
                .await
                .context("cannot keep the inventory")?;
            transaction.commit().await.context("cannot keep the inventory")?;
        }
        Ok(gathered)
    }
}

fn is_stale(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<crate::db::Error>().is_some_and(crate::db::Error::is_stale)
    })
}

/// Looks at one account, for the groups of these names that select it. Blocks now and then, since
/// it decides filters on the way.
async fn look(
    inventories: &Inventories,
    in_force: &InForce,
    name: &AccountName,
    wanted: &[String],
    began: chrono::DateTime<chrono::Utc>,
) -> Result<(AccountName, Gathered)> {
    let policies = &in_force.policies;
    let account: &Account = policies.accounts.get(name).context("the account is gone")?;
    let groups: Vec<&Group> = policies
        .groups
        .values()
        .filter(|group| wanted.iter().any(|name| name == group.name.as_str()))
        .filter(|group| group.accounts.selects(account))
        .collect();
    let source = inventories.source(account).await;
    let now = source.recorded_at().unwrap_or(began);
    let (inventory, calls) = gather(&groups, account, source.as_ref(), now).await;
    let observations = facets::Observations::of(&inventory);
    Ok((name.clone(), Gathered { inventory, calls, observations }))
}
