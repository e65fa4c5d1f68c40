//! Whether a bucket is closed to requests without TLS.

use super::super::text::is_like;
use super::document::{Condition, Effect, Statement};
use crate::expression::EvalBudget;
use crate::resource::Failure;

/// Partitions that the ARN of a bucket known by its name may be of.
const PARTITIONS: [&str; 4] = ["aws", "aws-cn", "aws-us-gov", "aws-eusc"];

/// Names of nothing, of one character and of several: a pattern that matches both behind a prefix
/// matches all that begins with it, since only `*` and `?` match them.
const NAMES: [&str; 2] = ["\u{e000}", "\u{e000}\u{e001}\u{e000}"];

/// `true` where statements deny everybody all actions of S3 on a bucket, by ARN or name, and on all
/// of its objects, wherever `aws:SecureTransport` is false. Several statements may do so together.
pub(super) fn denies_insecure(
    statements: &[Statement],
    bucket: &str,
    budget: &mut EvalBudget,
) -> Result<bool, Failure> {
    let mut patterns: Vec<&str> = Vec::new();
    for one in statements {
        let applies = one.effect == Effect::Deny
            && one.is_for_all()
            && one.conditions.iter().all(is_met_without_tls);
        budget.step(1 + one.conditions.len() as u64)?;
        if applies && covers_all_actions(one, budget)? {
            patterns.extend(one.resource.iter().flatten().map(|pattern| &**pattern));
        }
    }
    budget.allocate(bucket.len() + 64)?;
    if bucket.starts_with("arn:") {
        return covers(&patterns, bucket, budget);
    }
    for partition in PARTITIONS {
        if covers(&patterns, &format!("arn:{partition}:s3:::{bucket}"), budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Why [`denies_insecure`] is false: what the nearest statement lacks, in words.
pub(super) fn lack(
    statements: &[Statement],
    bucket: &str,
    budget: &mut EvalBudget,
) -> Result<String, Failure> {
    let is_near = |one: &&Statement| {
        one.effect == Effect::Deny && one.conditions.iter().any(is_met_without_tls)
    };
    let mut near = Vec::new();
    for one in statements.iter().filter(is_near) {
        budget.step(1 + one.conditions.len() as u64)?;
        let lacks = if !one.is_for_all() {
            "denies only some principals".to_owned()
        } else if let Some(more) = one.conditions.iter().find(|one| !is_met_without_tls(one)) {
            format!("has a condition on `{}` as well", more.key)
        } else if !covers_all_actions(one, budget)? {
            "denies only some actions, and not `s3:*`".to_owned()
        } else {
            let patterns: Vec<&str> = one.resource.iter().flatten().map(|it| &**it).collect();
            let arn = if bucket.starts_with("arn:") { "" } else { "arn:aws:s3:::" };
            let whole = format!("{arn}{bucket}");
            let mut is_on = false;
            for pattern in &patterns {
                is_on = is_on || is_like(&whole, pattern, budget)?;
            }
            let missing = if is_on { format!("{whole}/*") } else { whole };
            format!("is not on `{missing}`")
        };
        near.push((one, lacks));
    }
    let nearest =
        near.first().map(|(one, lacks): &(&Statement, String)| format!("{} {lacks}", one.name()));
    Ok(nearest.unwrap_or_else(|| "no statement denies what comes without TLS".to_owned()))
}

/// `true` where a condition holds for every request without TLS. The key is in every request, so
/// that `IfExists` changes nothing (IAM User Guide, "Global condition keys").
fn is_met_without_tls(condition: &Condition) -> bool {
    let operator = &*condition.operator;
    let boolean = ["Bool", "BoolIfExists"].iter().any(|known| operator.eq_ignore_ascii_case(known));
    &*condition.key == "aws:securetransport"
        && boolean
        && condition.values.iter().any(|value| value.eq_ignore_ascii_case("false"))
}

/// `true` where one of a statement's actions is all of S3; their case does not matter.
fn covers_all_actions(statement: &Statement, budget: &mut EvalBudget) -> Result<bool, Failure> {
    for action in statement.action.iter().flatten() {
        budget.allocate(action.len())?;
        let action = action.to_ascii_lowercase();
        if matches_all(&action, "s3:", budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `true` where patterns match a bucket and all of its objects.
fn covers(patterns: &[&str], bucket: &str, budget: &mut EvalBudget) -> Result<bool, Failure> {
    let objects = format!("{bucket}/");
    let (mut whole, mut inside) = (false, false);
    for pattern in patterns {
        whole = whole || is_like(bucket, pattern, budget)?;
        inside = inside || matches_all(pattern, &objects, budget)?;
    }
    Ok(whole && inside)
}

/// `true` where a pattern matches everything that begins with a prefix.
fn matches_all(pattern: &str, prefix: &str, budget: &mut EvalBudget) -> Result<bool, Failure> {
    for name in NAMES {
        budget.allocate(prefix.len() + name.len())?;
        if !is_like(&format!("{prefix}{name}"), pattern, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}
