//! Why an expression does not hold: its smallest parts that are false, with the values they saw.
//!
//! Looks only where the verdict came from: at the terms of `&&` that are false, at the elements
//! for which an `all` is false, at those for which a negated `exists` is true.

mod identity;

use std::borrow::Cow;
use std::sync::Arc;

use self::identity::{Identity, Listed, Naming};
use super::builtins::{Builtins, Function, MOST_ARGUMENTS};
use super::evaluate::{Elements, Evaluator};
use super::tree::{Expr, Loop, Macro, Node, Pair};
use super::{EvalBudget, Subject, notation, show};
use crate::resource::{Property, Value};

/// The most parts that are shown.
const PARTS: usize = 8;
/// The most elements of a loop that are shown.
const ELEMENTS: usize = 3;
/// The most values that are shown of one part.
const VALUES: usize = 6;
/// Bytes that the text of a value seldom exceeds.
const USUAL: usize = 32;

/// What the smallest parts saw that are false, in the order of the text, of a root that is false.
pub(super) fn explain(root: &Node, subject: &Subject<'_>, budget: &mut EvalBudget) -> Vec<String> {
    let mut explainer = Explainer::new(subject, budget);
    explainer.blame(root);
    explainer.found
}

/// The same with each of the parts, also with those that saw nothing or the same as another.
#[cfg(test)]
pub(super) fn parts(
    root: &Node,
    subject: &Subject<'_>,
    budget: &mut EvalBudget,
) -> Vec<(String, String)> {
    let mut explainer = Explainer::new(subject, budget);
    explainer.blame(root);
    explainer.parts
}

/// `true` where the elements tell why a loop is as it is, and are the same in the next run.
fn goes_over_elements(looped: &Loop) -> bool {
    matches!(looped.kind, Macro::All | Macro::Exists) && !looped.range.moves()
}

/// The function that lists the statements of a policy.
const STATEMENTS: &str = "statements";
/// Functions of policies that are true since some statement is as they ask.
const OF_STATEMENTS: [&str; 6] = [
    "admitsAnyLogin",
    "allowsAction",
    "allowsAll",
    "hasCondition",
    "hasWildcardPrincipal",
    "isPublic",
];

/// `true` where a node lists the statements of a policy, which are found by their index then.
fn is_statements(node: &Node) -> bool {
    matches!(&node.expr, Expr::Call { function, .. } if function.name == STATEMENTS)
}

/// A statement in one form without what only says that something is not there.
fn of_statement(value: &Value) -> Option<Value> {
    let Value::Map(entries) = value else { return None };
    entries.get("AnyPrincipal")?;
    let no_condition = |value: &Value| matches!(value, Value::List(items) if items.is_empty());
    let kept = entries.iter().filter(|(key, value)| {
        &***key != "AnyPrincipal" && !(&***key == "Condition" && no_condition(value))
    });
    Some(Value::map(kept.map(|(key, value)| (key.clone(), value.clone()))))
}

struct Explainer<'a, 'b> {
    evaluator: Evaluator<'a, 'b>,
    /// Texts that the variables of the loops around stand for.
    names: Vec<Arc<str>>,
    /// What people know the elements by that the loops around are at.
    known_by: Vec<Identity>,
    found: Vec<String>,
    #[cfg(test)]
    parts: Vec<(String, String)>,
}

impl<'a, 'b> Explainer<'a, 'b> {
    fn new(subject: &Subject<'a>, budget: &'b mut EvalBudget) -> Self {
        Self {
            evaluator: Evaluator::new(Some(*subject), budget),
            names: Vec::new(),
            known_by: Vec::new(),
            found: Vec::new(),
            #[cfg(test)]
            parts: Vec::new(),
        }
    }

    fn is(&mut self, node: &'a Node, wanted: bool) -> bool {
        self.evaluator.truth(node) == Ok(wanted)
    }

