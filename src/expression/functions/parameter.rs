//! What arguments must be, and what results are.

use super::super::types::Type;
use super::{Function, shapes};

/// What an argument must be.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Parameter {
    Any,
    Text,
    /// A whole number.
    Integer,
    /// A string, list or map.
    Sized,
    /// A string or list.
    Sequence,
    List,
    /// A list of strings.
    Texts,
    /// A list of what has an order.
    Ordered,
    /// A list of numbers or spans of time.
    Summands,
    /// A protocol by name or number.
    Protocol,
    /// A map, such as an object inside a resource.
    Map,
    /// An IAM policy document as a map or as text, one of its statements, or several.
    Policy,
    Timestamp,
    /// A timestamp or a duration.
    Time,
    /// A string, or already of the type that the function converts to.
    Convertible(Function),
}

impl Parameter {
    /// Whether an argument of the type is fine, as far as it is known.
    pub(in super::super) fn accepts(self, kind: &Type) -> bool {
        match self {
            _ if kind.is_open() => true,
            Self::Any => true,
            Self::Text => matches!(kind, Type::String(_)),
            Self::Integer => matches!(kind, Type::Int),
            Self::Sized => {
                matches!(kind, Type::String(_) | Type::List(_) | Type::Map(_) | Type::Object(_))
            }
            Self::Sequence => matches!(kind, Type::String(_) | Type::List(_)),
            Self::List => matches!(kind, Type::List(_)),
            Self::Texts => matches!(kind, Type::List(of) if Self::Text.accepts(of)),
            Self::Ordered => matches!(kind, Type::List(of) if of.is_open() || is_ordered(of)),
            Self::Summands => {
                let summand = |of: &Type| of.is_number() || matches!(of, Type::Duration);
                matches!(kind, Type::List(of) if of.is_open() || summand(of))
            }
            Self::Protocol => matches!(kind, Type::String(_) | Type::Int),
            Self::Map => matches!(kind, Type::Map(_) | Type::Object(_)),
            Self::Policy => Self::Sized.accepts(kind),
            Self::Timestamp => matches!(kind, Type::Timestamp),
            Self::Time => matches!(kind, Type::Timestamp | Type::Duration),
            Self::Convertible(to) => converts(to, kind),
        }
    }

    /// The words for it.
    pub(in super::super) fn wanted(self) -> &'static str {
        match self {
            Self::Any => "a value",
            Self::Text => "a string",
            Self::Integer => "an integer",
            Self::Sized => "a string, list or map",
            Self::Sequence => "a string or list",
            Self::List => "a list",
            Self::Texts => "a list of strings",
            Self::Ordered => "a list of numbers, strings or times",
            Self::Summands => "a list of numbers or durations",
            Self::Protocol => "a string or an integer",
            Self::Map => "a map",
            Self::Policy => "a policy document or statement",
            Self::Timestamp => "a timestamp",
            Self::Time => "a timestamp or a duration",
            Self::Convertible(_) => "something that it can convert",
        }
    }

    /// The words for what is there instead: of a list, what its elements are, where that matters.
    pub(in super::super) fn given(self, kind: &Type) -> String {
        match (self, kind) {
            (Self::Texts | Self::Ordered | Self::Summands, Type::List(of)) => {
                format!("{kind} of which each is {of}")
            }
            _ => kind.to_string(),
        }
    }
}

fn is_ordered(kind: &Type) -> bool {
    let simple = matches!(kind, Type::Bool | Type::String(_) | Type::Timestamp | Type::Duration);
    simple || kind.is_number()
}

/// Whether a conversion takes a type.
fn converts(to: Function, from: &Type) -> bool {
    use Function::{Bool, Double, Duration, Int, String, Timestamp};
    match (to, from) {
        (Bool, Type::Bool | Type::String(_))
        | (Int, Type::Int | Type::Double | Type::String(_) | Type::Timestamp)
        | (Double, Type::Int | Type::Double | Type::String(_))
        | (Duration, Type::Duration | Type::String(_))
        | (Timestamp, Type::Timestamp | Type::String(_) | Type::Int) => true,
        (String, kind) => {
            !matches!(kind, Type::List(_) | Type::Map(_) | Type::Object(_) | Type::Kind)
        }
        _ => false,
    }
}

/// What a function gives.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Gives {
    Any,
    Arn,
    Bool,
    Double,
    Duration,
    /// An element of the list that is its first argument.
    Element,
    /// The elements of the lists in the list that is its first argument.
    Flat,
    Int,
    /// A list like its first argument.
    Same,
    Statements,
    String,
    Strings,
    Timestamp,
    Type,
}

impl Gives {
    /// The type for a first argument of a type.
    pub(super) fn kind(self, first: Option<&Type>) -> Type {
        let element = match first {
            Some(Type::List(of)) => (**of).clone(),
            _ => Type::Any,
        };
        match self {
            Self::Any => Type::Any,
            Self::Arn => Type::Object(&shapes::ARN),
            Self::Bool => Type::Bool,
            Self::Double => Type::Double,
            Self::Duration => Type::Duration,
            Self::Element => element,
            Self::Flat => match element {
                Type::List(inner) => Type::List(inner),
                other => Type::List(Box::new(other)),
            },
            Self::Int => Type::Int,
            Self::Same => Type::List(Box::new(element)),
            Self::Statements => Type::List(Box::new(Type::Object(&shapes::STATEMENT))),
            Self::String => Type::TEXT,
            Self::Strings => Type::List(Box::new(Type::TEXT)),
            Self::Timestamp => Type::Timestamp,
            Self::Type => Type::Kind,
        }
    }
}
