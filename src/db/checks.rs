//! Checks of the groups in force: what each asks, and how it stands.

use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

use super::sources::{self, SourceId};
use super::{Error, groups, words};
use crate::evaluation::{CheckStanding, Counts};
use crate::policy::Rule;
use crate::resource::Cause;

/// A check in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its group.
    pub group: String,
    /// What it asks.
    pub rule: Rule,
    /// What the last completed run of the group said of it.
    pub standing: Option<CheckStanding>,
}

struct Row {
    group_name: String,
    id: String,
    rule: Json<Rule>,
    outcome: Option<String>,
    cause: Option<String>,
    counts: Option<Json<Counts>>,
    old_failures: Option<i64>,
    unlisted: bool,
}

impl TryFrom<Row> for Check {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let standing = match row.outcome {
            None => None,
            Some(outcome) => Some(CheckStanding {
                check: row.id,
                outcome: words::outcome(&outcome, row.cause.as_deref())?,
                counts: row.counts.unwrap_or_default().0,
                old: row.old_failures.and_then(|old| u64::try_from(old).ok()).unwrap_or_default(),
                unlisted: row.unlisted,
            }),
        };
        Ok(Self { group: row.group_name, rule: row.rule.0, standing })
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
/// stays under the id that it had. Where nothing has the old id, nothing happens.
pub async fn rename(
    connection: &mut PgConnection,
    fence: &sources::Fence,
    renamings: &[Renaming],
) -> Result<(), Error> {
    let groups: Vec<&str> = renamings.iter().map(|one| one.group.as_str()).collect();
    let from: Vec<&str> = renamings.iter().map(|one| one.from.as_str()).collect();
    let to: Vec<&str> = renamings.iter().map(|one| one.to.as_str()).collect();
    sqlx::query!(
        "update policy_check old set id = new.to_id
         from unnest($2::text[], $3::text[], $4::text[]) as new (group_name, from_id, to_id)
         where old.source = $1 and old.group_name = new.group_name and old.id = new.from_id
           and not exists (
              select from policy_check taken
              where taken.source = $1 and taken.group_name = new.group_name
                and taken.id = new.to_id
           )",
        fence.source.0,
        &groups as &[&str],
        &from as &[&str],
        &to as &[&str],
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update finding old set check_id = new.to_id
         from unnest($2::text[], $3::text[], $4::text[]) as new (group_name, from_id, to_id)
         where old.source = $1 and old.group_name = new.group_name
           and old.check_id = new.from_id and old.until is null
           and not exists (
              select from finding taken
              where taken.source = $1 and taken.group_name = new.group_name
                and taken.check_id = new.to_id
           )",
        fence.source.0,
        &groups as &[&str],
        &from as &[&str],
        &to as &[&str],
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Brings the checks of all groups of a revision into force, by group. How a check stands is kept
/// as long as its group has it.
pub async fn define(
    connection: &mut PgConnection,
    fence: &sources::Fence,
    checks: &[(&str, &[Rule])],
) -> Result<(), Error> {
    let rows = || {
        checks.iter().flat_map(|(group, rules)| {
            rules.iter().enumerate().map(move |(position, rule)| (*group, position, rule))
        })
    };
    let groups: Vec<&str> = rows().map(|(group, ..)| group).collect();
    let ids: Vec<&str> = rows().map(|(_, _, rule)| rule.id.as_str()).collect();
    let positions: Vec<i32> =
        rows().map(|(_, position, _)| i32::try_from(position).unwrap_or(i32::MAX)).collect();
    let rules: Vec<Json<&Rule>> = rows().map(|(_, _, rule)| Json(rule)).collect();
    sqlx::query!(
        "delete from policy_check where source = $1
           and (group_name, id) not in (select * from unnest($2::text[], $3::text[]))",
        fence.source.0,
        &groups as &[&str],
        &ids as &[&str],
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
        &rules as &[Json<&Rule>],
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Keeps how the checks of a group stand after a run; what stands as before is left alone.
pub async fn stand(
    executor: impl PgExecutor<'_>,
    fence: &groups::Fence,
    standings: &[CheckStanding],
) -> Result<(), Error> {
    let ids: Vec<&str> = standings.iter().map(|standing| standing.check.as_str()).collect();
    let outcomes: Vec<&str> = standings.iter().map(|standing| standing.outcome.name()).collect();
    let causes: Vec<Option<&str>> =
        standings.iter().map(|standing| standing.outcome.cause().map(Cause::as_str)).collect();
    let counts: Vec<Json<Counts>> =
        standings.iter().map(|standing| Json(standing.counts)).collect();
    let old: Vec<Option<i64>> = standings
        .iter()
        .map(|standing| i64::try_from(standing.old).ok().filter(|old| *old > 0))
        .collect();
    let unlisted: Vec<bool> = standings.iter().map(|standing| standing.unlisted).collect();
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
        &old as &[Option<i64>],
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
        r#"select group_name, id, rule as "rule: Json<Rule>", outcome, cause,
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
pub async fn wanting(executor: impl PgExecutor<'_>, source: SourceId) -> Result<Vec<Check>, Error> {
    sqlx::query_as!(
        Row,
        r#"select group_name, id, rule as "rule: Json<Rule>", outcome, cause,
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
    use sqlx::PgPool;

    use super::*;
    use crate::db::findings::{self, FindingChange, OpenFinding};
    use crate::db::fixtures::{
        TestResult, claim, complete, finding, groups, rule, run as record, sync,
    };
    use crate::evaluation::Outcome;

    fn standing(check: &str, outcome: Outcome) -> CheckStanding {
        let counts = Counts::from_iter([outcome]);
        CheckStanding { check: check.to_owned(), outcome, counts, old: 0, unlisted: false }
    }

    async fn told(pool: &PgPool, source: SourceId) -> Result<Vec<String>, Error> {
        let checks = of_group(pool, source, "storage").await?;
        let outcome = |check: &Check| match &check.standing {
            Some(standing) => standing.outcome.to_string(),
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
        let old = CheckStanding { old: 3, ..standing("private", Outcome::Fail) };
        let standings = [old.clone(), standing("encrypted", denied)];
        stand(&mut *tx, &run, &standings).await?;
        tx.commit().await?;
        let kept = wanting(&pool, source).await?.into_iter().find_map(|check| check.standing);
        assert_eq!(kept, Some(old));
        assert_eq!(told(&pool, source).await?, ["Old fail", "Encrypted unknown(access_denied)"]);
        assert_eq!(wanting(&pool, source).await?.len(), 2);

        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        let new = [rule("tagged", "Tagged"), rule("private", "New")];
        define(&mut tx, &fence, &[("storage", &new)]).await?;
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
        stand(&mut *tx, &run, &[standing("private", Outcome::Fail)]).await?;
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
}
