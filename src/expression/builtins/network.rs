//! Functions of ranges of addresses, and of ARNs.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv6Net};

use super::function::{Arguments, Body, Computed, Doc, Form, Function};
use super::parameter::{Gives, TEXT};
use super::swapped;
use crate::diagnostic::Code;
use crate::expression::operand::{Operand, TOLD};
use crate::expression::types::Type;
use crate::expression::{EvalBudget, Problem, notation};
use crate::resource::{self, Bounds, Reading, Value};

pub(super) static FUNCTIONS: [Function; 6] = [
    Function::new(
        (Form::Global, "arn"),
        &[TEXT],
        Gives::Arn,
        Body::Value(|[text, ..], budget| {
            let Some(text) = text.as_str() else { return Ok(None) };
            budget.scan(text.len())?;
            arn(text, budget)
        }),
        Doc {
            usage: "arn(text)",
            description: "The parts of an ARN: `partition`, `service`, `region`, `account`, \
                          `resource`, and of the last `resourceType` and `resourceId`.",
            example: ("arn('arn:aws:iam::123456789012:role/app/web').resourceId", "'app/web'"),
        },
    )
    .reads(Reading::Arn)
    .checked(check_arns),
    Function::new(
        (Form::Either, "cidrContains"),
        &[TEXT, TEXT],
        Gives::Bool,
        Body::Value(|arguments, budget| {
            of_two(arguments, budget, |outer, inner| outer.contains(inner))
        }),
        Doc {
            usage: "cidrContains(outer, inner)",
            description: "Whether a range holds another range or an address.",
            example: ("cidrContains('10.0.0.0/8', '10.1.2.3')", "true"),
        },
    )
    .reads(Reading::Range)
    .checked(|arguments, problems| {
        check_ranges(arguments, problems);
        if let [outer, inner, ..] = arguments {
            problems.extend(swapped::address(outer, inner));
            problems.extend(swapped::range(outer, inner));
        }
    }),
    Function::new(
        (Form::Either, "cidrOverlaps"),
        &[TEXT, TEXT],
        Gives::Bool,
        // Ranges of IPv4 hold none of IPv6, and two that overlap lie one in the other.
        Body::Value(|arguments, budget| {
            of_two(arguments, budget, |one, other| one.contains(other) || other.contains(one))
        }),
        Doc {
            usage: "cidrOverlaps(one, other)",
            description: "Whether two ranges have an address in common.",
            example: ("cidrOverlaps('10.0.0.0/8', '10.1.0.0/16')", "true"),
        },
    )
    .reads(Reading::Range)
    .checked(check_ranges),
    Function::new(
        (Form::Either, "cidrPrefixLength"),
        &[TEXT],
        Gives::Within(prefix_lengths),
        Body::Value(|arguments, budget| {
            of_one(arguments, budget, |range| Value::Int(range.prefix_len().into()))
        }),
        Doc {
            usage: "cidrPrefixLength(range)",
            description: "The bits of a range that are fixed; 32 or 128 of a single address.",
            example: ("cidrPrefixLength('2001:db8::/32')", "32"),
        },
    )
    .reads(Reading::Range)
    .checked(check_ranges)
    .at_least(0),
    Function::new(
        (Form::Either, "isPrivateCidr"),
        &[TEXT],
        Gives::Bool,
        Body::Value(|arguments, budget| {
            of_one(arguments, budget, |inner| {
                let mut outer = PRIVATE.iter().filter_map(|text| range(text));
                Value::Bool(outer.any(|outer| outer.contains(&inner)))
            })
        }),
        Doc {
            usage: "isPrivateCidr(range)",
            description: "Whether a range lies in the private ones: 10.0.0.0/8, 172.16.0.0/12, \
                          192.168.0.0/16 (RFC 1918), 100.64.0.0/10 (RFC 6598), fc00::/7 (RFC 4193).",
            example: ("isPrivateCidr('10.1.0.0/16') && !isPrivateCidr('10.0.0.0/7')", "true"),
        },
    )
    .reads(Reading::Range)
    .checked(check_ranges),
    Function::new(
        (Form::Either, "isWorldCidr"),
        &[TEXT],
        Gives::Bool,
        Body::Value(|arguments, budget| {
            of_one(arguments, budget, |range| Value::Bool(is_world(&range)))
        }),
        Doc {
            usage: "isWorldCidr(range)",
            description: "Whether a range is the world: all of IPv4 or IPv6, or a half of what can \
                          be reached, which nobody means without the other: `/1` of IPv4; of IPv6 \
                          what holds `2000::/3`, the global addresses, or one of its halves.",
            example: ("isWorldCidr('0.0.0.0/0') && isWorldCidr('128.0.0.0/1')", "true"),
        },
    )
    .reads(Reading::Range)
    .checked(check_ranges),
];

