//! Pull requests: which are open, and for which head and base each has its answer.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::Error;
use super::sources::{Fence, SourceId};
use super::words::words;

words! {
    /// State in which a pull request is on GitHub.
    pub State, "state of a pull request":
    /// Open: it waits for an answer.
    Open = "open",
    /// Merged, or closed without that.
    Closed = "closed",
}

words! {
    /// Progress of collecting what a pull request could not be judged by.
    pub Progress, "progress of collecting":
    /// Somebody asked for it, of whom nobody looked yet whether they may.
    Asked = "asked",
    /// Accounts are asked, or wait for it.
    UnderWay = "under_way",
    /// An account could not be asked, which its answer says.
    Failed = "failed",
}

/// Collecting what a pull request could not be judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// How far it has come.
    pub progress: Progress,
    /// Login of whoever asked for it.
    pub by: String,
}

/// A pull request as GitHub told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// Number that GitHub gave it.
    pub number: i64,
    /// The commit at its head.
    pub head: String,
    /// The branch it is to be merged into.
    pub base_branch: String,
    /// Stack that it is a layer of.
    pub layer: Option<Layer>,
    /// State when it was last heard of.
    pub state: State,
    /// The login of its author.
    pub author: String,
    /// GitHub's number of the repository that the head is in; `None` where that is gone.
    pub head_repository: Option<i64>,
    /// When GitHub last changed it.
    pub updated_at: DateTime<Utc>,
}

/// Layer of a stack of pull requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Branch that the stack is to be merged into.
    pub stack_base: String,
    /// Head of the layer below; the lowest has none.
    pub below: Option<String>,
}

/// A pull request that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// Pull request as it is known.
    pub pull: PullRequest,
    /// `true` where it has its answer, without having been judged: somebody may vouch for it now.
    pub is_answered: bool,
    /// How often its head could not be read.
    pub attempts: u32,
    /// What somebody asked to be collected for it, until that was told.
    pub collection: Option<Collection>,
    /// `true` where no account of the source is to be asked any more.
    pub is_collected: bool,
    /// `true` where one could not be asked.
    pub has_refused: bool,
}

