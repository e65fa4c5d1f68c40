//! The functions of the language, each declared in one place: how it is called, what it takes and
//! gives, what it makes of null, what it does, and the words about it for the reference.
//!
//! A declaration is a value, a [`Function`] in the file of its concern, and [`Builtins`] is the
//! registry of them. Type check, evaluation, explanation, warnings, mutants, printing and the
//! reference read declarations; none of them knows a function by its name. What the parser makes
//! of a call itself (`has`, `all`, ...) is no function and has words alone, in `macros`.
//!
//! What a function does takes its work from the budget before it is done: a search pays for the
//! text that it goes over, a list for its elements, a sort for its comparisons.

mod collections;
mod compare;
mod conversions;
mod function;
mod json;
mod macros;
mod network;
mod parameter;
mod policy;
mod ports;
mod readable;
mod shapes;
mod swapped;
mod text;
mod time;
mod values;

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

pub(super) use self::function::{Computed, Form, Function, Given, MOST_ARGUMENTS};
pub(super) use self::parameter::Parameter;
pub(super) use self::readable::check as check_readable;
pub(super) use self::text::is_like;
pub(super) use self::time::is_duration;
#[cfg(test)]
pub(super) use self::{
    function::{Body, Doc},
    parameter::{Gives, TEXT},
};

/// Functions that belong together: a heading of the reference and what stands under it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) functions: &'static [Function],
}

/// Words about a function, or about a macro of the language, for a page of reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionDoc {
    /// Title of its group, such as `text`: the heading that it stands under.
    pub group: &'static str,
    /// Name in expressions.
    pub name: &'static str,
    /// Form of a call, such as `text.split(separator)`.
    pub usage: &'static str,
    /// Sentence that says what it gives.
    pub description: &'static str,
    /// Expression that calls it.
    pub example: &'static str,
    /// Expression of what the example gives.
    pub result: &'static str,
}

/// The functions of the language as it comes.
static STANDARD: LazyLock<Builtins> = LazyLock::new(|| {
    Builtins::new(&[
        Group { title: "text", functions: &text::FUNCTIONS },
        Group { title: "lists and maps", functions: &collections::FUNCTIONS },
        Group { title: "values", functions: &conversions::FUNCTIONS },
        Group { title: "values", functions: &compare::FUNCTIONS },
        Group { title: "values", functions: &json::FUNCTIONS },
        Group { title: "values", functions: &values::FUNCTIONS },
        Group { title: "time", functions: &time::FUNCTIONS },
        Group { title: "networks and ARNs", functions: &ports::FUNCTIONS },
        Group { title: "networks and ARNs", functions: &network::FUNCTIONS },
        Group { title: "IAM policies", functions: &policy::FUNCTIONS },
    ])
});

/// Registry of functions, which an environment gives to its expressions.
#[derive(Debug, Clone)]
pub(super) struct Builtins {
    groups: Vec<Group>,
    /// Every call of every expression is found here; the names are ours, so that no hash need be keyed.
    by_name: HashMap<&'static str, &'static Function, FixedState>,
}

impl Builtins {
    /// Registry of some groups, in the order of the reference.
    pub(super) fn new(groups: &[Group]) -> Self {
        let functions = groups.iter().flat_map(|group| group.functions);
        let by_name = functions.map(|function| (function.name, function)).collect();
        Self { groups: groups.to_vec(), by_name }
    }

    /// Registry of the language as it comes.
    pub(super) fn standard() -> &'static Self {
        &STANDARD
    }

    /// The same with one group more.
    #[cfg(test)]
    pub(super) fn with(&self, group: Group) -> Self {
        Self::new(&[self.groups.as_slice(), &[group]].concat())
    }

    /// Function of a name.
    pub(super) fn find(&self, name: &str) -> Option<&'static Function> {
        self.by_name.get(name).copied()
    }

    /// Functions, group by group.
    pub(super) fn functions(&self) -> impl Iterator<Item = &'static Function> {
        self.groups.iter().flat_map(|group| group.functions)
    }

    /// Names of all functions and macros.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.functions().map(|function| function.name).chain(macros::names())
    }

    /// Words about all functions, group by group, and about the macros.
    pub(super) fn docs(&self) -> impl Iterator<Item = FunctionDoc> {
        let functions = self.groups.iter().flat_map(|group| {
            group.functions.iter().map(|function| function.described(group.title))
        });
        functions.chain(macros::DOCS)
    }
}

/// `true` for what the parser makes of a call with the right number of arguments, and nobody else.
pub(super) fn is_macro(name: &str) -> bool {
    macros::names().any(|known| known == name)
}
