//! Due posts: which of them are claimed, as far as GitHub lets us create any.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::db::Error;
use crate::db::sources::SourceId;
use crate::github::{Budget, ChecksAs, Created};

/// Due posts of an account and a kind looked at, to find those that may be claimed: no account, and nothing
/// that waits for a budget, stands before others.
const LOOKED_AT: i64 = 20;

/// A post claimed for an attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Source that the post speaks for.
    pub source: SourceId,
    /// Its key, such as `compliance/<sha>`.
    pub key: String,
    /// Wanted state, as [`crate::render::post`] keeps it.
    pub post: Value,
    /// GitHub's id of the check run or comment, or number of the issue, once known.
    pub remote_id: Option<i64>,
    /// An attempt before this one may have written it without our knowing: look before repeating.
    pub maybe_written: bool,
    /// Attempts since the last success, this one included.
    pub attempts: i32,
    /// `true` where that id is of a status.
    pub is_status: bool,
    /// GitHub's account, in lower case, whose budget it is created from.
    pub account: String,
    pub(super) version: i64,
    pub(super) attempt: Uuid,
}

/// Posts that were claimed, and what waits for a budget.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims {
    /// Posts to attempt now.
    pub posts: Vec<Claim>,
    /// Time until one more may be created, where one waits for that.
    pub next_in: Option<Duration>,
}

/// A post that is due.
struct Due {
    source: SourceId,
    key: String,
    account: String,
    creates: Option<Created>,
}

/// Claims up to `limit` posts for the time of `lease`, within a transaction: check runs before comments,
/// since merges wait for them, and these before issues, and of each those that were wanted last, since somebody looks at these.
/// What is to be created is paid for from the budget of its account, or waits.
pub async fn claim_due(
    transaction: &mut PgConnection,
    limit: usize,
    lease: Duration,
    checks_as: ChecksAs,
) -> Result<Claims, Error> {
    // A user has one budget over all accounts, and each change of a status is another one.
    let by_user = checks_as == ChecksAs::Statuses;
    let due = due(transaction, by_user).await?;
    if due.is_empty() {
        return Ok(Claims { posts: Vec::new(), next_in: None });
    }
    let mut budgets = budgets(transaction, &due).await?;
    let Chosen { posts, next_in } = choose(due, &mut budgets, limit);
    budgets.keep(transaction).await?;
    Ok(Claims { posts: claim(transaction, &posts, lease, by_user).await?, next_in })
}

/// Pays for a post that is created although it was known to be there.
pub async fn spend(transaction: &mut PgConnection, claim: &Claim) -> Result<(), Error> {
    let mut budgets = budgets_of(transaction, vec![claim.account.clone()]).await?;
    let now = budgets.now;
    budgets.of(&claim.account).spend(now);
    budgets.keep(transaction).await
}

async fn due(transaction: &mut PgConnection, by_user: bool) -> Result<Vec<Due>, Error> {
    let rows = sqlx::query!(
        r#"with waiting as (
            select outbox.source, key, wanted_at, remote_id is null or ($2 and not (
                    starts_with(key, 'issue/') or starts_with(key, 'comment/')
                )) as creates,
                case when starts_with(key, 'issue/') then 2
                    when starts_with(key, 'comment/') then 1 else 0 end as kind,
                case when $2 then '@token'
                    else lower(split_part(coalesce(repository_name, repository), '/', 1))
                end as account
            from outbox join source on source.id = outbox.source
            where posted_version < version and dead_reason is null and outbox.due_at <= now()
              and (outbox.lease_until is null or outbox.lease_until <= now())
        ),
        ranked as (
            select *, row_number() over (
                partition by account, creates, kind order by wanted_at desc
            ) as place from waiting
        )
        select outbox.source, outbox.key, creates as "creates!", kind as "kind!",
            account as "account!"
        from ranked join outbox on outbox.source = ranked.source and outbox.key = ranked.key
        where place <= $1 and posted_version < version and dead_reason is null
          and (outbox.lease_until is null or outbox.lease_until <= now())
        order by kind, ranked.wanted_at desc
        for no key update of outbox skip locked"#,
        LOOKED_AT,
        by_user,
    )
    .fetch_all(transaction)
    .await?;
    let post = |kind| match kind {
        0 => Created::CheckRun,
        1 => Created::Comment,
        _ => Created::Issue,
    };
    let due = rows.into_iter().map(|row| Due {
        source: SourceId(row.source),
        key: row.key,
        account: row.account,
        creates: row.creates.then(|| post(row.kind)),
    });
    Ok(due.collect())
}

/// Budgets that are held for a transaction, by account.
struct Budgets {
    now: DateTime<Utc>,
    by_account: BTreeMap<String, Budget>,
}

