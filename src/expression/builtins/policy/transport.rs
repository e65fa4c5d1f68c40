//! Whether a bucket is closed to requests without TLS.

use super::super::text::is_like;
use super::document::{Condition, Effect, Statement, Text, quoted};
use super::pattern::{Known, Pattern, Read};
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
    statements: &[Statement<'_>],
    bucket: &str,
    budget: &mut EvalBudget,
) -> Result<bool, Failure> {
    let buckets = arns(bucket, budget)?;
    let mut patterns: Vec<&str> = Vec::new();
    let mut others = Covered::default();
    for one in statements {
        let applies = one.effect == Effect::Deny
            && one.is_for_all()
            && one.conditions.iter().all(is_met_without_tls);
        budget.step(1 + one.conditions.len() as u64)?;
        if applies && covers_all_actions(one, budget)? {
            patterns.extend(one.resource.iter().flatten().map(|pattern| &***pattern));
            others = others.or(all_but(one, &buckets, budget)?);
        }
    }
    for bucket in &buckets {
        if others.or(covered(&patterns, bucket, budget)?).is_all() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// ARNs that a bucket may have which is known by its name, or the one by which it is.
fn arns(bucket: &str, budget: &mut EvalBudget) -> Result<Vec<String>, Failure> {
    if bucket.starts_with("arn:") {
        budget.allocate(bucket.len())?;
        return Ok(vec![bucket.to_owned()]);
    }
    budget.allocate(PARTITIONS.len() * (bucket.len() + 64))?;
    Ok(PARTITIONS.map(|partition| format!("arn:{partition}:s3:::{bucket}")).into())
}

/// What of a bucket statements are on.
#[derive(Debug, Clone, Copy, Default)]
struct Covered {
    is_bucket: bool,
    are_objects: bool,
}

impl Covered {
    fn or(self, other: Self) -> Self {
        Self {
            is_bucket: self.is_bucket || other.is_bucket,
            are_objects: self.are_objects || other.are_objects,
        }
    }

    fn is_all(self) -> bool {
        self.is_bucket && self.are_objects
    }
}

/// What a statement is on by `NotResource`: all of which nothing is named, whichever of its ARNs a
/// bucket has (IAM User Guide, "IAM JSON policy elements: `NotResource`", November 2026).
fn all_but(
    statement: &Statement<'_>,
    buckets: &[String],
    budget: &mut EvalBudget,
) -> Result<Covered, Failure> {
    let Some(names) = &statement.not_resource else { return Ok(Covered::default()) };
    let read = Pattern::reader(statement.is_without_variables);
    let mut all = Covered { is_bucket: true, are_objects: true };
    for bucket in buckets {
        budget.allocate(bucket.len() + 2)?;
        all.is_bucket = all.is_bucket && meets_none(names, bucket, read, budget)?;
        let objects = format!("{bucket}/*");
        all.are_objects = all.are_objects && meets_none(names, &objects, read, budget)?;
    }
    Ok(all)
}

/// `true` where patterns name nothing that an asked one does.
fn meets_none(
    patterns: &[Text<'_>],
    asked: &str,
    read: Read,
    budget: &mut EvalBudget,
) -> Result<bool, Failure> {
    let asked = Pattern::of_asked_resource(asked, budget)?;
    for pattern in patterns {
        if read(pattern, budget)?.meets(&asked, budget)? != Known::No {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Why [`denies_insecure`] is false: what the nearest statement lacks, in words.
pub(super) fn lack(
    statements: &[Statement<'_>],
    bucket: &str,
    budget: &mut EvalBudget,
) -> Result<String, Failure> {
    let is_near = |one: &&Statement<'_>| {
        one.effect == Effect::Deny && one.conditions.iter().any(|it| **it.key == *KEY)
    };
    let mut near = Vec::new();
    for one in statements.iter().filter(is_near) {
        budget.step(1 + one.conditions.len() as u64)?;
        let lacks = if !one.is_for_all() {
            "denies only some principals".to_owned()
        } else if let Some(lacks) = one.conditions.iter().find_map(unmet) {
            lacks
        } else if !covers_all_actions(one, budget)? {
            "denies only some actions, and not `s3:*`".to_owned()
        } else if one.not_resource.is_some() {
            "is not on all of the bucket, by `NotResource`".to_owned()
        } else {
            let patterns: Vec<&str> = one.resource.iter().flatten().map(|it| &***it).collect();
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
    let nearest = near
        .first()
        .map(|(one, lacks): &(&Statement<'_>, String)| format!("{} {lacks}", one.name()));
    Ok(nearest.unwrap_or_else(|| "no statement denies what comes without TLS".to_owned()))
}

/// Key that says whether a request came by TLS.
const KEY: &str = "aws:securetransport";

/// `true` where a condition holds for every request without TLS. The key is in every request, so
/// that `IfExists` changes nothing (IAM User Guide, "Global condition keys").
fn is_met_without_tls(condition: &Condition<'_>) -> bool {
    **condition.key == *KEY
        && is_boolean(condition.operator)
        && condition.values.iter().any(|value| value.eq_ignore_ascii_case("false"))
}

/// `true` for operators of keys that are true or false. That others compare such a key is nowhere
/// documented: IAM's policy checks call it a type mismatch.
fn is_boolean(operator: &str) -> bool {
    ["Bool", "BoolIfExists"].iter().any(|known| operator.eq_ignore_ascii_case(known))
}

/// What a condition says that is not met by every request without TLS, in words.
fn unmet(condition: &Condition<'_>) -> Option<String> {
    if is_met_without_tls(condition) {
        return None;
    }
    Some(if **condition.key != *KEY {
        format!("has a condition on `{}` as well", condition.key)
    } else if is_boolean(condition.operator) {
        "denies what comes by TLS: its condition is not `\"aws:SecureTransport\": \"false\"`"
            .to_owned()
    } else {
        let operator = quoted(condition.operator);
        format!("asks `aws:SecureTransport` by {operator}, and not by `Bool`")
    })
}

/// `true` where one of a statement's actions is all of S3, or none of those that it leaves out is of
/// S3; their case does not matter.
fn covers_all_actions(statement: &Statement<'_>, budget: &mut EvalBudget) -> Result<bool, Failure> {
    if let Some(others) = &statement.not_action {
        let all = Pattern::of_asked_action("s3:*", budget)?;
        for action in others {
            if Pattern::of_action(action, budget)?.meets(&all, budget)? != Known::No {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    for action in statement.action.iter().flatten() {
        budget.allocate(action.len())?;
        let action = action.to_ascii_lowercase();
        if matches_all(&action, "s3:", budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether patterns match a bucket, and all of its objects.
fn covered(patterns: &[&str], bucket: &str, budget: &mut EvalBudget) -> Result<Covered, Failure> {
    budget.allocate(bucket.len() + 1)?;
    let objects = format!("{bucket}/");
    let mut all = Covered::default();
    for pattern in patterns {
        all.is_bucket = all.is_bucket || is_like(bucket, pattern, budget)?;
        all.are_objects = all.are_objects || matches_all(pattern, &objects, budget)?;
    }
    Ok(all)
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
