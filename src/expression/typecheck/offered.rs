//! Values that are held against several things: each may be meant for one of them.
//!
//! `["0.0.0.0/0", "::/0"].exists(w, r.CidrIp == w || r.CidrIpv6 == w)` compares both ranges with
//! both properties. A value that never fits one of them is no mistake as long as it may fit another.
//! The same is true where both lists are written out:
//! `r.CidrIp in ["0.0.0.0/0", "::/0"] || r.CidrIpv6 in ["0.0.0.0/0", "::/0"]`.

use std::ops::Range;
use std::sync::Arc;

use super::super::Problem;
use super::super::span::Span;
use super::super::tree::{Expr, Node};
use super::{TypeChecker, TypedExpr, Use};
use crate::diagnostic::Code;
use crate::resource::Value;

/// Places at which a parameter with a value stands.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) name: Arc<str>,
    pub(super) is_list: bool,
    pub(super) uses: Vec<Range<usize>>,
}

/// How many lists of a chain are held against each other.
const MOST_LISTS: usize = 16;

/// List that stands in the text, of whose elements something was told, and their places.
#[derive(Debug)]
pub(super) struct Listed {
    span: Span,
    elements: Vec<Span>,
}

impl TypeChecker<'_> {
    /// Notes that something was told of elements of a list.
    pub(super) fn note_list(&mut self, span: Span, elements: &[Span]) {
        if elements.len() > 1 {
            self.listed.push(Listed { span, elements: elements.to_vec() });
        }
    }

    /// Forgets what was told of an element of a list in a chain, where others of the list are right
    /// there and the same stands rightly in another list of the chain.
    pub(super) fn accept_listed(&mut self, terms: &[Node], since: usize) {
        let mut lists = Vec::new();
        for term in terms {
            gather(term, &mut lists);
        }
        let is_told = |place: Span| {
            let place = range(place);
            self.problems.iter().any(|one| is_of_value(one) && one.span == place)
        };
        // An element of a list of which nothing was told is right.
        let is_right = |list: Span, at: usize| {
            let mut known = self.listed.iter().filter(|one| one.span == list);
            known.all(|one| one.elements.get(at).is_some_and(|place| !is_told(*place)))
        };
        let mut accepted = Vec::new();
        for Listed { span, elements } in self.listed.iter().skip(since) {
            let own = lists.iter().find(|(place, _)| place == span);
            let (Some((_, items)), false) = (own, elements.iter().all(|it| is_told(*it))) else {
                continue;
            };
            for (place, item) in elements.iter().zip(*items).filter(|(place, _)| is_told(**place)) {
                let mut others = lists.iter().filter(|(other, _)| other != span);
                let is_other = |(list, items): &(Span, &[Value])| {
                    let at = items.iter().position(|other| other == item);
                    at.is_some_and(|at| is_right(*list, at))
                };
                if others.any(is_other) {
                    accepted.push(range(*place));
                }
            }
        }
        self.problems.retain(|one| !is_of_value(one) || !accepted.contains(&one.span));
    }

    /// Notes that a parameter with a value stands at a place.
    pub(super) fn offer(&mut self, name: &Arc<str>, value: &Value, span: Span) {
        let (place, is_list) = (range(span), matches!(value, Value::List(_)));
        if let Some(known) = self.offered.iter_mut().find(|one| one.name == *name) {
            known.uses.push(place);
        } else {
            self.offered.push(Offered { name: Arc::clone(name), is_list, uses: vec![place] });
        }
    }

    /// Forgets that parameters stand in a question that is about their values alone, such as
    /// `params.group == null`, and that lets them through: they are meant for what else they stand at.
    pub(super) fn withdraw(&mut self, constants: impl IntoIterator<Item = Span>) {
        if self.offered.is_empty() || self.places.is_none() {
            return;
        }
        for place in constants.into_iter().map(range) {
            for one in &mut self.offered {
                one.uses.retain(|known| *known != place);
            }
        }
    }

    /// `true` for what is told of a value that a parameter has: it may say that there is no limit.
    pub(super) fn is_of_parameter(&self, problem: &Problem) -> bool {
        let (start, end) = (problem.span.start, problem.span.end);
        let is_in = |place: &Range<usize>| start <= place.start && place.end <= end;
        self.places.is_some() && self.offered.iter().any(|one| one.uses.iter().any(is_in))
    }

    /// Notes that a field is taken of a variable that has just been named.
    pub(super) fn note_field(&mut self, of: &Node, field: &str, span: Span) {
        if let Expr::Local { index, .. } = of.expr
            && let Some(last) = self.locals.get_mut(index).and_then(|it| it.uses.last_mut())
        {
            *last = Use { span, field: Some(field.into()), is_argument: false };
        }
    }

    /// Notes that fields of variables are asked for by a function, and by no guard.
    pub(super) fn note_arguments(&mut self, arguments: &[TypedExpr]) {
        for argument in arguments {
            let Expr::Select(selection) = &argument.node.expr else { continue };
            let Expr::Local { index, .. } = selection.of.expr else { continue };
            let uses = self.locals.get_mut(index).into_iter().flat_map(|it| &mut it.uses);
            for one in uses.filter(|one| one.span == argument.node.span) {
                one.is_argument = true;
            }
        }
    }

    /// Forgets what was told since of elements of a list that the variable of a loop stands for,
    /// where each was told of some of the variable's uses alone.
    pub(super) fn accept_elements(&mut self, since: usize, elements: &[Span], uses: &[Use]) {
        if self.places.is_none() || uses.len() < 2 || self.problems.len() == since {
            return;
        }
        let told = self.problems.split_off(since);
        let at = |place: &Range<usize>| {
            told.iter().filter(|problem| is_of_element(problem) && problem.span == *place).count()
        };
        let elements: Vec<_> = elements.iter().map(|span| range(*span)).collect();
        // A field may be a guard for another.
        let is_guarded = uses.iter().any(|one| !one.is_argument);
        let is_forgiven = |place: &Range<usize>| {
            let found = uses.iter().find(|one| range(one.span) == *place);
            found.is_some_and(|one| match one.field {
                Some(_) => is_guarded,
                None => elements.is_empty(),
            })
        };
        let is_kept = |problem: &Problem| {
            !is_of_element(problem)
                || if elements.contains(&problem.span) {
                    at(&problem.span) >= uses.len()
                } else {
                    !is_forgiven(&problem.span)
                }
        };
        // Two uses say the same of one element.
        for problem in told.iter().filter(|problem| is_kept(problem)) {
            if !self.problems.iter().skip(since).any(|known| known == problem) {
                self.problems.push(problem.clone());
            }
        }
    }

    /// Forgets what was told of the values of parameters at some of their uses alone.
    pub(super) fn accept_parameters(&mut self) {
        if self.places.is_none() {
            return;
        }
        let several = self.offered.iter().filter(|one| one.uses.len() > 1);
        for Offered { is_list, uses, .. } in several {
            let is_told = |place: &Range<usize>| {
                self.problems.iter().any(|one| is_of_value(one) && one.span == *place)
            };
            if !is_list && uses.iter().all(is_told) {
                continue;
            }
            self.problems.retain(|one| !is_of_value(one) || !uses.contains(&one.span));
        }
    }
}

/// Lists that stand in the text and in which a term looks for something.
fn gather<'t>(term: &'t Node, lists: &mut Vec<(Span, &'t [Value])>) {
    if lists.len() >= MOST_LISTS {
        return;
    }
    if let Expr::In(pair) = &term.expr
        && let Node { expr: Expr::Constant(Value::List(items)), span } = &pair.1
    {
        lists.push((*span, items));
    }
    term.children().into_iter().for_each(|below| gather(below, lists));
}

/// `true` for what is told of a constant: that it is never what it is compared with.
fn is_of_value(problem: &Problem) -> bool {
    matches!(problem.code, Code::FixedComparison | Code::UndocumentedValue)
}

/// The same, or that a function cannot read it.
fn is_of_element(problem: &Problem) -> bool {
    is_of_value(problem) || problem.code == Code::WrongValue
}

fn range(span: Span) -> Range<usize> {
    span.start()..span.end()
}