/// Keeps what GitHub told of a pull request, unless something newer is known; whether that was new.
pub async fn see(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    seen: &PullRequest,
) -> Result<bool, Error> {
    let layer = seen.layer.as_ref();
    let done = sqlx::query!(
        "insert into pull_request as old
            (source, number, head, base_branch, state, author, updated_at, head_repository,
             stack_base, below)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (source, number) do update
         set head = excluded.head, base_branch = excluded.base_branch, state = excluded.state,
             author = excluded.author, updated_at = excluded.updated_at,
             head_repository = excluded.head_repository, stack_base = excluded.stack_base,
             below = excluded.below,
             attempts = case when old.head = excluded.head then old.attempts else 0 end,
             retry_at = case when old.head = excluded.head then old.retry_at end
         where old.updated_at <= excluded.updated_at
           and (old.head, old.base_branch, old.state, old.updated_at, old.stack_base, old.below)
               is distinct from (excluded.head, excluded.base_branch, excluded.state,
                   excluded.updated_at, excluded.stack_base, excluded.below)",
        source.0,
        seen.number,
        seen.head,
        seen.base_branch,
        seen.state.as_str(),
        seen.author,
        seen.updated_at,
        seen.head_repository,
        layer.map(|layer| layer.stack_base.as_str()),
        layer.and_then(|layer| layer.below.as_deref()),
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Closes all pull requests that GitHub's list of open ones lacks.
pub async fn close_others(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    open: &[i64],
) -> Result<(), Error> {
    sqlx::query!(
        "update pull_request set state = 'closed'
         where source = $1 and state = 'open' and number <> all($2)",
        source.0,
        open,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// The open pull requests into `branch` that have no answer yet for their head against `base`, the
/// commit in force, those whose answer is that nobody vouched for them, if anything about them has
/// changed since, and those for which something was collected; those first that were changed last, and none whose next attempt is yet to come.
pub async fn unanswered(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    branch: &str,
    base: &str,
) -> Result<Vec<Unanswered>, Error> {
    sqlx::query!(
        r#"select number, head, base_branch, state, author, updated_at, head_repository,
            stack_base, below, attempts, collection, collection_by,
            not exists (select from account_sweep s where s.source = $1 and s.asked_at is not null)
                as "is_collected!",
            exists (
                select from account_sweep s where s.source = $1 and s.asked_error is not null
            ) as "has_refused!",
            (processed_head, processed_base, processed_below) is not distinct from
                (head, $3::text, below) as "is_answered!"
         from pull_request
         where source = $1 and state = 'open' and coalesce(stack_base, base_branch) = $2
           and ((processed_head, processed_base, processed_below) is distinct from
                    (head, $3::text, below)
                or updated_at > unvouched_at
                or collection = 'asked'
                or collection = 'under_way' and not exists (
                    select from account_sweep s where s.source = $1 and s.asked_at is not null
                ))
           and (retry_at is null or retry_at <= now())
         order by updated_at desc, number"#,
        source.0,
        branch,
        base,
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(|row| {
        let pull = PullRequest {
            number: row.number,
            head: row.head,
            base_branch: row.base_branch,
            state: State::read(&row.state)?,
            author: row.author,
            updated_at: row.updated_at,
            head_repository: row.head_repository,
            layer: row.stack_base.map(|stack_base| Layer { stack_base, below: row.below }),
        };
        let attempts = row.attempts.unsigned_abs();
        let collection = match row.collection.zip(row.collection_by) {
            Some((progress, by)) => Some(Collection { progress: Progress::read(&progress)?, by }),
            None => None,
        };
        Ok(Unanswered {
            pull,
            is_answered: row.is_answered,
            attempts,
            collection,
            is_collected: row.is_collected,
            has_refused: row.has_refused,
        })
    })
    .collect()
}

/// Answer to a pull request.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Head that it is for.
    pub head: &'a str,
    /// The commit in force that the head was compared with.
    pub base: &'a str,
    /// `true` where somebody vouched for the head.
    pub is_vouched: bool,
    /// What is to become of what somebody asked to be collected.
    pub collection: Option<&'a Collection>,
    /// `true` where there is more to be said by now.
    pub is_overtaken: bool,
}

/// Notes that a pull request has its answer. Where somebody asked meanwhile for what it could not be
/// judged by, it waits for another one.
pub async fn answered(
    executor: impl PgExecutor<'_>,
    fence: &Fence,
    waiting: &Unanswered,
    answer: Answer<'_>,
) -> Result<(), Error> {
    fn progress(it: &Collection) -> &'static str {
        it.progress.as_str()
    }
    fn by(it: &Collection) -> &str {
        &it.by
    }
    sqlx::query!(
        "update pull_request
         set processed_head = case
                 when not $10 and (collection, collection_by) is not distinct from ($6::text, $7::text)
                 then $3
             end,
             processed_base = $4, processed_below = below, attempts = 0, retry_at = null,
             collection = case
                 when (collection, collection_by) is not distinct from ($6::text, $7::text) then $8
                 else collection
             end,
             collection_by = case
                 when (collection, collection_by) is not distinct from ($6::text, $7::text) then $9
                 else collection_by
             end,
             -- GitHub tells seconds: within this one more may happen to it.
             unvouched_at = case
                 when $5 then null
                 when updated_at < now() - interval '2 s' then updated_at
                 else updated_at - interval '1 us'
             end
         where source = $1 and number = $2",
        fence.source.0,
        waiting.pull.number,
        answer.head,
        answer.base,
        answer.is_vouched,
        waiting.collection.as_ref().map(progress),
        waiting.collection.as_ref().map(by),
        answer.collection.map(progress),
        answer.collection.map(by),
        answer.is_overtaken,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Notes that somebody asks for what the pull requests at a head could not be judged by: they wait for
/// another answer. The sources are not woken by it.
pub async fn ask_to_collect(
    executor: impl PgExecutor<'_>,
    repository_id: i64,
    head: &str,
    by: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "update pull_request
         set processed_head = null, collection = 'asked', collection_by = $3
         from source
         where source.id = pull_request.source and source.repository_id = $1
           and source.retired_at is null and pull_request.head = $2
           and pull_request.state = 'open'
           -- Accounts are asked already, for somebody who may.
           and pull_request.collection is distinct from 'under_way'",
        repository_id,
        head,
        by,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Notes that the head of a pull request could not be read: that is tried again after a pause.
pub async fn failed(
    executor: impl PgExecutor<'_>,
    fence: &Fence,
    number: i64,
    pause: Duration,
) -> Result<(), Error> {
    sqlx::query!(
        "update pull_request
         set attempts = attempts + 1, retry_at = now() + make_interval(secs => $3)
         where source = $1 and number = $2",
        fence.source.0,
        number,
        pause.as_secs_f64(),
    )
    .execute(executor)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use sqlx::{PgConnection, PgPool};

    use super::*;
    use crate::db::fixtures::{TestResult, source, sync};

    fn opened(number: i64, head: &str) -> PullRequest {
        PullRequest {
            number,
            head: head.into(),
            base_branch: "main".into(),
            state: State::Open,
            author: "octocat".into(),
            head_repository: Some(1),
            layer: None,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    /// One that has no answer yet.
    fn unread(pull: PullRequest) -> Unanswered {
        let (is_collected, has_refused) = (true, false);
        let (is_answered, attempts, collection) = (false, 0, None);
        Unanswered { pull, is_answered, attempts, collection, is_collected, has_refused }
    }

    async fn answer(
        connection: &mut PgConnection,
        fence: &Fence,
        pull: &PullRequest,
        is_vouched: bool,
    ) -> Result<(), Error> {
        let answer = Answer {
            head: &pull.head,
            base: "b1",
            is_vouched,
            collection: None,
            is_overtaken: false,
        };
        answered(connection, fence, &unread(pull.clone()), answer).await
    }

    #[sqlx::test]
    async fn old_news_of_a_pull_request_is_ignored(pool: PgPool) -> TestResult {
        let source = source(&pool, "main").await;
        let pushed = PullRequest {
            updated_at: DateTime::UNIX_EPOCH + TimeDelta::seconds(1),
            ..opened(1, "h2")
        };
        assert!(see(&pool, source, &pushed).await?);
        assert!(!see(&pool, source, &pushed).await?, "told twice");
        assert!(!see(&pool, source, &opened(1, "h1")).await?, "told late");
        let waiting = unread(pushed.clone());
        assert_eq!(unanswered(&pool, source, "main", "b1").await?, [waiting]);
        let closed = PullRequest { state: State::Closed, ..pushed };
        assert!(see(&pool, source, &closed).await?);
        assert_eq!(unanswered(&pool, source, "main", "b1").await?, []);
        Ok(())
    }

    #[sqlx::test]
    async fn every_head_and_every_base_gets_an_answer(pool: PgPool) -> TestResult {
        let source = source(&pool, "main").await;
        for number in [1, 2] {
            see(&pool, source, &opened(number, "h1")).await?;
        }
        let elsewhere = PullRequest { base_branch: "release".into(), ..opened(3, "h1") };
        see(&pool, source, &elsewhere).await?;
        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        answer(&mut tx, &fence, &opened(1, "h1"), true).await?;
        tx.commit().await?;
        let numbers = |base: &'static str| {
            let pool = pool.clone();
            async move {
                let waiting = unanswered(&pool, source, "main", base).await?;
                Ok::<Vec<_>, Error>(waiting.into_iter().map(|one| one.pull.number).collect())
            }
        };
        assert_eq!(numbers("b1").await?, [2]);
        assert_eq!(numbers("b2").await?, [1, 2], "the base moved");
        see(&pool, source, &opened(1, "h2")).await?;
        assert_eq!(numbers("b1").await?, [1, 2], "the head moved");
        close_others(&pool, source, &[2]).await?;
        assert_eq!(numbers("b1").await?, [2]);
        see(&pool, source, &opened(1, "h2")).await?;
        assert_eq!(numbers("b1").await?, [1, 2], "opened again");
        Ok(())
    }

    #[sqlx::test]
    async fn a_layer_is_answered_for_what_is_below_it(pool: PgPool) -> TestResult {
        let source = source(&pool, "main").await;
        let layer = |below: &str| PullRequest {
            base_branch: "lower".into(),
            layer: Some(Layer { stack_base: "main".into(), below: Some(below.into()) }),
            ..opened(2, "h1")
        };
        see(&pool, source, &layer("l1")).await?;
        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        let waiting = unread(layer("l1"));
        assert_eq!(unanswered(&mut *tx, source, "main", "b1").await?, [waiting]);
        answer(&mut tx, &fence, &layer("l1"), true).await?;
        assert_eq!(unanswered(&mut *tx, source, "main", "b1").await?, []);
        see(&mut *tx, source, &layer("l2")).await?;
        assert_eq!(unanswered(&mut *tx, source, "main", "b1").await?.len(), 1);
        Ok(())
    }

    #[sqlx::test]
    async fn one_that_cannot_be_read_waits_and_lets_others_pass(pool: PgPool) -> TestResult {
        let source = source(&pool, "main").await;
        see(&pool, source, &opened(1, "h1")).await?;
        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        failed(&mut *tx, &fence, 1, Duration::from_mins(1)).await?;
        assert_eq!(unanswered(&mut *tx, source, "main", "b1").await?, []);
        failed(&mut *tx, &fence, 1, Duration::ZERO).await?;
        let waiting = Unanswered { is_answered: false, attempts: 2, ..unread(opened(1, "h1")) };
        assert_eq!(unanswered(&mut *tx, source, "main", "b1").await?, [waiting]);
        // Another head is another matter.
        failed(&mut *tx, &fence, 1, Duration::from_mins(1)).await?;
        see(&mut *tx, source, &opened(1, "h2")).await?;
        let waiting = unread(opened(1, "h2"));
        assert_eq!(unanswered(&mut *tx, source, "main", "b1").await?, [waiting]);
        Ok(())
    }

    #[sqlx::test]
    async fn one_that_nobody_vouched_for_waits_for_any_change(pool: PgPool) -> TestResult {
        let source = source(&pool, "main").await;
        see(&pool, source, &opened(1, "h1")).await?;
        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        answer(&mut tx, &fence, &opened(1, "h1"), false).await?;
        assert_eq!(unanswered(&mut *tx, source, "main", "b1").await?, []);
        let commented = PullRequest {
            updated_at: DateTime::UNIX_EPOCH + TimeDelta::seconds(1),
            ..opened(1, "h1")
        };
        see(&mut *tx, source, &commented).await?;
        let waiting = Unanswered { is_answered: true, attempts: 0, ..unread(commented) };
        assert_eq!(unanswered(&mut *tx, source, "main", "b1").await?, [waiting]);
        answer(&mut tx, &fence, &opened(1, "h1"), true).await?;
        assert_eq!(unanswered(&mut *tx, source, "main", "b1").await?, []);

        // What happens within the second that is told shows the next time.
        let recent = PullRequest { updated_at: fence.at(), ..opened(1, "h1") };
        see(&mut *tx, source, &recent).await?;
        answer(&mut tx, &fence, &opened(1, "h1"), false).await?;
        let waiting = Unanswered { is_answered: true, attempts: 0, ..unread(recent) };
        assert_eq!(unanswered(&mut *tx, source, "main", "b1").await?, [waiting]);
        Ok(())
    }

    #[sqlx::test]
    async fn what_came_up_meanwhile_waits_for_another_answer(pool: PgPool) -> TestResult {
        let source = source(&pool, "main").await;
        sqlx::query("update source set repository_id = 7").execute(&pool).await?;
        see(&pool, source, &opened(1, "h1")).await?;
        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        let waiting = || async {
            let all = unanswered(&pool, source, "main", "b1").await?;
            Ok::<_, Error>(all.into_iter().next())
        };
        tx.commit().await?;
        let first = waiting().await?.expect("it waits");
        let plain = Answer {
            head: "h1",
            base: "b1",
            is_vouched: true,
            collection: None,
            is_overtaken: false,
        };
        answered(&pool, &fence, &first, Answer { is_overtaken: true, ..plain }).await?;
        assert_eq!(waiting().await?, Some(first.clone()), "there is more to be said");
        ask_to_collect(&pool, 7, "h1", "mallory").await?;
        answered(&pool, &fence, &first, plain).await?;
        let asked = waiting().await?.expect("somebody asked");
        ask_to_collect(&pool, 7, "h1", "ada").await?;
        answered(&pool, &fence, &asked, plain).await?;
        let asked = waiting().await?.expect("somebody else asked");
        let by = asked.collection.clone().map(|it| (it.progress, it.by));
        assert_eq!(by, Some((Progress::Asked, "ada".to_owned())));
        // An older version answers, and knows nothing of it.
        sqlx::query("update pull_request set processed_head = head").execute(&pool).await?;
        assert_eq!(waiting().await?.map(|one| one.collection), Some(asked.collection.clone()));
        let under_way = Collection { progress: Progress::UnderWay, by: "ada".to_owned() };
        let answer = Answer { collection: Some(&under_way), ..plain };
        answered(&pool, &fence, &asked, answer).await?;
        ask_to_collect(&pool, 7, "h1", "mallory").await?;
        let kept = waiting().await?.and_then(|one| one.collection);
        assert_eq!(kept, Some(under_way), "what is under way stays so");
        Ok(())
    }
}
