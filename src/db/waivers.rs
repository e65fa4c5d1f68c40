//! Waivers in force: what each says, and how it stands in each group that it concerns.

use std::sync::Arc;

use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

use super::fence::GroupFence;
use super::sources::{self, SourceId};
use super::{Error, words};
use crate::evaluation::{Counts, WaiverStatus};
use crate::policy::{Validity, Waiver};

/// Waiver in force, of one of the groups that it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverOfGroup {
    /// Name of the group that it is asked of.
    pub group: String,
    /// Terms of the waiver.
    pub waiver: Arc<Waiver>,
    /// Status after the last completed run of the group.
    pub status: Option<(Validity, Counts)>,
}

impl WaiverOfGroup {
    /// Status of the waiver after the last completed run of the group; `None` before the first.
    pub fn status(&self) -> Option<WaiverStatus> {
        let waiver = Arc::clone(&self.waiver);
        self.status.map(|(validity, counts)| WaiverStatus { waiver, validity, counts })
    }
}

struct Row {
    group_name: String,
    waiver: Json<Waiver>,
    validity: Option<String>,
    counts: Option<Json<Counts>>,
}

impl TryFrom<Row> for WaiverOfGroup {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let validity = row.validity.map(|word| words::parsed("validity", &word)).transpose()?;
        Ok(Self {
            group: row.group_name,
            waiver: Arc::new(row.waiver.0),
            status: validity.map(|validity| (validity, row.counts.unwrap_or_default().0)),
        })
    }
}

/// Brings the waivers of some groups of a revision into force, all that concern each of these. How a
/// waiver stands is kept as long as the group has it.
pub async fn define(
    connection: &mut PgConnection,
    fence: &sources::Fence,
    waivers: &[(&str, &[Arc<Waiver>])],
) -> Result<(), Error> {
    let defined: Vec<&str> = waivers.iter().map(|(group, _)| *group).collect();
    let rows =
        || waivers.iter().flat_map(|(group, waivers)| waivers.iter().map(move |one| (*group, one)));
    let groups: Vec<&str> = rows().map(|(group, _)| group).collect();
    let names: Vec<&str> = rows().map(|(_, waiver)| waiver.name.as_str()).collect();
    let bodies: Vec<Json<&Waiver>> = rows().map(|(_, waiver)| Json(waiver.as_ref())).collect();
    sqlx::query!(
        "delete from policy_waiver where source = $1 and group_name = any($4)
           and (group_name, name) not in (select * from unnest($2::text[], $3::text[]))",
        fence.source.0,
        &groups as &[&str],
        &names as &[&str],
        &defined as &[&str],
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into policy_waiver as old (source, group_name, name, waiver)
         select $1, * from unnest($2::text[], $3::text[], $4::jsonb[])
         on conflict (source, group_name, name) do update set waiver = excluded.waiver
         where old.waiver is distinct from excluded.waiver",
        fence.source.0,
        &groups as &[&str],
        &names as &[&str],
        &bodies as &[Json<&Waiver>],
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Keeps how the waivers of a group stand after a run; what stands as before is left alone.
pub async fn stand(
    executor: impl PgExecutor<'_>,
    fence: &GroupFence,
    standings: &[WaiverStatus],
) -> Result<(), Error> {
    if standings.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = standings.iter().map(|one| one.waiver.name.as_str()).collect();
    let validities: Vec<&str> = standings.iter().map(|one| one.validity.as_str()).collect();
    let counts: Vec<Json<Counts>> = standings.iter().map(|one| Json(one.counts)).collect();
    sqlx::query!(
        "update policy_waiver old set validity = new.validity, counts = new.counts
         from unnest($3::text[], $4::text[], $5::jsonb[]) as new (name, validity, counts)
         where source = $1 and group_name = $2 and old.name = new.name
           and (old.validity, old.counts) is distinct from (new.validity, new.counts)",
        fence.source.0,
        fence.group,
        &names as &[&str],
        &validities as &[&str],
        &counts as &[Json<Counts>],
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// The waivers that concern a group, by name.
pub async fn of_group(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    group: &str,
) -> Result<Vec<WaiverOfGroup>, Error> {
    sqlx::query_as!(
        Row,
        r#"select group_name, waiver as "waiver: Json<Waiver>", validity,
            counts as "counts: Json<Counts>"
         from policy_waiver where source = $1 and group_name = $2 order by name"#,
        source.0,
        group,
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(WaiverOfGroup::try_from)
    .collect()
}

/// The waivers of a source, by name and group.
pub async fn of_source(
    executor: impl PgExecutor<'_>,
    source: SourceId,
) -> Result<Vec<WaiverOfGroup>, Error> {
    sqlx::query_as!(
        Row,
        r#"select group_name, waiver as "waiver: Json<Waiver>", validity,
            counts as "counts: Json<Counts>"
         from policy_waiver where source = $1 order by name, group_name"#,
        source.0,
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(WaiverOfGroup::try_from)
    .collect()
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::db::fixtures::{TestResult, claim, groups, sync};
    use crate::db::groups;
    use crate::evaluation::Outcome;

    fn waiver(name: &str, reason: &str) -> Waiver {
        Waiver {
            name: name.parse().unwrap(),
            covers: crate::policy::Covered::default(),
            reason: reason.to_owned(),
            owner: "ada".to_owned(),
            expires: "2026-12-31".parse().unwrap(),
            approved_by: None,
            ticket: None,
            path: "a.yaml".to_owned(),
            line: 1,
        }
    }

    async fn told(pool: &PgPool, source: SourceId) -> Result<Vec<String>, Error> {
        let all = of_source(pool, source).await?;
        let told = all.iter().map(|WaiverOfGroup { group, waiver, status }| {
            let status = match status {
                Some((validity, counts)) => format!("{validity:?} {} waived", counts.waived),
                None => "none".to_owned(),
            };
            format!("{group} {} {}: {status}", waiver.name, waiver.reason)
        });
        Ok(told.collect())
    }

    #[sqlx::test]
    async fn a_waiver_keeps_its_standing_as_long_as_its_group_has_it(pool: PgPool) -> TestResult {
        let source = groups(&pool, &["storage"]).await;
        let claimed = claim(&pool).await;
        let (old, new) = (Arc::new(waiver("legacy", "old")), waiver("legacy", "new"));
        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        define(
            &mut tx,
            &fence,
            &[("network", &[Arc::clone(&old)]), ("storage", &[Arc::clone(&old)])],
        )
        .await?;
        let run = groups::fence(&mut *tx, &claimed).await?;
        let standing = WaiverStatus {
            waiver: old,
            validity: Validity::Expiring,
            counts: Counts::from_iter([Outcome::Waived]),
        };
        stand(&mut *tx, &run, &[standing]).await?;
        tx.commit().await?;
        assert_eq!(
            told(&pool, source).await?,
            ["network legacy old: none", "storage legacy old: Expiring 1 waived"]
        );

        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        let defined = [Arc::new(new), Arc::new(waiver("other", "x"))];
        define(&mut tx, &fence, &[("storage", &defined)]).await?;
        tx.commit().await?;
        assert_eq!(
            told(&pool, source).await?,
            [
                "network legacy old: none",
                "storage legacy new: Expiring 1 waived",
                "storage other x: none"
            ],
            "a group that is not defined is left alone"
        );
        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        define(&mut tx, &fence, &[("network", &[])]).await?;
        tx.commit().await?;
        assert_eq!(of_group(&pool, source, "network").await?, []);
        Ok(())
    }
}
