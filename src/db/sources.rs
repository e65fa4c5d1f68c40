//! Sources: which repositories are watched, when each is looked at next, what of it is in force.

mod claims;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgExecutor};

pub use self::claims::{
    Claim, Completed, Fence, claim_due, complete, fail, fence, found_unannounced, next_due, renew,
    unannounced,
};
use super::Error;
use super::notifications::{Topic, notify};
use super::words::words;
use crate::github::RepositoryId;

/// The key of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceId(pub i64);

impl std::fmt::Display for SourceId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

words! {
    /// Service behind a repository.
    pub Host, "host":
    /// GitHub, which is told of results.
    GitHub = "github",
    /// Any Git remote; nothing is posted.
    Git = "git",
}

/// A source as the operator's settings have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Name, unique among the watched sources.
    pub name: String,
    /// Service behind its repository.
    pub host: Host,
    /// `owner/name` on GitHub, else a URL.
    pub repository: String,
    /// The branch whose head is in force.
    pub branch: String,
    /// The directory with the policies.
    pub path: String,
}

/// A source and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Key, which a source keeps while it is the same place.
    pub id: SourceId,
    /// Registration from the operator's settings.
    pub registration: Registration,
    /// GitHub's number of the repository, once known.
    pub repository_id: Option<i64>,
    /// GitHub's present name of the repository, once known: renames change it.
    pub repository_name: Option<String>,
    /// Id of the commit in force.
    pub revision: Option<String>,
    /// The commit last looked at.
    pub head: Option<String>,
    /// When the remote was last asked with success.
    pub last_checked_at: Option<DateTime<Utc>>,
    /// When another commit last came into force.
    pub last_synced_at: Option<DateTime<Utc>>,
    /// Why the last pass failed or refused the head.
    pub last_error: Option<String>,
    /// When the next pass is due.
    pub due_at: DateTime<Utc>,
    /// Attempts since the last success.
    pub attempts: i32,
}

impl Source {
    /// Name of its repository at its host, as it was last known.
    pub fn repository(&self) -> &str {
        self.repository_name.as_ref().unwrap_or(&self.registration.repository)
    }

    /// GitHub's number of its repository, once that is known.
    pub fn repository_id(&self) -> Option<RepositoryId> {
        self.repository_id.and_then(|id| u64::try_from(id).ok()).map(RepositoryId)
    }

    /// `true` where another source of `all` is fed by the same repository of GitHub: the posts of
    /// both need names of their own.
    pub fn shares_repository(&self, all: &[Self]) -> bool {
        let called = |source: &Self| source.repository().to_lowercase();
        all.iter().any(|other| {
            let known = self.repository_id.is_some() && other.repository_id == self.repository_id;
            let hosts = (self.registration.host, other.registration.host);
            other.id != self.id
                && hosts == (Host::GitHub, Host::GitHub)
                && (known || called(other) == called(self))
        })
    }
}

/// Proof that the source's row is locked until the transaction ends.
#[derive(Debug)]
pub struct Lock {
    /// Id of the commit in force.
    pub revision: Option<String>,
    /// `true` where its settings ask for an issue for each enforced group that fails.
    pub wants_issues: bool,
    source: SourceId,
}

impl Lock {
    /// Key of the locked source.
    pub fn source(&self) -> SourceId {
        self.source
    }
}

struct Row {
    id: i64,
    name: String,
    host: String,
    repository: String,
    branch: String,
    path: String,
    repository_id: Option<i64>,
    repository_name: Option<String>,
    revision: Option<String>,
    head: Option<String>,
    last_checked_at: Option<DateTime<Utc>>,
    last_synced_at: Option<DateTime<Utc>>,
    last_error: Option<String>,
    due_at: DateTime<Utc>,
    attempts: i32,
}

impl TryFrom<Row> for Source {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: SourceId(row.id),
            registration: Registration {
                name: row.name,
                host: Host::read(&row.host)?,
                repository: row.repository,
                branch: row.branch,
                path: row.path,
            },
            repository_id: row.repository_id,
            repository_name: row.repository_name,
            revision: row.revision,
            head: row.head,
            last_checked_at: row.last_checked_at,
            last_synced_at: row.last_synced_at,
            last_error: row.last_error,
            due_at: row.due_at,
            attempts: row.attempts,
        })
    }
}

