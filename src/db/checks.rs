//! Checks of the groups in force: what each asks, and how it stands.

use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

use super::fence::GroupFence;
use super::sources::{self, SourceId};
use super::{Error, words};
use crate::evaluation::{CheckStatus, Counts};
use crate::policy::RuleText;
use crate::resource::Cause;

/// Check in force, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Name of the group that it belongs to.
    pub group: String,
    /// Rule that it holds resources to.
    pub rule: RuleText,
    /// Status after the last completed run of the group.
    pub status: Option<CheckStatus>,
}

struct Row {
    group_name: String,
    id: String,
    rule: Json<RuleText>,
    outcome: Option<String>,
    cause: Option<String>,
    counts: Option<Json<Counts>>,
    old_failures: Option<i64>,
    unlisted: bool,
}

impl TryFrom<Row> for Check {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let status = match row.outcome {
            None => None,
            Some(outcome) => Some(CheckStatus {
                check: row.id,
                outcome: words::outcome(&outcome, row.cause.as_deref())?,
                counts: row.counts.unwrap_or_default().0,
                baseline: row
                    .old_failures
                    .and_then(|count| u64::try_from(count).ok())
                    .unwrap_or_default(),
                of_no_resource: row.unlisted,
            }),
        };
        Ok(Self { group: row.group_name, rule: row.rule.0, status })
    }
}

/// A check that has another id than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renaming {
    /// Its group.
    pub group: String,
    /// The id that it had.
    pub from: String,
    /// The id that it has.
    pub to: String,
}

/// Lets checks continue under other ids: how they stand, and the findings that stand. What is over
/// stays under the id that it had, and is in nobody's way. Where nothing has the old id, or
/// something stands under the new one, nothing happens; of several that become one, the first named
/// goes on.
pub async fn rename(
    connection: &mut PgConnection,
    fence: &sources::Fence,
    renamings: &[Renaming],
) -> Result<(), Error> {
    if renamings.is_empty() {
        return Ok(());
    }
    let column = |of: fn(&Renaming) -> &str| renamings.iter().map(of).collect();
    let columns: [Vec<&str>; 3] =
        [column(|one| &one.group), column(|one| &one.from), column(|one| &one.to)];
    rename_statuses(&mut *connection, fence, &columns).await?;
    rename_findings(connection, fence, &columns).await
}

