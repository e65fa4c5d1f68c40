//! What arguments must be, and what results are.

use super::shapes;
use crate::expression::types::{Case, Known, Texts, Type};
use crate::resource::{self, Bounds};

static ACCOUNTS: Texts = Texts::of(&[], Some(&resource::Form::AccountId));

/// Argument that a function takes.
#[derive(Debug, Clone, Copy)]
pub(in crate::expression) struct Parameter {
    accepts: Accepts,
    /// Of null the function has a value; of any other null it has none.
    pub(in crate::expression) is_nullable: bool,
    /// It may be left out, and is null then.
    pub(in crate::expression) is_optional: bool,
}

/// Types that an argument may have.
#[derive(Debug, Clone, Copy)]
enum Accepts {
    Any,
    Text,
    Integer,
    /// A string, list or map.
    Sized,
    Sequence,
    List,
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
    /// Types that a conversion takes.
    Convertible(fn(&Type) -> bool),
}

pub(super) const ANY: Parameter = Parameter::of(Accepts::Any);
pub(in crate::expression) const TEXT: Parameter = Parameter::of(Accepts::Text);
pub(super) const INTEGER: Parameter = Parameter::of(Accepts::Integer);
pub(super) const SIZED: Parameter = Parameter::of(Accepts::Sized);
pub(super) const SEQUENCE: Parameter = Parameter::of(Accepts::Sequence);
pub(super) const LIST: Parameter = Parameter::of(Accepts::List);
pub(super) const TEXTS: Parameter = Parameter::of(Accepts::Texts);
pub(super) const ORDERED: Parameter = Parameter::of(Accepts::Ordered);
pub(super) const SUMMANDS: Parameter = Parameter::of(Accepts::Summands);
pub(super) const PROTOCOL: Parameter = Parameter::of(Accepts::Protocol);
pub(super) const MAP: Parameter = Parameter::of(Accepts::Map);
pub(super) const POLICY: Parameter = Parameter::of(Accepts::Policy);
pub(super) const INSTANT: Parameter = Parameter::of(Accepts::Timestamp);
pub(super) const TIME: Parameter = Parameter::of(Accepts::Time);

impl Parameter {
    const fn of(accepts: Accepts) -> Self {
        Self { accepts, is_nullable: false, is_optional: false }
    }

    /// Argument of a conversion from certain types.
    pub(super) const fn convertible(from: fn(&Type) -> bool) -> Self {
        Self::of(Accepts::Convertible(from))
    }

    /// The same where null is fine as well.
    pub(super) const fn or_null(self) -> Self {
        Self { is_nullable: true, ..self }
    }

    /// The same where it may be left out.
    pub(super) const fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }

    /// `true` where an argument of the type is fine, as far as it is known.
    pub(in crate::expression) fn accepts(&self, kind: &Type) -> bool {
        match kind {
            Type::Document => !matches!(self.accepts, Accepts::Text | Accepts::Texts),
            kind => kind.is_open() || self.accepts.known(kind),
        }
    }

    /// `true` where a list with null in it is fine.
    pub(in crate::expression) fn takes_elements_of_null(&self) -> bool {
        !matches!(self.accepts, Accepts::Texts | Accepts::Ordered | Accepts::Summands)
    }

    /// Words for what it must be.
    pub(in crate::expression) fn wanted(&self) -> &'static str {
        match self.accepts {
            Accepts::Any => "a value",
            Accepts::Text => "a string",
            Accepts::Integer => "an integer",
            Accepts::Sized => "a string, list or map",
            Accepts::Sequence => "a string or list",
            Accepts::List => "a list",
            Accepts::Texts => "a list of strings",
            Accepts::Ordered => "a list of numbers, strings or times",
            Accepts::Summands => "a list of numbers or durations",
            Accepts::Protocol => "a string or an integer",
            Accepts::Map => "a map",
            Accepts::Policy => "a policy document or statement",
            Accepts::Timestamp => "a timestamp",
            Accepts::Time => "a timestamp or a duration",
            Accepts::Convertible(_) => "something that it can convert",
        }
    }

    /// Words for what is there instead: of a list also its elements, where they matter.
    pub(in crate::expression) fn given(&self, kind: &Type) -> String {
        match (self.accepts, kind) {
            (Accepts::Texts | Accepts::Ordered | Accepts::Summands, Type::List(of)) => {
                format!("{kind} of which each is {}", of.get())
            }
            _ => kind.to_string(),
        }
    }
}

