//! A function of the language as a value: all that the rest of the room knows of it.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Utc};

use super::FunctionDoc;
use super::parameter::{Gives, Parameter};
use crate::expression::operand::Operand;
use crate::expression::pattern::Pattern;
use crate::expression::types::Type;
use crate::expression::{EvalBudget, Problem};
use crate::resource::{Failure, Reading, Value};

/// The most arguments that a function takes.
pub(in crate::expression) const MOST_ARGUMENTS: usize = 3;

/// Arguments by position; what is left out is null.
pub(super) type Arguments<'a> = [&'a Value; MOST_ARGUMENTS];

/// The same as they were evaluated, borrowed from the resource where possible.
pub(in crate::expression) type Given<'a> = [Cow<'a, Value>; MOST_ARGUMENTS];

/// Result of a function; `None` where it has no value of its arguments.
pub(in crate::expression) type Computed<V = Value> = Result<Option<V>, Failure>;

/// Form of a call, before or behind a dot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::expression) enum Form {
    /// `f(x)`.
    Global,
    /// `x.f()`.
    Method,
    /// Either of the two forms.
    Either,
}

/// Body of a function, by what it needs besides its arguments.
#[derive(Clone, Copy)]
pub(in crate::expression) enum Body {
    /// Computes a value of the arguments.
    Value(fn(Arguments<'_>, &mut EvalBudget) -> Computed),
    /// Gives an argument, or a part of one, which is not copied where it is borrowed.
    Part(for<'a> fn(&Given<'a>, &mut EvalBudget) -> Computed<Cow<'a, Value>>),
    /// Computes a value of the first argument and of `now`, so that it has none before evaluation.
    AtInstant(AtInstant),
    /// Asks a text for a pattern, which stands as a string in the place of the second argument and
    /// is compiled with the expression.
    Search(fn(&Pattern, &str, &mut EvalBudget) -> Result<bool, Failure>),
}

/// Value of an argument and the instant of the inventory.
pub(in crate::expression) type AtInstant = fn(&Value, DateTime<Utc>) -> Option<Value>;

/// Look at the arguments before evaluation, for what is wrong with their constants.
pub(super) type Check = fn(&[Operand<'_>], &mut Vec<Problem>);

/// Result of a function in a boolean position where its first argument is null, by the constants
/// among the others.
pub(super) type OfNull = fn(&[Option<&Value>]) -> Option<bool>;

/// What its arguments lack where a function says false of them, in words; `None` where these say it
/// themselves.
pub(super) type Lack = fn(Arguments<'_>, &mut EvalBudget) -> Computed<String>;

/// Words about a function, for the reference.
#[derive(Debug, Clone, Copy)]
pub(in crate::expression) struct Doc {
    /// Form of a call, such as `text.split(separator)`.
    pub(in crate::expression) usage: &'static str,
    /// Sentence that says what it gives.
    pub(in crate::expression) description: &'static str,
    /// Expression that calls it, and what that gives.
    pub(in crate::expression) example: (&'static str, &'static str),
}

/// Function of the language with all that is known of it.
#[derive(Clone, Copy)]
pub(in crate::expression) struct Function {
    pub(in crate::expression) name: &'static str,
    pub(in crate::expression) form: Form,
    /// Property of a resource that it gets as its first argument, before its parameters, and that
    /// nobody writes: of `resource`, or of the resource before the dot of the call.
    pub(in crate::expression) property: Option<&'static str>,
    /// Arguments as they are written; that before the dot comes first.
    pub(in crate::expression) parameters: &'static [Parameter],
    gives: Gives,
    body: Body,
    check: Option<Check>,
    /// Advice where its first argument is of a type that it does not take.
    advice: Option<fn(&Type) -> Option<&'static str>>,
    /// Constants that it reads, to show where it cannot read one.
    pub(in crate::expression) samples: Option<&'static str>,
    /// Its result is 0 where its first argument is null, so that any other tells that it is not.
    pub(in crate::expression) is_zero_of_null: bool,
    /// It takes lists whose elements are known in part: it counts them and reads none.
    is_of_parts: bool,
    /// Result where its first argument is null and so much is known of the others: `None`
    /// where it asks for null, or decides by what is not known.
    of_null: Option<OfNull>,
    /// What its arguments lack where it says false.
    lack: Option<Lack>,
    /// Whether its first argument is null, where the constants among the others ask for that.
    asks_null: Option<OfNull>,
    /// Whether it has no value of null where the constants among its arguments say so, though its
    /// parameters take it.
    needs_values: Option<OfNull>,
    /// Thing that it reads of its texts.
    pub(in crate::expression) reads: Option<Reading>,
    /// Its results are kept for others that ask the same: it reads a whole document.
    pub(in crate::expression) is_kept: bool,
    /// Least number that it gives.
    pub(in crate::expression) least: Option<i64>,
    pub(in crate::expression) doc: Doc,
}

impl fmt::Debug for Function {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}

/// Functions are equal by their names, each of which is there once.
impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// Declaration of a function, step by step.
impl Function {
    pub(in crate::expression) const fn new(
        (form, name): (Form, &'static str),
        parameters: &'static [Parameter],
        gives: Gives,
        body: Body,
        doc: Doc,
    ) -> Self {
        Self {
            name,
            form,
            property: None,
            parameters,
            gives,
            body,
            check: None,
            advice: None,
            samples: None,
            is_zero_of_null: false,
            is_of_parts: false,
            of_null: None,
            lack: None,
            asks_null: None,
            needs_values: None,
            reads: None,
            is_kept: false,
            least: None,
            doc,
        }
    }

    pub(super) const fn of_property(self, name: &'static str) -> Self {
        Self { property: Some(name), ..self }
    }

    pub(super) const fn checked(self, check: Check) -> Self {
        Self { check: Some(check), ..self }
    }

    pub(super) const fn advised(self, advice: fn(&Type) -> Option<&'static str>) -> Self {
        Self { advice: Some(advice), ..self }
    }

    pub(super) const fn reading(self, samples: &'static str) -> Self {
        Self { samples: Some(samples), ..self }
    }

    pub(super) const fn zero_of_null(self) -> Self {
        Self { is_zero_of_null: true, ..self }
    }

    pub(super) const fn of_parts(self) -> Self {
        Self { is_of_parts: true, ..self }
    }

    pub(super) const fn of_null(self, says: OfNull) -> Self {
        Self { of_null: Some(says), ..self }
    }

    pub(super) const fn lacking(self, lack: Lack) -> Self {
        Self { lack: Some(lack), ..self }
    }

    pub(super) const fn asking_null(self, says: OfNull) -> Self {
        Self { asks_null: Some(says), ..self }
    }

    pub(super) const fn needing_values(self, says: OfNull) -> Self {
        Self { needs_values: Some(says), ..self }
    }

    pub(super) const fn reads(self, reading: Reading) -> Self {
        Self { reads: Some(reading), ..self }
    }

    pub(super) const fn kept(self) -> Self {
        Self { is_kept: true, ..self }
    }

    pub(super) const fn at_least(self, least: i64) -> Self {
        Self { least: Some(least), ..self }
    }
}

impl Function {
    /// Type of its result where its first argument is of a type.
    pub(in crate::expression) fn result(&self, first: Option<&Type>) -> Type {
        self.gives.kind(first)
    }

    /// `true` where it says true or false.
    pub(in crate::expression) fn is_boolean(&self) -> bool {
        matches!(self.gives, Gives::Bool)
    }

    /// `true` where it takes lists whose elements are known in part.
    pub(in crate::expression) fn takes_parts(&self) -> bool {
        self.is_of_parts
    }

    /// How many arguments it takes at least, and at most.
    pub(in crate::expression) fn counts(&self) -> (usize, usize) {
        let optional = self.parameters.iter().filter(|one| one.is_optional).count();
        (self.parameters.len() - optional, self.parameters.len())
    }

    /// `true` where it has a value though its argument at a position is null: what is looked at as
    /// a list is then empty, and a policy that there is not has no statement.
    pub(in crate::expression) fn takes_null(&self, at: usize) -> bool {
        match at.checked_sub(usize::from(self.property.is_some())) {
            Some(at) => self.parameters.get(at).is_some_and(|one| one.is_nullable),
            None => true,
        }
    }

    /// `true` where its value follows from its arguments alone.
    pub(in crate::expression) fn is_pure(&self) -> bool {
        !matches!(self.body, Body::AtInstant(_))
    }

    /// `true` where it gives true or false.
    pub(in crate::expression) fn gives_truth(&self) -> bool {
        matches!(self.gives, Gives::Bool)
    }

    /// `true` where it gives a whole number.
    pub(in crate::expression) fn gives_integer(&self) -> bool {
        matches!(self.gives, Gives::Int | Gives::Within(_))
    }

    /// `true` where it gives a list, which is empty where there is nothing to give.
    pub(in crate::expression) fn gives_list(&self) -> bool {
        self.gives.is_list()
    }

    /// `true` where its last argument is a pattern.
    pub(in crate::expression) fn is_search(&self) -> bool {
        matches!(self.body, Body::Search(_))
    }

    /// `true` where its result is empty wherever the list that is its first argument is.
    pub(in crate::expression) fn keeps_emptiness(&self) -> bool {
        matches!(self.gives, Gives::Same | Gives::Flat)
    }

    /// `true` where each element of its result is one of the list that is its first argument.
    pub(in crate::expression) fn keeps_elements(&self) -> bool {
        matches!(self.gives, Gives::Same)
    }

    /// Result where its first argument is null; of the others the constants are given.
    pub(in crate::expression) fn says_of_null<'v>(
        &self,
        others: impl Iterator<Item = Option<&'v Value>>,
    ) -> Option<bool> {
        self.of_null.and_then(|says| says(&others.collect::<Vec<_>>()))
    }

    /// Result where its first argument is null, if it asks for nothing else: for any other it is the
    /// opposite. Of the others the constants are given.
    pub(in crate::expression) fn asks_null<'v>(
        &self,
        others: impl Iterator<Item = Option<&'v Value>>,
    ) -> Option<bool> {
        self.asks_null.and_then(|says| says(&others.collect::<Vec<_>>()))
    }

    /// `true` where it has no value of null by what stands among its other arguments.
    pub(in crate::expression) fn needs_values<'v>(
        &self,
        others: impl Iterator<Item = Option<&'v Value>>,
    ) -> bool {
        self.needs_values.and_then(|says| says(&others.collect::<Vec<_>>())).unwrap_or(false)
    }

    /// `true` where its argument at a position may be a list with null in it.
    pub(in crate::expression) fn takes_elements_of_null(&self, at: usize) -> bool {
        match at.checked_sub(usize::from(self.property.is_some())) {
            Some(at) => self.parameters.get(at).is_none_or(Parameter::takes_elements_of_null),
            None => true,
        }
    }

    /// `true` where its value is its first argument.
    pub(in crate::expression) fn gives_itself(&self) -> bool {
        matches!(self.gives, Gives::Itself)
    }

    /// `true` where it looks at constants among its arguments.
    pub(in crate::expression) fn is_checked(&self) -> bool {
        self.check.is_some()
    }

    /// Adds what is wrong with the constants among its arguments.
    pub(in crate::expression) fn check(
        &self,
        arguments: &[Operand<'_>],
        problems: &mut Vec<Problem>,
    ) {
        if let Some(check) = self.check {
            check(arguments, problems);
        }
    }

    /// Advice where its first argument is of a type that it does not take.
    pub(in crate::expression) fn advice(&self, given: &Type) -> Option<&'static str> {
        self.advice.and_then(|advice| advice(given))
    }

    /// Result of a call; `None` where there is none.
    pub(in crate::expression) fn call<'a>(
        &self,
        arguments: &Given<'a>,
        budget: &mut EvalBudget,
    ) -> Computed<Cow<'a, Value>> {
        let values = || arguments.each_ref().map(|one| &**one);
        let result = match self.body {
            Body::Value(body) => body(values(), budget)?,
            Body::Part(body) => return body(arguments, budget),
            Body::AtInstant(_) | Body::Search(_) => None,
        };
        Ok(result.map(Cow::Owned))
    }

    /// What arguments lack of which it says false, in words, where it knows better than they say.
    pub(in crate::expression) fn lack(
        &self,
        arguments: &Given<'_>,
        budget: &mut EvalBudget,
    ) -> Option<String> {
        self.lack.and_then(|lack| lack(arguments.each_ref().map(|one| &**one), budget).ok()?)
    }

    /// Body of what asks for the instant of the inventory.
    pub(in crate::expression) fn at_instant(&self) -> Option<AtInstant> {
        match self.body {
            Body::AtInstant(body) => Some(body),
            _ => None,
        }
    }

    /// Result of a search for a pattern in a text; of other functions false.
    pub(in crate::expression) fn search(
        &self,
        pattern: &Pattern,
        text: &str,
        budget: &mut EvalBudget,
    ) -> Result<bool, Failure> {
        match self.body {
            Body::Search(body) => body(pattern, text, budget),
            _ => Ok(false),
        }
    }

    /// Words about it under a heading.
    pub(super) fn described(&self, group: &'static str) -> FunctionDoc {
        let Doc { usage, description, example: (example, result) } = self.doc;
        FunctionDoc { group, name: self.name, usage, description, example, result }
    }
}