impl Budgets {
    fn of(&mut self, account: &str) -> &mut Budget {
        self.by_account.entry(account.to_owned()).or_insert(Budget::whole(self.now))
    }

    async fn keep(&self, transaction: &mut PgConnection) -> Result<(), Error> {
        for (account, budget) in &self.by_account {
            sqlx::query!(
                "update creation_budget set minute_whole_at = $2, hour_whole_at = $3
                 where account = $1",
                account,
                budget.minute_whole_at,
                budget.hour_whole_at,
            )
            .execute(&mut *transaction)
            .await?;
        }
        Ok(())
    }
}

/// Budgets of what is to be created.
async fn budgets(transaction: &mut PgConnection, due: &[Due]) -> Result<Budgets, Error> {
    let creating = due.iter().filter(|post| post.creates.is_some());
    let mut accounts: Vec<_> = creating.map(|post| post.account.clone()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    budgets_of(transaction, accounts).await
}

/// Budgets of accounts, which are locked in their order.
async fn budgets_of(
    transaction: &mut PgConnection,
    accounts: Vec<String>,
) -> Result<Budgets, Error> {
    let rows = sqlx::query!(
        "insert into creation_budget as old (account, minute_whole_at, hour_whole_at)
         select account, now(), now() from unnest($1::text[]) account order by account
         on conflict (account) do update set account = excluded.account
         returning account, minute_whole_at, hour_whole_at",
        &accounts,
    )
    .fetch_all(&mut *transaction)
    .await?;
    // Behind the locks: whoever held them before spent up to then.
    let now = sqlx::query_scalar!(r#"select clock_timestamp() as "now!""#);
    let now = now.fetch_one(transaction).await?;
    let by_account = rows.into_iter().map(|row| {
        let (minute_whole_at, hour_whole_at) = (row.minute_whole_at, row.hour_whole_at);
        (row.account, Budget { minute_whole_at, hour_whole_at })
    });
    Ok(Budgets { now, by_account: by_account.collect() })
}

/// Posts to claim.
struct Chosen {
    posts: Vec<(SourceId, String)>,
    next_in: Option<Duration>,
}

/// The first posts that create nothing, or that their budgets pay for.
fn choose(due: Vec<Due>, budgets: &mut Budgets, limit: usize) -> Chosen {
    let mut chosen = Chosen { posts: Vec::new(), next_in: None };
    for post in due {
        if chosen.posts.len() == limit {
            break;
        }
        let now = budgets.now;
        let paid = match post.creates {
            Some(kind) => budgets.of(&post.account).take(kind, now),
            None => Ok(()),
        };
        match paid {
            Ok(()) => chosen.posts.push((post.source, post.key)),
            Err(wait) => chosen.next_in = Some(chosen.next_in.map_or(wait, |next| next.min(wait))),
        }
    }
    chosen
}

async fn claim(
    transaction: &mut PgConnection,
    posts: &[(SourceId, String)],
    lease: Duration,
    by_user: bool,
) -> Result<Vec<Claim>, Error> {
    let sources: Vec<_> = posts.iter().map(|(source, _)| source.0).collect();
    let keys: Vec<_> = posts.iter().map(|(_, key)| key.clone()).collect();
    let rows = sqlx::query!(
        r#"update outbox
        set lease_until = now() + make_interval(secs => $3), attempt = gen_random_uuid(),
            attempts = outbox.attempts + 1,
            first_attempted_at = coalesce(outbox.first_attempted_at, now())
        from unnest($1::bigint[], $2::text[]) due (source, key)
        join outbox before on before.source = due.source and before.key = due.key
        join source on source.id = due.source
        where outbox.source = due.source and outbox.key = due.key
        returning outbox.source, outbox.key, outbox.post, outbox.remote_id,
            outbox.is_status,
            before.first_attempted_at is not null and before.remote_id is null as "maybe_written!",
            outbox.attempts, outbox.version, outbox.attempt as "attempt!",
            case when $4 then '@token'
                else lower(split_part(coalesce(repository_name, repository), '/', 1))
            end as "account!""#,
        &sources,
        &keys,
        lease.as_secs_f64(),
        by_user,
    )
    .fetch_all(transaction)
    .await?;
    let claims = rows.into_iter().map(|row| Claim {
        source: SourceId(row.source),
        key: row.key,
        post: row.post,
        remote_id: row.remote_id,
        is_status: row.is_status,
        maybe_written: row.maybe_written,
        attempts: row.attempts,
        account: row.account,
        version: row.version,
        attempt: row.attempt,
    });
    Ok(claims.collect())
}
