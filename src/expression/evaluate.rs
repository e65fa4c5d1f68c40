//! Evaluating in three values: what is unknown stays so, unless the rest decides.
//!
//! | case | meaning |
//! | --- | --- |
//! | null in a boolean position | false |
//! | `==`, `!=`, `in` with null | as values |
//! | a select or an index through null, a missing key | null |
//! | `all`, `exists`, `size`, ... of null | as of the empty list |
//! | order, arithmetic, functions of null; index out of range | `unknown(expression_error)` |
//! | a facet that could not be read | unknown with its cause |
//! | unknown beside false in `&&`, `all`; beside true in `\|\|`, `exists` | false; true |
//! | over the budget | `unknown(budget)`, whatever the rest says |

mod absent;
mod elements;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use self::absent::{field_of, not_null, text_of, without_value, without_value_since};
pub(super) use self::elements::Elements;
use super::builtins::{Computed, Function, Given, MOST_ARGUMENTS};
use super::operate::{self, Comparison, all_whole, is_in_part, no_value, whole};
use super::tree::{Expr, Field, Loop, Macro, Node, Pair, PropertyRef, Selection};
use super::{EvalBudget, EvalResult, Memo, Subject, notation, show};
use crate::resource::{Cause, Failure, Resource, Value};

/// An argument that is left out, and each until it is evaluated.
const NOTHING: &Value = &Value::Null;

/// A value, borrowed from the resource or the expression where possible.
pub(super) type Evaluated<'a> = Result<Cow<'a, Value>, Failure>;

/// Result of the expression for the subject.
pub(super) fn verdict(
    root: &Node,
    subject: &Subject<'_>,
    memo: Option<&mut Memo>,
    budget: &mut EvalBudget,
) -> EvalResult {
    let mut evaluator = Evaluator { memo, ..Evaluator::new(Some(*subject), budget) };
    match evaluator.truth(root) {
        Ok(true) => EvalResult::True,
        Ok(false) => EvalResult::False,
        Err(failure) => EvalResult::Unknown(failure),
    }
}

/// The value of the expression for the subject.
pub(super) fn value(
    root: &Node,
    subject: &Subject<'_>,
    budget: &mut EvalBudget,
) -> Result<Value, Failure> {
    Evaluator::new(Some(*subject), budget).value(root).map(Cow::into_owned)
}

/// The value of what reads nothing.
pub(super) fn constant(node: &Node, budget: &mut EvalBudget) -> Result<Value, Failure> {
    Evaluator::new(None, budget).value(node).map(Cow::into_owned)
}

/// The value of what reads nothing but variables of loops around it. What reads more has one where
/// that makes no difference.
pub(super) fn within(
    node: &Node,
    locals: &[Value],
    budget: &mut EvalBudget,
) -> Result<Value, Failure> {
    let locals = locals.iter().map(Cow::Borrowed).collect();
    Evaluator { locals, ..Evaluator::new(None, budget) }.value(node).map(Cow::into_owned)
}

pub(super) struct Evaluator<'a, 'b> {
    subject: Option<Subject<'a>>,
    pub(super) budget: &'b mut EvalBudget,
    /// The variables of the loops around, outermost first.
    pub(super) locals: Vec<Cow<'a, Value>>,
    /// `true` where a property of which only a part is known was read.
    has_parts: bool,
    /// Where others ask the same of the subject.
    memo: Option<&'b mut Memo>,
}

impl<'a, 'b> Evaluator<'a, 'b> {
    pub(super) fn new(subject: Option<Subject<'a>>, budget: &'b mut EvalBudget) -> Self {
        Self { subject, budget, locals: Vec::new(), has_parts: false, memo: None }
    }