    /// Finds the smallest parts of a node that is false.
    fn blame(&mut self, node: &'a Node) {
        match &node.expr {
            Expr::And(terms) | Expr::Or(terms) => {
                for term in terms {
                    if self.is(term, false) {
                        self.blame(term);
                    }
                }
            }
            Expr::Conditional(parts) => {
                let branch = if self.is(&parts.0, true) { &parts.1 } else { &parts.2 };
                self.blame(branch);
            }
            Expr::Loop(looped) if looped.kind == Macro::All && !looped.range.moves() => {
                self.each(looped, false, |inner, known_by| {
                    let outer = inner.known_by.len();
                    inner.known_by.extend(known_by);
                    inner.blame(&looped.body);
                    inner.known_by.truncate(outer);
                });
            }
            _ => self.observe(node),
        }
    }

    fn observe(&mut self, node: &'a Node) {
        if self.found.len() >= PARTS {
            return;
        }
        let mut values = Vec::new();
        self.values(node, false, &mut values);
        for known_by in self.known_by.iter().rev() {
            known_by.put_before(0, &mut values);
        }
        values.truncate(VALUES);
        let seen = values.join(", ");
        #[cfg(test)]
        self.note(node, &seen);
        // What consists of constants saw nothing, and what two parts saw is told once.
        if !seen.is_empty() && !self.found.contains(&seen) {
            self.found.push(seen);
        }
    }

    /// Takes note of a part and what it saw, once.
    #[cfg(test)]
    fn note(&mut self, node: &Node, seen: &str) {
        let part = (show::with_locals(node, &self.names), seen.to_owned());
        if !self.parts.contains(&part) {
            self.parts.push(part);
        }
    }

    /// The operands that made a node true or false.
    fn values(&mut self, node: &'a Node, was: bool, values: &mut Vec<String>) {
        match &node.expr {
            Expr::And(terms) | Expr::Or(terms) => {
                for term in terms {
                    if self.is(term, was) {
                        self.values(term, was, values);
                    }
                }
            }
            Expr::Not(of) => self.values(of, !was, values),
            Expr::Conditional(parts) => {
                let condition = self.is(&parts.0, true);
                self.values(&parts.0, condition, values);
                self.values(if condition { &parts.1 } else { &parts.2 }, was, values);
            }
            Expr::Loop(looped) if goes_over_elements(looped) => {
                let decided = was == (looped.kind == Macro::Exists);
                let before = values.len();
                let count = self.each(looped, was, |inner, known_by| {
                    let first = values.len();
                    inner.values(&looped.body, was, values);
                    // Of a list in the text only the element that decides is worth a word.
                    let known_by = known_by.filter(|it| decided || it.value.is_none());
                    if let Some(known_by) = known_by.filter(|_| values.len() > first) {
                        known_by.put_before(first, values);
                    }
                });
                if values.len() == before {
                    self.operand(&looped.range, values);
                } else if !decided && count > ELEMENTS {
                    let path = show::with_locals(&looped.range, &self.names);
                    values.push(format!("size({path}) = {count}"));
                }
            }
            Expr::Loop(looped) => {
                let before = values.len();
                if looped.kind == Macro::ExistsOne && !looped.range.moves() {
                    self.each(looped, true, |inner, _| inner.values(&looped.body, true, values));
                }
                if values.len() == before {
                    self.operand(&looped.range, values);
                }
            }
            Expr::Equal(pair) | Expr::NotEqual(pair) | Expr::Order(_, pair) | Expr::In(pair) => {
                self.operands(pair, values);
            }
            Expr::Has(of) => self.operand(of, values),
            Expr::Matches { text, .. } => self.operand(text, values),
            Expr::Call { function, arguments, .. } if function.property.is_none() => {
                if was && self.statements(function, arguments, values) {
                    return;
                }
                if let Some(lack) = self.lack(function, arguments).filter(|_| !was) {
                    values.push(lack);
                    return;
                }
                for argument in arguments {
                    self.operand(argument, values);
                }
            }
            _ => self.operand(node, values),
        }
    }

