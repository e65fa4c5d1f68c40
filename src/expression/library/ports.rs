//! The rules of a security group, in `SecurityGroupIngress` and `SecurityGroupEgress` as in EC2's
//! own `IpPermissions`: which ports of which protocol they let through.
//!
//! EC2's API reference says that `-1` stands for all protocols and then for all ports whatever the
//! rule says of them, that protocols other than TCP, UDP and ICMP have no ports to restrict, and
//! that -1 as the first port of ICMP is every type.

use crate::resource::Value;

/// Protocols by the names that EC2 has for them, with their numbers.
pub(in super::super) const PROTOCOLS: [(&str, i64); 4] =
    [("icmp", 1), ("tcp", 6), ("udp", 17), ("icmpv6", 58)];

/// All protocols.
const ALL: i64 = -1;

/// Whether a rule lets a port of a protocol through; `None` where it is no such rule.
pub(super) fn allows([rule, protocol, port]: [&Value; 3]) -> Option<Value> {
    let allowed = number(rule.get("IpProtocol")?)?;
    let wanted = number(protocol)?;
    let Value::Int(port) = port else { return None };
    let ends = (rule.get("FromPort"), rule.get("ToPort"));
    Some(Value::Bool(allowed == ALL || allowed == wanted && within(allowed, *port, ends)?))
}

/// A protocol's number.
fn number(protocol: &Value) -> Option<i64> {
    match protocol {
        Value::Int(number) => Some(*number),
        Value::String(text) => number_of(text),
        _ => None,
    }
}

fn number_of(text: &str) -> Option<i64> {
    let named = PROTOCOLS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    named.map(|(_, number)| *number).or_else(|| text.parse().ok())
}

/// Whether a text is a protocol's name or number.
pub(in super::super) fn is_protocol(text: &str) -> bool {
    number_of(text).is_some()
}

/// Whether a port lies in the range of a rule; one without ends is not restricted there.
fn within(protocol: i64, port: i64, ends: (Option<&Value>, Option<&Value>)) -> Option<bool> {
    let end = |end: Option<&Value>| match end {
        None | Some(Value::Null | Value::Int(-1)) => Some(None),
        Some(Value::Int(end)) => Some(Some(*end)),
        Some(_) => None,
    };
    let (from, to) = (end(ends.0)?, end(ends.1)?);
    Some(match protocol {
        6 | 17 => from.is_none_or(|from| from <= port) && to.is_none_or(|to| port <= to),
        // The first is the type and the second the code, of which this says nothing.
        1 | 58 => from.is_none_or(|kind| kind == port),
        _ => true,
    })
}