    /// A node in a boolean position.
    pub(super) fn truth(&mut self, node: &'a Node) -> Result<bool, Failure> {
        self.budget.step(1)?;
        match &node.expr {
            Expr::And(terms) => self.logic(terms, false),
            Expr::Or(terms) => self.logic(terms, true),
            Expr::Not(of) => Ok(!self.truth(of)?),
            Expr::Has(of) => Ok(!self.value(of)?.is_null()),
            Expr::Equal(pair) => self.equal(pair),
            Expr::NotEqual(pair) => Ok(!self.equal(pair)?),
            Expr::Order(comparison, pair) => self.order(*comparison, pair),
            Expr::In(pair) => {
                let (one, other) = self.pair(pair)?;
                operate::contains(&other, &one, self.budget)
            }
            Expr::Matches { function, text, pattern, .. } => {
                let value = self.value(text)?;
                let value = text_of(&value, text, function.name)?;
                function.search(pattern, value, self.budget)
            }
            Expr::Conditional(parts) => {
                let (condition, one, other) = &**parts;
                if self.truth(condition)? { self.truth(one) } else { self.truth(other) }
            }
            Expr::Loop(looped) if looped.kind == Macro::All => self.quantified(looped, false),
            Expr::Loop(looped) if looped.kind == Macro::Exists => self.quantified(looped, true),
            Expr::Loop(looped) if looped.kind == Macro::ExistsOne => self.exists_one(looped),
            _ => match &*self.value(node)? {
                Value::Bool(value) => Ok(*value),
                Value::Null => Ok(false),
                other => Err(no_value(format!(
                    "`{}` is {} where true or false is needed",
                    show::node(node),
                    notation::kind(other)
                ))),
            },
        }
    }

