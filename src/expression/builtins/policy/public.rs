//! Whether a policy is public, as the S3 User Guide defines it in "The meaning of 'public'".
//!
//! A policy is taken to be public until it is seen to grant access only to fixed values: fixed
//! principals, or everybody under a condition that holds one of the keys below to values without a
//! wildcard and without a policy variable. The conditions of a statement must all hold, so one that
//! restricts is enough; of its values any may hold, so all must be fixed. A statement that denies
//! takes nothing back here.
//!
//! [`super::demands`] says which operators restrict. `ForAnyValue:` changes nothing: it is false
//! where the key is missing, and of `aws:PrincipalOrgPaths`, the one key below that has several
//! values, any that is named says where the caller belongs (IAM User Guide, "Set operators for
//! multivalued context keys").

use super::super::network;
use super::demands::{bytes, has_only, is_fixed, is_of_texts, of_any_value};
use super::document::{Condition, Effect, Statement};
use crate::expression::EvalBudget;
use crate::resource::{AccountId, Failure};

/// The keys that tell callers apart: those that S3 names (S3 User Guide, "Blocking public access to
/// your Amazon S3 storage", "The meaning of 'public'", as of November 2026, which no longer names
/// `s3:x-amz-server-side-encryption-aws-kms-key-id`), those of the caller's own identity, of which
/// the page names `aws:PrincipalOrgID` as an example, and what other services use for it
/// (`aws:SourceOrgID`, `aws:SourceVpcArn`, `kms:CallerAccount`). The page names no key of the owner
/// of an endpoint (`aws:VpceAccount` and its like) and not `aws:SourceOrgPaths`: what it does not
/// name leaves a policy public. Of `aws:userid` S3 excepts the pattern `AROLEID:*`, which has a
/// wildcard.
const KEYS: [&str; 15] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalservicename",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:userid",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
];

/// Broader ranges than these are public (S3 User Guide, "Blocking public access to your Amazon S3
/// storage", "The meaning of 'public'", the note at `aws:SourceIp`: "values broader than `/8` for
/// IPv4 and `/32` for IPv6 (excluding RFC1918 private ranges)"). None of the private ranges is
/// broader, so that nothing is left to except: 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16.
const LEAST_PREFIX_V4: u8 = 8;
const LEAST_PREFIX_V6: u8 = 32;

/// `true` where a statement allows something to everybody.
pub(super) fn is_public(
    statements: &[Statement<'_>],
    budget: &mut EvalBudget,
) -> Result<bool, Failure> {
    for one in statements {
        if one.effect == Effect::Allow && one.is_for_all() && !is_restricted(one, budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_restricted(statement: &Statement<'_>, budget: &mut EvalBudget) -> Result<bool, Failure> {
    for condition in &statement.conditions {
        budget.scan(bytes(condition))?;
        if restricts(condition) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn restricts(condition: &Condition<'_>) -> bool {
    if **condition.key == *"aws:sourceip" {
        return of_any_value(condition.operator).eq_ignore_ascii_case("IpAddress")
            && has_only(condition, is_narrow);
    }
    if !is_of_texts(condition.operator) {
        return false;
    }
    match &**condition.key {
        "s3:dataaccesspointarn" => has_only(condition, is_of_an_account),
        key => KEYS.contains(&key) && has_only(condition, is_fixed),
    }
}

/// `true` where a range is a set of addresses that can be known.
fn is_narrow(range: &str) -> bool {
    network::range(range).is_some_and(|range| {
        let least = if range.addr().is_ipv4() { LEAST_PREFIX_V4 } else { LEAST_PREFIX_V6 };
        range.prefix_len() >= least
    })
}

/// `true` where an access point is one of a fixed account, whatever its name.
fn is_of_an_account(arn: &str) -> bool {
    network::split(arn).is_some_and(|[_, _, _, account, _]| AccountId::is_one(account))
}
