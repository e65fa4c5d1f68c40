//! The inventory that groups need: which facets their checks read, asked once for all of them.

use chrono::{DateTime, Utc};

use crate::expression::{Budget, Subject, Verdict};
use crate::fetch::{self, CallStats, Keep, Need, Scope, Source};
use crate::policy::{Account, Check, Group};
use crate::resource::{Inventory, Resource};

/// Asks `source` for what the checks of `groups` read of `account`, at `now`.
pub async fn gather(
    groups: &[&Group],
    account: &Account,
    source: &dyn Source,
    now: DateTime<Utc>,
) -> (Inventory, CallStats) {
    let regions = account.regions.iter().cloned().collect();
    let scope = Scope { account: account.id.clone(), regions, taken_at: now };
    let checks = groups.iter().flat_map(|group| &group.checks);
    let needs: Vec<Need<'_>> = checks.map(|check| need(check, account, now)).collect();
    fetch::collect(source, &scope, &needs).await
}

fn need<'a>(check: &'a Check, account: &'a Account, now: DateTime<Utc>) -> Need<'a> {
    let need =
        Need::new(check.schema, check.assertion.operations_of(&check.schema.type_name).cloned());
    match &check.filter {
        None => need,
        Some(filter) => need.only(
            filter.operations_of(&check.schema.type_name).cloned(),
            move |resource: &Resource| {
                let subject = Subject::of(resource, &account.id, now);
                match filter.evaluate(&subject, &mut Budget::default()) {
                    Verdict::True => Keep::Yes,
                    Verdict::False => Keep::No,
                    Verdict::Unknown(_) => Keep::Unknown,
                }
            },
        ),
    }
}
