//! The rules of a security group, in `SecurityGroupIngress` and `SecurityGroupEgress` as in EC2's
//! own `IpPermissions`: which ports of which protocol they let through.
//!
//! EC2's API reference says that `-1` stands for all protocols and then for all ports whatever the
//! rule says of them, that protocols other than TCP, UDP and ICMP have no ports to restrict, and
//! that -1 as the first port of ICMP is every type.

use super::function::{Arguments, Body, Doc, Form, Function};
use super::parameter::{Gives, INTEGER, MAP, PROTOCOL};
use crate::diagnostic::{Code, meant_or_known};
use crate::expression::Problem;
use crate::expression::operand::{Operand, TOLD};
use crate::resource::Value;

pub(super) static FUNCTIONS: [Function; 1] = [Function::new(
    (Form::Either, "allowsPort"),
    &[MAP, PROTOCOL, INTEGER],
    Gives::Bool,
    Body::Value(|arguments, _| Ok(allows(arguments))),
    Doc {
        usage: "allowsPort(rule, protocol, port)",
        description: "Whether a rule of a security group lets a port of a protocol through, \
                      wherever from; of ICMP, the port is the type.",
        example: (
            "allowsPort({'IpProtocol': 'tcp', 'FromPort': 20, 'ToPort': 30}, 'tcp', 22)",
            "true",
        ),
    },
)
.checked(check)];

/// Protocols by the names that EC2 has for them, with their numbers.
const PROTOCOLS: [(&str, i64); 4] = [("icmp", 1), ("tcp", 6), ("udp", 17), ("icmpv6", 58)];

fn check(arguments: &[Operand<'_>], problems: &mut Vec<Problem>) {
    let [_, protocol, port] = arguments else { return };
    let protocols = protocol.each().filter_map(|(value, at)| {
        let word = value.as_str().filter(|word| number_of(word).is_none())?;
        let problem =
            Problem::error(at, Code::WrongValue, format!("there is no protocol `{word}`"));
        Some(problem.help(meant_or_known(word, PROTOCOLS.map(|(name, _)| name))))
    });
    let ports = port.each().filter_map(|(value, at)| {
        let Value::Int(number) = value else { return None };
        let problem = Problem::error(at, Code::WrongValue, format!("there is no port {number}"));
        let is_port = u16::try_from(*number).is_ok();
        (!is_port).then(|| problem.help("ports are 0 to 65535; of ICMP it is the type"))
    });
    problems.extend(protocols.take(TOLD).chain(ports.take(TOLD)));
}

/// Number that stands for all protocols.
const ALL: i64 = -1;

/// `true` where a rule lets a port of a protocol through; `None` where it is no such rule.
fn allows([rule, protocol, port]: Arguments<'_>) -> Option<Value> {
    let allowed = number(rule.get("IpProtocol")?)?;
    let wanted = number(protocol)?;
    let Value::Int(port) = port else { return None };
    let ends = (rule.get("FromPort"), rule.get("ToPort"));
    Some(Value::Bool(allowed == ALL || allowed == wanted && within(allowed, *port, ends)?))
}

/// Number of a protocol, from its number or name.
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

/// `true` where a port lies in the range of a rule; one without ends is not restricted there.
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
