//! The words about what the parser itself makes of a call.

use super::FunctionDoc;

const fn doc(
    name: &'static str,
    usage: &'static str,
    description: &'static str,
    example: &'static str,
    result: &'static str,
) -> FunctionDoc {
    FunctionDoc { group: "macros", name, usage, description, example, result }
}

/// Names of the macros.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    DOCS.iter().map(|doc| doc.name)
}

pub(super) static DOCS: [FunctionDoc; 6] = [
    doc(
        "has",
        "has(value.name)",
        "Whether a property is there and not null.",
        "has({'a': 1}.a)",
        "true",
    ),
    doc(
        "all",
        "list.all(x, condition)",
        "Whether a condition holds for every element of a list, or for every key of a map.",
        "[1, 2].all(x, x > 0)",
        "true",
    ),
    doc(
        "exists",
        "list.exists(x, condition)",
        "Whether a condition holds for some element of a list, or for some key of a map.",
        "[1, 2].exists(x, x > 1)",
        "true",
    ),
    doc(
        "exists_one",
        "list.exists_one(x, condition)",
        "Whether a condition holds for exactly one element; also written `existsOne`.",
        "[1, 2, 2].exists_one(x, x == 2)",
        "false",
    ),
    doc(
        "filter",
        "list.filter(x, condition)",
        "The elements for which a condition holds.",
        "[1, 2, 3].filter(x, x > 1)",
        "[2, 3]",
    ),
    doc(
        "map",
        "list.map(x, value)",
        "What each element becomes; with a condition before it, only of those for which it holds.",
        "[1, 2].map(x, x * 2)",
        "[2, 4]",
    ),
];
