//! The functions of the language: names, arguments and results. What they do is in `library`.

use super::types::Type;

/// The function that reads a tag: of `resource`, or as a method of any resource.
pub(super) const TAG: &str = "tag";

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Age,
    Arn,
    Bool,
    CidrContains,
    Contains,
    Double,
    Duration,
    Dyn,
    EndsWith,
    Glob,
    Int,
    IsWorldCidr,
    LowerAscii,
    Matches,
    Part(Part),
    Size,
    StartsWith,
    String,
    Tag,
    Timestamp,
    Type,
}

/// A part of an instant in UTC, or a unit of a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Year,
    Month,
    Date,
    DayOfMonth,
    DayOfWeek,
    DayOfYear,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
}

/// How a function is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `f(x)`.
    Global,
    /// `x.f()`.
    Method,
    /// Either of them.
    Either,
}

/// What an argument must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Parameter {
    Any,
    Text,
    /// A string, list or map.
    Sized,
    Timestamp,
    /// A timestamp or a duration.
    Time,
    /// A string, or already of the type that the function converts to.
    Convertible(Function),
}

impl Parameter {
    /// Whether an argument of the type is fine, as far as it is known.
    pub(super) fn accepts(self, kind: &Type) -> bool {
        use Function::{Bool, Double, Duration, Int, String, Timestamp};
        match self {
            _ if kind.is_open() => true,
            Self::Any => true,
            Self::Text => matches!(kind, Type::String),
            Self::Sized => {
                matches!(kind, Type::String | Type::List(_) | Type::Map(_) | Type::Object(_))
            }
            Self::Timestamp => matches!(kind, Type::Timestamp),
            Self::Time => matches!(kind, Type::Timestamp | Type::Duration),
            Self::Convertible(to) => match (to, kind) {
                (Bool, Type::Bool | Type::String)
                | (Int, Type::Int | Type::Double | Type::String | Type::Timestamp)
                | (Double, Type::Int | Type::Double | Type::String)
                | (Duration, Type::Duration | Type::String)
                | (Timestamp, Type::Timestamp | Type::String | Type::Int) => true,
                (String, kind) => {
                    !matches!(kind, Type::List(_) | Type::Map(_) | Type::Object(_) | Type::Kind)
                }
                _ => false,
            },
        }
    }

    /// The words for it.
    pub(super) fn wanted(self) -> &'static str {
        match self {
            Self::Any => "a value",
            Self::Text => "a string",
            Self::Sized => "a string, list or map",
            Self::Timestamp => "a timestamp",
            Self::Time => "a timestamp or a duration",
            Self::Convertible(_) => "something that it can convert",
        }
    }
}

/// A function as it is called.
#[derive(Debug)]
pub(super) struct Signature {
    pub(super) name: &'static str,
    pub(super) function: Function,
    pub(super) form: Form,
    /// The arguments; that of a method before its dot comes first.
    pub(super) parameters: &'static [Parameter],
    result: Gives,
}

#[derive(Debug, Clone, Copy)]
enum Gives {
    Any,
    Bool,
    Double,
    Duration,
    Int,
    String,
    Strings,
    Timestamp,
    Type,
}

impl Signature {
    /// The type of its result.
    pub(super) fn result(&self) -> Type {
        match self.result {
            Gives::Any => Type::Any,
            Gives::Bool => Type::Bool,
            Gives::Double => Type::Double,
            Gives::Duration => Type::Duration,
            Gives::Int => Type::Int,
            Gives::String => Type::String,
            Gives::Strings => Type::Map(Box::new(Type::String)),
            Gives::Timestamp => Type::Timestamp,
            Gives::Type => Type::Kind,
        }
    }

    /// How it is called, such as `text.contains(...)`.
    pub(super) fn usage(&self) -> String {
        let arguments = |count: usize| vec!["..."; count].join(", ");
        match self.form {
            Form::Method => format!("x.{}({})", self.name, arguments(self.parameters.len() - 1)),
            Form::Global | Form::Either => {
                format!("{}({})", self.name, arguments(self.parameters.len()))
            }
        }
    }
}

/// The function of a name.
pub(super) fn find(name: &str) -> Option<&'static Signature> {
    SIGNATURES.iter().find(|signature| signature.name == name)
}