async fn rename_statuses(
    executor: impl PgExecutor<'_>,
    fence: &sources::Fence,
    [groups, from, to]: &[Vec<&str>; 3],
) -> Result<(), Error> {
    sqlx::query!(
        "update policy_check old set id = new.to_id
         from (
            select distinct on (named.group_name, to_id) named.group_name, from_id, to_id
            from unnest($2::text[], $3::text[], $4::text[])
               with ordinality as named (group_name, from_id, to_id, position)
            join policy_check had
               on had.source = $1 and had.group_name = named.group_name and had.id = from_id
            where not exists (
               select from policy_check taken
               where taken.source = $1 and taken.group_name = named.group_name
                 and taken.id = to_id
            )
            order by named.group_name, to_id, named.position
         ) new
         where old.source = $1 and old.group_name = new.group_name and old.id = new.from_id",
        fence.source.0,
        groups as &[&str],
        from as &[&str],
        to as &[&str],
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// What began at the very instant at which something else did under the new id stays where it is:
/// it could not be told from that.
async fn rename_findings(
    executor: impl PgExecutor<'_>,
    fence: &sources::Fence,
    [groups, from, to]: &[Vec<&str>; 3],
) -> Result<(), Error> {
    sqlx::query!(
        "update finding old set check_id = new.to_id
         from (
            select distinct on (group_name, to_id) group_name, from_id, to_id
            from unnest($2::text[], $3::text[], $4::text[])
               with ordinality as named (group_name, from_id, to_id, position)
            where exists (
               select from finding had
               where had.source = $1 and had.group_name = named.group_name
                 and had.check_id = from_id and had.until is null
            ) and not exists (
               select from finding taken
               where taken.source = $1 and taken.group_name = named.group_name
                 and taken.check_id = to_id and taken.until is null
            )
            order by group_name, to_id, position
         ) new
         where old.source = $1 and old.group_name = new.group_name
           and old.check_id = new.from_id and old.until is null
           and not exists (
              select from finding past
              where past.source = $1 and past.group_name = new.group_name
                and past.check_id = new.to_id and past.provider = old.provider
                and past.account = old.account and past.region = old.region
                and past.resource_type = old.resource_type
                and past.resource_id = old.resource_id and past.since = old.since
           )",
        fence.source.0,
        groups as &[&str],
        from as &[&str],
        to as &[&str],
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Brings the checks of some groups of a revision into force, all that each of these has. How a check
/// stands is kept as long as its group has it.
pub async fn define(
    connection: &mut PgConnection,
    fence: &sources::Fence,
    checks: &[(&str, &[RuleText])],
) -> Result<(), Error> {
    let defined: Vec<&str> = checks.iter().map(|(group, _)| *group).collect();
    let rows = || {
        checks.iter().flat_map(|(group, rules)| {
            rules.iter().enumerate().map(move |(position, rule)| (*group, position, rule))
        })
    };
    let groups: Vec<&str> = rows().map(|(group, ..)| group).collect();
    let ids: Vec<&str> = rows().map(|(_, _, rule)| rule.id.as_str()).collect();
    let positions: Vec<i32> =
        rows().map(|(_, position, _)| i32::try_from(position).unwrap_or(i32::MAX)).collect();
    let rules: Vec<Json<&RuleText>> = rows().map(|(_, _, rule)| Json(rule)).collect();
    sqlx::query!(
        "delete from policy_check where source = $1 and group_name = any($4)
           and (group_name, id) not in (select * from unnest($2::text[], $3::text[]))",
        fence.source.0,
        &groups as &[&str],
        &ids as &[&str],
        &defined as &[&str],
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into policy_check as old (source, group_name, id, position, rule)
         select $1, * from unnest($2::text[], $3::text[], $4::int[], $5::jsonb[])
         on conflict (source, group_name, id) do update
         set position = excluded.position, rule = excluded.rule
         where (old.position, old.rule) is distinct from (excluded.position, excluded.rule)",
        fence.source.0,
        &groups as &[&str],
        &ids as &[&str],
        &positions,
        &rules as &[Json<&RuleText>],
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Keeps how the checks of a group stand after a run; what stands as before is left alone.
pub async fn stand(
    executor: impl PgExecutor<'_>,
    fence: &GroupFence,
    statuses: &[CheckStatus],
) -> Result<(), Error> {
    let ids: Vec<&str> = statuses.iter().map(|status| status.check.as_str()).collect();
    let outcomes: Vec<&str> = statuses.iter().map(|status| status.outcome.name()).collect();
    let causes: Vec<Option<&str>> =
        statuses.iter().map(|status| status.outcome.cause().map(Cause::as_str)).collect();
    let counts: Vec<Json<Counts>> = statuses.iter().map(|status| Json(status.counts)).collect();
    let baseline: Vec<Option<i64>> = statuses
        .iter()
        .map(|status| i64::try_from(status.baseline).ok().filter(|count| *count > 0))
        .collect();
    let unlisted: Vec<bool> = statuses.iter().map(|status| status.of_no_resource).collect();
    sqlx::query!(
        "update policy_check old
         set outcome = new.outcome, cause = new.cause, counts = new.counts, unlisted = new.unlisted,
             old_failures = new.old_failures
         from unnest($3::text[], $4::text[], $5::text[], $6::jsonb[], $7::boolean[], $8::bigint[])
            as new (id, outcome, cause, counts, unlisted, old_failures)
         where source = $1 and group_name = $2 and old.id = new.id
           and (old.outcome, old.cause, old.counts, old.unlisted, old.old_failures)
               is distinct from (new.outcome, new.cause, new.counts, new.unlisted, new.old_failures)",
        fence.source.0,
        fence.group,
        &ids as &[&str],
        &outcomes as &[&str],
        &causes as &[Option<&str>],
        &counts as &[Json<Counts>],
        &unlisted,
        &baseline as &[Option<i64>],
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// The checks of a group, in the order of its file.
pub async fn of_group(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    group: &str,
) -> Result<Vec<Check>, Error> {
    sqlx::query_as!(
        Row,
        r#"select group_name, id, rule as "rule: Json<RuleText>", outcome, cause,
            counts as "counts: Json<Counts>", old_failures, unlisted
         from policy_check where source = $1 and group_name = $2 order by position"#,
        source.0,
        group,
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(Check::try_from)
    .collect()
}

/// The checks of a source that fail or could not be judged, by group and in the order of the file.
pub async fn bad(executor: impl PgExecutor<'_>, source: SourceId) -> Result<Vec<Check>, Error> {
    sqlx::query_as!(
        Row,
        r#"select group_name, id, rule as "rule: Json<RuleText>", outcome, cause,
            counts as "counts: Json<Counts>", old_failures, unlisted
         from policy_check where source = $1 and outcome in ('fail', 'unknown')
         order by group_name, position"#,
        source.0,
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(Check::try_from)
    .collect()
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use sqlx::PgPool;

    use super::*;
    use crate::db::findings::{self, ClosedReason, FindingChange, OpenFinding};
    use crate::db::fixtures::{
        TestResult, claim, complete, finding, groups, rule, run as record, sync,
    };
    use crate::db::groups;
    use crate::evaluation::Outcome;

    fn status(check: &str, outcome: Outcome) -> CheckStatus {
        let counts = Counts::from_iter([outcome]);
        CheckStatus { check: check.to_owned(), outcome, counts, baseline: 0, of_no_resource: false }
    }

    async fn told(pool: &PgPool, source: SourceId) -> Result<Vec<String>, Error> {
        let checks = of_group(pool, source, "storage").await?;
        let outcome = |check: &Check| match &check.status {
            Some(status) => status.outcome.to_string(),
            None => "none".to_owned(),
        };
        Ok(checks.iter().map(|it| format!("{} {}", it.rule.title, outcome(it))).collect())
    }

    #[sqlx::test]
    async fn a_check_keeps_its_standing_as_long_as_its_group_has_it(pool: PgPool) -> TestResult {
        let source = groups(&pool, &["storage", "network"]).await;
        let old = [rule("private", "Old"), rule("encrypted", "Encrypted")];
        let claimed = loop {
            let claimed = claim(&pool).await;
            if claimed.name == "storage" {
                break claimed;
            }
        };
        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        define(&mut tx, &fence, &[("storage", &old), ("network", &old)]).await?;
        let run = groups::fence(&mut *tx, &claimed).await?;
        let denied = Outcome::Unknown(Cause::AccessDenied);
        let old = CheckStatus { baseline: 3, ..status("private", Outcome::Fail) };
        let statuses = [old.clone(), status("encrypted", denied)];
        stand(&mut *tx, &run, &statuses).await?;
        tx.commit().await?;
        let kept = bad(&pool, source).await?.into_iter().find_map(|check| check.status);
        assert_eq!(kept, Some(old));
        assert_eq!(told(&pool, source).await?, ["Old fail", "Encrypted unknown(access_denied)"]);
        assert_eq!(bad(&pool, source).await?.len(), 2);

        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        let new = [rule("tagged", "Tagged"), rule("private", "New")];
        define(&mut tx, &fence, &[("storage", &new)]).await?;
        assert_eq!(of_group(&mut *tx, source, "network").await?.len(), 2, "it is left alone");
        define(&mut tx, &fence, &[("network", &[])]).await?;
        tx.commit().await?;
        assert_eq!(told(&pool, source).await?, ["Tagged none", "New fail"]);
        assert_eq!(of_group(&pool, source, "network").await?, []);
        Ok(())
    }

    #[sqlx::test]
    async fn a_check_with_another_id_goes_on(pool: PgPool) -> TestResult {
        let source = groups(&pool, &["storage"]).await;
        let claimed = claim(&pool).await;
        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        let old = [rule("private", "Old"), rule("taken", "Taken")];
        define(&mut tx, &fence, &[("storage", &old)]).await?;
        let run = groups::fence(&mut *tx, &claimed).await?;
        stand(&mut *tx, &run, &[status("private", Outcome::Fail)]).await?;
        tx.commit().await?;
        let mut connection = pool.acquire().await?;
        let again = claimed;
        let open = ["private", "taken"]
            .map(|check| FindingChange::Open(finding(check, "logs", Outcome::Fail)));
        complete(&mut connection, &again, &record(Outcome::Fail), &open).await?;
        let since = |open: &[OpenFinding], check: &str| {
            open.iter().find(|one| one.key.check == check).map(|one| one.since)
        };
        let before = findings::open(&pool, source, "storage").await?;

        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        let renaming = |from: &str, to: &str| Renaming {
            group: "storage".to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
        };
        let renamings =
            [renaming("private", "closed"), renaming("private", "taken"), renaming("never", "x")];
        rename(&mut tx, &fence, &renamings).await?;
        let new = [rule("closed", "New"), rule("taken", "Taken")];
        define(&mut tx, &fence, &[("storage", &new)]).await?;
        tx.commit().await?;
        assert_eq!(told(&pool, source).await?, ["New fail", "Taken none"]);
        let after = findings::open(&pool, source, "storage").await?;
        assert_eq!(since(&after, "closed"), since(&before, "private"));
        assert!(since(&after, "closed").is_some());
        assert_eq!(since(&after, "private"), None);
        assert_eq!(since(&after, "taken"), since(&before, "taken"));
        Ok(())
    }

    /// What stands after renamings, each in a sync of its own: check, outcome and since when.
    async fn renamed(
        pool: &PgPool,
        source: SourceId,
        renamings: &[(&str, &str)],
    ) -> Result<Vec<(String, Outcome, DateTime<Utc>)>, Error> {
        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        let renaming = |(from, to): &(&str, &str)| Renaming {
            group: "storage".to_owned(),
            from: (*from).to_owned(),
            to: (*to).to_owned(),
        };
        let renamings: Vec<Renaming> = renamings.iter().map(renaming).collect();
        rename(&mut tx, &fence, &renamings).await?;
        tx.commit().await?;
        let open = findings::open(pool, source, "storage").await?;
        let mut told: Vec<_> =
            open.into_iter().map(|one| (one.key.check, one.outcome, one.since)).collect();
        told.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(told)
    }

    /// A source whose group `storage` has checks that just passed.
    async fn passing(pool: &PgPool, checks: &[&str]) -> Result<SourceId, Error> {
        let source = groups(pool, &["storage"]).await;
        let rules: Vec<RuleText> = checks.iter().map(|check| rule(check, check)).collect();
        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        define(&mut tx, &fence, &[("storage", &rules)]).await?;
        tx.commit().await?;
        let opened = checks.iter().map(|check| finding(check, "logs", Outcome::Pass));
        run(pool, &opened.map(FindingChange::Open).collect::<Vec<_>>()).await?;
        Ok(source)
    }

    async fn run(pool: &PgPool, changes: &[FindingChange]) -> Result<(), Error> {
        let claimed = claim(pool).await;
        complete(&mut *pool.acquire().await?, &claimed, &record(Outcome::Fail), changes).await?;
        Ok(())
    }

    #[sqlx::test]
    async fn a_check_that_gets_its_old_id_back_goes_on(pool: PgPool) -> TestResult {
        let source = passing(&pool, &["old"]).await?;
        let key = finding("old", "logs", Outcome::Pass).key;
        let changed = FindingChange::Close(key, ClosedReason::Changed);
        let opened = FindingChange::Open(finding("old", "logs", Outcome::Fail));
        run(&pool, &[changed, opened]).await?;
        let before = renamed(&pool, source, &[]).await?;

        let there = renamed(&pool, source, &[("old", "new")]).await?;
        assert_eq!(there, [("new".to_owned(), Outcome::Fail, before[0].2)]);
        let back = renamed(&pool, source, &[("new", "old")]).await?;
        assert_eq!(back, before, "history under the old id is in nobody's way");
        assert_eq!(told(&pool, source).await?, ["old none"]);
        Ok(())
    }

    #[sqlx::test]
    async fn a_check_with_the_id_of_one_that_is_gone_leaves_its_history(
        pool: PgPool,
    ) -> TestResult {
        let source = passing(&pool, &["gone", "other"]).await?;
        let key = finding("gone", "logs", Outcome::Pass).key;
        run(&pool, &[FindingChange::Close(key, ClosedReason::CheckRemoved)]).await?;
        // Both began at the same instant, so that one row cannot say both.
        let open = renamed(&pool, source, &[("other", "gone")]).await?;
        assert_eq!(open.iter().map(|one| one.0.as_str()).collect::<Vec<_>>(), ["other"]);
        Ok(())
    }

    #[sqlx::test]
    async fn of_two_checks_that_become_one_the_first_named_goes_on(pool: PgPool) -> TestResult {
        let source = passing(&pool, &["first", "second"]).await?;
        let open = renamed(&pool, source, &[("never", "one"), ("second", "one"), ("first", "one")]);
        let open = open.await?;
        assert_eq!(open.iter().map(|it| it.0.as_str()).collect::<Vec<_>>(), ["first", "one"]);
        assert_eq!(told(&pool, source).await?, ["first none", "second none"]);
        Ok(())
    }

    #[sqlx::test]
    async fn where_no_check_has_another_id_nothing_is_asked(pool: PgPool) -> TestResult {
        groups(&pool, &["storage"]).await;
        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        // From here on the transaction refuses every query.
        assert!(sqlx::query("select 1 / 0").execute(&mut *tx).await.is_err());
        rename(&mut tx, &fence, &[]).await?;
        Ok(())
    }
}
