//! What the functions do.
//!
//! Each takes its work from the budget before it is done: a search pays for the text that it goes
//! over, a list for its elements, a sort for its comparisons.

mod collections;
mod compare;
mod json;
mod network;
mod policy;
mod ports;
mod text;
mod time;
mod values;

use std::borrow::Cow;

use chrono::{DateTime, Utc};

pub(super) use self::compare::Operator;
pub(super) use self::network::{is_arn, is_range};
pub(super) use self::ports::{PROTOCOLS, is_protocol};
pub(super) use self::text::{LARGEST_PATTERN, is_like, matches, pattern};
use super::Budget;
use super::functions::Function;
use crate::resource::{Failure, Value};

/// The most arguments that a function takes.
pub(super) const MOST_ARGUMENTS: usize = 3;

/// Whether a function has a value where its argument at a position is null: what is looked at as a
/// list is then empty, and a policy that there is not has no statement.
pub(super) fn takes_null(function: Function, at: usize) -> bool {
    use Function as F;
    match function {
        F::Compare => at != 1,
        F::Dyn | F::Size | F::Tag | F::Type => true,
        F::AllowsAll
        | F::DeniesInsecureTransport
        | F::Distinct
        | F::Flatten
        | F::HasCondition
        | F::HasWildcardPrincipal
        | F::IsPublic
        | F::Join
        | F::PrincipalAccounts
        | F::Sort
        | F::Statements
        | F::Sum => at == 0,
        F::IndexOf => at == 1,
        // What is left out is null.
        F::Substring => at == 2,
        _ => false,
    }
}

/// The result of a function; `None` where there is none. Arguments that are left out are null.
pub(super) fn call<'a>(
    function: Function,
    arguments: &[Cow<'a, Value>; MOST_ARGUMENTS],
    now: Option<DateTime<Utc>>,
    budget: &mut Budget,
) -> Result<Option<Cow<'a, Value>>, Failure> {
    use Function as F;
    let [one, two, three] = arguments;
    let values: [&Value; MOST_ARGUMENTS] = [one, two, three];
    let result = match function {
        F::Dyn => return Ok(Some(one.clone())),
        F::Tag => return values::tag(one, two, budget),
        F::Size => values::size(one, budget)?,
        F::Type => Some(Value::string(values::type_name(one))),
        F::Compare => compare::compare(values, budget)?,
        F::Json => json::value(one, budget)?,
        F::Age => time::age(one, now),
        F::Part(part) => time::part(part, one),
        F::AllowsPort => ports::allows(values),
        F::Arn | F::CidrContains | F::CidrOverlaps | F::CidrPrefixLength | F::IsWorldCidr => {
            network::call(function, one, two, budget)?
        }
        F::Distinct | F::Flatten | F::Join | F::Max | F::Min | F::Sort | F::Sum => {
            collections::call(function, one, two, budget)?
        }
        F::AllowsAll
        | F::DeniesInsecureTransport
        | F::HasCondition
        | F::HasWildcardPrincipal
        | F::IsPublic
        | F::PrincipalAccounts
        | F::Statements => policy::call(function, one, two, budget)?,
        F::Bool | F::Double | F::Duration | F::Int | F::String | F::Timestamp => {
            values::convert(function, one, budget)?
        }
        F::Contains
        | F::EndsWith
        | F::Glob
        | F::IndexOf
        | F::LowerAscii
        | F::Replace
        | F::Split
        | F::StartsWith
        | F::Substring
        | F::Trim
        | F::UpperAscii => text::call(function, values, budget)?,
        F::Matches => None,
    };
    Ok(result.map(Cow::Owned))
}
