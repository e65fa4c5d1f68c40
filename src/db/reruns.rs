//! What is done anew because somebody asks for it.

use sqlx::PgConnection;

use super::Error;
use super::notifications::{Topic, notify};

/// Has all that is said of a commit of a repository on GitHub said anew: open pull requests at that head
/// wait for an answer, a branch at it is read again and its groups are due, and what GitHub should show
/// of the commit is posted once more. The sources are not woken by it.
pub async fn ask(
    connection: &mut PgConnection,
    repository_id: i64,
    commit: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "update source set head = null
         where repository_id = $1 and retired_at is null and head = $2",
        repository_id,
        commit,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update policy_group set due_at = least(policy_group.due_at, now())
         from source
         where source.id = policy_group.source and source.repository_id = $1
           and source.retired_at is null and source.revision = $2
           and policy_group.retired_at is null",
        repository_id,
        commit,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update pull_request set processed_head = null
         from source
         where source.id = pull_request.source and source.repository_id = $1
           and source.retired_at is null and pull_request.head = $2
           and pull_request.state = 'open'",
        repository_id,
        commit,
    )
    .execute(&mut *connection)
    .await?;
    let keys = ["policies", "sync", "compliance"].map(|what| format!("{what}/{commit}"));
    sqlx::query!(
        "update outbox
         set version = outbox.version + 1, dead_reason = null, attempts = 0,
             due_at = greatest(outbox.due_at, now())
         from source
         where source.id = outbox.source and source.repository_id = $1
           and source.retired_at is null and outbox.key = any($2)",
        repository_id,
        &keys,
    )
    .execute(&mut *connection)
    .await?;
    notify(&mut *connection, Topic::Groups).await?;
    notify(connection, Topic::Outbox).await
}
