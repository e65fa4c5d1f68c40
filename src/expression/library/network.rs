//! Ranges of addresses, and ARNs.

use std::net::IpAddr;

use ipnet::IpNet;

use super::super::Budget;
use super::super::functions::Function;
use crate::resource::{Failure, Value};

/// A range, or a single address as the range of itself.
pub(super) fn range(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse().ok().map(|address: IpAddr| address.into()))
}

/// Whether a text is a range, or a single address.
pub(in super::super) fn is_range(text: &str) -> bool {
    range(text).is_some()
}

/// Whether a text has the parts of an ARN.
pub(in super::super) fn is_arn(text: &str) -> bool {
    split(text).is_some()
}

/// The functions of ranges and of ARNs.
pub(super) fn call(
    function: Function,
    one: &Value,
    other: &Value,
    budget: &mut Budget,
) -> Result<Option<Value>, Failure> {
    let Some(text) = one.as_str() else { return Ok(None) };
    budget.scan(text.len().saturating_add(other.as_str().map_or(0, str::len)))?;
    if function == Function::Arn {
        return arn(text, budget);
    }
    let Some(range) = range(text) else { return Ok(None) };
    Ok(match function {
        Function::CidrPrefixLength => Some(Value::Int(range.prefix_len().into())),
        Function::IsWorldCidr => Some(Value::Bool(range.prefix_len() == 0)),
        _ => other.as_str().and_then(self::range).map(|other| {
            // Ranges of IPv4 hold none of IPv6, and two that overlap lie one in the other.
            let holds = range.contains(&other);
            Value::Bool(holds || function == Function::CidrOverlaps && other.contains(&range))
        }),
    })
}

/// The parts of an ARN; `None` where it is none.
pub(super) fn split(text: &str) -> Option<[&str; 5]> {
    let mut parts = text.splitn(6, ':');
    if parts.next() != Some("arn") {
        return None;
    }
    let mut next = || parts.next();
    Some([next()?, next()?, next()?, next()?, next()?])
}

fn arn(text: &str, budget: &mut Budget) -> Result<Option<Value>, Failure> {
    let Some([partition, service, region, account, resource]) = split(text) else {
        return Ok(None);
    };
    budget.allocate(2 * text.len() + 768)?;
    let (kind, id) = resource_parts(resource, region, account);
    let named = [
        ("partition", partition),
        ("service", service),
        ("region", region),
        ("account", account),
        ("resource", resource),
        ("resourceType", kind),
        ("resourceId", id),
    ];
    Ok(Some(Value::map(named.map(|(name, part)| (name, Value::string(part))))))
}

/// The type and the id of a resource: `type/id`, `type:id`, or an id alone. With neither region nor
/// account it is a bucket or an object, whose slashes are its own.
fn resource_parts<'t>(resource: &'t str, region: &str, account: &str) -> (&'t str, &'t str) {
    if region.is_empty() && account.is_empty() {
        return ("", resource);
    }
    let named = resource.strip_prefix('/').unwrap_or(resource);
    named.split_once(['/', ':']).unwrap_or(("", resource))
}
