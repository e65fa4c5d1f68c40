//! Ranges of addresses, and ARNs.

use std::net::IpAddr;

use ipnet::IpNet;

use super::super::Budget;
use crate::resource::{Failure, Value};

/// A range, or a single address as the range of itself.
fn range(text: &Value) -> Option<IpNet> {
    let text = text.as_str()?;
    text.parse().ok().or_else(|| text.parse().ok().map(|address: IpAddr| address.into()))
}

/// Whether a range holds another range or an address; ranges of IPv4 hold none of IPv6.
pub(super) fn cidr_contains(outer: &Value, inner: &Value) -> Option<Value> {
    Some(Value::Bool(range(outer)?.contains(&range(inner)?)))
}

/// Whether a range is all of IPv4 or all of IPv6.
pub(super) fn is_world(text: &Value) -> Option<Value> {
    Some(Value::Bool(range(text)?.prefix_len() == 0))
}

/// The parts of an ARN.
pub(super) fn arn(text: &Value, budget: &mut Budget) -> Result<Option<Value>, Failure> {
    let Some(text) = text.as_str() else { return Ok(None) };
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, service, region, account, resource] = parts.as_slice() else {
        return Ok(None);
    };
    budget.allocate(text.len() + 512)?;
    let named = [
        ("partition", partition),
        ("service", service),
        ("region", region),
        ("account", account),
        ("resource", resource),
    ];
    Ok(Some(Value::map(named.map(|(name, part)| (name, Value::string(*part))))))
}