/// Makes the sources of the settings the watched ones, in a transaction; their keys, in order.
///
/// A source keeps its key and history as long as its name, repository, branch and path stay (a
/// repository renamed on GitHub counts as the same under either name). Any other change under an
/// old name makes a new source, and the old one is retired like one that the settings lack.
pub async fn register(
    connection: &mut PgConnection,
    registrations: &[Registration],
) -> Result<Vec<SourceId>, Error> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('source'))")
        .fetch_one(&mut *connection)
        .await?;
    let mut ids = Vec::with_capacity(registrations.len());
    for registration in registrations {
        let known = known(connection, registration).await?;
        retire_namesakes(connection, &registration.name, known).await?;
        ids.push(match known {
            Some(id) => revive(connection, id, registration).await?,
            None => insert(connection, registration).await?,
        });
    }
    let keep: Vec<i64> = ids.iter().map(|id| id.0).collect();
    sqlx::query!(
        "update source set retired_at = now() where retired_at is null and id <> all($1)",
        &keep,
    )
    .execute(&mut *connection)
    .await?;
    notify(connection, Topic::Sources).await?;
    Ok(ids)
}

async fn known(
    connection: &mut PgConnection,
    registration: &Registration,
) -> Result<Option<SourceId>, Error> {
    let id = sqlx::query_scalar!(
        "select id from source
         where name = $1 and host = $2 and branch = $4 and path = $5
           and (repository = $3 or repository_name = $3)
         order by retired_at desc nulls first limit 1",
        registration.name,
        registration.host.as_str(),
        registration.repository,
        registration.branch,
        registration.path,
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(SourceId))
}