/// The function itself, for the words about it.
pub(super) fn name(function: Function) -> &'static str {
    SIGNATURES.iter().find(|one| one.function == function).map_or("?", |one| one.name)
}

/// What the parser makes of a call with the right number of arguments, and nobody else.
pub(super) const MACROS: [&str; 6] = ["has", "all", "exists", "exists_one", "filter", "map"];

/// The names of all functions and macros.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SIGNATURES.iter().map(|signature| signature.name).chain(MACROS)
}

const fn signature(
    name: &'static str,
    function: Function,
    form: Form,
    parameters: &'static [Parameter],
    result: Gives,
) -> Signature {
    Signature { name, function, form, parameters, result }
}

const fn part(name: &'static str, part: Part) -> Signature {
    signature(name, Function::Part(part), Form::Method, &[Parameter::Timestamp], Gives::Int)
}

const fn unit(name: &'static str, part: Part) -> Signature {
    signature(name, Function::Part(part), Form::Method, &[Parameter::Time], Gives::Int)
}

const fn conversion(
    name: &'static str,
    function: Function,
    parameters: &'static [Parameter],
    result: Gives,
) -> Signature {
    signature(name, function, Form::Global, parameters, result)
}

const TEXT: &[Parameter] = &[Parameter::Text];
const TEXTS: &[Parameter] = &[Parameter::Text, Parameter::Text];

static SIGNATURES: [Signature; 31] = [
    signature("age", Function::Age, Form::Global, &[Parameter::Timestamp], Gives::Duration),
    signature("arn", Function::Arn, Form::Global, TEXT, Gives::Strings),
    signature("cidrContains", Function::CidrContains, Form::Either, TEXTS, Gives::Bool),
    signature("contains", Function::Contains, Form::Method, TEXTS, Gives::Bool),
    signature("dyn", Function::Dyn, Form::Global, &[Parameter::Any], Gives::Any),
    signature("endsWith", Function::EndsWith, Form::Method, TEXTS, Gives::Bool),
    signature("glob", Function::Glob, Form::Either, TEXTS, Gives::Bool),
    signature("isWorldCidr", Function::IsWorldCidr, Form::Either, TEXT, Gives::Bool),
    signature("lowerAscii", Function::LowerAscii, Form::Method, TEXT, Gives::String),
    signature("matches", Function::Matches, Form::Either, TEXTS, Gives::Bool),
    signature("size", Function::Size, Form::Either, &[Parameter::Sized], Gives::Int),
    signature("startsWith", Function::StartsWith, Form::Method, TEXTS, Gives::Bool),
    signature("tag", Function::Tag, Form::Global, TEXT, Gives::String),
    signature("type", Function::Type, Form::Global, &[Parameter::Any], Gives::Type),
    conversion("bool", Function::Bool, &[Parameter::Convertible(Function::Bool)], Gives::Bool),
    conversion(
        "double",
        Function::Double,
        &[Parameter::Convertible(Function::Double)],
        Gives::Double,
    ),
    conversion(
        "duration",
        Function::Duration,
        &[Parameter::Convertible(Function::Duration)],
        Gives::Duration,
    ),
    conversion("int", Function::Int, &[Parameter::Convertible(Function::Int)], Gives::Int),
    conversion("uint", Function::Int, &[Parameter::Convertible(Function::Int)], Gives::Int),
    conversion(
        "string",
        Function::String,
        &[Parameter::Convertible(Function::String)],
        Gives::String,
    ),
    conversion(
        "timestamp",
        Function::Timestamp,
        &[Parameter::Convertible(Function::Timestamp)],
        Gives::Timestamp,
    ),
    part("getFullYear", Part::Year),
    part("getMonth", Part::Month),
    part("getDate", Part::Date),
    part("getDayOfMonth", Part::DayOfMonth),
    part("getDayOfWeek", Part::DayOfWeek),
    part("getDayOfYear", Part::DayOfYear),
    unit("getHours", Part::Hours),
    unit("getMinutes", Part::Minutes),
    unit("getSeconds", Part::Seconds),
    unit("getMilliseconds", Part::Milliseconds),
];