fn is_map(kind: &Type) -> bool {
    matches!(kind, Type::Map(_) | Type::Object(_) | Type::Record(_))
}

impl Accepts {
    /// `true` where a type that is known is fine.
    fn known(self, kind: &Type) -> bool {
        match self {
            Self::Any => true,
            Self::Text => matches!(kind, Type::String(_)),
            Self::Integer => matches!(kind, Type::Int(_)),
            // An object of a resource is no policy, and neither is a text of a form.
            Self::Policy => match kind {
                Type::Object(known) => {
                    ["Effect", "Statement"].iter().any(|it| known.contains_key(*it))
                }
                Type::String(known) => {
                    let known = known.get();
                    known.form.is_none() && known.words.is_empty()
                }
                kind => matches!(kind, Type::List(_)) || is_map(kind),
            },
            Self::Sized => matches!(kind, Type::String(_) | Type::List(_)) || is_map(kind),
            Self::Sequence => matches!(kind, Type::String(_) | Type::List(_)),
            Self::List => matches!(kind, Type::List(_)),
            Self::Texts => {
                matches!(kind, Type::List(of) if matches!(of.get(), Type::String(_)) || of.get().is_open())
            }
            Self::Ordered => {
                matches!(kind, Type::List(of) if of.get().is_open() || of.get().is_ordered())
            }
            Self::Summands => {
                let summand = |of: &Type| of.is_number() || matches!(of, Type::Duration);
                matches!(kind, Type::List(of) if of.get().is_open() || summand(&of.get()))
            }
            Self::Protocol => matches!(kind, Type::String(_) | Type::Int(_)),
            Self::Map => is_map(kind),
            Self::Timestamp => matches!(kind, Type::Timestamp),
            Self::Time => matches!(kind, Type::Timestamp | Type::Duration),
            Self::Convertible(from) => from(kind),
        }
    }
}

/// Type of a function's result.
#[derive(Debug, Clone, Copy)]
pub(in crate::expression) enum Gives {
    /// A list of account ids.
    Accounts,
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
    /// The texts of its first argument as one.
    Joined,
    /// Its first argument in a case.
    InCase(Case),
    /// Its first argument, of which no type is known any more.
    Itself,
    /// A list of elements of its first argument.
    Same,
    Statements,
    /// The sum of the elements of the list that is its first argument.
    Sum,
    String,
    Strings,
    Timestamp,
    Type,
    /// A whole number in a range, which may depend on its first argument.
    Within(fn(Option<&Type>) -> Bounds),
}

impl Gives {
    /// `true` where it is a list whatever the arguments are.
    pub(super) fn is_list(self) -> bool {
        matches!(self, Self::Accounts | Self::Flat | Self::Same | Self::Statements | Self::Strings)
    }

    /// Type for a first argument of a type.
    pub(super) fn kind(self, first: Option<&Type>) -> Type {
        let element = || match first {
            Some(Type::List(of)) => of.get(),
            _ => Type::Any,
        };
        let of_actions = matches!(first, Some(Type::List(of)) if of.get().is_of_actions());
        match self {
            Self::Any | Self::Itself => Type::Any,
            Self::Accounts => Type::List(Type::String(Known::Always(&ACCOUNTS)).into()),
            Self::Arn => Type::Object(shapes::arn_of(first)),
            Self::InCase(case) => match first {
                Some(Type::String(known)) => Type::String(known.get().in_case(case).into()),
                _ => Type::TEXT,
            },
            // Of actions it is still what a wildcard or another case is missed in.
            Self::Joined if of_actions => element(),
            Self::Bool => Type::Bool,
            Self::Double => Type::Double,
            Self::Duration => Type::Duration,
            Self::Element => element(),
            Self::Sum => match element() {
                Type::Int(_) => Type::INT,
                summand => summand,
            },
            Self::Within(bounds) => Type::Int(bounds(first).into()),
            Self::Flat => match element() {
                Type::List(inner) => Type::List(inner),
                other => Type::List(other.into()),
            },
            Self::Int => Type::INT,
            Self::Same => Type::List(element().into()),
            Self::Statements => Type::List(Type::Object(&shapes::STATEMENT).into()),
            Self::Joined | Self::String => Type::TEXT,
            Self::Strings => Type::List(Type::TEXT.into()),
            Self::Timestamp => Type::Timestamp,
            Self::Type => Type::Kind,
        }
    }
}
