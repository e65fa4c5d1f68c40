//! The waivers of a group: what each waives, who answers for it, until when, and what to do.

use std::sync::Arc;

use sqlx::PgPool;

use super::answer::Failure;
use super::badge::{Badge, Tally};
use super::weight::{Held, WeighedCounts};
use crate::db::groups::Group;
use crate::db::sources::SourceId;
use crate::db::waivers::{self, Concern};
use crate::evaluation::{Counts, WaiverStanding};
use crate::policy::{Validity, Waiver};
use crate::render::waivers::notice;

/// A waiver on the page of a group.
pub(super) struct WaiverRow {
    /// What it says.
    pub(super) waiver: Arc<Waiver>,
    /// What it waives, in a line.
    pub(super) covers: String,
    pub(super) badge: Badge,
    /// What it matches in this group.
    pub(super) tally: Tally,
    /// What somebody has to do about it.
    pub(super) notice: Option<String>,
    rank: u8,
}

/// The waivers of a group: those first that somebody has to look after, then by name.
pub(super) async fn waivers(
    pool: &PgPool,
    source: SourceId,
    group: &Group,
) -> Result<Vec<WaiverRow>, Failure> {
    let concerns = waivers::of_group(pool, source, &group.definition.name).await?;
    Ok(rows(concerns, Held::all_of(group)))
}

fn rows(concerns: Vec<Concern>, held: Option<Held>) -> Vec<WaiverRow> {
    let mut rows: Vec<_> = concerns.into_iter().map(|concern| row(concern, held)).collect();
    rows.sort_by_key(|row| row.rank);
    rows
}

fn row(concern: Concern, held: Option<Held>) -> WaiverRow {
    let waiver = Arc::new(concern.waiver);
    let standing = concern.standing.map(|(validity, counts)| WaiverStanding {
        waiver: Arc::clone(&waiver),
        validity,
        counts,
    });
    let (tone, words, rank) = match &standing {
        None => ("pending", "not evaluated yet", 3),
        Some(standing) => match (standing.validity, standing.is_useless()) {
            (Validity::Expired, _) => ("fail", "expired", 0),
            (_, true) => ("not_applicable", "useless", 2),
            (Validity::Expiring, _) => ("unknown", "expiring", 1),
            (Validity::InForce, _) => ("waived", "in force", 4),
        },
    };
    let counts = standing.as_ref().map_or_else(Counts::default, |standing| standing.counts);
    WaiverRow {
        covers: waiver.covers.to_string(),
        badge: Badge::named(tone, words),
        tally: Tally(WeighedCounts { counts, old: 0, held }),
        notice: standing.as_ref().and_then(notice),
        waiver,
        rank,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::Outcome;
    use crate::policy::Covered;

    fn concern(name: &str, standing: Option<(Validity, &[Outcome])>) -> Concern {
        let waiver = Waiver {
            name: name.parse().expect("a name"),
            covers: Covered { group: "storage".parse().ok(), ..Covered::default() },
            reason: "why".to_owned(),
            owner: "ada".to_owned(),
            expires: "2026-12-31".parse().expect("a day"),
            approved_by: None,
            ticket: None,
            path: "a.yaml".to_owned(),
            line: 1,
        };
        let standing =
            standing.map(|(validity, found)| (validity, found.iter().copied().collect()));
        Concern { group: "storage".to_owned(), waiver, standing }
    }

    #[test]
    fn what_somebody_has_to_look_after_comes_first() {
        let concerns = vec![
            concern("a-holds", Some((Validity::InForce, &[Outcome::Waived]))),
            concern("b-new", None),
            concern("c-useless", Some((Validity::InForce, &[Outcome::Pass]))),
            concern("d-expiring", Some((Validity::Expiring, &[Outcome::Waived]))),
            concern("e-expired", Some((Validity::Expired, &[Outcome::Fail]))),
        ];
        let told: Vec<String> = rows(concerns, None)
            .iter()
            .map(|row| format!("{} {} {:?}", row.waiver.name, row.badge.tone, row.notice))
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        e-expired fail Some("expired on 2026-12-31: 1 finding of it fails again")
        d-expiring unknown Some("expires on 2026-12-31: 1 finding of it fails from then on")
        c-useless not_applicable Some("matches nothing that fails; remove it")
        b-new pending None
        a-holds waived None
        "#);
    }
}