async fn retire_namesakes(
    connection: &mut PgConnection,
    name: &str,
    keep: Option<SourceId>,
) -> Result<(), Error> {
    sqlx::query!(
        "update source set retired_at = now()
         where name = $1 and retired_at is null and id is distinct from $2",
        name,
        keep.map(|id| id.0),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn revive(
    connection: &mut PgConnection,
    id: SourceId,
    registration: &Registration,
) -> Result<SourceId, Error> {
    sqlx::query!(
        "update source set retired_at = null, repository = $2, due_at = now() where id = $1",
        id.0,
        registration.repository,
    )
    .execute(connection)
    .await?;
    Ok(id)
}

async fn insert(
    connection: &mut PgConnection,
    registration: &Registration,
) -> Result<SourceId, Error> {
    let id = sqlx::query_scalar!(
        "insert into source (name, host, repository, branch, path) values ($1, $2, $3, $4, $5)
         returning id",
        registration.name,
        registration.host.as_str(),
        registration.repository,
        registration.branch,
        registration.path,
    )
    .fetch_one(connection)
    .await?;
    Ok(SourceId(id))
}

/// Keeps what GitHub calls the repository.
pub async fn identify(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    repository_id: i64,
    repository_name: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "update source set repository_id = $2, repository_name = $3
         where id = $1 and (repository_id is distinct from $2 or repository_name is distinct from $3)",
        source.0,
        repository_id,
        repository_name,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Makes a pass over all sources on a repository of GitHub due at once; how many there are. What polling
/// found within the last minute was announced after all.
pub async fn wake_repository(
    connection: &mut PgConnection,
    repository_id: i64,
) -> Result<u64, Error> {
    let done = sqlx::query!(
        "update source
         set nudges = nudges + 1, due_at = now(),
             unannounced = unannounced
                - case when unannounced_at > now() - interval '1 minute' then 1 else 0 end,
             unannounced_at = case when unannounced_at > now() - interval '1 minute' then null
                else unannounced_at end
         where repository_id = $1 and retired_at is null",
        repository_id,
    )
    .execute(&mut *connection)
    .await?;
    notify(connection, Topic::Sources).await?;
    Ok(done.rows_affected())
}

/// Makes a pass over a source due at once; false if there is none of the name.
pub async fn wake(connection: &mut PgConnection, name: &str) -> Result<bool, Error> {
    let done = sqlx::query!(
        "update source set nudges = nudges + 1, due_at = now()
         where name = $1 and retired_at is null",
        name,
    )
    .execute(&mut *connection)
    .await?;
    notify(connection, Topic::Sources).await?;
    Ok(done.rows_affected() == 1)
}

/// Makes a pass over a watched source due at once, which no webhook announced.
pub async fn wake_id(connection: &mut PgConnection, source: SourceId) -> Result<(), Error> {
    sqlx::query!(
        "update source set own_wakes = own_wakes + 1, due_at = now()
         where id = $1 and retired_at is null",
        source.0,
    )
    .execute(&mut *connection)
    .await?;
    notify(connection, Topic::Sources).await
}

/// Locks a source for the rest of the transaction: whoever recomputes what its commit should show
/// does so one after the other.
pub async fn lock(executor: impl PgExecutor<'_>, source: SourceId) -> Result<Lock, Error> {
    let row = sqlx::query!(
        "select revision, wants_issues from source where id = $1 for no key update",
        source.0,
    )
    .fetch_one(executor)
    .await?;
    Ok(Lock { revision: row.revision, wants_issues: row.wants_issues, source })
}

/// Keeps whether the settings of the commit that comes into force ask for issues.
pub async fn want_issues(
    executor: impl PgExecutor<'_>,
    fence: &Fence,
    wanted: bool,
) -> Result<(), Error> {
    sqlx::query!(
        "update source set wants_issues = $2 where id = $1 and wants_issues <> $2",
        fence.source.0,
        wanted,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// All watched sources, by name.
pub async fn all(executor: impl PgExecutor<'_>) -> Result<Vec<Source>, Error> {
    sqlx::query_as!(
        Row,
        "select id, name, host, repository, branch, path, repository_id, repository_name,
            revision, head, last_checked_at, last_synced_at, last_error, due_at, attempts
         from source where retired_at is null order by name",
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(Source::try_from)
    .collect()
}

/// A source by its key, also a retired one.
pub async fn find(
    executor: impl PgExecutor<'_>,
    source: SourceId,
) -> Result<Option<Source>, Error> {
    sqlx::query_as!(
        Row,
        "select id, name, host, repository, branch, path, repository_id, repository_name,
            revision, head, last_checked_at, last_synced_at, last_error, due_at, attempts
         from source where id = $1",
        source.0,
    )
    .fetch_optional(executor)
    .await?
    .map(Source::try_from)
    .transpose()
}

/// A watched source by its name.
pub async fn by_name(executor: impl PgExecutor<'_>, name: &str) -> Result<Option<Source>, Error> {
    sqlx::query_as!(
        Row,
        "select id, name, host, repository, branch, path, repository_id, repository_name,
            revision, head, last_checked_at, last_synced_at, last_error, due_at, attempts
         from source where name = $1 and retired_at is null",
        name,
    )
    .fetch_optional(executor)
    .await?
    .map(Source::try_from)
    .transpose()
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::db::fixtures::{TestResult, registration};

    #[sqlx::test]
    async fn sources_know_their_neighbours(pool: PgPool) -> TestResult {
        let mut connection = pool.acquire().await?;
        let at = |name: &str, repository: &str| Registration {
            repository: repository.to_owned(),
            path: name.to_owned(),
            ..registration(name)
        };
        let places = [at("a", "o/one"), at("b", "O/One"), at("c", "o/two"), at("d", "o/three")];
        let ids = register(&mut connection, &places).await?;
        let shared = async || -> Result<Vec<String>, Error> {
            let all = all(&pool).await?;
            let shared = all.iter().filter(|source| source.shares_repository(&all));
            Ok(shared.map(|source| source.registration.name.clone()).collect())
        };
        assert_eq!(shared().await?, ["a", "b"]);
        // GitHub knows one repository under two names, of which the settings have both.
        for id in &ids[2..] {
            identify(&pool, *id, 7, "o/renamed").await?;
        }
        assert_eq!(shared().await?, ["a", "b", "c", "d"]);
        Ok(())
    }

    #[sqlx::test]
    async fn a_source_keeps_its_key_while_it_is_the_same_place(pool: PgPool) -> TestResult {
        let mut connection = pool.acquire().await?;
        let mut one = registration("one");
        let two = registration("two");
        let first = register(&mut connection, &[one.clone(), two.clone()]).await?;
        assert_eq!(register(&mut connection, &[one.clone(), two.clone()]).await?, first);

        identify(&pool, first[0], 7, "example/renamed").await?;
        one.repository = "example/renamed".into();
        assert_eq!(register(&mut connection, &[one.clone(), two.clone()]).await?, first);

        one.branch = "release".into();
        let moved = register(&mut connection, &[one.clone()]).await?;
        assert_ne!(moved[0], first[0]);
        let names: Vec<_> = all(&pool).await?.into_iter().map(|one| one.id).collect();
        assert_eq!(names, moved, "the old place and the second source are retired");

        one.branch = "main".into();
        assert_eq!(register(&mut connection, &[one, two]).await?, first, "they come back");
        Ok(())
    }
}
