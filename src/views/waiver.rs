//! Waivers: how each stands in a group, and over all groups of a source.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sqlx::{PgConnection, PgPool};

use crate::db;
use crate::db::groups::{self, Group};
use crate::db::sources::SourceId;
use crate::db::waivers::{self, WaiverOfGroup};
use crate::evaluation::WaiverStatus;
use crate::evaluation::gating::{Gate, GatedCounts};
use crate::policy::{Validity, Waiver};

/// State of a waiver in a group, in the order in which somebody should look after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WaiverState {
    /// Its last day is over.
    Expired,
    /// Its last day is near.
    Expiring,
    /// Nothing that it matches fails or may fail.
    Useless,
    /// The group was not evaluated with it yet.
    Pending,
    /// It holds, and turns what fails.
    InForce,
}

/// Waiver in force and its state in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverView {
    /// Terms of the waiver, as the policies have it.
    pub waiver: Arc<Waiver>,
    /// State in the group, by its last run.
    pub state: WaiverState,
    /// Status after the last run; `None` before the first.
    pub status: Option<WaiverStatus>,
    /// Findings of the group that it matches, by outcome.
    pub counts: GatedCounts,
}

/// Waivers of a group: those first that somebody should look after, then by name.
pub(super) async fn of_group(
    pool: &PgPool,
    source: SourceId,
    group: &Group,
) -> Result<Vec<WaiverView>, db::Error> {
    let waivers = waivers::of_group(pool, source, &group.definition.name).await?;
    Ok(views(waivers, &group.gate()))
}

fn views(waivers: Vec<WaiverOfGroup>, gate: &Gate) -> Vec<WaiverView> {
    let mut views: Vec<WaiverView> = waivers.into_iter().map(|one| view(one, gate)).collect();
    views.sort_by_key(|view| view.state);
    views
}

fn view(waiver: WaiverOfGroup, gate: &Gate) -> WaiverView {
    let status = waiver.status();
    let state = match &status {
        None => WaiverState::Pending,
        Some(status) => match (status.validity, status.is_useless()) {
            (Validity::Expired, _) => WaiverState::Expired,
            (_, true) => WaiverState::Useless,
            (Validity::Expiring, _) => WaiverState::Expiring,
            (Validity::InForce, _) => WaiverState::InForce,
        },
    };
    let counts = status.as_ref().map(|status| status.counts).unwrap_or_default();
    WaiverView {
        state,
        status,
        counts: GatedCounts { counts, baseline: 0, reason: gate.reason() },
        waiver: waiver.waiver,
    }
}

/// Statuses of the waivers in force of a source, by name.
pub async fn in_force(
    connection: &mut PgConnection,
    source: SourceId,
) -> Result<Vec<WaiverStatus>, db::Error> {
    let groups = groups::of_source(&mut *connection, source).await?;
    Ok(reported(waivers::of_source(connection, source).await?, &groups))
}

/// Statuses of the waivers of the groups that are reported. Of one that concerns a group which was not
/// evaluated yet nothing can be said.
pub(super) fn reported(waivers: Vec<WaiverOfGroup>, groups: &[Group]) -> Vec<WaiverStatus> {
    let reported: BTreeMap<&str, bool> = groups
        .iter()
        .filter(|group| group.gate().is_reported())
        .map(|group| (group.definition.name.as_str(), group.evaluated))
        .collect();
    let mut pending = BTreeSet::new();
    let mut known = Vec::new();
    for waiver in waivers {
        match (reported.get(waiver.group.as_str()), waiver.status()) {
            (None, _) => {}
            (Some(true), Some(status)) => known.push(status),
            _ => drop(pending.insert(waiver.waiver.name.clone())),
        }
    }
    known.retain(|status| !pending.contains(&status.waiver.name));
    WaiverStatus::merged(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::groups::GroupUpsert;
    use crate::digest::Digest;
    use crate::evaluation::{Counts, Outcome};
    use crate::policy::{Covered, Mode};

    fn group(name: &str, mode: Mode, evaluated: bool) -> Group {
        Group {
            definition: GroupUpsert {
                name: name.to_owned(),
                digest: Digest::of(b"1"),
                mode,
                new_only: None,
                suspended: name == "suspended",
                schedule: crate::schedule::Schedule::default(),
                owner: None,
                description: None,
                unit: "bucket".to_owned(),
            },
            revision: "c1".to_owned(),
            retired_at: None,
            verdict: None,
            enforced: None,
            evaluated,
            run: None,
            last_run_at: None,
            last_error: None,
            due_at: chrono::DateTime::UNIX_EPOCH,
            attempts: 0,
        }
    }

    fn waiver(group: &str, name: &str, status: Option<(Validity, Counts)>) -> WaiverOfGroup {
        let waiver = Waiver {
            name: name.parse().expect("a name"),
            covers: Covered { group: group.parse().ok(), ..Covered::default() },
            reason: "why".to_owned(),
            owner: "ada".to_owned(),
            expires: "2026-12-31".parse().expect("a day"),
            approved_by: None,
            ticket: None,
            path: "a.yaml".to_owned(),
            line: 1,
        };
        WaiverOfGroup { group: group.to_owned(), waiver: Arc::new(waiver), status }
    }

    fn passing(group: &str, name: &str, pass: u64) -> WaiverOfGroup {
        waiver(group, name, Some((Validity::InForce, Counts { pass, ..Counts::default() })))
    }

    #[test]
    fn what_somebody_should_look_after_comes_first() {
        let found = |validity, outcome| Some((validity, Counts::from_iter([outcome])));
        let waivers = vec![
            waiver("storage", "a-holds", found(Validity::InForce, Outcome::Waived)),
            waiver("storage", "b-new", None),
            waiver("storage", "c-useless", found(Validity::InForce, Outcome::Pass)),
            waiver("storage", "d-expiring", found(Validity::Expiring, Outcome::Waived)),
            waiver("storage", "e-expired", found(Validity::Expired, Outcome::Fail)),
        ];
        let views = views(waivers, &group("storage", Mode::Audit, true).gate());
        let shown: Vec<_> =
            views.iter().map(|view| (view.waiver.name.as_str(), view.state)).collect();
        assert_eq!(
            shown,
            [
                ("e-expired", WaiverState::Expired),
                ("d-expiring", WaiverState::Expiring),
                ("c-useless", WaiverState::Useless),
                ("b-new", WaiverState::Pending),
                ("a-holds", WaiverState::InForce),
            ]
        );
    }

    #[test]
    fn a_waiver_stands_as_it_does_in_the_groups_that_are_shown() {
        let groups = [
            group("network", Mode::Enforce, true),
            group("storage", Mode::Audit, true),
            group("hidden", Mode::Shadow, true),
            group("suspended", Mode::Enforce, true),
            group("new", Mode::Enforce, false),
        ];
        let waivers = vec![
            passing("network", "both", 1),
            passing("storage", "both", 2),
            passing("hidden", "both", 4),
            passing("suspended", "both", 8),
            passing("network", "early", 1),
            passing("new", "early", 1),
            passing("hidden", "unseen", 1),
        ];
        let shown: Vec<String> = reported(waivers, &groups)
            .iter()
            .map(|status| format!("{} {}", status.waiver.name, status.counts.pass))
            .collect();
        assert_eq!(shown, ["both 3"]);
    }
}