    /// The value of a node.
    pub(super) fn value(&mut self, node: &'a Node) -> Evaluated<'a> {
        self.budget.step(1)?;
        match &node.expr {
            Expr::Constant(value) => Ok(Cow::Borrowed(value)),
            Expr::Property(reference) => self.property(reference),
            Expr::PropertyOf { of, reference } => self.property_of(of, reference),
            Expr::Resources | Expr::Bound { .. } | Expr::Parameter(_) => self.given(&node.expr),
            Expr::Select(selection) => self.select(selection),
            Expr::Local { index, .. } => Ok(self.locals.get(*index).cloned().unwrap_or_default()),
            Expr::Account | Expr::Region | Expr::Now => self.name(&node.expr),
            Expr::Index(pair) => self.index(pair),
            Expr::Negate(of) => {
                let value = self.value(of)?;
                not_null(&value, of, "-")?;
                operate::negate(&value)
                    .map(Cow::Owned)
                    .ok_or_else(|| without_value(node, &[(of, &value)]))
            }
            Expr::Arithmetic(operator, pair) => {
                let (one, other) = self.pair(pair)?;
                not_null(&one, &pair.0, operator.sign())?;
                not_null(&other, &pair.1, operator.sign())?;
                operate::arithmetic(*operator, &one, &other, self.budget)?
                    .map(Cow::Owned)
                    .ok_or_else(|| without_value(node, &[(&pair.0, &one), (&pair.1, &other)]))
            }
            Expr::Conditional(parts) => {
                let (condition, one, other) = &**parts;
                if self.truth(condition)? { self.value(one) } else { self.value(other) }
            }
            Expr::List(items) => self.list(items),
            Expr::Map(entries) => self.map(entries),
            Expr::Call { function, arguments, .. } => self.call(node, function, arguments),
            Expr::Loop(looped) if looped.kind == Macro::Filter => self.filter(looped),
            Expr::Loop(looped) if looped.kind == Macro::Map => self.transform(looped),
            _ => self.truth(node).map(|value| Cow::Owned(Value::Bool(value))),
        }
    }

    /// `&&` is decided by false, `||` by true.
    fn logic(&mut self, terms: &'a [Node], decides: bool) -> Result<bool, Failure> {
        self.decided(terms, decides, Self::truth)
    }

    /// `all` is decided by false, `exists` by true.
    fn quantified(&mut self, looped: &'a Loop, decides: bool) -> Result<bool, Failure> {
        let elements = self.elements(looped)?;
        self.decided(0..elements.len(), decides, |all, at| {
            all.inside(&elements, at, |inner| inner.truth(&looped.body))
        })
    }

    /// What the first truth decides that is as asked, whatever is unknown of the others.
    fn decided<T>(
        &mut self,
        truths: impl IntoIterator<Item = T>,
        decides: bool,
        mut truth: impl FnMut(&mut Self, T) -> Result<bool, Failure>,
    ) -> Result<bool, Failure> {
        let mut unknown = None;
        for one in truths {
            match truth(self, one) {
                Ok(value) if value == decides => return Ok(decides),
                Ok(_) => {}
                Err(failure) if self.budget.is_spent() => return Err(failure),
                Err(failure) => {
                    self.budget.absorb()?;
                    unknown.get_or_insert(failure);
                }
            }
        }
        unknown.map_or(Ok(!decides), Err)
    }

    /// Two that hold decide against it, whatever is unknown of the rest.
    fn exists_one(&mut self, looped: &'a Loop) -> Result<bool, Failure> {
        let elements = self.elements(looped)?;
        let mut unknown = None;
        let mut found = 0;
        for at in 0..elements.len() {
            match self.inside(&elements, at, |inner| inner.truth(&looped.body)) {
                Ok(true) if found == 1 => return Ok(false),
                Ok(true) => found += 1,
                Ok(false) => {}
                Err(failure) if self.budget.is_spent() => return Err(failure),
                Err(failure) => {
                    self.budget.absorb()?;
                    unknown.get_or_insert(failure);
                }
            }
        }
        unknown.map_or(Ok(found == 1), Err)
    }

    fn filter(&mut self, looped: &'a Loop) -> Evaluated<'a> {
        let elements = self.elements(looped)?;
        let mut kept = Vec::new();
        for at in 0..elements.len() {
            if self.inside(&elements, at, |inner| inner.truth(&looped.body))? {
                self.budget.element()?;
                kept.extend(elements.get(at).map(Cow::into_owned));
            }
        }
        Ok(Cow::Owned(Value::List(kept.into())))
    }

    fn transform(&mut self, looped: &'a Loop) -> Evaluated<'a> {
        let elements = self.elements(looped)?;
        let mut made = Vec::new();
        for at in 0..elements.len() {
            let value = self.inside(&elements, at, |inner| {
                match &looped.condition {
                    Some(condition) if !inner.truth(condition)? => return Ok(None),
                    _ => {}
                }
                inner.value(&looped.body).map(Some)
            })?;
            if let Some(value) = value {
                self.budget.element()?;
                made.push(value.into_owned());
            }
        }
        Ok(Cow::Owned(Value::List(made.into())))
    }

    /// Elements that a loop goes over.
    pub(super) fn elements(&mut self, looped: &'a Loop) -> Result<Elements<'a>, Failure> {
        let range = self.value(&looped.range)?;
        Ok(match range {
            Cow::Borrowed(Value::List(items)) => Elements::Borrowed(items),
            Cow::Owned(Value::List(items)) => Elements::Shared(items),
            other => match &*other {
                Value::Null => Elements::Borrowed(&[]),
                Value::Map(entries) => {
                    whole(entries)?;
                    self.budget.allocate(entries.len() * size_of::<Value>())?;
                    Elements::Shared(entries.keys().cloned().map(Value::String).collect())
                }
                value => {
                    let path = show::node(&looped.range);
                    let kind = notation::kind(value);
                    return Err(no_value(format!("`{path}` is {kind}, which has no elements")));
                }
            },
        })
    }

    /// Does something with the variable of a loop standing for one element.
    pub(super) fn inside<T>(
        &mut self,
        elements: &Elements<'a>,
        at: usize,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.locals.push(elements.get(at).unwrap_or_default());
        let done = work(self);
        self.locals.pop();
        done
    }

    fn property(&mut self, reference: &'a PropertyRef) -> Evaluated<'a> {
        let Some(resource) = self.subject.and_then(|subject| subject.resource) else {
            return Err(no_value("there is no resource"));
        };
        let value = read(resource, reference)?;
        self.has_parts |= is_in_part(value);
        Ok(Cow::Borrowed(value))
    }

    /// A property of a resource that is a value; null of null.
    fn property_of(&mut self, of: &'a Node, reference: &'a PropertyRef) -> Evaluated<'a> {
        match self.value(of)? {
            Cow::Borrowed(Value::Resource(resource)) => {
                read(resource, reference).map(Cow::Borrowed)
            }
            other => match &*other {
                Value::Resource(resource) => read(resource, reference).cloned().map(Cow::Owned),
                Value::Null => Ok(Cow::Owned(Value::Null)),
                value => Err(no_value(format!(
                    "`{}` is {}, which has no `{}`",
                    show::node(of),
                    notation::kind(value),
                    reference.name
                ))),
            },
        }
    }

    /// Value that the check brings with it: its resources, what `let` found, its parameters.
    fn given(&self, name: &Expr) -> Evaluated<'a> {
        let subject = self.subject;
        match name {
            Expr::Resources => {
                let resources = subject.and_then(|subject| subject.resources);
                resources.map(Cow::Borrowed).ok_or_else(|| no_value("there are no `resources`"))
            }
            Expr::Bound { index, name, .. } => {
                match subject.and_then(|subject| subject.bound.get(*index)) {
                    Some(Ok(value)) => Ok(Cow::Borrowed(value)),
                    Some(Err(failure)) => Err(failure.clone()),
                    None => Err(Failure::new(
                        Cause::NotCollected,
                        format!("`{name}` was not looked for yet"),
                    )),
                }
            }
            Expr::Parameter(name) => Err(no_value(format!("`params.{name}` has no value here"))),
            _ => Err(no_value("there is no such name")),
        }
    }

    fn name(&self, name: &Expr) -> Evaluated<'a> {
        let Some(subject) = self.subject else {
            return Err(no_value("there is no account"));
        };
        Ok(Cow::Owned(match name {
            Expr::Account => Value::string(subject.account.as_str()),
            Expr::Region => Value::string(subject.region.as_str()),
            _ => Value::Timestamp(subject.now),
        }))
    }

    fn select(&mut self, selection: &'a Selection) -> Evaluated<'a> {
        let Selection { of, field, from } = selection;
        let value = self.value(of)?;
        match (&*value, from) {
            (Value::Map(entries), Field::Property(property))
                if property.recorded_late && !entries.contains_key(field) =>
            {
                Err(property.lacking(field))
            }
            (Value::Map(_) | Value::Null, _) => field_of(&value, field),
            (other, _) => Err(no_value(format!(
                "`{}` is {}, which has no `{field}`",
                show::node(of),
                notation::kind(other)
            ))),
        }
    }

    fn index(&mut self, pair: &'a Pair) -> Evaluated<'a> {
        let (of, key) = self.pair(pair)?;
        match (&*of, &*key) {
            (Value::Null, _) => Ok(Cow::Owned(Value::Null)),
            (Value::Map(_), Value::String(key)) => field_of(&of, key),
            (Value::List(items), Value::Int(at)) => {
                let count = items.len();
                let found = usize::try_from(*at).ok().and_then(|at| match of {
                    Cow::Borrowed(Value::List(items)) => items.get(at).map(Cow::Borrowed),
                    _ => items.get(at).cloned().map(Cow::Owned),
                });
                found.ok_or_else(|| {
                    let path = show::node(&pair.0);
                    no_value(format!("`{path}` has {count} elements, and none at index {at}"))
                })
            }
            (of, key) => {
                let (path, key) = (show::node(&pair.0), notation::value(key));
                let kind = notation::kind(of);
                Err(no_value(format!("`{path}` is {kind}, which has nothing at `{key}`")))
            }
        }
    }

    fn pair(&mut self, pair: &'a Pair) -> Result<(Cow<'a, Value>, Cow<'a, Value>), Failure> {
        Ok((self.value(&pair.0)?, self.value(&pair.1)?))
    }

    fn equal(&mut self, pair: &'a Pair) -> Result<bool, Failure> {
        let (one, other) = self.pair(pair)?;
        operate::equal(&one, &other, self.budget)
    }

    fn order(&mut self, comparison: Comparison, pair: &'a Pair) -> Result<bool, Failure> {
        let (one, other) = self.pair(pair)?;
        not_null(&one, &pair.0, comparison.sign())?;
        not_null(&other, &pair.1, comparison.sign())?;
        let Some(order) = operate::compare(&one, &other, self.budget)? else {
            if matches!((&*one, &*other), (Value::Double(_), _) | (_, Value::Double(_))) {
                return Ok(false);
            }
            return Err(no_value(format!(
                "`{}` is {} and `{}` is {}, which `{}` cannot compare",
                show::node(&pair.0),
                notation::kind(&one),
                show::node(&pair.1),
                notation::kind(&other),
                comparison.sign()
            )));
        };
        Ok(match comparison {
            Comparison::Less => order == Ordering::Less,
            Comparison::LessEqual => order != Ordering::Greater,
            Comparison::Greater => order == Ordering::Greater,
            Comparison::GreaterEqual => order != Ordering::Less,
        })
    }

    fn list(&mut self, items: &'a [Node]) -> Evaluated<'a> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            self.budget.element()?;
            values.push(self.value(item)?.into_owned());
        }
        Ok(Cow::Owned(Value::List(values.into())))
    }

    fn map(&mut self, entries: &'a [(Node, Node)]) -> Evaluated<'a> {
        let mut values = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            self.budget.allocate(4 * size_of::<Value>())?;
            let name = self.value(key)?;
            let name: Arc<str> = text_of(&name, key, "{}")?.into();
            values.push((name, self.value(value)?.into_owned()));
        }
        Ok(Cow::Owned(Value::map(values)))
    }

    fn call(
        &mut self,
        node: &'a Node,
        function: &Function,
        arguments: &'a [Node],
    ) -> Evaluated<'a> {
        if let (Some(body), [of]) = (function.at_instant(), arguments) {
            let value = self.value(of)?;
            not_null(&value, of, function.name)?;
            let now = self.subject.map(|subject| subject.now);
            let computed = now.and_then(|now| body(&value, now)).map(Cow::Owned);
            return computed.ok_or_else(|| without_value(node, &[(of, &value)]));
        }
        let mut values = [const { Cow::Borrowed(NOTHING) }; MOST_ARGUMENTS];
        for (at, (node, value)) in arguments.iter().zip(&mut values).enumerate() {
            *value = self.value(node)?;
            if value.is_null() && !function.takes_null(at) {
                not_null(value, node, function.name)?;
            }
            if self.has_parts && !function.takes_parts() {
                all_whole(value)?;
            }
        }
        let called = self.computed(function, &values);
        called.map_err(|failure| without_value_since(node, failure))?.ok_or_else(|| {
            let operands: Vec<_> = arguments.iter().zip(values.iter().map(|one| &**one)).collect();
            without_value(node, &operands)
        })
    }

    /// Result of a function, from the memo where it is there.
    fn computed(&mut self, function: &Function, values: &Given<'a>) -> Computed<Cow<'a, Value>> {
        let memo = self.memo.as_deref_mut().filter(|_| function.is_kept);
        let Some(memo) = memo else { return function.call(values, self.budget) };
        let arguments = values.each_ref().map(|one| &**one);
        if let Some(known) = memo.find(function, arguments, self.budget) {
            return Ok(Some(Cow::Owned(known)));
        }
        let before = self.budget.clone();
        let made = function.call(values, self.budget)?;
        if let Some(made) = &made {
            memo.keep(function, arguments, made, self.budget.spent_since(&before));
        }
        Ok(made)
    }
}

/// What a resource says of a property.
fn read<'r>(resource: &'r Resource, reference: &'r PropertyRef) -> Result<&'r Value, Failure> {
    resource.property(reference.name, reference.property)
}
