//! The functions of the language: names, arguments, results, and the words about them. What they
//! do is in `library`.

mod collections;
mod macros;
mod network;
mod parameter;
mod policy;
mod shapes;
mod text;
mod time;
mod values;

pub(super) use self::parameter::{Gives, Parameter};
use super::types::Type;

/// The function that reads a tag: of `resource`, or as a method of any resource.
pub(super) const TAG: &str = "tag";

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Age,
    AllowsAll,
    AllowsPort,
    Arn,
    Bool,
    CidrContains,
    CidrOverlaps,
    CidrPrefixLength,
    Compare,
    Contains,
    DeniesInsecureTransport,
    Distinct,
    Double,
    Duration,
    Dyn,
    EndsWith,
    Flatten,
    Glob,
    HasCondition,
    HasWildcardPrincipal,
    IndexOf,
    Int,
    IsPublic,
    IsWorldCidr,
    Join,
    Json,
    LowerAscii,
    Matches,
    Max,
    Min,
    Part(Part),
    PrincipalAccounts,
    Replace,
    Size,
    Sort,
    Split,
    StartsWith,
    Statements,
    String,
    Substring,
    Sum,
    Tag,
    Timestamp,
    Trim,
    Type,
    UpperAscii,
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

/// The words about a function, or about a macro of the language, for a page of reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionDoc {
    /// What it belongs to, such as `text`: the heading that it stands under.
    pub group: &'static str,
    /// Its name.
    pub name: &'static str,
    /// How it is called, such as `text.split(separator)`.
    pub usage: &'static str,
    /// What it gives, in one sentence.
    pub description: &'static str,
    /// An expression that calls it.
    pub example: &'static str,
    /// What the example gives, as an expression.
    pub result: &'static str,
}

/// A function as it is called.
#[derive(Debug)]
pub(super) struct Signature {
    pub(super) name: &'static str,
    pub(super) function: Function,
    pub(super) form: Form,
    /// The arguments; that of a method before its dot comes first.
    pub(super) parameters: &'static [Parameter],
    /// How many of the last arguments may be left out.
    pub(super) optional: usize,
    /// How it is called, such as `text.split(separator)`.
    pub(super) usage: &'static str,
    gives: Gives,
    description: &'static str,
    example: &'static str,
    result: &'static str,
}

impl Signature {
    /// The type of its result for arguments of these types.
    pub(super) fn result(&self, arguments: &[Type]) -> Type {
        self.gives.kind(arguments.first())
    }

    /// Whether it can be called with so many arguments.
    pub(super) fn takes(&self, count: usize) -> bool {
        let most = self.parameters.len();
        (most - self.optional..=most).contains(&count)
    }

    const fn optional(self, optional: usize) -> Self {
        Self { optional, ..self }
    }

    const fn doc(self, usage: &'static str, description: &'static str) -> Self {
        Self { usage, description, ..self }
    }

    const fn example(self, example: &'static str, result: &'static str) -> Self {
        Self { example, result, ..self }
    }
}

/// The headings of the reference and what stands under each.
static GROUPS: [(&str, &[Signature]); 6] = [
    ("text", &text::SIGNATURES),
    ("lists and maps", &collections::SIGNATURES),
    ("values", &values::SIGNATURES),
    ("time", &time::SIGNATURES),
    ("networks and ARNs", &network::SIGNATURES),
    ("IAM policies", &policy::SIGNATURES),
];

fn signatures() -> impl Iterator<Item = &'static Signature> {
    GROUPS.iter().flat_map(|(_, signatures)| signatures.iter())
}

/// Whether a function says true or false.
pub(super) fn is_boolean(function: Function) -> bool {
    signatures()
        .find(|signature| signature.function == function)
        .is_some_and(|signature| matches!(signature.result(&[]), Type::Bool))
}

/// The function of a name.
pub(super) fn find(name: &str) -> Option<&'static Signature> {
    signatures().find(|signature| signature.name == name)
}

/// The function itself, for the words about it.
pub(super) fn name(function: Function) -> &'static str {
    signatures().find(|one| one.function == function).map_or("?", |one| one.name)
}

/// What the parser makes of a call with the right number of arguments, and nobody else.
pub(super) const MACROS: [&str; 6] = ["has", "all", "exists", "exists_one", "filter", "map"];

/// The names of all functions and macros.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    signatures().map(|signature| signature.name).chain(MACROS)
}

/// The words about all functions, group by group, and about the macros.
pub(super) fn docs() -> impl Iterator<Item = FunctionDoc> {
    let of = |group, one: &Signature| FunctionDoc {
        group,
        name: one.name,
        usage: one.usage,
        description: one.description,
        example: one.example,
        result: one.result,
    };
    let functions = GROUPS
        .iter()
        .flat_map(move |(group, signatures)| signatures.iter().map(move |one| of(*group, one)));
    functions.chain(macros::DOCS)
}

const fn signature(
    name: &'static str,
    function: Function,
    form: Form,
    parameters: &'static [Parameter],
    gives: Gives,
) -> Signature {
    Signature {
        name,
        function,
        form,
        parameters,
        optional: 0,
        usage: "",
        gives,
        description: "",
        example: "",
        result: "",
    }
}

const TEXT: &[Parameter] = &[Parameter::Text];
const TEXTS: &[Parameter] = &[Parameter::Text, Parameter::Text];
