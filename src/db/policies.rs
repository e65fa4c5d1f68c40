//! Policy files in every version, with the commit that brought each and the one that ended it.

use std::collections::BTreeMap;
use std::sync::Arc;

use sqlx::{PgConnection, PgExecutor};

use super::sources::{Fence, SourceId};
use super::words::words;
use super::{Error, blobs};
use crate::digest::Digest;

/// A change of a file that a revision brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The path from the repository's root.
    pub path: String,
    /// The new text; `None`: the file is gone.
    pub body: Option<Arc<[u8]>>,
}

/// A policy file in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFile {
    /// The path from the repository's root.
    pub path: String,
    /// Content, byte by byte.
    pub body: Vec<u8>,
    /// The commit that brought this version.
    pub since_commit: String,
}

/// The policies of a source that are evaluated now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InForce {
    /// Their commit; `None` before the first good one.
    pub revision: Option<String>,
    /// Files in force, ordered by path.
    pub files: Vec<PolicyFile>,
}

words! {
    /// Kind of change that a commit made to a file.
    pub Touch, "change of a file":
    /// A file that was not there before.
    Added = "added",
    /// A file with another text than before.
    Changed = "changed",
    /// A file that is no longer there.
    Removed = "removed",
}

/// A file that a commit touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TouchedFile {
    /// The path from the repository's root.
    pub path: String,
    /// Kind of change that the commit made.
    pub touch: Touch,
}

/// Brings a revision's changed files into force. `author` is the commit's.
pub async fn apply(
    connection: &mut PgConnection,
    fence: &Fence,
    commit: &str,
    author: &str,
    changes: &[FileChange],
) -> Result<(), Error> {
    let paths: Vec<String> = changes.iter().map(|change| change.path.clone()).collect();
    sqlx::query!(
        "update policy_version set until = $2, until_commit = $3
         where source = $1 and path = any($4) and until is null",
        fence.source.0,
        fence.at,
        commit,
        &paths,
    )
    .execute(&mut *connection)
    .await?;
    let present =
        || changes.iter().filter_map(|change| Some((&change.path, change.body.as_ref()?)));
    blobs::keep(connection, present().map(|(_, body)| (Digest::of(body), &**body))).await?;
    let (paths, digests): (Vec<String>, Vec<Vec<u8>>) =
        present().map(|(path, body)| (path.clone(), Digest::of(body).to_vec())).unzip();
    sqlx::query!(
        "insert into policy_version (source, path, since, since_commit, author, blob)
         select $1, path, $2, $3, $4, blob from unnest($5::text[], $6::bytea[]) as new (path, blob)",
        fence.source.0,
        fence.at,
        commit,
        author,
        &paths,
        &digests,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The policies of a source that are evaluated now, and their commit, as of one instant.
pub async fn in_force(executor: impl PgExecutor<'_>, source: SourceId) -> Result<InForce, Error> {
    let rows = sqlx::query!(
        r#"select source.revision, version.path as "path?", version.since_commit as "since_commit?",
            blob.body as "body?"
         from source
         left join policy_version version on version.source = source.id and version.until is null
         left join blob on blob.digest = version.blob
         where source.id = $1 order by version.path"#,
        source.0,
    )
    .fetch_all(executor)
    .await?;
    let mut policies = InForce::default();
    for row in rows {
        policies.revision = row.revision;
        if let (Some(path), Some(body), Some(since_commit)) = (row.path, row.body, row.since_commit)
        {
            policies.files.push(PolicyFile { path, body, since_commit });
        }
    }
    Ok(policies)
}

/// Digests of the policy files of a source that are in force, by path.
pub async fn digests(
    executor: impl PgExecutor<'_>,
    source: SourceId,
) -> Result<BTreeMap<String, Digest>, Error> {
    sqlx::query!(
        "select path, blob from policy_version where source = $1 and until is null",
        source.0,
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(|row| {
        let digest = row.blob.try_into().map_err(|_| Error::unreadable("blob", "no digest"))?;
        Ok((row.path, Digest(digest)))
    })
    .collect()
}

/// The files that a commit touched, by path.
pub async fn touched(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    commit: &str,
) -> Result<Vec<TouchedFile>, Error> {
    sqlx::query!(
        r#"select coalesce(new.path, old.path) as "path!",
            case when old.path is null then 'added' when new.path is null then 'removed'
                 else 'changed' end as "touch!"
         from (select path, since from policy_version where source = $1 and since_commit = $2) new
         full join (select path, until from policy_version where source = $1 and until_commit = $2) old
            on old.path = new.path and old.until = new.since
         order by 1"#,
        source.0,
        commit,
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(|row| Ok(TouchedFile { path: row.path, touch: Touch::read(&row.touch)? }))
    .collect()
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use sqlx::PgPool;

    use super::*;
    use crate::db::fixtures::{TestResult, source, sync};

    async fn applied(
        pool: &PgPool,
        commit: &str,
        changes: &[(&str, Option<&str>)],
    ) -> Result<DateTime<Utc>, Error> {
        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        let changes: Vec<_> = changes
            .iter()
            .map(|(path, body)| FileChange {
                path: (*path).to_owned(),
                body: body.map(|text| text.as_bytes().into()),
            })
            .collect();
        apply(&mut tx, &fence, commit, "Ada <ada@example.com>", &changes).await?;
        let at = fence.at();
        tx.commit().await?;
        Ok(at)
    }

    /// Path, first commit, begin and end of a version.
    type Version = (String, String, DateTime<Utc>, Option<DateTime<Utc>>);

    #[sqlx::test]
    async fn every_version_of_a_file_is_kept(pool: PgPool) -> TestResult {
        let source = source(&pool, "main").await;
        assert_eq!(in_force(&pool, source).await?, InForce::default());
        let first = applied(&pool, "c1", &[("a", Some("1")), ("b", Some("1"))]).await?;
        let second =
            applied(&pool, "c2", &[("a", Some("2")), ("b", None), ("c", Some("1"))]).await?;
        let files = in_force(&pool, source).await?.files;
        let texts: Vec<_> = files
            .iter()
            .map(|file| (file.path.as_str(), file.body.as_slice(), file.since_commit.as_str()))
            .collect();
        assert_eq!(texts, [("a", b"2".as_slice(), "c2"), ("c", b"1", "c2")]);
        let touches: Vec<_> = touched(&pool, source, "c2")
            .await?
            .into_iter()
            .map(|file| (file.path, file.touch.as_str()))
            .collect();
        let expected = [("a", "changed"), ("b", "removed"), ("c", "added")];
        assert_eq!(touches, expected.map(|(path, touch)| (path.to_owned(), touch)));
        let versions: Vec<Version> = sqlx::query_as(
            "select path, since_commit, since, until from policy_version order by path, since",
        )
        .fetch_all(&pool)
        .await?;
        let expected = [
            ("a", "c1", first, Some(second)),
            ("a", "c2", second, None),
            ("b", "c1", first, Some(second)),
            ("c", "c2", second, None),
        ];
        let expected = expected
            .map(|(path, commit, since, until)| (path.to_owned(), commit.to_owned(), since, until));
        assert_eq!(versions, expected);
        let blobs: i64 = sqlx::query_scalar("select count(*) from blob").fetch_one(&pool).await?;
        assert_eq!(blobs, 2, "equal texts are kept once");
        Ok(())
    }
}