/// Ranges that the internet does not route: RFC 1918, section 3; RFC 6598, section 7, which networks
/// of AWS use as well; RFC 4193, section 3.1.
const PRIVATE: [&str; 5] =
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];

fn of_one(
    [text, ..]: Arguments<'_>,
    budget: &mut EvalBudget,
    work: impl FnOnce(IpNet) -> Value,
) -> Computed {
    let Some(text) = text.as_str() else { return Ok(None) };
    budget.scan(text.len())?;
    Ok(range(text).map(work))
}

fn of_two(
    [one, other, _]: Arguments<'_>,
    budget: &mut EvalBudget,
    holds: impl FnOnce(&IpNet, &IpNet) -> bool,
) -> Computed {
    let (Some(one), Some(other)) = (one.as_str(), other.as_str()) else { return Ok(None) };
    budget.scan(one.len().saturating_add(other.len()))?;
    let ranges = range(one).zip(range(other));
    Ok(ranges.map(|(one, other)| Value::Bool(holds(&one, &other))))
}

fn check_arns(arguments: &[Operand<'_>], problems: &mut Vec<Problem>) {
    let is_arn = |text: &str| split(text).is_some();
    check_texts(arguments, ("ARN", "`arn:aws:iam::123456789012:role/web`"), is_arn, problems);
}

fn check_ranges(arguments: &[Operand<'_>], problems: &mut Vec<Problem>) {
    let words = ("range of addresses", "`10.0.0.0/8`, `2001:db8::/32` or `10.1.2.3`");
    check_texts(arguments, words, |text| range(text).is_some(), problems);
    if let [one, other] = arguments {
        problems.extend(check_families(one, other));
    }
}

/// Warning of two ranges of different families, neither of which holds anything of the other.
fn check_families(one: &Operand<'_>, other: &Operand<'_>) -> Option<Problem> {
    let family = |operand: &Operand<'_>| {
        if let Some(text) = operand.text() {
            return range(text).map(|range| matches!(range, IpNet::V6(_)));
        }
        let known = operand.kind.texts()?;
        let mut families = known.forms().map(|form| match form {
            resource::Form::Ipv4Range | resource::Form::Ipv4 => Some(false),
            resource::Form::Ipv6Range | resource::Form::Ipv6 => Some(true),
            _ => None,
        });
        let first = families.next()??;
        families.all(|family| family == Some(first)).then_some(first)
    };
    if family(one)? == family(other)? {
        return None;
    }
    let message = format!(
        "`{}` and `{}` have no address in common: one is of IPv4, the other of IPv6",
        one.shown, other.shown
    );
    let problem = Problem::warning(other.span, Code::FixedComparison, message);
    Some(problem.help("ask for a range of the same family"))
}

/// Prefix lengths that ranges have, by their family where that is known. That none is below 0 is
/// said of the function.
fn prefix_lengths(range: Option<&Type>) -> Bounds {
    let of_ipv4 = |form| matches!(form, &resource::Form::Ipv4Range | &resource::Form::Ipv4);
    let of = range.and_then(Type::texts);
    let is_ipv4 = of.is_some_and(|known| known.form.is_some() && known.forms().all(of_ipv4));
    Bounds::new(i64::MIN, if is_ipv4 { 32 } else { 128 })
}

/// Refuses constants that are none of what is meant, which has a name and a sample.
fn check_texts(
    arguments: &[Operand<'_>],
    (name, sample): (&str, &str),
    is_one: impl Fn(&str) -> bool,
    problems: &mut Vec<Problem>,
) {
    for argument in arguments {
        let wrong =
            argument.each().filter(|(value, _)| value.as_str().is_some_and(|it| !is_one(it)));
        problems.extend(wrong.take(TOLD).map(|(value, at)| {
            let message = format!("{} is no {name}", notation::value(value));
            let problem = Problem::error(at, Code::WrongValue, message);
            problem.help(format!("write it as {sample}"))
        }));
    }
}

/// Addresses of IPv6 that are reached from everywhere: IANA's "IPv6 Global Unicast Address
/// Assignments" and RFC 4291, 2.4.
const GLOBAL_IPV6: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// `true` where a range is half of what can be reached, or more of it.
fn is_world(range: &IpNet) -> bool {
    match range {
        IpNet::V4(range) => range.prefix_len() <= 1,
        IpNet::V6(range) => {
            let is_half = range.prefix_len() == GLOBAL_IPV6.prefix_len() + 1;
            range.contains(&GLOBAL_IPV6) || is_half && GLOBAL_IPV6.contains(range)
        }
    }
}

/// A range, or a single address as the range of itself.
pub(super) fn range(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse().ok().map(|address: IpAddr| address.into()))
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

fn arn(text: &str, budget: &mut EvalBudget) -> Computed {
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