    /// Does something for the first elements for which the body of a loop is as given, and for what
    /// each is known by, and counts all there are.
    fn each(
        &mut self,
        looped: &'a Loop,
        wanted: bool,
        mut work: impl FnMut(&mut Self, Option<Identity>),
    ) -> usize {
        let Some(listed) = self.list(looped) else { return 0 };
        let mut shown = 0;
        for (at, element) in &listed.elements {
            if shown == ELEMENTS || self.evaluator.budget.is_spent() {
                break;
            }
            let known_by = listed.identity(looped, *at, element);
            self.enter(looped, &listed, (*at, element));
            if self.is(&looped.body, wanted) {
                shown += 1;
                work(self, known_by);
            }
            self.leave();
        }
        listed.elements.len()
    }

    /// Elements that a loop goes over. Those that a filter leaves are named by the list before it.
    fn list(&mut self, looped: &'a Loop) -> Option<Listed<'a>> {
        if let Expr::Loop(filter) = &looped.range.expr
            && filter.kind == Macro::Filter
        {
            let mut listed = self.list(filter)?;
            for (at, element) in std::mem::take(&mut listed.elements) {
                if self.evaluator.budget.is_spent() {
                    break;
                }
                self.enter(filter, &listed, (at, &element));
                let is_left = self.is(&filter.body, true);
                self.leave();
                if is_left {
                    listed.elements.push((at, element));
                }
            }
            return Some(listed);
        }
        let elements = self.evaluator.elements(looped).ok()?;
        let is_literal = matches!(looped.range.expr, Expr::Constant(_));
        let is_statements = is_statements(&looped.range);
        Some(Listed {
            path: show::with_locals(&looped.range, &self.names),
            naming: match elements {
                _ if is_literal => Naming::Literal,
                Elements::Shared(_) if !is_statements => Naming::Variable,
                Elements::Borrowed(_) | Elements::Shared(_) => Naming::Index,
            },
            known_by: match looped.range.property().and_then(Property::identity_of_elements) {
                None if is_statements => Some("Sid"),
                known_by => known_by.map(|name| &**name),
            },
            elements: (0..elements.len()).filter_map(|at| Some((at, elements.get(at)?))).collect(),
        })
    }

    /// Has the variable of a loop stand for an element.
    fn enter(
        &mut self,
        looped: &Loop,
        listed: &Listed<'a>,
        (at, element): (usize, &Cow<'a, Value>),
    ) {
        let path = &listed.path;
        self.names.push(match &**element {
            Value::Resource(resource) => format!("{path}[{:?}]", resource.id).into(),
            value => match listed.naming {
                Naming::Literal => notation::value(value).into(),
                Naming::Index => format!("{path}[{at}]").into(),
                Naming::Variable => looped.variable.clone(),
            },
        });
        self.evaluator.locals.push(element.clone());
    }

    fn leave(&mut self) {
        self.names.pop();
        self.evaluator.locals.pop();
    }

    fn operands(&mut self, pair: &'a Pair, values: &mut Vec<String>) {
        self.operand(&pair.0, values);
        self.operand(&pair.1, values);
    }

    /// Value of an operand; of a path that ends in null, where the null begins.
    fn operand(&mut self, node: &'a Node, values: &mut Vec<String>) {
        if matches!(node.expr, Expr::Constant(_)) {
            return;
        }
        // What was seen must be the same in the next run, where nothing but the time has changed.
        if node.moves() {
            match &node.expr {
                // Of its body nothing is known outside.
                Expr::Loop(looped) => self.operand(&looped.range, values),
                _ => node.children().into_iter().for_each(|it| self.operand(it, values)),
            }
            return;
        }
        let Ok(value) = self.evaluator.value(node) else { return };
        let origin = if value.is_null() { self.null_origin(node) } else { node };
        let path = show::with_locals(origin, &self.names);
        Self::push(&path, &value, values);
        self.counted(node, values);
    }

    /// The first elements that a filter leaves, where a node is their number.
    fn counted(&mut self, node: &'a Node, values: &mut Vec<String>) {
        if let Expr::Call { function, arguments, .. } = &node.expr
            && function.name == "size"
            && let [Node { expr: Expr::Loop(looped), .. }] = &**arguments
            && looped.kind == Macro::Filter
            && !looped.range.moves()
        {
            self.each(looped, true, |inner, known_by| {
                let first = values.len();
                inner.values(&looped.body, true, values);
                if let Some(known_by) = known_by {
                    known_by.put_before(first, values);
                }
            });
        }
    }

    /// Adds what a path is, unless it says that itself, as an element of a written list does.
    fn push(path: &str, value: &Value, values: &mut Vec<String>) {
        let mut shown = String::with_capacity(path.len() + USUAL);
        shown.push_str(path);
        shown.push_str(" = ");
        let begins = shown.len();
        match of_statement(value) {
            Some(statement) => notation::write(&mut shown, &statement),
            None => notation::write(&mut shown, value),
        }
        if shown.get(begins..) != Some(path) && !values.contains(&shown) {
            values.push(shown);
        }
    }

    /// The first statements of a policy document of which each alone makes a question about it
    /// true; `false` where there is none, or what is asked is a statement itself.
    fn statements(
        &mut self,
        asked: &Function,
        arguments: &'a [Node],
        values: &mut Vec<String>,
    ) -> bool {
        let (Some(policy), true) = (arguments.first(), OF_STATEMENTS.contains(&asked.name)) else {
            return false;
        };
        let Some(mut given) = self.given(arguments) else { return false };
        let Some(document) = given.first_mut().map(std::mem::take) else { return false };
        if document.get("Effect").is_some() {
            return false;
        }
        let path = show::with_locals(policy, &self.names);
        let path = match &*document {
            Value::List(_) => path,
            _ => format!("{STATEMENTS}({path})"),
        };
        let Some(listed) = self.statements_of(document) else { return false };
        let before = values.len();
        for (at, statement) in listed.iter().enumerate() {
            if values.len() == before + ELEMENTS || self.evaluator.budget.is_spent() {
                break;
            }
            if let Some(first) = given.first_mut() {
                *first = Cow::Owned(statement.clone());
            }
            let said = asked.call(&given, self.evaluator.budget);
            if said.is_ok_and(|said| said.as_deref() == Some(&Value::Bool(true))) {
                Self::push(&format!("{path}[{at}]"), statement, values);
            }
        }
        values.len() > before
    }

    /// The values of arguments, by position; `None` where one has none.
    fn given(&mut self, arguments: &'a [Node]) -> Option<[Cow<'a, Value>; MOST_ARGUMENTS]> {
        let mut given = [(); MOST_ARGUMENTS].map(|()| Cow::Owned(Value::Null));
        for (node, value) in arguments.iter().zip(&mut given) {
            *value = self.evaluator.value(node).ok()?;
        }
        Some(given)
    }

    /// What the arguments of a function lack that says false of them.
    fn lack(&mut self, asked: &Function, arguments: &'a [Node]) -> Option<String> {
        let given = self.given(arguments)?;
        let lack = asked.lack(&given, self.evaluator.budget)?;
        let path = show::with_locals(arguments.first()?, &self.names);
        Some(format!("{path}: {lack}"))
    }

    /// The statements of a policy document, in one form.
    fn statements_of(&mut self, document: Cow<'_, Value>) -> Option<Arc<[Value]>> {
        let function = Builtins::standard().find(STATEMENTS)?;
        let mut given = [(); MOST_ARGUMENTS].map(|()| Cow::Owned(Value::Null));
        *given.first_mut()? = document;
        match function.call(&given, self.evaluator.budget).ok()??.into_owned() {
            Value::List(statements) => Some(statements),
            _ => None,
        }
    }

    /// The shortest part of a path that is null.
    fn null_origin(&mut self, node: &'a Node) -> &'a Node {
        let of = match &node.expr {
            Expr::Select(selection) => &selection.of,
            Expr::PropertyOf { of, .. } => of,
            Expr::Index(pair) => &pair.0,
            _ => return node,
        };
        match self.evaluator.value(of).as_deref() {
            Ok(Value::Null) => self.null_origin(of),
            _ => node,
        }
    }
}
