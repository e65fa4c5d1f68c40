//! What a summary settles of a resource, so that the calls it spares need not be made.

use chrono::{DateTime, TimeDelta, Utc};

use crate::expression::EvalResult;
use crate::resource::{Facet, Resource, Schema, Summary};
use crate::schedule::Every;

/// Result of a check on a resource as far as a summary tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It passes, whatever the calls would say.
    Passes,
    /// The check does not select it, whatever the calls would say.
    Dropped,
    /// The calls decide: the summary may be old and knows no names, so that nothing fails by it.
    Open,
}

/// What a summary settles of a resource: what is the same for all that the resource may be. `judge`
/// gives the result of a check on one of these, `None` where it is not selected. A report that was made
/// before `oldest` settles nothing.
pub fn settled(
    resource: &Resource,
    schema: &Schema,
    oldest: Option<DateTime<Utc>>,
    judge: impl Fn(&Resource) -> Option<EvalResult>,
) -> Settled {
    if oldest.is_some_and(|oldest| is_older(resource, schema, oldest)) {
        return Settled::Open;
    }
    let Some(possible) = resource.possible(schema) else { return Settled::Open };
    let mut results = possible.iter().map(judge);
    match results.next() {
        Some(None) if results.all(|one| one.is_none()) => Settled::Dropped,
        Some(Some(EvalResult::True)) if results.all(|one| one == Some(EvalResult::True)) => {
            Settled::Passes
        }
        _ => Settled::Open,
    }
}

/// `true` of a resource whose part of a report was made before an instant.
fn is_older(resource: &Resource, schema: &Schema, oldest: DateTime<Utc>) -> bool {
    let told = schema.summary.as_ref().and_then(|it| resource.facets.get(&it.operation));
    match told {
        Some(Facet::Read(told)) => Summary::made(told).is_some_and(|made| made < oldest),
        _ => false,
    }
}

/// Instant before which a report is too old for a rule that is judged at `now`.
pub fn oldest(max_age: Option<Every>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let age = TimeDelta::from_std(max_age?.interval()).ok()?;
    now.checked_sub_signed(age)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::expression::{EvalBudget, Expression, ExpressionKind, Subject};
    use crate::resource::{MADE, Region, schemas};

    /// A user of whom the report says this.
    fn user(told: &Json) -> Resource {
        let schema = &schemas()["AWS::IAM::User"];
        let report = schema.summary.as_ref().expect("a summary").operation.clone();
        let listed = schema.refine(&schema.list, &json!({ "UserName": "alice" }));
        let facets = [
            (schema.list.clone(), Facet::Read(listed)),
            (report.clone(), Facet::Read(schema.refine(&report, told))),
        ];
        Resource {
            type_name: schema.type_name.clone(),
            id: "alice".into(),
            arn: None,
            region: Region::global(),
            facets: facets.into_iter().collect(),
        }
    }

    /// What the report settles of a user, of an assertion alone.
    fn of(told: &Json, assertion: &str) -> Settled {
        within(None, told, assertion)
    }

    /// The same of a check that lets reports be so old.
    fn within(max_age: Option<&str>, told: &Json, assertion: &str) -> Settled {
        let (user, schema) = (user(told), &schemas()["AWS::IAM::User"]);
        let expression = Expression::compile(assertion, schema, ExpressionKind::Assert);
        let expression = expression.expect("an assertion");
        let account = "123456789012".parse().expect("an account");
        let now = "2026-11-01T00:00:00Z".parse().expect("an instant");
        let max_age = max_age.map(|text| text.parse().expect("an interval"));
        settled(&user, schema, oldest(max_age, now), |one| {
            let subject = Subject::of(one, &account, now);
            Some(expression.evaluate(&subject, &mut EvalBudget::default()))
        })
    }

    #[test]
    fn what_holds_of_all_that_a_report_leaves_open_passes() {
        use Settled::{Open, Passes};
        let devices: Vec<Json> = (1..=8).map(|count| json!(vec![json!({}); count])).collect();
        let key = |status: &str, date: &str| json!({ "Status": status, "CreateDate": date });
        let young = json!([[key("Active", "2026-10-01T00:00:00Z")]]);
        let old = json!([[key("Active", "2026-01-01T00:00:00Z")]]);
        let maybe_inactive = json!([[], [{ "Status": "Inactive" }]]);
        let mfa = "!has(resource.LoginProfile) || size(resource.MFADevices) > 0";
        let age = "resource.AccessKeys.all(key, key.Status != \"Active\" || age(key.CreateDate) <= duration(\"90d\"))";
        let none = json!({ "LoginProfile": [null], "MFADevices": [[]] });
        let one = json!({ "LoginProfile": [{}], "MFADevices": devices });
        let without = json!({ "LoginProfile": [{}], "MFADevices": [[]] });
        for (told, assertion, wanted) in [
            (&none, mfa, Passes),
            (&one, mfa, Passes),
            (&without, mfa, Open),
            (&one, "size(resource.MFADevices) == 1", Open),
            (&one, "resource.MFADevices.exists(device, true)", Passes),
            // The report names neither devices nor the time since when they are.
            (&one, "resource.MFADevices.all(device, device.SerialNumber != null)", Open),
            (&one, "resource.MFADevices.all(device, 'EnableDate' in device)", Open),
            (&one, "resource.MFADevices != []", Passes),
            (&one, "resource.LoginProfile.PasswordResetRequired != true", Open),
            (&one, "resource.LoginProfile != null", Passes),
            (&json!({ "AccessKeys": young }), age, Passes),
            (&json!({ "AccessKeys": old }), age, Open),
            (&json!({ "AccessKeys": maybe_inactive }), age, Passes),
            (&json!({ "AccessKeys": maybe_inactive }), "size(resource.AccessKeys) == 0", Open),
            (
                &json!({ "AccessKeys": young }),
                "resource.AccessKeys.all(key, key.AccessKeyId != '')",
                Open,
            ),
            // What nobody told is unknown, whatever else is told.
            (&json!({ "AccessKeys": young }), mfa, Open),
        ] {
            assert_eq!(of(told, assertion), wanted, "{assertion} of {told}");
        }
    }

    #[test]
    fn a_report_that_is_older_than_a_check_lets_it_be_settles_nothing() {
        let told = json!({ "LoginProfile": [null], MADE: "2026-10-31T22:00:00Z" });
        let assertion = "resource.LoginProfile == null";
        for (max_age, wanted) in
            [(None, Settled::Passes), (Some("2h"), Settled::Passes), (Some("119m"), Settled::Open)]
        {
            assert_eq!(within(max_age, &told, assertion), wanted, "{max_age:?}");
        }
    }

    #[test]
    fn a_call_that_was_made_counts_more_than_a_report() {
        let schema = &schemas()["AWS::IAM::User"];
        let mut user = user(&json!({ "LoginProfile": [null] }));
        assert_eq!(user.possible(schema).map(|all| all.len()), Some(1));
        user.facets.insert("iam:GetLoginProfile".into(), Facet::Absent);
        assert_eq!(user.possible(schema), None);
    }
}
